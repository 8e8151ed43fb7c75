//! From text to tokens, and where statements end.
//!
//! [`next_stretch`] is the coarse view (comments, quoted text, the rest) on which statement splitting and substitution work;
//! [`lex`] gives the tokens of one statement. Neither fails: an unclosed quote or comment is a diagnostic at its start and the
//! text up to the end belongs to it.

use std::ops::Range;
use std::sync::Arc;

use lakesmith_diagnostic::{Condition, Diagnostic, SourceId, SourceMap, Span};

use crate::template::{Expanded, VariableLookup, expand_text};
use crate::token::{Token, TokenKind};

/// A piece of text of one nature, by byte range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stretch {
    /// `-- …` or `/* … */`.
    Comment(Range<usize>),
    /// Text in quotes of any kind, quotes included.
    Quoted(Range<usize>),
    /// `;`.
    Semicolon(Range<usize>),
    /// Everything else.
    Code(Range<usize>),
}

impl Stretch {
    /// Its bytes.
    pub(crate) fn range(&self) -> Range<usize> {
        match self {
            Self::Comment(range) | Self::Quoted(range) | Self::Semicolon(range) | Self::Code(range) => range.clone(),
        }
    }
}

/// The stretch that begins at byte `at`; `None` at the end of the text.
pub(crate) fn next_stretch(text: &str, at: usize) -> Option<Stretch> {
    let bytes = text.as_bytes();
    let first = *bytes.get(at)?;
    Some(match first {
        b'\'' | b'"' | b'`' => Stretch::Quoted(at..quoted_end(bytes, at).unwrap_or(bytes.len())),
        b';' => Stretch::Semicolon(at..at + 1),
        _ => match comment_end(bytes, at) {
            Some(end) => Stretch::Comment(at..end.unwrap_or(bytes.len())),
            None => Stretch::Code(at..code_end(bytes, at)),
        },
    })
}

fn code_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'\'' | b'"' | b'`' | b';' => return end,
            b'-' | b'/' if comment_end(bytes, end).is_some() => return end,
            _ => end += 1,
        }
    }
    end
}

/// The end of the comment that begins at `at`: `None` when none begins there, `Some(None)` when it is not closed.
fn comment_end(bytes: &[u8], at: usize) -> Option<Option<usize>> {
    match bytes.get(at..at + 2)? {
        b"--" => Some(Some(line_comment_end(bytes, at))),
        b"/*" => Some(bracketed_comment_end(bytes, at)),
        _ => None,
    }
}

/// A line comment goes on in the next line when its line ends with a backslash.
fn line_comment_end(bytes: &[u8], at: usize) -> usize {
    let mut from = at;
    while let Some(newline) = memchr::memchr(b'\n', &bytes[from..]) {
        let newline = from + newline;
        if bytes[newline - 1] != b'\\' {
            return newline;
        }
        from = newline + 1;
    }
    bytes.len()
}

fn bracketed_comment_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut depth = 1usize;
    let mut from = at + 2;
    while depth > 0 {
        let next = from + memchr::memchr2(b'*', b'/', bytes.get(from..)?)?;
        match bytes.get(next..next + 2)? {
            b"*/" => (depth, from) = (depth - 1, next + 2),
            b"/*" => (depth, from) = (depth + 1, next + 2),
            _ => from = next + 1,
        }
    }
    Some(from)
}

/// The end of the quoted text that begins at `at`; `None` when it is not closed. A doubled quote reads as two texts that
/// touch, which [`lex`] joins.
fn quoted_end(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = bytes[at];
    let escapes = quote != b'`' && !is_raw_string(bytes, at);
    let mut from = at + 1;
    loop {
        let next = from + memchr::memchr2(quote, b'\\', bytes.get(from..)?)?;
        match bytes[next] {
            b'\\' if escapes => from = next + 2,
            b'\\' => from = next + 1,
            _ => return Some(next + 1),
        }
    }
}

/// Whether the quote at `at` belongs to `r'…'`.
fn is_raw_string(bytes: &[u8], at: usize) -> bool {
    let before = |n: usize| at.checked_sub(n).and_then(|index| bytes.get(index)).copied();
    matches!(before(1), Some(b'r' | b'R')) && !before(2).is_some_and(is_word_byte)
}

