//! The table of all functions, by name.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::function::Function;
use crate::{
    aggregate, arithmetic, array, bits, calendar, cast, collection, comparison, conditional, datetime, hash, json,
    json_encode, map, math, string, text, window,
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

/// The function of a name, ignoring case.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.get(name).or_else(|| FUNCTIONS.get(name.to_lowercase().as_str())).copied()
}

/// The names of all functions, for suggestions.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.keys().copied()
}
