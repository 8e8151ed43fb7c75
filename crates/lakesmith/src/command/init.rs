//! `lakesmith init`: a new project that works at once and needs no network.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::arguments::{Init, Template};
use crate::command::schema;
use crate::exit::Exit;
use crate::printer::Printer;

/// Files of a project: path and text.
type Files = &'static [(&'static str, &'static str)];

/// The retail pipeline of the examples; the spec takes the project's name.
const RETAIL: Files = &[
    ("bronze/bronze_orders.sql", include_str!("../../../../examples/retail_sql/bronze/bronze_orders.sql")),
    ("silver/silver_orders.sql", include_str!("../../../../examples/retail_sql/silver/silver_orders.sql")),
    ("gold/dim_date.sql", include_str!("../../../../examples/retail_sql/gold/dim_date.sql")),
    ("gold/fact_sales.sql", include_str!("../../../../examples/retail_sql/gold/fact_sales.sql")),
    ("gold/daily_sales.sql", include_str!("../../../../examples/retail_sql/gold/daily_sales.sql")),
    ("data/orders/orders_batch.json", include_str!("../../../../examples/retail_sql/data/orders/orders_batch.json")),
    (
        "data/orders/stream/orders_stream_001.json",
        include_str!("../../../../examples/retail_sql/data/orders/stream/orders_stream_001.json"),
    ),
    (
        "data/orders/stream/orders_stream_002.json",
        include_str!("../../../../examples/retail_sql/data/orders/stream/orders_stream_002.json"),
    ),
];

/// One commented file, so that the first thing to write is clear.
const EMPTY: Files = &[(
    "transformations/first.sql",
    "-- Write pipeline statements here, for example\n--\n--   CREATE OR REFRESH STREAMING TABLE bronze_orders\n--   AS SELECT * FROM STREAM read_files('data/orders/*.json', format => 'json');\n",
)];

/// The schema of the spec, beside it so that editors need no network.
const SCHEMA_FILE: &str = "spark-pipeline.schema.json";

const GITIGNORE: &str = ".lakesmith/\nwarehouse/\n";

/// Writes the project into a folder of its name, which must not exist.
pub fn run(arguments: &Init, printer: &mut Printer) -> Exit {
    let name = arguments.name.trim();
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0', '\n', ':']) {
        printer
            .note(&format!("error: `{name}` cannot be the name of a folder\nhelp: use letters, digits, `_` and `-`"));
        return Exit::Usage;
    }
    let folder = PathBuf::from(name);
    match write_project(&folder, name, arguments.template) {
        Ok(()) => {
            printer.line(&next_steps(name, arguments.template));
            Exit::Done
        }
        Err((path, error)) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            printer.note(&format!(
                "error: `{}` exists already\nhelp: choose another `--name`; nothing was changed",
                path.display()
            ));
            Exit::Usage
        }
        Err((path, error)) => {
            printer.note(&format!("error: `{}` cannot be written: {error}", path.display()));
            Exit::Usage
        }
    }
}

fn write_project(folder: &Path, name: &str, template: Template) -> Result<(), (PathBuf, std::io::Error)> {
    std::fs::create_dir(folder).map_err(|error| (folder.to_owned(), error))?;
    let files = match template {
        Template::Retail => RETAIL,
        Template::Empty => EMPTY,
    };
    write_file(&folder.join("spark-pipeline.yml"), &spec(name, template))?;
    write_file(&folder.join(SCHEMA_FILE), schema::SPEC)?;
    write_file(&folder.join(".gitignore"), GITIGNORE)?;
    for (path, text) in files {
        write_file(&folder.join(path), text)?;
    }
    Ok(())
}

fn write_file(path: &Path, text: &str) -> Result<(), (PathBuf, std::io::Error)> {
    let written = path
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| OpenOptions::new().write(true).create_new(true).open(path))
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| (path.to_owned(), error))
}

fn spec(name: &str, template: Template) -> String {
    let quoted = format!("'{}'", name.replace('\'', "''"));
    let (configuration, folders): (&str, &[&str]) = match template {
        Template::Retail => ("configuration:\n  order_path: data/orders\n", &["bronze", "silver", "gold"]),
        Template::Empty => ("", &["transformations"]),
    };
    let globs: String = folders.iter().map(|folder| format!("  - glob: {{include: {folder}/**}}\n")).collect();
    let schema = format!("# yaml-language-server: $schema={SCHEMA_FILE}");
    format!("{schema}\nname: {quoted}\nstorage: .lakesmith/storage\n{configuration}libraries:\n{globs}")
}

fn next_steps(name: &str, template: Template) -> String {
    let shown = if name.contains(' ') { format!("'{name}'") } else { name.to_owned() };
    match template {
        Template::Retail => {
            format!("Created `{name}`. Next:\n\n  cd {shown}\n  lakesmith run\n  lakesmith show daily_sales")
        }
        Template::Empty => {
            format!("Created `{name}`. Next:\n\n  cd {shown}\n  $EDITOR transformations/first.sql\n  lakesmith dry-run")
        }
    }
}
