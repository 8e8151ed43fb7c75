//! [`Layer`]: bronze, silver or gold.

use crate::dataset::Dataset;

/// A layer of the medallion architecture, in the order data passes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// As it arrived.
    Bronze,
    /// Cleaned.
    Silver,
    /// For its readers.
    Gold,
    /// Not told.
    Other,
}

impl Layer {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Bronze, Self::Silver, Self::Gold, Self::Other];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bronze => "bronze",
            Self::Silver => "silver",
            Self::Gold => "gold",
            Self::Other => "other",
        }
    }

    /// The layer that the table property `quality` names, else the one that the dataset's or its schema's name begins with.
    pub fn of(dataset: &Dataset) -> Self {
        let named = |text: &str| {
            let text = text.to_lowercase();
            Self::ALL[..3].iter().find(|layer| text.starts_with(layer.name())).copied()
        };
        let property = dataset.property("quality").and_then(named);
        let parts = dataset.name.parts().iter().rev().take(2);
        property.or_else(|| parts.filter_map(|part| named(part.as_str())).next()).unwrap_or(Self::Other)
    }
}
