//! What the tables of the pipeline must hold, computed from the rows that were written and nothing else.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde_json::{Value, json};

use super::pipeline::Definition;

/// A row of a source file; all else follows from its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub id: i64,
}

impl Row {
    pub fn amount(self) -> i64 {
        (self.id * 37) % 101 - 10
    }

    pub fn kind(self) -> Option<&'static str> {
        ["food", "books", "tools", "toys", "music"].get(usize::try_from(self.id % 6).ok()?).copied()
    }

    pub fn json(self) -> Value {
        json!({"id": self.id, "amount": self.amount(), "kind": self.kind()})
    }
}

/// Rows of tables as JSON texts with how often each occurs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables(BTreeMap<String, BTreeMap<String, usize>>);

impl Tables {
    /// The tables after all `rows`, each with the definition of silver under which it passed.
    pub fn of(rows: &[(Row, Definition)]) -> Self {
        let mut tables = Self::default();
        let mut totals: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for (row, definition) in rows {
            let (id, amount, number) = (row.id, row.amount(), definition.number);
            tables.add("bronze", &row.json());
            let kind = row.kind();
            let silver = json!({"id": id, "amount": amount, "kind": kind, "definition": number});
            if amount <= definition.least && !definition.quarantines {
                continue;
            }
            if amount <= definition.least {
                // a row that is to be quarantined is kept there, also when it would be dropped too
                let violated =
                    if kind.is_none() { json!(["has_kind", "large_enough"]) } else { json!(["large_enough"]) };
                tables.add("silver_quarantine", &with(silver, "_violated", violated));
                continue;
            }
            let Some(kind) = kind else { continue };
            tables.add("silver", &silver);
            tables.add("gold", &json!({"id": id, "doubled": amount * 2, "definition": number}));
            let total = totals.entry(kind).or_default();
            *total = (total.0 + 1, total.1 + amount);
        }
        for (kind, (orders, amount)) in totals {
            tables.add("totals", &json!({"kind": kind, "orders": orders, "amount": amount}));
        }
        tables
    }

    /// Adds a row to a table.
    pub fn add(&mut self, table: &str, row: &Value) {
        // an object of serde_json sorts its keys, so equal rows have equal texts
        *self.0.entry(table.to_owned()).or_default().entry(row.to_string()).or_default() += 1;
    }

    /// The rows of a table with how often each occurs.
    pub fn rows(&self, table: &str) -> BTreeMap<String, usize> {
        self.0.get(table).cloned().unwrap_or_default()
    }

    /// How these tables differ from the expected ones.
    pub fn differences(&self, expected: &Self) -> Option<Differences> {
        let names = self.0.keys().chain(expected.0.keys());
        let mut found: Vec<String> = names.filter_map(|name| difference(name, self, expected)).collect();
        found.sort();
        found.dedup();
        (!found.is_empty()).then_some(Differences(found))
    }
}

fn with(mut row: Value, key: &str, value: Value) -> Value {
    row[key] = value;
    row
}

fn difference(name: &str, found: &Tables, expected: &Tables) -> Option<String> {
    let (found, expected) = (found.rows(name), expected.rows(name));
    if found == expected {
        return None;
    }
    let count = |rows: &BTreeMap<String, usize>| rows.values().sum::<usize>();
    let mut text = format!("{name}: {} rows, {} expected", count(&found), count(&expected));
    let more = |rows: &BTreeMap<String, usize>, than: &BTreeMap<String, usize>| -> Vec<String> {
        let surplus = rows.iter().filter(|(row, count)| than.get(*row).is_none_or(|other| other < count));
        surplus.map(|(row, count)| format!("{row} × {count}")).collect()
    };
    for (word, rows) in [("missing", more(&expected, &found)), ("too many", more(&found, &expected))] {
        if let Some(first) = rows.first() {
            let _infallible = write!(text, "\n    {word}: {} different rows, first {first}", rows.len());
        }
    }
    Some(text)
}

/// Tables that differ from what they must be.
#[derive(Debug)]
pub struct Differences(Vec<String>);

impl fmt::Display for Differences {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.join("\n  "))
    }
}
