//! [`FlowIdentity`]: who a flow is to its target table, until a full refresh makes it another.

use std::collections::BTreeMap;

use lakesmith_base::Identifier;
use uuid::Uuid;

/// The version of a `txn` whose identity will never commit again.
pub const RETIRED: i64 = i64::MAX;

/// The identity of a flow: plans are numbered within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowIdentity {
    flow: String,
    uuid: Uuid,
}

impl FlowIdentity {
    /// A new identity.
    pub fn new(flow: &Identifier) -> Self {
        Self { flow: flow.folded(), uuid: Uuid::new_v4() }
    }

    /// The identity that a table's `txn`s name for a flow and that is not retired.
    pub fn current(flow: &Identifier, txns: &BTreeMap<String, i64>) -> Option<Self> {
        let prefix = prefix(flow);
        txns.iter().filter(|(_, version)| **version != RETIRED).find_map(|(app_id, _)| {
            let uuid = Uuid::parse_str(app_id.strip_prefix(&prefix)?).ok()?;
            Some(Self { flow: flow.folded(), uuid })
        })
    }

    /// Every identity of any flow that a table's `txn`s name and that is not retired, as application ids.
    pub fn all_current(txns: &BTreeMap<String, i64>) -> Vec<String> {
        let is_flow = |app_id: &str| {
            let parts: Vec<&str> = app_id.split('/').collect();
            matches!(parts.as_slice(), ["lakesmith", _, uuid] if Uuid::parse_str(uuid).is_ok())
        };
        let current = txns.iter().filter(|(app_id, version)| **version != RETIRED && is_flow(app_id));
        current.map(|(app_id, _)| app_id.clone()).collect()
    }

    /// The application id of the flow's `txn` in its target table.
    pub fn app_id(&self) -> String {
        format!("{}{}", prefix(&Identifier::new(self.flow.as_str())), self.uuid)
    }

    /// The identity's folder below the flow's checkpoint.
    pub fn folder(&self) -> String {
        self.uuid.to_string()
    }

    /// What the names of the parts of plan `number` contain, so that they can be told from all others.
    pub fn part_prefix(&self, number: i64) -> String {
        let uuid = self.uuid.simple().to_string();
        format!("{}-{number}", &uuid[..12])
    }
}

fn prefix(flow: &Identifier) -> String {
    // a slash ends the name, so it cannot be part of it
    format!("lakesmith/{}/", flow.folded().replace('%', "%25").replace('/', "%2F"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_is_found_again_until_it_is_retired() {
        let flow = Identifier::new("Orders/daily");
        let identity = FlowIdentity::new(&flow);
        let mut txns = BTreeMap::from([(identity.app_id(), 3), ("other".to_owned(), 1)]);
        assert_eq!(FlowIdentity::current(&flow, &txns), Some(identity.clone()));
        assert_eq!(FlowIdentity::current(&Identifier::new("orders"), &txns), None);
        assert_eq!(FlowIdentity::all_current(&txns), [identity.app_id()]);
        txns.insert(identity.app_id(), RETIRED);
        assert_eq!(FlowIdentity::current(&flow, &txns), None);
        assert!(FlowIdentity::all_current(&txns).is_empty());
    }
}
