//! Forms of the graph for people and programs: text, Mermaid, SVG and JSON.
//!
//! Rendering decides nothing and says nothing about faults. The same graph always gives the same characters.

mod json;
mod layer;
mod mermaid;
mod svg;
mod text;

use lakesmith_base::QualifiedName;

use crate::input::Defaults;

pub use json::{JsonDataset, JsonExpectation, JsonFlow, JsonGraph, JsonPlace, JsonRead, json, to_json};
pub use layer::Layer;
pub use mermaid::mermaid;
pub use svg::svg;
pub use text::text;

/// The name without catalog and schema where they are the pipeline's own.
fn short(name: &QualifiedName, defaults: &Defaults) -> String {
    match name.parts() {
        [catalog, schema, own] if *catalog == defaults.catalog && *schema == defaults.schema => own.to_string(),
        [catalog, schema, own] if *catalog == defaults.catalog => format!("{schema}.{own}"),
        _ => name.to_string(),
    }
}

#[cfg(test)]
mod tests;
