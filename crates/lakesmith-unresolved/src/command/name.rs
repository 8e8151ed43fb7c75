//! What each command is called when it is refused.

use super::{CommandKind, VariableAction};

impl CommandKind {
    /// The name to refuse the case by, in words a user knows.
    pub fn name(&self) -> String {
        match self {
            Self::Query(_) => "SELECT".into(),
            Self::Explain { .. } => "EXPLAIN".into(),
            Self::CreateTable(create) if create.query.is_some() => "CREATE TABLE AS SELECT".into(),
            Self::CreateTable(_) => "CREATE TABLE".into(),
            Self::CreateView { .. } => "CREATE VIEW".into(),
            Self::CreateContainer { object, .. } => format!("CREATE {}", object.keyword()),
            Self::Drop { object, .. } => format!("DROP {}", object.keyword()),
            Self::Alter { object, .. } => format!("ALTER {}", object.keyword()),
            Self::Insert(_) | Self::Inserts(_) => "INSERT".into(),
            Self::Delete { .. } => "DELETE".into(),
            Self::Update { .. } => "UPDATE".into(),
            Self::Merge(_) => "MERGE".into(),
            Self::Truncate { .. } => "TRUNCATE TABLE".into(),
            Self::CopyInto { .. } => "COPY INTO".into(),
            Self::Show(show) => format!("SHOW {}", show.what),
            Self::Describe { mode, .. } => format!("DESCRIBE {mode}").trim_end().into(),
            Self::Use { .. } => "USE".into(),
            Self::Set { .. } => "SET".into(),
            Self::Reset(_) => "RESET".into(),
            Self::Variable(variable) => match variable.action {
                VariableAction::Declare { .. } => "DECLARE VARIABLE".into(),
                VariableAction::Set => "SET VARIABLE".into(),
                VariableAction::Drop { .. } => "DROP VARIABLE".into(),
            },
            Self::ExecuteImmediate(_) => "EXECUTE IMMEDIATE".into(),
            Self::CreateFunction(_) => "CREATE FUNCTION".into(),
            Self::CommentOn { .. } => "COMMENT ON".into(),
            Self::Maintenance { verb, .. } => verb.clone(),
            Self::Pipeline(_) => "pipeline statement".into(),
            Self::Sql(_) => "spark.sql".into(),
            Self::RegisterFunction(_) => "spark.udf.register".into(),
            Self::RegisterTableFunction(_) => "spark.udtf.register".into(),
            Self::RegisterDataSource { .. } => "spark.dataSource.register".into(),
            Self::Write(_) => "DataFrame.write".into(),
            Self::WriteV2(_) => "DataFrame.writeTo".into(),
            Self::CreateDataFrameView { .. } => "createTempView".into(),
            Self::StartStream(_) => "DataFrame.writeStream".into(),
            Self::StreamingQuery { .. } => "StreamingQuery".into(),
            Self::StreamingQueryManager(_) => "spark.streams".into(),
            Self::StreamingQueryListenerBus(_) => "streaming query listener".into(),
            Self::GetResources => "resources".into(),
            Self::CreateResourceProfile => "resource profile".into(),
            Self::Checkpoint { .. } => "DataFrame.checkpoint".into(),
            Self::RemoveCachedRemoteRelation(_) => "release of a checkpointed DataFrame".into(),
            Self::MachineLearning(_) => "pyspark.ml".into(),
            Self::ExecuteExternal { .. } => "external command".into(),
            Self::PipelineCommand(_) => "pipeline command".into(),
            Self::Extension { .. } => "protocol extension".into(),
        }
    }
}
