//! The line below the picture that says what its colours, signs and lines mean. It names only what the picture holds.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::drawing::{Drawing, Icon, Tint};
use super::places::MARGIN;

/// Height of a line of the legend.
const LINE: f64 = 26.0;
/// Width of a character, and of what stands before and after a word.
const CHARACTER: f64 = 6.6;
const SIGN: f64 = 24.0;
const AFTER: f64 = 18.0;

/// The legend's text and height, for a picture that is `width` wide and ends at `y` without it.
pub(super) fn legend(drawing: &Drawing, width: f64, y: f64) -> (String, f64) {
    let mut text = String::from("<g class=\"legend\">\n");
    let (mut x, mut top) = (MARGIN, y);
    for (sign, word) in entries(drawing) {
        let count = u32::try_from(word.len()).unwrap_or(u32::MAX);
        let needed = SIGN + f64::from(count) * CHARACTER;
        if x > MARGIN && x + needed > width - MARGIN {
            (x, top) = (MARGIN, top + LINE);
        }
        let _infallible = writeln!(
            text,
            "<g transform=\"translate({} {top})\">{sign}<text class=\"legend\" x=\"{SIGN}\" y=\"13\">{word}</text></g>",
            x.round()
        );
        x += needed + AFTER;
    }
    text.push_str("</g>\n");
    (text, top + LINE - y + MARGIN / 2.0)
}

fn entries(drawing: &Drawing) -> Vec<(String, &'static str)> {
    let tints: BTreeSet<Tint> = drawing.cards.iter().map(|card| card.tint).collect();
    let icons: BTreeSet<Icon> = drawing.cards.iter().map(|card| card.icon).collect();
    let swatch = |tint: &Tint| {
        let class = tint.class();
        let sign =
            format!("<g class=\"{class}\"><rect class=\"card\" y=\"2\" width=\"17\" height=\"13\" rx=\"3\"/></g>");
        (sign, class)
    };
    let icon = |icon: &Icon| {
        let sign = format!("<g class=\"silver\"><path class=\"sign\" d=\"{}\"/></g>", icon.path());
        (sign, icon.word())
    };
    let line = |is_streaming: bool| {
        let (class, word) = if is_streaming { ("line", "stream") } else { ("line batch", "batch") };
        (format!("<path class=\"{class}\" d=\"M0 9h19\"/>"), word)
    };
    let lines = [true, false].into_iter().filter(|kind| drawing.links.iter().any(|link| link.is_streaming == *kind));
    let tints = Tint::ALL.iter().filter(|tint| tints.contains(tint) && **tint != Tint::Other);
    tints
        .map(swatch)
        .chain(Icon::ALL.iter().filter(|known| icons.contains(known)).map(icon))
        .chain(lines.map(line))
        .collect()
}
