//! Datasets that read each other in a circle.

use lakesmith_diagnostic::{Condition, Diagnostic};

use crate::graph::Draft;

pub fn check(draft: &Draft<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let name = |index: usize| draft.collected.datasets[index].name.last().as_str();
    for circle in &draft.circles {
        let Some(first) = circle.first() else { continue };
        let condition = Condition::PIPELINE_GRAPH_NOT_TOPOLOGICALLY_SORTED;
        // Told in reading direction: each dataset reads the next one.
        let chain: Vec<String> = circle.iter().rev().map(|link| format!("`{}`", name(link.reader))).collect();
        let chain = format!("{} → `{}`", chain.join(" → "), name(circle[circle.len() - 1].reader));
        let title = if circle.len() == 1 {
            format!("`{}` reads itself", name(first.read))
        } else {
            format!("{} datasets read each other in a circle: {chain}", circle.len())
        };
        let mut diagnostic = Diagnostic::error(condition, title);
        for (index, link) in circle.iter().rev().enumerate() {
            let is_quarantine = draft.collected.datasets[link.reader].quarantine_of().map(|of| of.0) == Some(link.read);
            let label = if is_quarantine {
                format!("`{}` is the quarantine table of `{}`", name(link.reader), name(link.read))
            } else {
                format!("`{}` reads `{}`", name(link.reader), name(link.read))
            };
            diagnostic = if index == 0 { diagnostic.at(link.span, label) } else { diagnostic.also(link.span, label) };
        }
        let help = if circle.len() == 1 {
            "read the table it comes from; give that table's catalog and schema when it has the same name"
        } else {
            "remove one of these reads"
        };
        diagnostics.push(diagnostic.help(help));
    }
}
