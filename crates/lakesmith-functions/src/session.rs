//! What the session says: names of the current catalog, schema and user, the version, the time zone.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::lit;
use lakesmith_base::Identifier;
use lakesmith_unresolved::SparkType;

use crate::function::{Call, Fault, Function, Typed};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["current_catalog"], (0, 0), |call| Ok(text(&call.session.catalog))),
    Function::scalar(&["current_schema", "current_database"], (0, 0), |call| Ok(text(&call.session.schema))),
    Function::scalar(&["current_path"], (0, 0), |call| Ok(text(&path(call)))),
    Function::scalar(&["current_user", "user", "session_user"], (0, 0), |call| Ok(text(&call.session.user))),
    Function::scalar(&["current_timezone"], (0, 0), |call| Ok(text(call.session.rules.zone.name()))),
    Function::scalar(&["version"], (0, 0), |_| Ok(text(concat!("lakesmith ", env!("CARGO_PKG_VERSION"))))),
    Function::scalar(&["localtimestamp"], (0, 0), local),
    // files are never read in blocks
    Function::scalar(&["input_file_block_start", "input_file_block_length"], (0, 0), |_| {
        Ok(Typed::new(lit(-1i64), SparkType::Long).with_nullable(false))
    }),
];

fn text(value: &str) -> Typed {
    Typed::new(lit(value), SparkType::STRING).with_nullable(false)
}

/// Where names are looked up, in this order.
fn path(call: &Call<'_>) -> String {
    let (catalog, schema) = (Identifier::new(&*call.session.catalog), Identifier::new(&*call.session.schema));
    format!("system.builtin,system.session,{catalog}.{schema}")
}

/// The time of the query as clocks of the session's zone show it.
fn local(call: &Call<'_>) -> Result<Typed, Fault> {
    let local = call.session.rules.zone.local(call.session.now_micros);
    let value = ScalarValue::TimestampMicrosecond(Some(local), None);
    Ok(Typed::new(lit(value), SparkType::TimestampNtz).with_nullable(false))
}
