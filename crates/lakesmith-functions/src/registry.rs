//! The tables of all functions and kernels, by name.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::codec::Aggregates;
use crate::function::Function;
use crate::kernel::{self, Kernel, Kernels};
use crate::{
    aggregate, arithmetic, array, bits, calendar, cast, cast_text, checked_sum, collection, comparison, conditional,
    datetime, distinct_count, event, generator, guard, hash, json, json_encode, map, math, percentile,
    store_assignment, string, text, window,
};

static FUNCTIONS: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let families: [&'static [Function]; 18] = [
        arithmetic::FUNCTIONS,
        comparison::FUNCTIONS,
        conditional::FUNCTIONS,
        cast::FUNCTIONS,
        math::FUNCTIONS,
        string::FUNCTIONS,
        text::FUNCTIONS,
        bits::FUNCTIONS,
        hash::FUNCTIONS,
        datetime::FUNCTIONS,
        calendar::FUNCTIONS,
        collection::FUNCTIONS,
        array::FUNCTIONS,
        map::FUNCTIONS,
        json::FUNCTIONS,
        json_encode::FUNCTIONS,
        aggregate::FUNCTIONS,
        window::FUNCTIONS,
    ];
    let all = families.into_iter().flatten();
    all.flat_map(|function| function.names.iter().map(move |name| (*name, function))).collect()
});

/// The kernels of all families.
pub(crate) const KERNEL_FAMILIES: [Kernels; 22] = [
    kernel::KERNELS,
    aggregate::KERNELS,
    arithmetic::KERNELS,
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
    json::KERNELS,
    json_encode::KERNELS,
    map::KERNELS,
    math::KERNELS,
    percentile::KERNELS,
    store_assignment::KERNELS,
    string::KERNELS,
    text::KERNELS,
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
