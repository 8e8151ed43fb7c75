//! The recorded plans by name.

use prost::Message;
use spark_connect_proto::Plan;

const BYTES: &[u8] = include_bytes!("../messages/plans.bin");
const MAGIC: &[u8] = b"lakesmith plans 1\n";

/// Every recorded plan, in the order of the recording.
pub fn plans() -> Vec<(String, Plan)> {
    let mut rest = BYTES.strip_prefix(MAGIC).expect("the fixture begins with its magic line");
    let mut plans = Vec::new();
    while !rest.is_empty() {
        let name = String::from_utf8(part(&mut rest).to_vec()).unwrap();
        let plan = Plan::decode(part(&mut rest)).unwrap_or_else(|error| panic!("{name}: {error}"));
        plans.push((name, plan));
    }
    plans
}

/// The recorded plan of this name.
pub fn plan(name: &str) -> Plan {
    let found = plans().into_iter().find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("no plan is recorded as `{name}`")).1
}

fn part(rest: &mut &'static [u8]) -> &'static [u8] {
    let (length, after) = rest.split_at(4);
    let (part, after) = after.split_at(u32::from_be_bytes(length.try_into().unwrap()) as usize);
    *rest = after;
    part
}
