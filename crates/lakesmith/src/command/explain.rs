//! `lakesmith explain`: what an error condition means.

use lakesmith_base::suggest::closest;
use lakesmith_diagnostic::Condition;
use serde::Serialize;

use crate::arguments::ExplainForm;
use crate::exit::Exit;
use crate::printer::Printer;

/// Explains one condition, or lists all.
pub fn run(code: Option<&str>, form: ExplainForm, printer: &mut Printer) -> Exit {
    let Some(code) = code else {
        return list(Condition::all().iter(), form, printer);
    };
    let code = code.trim().trim_start_matches('[').trim_end_matches(']');
    if let (Some(condition), ExplainForm::Json) = (Condition::find(code), form) {
        return list(std::iter::once(condition), form, printer);
    }
    if let Some(condition) = Condition::find(code) {
        printer.line(&format!(
            "{} (SQLSTATE {})\n\n{}",
            condition.name,
            condition.sqlstate,
            wrapped(condition.explanation)
        ));
        return Exit::Done;
    }
    let of_state: Vec<&Condition> = Condition::all().iter().filter(|condition| condition.sqlstate == code).collect();
    if !of_state.is_empty() {
        return list(of_state.into_iter(), form, printer);
    }
    printer.note(&format!("error: there is no condition `{code}`"));
    let upper = code.to_uppercase();
    let below: Vec<&str> = names().filter(|name| name.starts_with(&upper)).collect();
    let similar = if below.is_empty() { closest(&upper, names(), 3) } else { below };
    match similar.as_slice() {
        [] => printer.note("help: `lakesmith explain` lists all conditions"),
        similar => {
            let listed: Vec<String> = similar.iter().map(|name| format!("`{name}`")).collect();
            printer.note(&format!("help: did you mean {}?", listed.join(" or ")));
        }
    }
    Exit::Usage
}

/// One condition of the JSON output.
#[derive(Debug, Serialize)]
struct Explanation {
    condition: &'static str,
    sqlstate: &'static str,
    explanation: &'static str,
}

fn list<'a>(conditions: impl Iterator<Item = &'a Condition>, form: ExplainForm, printer: &mut Printer) -> Exit {
    if form == ExplainForm::Text {
        conditions.for_each(|condition| printer.line(&format!("{}  {}", condition.sqlstate, condition.name)));
        return Exit::Done;
    }
    let explanation = |condition: &Condition| Explanation {
        condition: condition.name,
        sqlstate: condition.sqlstate,
        explanation: condition.explanation,
    };
    match serde_json::to_string_pretty(&conditions.map(explanation).collect::<Vec<_>>()) {
        Ok(text) => {
            printer.line(&text);
            Exit::Done
        }
        Err(error) => {
            printer.note(&format!("error: the list cannot be written as JSON: {error}"));
            Exit::Bug
        }
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    Condition::all().iter().map(|condition| condition.name)
}

/// Lines of at most 100 characters.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last().map_or(0, String::len);
        if line > 0 && line + word.len() >= 100 {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}
