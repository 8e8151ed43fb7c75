//! The arguments of every command, as typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::command::sample_data::settings::Rate;

/// Declarative medallion pipelines on open Delta tables.
#[derive(Debug, Parser)]
#[command(name = "lakesmith", version, about, max_term_width = 100)]
pub struct Arguments {
    /// When messages are coloured.
    #[arg(long = "color", global = true, value_enum, default_value_t = ColourChoice::Auto)]
    pub colour: ColourChoice,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// When messages are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColourChoice {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a pipeline: read it, build its graph and show every fault, without touching anything.
    #[command(alias = "validate")]
    DryRun(DryRun),
    /// Run an update: process what is new, refresh what depends on it.
    Run(Run),
    /// Say what an update would do, and why.
    Plan(Plan),
    /// Print the dataflow graph of a pipeline.
    Graph(Graph),
    /// Query and change the tables of a project, and read its files and events.
    Sql(Sql),
    /// List the tables of a project.
    Tables(Tables),
    /// Print rows of a table.
    Show(Show),
    /// List the updates of a project, the last one first.
    History(History),
    /// Print what was told about updates: the event log.
    Events(Events),
    /// Delete what nobody needs any more, or all tables of the pipeline.
    Clean(Clean),
    /// Start a new project.
    Init(Init),
    /// Write made-up data of any size: orders, change events of customers, products.
    SampleData(SampleData),
    /// Explain an error condition, for example `lakesmith explain PARSE_SYNTAX_ERROR`.
    Explain {
        /// The condition; without it all conditions are listed.
        code: Option<String>,
        /// Form of the explanation.
        #[arg(short, long, value_enum, default_value_t = ExplainForm::Text)]
        output: ExplainForm,
    },
    /// Print the JSON schema of the pipeline spec, or of what a command prints with `-o json`.
    Schema {
        /// Of what.
        #[arg(value_enum)]
        name: SchemaName,
    },
    /// Print the script that completes commands and options in a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
    /// Anything else that was typed.
    #[command(external_subcommand)]
    Other(Vec<String>),
}

/// Which project, and values for this run.
#[derive(Debug, Args)]
pub struct ProjectArguments {
    /// A folder with a pipeline, or one SQL file.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// The pipeline spec; by default `spark-pipeline.yml` in PATH or a folder above it.
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,
    /// Set a value for `${key}` or a setting; wins over the spec's configuration.
    #[arg(long = "set", visible_alias = "conf", value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
}

/// Arguments of `dry-run`.
#[derive(Debug, Args)]
pub struct DryRun {
    /// The project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// What to refresh.
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Take warnings for errors.
    #[arg(long)]
    pub warnings_as_errors: bool,
    /// Form of the result.
    #[arg(short, long, value_enum, default_value_t = ReportForm::Text)]
    pub output: ReportForm,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// What to refresh.
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// How much the update may take.
    #[command(flatten)]
    pub engine: EngineArguments,
    /// Take warnings for errors.
    #[arg(long)]
    pub warnings_as_errors: bool,
    /// Form of the result.
    #[arg(short, long, value_enum, default_value_t = ReportForm::Text)]
    pub output: ReportForm,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub struct Plan {
    /// The project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// What to refresh.
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Exit with 0 when nothing would change and with 3 when something would.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Form of the result.
    #[arg(short, long, value_enum, default_value_t = ReportForm::Text)]
    pub output: ReportForm,
}

/// What the operator decides about an update.
#[derive(Debug, Args)]
pub struct EngineArguments {
    /// Most memory that buffers may take, for example `2GB`; by default half of this machine's.
    #[arg(long, value_name = "SIZE", value_parser = crate::runtime::size)]
    pub memory: Option<usize>,
    /// How long to wait for another update of the same pipeline, for example `90s` or `10m`.
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = crate::runtime::duration)]
    pub wait: std::time::Duration,
}