const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The byte ranges of the statements of a text, without their semicolons. Ranges that hold only blanks and comments are left
/// out.
pub(crate) fn split_statements(text: &str) -> Vec<Range<usize>> {
    let mut statements = Vec::new();
    let (mut start, mut at, mut filled) = (0, 0, false);
    while let Some(stretch) = next_stretch(text, at) {
        let range = stretch.range();
        at = range.end;
        match stretch {
            Stretch::Semicolon(_) => {
                if filled {
                    statements.push(start..range.start);
                }
                (start, filled) = (range.end, false);
            }
            Stretch::Comment(_) => {}
            Stretch::Quoted(_) => filled = true,
            Stretch::Code(_) => filled |= text.get(range).is_some_and(|code| !code.trim().is_empty()),
        }
    }
    if filled {
        statements.push(start..text.len());
    }
    with_blocks(text, statements)
}

/// Whether the last statement of a text is ended by a semicolon, so that nothing more is to come.
pub fn ends_statement(text: &str) -> bool {
    let mut at = 0;
    let mut ended = false;
    while let Some(stretch) = next_stretch(text, at) {
        let range = stretch.range();
        at = range.end;
        match stretch {
            Stretch::Semicolon(_) => ended = true,
            Stretch::Comment(range) => {
                // one that is not closed goes on in the next line
                let words = text.get(range).unwrap_or_default();
                ended &= !words.starts_with("/*") || bracketed_comment_end(words.as_bytes(), 0).is_some();
            }
            Stretch::Quoted(_) => ended = false,
            Stretch::Code(range) => ended &= text.get(range).is_some_and(|code| code.trim().is_empty()),
        }
    }
    // a block ends with its END
    let last = split_statements(text).pop().and_then(|range| text.get(range));
    ended && !last.is_some_and(|last| begins_block(&code_words(last)) && !Block::default().closed_by(last))
}

/// The ranges with those of each `BEGIN … END` block joined. A BEGIN without its END stands for itself.
fn with_blocks(text: &str, statements: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let first_words = |range: &Range<usize>| code_words(text.get(range.clone()).unwrap_or_default());
    let mut joined: Vec<Range<usize>> = Vec::new();
    let mut next = 0;
    while let Some(range) = statements.get(next) {
        let mut end = next;
        if begins_block(&first_words(range)) {
            let mut block = Block::default();
            let is_closed = |statement: &Range<usize>| block.closed_by(text.get(statement.clone()).unwrap_or_default());
            end = statements[next..].iter().position(is_closed).map_or(next, |at| next + at);
        }
        joined.push(range.start..statements[end].end);
        next = end + 1;
    }
    joined
}

/// How many ENDs a block has still to come: its own, those of blocks within, and those of CASE.
#[derive(Default)]
struct Block {
    open: usize,
}

impl Block {
    /// Reads on; whether the block has ended.
    fn closed_by(&mut self, text: &str) -> bool {
        let words = all_words(text);
        for (at, word) in words.iter().enumerate() {
            let next = words.get(at + 1).map(String::as_str);
            let after_end = at > 0 && words[at - 1] == "END";
            match word.as_str() {
                "BEGIN" => self.open += 1,
                "CASE" if !after_end => self.open += 1,
                "END" if next.is_some_and(|next| ["IF", "WHILE", "FOR", "LOOP", "REPEAT"].contains(&next)) => {}
                "END" => self.open = self.open.saturating_sub(1),
                _ => {}
            }
        }
        self.open == 0
    }
}

/// The words of a text, upper-case, without comments and quoted texts.
fn all_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(stretch) = next_stretch(text, at) {
        at = stretch.range().end;
        if let Stretch::Code(range) = &stretch {
            let code = text.get(range.clone()).unwrap_or_default();
            let split = code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
            words.extend(split.map(str::to_uppercase));
        }
    }
    words
}

