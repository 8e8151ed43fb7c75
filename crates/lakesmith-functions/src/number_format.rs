//! [`NumberFormat`]: the patterns of `to_char` and `to_number`, such as `$99,999.00MI`, read once and used for each value.
//!
//! A pattern is an optional sign, an optional `$`, digits with thousands separators, perhaps a decimal point with further
//! digits, and perhaps a sign or `PR` (angle brackets around negative numbers).

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A run of digits of the whole part and the separators between them, or a run of the fraction.
    Digits(Vec<Run>),
    Point,
    Dollar,
    /// `S`: a sign, always written.
    Sign,
    /// `MI`: a sign, a blank for positive numbers.
    Minus,
    Open,
    Close,
}

/// Digits without a separator among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    digits: usize,
    /// Whether it begins with `0` before the point: then a number has exactly so many digits there.
    exact: bool,
}

/// A pattern that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NumberFormat {
    tokens: Vec<Token>,
    /// Digits before the point.
    whole: usize,
    /// Digits after it.
    fraction: usize,
}

impl NumberFormat {
    /// Reads a pattern; the error says what is wrong with it.
    pub(crate) fn parse(pattern: &str) -> Result<Self, String> {
        if pattern.is_empty() {
            return Err("the number format is empty".into());
        }
        let mut tokens = Vec::new();
        let upper = pattern.to_ascii_uppercase();
        let mut rest = upper.as_str();
        let mut has_point = false;
        let mut wraps = false;
        while let Some(first) = rest.chars().next() {
            let mut taken = first.len_utf8();
            match first {
                '0' | '9' | ',' | 'G' => {
                    taken = rest.find(|c| !matches!(c, '0' | '9' | ',' | 'G')).unwrap_or(rest.len());
                    tokens.push(Token::Digits(runs(&rest[..taken], has_point)?));
                }
                '.' | 'D' => {
                    has_point = true;
                    tokens.push(Token::Point);
                }
                '$' => tokens.push(Token::Dollar),
                'S' => tokens.push(Token::Sign),
                'M' if rest.starts_with("MI") => {
                    taken = 2;
                    tokens.push(Token::Minus);
                }
                'P' if rest.starts_with("PR") => {
                    taken = 2;
                    wraps = true;
                    tokens.push(Token::Close);
                }
                other => return Err(format!("`{other}` is no part of a number format")),
            }
            rest = &rest[taken..];
        }
        check(&tokens, pattern)?;
        if wraps {
            tokens.insert(0, Token::Open);
        }
        let at = tokens.iter().position(|token| *token == Token::Point).unwrap_or(tokens.len());
        let (whole, fraction) = (count(&tokens[..at]), count(&tokens[at..]));
        Ok(Self { tokens, whole, fraction })
    }

    /// Digits and scale of the numbers that the pattern reads.
    pub(crate) fn precision_and_scale(&self) -> (usize, usize) {
        (self.whole + self.fraction, self.fraction)
    }

    /// Reads a text as a number times ten to the power of the scale; `None` when it does not follow the pattern.
    pub(crate) fn read(&self, text: &str) -> Option<i128> {
        let mut rest = text;
        let mut negative = false;
        let (mut digits, mut scale) = (String::with_capacity(text.len()), 0usize);
        let (mut after_point, mut is_open) = (false, false);
        for token in &self.tokens {
            let next = rest.chars().next();
            let taken = match (token, next) {
                (Token::Digits(expected), _) => {
                    let before = digits.len();
                    rest = read_digits(expected, rest, &mut digits)?;
                    scale += if after_point { digits.len() - before } else { 0 };
                    false
                }
                (Token::Point, Some('.')) => {
                    after_point = true;
                    true
                }
                (Token::Dollar, Some('$')) | (Token::Sign, Some('+')) => true,
                (Token::Dollar, _) => return None,
                (Token::Open, Some('<')) => {
                    is_open = true;
                    true
                }
                (Token::Sign | Token::Minus, Some('-')) => {
                    negative = !negative;
                    true
                }
                (Token::Close, Some('>')) if is_open => {
                    negative = true;
                    true
                }
                (Token::Close, _) if is_open => return None,
                _ => false,
            };
            if taken {
                rest = &rest[1..];
            }
        }
        if !rest.is_empty() || digits.is_empty() {
            return None;
        }
        let missing = u32::try_from(self.fraction.checked_sub(scale)?).ok()?;
        let value = digits.parse::<i128>().ok()?.checked_mul(10i128.checked_pow(missing)?)?;
        Some(if negative { -value } else { value })
    }

