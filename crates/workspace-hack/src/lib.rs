//! One feature set for every dependency, whichever crates a command selects.
