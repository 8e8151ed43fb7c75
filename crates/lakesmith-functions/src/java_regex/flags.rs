//! [`Flags`]: what `(?i)` and its like set.

use super::syntax::Case;

/// The flags that hold at a place of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags {
    /// `i`
    pub any_case: bool,
    /// `u`
    pub unicode_case: bool,
    /// `d`: only `\n` ends a line.
    pub unix: bool,
    /// `m`
    pub multiline: bool,
    /// `s`
    pub dotall: bool,
    /// `x`
    pub comments: bool,
    /// `U`: `\w` and its like by Unicode.
    pub unicode_classes: bool,
}

impl Flags {
    /// Sets or clears a flag; false when there is no such flag.
    pub fn set(&mut self, letter: char, on: bool) -> bool {
        match letter {
            'i' => self.any_case = on,
            'm' => self.multiline = on,
            's' => self.dotall = on,
            'd' => self.unix = on,
            'u' => self.unicode_case = on,
            'x' => self.comments = on,
            'c' => {}
            'U' => {
                self.unicode_classes = on;
                self.unicode_case = on;
            }
            _ => return false,
        }
        true
    }

    /// Which letters are the same.
    pub fn case(self) -> Case {
        match (self.any_case, self.unicode_case) {
            (false, _) => Case::Exact,
            (true, false) => Case::Ascii,
            (true, true) => Case::Unicode,
        }
    }
}
