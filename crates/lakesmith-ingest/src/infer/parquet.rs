//! Columns of Parquet files: those of the first footer, then what later ones add. A type that differs becomes the wider one
//! where one of them holds the other's values; otherwise the first one stays, and the other files' values are mistyped.

use std::sync::Arc;

use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::prelude::SessionContext;
use lakesmith_engine::{EngineError, arrow_type};
use lakesmith_unresolved::{SparkType, StructField};

use super::{Inferred, OPERATION};
use crate::listing::FoundFile;
use crate::options::{Names, ReaderOptions, nullable_field};
use crate::parquet::adapt::is_adaptable;
use crate::parquet::footer::read_footer;
use crate::scan::part::failure;
use crate::scan::reading::ReadFault;

/// Adds the columns of the files.
pub(super) async fn infer(
    files: &[FoundFile],
    options: &ReaderOptions,
    session: &SessionContext,
    inferred: &mut Inferred,
) -> Result<(), EngineError> {
    let store = session
        .runtime_env()
        .object_store(ObjectStoreUrl::local_filesystem())
        .map_err(|error| EngineError::from_datafusion(OPERATION, error))?;
    for file in files {
        let footer = match read_footer(Arc::clone(&store), file).await {
            Ok(footer) => footer,
            Err(ReadFault::Damaged(reason)) => {
                inferred.warnings.push(format!("`{}` is damaged: {reason}", file.path.display()));
                continue;
            }
            Err(fault) => return Err(EngineError::from_datafusion(OPERATION, failure(file, fault))),
        };
        for field in footer.schema.fields() {
            if options.rescued_data_column().is_some_and(|name| name.eq_ignore_ascii_case(field.name())) {
                continue;
            }
            match arrow_type::to_spark_field(field) {
                Ok(field) => {
                    let field = nullable_field(&field);
                    if !merge(&mut inferred.columns, &field) {
                        let (name, path) = (&field.name, file.path.display());
                        let warning = format!("column `{name}` of `{path}` is {} and stays as it was", field.data_type);
                        inferred.warnings.push(warning);
                    }
                }
                Err(unmapped) => inferred.warnings.push(format!(
                    "column `{}` of `{}` has the type {}, which is not built yet, and is left out",
                    field.name(),
                    file.path.display(),
                    unmapped.0
                )),
            }
        }
    }
    Ok(())
}

/// Adds a column, or widens the one of its name; `false` when the two types do not fit.
fn merge(columns: &mut Vec<StructField>, field: &StructField) -> bool {
    match columns.iter_mut().find(|column| column.name == field.name) {
        Some(column) => widen(&mut column.data_type, &field.data_type),
        None => {
            columns.push(field.clone());
            true
        }
    }
}

fn widen(known: &mut SparkType, other: &SparkType) -> bool {
    if let (SparkType::Struct(known), SparkType::Struct(other)) = (&mut *known, other) {
        return other.iter().all(|field| merge(known, field));
    }
    let (Ok(from), Ok(to)) = (arrow_type::to_arrow(other), arrow_type::to_arrow(known)) else { return false };
    if is_adaptable(&from, &to, Names::AnyCase) {
        return true;
    }
    let is_wider = is_adaptable(&to, &from, Names::AnyCase);
    if is_wider {
        *known = other.clone();
    }
    is_wider
}
