//! The schemas that `lakesmith schema` prints, held against what is read and printed.
//!
//! Every JSON text that a spec's command prints is checked, and more strictly than a program should: a field that the schema does not
//! have is a fault, and so is one of the schema that no spec ever shows. A keyword that this check does not know fails it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use serde_json::Value;

use crate::specs::repository;

/// Properties that specs have shown, as `schema/path`.
static SHOWN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Keywords that only people and editors read.
const FOR_READERS: &[&str] = &["$schema", "$defs", "title", "description"];

/// A schema by its name, which is also the command's.
fn schema(name: &str) -> Option<Value> {
    let name = match name {
        "sql" | "show" => "rows",
        "validate" => "dry-run",
        name => name,
    };
    let path = repository().join(format!("crates/lakesmith/schemas/{name}.json"));
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).expect("a schema is JSON"))
}

/// What is wrong with a command's JSON output; nothing when it printed none.
pub fn fault_of(arguments: &str, output: &str) -> Option<String> {
    let command = arguments.split_whitespace().next()?;
    let Some(schema) = schema(command) else { return Some(format!("`{command}` has no schema")) };
    if output.trim().is_empty() {
        return None;
    }
    let mut check = Check { root: &schema, name: command, faults: Vec::new() };
    if arguments.contains("ndjson") {
        for line in output.lines() {
            check.text(&schema["items"], line);
        }
    } else if matches!(command, "sql" | "show") {
        // each query of a text prints an array
        for value in serde_json::Deserializer::from_str(output).into_iter::<Value>() {
            match value {
                Ok(value) => check.value(&schema, &value, ""),
                Err(error) => check.faults.push(format!("it is no JSON: {error}")),
            }
        }
    } else {
        check.text(&schema, output);
    }
    check.faults.into_iter().next()
}

struct Check<'a> {
    root: &'a Value,
    name: &'a str,
    faults: Vec<String>,
}

impl Check<'_> {
    fn text(&mut self, schema: &Value, text: &str) {
        match serde_json::from_str(text) {
            Ok(value) => self.value(schema, &value, ""),
            Err(error) => self.faults.push(format!("it is no JSON: {error}")),
        }
    }

    fn value(&mut self, schema: &Value, value: &Value, path: &str) {
        for (keyword, wanted) in schema.as_object().expect("a schema is an object") {
            match keyword.as_str() {
                "$ref" => {
                    let name = wanted.as_str().and_then(|text| text.strip_prefix("#/$defs/")).expect("a reference");
                    let root = self.root;
                    self.value(&root["$defs"][name], value, path);
                }
                "type" => self.check(is_of_type(value, wanted), path, &format!("{value} is no {wanted}")),
                "enum" => {
                    let known = wanted.as_array().is_some_and(|known| known.contains(value));
                    self.check(known, path, &format!("{value} is none of {wanted}"));
                }
                "required" => {
                    for field in wanted.as_array().into_iter().flatten().filter_map(Value::as_str) {
                        self.check(value.get(field).is_some(), path, &format!("`{field}` is missing"));
                    }
                }
                "properties" => self.properties(schema, wanted, value, path),
                "additionalProperties" => {
                    let known = schema["properties"].as_object();
                    for (field, value) in value.as_object().into_iter().flatten() {
                        if wanted.is_object() && known.is_none_or(|known| !known.contains_key(field)) {
                            self.value(wanted, value, &format!("{path}/*"));
                        }
                    }
                }
                "items" => {
                    for item in value.as_array().into_iter().flatten() {
                        self.value(wanted, item, path);
                    }
                }
                "minProperties" | "maxProperties" => {
                    let count = value.as_object().map_or(0, serde_json::Map::len) as u64;
                    let bound = wanted.as_u64().expect("a number");
                    let holds = if keyword == "minProperties" { count >= bound } else { count <= bound };
                    self.check(holds, path, &format!("{count} properties"));
                }
                keyword => assert!(FOR_READERS.contains(&keyword), "this check does not know `{keyword}`"),
            }
        }
    }

    fn properties(&mut self, schema: &Value, properties: &Value, value: &Value, path: &str) {
        for (field, value) in value.as_object().into_iter().flatten() {
            let inner = format!("{path}/{field}");
            match properties.get(field) {
                Some(schema) => {
                    SHOWN.lock().expect("no test has failed").insert(format!("{}{inner}", self.name));
                    self.value(schema, value, &inner);
                }
                None => self.check(schema.get("additionalProperties").is_some(), &inner, "the schema does not have it"),
            }
        }
    }

    fn check(&mut self, holds: bool, path: &str, what: &str) {
        if !holds {
            self.faults.push(format!("{path}: {what}"));
        }
    }
}

fn is_of_type(value: &Value, wanted: &Value) -> bool {
    let one = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        name => panic!("there is no type `{name}`"),
    };
    match wanted {
        Value::String(name) => one(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(one),
        _ => panic!("a type is a name or a list of names"),
    }
}

