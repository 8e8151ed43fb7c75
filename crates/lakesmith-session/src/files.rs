//! Files as a relation: `read_files(…)`, `` json.`path` ``.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::{EngineError, ErrorKind, ProvidedRelation};
use lakesmith_ingest::{OptionFault, ReaderOptions, Usage, format_by_name, infer, list, metadata_field, provider};
use lakesmith_unresolved::{SparkType, StructField};

use crate::catalog::{Lack, local};
use crate::session::Session;

/// Which files are read, and how.
pub(crate) struct FilesRequest<'r> {
    pub format: Option<&'r str>,
    pub schema: Option<&'r str>,
    pub options: &'r [(String, String)],
    pub paths: &'r [String],
    pub usage: Usage,
}

/// The files as a relation, and what the user should know about them.
pub(crate) async fn relation(
    session: &Session,
    request: FilesRequest<'_>,
) -> Result<(ProvidedRelation, Vec<String>), Lack> {
    let mut options = request.options.to_vec();
    options.extend(request.schema.map(|schema| ("schema".to_owned(), schema.to_owned())));
    let is_given = request.format.is_some()
        || options
            .iter()
            .any(|(key, _)| ["format", "cloudFiles.format"].iter().any(|own| own.eq_ignore_ascii_case(key)));
    let guessed = match request.paths {
        [path] if !is_given && request.usage == Usage::ReadFiles => format_by_name(&local(session, path)?),
        _ => None,
    };
    let options = ReaderOptions::parse(request.format.or(guessed.as_deref()), &options, request.usage);
    let options = options.map_err(unusable)?;
    let mut files = Vec::new();
    for path in request.paths {
        let found = list(&local(session, path)?, &options, &|_| false).map_err(|error| missing(path, error))?;
        files.extend(found);
    }
    let (columns, warnings) = match &options.schema {
        Some(schema) => (with_rescued_data(schema, &options), Vec::new()),
        None => {
            let inferred = infer(&files, &options, &session.context()).await?;
            (inferred.columns, inferred.warnings)
        }
    };
    let provider = provider(files, columns.clone(), &options);
    let relation = ProvidedRelation::new(columns, provider).with_metadata_columns(vec![metadata_field()]);
    Ok((relation, warnings))
}

/// The columns of a given schema; a rescued-data column that the options name is one of them.
fn with_rescued_data(schema: &[StructField], options: &ReaderOptions) -> Vec<StructField> {
    let mut columns = schema.to_vec();
    if let Some(name) = &options.rescued_data_name
        && !columns.iter().any(|column| column.name.matches(name))
    {
        columns.push(StructField::nullable(name.as_str(), SparkType::STRING));
    }
    columns
}

fn unusable(faults: Vec<OptionFault>) -> Lack {
    let fault = |fault: OptionFault| {
        let title = format!("option `{}`: {}", fault.key, fault.message);
        let mut diagnostic = Diagnostic::error(Condition::UNRECOGNIZED_OPTION, title);
        diagnostic.help.extend(fault.help);
        (fault.key, diagnostic)
    };
    Lack::Misused(faults.into_iter().map(fault).collect())
}

fn missing(path: &str, error: EngineError) -> Lack {
    if error.kind != ErrorKind::NotFound {
        return error.into();
    }
    let title = format!("path `{path}` does not exist");
    let fault = Diagnostic::error(Condition::PATH_NOT_FOUND, title).note(error.message);
    fault.help("relative paths count from the project's folder").into()
}
