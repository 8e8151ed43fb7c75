//! [`Glob`]: one pattern for a file name, as a regular expression.

use regex::Regex;

/// A pattern for names: `*`, `?`, `[a-c]`, `[^a]`, `{a,b}`, and `\` before a character that stands for itself.
#[derive(Debug, Clone)]
pub(crate) struct Glob(Regex);

impl Glob {
    /// Reads a pattern; the error says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        let fault = |why: &str| format!("`{text}` is no pattern: {why}");
        let mut expression = String::from("(?s)^");
        let mut characters = text.chars().peekable();
        let mut braces = 0usize;
        while let Some(character) = characters.next() {
            match character {
                '*' => expression.push_str("[^/]*"),
                '?' => expression.push_str("[^/]"),
                '\\' => match characters.next() {
                    Some(escaped) => literal(&mut expression, escaped),
                    None => return Err(fault("nothing follows the last `\\`")),
                },
                '[' => {
                    expression.push('[');
                    if characters.next_if(|next| matches!(next, '^' | '!')).is_some() {
                        expression.push('^');
                    }
                    let mut is_empty = true;
                    loop {
                        match characters.next() {
                            None => return Err(fault("a `[` is not closed")),
                            Some(']') if !is_empty => break,
                            Some('-') => expression.push('-'),
                            Some('\\') => literal(&mut expression, characters.next().unwrap_or('\\')),
                            Some(member) => literal(&mut expression, member),
                        }
                        is_empty = false;
                    }
                    expression.push(']');
                }
                '{' => {
                    braces += 1;
                    expression.push_str("(?:");
                }
                '}' if braces > 0 => {
                    braces -= 1;
                    expression.push(')');
                }
                ',' if braces > 0 => expression.push('|'),
                other => literal(&mut expression, other),
            }
        }
        if braces > 0 {
            return Err(fault("a `{` is not closed"));
        }
        expression.push('$');
        Regex::new(&expression).map(Self).map_err(|_| fault("a range in it runs backwards or is too large"))
    }

    /// Whether a name matches as a whole.
    pub fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
}

fn literal(expression: &mut String, character: char) {
    if !character.is_alphanumeric() && !character.is_whitespace() && character != '_' {
        expression.push('\\');
    }
    if character.is_ascii() || character.is_alphanumeric() || character.is_whitespace() {
        expression.push(character);
    } else {
        // the expression language escapes ASCII only
        expression.pop();
        expression.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names_and_never_a_slash() {
        let matches = |pattern: &str, name: &str| Glob::new(pattern).unwrap().matches(name);
        assert!(matches("orders_*.json", "orders_1.json") && !matches("orders_*.json", "orders_1.json.gz"));
        assert!(!matches("*", "a/b") && matches("a?c", "abc") && matches("[^a]x", "bx") && !matches("[^a]x", "ax"));
        assert!(matches("{a,b[0-9]}.csv", "b7.csv") && matches("\\*é—", "*é—") && matches("[a-]]", "-]"));
        for broken in ["[a", "{a,b", "a\\", "[z-a]"] {
            assert!(Glob::new(broken).is_err(), "{broken}");
        }
    }
}
