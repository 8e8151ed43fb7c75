//! Crash tests: the environment variable `LAKESMITH_FAULT` names a point at which the process ends as by `kill -9`, or an
//! operation fails. Only tests set it.
//!
//! `crash:delta.before_log_put` ends the process there, `crash:delta.before_log_put#3` when it is reached for the third time,
//! `disk_full:sink.before_part` lets the step fail as a full disk does, `transient:…` as a connection that broke,
//! `stall:update.before_commit` says so and waits there until
//! standard input ends.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use lakesmith_engine::{Actor, EngineError, ErrorKind, Faults, NoFaults};
use lakesmith_update::Plans;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Crash,
    DiskFull,
    Transient,
    Stall,
}

#[derive(Debug)]
struct FaultAt {
    effect: Effect,
    point: String,
    left: AtomicU32,
}

/// The faults that the environment asks for.
#[allow(clippy::disallowed_methods, reason = "the binary reads the environment")]
pub fn from_environment() -> Arc<dyn Faults> {
    match std::env::var("LAKESMITH_FAULT").ok().and_then(|text| parse(&text)) {
        Some(fault) => Arc::new(fault),
        None => Arc::new(NoFaults),
    }
}

/// How plans come to those who run them: with `LAKESMITH_SHIP_PLANS` set, each is written as bytes and read back before it runs.
#[allow(clippy::disallowed_methods, reason = "the binary reads the environment")]
pub fn plans_from_environment() -> Plans {
    if std::env::var_os("LAKESMITH_SHIP_PLANS").is_some() { Plans::Shipped } else { Plans::AsMade }
}

fn parse(text: &str) -> Option<FaultAt> {
    let (effect, point) = text.split_once(':')?;
    let effect = match effect {
        "crash" => Effect::Crash,
        "disk_full" => Effect::DiskFull,
        "transient" => Effect::Transient,
        "stall" => Effect::Stall,
        _ => return None,
    };
    let (point, count) = point.split_once('#').unwrap_or((point, "1"));
    Some(FaultAt { effect, point: point.to_owned(), left: AtomicU32::new(count.parse().ok()?) })
}

impl Faults for FaultAt {
    fn reach(&self, point: &'static str) -> Result<(), EngineError> {
        if point != self.point || self.left.fetch_sub(1, Ordering::SeqCst) != 1 {
            return Ok(());
        }
        match self.effect {
            // no destructor and no exit handler runs, as when the kernel kills the process
            Effect::Crash => std::process::abort(),
            Effect::DiskFull => Err(EngineError::new(ErrorKind::DiskFull, "write", "no space left on device")
                .for_actor(Actor::Target)
                .with("at", point)),
            Effect::Transient => {
                let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                Err(EngineError::io("reach store", std::path::Path::new(point), reset))
            }
            Effect::Stall => {
                // whoever waits for the line has the other end of both pipes; should they be gone, there is nothing to wait for
                let _ = writeln!(std::io::stderr(), "stalled");
                let _ = std::io::stdin().read_to_end(&mut Vec::new());
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_once_at_its_count() {
        let fault = parse("disk_full:sink.before_part#2").unwrap();
        assert!(fault.reach("sink.before_part").is_ok());
        assert!(fault.reach("sink.after_part").is_ok());
        assert!(fault.reach("sink.before_part").is_err());
        assert!(fault.reach("sink.before_part").is_ok());
        assert!(parse("crash").is_none() && parse("burn:x").is_none());
    }
}
