//! Writes the picture: heading, lines, cards, legend.

use std::fmt::Write;

use super::drawing::{Card, Drawing, HEAD, Link, ROW};
use super::legend::legend;
use super::places::{MARGIN, Places, entry, exit};
use super::ranks::{Cell, Ranks, Segment};
use super::style::STYLE;

/// Length of an arrow's head.
const ARROW: f64 = 7.0;

/// What stands above the cards.
#[derive(Debug)]
pub(super) struct Heading<'a> {
    pub(super) pipeline: &'a str,
    pub(super) counts: &'a str,
}

/// The whole picture.
pub(super) fn picture(drawing: &Drawing, ranks: &Ranks, places: &Places, heading: &Heading<'_>) -> String {
    let circles: Vec<&Link> = drawing.links.iter().filter(|link| link.is_backward()).collect();
    let width = places.size.0.max(360.0);
    let below = if circles.is_empty() { 0.0 } else { 36.0 };
    let (legend, legend_height) = legend(drawing, width, places.size.1 + below);
    let height = places.size.1 + below + legend_height;
    let title = escape(&lakesmith_diagnostic::render::printable(heading.pipeline));
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
         <title>{title}: {counts}</title>\n<style>\n{STYLE}</style>\n\
         <rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n\
         <text class=\"pipeline\" x=\"{MARGIN}\" y=\"40\">{title}</text>\n\
         <text class=\"counts\" x=\"{MARGIN}\" y=\"59\">{counts}</text>\n",
        counts = heading.counts,
    );
    for segment in &ranks.segments {
        line(&mut text, drawing, ranks, places, segment);
    }
    // a bend is a straight piece across its column
    for (cell, _) in ranks.cells.iter().enumerate().filter(|(_, cell)| **cell == Cell::Bend) {
        let (x, width) = places.columns[places.column_of[cell]];
        let is_streaming = ranks.segments.iter().any(|segment| segment.right == cell && segment.is_streaming);
        let class = if is_streaming { "line" } else { "line batch" };
        let _infallible = writeln!(text, "<path class=\"{class}\" d=\"M{x} {}h{width}\"/>", places.top[cell]);
    }
    for (number, card) in drawing.cards.iter().enumerate() {
        let (x, width) = places.columns[places.column_of[number]];
        paint_card(&mut text, card, x, places.top[number], width);
    }
    for link in circles {
        circle(&mut text, drawing, places, link);
    }
    text.push_str(&legend);
    text.push_str("</svg>\n");
    text
}

/// A line from one column to the next, with a head where it ends at a card.
fn line(text: &mut String, drawing: &Drawing, ranks: &Ranks, places: &Places, segment: &Segment) {
    let (left, left_width) = places.columns[places.column_of[segment.left]];
    let (x1, y1) = (left + left_width, places.top[segment.left] + exit(ranks, drawing, segment));
    let (x2, y2) =
        (places.columns[places.column_of[segment.right]].0, places.top[segment.right] + entry(ranks, drawing, segment));
    let class = if segment.is_streaming { "line" } else { "line batch" };
    let ends = matches!(ranks.cells[segment.right], Cell::Card(_));
    let end = if ends { x2 - ARROW } else { x2 };
    let bow = ((end - x1) / 2.0).round();
    let _infallible =
        writeln!(text, "<path class=\"{class}\" d=\"M{x1} {y1}C{} {y1} {} {y2} {end} {y2}\"/>", x1 + bow, end - bow);
    if ends {
        let _infallible = writeln!(text, "<path class=\"head\" d=\"M{x2} {y2}l-{ARROW} -4v8z\"/>");
    }
}

/// A read against the order of the cards: below both cards, in the colour of faults.
fn circle(text: &mut String, drawing: &Drawing, places: &Places, link: &Link) {
    let foot = |card: usize, share: f64| {
        let (x, width) = places.columns[places.column_of[card]];
        ((x + width * share).round(), places.top[card] + drawing.cards[card].height())
    };
    let ((x1, y1), (x2, y2)) = (foot(link.from, 0.6), foot(link.to, 0.4));
    let low = y1.max(y2) + 44.0;
    let class = if link.is_streaming { "line circle" } else { "line batch circle" };
    let _infallible = writeln!(
        text,
        "<path class=\"{class}\" d=\"M{x1} {y1}C{x1} {low} {x2} {low} {x2} {}\"/>\n\
         <path class=\"circle-head\" d=\"M{x2} {y2}l-4 {ARROW}h8z\"/>",
        y2 + ARROW
    );
}

fn paint_card(text: &mut String, card: &Card, x: f64, y: f64, width: f64) {
    let height = card.height();
    let class = card.tint.class();
    let _infallible = writeln!(
        text,
        "<g class=\"{class}\" transform=\"translate({x} {y})\"><title>{}</title>\n\
         <rect class=\"card\" width=\"{width}\" height=\"{height}\" rx=\"7\"/>\
         <rect class=\"bar\" x=\"0\" y=\"9\" width=\"3.5\" height=\"{}\" rx=\"1.7\"/>\n\
         <path class=\"sign\" transform=\"translate(14 {})\" d=\"{}\"/>\
         <text class=\"name\" x=\"42\" y=\"20\">{}</text><text class=\"detail\" x=\"42\" y=\"36\">{}</text>",
        escape(&card.tooltip),
        height - 18.0,
        HEAD / 2.0 - 9.0,
        card.icon.path(),
        escape(&card.name),
        escape(&card.detail),
    );
    if !card.rows.is_empty() {
        let _infallible = writeln!(text, "<path class=\"rule\" d=\"M10 {HEAD}H{}\"/>", width - 10.0);
    }
    for (number, row) in card.rows.iter().enumerate() {
        let middle = card.port(Some(number));
        let baseline = middle + ROW / 2.0 - 6.5;
        let _infallible = writeln!(
            text,
            "<circle class=\"port\" cx=\"15\" cy=\"{middle}\" r=\"2.2\"/>\
             <text class=\"flow\" x=\"24\" y=\"{baseline}\">{}</text>\
             <text class=\"kind\" x=\"{}\" y=\"{baseline}\" text-anchor=\"end\">{}</text>",
            escape(&row.name),
            width - 14.0,
            row.kind,
        );
    }
    text.push_str("</g>\n");
}

/// A text between tags.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