/// Whether a statement with these first words opens a block, with or without a label before it.
fn begins_block(words: &[String]) -> bool {
    let is_begin = |at: usize| words.get(at).is_some_and(|word| word == "BEGIN");
    let is_transaction = words.get(1).is_some_and(|word| word == "TRANSACTION");
    is_begin(0) && !is_transaction && words.len() > 1 || words.get(1).is_some_and(|word| word == ":") && is_begin(2)
}

/// The first three words or marks of a text, upper-case, without comments.
fn code_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(stretch) = next_stretch(text, at) {
        let range = stretch.range();
        if let Stretch::Code(range) = &stretch {
            let code = text.get(range.clone()).unwrap_or_default().replace(':', " : ");
            words.extend(code.split_whitespace().map(str::to_uppercase));
        }
        if words.len() >= 3 {
            break;
        }
        at = range.end;
    }
    words.truncate(3);
    words
}

/// The tokens of the statement in `range` of a source, after substitution, with an end token; and what is wrong with it.
/// `text` stands in place of the source's own text: it has the same length, with what is not SQL blanked out.
pub(crate) fn lex_text(
    sources: &mut SourceMap,
    source: SourceId,
    text: &str,
    range: Range<usize>,
    lookup: &dyn VariableLookup,
) -> (Vec<Token>, Vec<Diagnostic>) {
    let (expanded, mut diagnostics) = expand_text(sources, source, text, range, lookup);
    let (tokens, found) = Lexer::new(sources, &expanded).run();
    diagnostics.extend(found);
    (tokens, diagnostics)
}

/// [`lex_text`] over the source's own text.
/// How long the white space is that a text begins with and that is not ASCII: spaces of other widths, as pages and chats have them.
fn space_length(text: &str) -> Option<usize> {
    let first = text.chars().next().filter(|first| !first.is_ascii())?;
    let is_space = matches!(
        first,
        '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{2028}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
    );
    is_space.then(|| first.len_utf8())
}

/// Whether a text begins with a sign that is not ASCII and stands in no name: a typographic quote or dash, or one without width.
fn has_no_meaning(text: &str) -> bool {
    let of_names = |sign: char| matches!(sign, 'ª' | 'µ' | 'º');
    text.chars().next().is_some_and(|first| {
        !of_names(first)
            && matches!(first, '\u{80}'..='\u{BF}' | '\u{D7}' | '\u{F7}' | '\u{2000}'..='\u{206F}' | '\u{3000}'..='\u{303F}' | '\u{FEFF}')
    })
}

/// How long the word is that a text begins with.
fn word_length(text: &str) -> usize {
    let goes_on = |at: usize| {
        let rest = &text[at..];
        rest.bytes().next().is_some_and(is_word_byte) && !has_no_meaning(rest) && space_length(rest).is_none()
    };
    text.char_indices().map(|(at, _)| at).find(|at| !goes_on(*at)).unwrap_or(text.len())
}

#[cfg(test)]
pub(crate) fn lex(
    sources: &mut SourceMap,
    source: SourceId,
    range: Range<usize>,
    lookup: &dyn VariableLookup,
) -> (Vec<Token>, Vec<Diagnostic>) {
    let text = sources.source(source).text.clone();
    lex_text(sources, source, &text, range, lookup)
}

/// The tokens of `range` of a source as it stands, without substitution.
pub(crate) fn lex_verbatim(
    sources: &SourceMap,
    source: SourceId,
    range: Range<usize>,
) -> (Vec<Token>, Vec<Diagnostic>) {
    Lexer::new(sources, &Expanded::verbatim(sources, source, range)).run()
}

/// The bytes that hexadecimal digits stand for; an odd digit is the first byte's lower half.
pub(crate) fn hexadecimal(digits: &str) -> Option<Vec<u8>> {
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let padded = if digits.len() % 2 == 1 { format!("0{digits}") } else { digits.to_owned() };
    (0..padded.len()).step_by(2).map(|n| u8::from_str_radix(&padded[n..n + 2], 16).ok()).collect()
}

struct Lexer<'a> {
    sources: &'a SourceMap,
    expanded: &'a Expanded,
    text: Arc<str>,
    at: usize,
    in_hint: bool,
    tokens: Vec<Token>,
    diagnostics: Vec<Diagnostic>,
}