    /// Appends a number, `unscaled` over ten to the power of `scale`; digits that do not fit make every digit `#`.
    pub(crate) fn write(&self, unscaled: i128, scale: usize, out: &mut String) {
        let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let fits = whole.len() <= self.whole && fraction.len() <= self.fraction;
        let negative = unscaled < 0;
        let start = out.len();
        let (mut place, mut after_point) = (0usize, false);
        for token in &self.tokens {
            match token {
                Token::Digits(runs) => {
                    for (index, run) in runs.iter().enumerate() {
                        if index > 0 {
                            let follows_digit = out[start..].ends_with(|c: char| c.is_ascii_digit());
                            if follows_digit { out.push(',') } else { blank(out, start) }
                        }
                        for _ in 0..run.digits {
                            let digit = match after_point {
                                _ if !fits => Some('#'),
                                true => Some(fraction[place.min(fraction.len())..].chars().next().unwrap_or('0')),
                                false => (place + whole.len())
                                    .checked_sub(self.whole)
                                    .and_then(|at| whole[at..].chars().next())
                                    .or(run.exact.then_some('0')),
                            };
                            match digit {
                                Some(digit) => out.push(digit),
                                None => blank(out, start),
                            }
                            place += 1;
                        }
                    }
                }
                Token::Point => {
                    if out[start..].ends_with(' ') {
                        out.pop();
                        out.push('0');
                    }
                    out.push('.');
                    (place, after_point) = (0, true);
                }
                Token::Dollar => out.push('$'),
                Token::Sign => mark(out, start, if negative { '-' } else { '+' }),
                Token::Minus if negative => mark(out, start, '-'),
                Token::Minus => {
                    lone_point(out, start);
                    out.push(' ');
                }
                Token::Open if negative => out.push('<'),
                Token::Open => {}
                Token::Close if negative => mark(out, start, '>'),
                Token::Close => {
                    lone_point(out, start);
                    out.push_str("  ");
                }
            }
        }
        lone_point(out, start);
    }
}

/// Appends a blank, before a sign that stands last: signs at the front follow the blanks.
fn blank(out: &mut String, start: usize) {
    match out[start..].chars().next_back() {
        Some(sign @ ('+' | '-' | '<')) => {
            out.pop();
            out.push(' ');
            out.push(sign);
        }
        _ => out.push(' '),
    }
}

/// Appends a sign, before the blanks that stand last: signs at the end follow the digits.
fn mark(out: &mut String, start: usize, sign: char) {
    lone_point(out, start);
    let kept = start + out[start..].trim_end_matches(' ').len();
    out.insert(kept, sign);
}

/// A point without digits after it is a blank.
fn lone_point(out: &mut String, start: usize) {
    if out[start..].ends_with('.') {
        out.pop();
        out.push(' ');
    }
}

fn runs(text: &str, after_point: bool) -> Result<Vec<Run>, String> {
    let parts = text.split([',', 'G']);
    let runs: Vec<Run> =
        parts.map(|part| Run { digits: part.len(), exact: !after_point && part.starts_with('0') }).collect();
    if runs.len() > 1 && after_point {
        return Err("thousands separators stand before the decimal point".into());
    }
    if runs.iter().any(|run| run.digits == 0) {
        return Err("a thousands separator needs digits on both sides".into());
    }
    Ok(runs)
}

