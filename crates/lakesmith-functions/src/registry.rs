//! The tables of all functions and kernels, by name.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::codec::Aggregates;
use crate::function::Function;
use crate::kernel::{self, Kernel, Kernels};
use crate::{
    aggregate, arithmetic, arrange, array, assertion, bits, buckets, bytes, calendar, cast, cast_text, char_type,
    checked_sum, cipher, collection, comparison, conditional, csv, datetime, distinct_count, encoding, estimated_count,
    event, extreme, float, format, gathered_numbers, generator, guard, hash, histogram, interval, interval_arithmetic,
    interval_cast, interval_field, json, json_encode, json_parts, like, listed, map, math, moment, moments, normal,
    number_text, percentile, random, range_key, regexp, sequence, session, similarity, store_assignment, string,
    substring, tallied, text, time_bucket, time_window, trigonometry, url, vector, window, words,
};

static FUNCTIONS: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let families: &[&'static [Function]] = &[
        arithmetic::FUNCTIONS,
        comparison::FUNCTIONS,
        conditional::FUNCTIONS,
        cast::FUNCTIONS,
        math::FUNCTIONS,
        string::FUNCTIONS,
        text::FUNCTIONS,
        regexp::FUNCTIONS,
        bits::FUNCTIONS,
        hash::FUNCTIONS,
        datetime::FUNCTIONS,
        calendar::FUNCTIONS,
        sequence::FUNCTIONS,
        collection::FUNCTIONS,
        array::FUNCTIONS,
        arrange::FUNCTIONS,
        map::FUNCTIONS,
        vector::FUNCTIONS,
        json::FUNCTIONS,
        json_encode::FUNCTIONS,
        json_parts::FUNCTIONS,
        aggregate::FUNCTIONS,
        listed::FUNCTIONS,
        moments::FUNCTIONS,
        histogram::FUNCTIONS,
        vector::AGGREGATES,
        assertion::FUNCTIONS,
        buckets::FUNCTIONS,
        encoding::FUNCTIONS,
        interval::FUNCTIONS,
        moment::FUNCTIONS,
        number_text::FUNCTIONS,
        random::FUNCTIONS,
        session::FUNCTIONS,
        trigonometry::FUNCTIONS,
        url::FUNCTIONS,
        words::FUNCTIONS,
        format::FUNCTIONS,
        time_window::FUNCTIONS,
        cipher::FUNCTIONS,
        csv::FUNCTIONS,
        similarity::FUNCTIONS,
        time_bucket::FUNCTIONS,
        window::FUNCTIONS,
    ];
    let all = families.iter().copied().flatten();
    all.flat_map(|function| function.names.iter().map(move |name| (*name, function))).collect()
});

/// The kernels of all families.
pub(crate) const KERNEL_FAMILIES: [Kernels; 56] = [
    kernel::KERNELS,
    aggregate::KERNELS,
    arithmetic::KERNELS,
    arrange::KERNELS,
    array::KERNELS,
    assertion::KERNELS,
    bits::KERNELS,
    buckets::KERNELS,
    bytes::KERNELS,
    calendar::KERNELS,
    cast::KERNELS,
    cast_text::KERNELS,
    char_type::KERNELS,
    cipher::KERNELS,
    collection::KERNELS,
    csv::KERNELS,
    datetime::KERNELS,
    encoding::KERNELS,
    event::KERNELS,
    float::KERNELS,
    format::KERNELS,
    generator::KERNELS,
    guard::KERNELS,
    hash::KERNELS,
    histogram::KERNELS,
    interval::KERNELS,
    interval_arithmetic::KERNELS,
    interval_cast::KERNELS,
    interval_field::KERNELS,
    json::KERNELS,
    json_encode::KERNELS,
    json_parts::KERNELS,
    like::KERNELS,
    listed::KERNELS,
    map::KERNELS,
    math::KERNELS,
    moment::KERNELS,
    moments::KERNELS,
    normal::KERNELS,
    number_text::KERNELS,
    percentile::KERNELS,
    range_key::KERNELS,
    regexp::KERNELS,
    sequence::KERNELS,
    similarity::KERNELS,
    store_assignment::KERNELS,
    string::KERNELS,
    substring::KERNELS,
    tallied::KERNELS,
    text::KERNELS,
    time_bucket::KERNELS,
    time_window::KERNELS,
    trigonometry::KERNELS,
    url::KERNELS,
    vector::KERNELS,
    words::KERNELS,
];

static KERNELS: LazyLock<HashMap<&'static str, Kernel>> =
    LazyLock::new(|| KERNEL_FAMILIES.into_iter().flatten().copied().collect());

/// The aggregates of all families.
pub(crate) const AGGREGATE_FAMILIES: [Aggregates; 6] = [
    checked_sum::AGGREGATES,
    distinct_count::AGGREGATES,
    gathered_numbers::AGGREGATES,
    estimated_count::AGGREGATES,
    extreme::AGGREGATES,
    tallied::AGGREGATES,
];

/// The kernel of a name.
pub(crate) fn kernel(name: &str) -> Option<(&'static str, Kernel)> {
    KERNELS.get_key_value(name).map(|(name, kernel)| (*name, *kernel))
}

/// The function of a name, ignoring case.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.get(name).or_else(|| FUNCTIONS.get(name.to_lowercase().as_str())).copied()
}

/// The names of all functions in their order, for suggestions.
pub fn names() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<&'static str> = FUNCTIONS.keys().copied().collect();
    names.sort_unstable();
    names.into_iter()
}
