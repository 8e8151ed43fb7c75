//! The SQL of the pipeline that is crashed: one or two flows into bronze, silver that drops and quarantines rows, gold as a stream
//! and as a materialized view.

/// How the pipeline begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Bronze takes files as they come, and the history once.
    TwoFlows,
    /// Bronze takes all files as they come, so that a batch can pass through bronze, silver and gold as one.
    Chain,
    /// As `TwoFlows`, each file a batch of its own.
    FileByFile,
    /// As `TwoFlows`, with upkeep after every commit.
    Compacted,
    /// As `Chain`, and every file has a column that no file before it had.
    Growing,
}

/// What an edit of the pipeline changes: every silver row carries the number of its definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    pub number: i64,
    /// Rows whose amount is not above this are quarantined.
    pub least: i64,
    /// Otherwise they are dropped.
    pub quarantines: bool,
}

impl Definition {
    pub const FIRST: Self = Self { number: 1, least: 0, quarantines: true };

    /// The definition with this number: another constant and another threshold than the one before it.
    pub fn numbered(number: i64) -> Self {
        Self { number, least: (number - 1) % 3 * 20, quarantines: true }
    }

    pub fn sql(self, shape: Shape) -> String {
        let Self { number, least, quarantines } = self;
        let violation = if quarantines { "QUARANTINE" } else { "DROP ROW" };
        let given = if shape == Shape::Growing { "schemaHints" } else { "schema" };
        let schema = format!("{given} => 'id BIGINT, amount BIGINT, kind STRING'");
        let limit = if shape == Shape::FileByFile { ", maxFilesPerTrigger => 1" } else { "" };
        let history = match shape {
            Shape::TwoFlows | Shape::FileByFile | Shape::Compacted => format!(
                "CREATE FLOW history AS INSERT INTO ONCE bronze BY NAME
SELECT * FROM read_files('history/*.json', format => 'json', {schema});
"
            ),
            Shape::Chain | Shape::Growing => String::new(),
        };
        let often = if shape == Shape::Compacted { " TBLPROPERTIES ('delta.checkpointInterval' = '1')" } else { "" };
        format!(
            "CREATE OR REFRESH STREAMING TABLE bronze{often};

CREATE FLOW arriving AS INSERT INTO bronze BY NAME
SELECT * FROM STREAM read_files('landing/*.json', format => 'json', {schema}{limit});

{history}
CREATE OR REFRESH STREAMING TABLE silver (
  CONSTRAINT has_kind EXPECT (kind IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT large_enough EXPECT (amount > {least}) ON VIOLATION {violation}
){often} AS SELECT id, amount, kind, CAST({number} AS BIGINT) AS definition FROM STREAM(bronze);

CREATE OR REFRESH STREAMING TABLE gold{often} AS
SELECT id, amount * 2 AS doubled, definition FROM STREAM(silver);

CREATE OR REFRESH MATERIALIZED VIEW totals AS
SELECT kind, count(*) AS orders, sum(amount) AS amount FROM silver GROUP BY kind;
"
        )
    }
}
