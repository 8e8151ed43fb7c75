//! Older versions of a table: the reader options `versionAsOf` and `timestampAsOf`.

use std::path::Path;

use lakesmith_base::QualifiedName;
use lakesmith_delta::DeltaTable;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::ErrorKind;
use lakesmith_functions::text_value::format_timestamp;
use lakesmith_value::parse_timestamp;

use crate::catalog::Lack;
use crate::warehouse::committed;

/// The version of a table that reader options ask for: the newest one without options. An option that is none is refused.
pub(crate) async fn version_of(
    table: DeltaTable,
    name: &QualifiedName,
    options: &[(String, String)],
) -> Result<DeltaTable, Lack> {
    let wanted = match options {
        [] => return Ok(table),
        [(key, value)] if key.eq_ignore_ascii_case("versionAsOf") => version(value)?,
        [(key, value)] if key.eq_ignore_ascii_case("timestampAsOf") => version_at(&table, name, value)?,
        [(key, _), ..] => {
            let title = format!("option `{key}` has no meaning for a table");
            return Err(Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title).into());
        }
    };
    match DeltaTable::open_at(table.store(), wanted).await {
        Ok(Some(table)) => Ok(table),
        Ok(None) => Err(Lack::Absent),
        Err(error) if error.kind == ErrorKind::NotFound => {
            let title = format!("`{name}` has no version {wanted}");
            let fault = Diagnostic::error(Condition::DELTA_VERSION_NOT_FOUND, title);
            Err(fault.help(format!("the newest version is {}", table.version())).into())
        }
        Err(error) => Err(error.into()),
    }
}

fn version(text: &str) -> Result<i64, Lack> {
    text.trim().parse().map_err(|_| {
        let title = format!("`{text}` is no version of a table");
        Diagnostic::error(Condition::DATATYPE_MISMATCH, title).help("versions are whole numbers from 0").into()
    })
}

/// The last version that was committed at the time or before.
fn version_at(table: &DeltaTable, name: &QualifiedName, text: &str) -> Result<i64, Lack> {
    // the session's zone is UTC
    let Some(micros) = parse_timestamp(text, |zone, _| zone.is_none().then_some(0)) else {
        let title = format!("`{text}` is no time");
        let help = "write a date or a time in UTC, for example `2024-01-31 12:00:00`";
        return Err(Diagnostic::error(Condition::CAST_INVALID_INPUT, title).help(help).into());
    };
    let folder = Path::new(table.store().folder());
    let mut oldest = None;
    for version in (0..=table.version()).rev() {
        match committed(folder, version) {
            Some(time) if time <= micros => return Ok(version),
            Some(time) => oldest = Some(time),
            None => break,
        }
    }
    let title = format!("`{name}` has no version of {text} or before");
    let fault = Diagnostic::error(Condition::DELTA_VERSION_NOT_FOUND, title);
    Err(match oldest {
        Some(time) => fault.help(format!("its oldest version is of {}", format_timestamp(time))).into(),
        None => fault.into(),
    })
}