/// Operators and punctuation, longer ones first. `>>` is two tokens, as types end with it.
const SYMBOLS: &[&str] = &[
    "<=>", "->", "=>", "<=", ">=", "<>", "!=", "==", "||", "&&", "|>", "<<", "::", "(", ")", "[", "]", "{", "}", ",",
    ".", "+", "-", "*", "/", "%", "&", "|", "^", "~", "<", ">", "=", "!", ":", "?", "@", ";",
];

impl<'a> Lexer<'a> {
    fn new(sources: &'a SourceMap, expanded: &'a Expanded) -> Self {
        let text = expanded.text.as_str().into();
        Self { sources, expanded, text, at: 0, in_hint: false, tokens: Vec::new(), diagnostics: Vec::new() }
    }
    fn run(mut self) -> (Vec<Token>, Vec<Diagnostic>) {
        while self.at < self.text.len() {
            if self.at_setting_value() {
                self.setting_value();
            } else {
                self.token();
            }
        }
        let end = self.text.trim_end().len();
        let span = match end.checked_sub(1) {
            Some(last) => self.span(last, end).after(),
            None => self.span(0, 0),
        };
        let at = offset(self.text.len());
        self.tokens.push(Token { kind: TokenKind::End, span, start: at, end: at, text: self.text });
        (self.tokens, self.diagnostics)
    }

    /// Whether the statement is `SET key = value` and its value begins here: it is text, not SQL.
    fn at_setting_value(&self) -> bool {
        let [set, first, .., last] = self.tokens.as_slice() else { return false };
        if !set.is_keyword("SET") || !last.is_symbol("=") {
            return false;
        }
        let is_variable = first.is_any(&["VAR", "VARIABLE"]) && self.tokens.len() > 3;
        !is_variable && self.tokens.iter().filter(|token| token.is_symbol("=")).count() == 1
    }

    /// The value of a setting, up to the end or to a comment that stands apart from it.
    fn setting_value(&mut self) {
        let rest = &self.text[self.at..];
        let start = self.at + (rest.len() - rest.trim_start().len());
        let value = &self.text[start..];
        let mut end = value.len();
        let mut at = 0;
        while let Some(stretch) = next_stretch(value, at) {
            let range = stretch.range();
            let stands_apart = value[..range.start].ends_with(|before: char| before.is_whitespace());
            if matches!(stretch, Stretch::Comment(_)) && (range.start == 0 || stands_apart) {
                end = range.start;
                break;
            }
            at = range.end;
        }
        self.at = start;
        let length = value[..end].trim_end().len();
        if length > 0 {
            self.push(TokenKind::Symbol, length);
        }
        self.at = self.text.len();
    }

    fn token(&mut self) {
        let text = self.text.clone();
        let bytes = text.as_bytes();
        let at = self.at;
        match bytes[at] {
            byte if byte.is_ascii_whitespace() => self.at += 1,
            _ if let Some(space) = space_length(&text[at..]) => self.at += space,
            b'/' if bytes[at..].starts_with(b"/*+") && self.hint_may_begin() => {
                self.in_hint = true;
                self.push(TokenKind::Symbol, 3);
            }
            b'*' if self.in_hint && bytes[at..].starts_with(b"*/") => {
                self.in_hint = false;
                self.push(TokenKind::Symbol, 2);
            }
            b'-' | b'/' if comment_end(bytes, at).is_some() => self.comment(),
            b'\'' | b'"' => self.string(at, false),
            b'r' | b'R' if matches!(bytes.get(at + 1), Some(b'\'' | b'"')) => self.string(at + 1, true),
            b'x' | b'X' if matches!(bytes.get(at + 1), Some(b'\'' | b'"')) => self.binary(),
            b'`' => self.back_quoted(),
            b'.' if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => self.number_or_word(),
            _ if has_no_meaning(&text[at..]) => self.unknown_character(),
            byte if is_word_byte(byte) => self.number_or_word(),
            b'$' => self.parameter_reference(),
            _ => self.symbol(),
        }
    }

