//! [`Catalog`]: how a resolver finds the relations that a query names. [`RelationSource`] is what it finds.

use std::pin::Pin;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::Diagnostic;
use lakesmith_unresolved::StructField;

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
        /// Whether it is read as a stream.
        is_streaming: bool,
    },
}

/// Finds relations.
pub trait Catalog: Send + Sync {
    /// The relation; `None` when there is none of this name. A diagnostic says why one that exists cannot be read.
    fn relation<'a>(
        &'a self,
        request: &'a RelationRequest,
    ) -> BoxFuture<'a, Result<Option<Arc<dyn RelationSource>>, Diagnostic>>;
}

/// A relation that a plan can read.
pub trait RelationSource: Send + Sync {
    /// Its columns, with Spark's types and as many as the provider has.
    fn schema(&self) -> &[StructField];

    /// What DataFusion scans. Its columns stand in the order of [`Self::schema`] and have the Arrow types of
    /// [`crate::arrow_type`].
    fn provider(&self) -> Arc<dyn TableProvider>;
}

/// A relation made of a schema and a provider.
#[derive(Debug)]
pub struct ProvidedRelation {
    schema: Vec<StructField>,
    provider: Arc<dyn TableProvider>,
}

impl ProvidedRelation {
    /// Puts the two together.
    pub fn new(schema: Vec<StructField>, provider: Arc<dyn TableProvider>) -> Self {
        Self { schema, provider }
    }
}

impl RelationSource for ProvidedRelation {
    fn schema(&self) -> &[StructField] {
        &self.schema
    }

    fn provider(&self) -> Arc<dyn TableProvider> {
        Arc::clone(&self.provider)
    }
}
