//! Checks of the workspace itself; see `tests/`. There is nothing to run here.
