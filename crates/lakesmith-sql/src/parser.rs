//! [`Parser`]: the cursor over the tokens of one statement, and [`SyntaxError`].
//!
//! What all parts of the grammar share is here: looking ahead, eating words and symbols, names, strings, lists, messages. The
//! grammar itself is in `expression`, `query`, `data_type` and `statement`. The cursor never moves past the end token.

use lakesmith_base::suggest::closest;
use lakesmith_diagnostic::{Condition, Diagnostic, Span};
use lakesmith_unresolved::{Name, NamePart};

use crate::arguments::Arguments;
use crate::dialect::Dialect;
use crate::keyword;
use crate::token::{Token, TokenKind};

/// How deep parentheses, subqueries, functions and types may nest.
const DEEPEST_NESTING: usize = 300;

/// How much of the thread's stack nesting may take. Worker threads have 2 MiB, and unoptimised builds use tens of KiB a level.
const LARGEST_STACK: usize = 1 << 20;

/// How many tokens' worth of expressions one statement may copy.
const MOST_COPIED: usize = 1_000_000;

/// One syntax error ends the statement it is in.
#[derive(Debug)]
pub(crate) struct SyntaxError(pub(crate) Box<Diagnostic>);

impl From<Diagnostic> for SyntaxError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(Box::new(diagnostic))
    }
}

/// What a part of the grammar returns.
pub(crate) type Parsed<T> = Result<T, SyntaxError>;

/// The cursor over the tokens of one statement. The last token is [`TokenKind::End`].
pub(crate) struct Parser<'a> {
    tokens: &'a [Token],
    position: usize,
    depth: usize,
    /// Where the stack stood at the outermost level.
    stack_base: Option<usize>,
    /// How many tokens' worth of expressions were copied, for CASE with a value.
    copied: usize,
    /// Number of `?` seen.
    pub(crate) positional_parameters: usize,
    /// Number of `:name` seen.
    pub(crate) named_parameters: usize,
    /// Values of parameters.
    pub(crate) arguments: Arguments,
    /// How many parameters got their values.
    pub(crate) bound_parameters: usize,
    /// What settings make of words.
    pub(crate) dialect: Dialect,
    /// Index of the word last taken for an alias without `AS`; it may have been a misspelt keyword.
    implicit_alias: Option<usize>,
}

impl<'a> Parser<'a> {
    /// A cursor at the first token. `tokens` must end with the end token that the lexer adds.
    pub(crate) fn new(tokens: &'a [Token]) -> Self {
        debug_assert!(tokens.last().is_some_and(|token| token.kind == TokenKind::End));
        Self {
            tokens,
            position: 0,
            copied: 0,
            depth: 0,
            stack_base: None,
            positional_parameters: 0,
            named_parameters: 0,
            arguments: Arguments::default(),
            bound_parameters: 0,
            dialect: Dialect::default(),
            implicit_alias: None,
        }
    }

