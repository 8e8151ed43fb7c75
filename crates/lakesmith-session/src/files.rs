//! Files as a relation: `read_files(…)`, `` json.`path` ``.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::{EngineError, ErrorKind, ProvidedRelation};
use lakesmith_ingest::{OptionFault, ReaderOptions, Usage, infer, list, metadata_field, provider};

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
    let options = match request.paths {
        [path] => ReaderOptions::for_files(request.format, &options, request.usage, &local(session, path)?),
        _ => ReaderOptions::parse(request.format, &options, request.usage),
    };
    let options = options.map_err(|faults| Lack::Misused(faults.into_iter().map(OptionFault::told).collect()))?;
    let options = options.in_zone(&session.rules().zone);
    let mut files = Vec::new();
    for path in request.paths {
        let found = list(&local(session, path)?, &options, &|_| false).map_err(|error| missing(path, error))?;
        files.extend(found);
    }
    let (columns, warnings) = match options.given_columns() {
        Some(columns) => (columns, Vec::new()),
        None => {
            let inferred = infer(&files, &options, &session.context()).await?;
            (inferred.columns, inferred.warnings)
        }
    };
    let provider = provider(files, columns.clone(), &options);
    let relation = ProvidedRelation::new(columns, provider).with_metadata_columns(vec![metadata_field()]);
    Ok((relation, warnings))
}

fn missing(path: &str, error: EngineError) -> Lack {
    if error.kind != ErrorKind::NotFound {
        return error.into();
    }
    let title = format!("path `{path}` does not exist");
    let fault = Diagnostic::error(Condition::PATH_NOT_FOUND, title).note(error.message);
    fault.help("relative paths count from the project's folder").into()
}
