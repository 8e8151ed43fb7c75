//! The tables of all functions and kernels, by name.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::codec::Aggregates;
use crate::function::Function;
use crate::kernel::{self, Kernel, Kernels};
use crate::{
    aggregate, arithmetic, arrange, array, bits, calendar, cast, cast_text, checked_sum, collection, comparison,
    conditional, datetime, distinct_count, event, generator, guard, hash, histogram, json, json_encode, listed, map,
    math, moments, percentile, regexp, sequence, string, text, vector, window,
};

static FUNCTIONS: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let families: [&'static [Function]; 26] = [
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
        aggregate::FUNCTIONS,
        listed::FUNCTIONS,
        moments::FUNCTIONS,
        histogram::FUNCTIONS,
        vector::AGGREGATES,
        window::FUNCTIONS,
    ];
    let all = families.into_iter().flatten();
    all.flat_map(|function| function.names.iter().map(move |name| (*name, function))).collect()
});

/// The kernels of all families.
pub(crate) const KERNEL_FAMILIES: [Kernels; 28] = [
    kernel::KERNELS,
    aggregate::KERNELS,
    arithmetic::KERNELS,
    arrange::KERNELS,
    array::KERNELS,
    bits::KERNELS,
    calendar::KERNELS,
    cast::KERNELS,
    cast_text::KERNELS,
    collection::KERNELS,
    datetime::KERNELS,
    event::KERNELS,
    generator::KERNELS,
    guard::KERNELS,
    hash::KERNELS,
    histogram::KERNELS,
    json::KERNELS,
    json_encode::KERNELS,
    listed::KERNELS,
    map::KERNELS,
    math::KERNELS,
    moments::KERNELS,
    percentile::KERNELS,
    regexp::KERNELS,
    sequence::KERNELS,
    string::KERNELS,
    text::KERNELS,
    vector::KERNELS,
];

static KERNELS: LazyLock<HashMap<&'static str, Kernel>> =
    LazyLock::new(|| KERNEL_FAMILIES.into_iter().flatten().copied().collect());

/// The aggregates of all families.
pub(crate) const AGGREGATE_FAMILIES: [Aggregates; 2] = [checked_sum::AGGREGATES, distinct_count::AGGREGATES];

/// The kernel of a name.
pub(crate) fn kernel(name: &str) -> Option<(&'static str, Kernel)> {
    KERNELS.get_key_value(name).map(|(name, kernel)| (*name, *kernel))
}

/// The function of a name, ignoring case.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.get(name).or_else(|| FUNCTIONS.get(name.to_lowercase().as_str())).copied()
}

/// The names of all functions, for suggestions.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.keys().copied()
}
