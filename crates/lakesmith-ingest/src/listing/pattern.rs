//! Patterns in paths, part by part. No wildcard crosses a folder; only braces may hold a `/`.

use std::path::Path;

use lakesmith_engine::{Actor, EngineError, ErrorKind};

use super::glob::Glob;

/// One part of a path.
pub(super) enum Part {
    /// A name.
    Name(String),
    /// Any name that matches.
    Wildcard {
        glob: Glob,
        /// The pattern itself starts with `.` or `_`.
        shows_hidden: bool,
    },
}

/// The patterns that a path means, part by part: more than one when braces hold a `/`.
pub(super) fn alternatives(path: &Path) -> Result<Vec<Vec<Part>>, EngineError> {
    let mut expanded = Vec::new();
    expand(&path.to_string_lossy(), &mut expanded);
    expanded.iter().map(|text| super::parts_of(Path::new(text)).into_iter().map(part).collect()).collect()
}

fn part(text: String) -> Result<Part, EngineError> {
    if !text.contains(['*', '?', '[', '{', '\\']) {
        return Ok(Part::Name(text));
    }
    let glob = Glob::new(&text).map_err(|message| {
        EngineError::new(ErrorKind::NotFound, super::OPERATION, message).for_actor(Actor::Pipeline)
    })?;
    let shows_hidden = text.starts_with(['.', '_']);
    Ok(Part::Wildcard { glob, shows_hidden })
}

/// Replaces the first braces that hold a `/` by each of their alternatives, and so on.
fn expand(text: &str, into: &mut Vec<String>) {
    let Some((open, close)) = braces_with_slash(text) else {
        into.push(text.to_owned());
        return;
    };
    let (mut depth, mut start) = (0, open + 1);
    for (at, character) in text[..=close].char_indices().skip_while(|(at, _)| *at <= open) {
        match character {
            '{' => depth += 1,
            '}' if at < close => depth -= 1,
            ',' if depth > 0 => {}
            ',' | '}' => {
                expand(&format!("{}{}{}", &text[..open], &text[start..at], &text[close + 1..]), into);
                start = at + 1;
            }
            _ => {}
        }
    }
}

fn braces_with_slash(text: &str) -> Option<(usize, usize)> {
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => {}
            '{' => open.push((at, false)),
            '/' => open.iter_mut().for_each(|(_, slash)| *slash = true),
            '}' => match open.pop() {
                // The outermost one: inner braces are expanded when their turn comes.
                Some((start, true)) if open.is_empty() => return Some((start, at)),
                _ => {}
            },
            _ => {}
        }
        escaped = character == '\\' && !escaped;
    }
    None
}