/// Which datasets an update takes in.
#[derive(Debug, Args)]
pub struct SelectionArguments {
    /// Refresh only these datasets.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub refresh: Vec<String>,
    /// Reset these datasets and refresh them from the beginning.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub full_refresh: Vec<String>,
    /// Reset and refresh every dataset.
    #[arg(long, conflicts_with_all = ["refresh", "full_refresh"])]
    pub full_refresh_all: bool,
    /// Refresh a dataset, with `+name` all it reads, with `name+` all that reads it.
    #[arg(long, value_name = "[+]NAME[+]", value_delimiter = ',')]
    pub select: Vec<String>,
}

/// Forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportForm {
    /// Messages with the lines they are about.
    Text,
    /// One line for each message.
    Concise,
    /// One JSON object.
    Json,
}

/// Arguments of `graph`.
#[derive(Debug, Args)]
pub struct Graph {
    /// The project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// Form of the graph.
    #[arg(short, long, value_enum, default_value_t = GraphForm::Text)]
    pub output: GraphForm,
}

/// Forms of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphForm {
    /// Layers and datasets with what they read.
    Text,
    /// A Mermaid flowchart.
    Mermaid,
    /// A picture.
    Svg,
    /// One JSON object.
    Json,
}

/// Forms of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainForm {
    /// Sentences; of all conditions their names.
    Text,
    /// One JSON array of objects.
    Json,
}

/// What has a JSON schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// `spark-pipeline.yml`.
    Spec,
    /// Output of `dry-run`.
    DryRun,
    /// Output of `run`.
    Run,
    /// Output of `plan`.
    Plan,
    /// Output of `graph`.
    Graph,
    /// Output of `sql` and `show`.
    Rows,
    /// Output of `tables`.
    Tables,
    /// Output of `history`.
    History,
    /// Output of `events`.
    Events,
    /// Output of `explain`.
    Explain,
    /// Output of `sample-data`.
    SampleData,
}

/// Arguments of `sql`.
#[derive(Debug, Args)]
pub struct Sql {
    /// The statement; several are separated by `;`. Without it: a shell, or the statements on stdin.
    #[arg(conflicts_with = "file")]
    pub query: Option<String>,
    /// A file with statements; `-` is stdin.
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Form of the rows.
    #[arg(short, long, value_enum, default_value_t = RowForm::Table)]
    pub output: RowForm,
    /// Set a parameter: `:name`, or `?` by its number from 1. A STRING unless a type is given.
    #[arg(short, long = "param", value_name = "NAME[:TYPE]=VALUE", value_parser = crate::parameters::parameter)]
    pub param: Vec<crate::parameters::Given>,
    /// Say on stderr how many seconds each statement took, its rows included.
    #[arg(long)]
    pub timing: bool,
    /// The project and the engine.
    #[command(flatten)]
    pub session: SessionArguments,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The table.
    pub table: String,
    /// Most rows that are printed.
    #[arg(short = 'n', long, default_value_t = 10)]
    pub rows: u32,
    /// Form of the rows.
    #[arg(short, long, value_enum, default_value_t = RowForm::Table)]
    pub output: RowForm,
    /// The project and the engine.
    #[command(flatten)]
    pub session: SessionArguments,
}

/// Arguments of `tables`.
#[derive(Debug, Args)]
pub struct Tables {
    /// The project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// Form of the list.
    #[arg(short, long, value_enum, default_value_t = ListForm::Table)]
    pub output: ListForm,
}

/// Arguments of `history`.
#[derive(Debug, Args)]
pub struct History {
    /// The project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// Most updates that are listed; by default all.
    #[arg(short = 'n', long, value_name = "N")]
    pub updates: Option<usize>,
    /// Form of the list.
    #[arg(short, long, value_enum, default_value_t = ListForm::Table)]
    pub output: ListForm,
}

/// Arguments of `events`.
#[derive(Debug, Args)]
pub struct Events {
    /// The project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// Only the events of one update: its id or how it begins, or `last`.
    #[arg(long, value_name = "ID|last")]
    pub update: Option<String>,
    /// Form of the events.
    #[arg(short, long, value_enum, default_value_t = EventForm::Text)]
    pub output: EventForm,
}

