//! The graph as a picture: one SVG text that needs nothing else, no script, no font file and no link.
//!
//! Colours say the layer and signs the kind, both of which the cards also tell in words. Solid arrows are streams, dashed ones
//! batch reads. The picture has its own ground and follows the reader's choice of light or dark. Start reading at [`drawing`];
//! [`ranks`], [`crossings`] and [`places`] lay it out, [`paint`] and [`style`] write it down.

mod crossings;
mod drawing;
mod legend;
mod paint;
mod places;
mod ranks;
mod style;

use crate::graph::DataflowGraph;
use crate::input::Defaults;

use drawing::Drawing;
use places::Places;
use ranks::Ranks;

/// Height of the heading.
const HEADING: f64 = 52.0;

/// The SVG form, headed by the pipeline's name. Ends with a newline.
pub fn svg(graph: &DataflowGraph, defaults: &Defaults, pipeline: &str) -> String {
    let drawing = Drawing::of(graph, defaults);
    let mut ranks = Ranks::of(&drawing);
    crossings::order(&mut ranks, &drawing);
    let places = Places::of(&ranks, &drawing, HEADING);
    let counted = |count: usize, word: &str| if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") };
    let counts = format!("{}, {}", counted(graph.datasets.len(), "dataset"), counted(graph.flows.len(), "flow"));
    paint::picture(&drawing, &ranks, &places, &paint::Heading { pipeline, counts: &counts })
}