    /// `/*+` is a hint right after SELECT and MERGE-like keywords, and a comment elsewhere.
    fn hint_may_begin(&self) -> bool {
        let after = self.tokens.last().is_some_and(|token| token.is_keyword("SELECT") || token.is_symbol("*/"));
        after && memchr::memmem::find(&self.text.as_bytes()[self.at..], b"*/").is_some()
    }

    fn comment(&mut self) {
        match comment_end(self.text.as_bytes(), self.at) {
            Some(Some(end)) => self.at = end,
            _ => {
                let title = "a comment that begins with `/*` is not closed";
                self.unclosed(Condition::UNCLOSED_BRACKETED_COMMENT, title, 2, "close it with `*/`");
            }
        }
    }

    fn string(&mut self, quote: usize, raw: bool) {
        let text = self.text.clone();
        let bytes = text.as_bytes();
        let Some(mut end) = quoted_end(bytes, quote) else {
            let mark = char::from(bytes[quote]);
            let title = format!("a string that begins with `{mark}` is not closed");
            return self.unclosed(
                Condition::PARSE_SYNTAX_ERROR,
                &title,
                quote + 1 - self.at,
                &format!("close it with `{mark}`"),
            );
        };
        let mut value = string_value(&text, quote + 1..end - 1, raw);
        while !raw && bytes.get(end) == Some(&bytes[quote]) {
            let Some(next) = quoted_end(bytes, end) else { break };
            value.push(char::from(bytes[quote]));
            value.push_str(&string_value(&text, end + 1..next - 1, raw));
            end = next;
        }
        self.push(TokenKind::String(value), end - self.at);
    }

    fn binary(&mut self) {
        let text = self.text.clone();
        let Some(end) = quoted_end(text.as_bytes(), self.at + 1) else { return self.string(self.at + 1, true) };
        let digits = text.get(self.at + 2..end - 1).unwrap_or_default();
        let value = hexadecimal(digits);
        if value.is_none() {
            let title = "a binary literal holds something other than hexadecimal digits";
            let fault = Diagnostic::error(Condition::INVALID_TYPED_LITERAL, title).at(self.span(self.at, end), "");
            self.diagnostics.push(fault.help("write two hexadecimal digits for each byte: `X'1F'`"));
        }
        self.push(TokenKind::Binary(value.unwrap_or_default()), end - self.at);
    }

    fn back_quoted(&mut self) {
        let text = self.text.clone();
        let bytes = text.as_bytes();
        let Some(mut end) = quoted_end(bytes, self.at) else {
            return self.unclosed(
                Condition::PARSE_SYNTAX_ERROR,
                "a name that begins with a back-quote is not closed",
                1,
                "close it with a back-quote",
            );
        };
        while bytes.get(end) == Some(&b'`') {
            let Some(next) = quoted_end(bytes, end) else { break };
            end = next;
        }
        let value = text.get(self.at + 1..end - 1).unwrap_or_default().replace("``", "`");
        self.push(TokenKind::Quoted(value), end - self.at);
    }

    fn number_or_word(&mut self) {
        let rest = &self.text[self.at..];
        let (word, number) = (word_length(rest), number_length(rest));
        let is_name = self.tokens.last().is_some_and(|token| token.is_symbol(".") && token.end as usize == self.at);
        if number >= word && number > 0 && !(is_name && word > 0) {
            self.push(TokenKind::Number, number);
        } else if word == 0 {
            self.push(TokenKind::Symbol, 1);
        } else {
            self.push(TokenKind::Word, word);
        }
    }

    /// A `${` that substitution left: the key is unknown, which is reported there, or the text is no reference.
    fn parameter_reference(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest.find('}').map_or(1, |close| close + 1);
        if !rest.starts_with("${") || length == 1 {
            return self.unknown_character();
        }
        self.push(TokenKind::Word, length);
    }