/// Forms of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EventForm {
    /// Time, level and sentence.
    Text,
    /// One JSON array of objects.
    Json,
    /// One JSON object a line.
    Ndjson,
}

/// Arguments of `clean`.
#[derive(Debug, Args)]
pub struct Clean {
    /// The project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// Delete the tables of the pipeline with their quarantine tables and checkpoints.
    #[arg(long)]
    pub tables: bool,
    /// Delete; without it, what would be deleted is only listed.
    #[arg(long)]
    pub yes: bool,
}

/// The project whose tables are queried, and how much a query may take.
#[derive(Debug, Args)]
pub struct SessionArguments {
    /// A folder with a pipeline, or one SQL file.
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub project: PathBuf,
    /// The pipeline spec; by default `spark-pipeline.yml` in the project or a folder above it.
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,
    /// Set a value for `${key}` or a setting; wins over the spec's configuration.
    #[arg(long = "set", visible_alias = "conf", value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
    /// Most memory that buffers may take, for example `2GB`; by default half of this machine's.
    #[arg(long, value_name = "SIZE", value_parser = crate::runtime::size)]
    pub memory: Option<usize>,
}

/// Forms of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RowForm {
    /// A table with borders.
    Table,
    /// Comma-separated values with a header.
    Csv,
    /// One JSON array of objects.
    Json,
    /// One JSON object a line.
    Ndjson,
}

/// Forms of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListForm {
    /// A table with borders.
    Table,
    /// One JSON array of objects.
    Json,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Name of the pipeline and of its folder.
    #[arg(long)]
    pub name: String,
    /// What the project begins with.
    #[arg(long, value_enum, default_value_t = Template::Retail)]
    pub template: Template,
}

/// What a new project begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// Orders in JSON to bronze, silver and gold tables.
    Retail,
    /// A spec and an empty folder.
    Empty,
}

/// Arguments of `sample-data`.
#[derive(Debug, Args)]
pub struct SampleData {
    /// Which data.
    #[arg(value_enum)]
    pub set: SampleDomain,
    /// The folder, which holds nothing else.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How many orders.
    #[arg(long, default_value_t = 10_000, value_name = "N", value_parser = clap::value_parser!(u64).range(..=MOST_ROWS))]
    pub orders: u64,
    /// How many change events of customers.
    #[arg(long, default_value_t = 1_000, value_name = "M", value_parser = clap::value_parser!(u64).range(..=MOST_ROWS))]
    pub customer_events: u64,
    /// In how many files they arrive; of orders there is a first batch besides.
    #[arg(long, default_value_t = 5, value_name = "K", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub files: u64,
    /// The same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The share of rows without a key, with a quantity below 1 or an unknown operation, for example 0.01 or 1%.
    #[arg(long, default_value = "0", value_name = "RATE")]
    pub bad_rate: Rate,
    /// The share of orders that are older than their file, and of change events in the wrong order.
    #[arg(long, default_value = "0", value_name = "RATE")]
    pub late_rate: Rate,
    /// How many lines are there twice, as a share of the rows.
    #[arg(long, default_value = "0", value_name = "RATE")]
    pub duplicate_rate: Rate,
    /// How many lines are cut off, as a share of the rows, besides them.
    #[arg(long, default_value = "0", value_name = "RATE")]
    pub malformed_rate: Rate,
    /// Let some bad orders have a negative price, which stops the update of the retail example.
    #[arg(long)]
    pub negative_prices: bool,
    /// Form of the result.
    #[arg(short, long, value_enum, default_value_t = SampleForm::Text)]
    pub output: SampleForm,
}

/// Enough for any disk, and few enough to count with.
const MOST_ROWS: u64 = 1_000_000_000_000;

/// What made-up data are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SampleDomain {
    /// Orders, customers and products of a shop.
    Retail,
}

/// Forms of the list of what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SampleForm {
    /// A line for each set of files.
    Text,
    /// One JSON object.
    Json,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("write KEY=VALUE".to_owned()),
    }
}