/// Properties of a schema, as paths.
fn properties(root: &Value, schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|text| text.strip_prefix("#/$defs/")) {
        properties(root, &root["$defs"][name], path, found);
    }
    for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
        let inner = format!("{path}/{field}");
        found.insert(inner.clone());
        properties(root, schema, &inner, found);
    }
    if schema["items"].is_object() {
        properties(root, &schema["items"], path, found);
    }
}

/// Fields that the schemas promise and no spec has shown, to be asked when all specs have run. Events of types that nothing
/// tells yet are left out.
pub fn never_shown() -> Vec<String> {
    let shown = SHOWN.lock().expect("no test has failed");
    let mut missing = Vec::new();
    for name in ["dry-run", "run", "plan", "graph", "tables", "history", "explain", "sample-data"] {
        let root = schema(name).expect("a schema");
        let mut all = BTreeSet::new();
        properties(&root, &root, name, &mut all);
        missing.extend(all.into_iter().filter(|path| !shown.contains(path)));
    }
    missing
}

#[test]
fn the_schema_of_the_spec_has_the_fields_that_are_read() {
    let schema = schema("spec").expect("a schema");
    let described: BTreeSet<&str> =
        schema["properties"].as_object().expect("properties").keys().map(String::as_str).collect();
    assert_eq!(described, lakesmith_project::spec::FIELDS.iter().copied().collect());
    let page = std::fs::read_to_string(repository().join("docs/projects.md")).expect("the page on projects");
    for setting in schema["properties"]["configuration"]["properties"].as_object().expect("settings").keys() {
        assert!(page.contains(&format!("`{setting}`")), "docs/projects.md does not tell about `{setting}`");
    }
}

#[test]
fn what_schemas_have_in_common_is_the_same() {
    let mut of_diagnostics = ["dry-run", "run", "plan"].map(|name| schema(name).expect("a schema")["$defs"].take());
    for definitions in &mut of_diagnostics {
        if let Some(definitions) = definitions.as_object_mut() {
            definitions.retain(|name, _| matches!(name.as_str(), "diagnostic" | "place"));
        }
    }
    let [first, others @ ..] = of_diagnostics;
    assert!(others.iter().all(|other| *other == first));
}

#[test]
fn a_text_that_breaks_its_schema_is_found() {
    let sound = r#"{"result":"ok","pipeline":"p","datasets":1,"flows":1,"diagnostics":[]}"#;
    assert_eq!(fault_of("dry-run -o json", sound), None);
    let faults = [
        (r#""datasets":1"#, r#""datasets":"1""#, "/datasets"),
        (r#""ok""#, r#""fine""#, "/result"),
        (r#""flows":1,"#, "", "`flows` is missing"),
        (r#""flows":1"#, r#""flows":1,"edges":2"#, "/edges"),
    ];
    for (before, after, told) in faults {
        let fault = fault_of("dry-run -o json", &sound.replace(before, after)).expect("a fault");
        assert!(fault.contains(told), "{fault}");
    }
}

/// A folder with a `lakesmith` that also keeps what it prints as JSON in the folder `SPEC_CAPTURE`. It is made once, and before
/// anything runs it.
pub fn bin_folder() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        use std::os::unix::fs::PermissionsExt;
        let real = env!("CARGO_BIN_EXE_lakesmith");
        let script = format!(
            "#!/bin/sh\ncase \" $* \" in\n*\" json \"*|*\" ndjson \"*)\n  kept=$(mktemp \"$SPEC_CAPTURE/XXXXXX\")\n  \
             '{real}' \"$@\" > \"$kept.json\"; code=$?\n  echo \"$*\" > \"$kept\"; cat \"$kept.json\"; exit $code;;\n\
             *) exec '{real}' \"$@\";;\nesac\n"
        );
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("spec-bin");
        std::fs::create_dir_all(&folder).expect("a folder");
        let written = folder.join(format!("lakesmith.{}", std::process::id()));
        std::fs::write(&written, script).expect("a script");
        std::fs::set_permissions(&written, std::fs::Permissions::from_mode(0o755)).expect("one that can be run");
        std::fs::rename(&written, folder.join("lakesmith")).expect("a script in its place");
        folder
    });
    &FOLDER
}

/// What is wrong with the JSON texts that were kept in a folder, by command.
pub fn kept_faults(folder: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.extension().is_some() {
            continue;
        }
        let arguments = std::fs::read_to_string(&entry).expect("arguments");
        let output = std::fs::read_to_string(entry.with_extension("json")).expect("an output");
        // `sql "… json …"` may name the word without printing it
        let prints = ["-o json", "-o ndjson", "--output json", "--output ndjson"];
        if prints.iter().any(|words| arguments.contains(words))
            && let Some(fault) = fault_of(arguments.trim(), &output)
        {
            faults.push(format!("the JSON of `lakesmith {}` is not as its schema says: {fault}", arguments.trim()));
        }
    }
    faults
}