    fn symbol(&mut self) {
        let rest = &self.text[self.at..];
        match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            Some(symbol) => self.push(TokenKind::Symbol, symbol.len()),
            None => self.unknown_character(),
        }
    }

    fn unknown_character(&mut self) {
        let character = self.text[self.at..].chars().next().unwrap_or(' ');
        if self.tokens.first().is_some_and(|token| token.is_keyword("SET")) {
            // the key of a setting may hold anything
            return self.push(TokenKind::Symbol, character.len_utf8());
        }
        let title = format!("syntax error: the character `{}` has no meaning here", character.escape_default());
        self.fault(&title, character.len_utf8(), "remove it, or put the name it belongs to in back-quotes");
        self.at += character.len_utf8();
    }

    fn unclosed(&mut self, condition: Condition, title: &str, length: usize, help: &str) {
        let span = self.span(self.at, self.at + length);
        self.diagnostics.push(Diagnostic::error(condition, title).at(span, "begins here").help(help));
        self.at = self.text.len();
    }

    fn fault(&mut self, title: &str, length: usize, help: &str) {
        let span = self.span(self.at, self.at + length);
        self.diagnostics.push(Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, title).at(span, "").help(help));
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        let (start, end) = (self.at, self.at + length);
        let span = self.span(start, end);
        self.tokens.push(Token { kind, span, start: offset(start), end: offset(end), text: self.text.clone() });
        self.at = end;
    }

    fn span(&self, start: usize, end: usize) -> Span {
        self.expanded.span(self.sources, offset(start)..offset(end))
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// How many bytes a number takes, suffix included; 0 when none begins here or a name goes on after it.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(0);
    let mut at = whole;
    let mut fraction = 0;
    if bytes.get(at) == Some(&b'.') {
        fraction = digits(at + 1);
        at += 1 + fraction;
    }
    if whole + fraction == 0 {
        return 0;
    }
    let plain = at;
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent =
            bytes.get(at + 1 + sign..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count());
        if exponent > 0 {
            at += 1 + sign + exponent;
        }
    }
    at += match bytes.get(at).map(u8::to_ascii_uppercase) {
        Some(b'L' | b'S' | b'Y') if at == whole => 1,
        Some(b'B') if matches!(bytes.get(at + 1), Some(b'd' | b'D')) => 2,
        Some(b'D' | b'F') => 1,
        _ => 0,
    };
    if text.get(at..).is_none_or(|rest| word_length(rest) == 0) {
        return at;
    }
    // `1.e` and the like: the number ends before the point when a name follows.
    if fraction == 0 && plain > whole && whole > 0 { whole } else { 0 }
}

/// The value of a string literal's inside, escapes replaced as Spark does.
fn string_value(text: &str, range: Range<usize>, raw: bool) -> String {
    let inner = text.get(range).unwrap_or_default();
    if raw || !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut value = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        let (replacement, length) = escape(&rest[at + 1..]);
        value.push_str(&replacement);
        rest = rest.get(at + 1 + length..).unwrap_or_default();
    }
    value.push_str(rest);
    value
}

/// What a backslash and the text after it stand for, and how much of that text it takes.
fn escape(after: &str) -> (String, usize) {
    let Some(first) = after.chars().next() else { return ("\\".into(), 0) };
    let code = |from: usize, digits: usize, radix: u32| {
        let text = after.get(from..from + digits).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        u32::from_str_radix(text, radix).ok()
    };
    let found = match first {
        // Two halves of a character beyond 16 bits may be written one after the other.
        'u' => code(1, 4, 16).and_then(|high| match (after.get(5..7), code(7, 4, 16)) {
            (Some("\\u"), Some(low)) if (0xd800..0xdc00).contains(&high) && (0xdc00..0xe000).contains(&low) => {
                char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)).map(|character| (character, 11))
            }
            _ => char::from_u32(high).map(|character| (character, 5)),
        }),
        'U' => code(1, 8, 16).and_then(char::from_u32).map(|character| (character, 9)),
        '0'..='3' => code(0, 3, 8).and_then(char::from_u32).map(|character| (character, 3)),
        _ => None,
    };
    if let Some((character, length)) = found {
        return (character.to_string(), length);
    }
    let replacement = match first {
        '0' => '\0',
        'b' => '\u{8}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'Z' => '\u{1a}',
        // `\%` and `\_` keep the backslash: they are for LIKE.
        '%' | '_' => return (format!("\\{first}"), 1),
        other => other,
    };
    (replacement.to_string(), first.len_utf8())
}

#[cfg(test)]
mod tests;
