//! One line of CSV: its values, and a line made of values, by the rules of Spark's `from_csv` and `to_csv`.

/// How values are set apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub separator: char,
    pub quote: char,
    pub escape: char,
    /// What stands for NULL.
    pub null: String,
    pub trims_start: bool,
    pub trims_end: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        let null = String::new();
        Self { separator: ',', quote: '"', escape: '\\', null, trims_start: false, trims_end: false }
    }
}

impl Dialect {
    /// The values of a line; `None` for those that are NULL.
    pub(crate) fn read(&self, line: &str) -> Vec<Option<String>> {
        let mut values = Vec::new();
        let mut rest = line;
        loop {
            let start = if self.trims_start { rest.trim_start_matches(' ') } else { rest };
            let (value, after) = self.quoted(start).unwrap_or_else(|| self.plain(rest));
            // quotes do not change what stands for NULL
            values.push(value.filter(|value| *value != self.null));
            match after {
                Some(after) => rest = after,
                None => return values,
            }
        }
    }

    /// A value in quotes, and what follows its separator; `None` when a text does not begin with one. A quote that no
    /// separator follows does not end the value.
    fn quoted<'t>(&self, text: &'t str) -> Option<(Option<String>, Option<&'t str>)> {
        let body = text.strip_prefix(self.quote)?;
        let mut value = String::new();
        let mut characters = body.char_indices();
        while let Some((at, character)) = characters.next() {
            let after = &body[at + character.len_utf8()..];
            if character == self.escape && self.escape != self.quote && after.starts_with([self.quote, self.escape]) {
                value.extend(characters.next().map(|(_, escaped)| escaped));
            } else if character == self.quote && self.escape == self.quote && after.starts_with(self.quote) {
                value.push(self.quote);
                characters.next();
            } else if character == self.quote {
                let trimmed = if self.trims_end { after.trim_start_matches(' ') } else { after };
                return match trimmed.strip_prefix(self.separator) {
                    Some(next) => Some((Some(value), Some(next))),
                    None if trimmed.is_empty() => Some((Some(value), None)),
                    None => None,
                };
            } else {
                value.push(character);
            }
        }
        None
    }

    fn plain<'t>(&self, text: &'t str) -> (Option<String>, Option<&'t str>) {
        let (value, after) = match text.split_once(self.separator) {
            Some((value, after)) => (value, Some(after)),
            None => (text, None),
        };
        let value = if self.trims_start { value.trim_start_matches(' ') } else { value };
        let value = if self.trims_end { value.trim_end_matches(' ') } else { value };
        (Some(value.to_owned()), after)
    }

    /// Appends a value of a line, in quotes where it needs them.
    pub(crate) fn write(&self, value: Option<&str>, out: &mut String) {
        let Some(value) = value else {
            out.push_str(&self.null);
            return;
        };
        let value = if self.trims_start { value.trim_start_matches(' ') } else { value };
        let value = if self.trims_end { value.trim_end_matches(' ') } else { value };
        if value.is_empty() {
            out.extend([self.quote, self.quote]);
            return;
        }
        if !value.contains([self.separator, self.quote, '\n', '\r']) {
            out.push_str(value);
            return;
        }
        out.push(self.quote);
        for character in value.chars() {
            if character == self.quote || character == self.escape {
                out.push(self.escape);
            }
            out.push(character);
        }
        out.push(self.quote);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Vec<Option<String>> {
        Dialect::default().read(line)
    }

    fn some(values: &[&str]) -> Vec<Option<String>> {
        values.iter().map(|value| Some((*value).to_owned())).collect()
    }

    #[test]
    fn quotes_keep_separators_and_a_backslash_keeps_quotes() {
        assert_eq!(read(r#""a,b",c"#), some(&["a,b", "c"]));
        assert_eq!(read(r#""a\"b",c"#), some(&["a\"b", "c"]));
        assert_eq!(read(r#""a""b",c"#), some(&[r#""a""b""#, "c"]));
    }

    #[test]
    fn nothing_between_separators_is_null() {
        assert_eq!(read(","), [None, None]);
        assert_eq!(read(r#""""#), [None]);
        let named = Dialect { null: "NA".to_owned(), ..Dialect::default() };
        assert_eq!(named.read(r#""NA",NA,"""#), [None, None, Some(String::new())]);
    }

    #[test]
    fn a_value_is_quoted_when_it_must_be() {
        let mut line = String::new();
        let dialect = Dialect { trims_start: true, trims_end: true, ..Dialect::default() };
        for value in [Some("x,y"), Some("d\\\"e"), None, Some(""), Some(" s "), Some("b\\c")] {
            dialect.write(value, &mut line);
            line.push(';');
        }
        assert_eq!(line, r#""x,y";"d\\\"e";;"";s;b\c;"#);
    }
}