fn count(tokens: &[Token]) -> usize {
    let digits = |token: &Token| match token {
        Token::Digits(runs) => runs.iter().map(|run| run.digits).sum(),
        _ => 0,
    };
    tokens.iter().map(digits).sum()
}

/// Whether the parts stand in an order that is allowed.
fn check(tokens: &[Token], pattern: &str) -> Result<(), String> {
    let mut rest = tokens;
    let skip = |wanted: &[Token], rest: &mut &[Token]| {
        if let Some((first, after)) = rest.split_first()
            && wanted.contains(first)
        {
            *rest = after;
        }
    };
    let digits = |rest: &mut &[Token]| {
        if let Some((Token::Digits(_), after)) = rest.split_first() {
            *rest = after;
        }
    };
    skip(&[Token::Sign, Token::Minus], &mut rest);
    let signed = rest.len() < tokens.len();
    skip(&[Token::Dollar], &mut rest);
    digits(&mut rest);
    skip(&[Token::Point], &mut rest);
    digits(&mut rest);
    let trailing: &[Token] = if signed { &[] } else { &[Token::Sign, Token::Minus, Token::Close] };
    skip(trailing, &mut rest);
    if count(tokens) == 0 {
        return Err(format!("the number format `{pattern}` has no digits"));
    }
    match rest {
        [] => Ok(()),
        _ => Err(format!("the parts of the number format `{pattern}` do not stand where they may")),
    }
}

/// Takes the digits of a text that stand first; what follows them, or `None` when they are more or fewer than expected.
fn read_digits<'t>(expected: &[Run], text: &'t str, digits: &mut String) -> Option<&'t str> {
    let end = text.find(|c: char| !c.is_whitespace() && !c.is_ascii_digit() && c != ',').unwrap_or(text.len());
    let mut expected = expected.iter().rev();
    for part in text[..end].rsplit(',') {
        let found = part.chars().filter(char::is_ascii_digit).count();
        let run = expected.next()?;
        if found > run.digits || run.exact && found != run.digits {
            return None;
        }
    }
    if expected.any(|run| run.exact) {
        return None;
    }
    digits.extend(text[..end].chars().filter(char::is_ascii_digit));
    Some(&text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(unscaled: i128, scale: usize, pattern: &str) -> String {
        let mut text = String::new();
        NumberFormat::parse(pattern).unwrap().write(unscaled, scale, &mut text);
        text
    }

    #[test]
    fn a_sign_floats_to_the_digits_and_a_currency_does_not() {
        assert_eq!(written(1, 0, "S999"), "  +1");
        assert_eq!(written(-1, 0, "$999PR"), "<$  1>");
        assert_eq!(written(0, 0, "999S"), "+   ");
        assert_eq!(written(-55, 2, "99.99PR"), "  <.55>");
    }

    #[test]
    fn digits_that_do_not_fit_are_shown_as_such() {
        assert_eq!(written(-12345, 0, "9,999"), "# ###");
        assert_eq!(written(55, 2, "9.9"), "#.#");
        assert_eq!(written(10, 2, "99."), "## ");
    }

    #[test]
    fn a_text_is_read_only_when_it_follows_the_format() {
        let read = |text: &str, pattern: &str| NumberFormat::parse(pattern).unwrap().read(text);
        assert_eq!(read("12,454.8-", "99,999.9S"), Some(-124_548));
        assert_eq!(read("12,34", "99,999"), Some(1234));
        assert_eq!(read("4", "9.99"), Some(400));
        for (text, pattern) in [("4", "000"), ("1234", "9,999"), ("", "9"), ("5", "$9"), ("-5", "9MI"), ("<5", "9PR")] {
            assert_eq!(read(text, pattern), None, "{text} {pattern}");
        }
    }
}
