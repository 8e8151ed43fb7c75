//! Why functions that Spark or Databricks have are not here, in words for whoever calls one.

/// Why a function is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    names: &'static [&'static str],
    /// What the function needs or is, as the rest of a sentence about it.
    pub reason: &'static str,
    /// Whether no later version will have it: it asks a service, or the Java that Spark runs in.
    pub is_final: bool,
}

const fn never(names: &'static [&'static str], reason: &'static str) -> Refusal {
    Refusal { names, reason, is_final: true }
}

const fn not_yet(names: &'static [&'static str], reason: &'static str) -> Refusal {
    Refusal { names, reason, is_final: false }
}

const REFUSALS: &[Refusal] = &[
    never(
        &[
            "ai_analyze_sentiment",
            "ai_classify",
            "ai_extract",
            "ai_fix_grammar",
            "ai_forecast",
            "ai_gen",
            "ai_mask",
            "ai_parse_document",
            "ai_query",
            "ai_similarity",
            "ai_summarize",
            "ai_translate",
        ],
        "it asks a model that Databricks serves",
    ),
    never(&["vector_search"], "it asks an index that Databricks serves"),
    never(&["http_request"], "a query that calls other hosts cannot be repeated after a failure"),
    never(&["is_member", "is_account_group_member"], "it asks for the groups of a Databricks workspace or account"),
    never(
        &["secret", "try_secret"],
        "it reads from the secret scopes of a Databricks workspace; hand the value in as `${key}` from the environment",
    ),
    never(&["current_metastore", "current_recipient"], "it tells about Unity Catalog, which is not part of Lakesmith"),
    never(&["java_method", "reflect", "try_reflect"], "it calls methods of Java classes, and Lakesmith has no Java"),
    never(&["python_worker_logs"], "it reads logs of Spark's Python workers"),
    not_yet(
        &["read_kafka", "read_kinesis", "read_pubsub", "read_pulsar"],
        "sources of messages are not built; write the messages to files and read them with `read_files`",
    ),
    not_yet(&["read_statestore"], "streams with state are not built"),
    not_yet(&["table_changes"], "the change data feed of a table cannot be read yet"),
    not_yet(
        &[
            "is_valid_variant",
            "is_variant_null",
            "parse_json",
            "schema_of_variant",
            "schema_of_variant_agg",
            "to_variant_object",
            "try_parse_json",
            "try_variant_array_append",
            "try_variant_get",
            "try_variant_insert",
            "try_variant_set",
            "variant_array_append",
            "variant_delete",
            "variant_explode",
            "variant_explode_outer",
            "variant_get",
            "variant_insert",
            "variant_set",
            "variant_strip_nulls",
        ],
        "the type VARIANT is not built; keep the JSON as a text and read it with `:` paths or `from_json`",
    ),
    not_yet(
        &[
            "current_time",
            "localtime",
            "make_time",
            "time",
            "time_diff",
            "time_from_micros",
            "time_from_millis",
            "time_from_seconds",
            "time_to_micros",
            "time_to_millis",
            "time_to_seconds",
            "time_trunc",
            "to_time",
            "try_to_time",
        ],
        "the type TIME is not built",
    ),
    not_yet(&["timestamp_nanos", "unix_nanos"], "timestamps have microseconds, not nanoseconds"),
    not_yet(
        &[
            "from_xml",
            "schema_of_xml",
            "to_xml",
            "xpath",
            "xpath_boolean",
            "xpath_double",
            "xpath_float",
            "xpath_int",
            "xpath_long",
            "xpath_number",
            "xpath_short",
            "xpath_string",
        ],
        "XML is not built; convert the files to JSON before they arrive",
    ),
    not_yet(&["from_avro", "schema_of_avro", "to_avro"], "Avro is not built"),
    not_yet(&["from_protobuf", "to_protobuf"], "Protocol Buffers are not built"),
    not_yet(
        &["collate", "collations"],
        "texts compare by their bytes; compare `lower(a)` with `lower(b)` where case must not matter",
    ),
    not_yet(&["sentences"], "the boundaries of words and sentences depend on tables of each language"),
    not_yet(
        &["st_asbinary", "st_distance", "st_geogfromwkb", "st_geomfromwkb", "st_point", "st_setsrid", "st_srid"],
        "the types GEOMETRY and GEOGRAPHY are not built",
    ),
    not_yet(&["h3_boundaryasgeojson", "h3_longlatash3"], "H3 cells are not built"),
];

/// What the names of functions on sketches begin with.
const SKETCHES: [&str; 5] = ["approx_top_k", "hll_", "kll_", "theta_", "tuple_"];

const OF_SKETCHES: Refusal =
    not_yet(&[], "sketches are not built; `approx_count_distinct` and `approx_percentile` are");

/// Why a function is refused, ignoring case; `None` for one that is merely not built yet.
pub fn find(name: &str) -> Option<&'static Refusal> {
    let lower = name.to_ascii_lowercase();
    if SKETCHES.iter().any(|start| lower.starts_with(start)) {
        return Some(&OF_SKETCHES);
    }
    REFUSALS.iter().find(|refusal| refusal.names.contains(&lower.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_function_is_both_built_and_refused() {
        for name in REFUSALS.iter().flat_map(|refusal| refusal.names) {
            assert!(crate::registry::find(name).is_none(), "{name} is built");
        }
    }

    #[test]
    fn every_refused_function_is_one_that_exists() {
        for name in REFUSALS.iter().flat_map(|refusal| refusal.names) {
            assert!(lakesmith_unresolved::function_names::find(name).is_some(), "{name}");
        }
    }
}