    /// The current token.
    pub(crate) fn peek(&self) -> &'a Token {
        self.peek_at(0)
    }

    /// The token `n` places after the current one, the end token beyond the end.
    pub(crate) fn peek_at(&self, n: usize) -> &'a Token {
        &self.tokens[(self.position + n).min(self.tokens.len() - 1)]
    }

    /// The token before the current one.
    pub(crate) fn previous(&self) -> &'a Token {
        &self.tokens[self.position.saturating_sub(1)]
    }

    /// Takes the current token.
    pub(crate) fn advance(&mut self) -> &'a Token {
        let token = self.peek();
        if self.position + 1 < self.tokens.len() {
            self.position += 1;
        }
        token
    }

    /// Whether everything has been taken.
    pub(crate) fn is_end(&self) -> bool {
        self.peek().kind == TokenKind::End
    }

    /// Whether the current token is the unquoted word `word`.
    pub(crate) fn at_keyword(&self, word: &str) -> bool {
        self.peek().is_keyword(word)
    }

    /// Whether the next tokens are these unquoted words.
    pub(crate) fn at_keywords(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(n, word)| self.peek_at(n).is_keyword(word))
    }

    /// Whether the current token is one of these unquoted words.
    pub(crate) fn at_any_keyword(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.at_keyword(word))
    }

    /// Takes `word` if it is next.
    pub(crate) fn eat_keyword(&mut self, word: &str) -> bool {
        self.eat_keywords(&[word])
    }

    /// Takes `words` if all of them are next.
    pub(crate) fn eat_keywords(&mut self, words: &[&str]) -> bool {
        let found = self.at_keywords(words);
        if found {
            self.position += words.len();
        }
        found
    }

    /// Takes `word`, which must be next.
    pub(crate) fn expect_keyword(&mut self, word: &str) -> Parsed<Span> {
        if self.at_keyword(word) { Ok(self.advance().span) } else { Err(self.expected(&[word])) }
    }

    /// Whether the current token is the symbol `symbol`.
    pub(crate) fn at_symbol(&self, symbol: &str) -> bool {
        self.peek().is_symbol(symbol)
    }

    /// Takes `symbol` if it is next.
    pub(crate) fn eat_symbol(&mut self, symbol: &str) -> bool {
        let found = self.at_symbol(symbol);
        if found {
            self.advance();
        }
        found
    }

    /// Takes `symbol`, which must be next.
    pub(crate) fn expect_symbol(&mut self, symbol: &str) -> Parsed<Span> {
        if self.at_symbol(symbol) { Ok(self.advance().span) } else { Err(self.expected(&[symbol])) }
    }

    /// A single name: any unquoted word, or back-quoted, or `IDENTIFIER('…')`.
    pub(crate) fn identifier(&mut self) -> Parsed<NamePart> {
        match self.constant_part()? {
            Some(part) => Ok(part),
            None => self.plain_identifier(),
        }
    }

    /// A single name that is written as it is.
    pub(crate) fn plain_identifier(&mut self) -> Parsed<NamePart> {
        let token = self.peek();
        let text = match &token.kind {
            TokenKind::Word => token.raw().to_owned(),
            TokenKind::Quoted(text) => text.clone(),
            _ => return Err(self.expected(&["a name"])),
        };
        self.advance();
        Ok(NamePart::new(text, token.span))
    }

    /// Whether the current token can be a name.
    pub(crate) fn at_identifier(&self) -> bool {
        matches!(self.peek().kind, TokenKind::Word | TokenKind::Quoted(_))
    }

    /// A name of parts with dots, or `IDENTIFIER(…)`.
    pub(crate) fn name(&mut self) -> Parsed<Name> {
        let start = self.position;
        if self.at_keyword("IDENTIFIER") && self.peek_at(1).is_symbol("(") && !self.at_constant_name() {
            self.advance();
            self.advance();
            let computed = self.expression()?;
            self.expect_symbol(")")?;
            let mut parts = Vec::new();
            while self.eat_symbol(".") {
                parts.push(self.identifier()?);
            }
            return Ok(Name { parts, computed: Some(Box::new(computed)), origin: self.span_from(start).into() });
        }
        let parts = self.dotted()?;
        Ok(Name { parts, computed: None, origin: self.span_from(start).into() })
    }

    /// The parts of a name with dots.
    pub(crate) fn dotted(&mut self) -> Parsed<Vec<NamePart>> {
        let mut parts = self.parts()?;
        while self.eat_symbol(".") {
            parts.extend(self.parts()?);
        }
        Ok(parts)
    }

    /// What stands between the points of a name.
    fn parts(&mut self) -> Parsed<Vec<NamePart>> {
        match self.constant_name()? {
            Some(parts) => Ok(parts),
            None => Ok(vec![self.plain_identifier()?]),
        }
    }

    /// A string literal. Neighbouring literals are one string, as in Spark.
    pub(crate) fn string(&mut self) -> Parsed<(String, Span)> {
        let start = self.position;
        let TokenKind::String(first) = &self.peek().kind else { return Err(self.expected(&["a string"])) };
        let mut text = first.clone();
        self.advance();
        while let TokenKind::String(next) = &self.peek().kind {
            text.push_str(next);
            self.advance();
        }
        Ok((text, self.span_from(start)))
    }

    /// One or more items with commas between them.
    pub(crate) fn comma_separated<T>(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.eat_symbol(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// `(item, item, …)`, at least one.
    pub(crate) fn parenthesised<T>(&mut self, item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.expect_symbol("(")?;
        let items = self.comma_separated(item)?;
        if !self.eat_symbol(")") {
            return Err(self.expected(&[",", ")"]));
        }
        Ok(items)
    }

    /// The text, after substitution, of the tokens `start..end`.
    pub(crate) fn text_between(&self, start: usize, end: usize) -> String {
        let end = end.min(self.tokens.len());
        if start >= end {
            return String::new();
        }
        let (first, last) = (&self.tokens[start], &self.tokens[end - 1]);
        first.text.get(first.start as usize..last.end as usize).unwrap_or_default().to_owned()
    }

    /// The text, after substitution, of the tokens from `start` up to here that lie in `span`.
    pub(crate) fn text_of(&self, start: usize, span: Span) -> String {
        let inside = |token: &&Token| {
            token.span.source == span.source && token.span.start >= span.start && token.span.end <= span.end
        };
        let found: Vec<&str> = self.tokens[start..=self.position].iter().filter(inside).map(Token::raw).collect();
        found.join("")
    }

    /// The index of the current token.
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// Goes back to the token at `position`.
    pub(crate) fn rewind(&mut self, position: usize) {
        self.position = position.min(self.position);
    }

    /// The place of all tokens from `position` up to the last one taken.
    pub(crate) fn span_from(&self, position: usize) -> Span {
        let first = &self.tokens[position.min(self.tokens.len() - 1)];
        if self.position <= position { first.span } else { first.span.to(self.previous().span) }
    }

    /// Notes that the word just taken is an alias without `AS`.
    pub(crate) fn took_implicit_alias(&mut self) {
        self.implicit_alias = self.position.checked_sub(1);
    }

    /// Runs `part` one nesting level deeper; refuses what is nested too deeply.
    pub(crate) fn nested<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let marker = 0u8;
        let here = std::ptr::from_ref(&marker).addr();
        let used = self.stack_base.get_or_insert(here).abs_diff(here);
        if self.depth >= DEEPEST_NESTING || used > LARGEST_STACK {
            return Err(self.too_deep());
        }
        self.depth += 1;
        let result = part(self);
        self.depth -= 1;
        if self.depth == 0 {
            self.stack_base = None;
        }
        result
    }

    fn too_deep(&self) -> SyntaxError {
        self.refused(
            format!("syntax error: nested more than {} levels deep", self.depth),
            "split the expression or query, for example with a common table expression",
        )
    }

    /// Notes a copy of an expression of `weight` tokens; refuses copies of copies that grow without bound.
    pub(crate) fn note_copy(&mut self, weight: usize) -> Parsed<()> {
        self.copied = self.copied.saturating_add(weight);
        if self.copied <= MOST_COPIED {
            return Ok(());
        }
        Err(self.refused(
            "syntax error: CASE with a value that is too large for its number of branches",
            "write `CASE WHEN condition`",
        ))
    }

    /// How much was copied so far, in tokens.
    pub(crate) fn copied(&self) -> usize {
        self.copied
    }

    /// "expected X or Y, found Z" at the current token. Words in capitals and symbols are shown in back-quotes.
    pub(crate) fn expected(&self, what: &[&str]) -> SyntaxError {
        let alias = self.implicit_alias.filter(|alias| alias + 1 == self.position).map(|alias| &self.tokens[alias]);
        let misspelt = alias.and_then(|alias| {
            let meant = keyword_like(alias, what).or_else(|| keyword_like(alias, keyword::CLAUSES))?;
            Some((alias, Some(meant)))
        });
        let (token, meant) = misspelt.unwrap_or_else(|| (self.peek(), keyword_like(self.peek(), what)));
        let found = match &token.kind {
            TokenKind::End => "the end of the statement".to_owned(),
            _ => format!("`{}`", shortened(token.raw())),
        };
        let wanted = meant.map_or_else(|| listed(what), |keyword| format!("`{keyword}`"));
        let title = format!("syntax error: expected {wanted}, found {found}");
        let diagnostic = Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, title).at(token.span, "");
        match meant {
            Some(keyword) => diagnostic.help(format!("did you mean `{keyword}`?")).into(),
            None if self.previous().is_symbol(",") && self.position > 0 => diagnostic
                .also(self.previous().span, "")
                .help("remove the comma before it, or write what is missing")
                .into(),
            None => match self.hyphenated_name() {
                Some(name) => {
                    let help = format!("a name that holds `-` needs back-quotes around it: {name}");
                    Diagnostic { condition: Condition::INVALID_IDENTIFIER, ..diagnostic }.help(help).into()
                }
                None => match self.help_for(what) {
                    Some(help) => diagnostic.help(help).into(),
                    None => diagnostic.into(),
                },
            },
        }
    }

    /// What to do where a name is wanted and a text in double quotes, or a reserved word, stands; or a clause behind the query.
    fn help_for(&self, what: &[&str]) -> Option<String> {
        let token = self.peek();
        if what.contains(&"the end of the statement") && token.is_any(BEFORE_AS) {
            return Some("clauses of a dataset stand before AS".to_owned());
        }
        if !what.iter().any(|wanted| matches!(*wanted, "a name" | "a table")) {
            return None;
        }
        match &token.kind {
            TokenKind::String(text) if !text.contains('`') => {
                Some(format!("names stand between back-quotes, `{text}`; what stands between quotes is text"))
            }
            TokenKind::Word => Some(format!("as a name, this word needs back-quotes around it: `{}`", token.raw())),
            _ => None,
        }
    }

    /// The name that the minus here probably belongs to, in back-quotes.
    fn hyphenated_name(&self) -> Option<String> {
        let (before, minus, after) = (self.previous(), self.peek(), self.peek_at(1));
        let is_name = minus.is_symbol("-")
            && before.kind == TokenKind::Word
            && before.touches(minus)
            && minus.touches(after)
            && after.kind == TokenKind::Word;
        is_name.then(|| format!("`{}-{}`", before.raw(), after.raw()))
    }

    /// A syntax error at the current token with a title of its own.
    pub(crate) fn refused(&self, title: impl Into<String>, help: &str) -> SyntaxError {
        let diagnostic = Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, title).at(self.peek().span, "");
        diagnostic.help(help).into()
    }

    /// Refuses everything after what has been parsed.
    pub(crate) fn expect_end(&self, alternatives: &[&str]) -> Parsed<()> {
        if self.is_end() {
            return Ok(());
        }
        let mut what = alternatives.to_vec();
        what.push("the end of the statement");
        Err(self.expected(&what))
    }
}

/// First words of a dataset's clauses, none of which can follow a query.
const BEFORE_AS: &[&str] = &["COMMENT", "TBLPROPERTIES", "PARTITIONED", "SCHEDULE", "CONSTRAINT"];

/// The keyword among `what` that `token` probably was meant to be.
fn keyword_like<'w>(token: &Token, what: &[&'w str]) -> Option<&'w str> {
    if token.kind != TokenKind::Word {
        return None;
    }
    let keywords =
        what.iter().copied().filter(|word| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase()));
    let found = closest(token.raw(), keywords, 1).first().copied()?;
    (!token.is_keyword(found)).then_some(found)
}

fn listed(what: &[&str]) -> String {
    let shown: Vec<String> = what
        .iter()
        .map(|item| match item.bytes().any(|byte| byte.is_ascii_lowercase()) {
            true => (*item).to_owned(),
            false => format!("`{item}`"),
        })
        .collect();
    match shown.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "something else".to_owned(),
    }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 40 && line.len() == text.len() {
        return text.to_owned();
    }
    format!("{}…", line.chars().take(40).collect::<String>())
}
