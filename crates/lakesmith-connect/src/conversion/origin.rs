//! Where a client says that an element of a plan was written.
//!
//! A Python client sends the place of the call (`/home/me/etl.py:12`, or `line 3 in cell [5]` from a notebook), innermost call
//! first. The name of the called method and the stack of a JVM client have no place in an [`Origin`] and no meaning for results.

use lakesmith_diagnostic::Origin;
use spark_connect_proto as proto;

/// The origin of an expression.
pub(super) fn of_expression(common: Option<&proto::ExpressionCommon>) -> Origin {
    origin(common.and_then(|common| common.origin.as_ref()))
}

/// The origin of a relation.
pub(super) fn of_relation(common: Option<&proto::RelationCommon>) -> Origin {
    origin(common.and_then(|common| common.origin.as_ref()))
}

/// The origin of a pipeline's element; lines count from 1.
pub(super) fn of_definition(location: Option<&proto::SourceCodeLocation>) -> Origin {
    let Some(location) = location else { return Origin::Unknown };
    let line = location.line_number.and_then(|line| u32::try_from(line).ok());
    match (&location.file_name, line) {
        (Some(file), Some(line)) => Origin::Python { file: file.as_str().into(), line },
        _ => Origin::Unknown,
    }
}

fn origin(message: Option<&proto::Origin>) -> Origin {
    use proto::origin::Function;
    match message.and_then(|origin| origin.function.as_ref()) {
        Some(Function::PythonOrigin(python)) => call_site(&python.call_site).unwrap_or_default(),
        Some(Function::JvmOrigin(_)) | None => Origin::Unknown,
    }
}

fn call_site(text: &str) -> Option<Origin> {
    let innermost = text.lines().next()?;
    let (file, line) = match innermost.strip_prefix("line ").and_then(|rest| rest.split_once(" in ")) {
        Some((line, cell)) => (cell, line),
        None => innermost.rsplit_once(':')?,
    };
    Some(Origin::Python { file: file.into(), line: line.trim().parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::{Origin, call_site};

    #[test]
    fn a_call_site_gives_file_and_line_of_the_innermost_call() {
        let origin = call_site("C:\\etl\\a.py:12\nb.py:1");
        assert_eq!(origin, Some(Origin::Python { file: "C:\\etl\\a.py".into(), line: 12 }));
    }

    #[test]
    fn a_notebook_gives_its_cell() {
        assert_eq!(call_site("line 3 in cell [5]"), Some(Origin::Python { file: "cell [5]".into(), line: 3 }));
    }

    #[test]
    fn a_call_site_without_a_line_gives_nothing() {
        assert_eq!(call_site("<stdin>"), None);
        assert_eq!(call_site(""), None);
    }
}
