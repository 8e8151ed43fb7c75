//! Colours, fonts and signs of the picture.

use super::drawing::{Icon, Tint};

/// Fonts are those of the reader's machine; colours are given twice, for light and dark ground.
pub(super) const STYLE: &str = "\
text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;fill:#1f2730}
.name,.flow{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace}
.pipeline{font-size:18px;font-weight:650}
.counts,.legend{font-size:11.5px;fill:#667080}
.name{font-size:13px;font-weight:600}
.detail,.kind{font-size:11px;fill:#5b6573}
.flow{font-size:11px}
.ground{fill:#ffffff}
.card{stroke-width:1.2}
.rule{stroke:#1f2730;stroke-opacity:.13}
.sign{fill:none;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
.line{fill:none;stroke:#75808e;stroke-width:1.6}
.batch{stroke-dasharray:6 4}
.head,.port{fill:#75808e}
.circle{stroke:#c4372d}
.circle-head{fill:#c4372d}
.source .card{fill:#f5f6f8;stroke:#c3c9d1}.source .bar{fill:#aab2bd}.source .sign{stroke:#77818e}
.bronze .card{fill:#fdf4ec;stroke:#d9a277}.bronze .bar{fill:#b8713a}.bronze .sign{stroke:#a15f2b}
.silver .card{fill:#f2f5f8;stroke:#a9b7c5}.silver .bar{fill:#7c8ea1}.silver .sign{stroke:#62748a}
.gold .card{fill:#fdf7e1;stroke:#dcbd5c}.gold .bar{fill:#c79a1b}.gold .sign{stroke:#a27a08}
.other .card{fill:#eef4fd;stroke:#a5bfe6}.other .bar{fill:#5c87c9}.other .sign{stroke:#4572b8}
.quarantine .card{fill:#fdeeed;stroke:#e3a29d}.quarantine .bar{fill:#c4574e}.quarantine .sign{stroke:#b4453c}
@media(prefers-color-scheme:dark){
text{fill:#e4e9ef}
.counts,.legend,.detail,.kind{fill:#9aa6b4}
.ground{fill:#12171d}
.rule{stroke:#e4e9ef}
.line{stroke:#7f8b99}
.head,.port{fill:#7f8b99}
.circle{stroke:#ef7d73}
.circle-head{fill:#ef7d73}
.source .card{fill:#1b2129;stroke:#454f5b}.source .bar{fill:#66717f}.source .sign{stroke:#94a0ae}
.bronze .card{fill:#2a2018;stroke:#82583a}.bronze .bar{fill:#c98650}.bronze .sign{stroke:#dba06f}
.silver .card{fill:#1f272f;stroke:#566575}.silver .bar{fill:#93a5b7}.silver .sign{stroke:#aebdcb}
.gold .card{fill:#2a2512;stroke:#7d6926}.gold .bar{fill:#d8ae37}.gold .sign{stroke:#e3c365}
.other .card{fill:#182334;stroke:#3f5f8f}.other .bar{fill:#6d98da}.other .sign{stroke:#8fb3ea}
.quarantine .card{fill:#2e1b1b;stroke:#84433e}.quarantine .bar{fill:#d96f66}.quarantine .sign{stroke:#ea958e}
}
";

impl Tint {
    /// All, in the order of the legend.
    pub(super) const ALL: [Self; 6] =
        [Self::Source, Self::Bronze, Self::Silver, Self::Gold, Self::Other, Self::Quarantine];

    /// The class of the style, which is also the word of the legend.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Bronze => "bronze",
            Self::Silver => "silver",
            Self::Gold => "gold",
            Self::Other => "other",
            Self::Quarantine => "quarantine",
        }
    }
}

impl Icon {
    /// All, in the order of the legend.
    pub(super) const ALL: [Self; 5] =
        [Self::Files, Self::Table, Self::StreamingTable, Self::MaterializedView, Self::View];

    /// The word of the legend.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Table => "table",
            Self::StreamingTable => "streaming table",
            Self::MaterializedView => "materialized view",
            Self::View => "view",
        }
    }

    /// A path in a square of 18 by 18.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::StreamingTable => {
                "M2 5q2.3-2.6 4.7 0t4.7 0t4.6 0M2 9.5q2.3-2.6 4.7 0t4.7 0t4.6 0M2 14q2.3-2.6 4.7 0t4.7 0t4.6 0"
            }
            Self::MaterializedView => {
                "M3.5 3h11a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1zM2.5 7h13M7 7v8"
            }
            Self::View => "M1.5 9q7.5-9.6 15 0q-7.5 9.6-15 0zM9 6.8a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 1 1 0-4.4z",
            Self::Files => {
                "M4 2h6l4.5 4.5v8.5a1 1 0 0 1-1 1h-9.5a1 1 0 0 1-1-1v-12a1 1 0 0 1 1-1zM10 2v4.5h4.5M6 10h6M6 12.8h4"
            }
            Self::Table => {
                "M2.5 4.5q0-2.5 6.5-2.5t6.5 2.5t-6.5 2.5t-6.5-2.5zM2.5 4.5v9q0 2.5 6.5 2.5t6.5-2.5v-9M2.5 9q0 2.5 6.5 2.5t6.5-2.5"
            }
        }
    }
}
