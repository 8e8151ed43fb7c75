//! [`Catalog`]: how a resolver finds the relations that a query names. [`RelationSource`] is what it finds.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::catalog::TableProvider;
use datafusion::common::Result;
use datafusion::datasource::ViewTable;
use datafusion::logical_expr::{Expr, LogicalPlan};
use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::Diagnostic;
use lakesmith_unresolved::{SqlFunction, StructField};

use crate::projection::project;

/// A future that can be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a query asks a catalog for. Equal requests of one query give the same relation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RelationRequest {
    /// A table or view.
    Table {
        /// The name as written.
        name: QualifiedName,
        /// Whether it is read as a stream.
        is_streaming: bool,
        /// Reader options.
        options: Vec<(String, String)>,
    },
    /// Files or another source by format.
    Files {
        /// Format; `None` is the default one.
        format: Option<String>,
        /// Schema as DDL or JSON.
        schema: Option<String>,
        /// Options.
        options: Vec<(String, String)>,
        /// Paths.
        paths: Vec<String>,
        /// How it was written; defaults of options depend on it.
        interface: FileInterface,
        /// Whether it is read as a stream.
        is_streaming: bool,
    },
}

/// The interfaces by which a query reads files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileInterface {
    /// The SQL function `read_files`.
    ReadFiles,
    /// Auto Loader: `cloud_files` and the format `cloudFiles`.
    CloudFiles,
    /// A reader with a format.
    Reader,
}

/// What a catalog says to a request.
#[derive(Clone)]
pub enum RelationAnswer {
    /// The relation.
    Found(Arc<dyn RelationSource>),
    /// There is none of this name.
    Absent,
    /// It exists and cannot be read; the diagnostic says why. Its place is the request's unless it has one.
    Refused(Box<Diagnostic>),
    /// Some of the options or arguments that ask for it cannot be so. Each key with its diagnostic, whose place is the argument.
    Misused(Vec<(String, Diagnostic)>),
    /// It may exist, and nothing is known of it from here; this has been said already where it had to be.
    Unknown,
}

/// Finds relations.
pub trait Catalog: Send + Sync {
    /// The relation that a request asks for.
    fn relation<'a>(&'a self, request: &'a RelationRequest) -> BoxFuture<'a, RelationAnswer>;

    /// The function of SQL of a name as written.
    fn function<'a>(&'a self, _name: &'a QualifiedName) -> BoxFuture<'a, Option<Arc<SqlFunction>>> {
        Box::pin(std::future::ready(None))
    }
}

/// A relation that a plan can read.
pub trait RelationSource: Send + Sync {
    /// Its columns, with Spark's types.
    fn schema(&self) -> &[StructField];

    /// Columns that a query gets only by naming them, such as `_metadata` of files.
    fn metadata_columns(&self) -> &[StructField] {
        &[]
    }

    /// Its full name, where it is stored under one.
    fn full_name(&self) -> Option<&QualifiedName> {
        None
    }

    /// Whether Spark's `_metadata` of such a relation has a field `row_index` that this one does not have yet.
    fn lacks_row_index(&self) -> bool {
        false
    }

    /// What DataFusion scans. It has the columns of [`Self::schema`], then those of [`Self::metadata_columns`], in order and with
    /// the Arrow types of [`crate::arrow_type`].
    fn provider(&self) -> Arc<dyn TableProvider>;
}

/// A relation made of a schema and a provider.
#[derive(Debug)]
pub struct ProvidedRelation {
    schema: Vec<StructField>,
    metadata_columns: Vec<StructField>,
    lacks_row_index: bool,
    full_name: Option<QualifiedName>,
    provider: Arc<dyn TableProvider>,
}

impl ProvidedRelation {
    /// Puts the two together.
    pub fn new(schema: Vec<StructField>, provider: Arc<dyn TableProvider>) -> Self {
        Self { schema, metadata_columns: Vec::new(), lacks_row_index: false, full_name: None, provider }
    }

    /// The rows of a plan, as a view has them: the plan becomes part of the one that reads it. Its columns get names that no other
    /// column has, since DataFusion moves expressions between the two and takes equal names of different tables for each other.
    pub fn of_plan(schema: Vec<StructField>, plan: LogicalPlan) -> Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let columns = plan.schema().columns().into_iter();
        let named = columns.map(|column| {
            let name = format!("{}#view{number}", column.name);
            Expr::Column(column).alias(name)
        });
        let named: Vec<Expr> = named.collect();
        let plan = project(plan, named)?;
        Ok(Self::new(schema, Arc::new(ViewTable::new(plan, None))))
    }

    /// Says which further columns the provider has, after those of the schema.
    #[must_use]
    pub fn with_metadata_columns(mut self, columns: Vec<StructField>) -> Self {
        self.metadata_columns = columns;
        self
    }

    /// Says under which full name it is stored.
    #[must_use]
    pub fn named(mut self, name: QualifiedName) -> Self {
        self.full_name = Some(name);
        self
    }

    /// Says that `_metadata` should have a field `row_index`.
    #[must_use]
    pub fn lacking_row_index(mut self) -> Self {
        self.lacks_row_index = true;
        self
    }
}

impl RelationSource for ProvidedRelation {
    fn schema(&self) -> &[StructField] {
        &self.schema
    }

    fn metadata_columns(&self) -> &[StructField] {
        &self.metadata_columns
    }

    fn full_name(&self) -> Option<&QualifiedName> {
        self.full_name.as_ref()
    }

    fn lacks_row_index(&self) -> bool {
        self.lacks_row_index
    }

    fn provider(&self) -> Arc<dyn TableProvider> {
        Arc::clone(&self.provider)
    }
}
