//! Kills updates, and interrupts some, at random moments while files keep coming.

use std::ffi::OsString;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::pipeline::Shape;
use super::process::start;
use super::project::Project;
use super::workers::for_each;

/// Projects that are killed side by side, each with a seed of its own.
const PROJECTS: u64 = 4;
/// Kills of each project.
const KILLS: u64 = 12;
/// Kills between two clean updates.
const KILLS_PER_CHECK: u64 = 4;

#[test]
fn killed_at_random_moments_while_files_come_every_row_arrives_once() {
    let first = std::env::var_os("LAKESMITH_CRASH_SEED");
    let first = first.and_then(|text: OsString| text.to_str()?.parse().ok()).unwrap_or(20_260);
    let seeds = (first..first + PROJECTS).collect();
    let failures = for_each(seeds, |seed| kill_at_random(seed).err().map(|wrong| format!("seed {seed}: {wrong}")));
    let failures: Vec<String> = failures.into_iter().flatten().collect();
    assert!(failures.is_empty(), "LAKESMITH_CRASH_SEED repeats a seed\n{}", failures.join("\n"));
}

fn kill_at_random(seed: u64) -> Result<(), String> {
    let mut project = Project::new(if seed.is_multiple_of(2) { Shape::TwoFlows } else { Shape::Chain });
    let mut random = Random(seed);
    for kill in 1..=KILLS {
        let mut update = start(project.path(), &["run"]);
        let life = 5 + random.below(395);
        let files = 1 + random.below(4);
        // files come while the update is at work
        for _ in 0..files {
            pause(Duration::from_millis(life / files));
            let rows = 1 + random.below(30);
            project.arrive(usize::try_from(rows).unwrap_or(1));
        }
        let interrupt = random.below(4) == 0;
        end(&mut update, interrupt).map_err(|error| error.to_string())?;
        if kill.is_multiple_of(KILLS_PER_CHECK) {
            project.run_and_check().map_err(|wrong| format!("after kill {kill}, {life} ms: {wrong}"))?;
            project.check_events()?;
        }
    }
    Ok(())
}

/// Ends an update as `kill -9` does, or asks it to end as Ctrl-C does.
fn end(update: &mut Child, interrupt: bool) -> std::io::Result<()> {
    if interrupt {
        // an update that has ended already is as good
        let _ = Command::new("kill").args(["-INT", &update.id().to_string()]).stderr(Stdio::null()).status()?;
    } else {
        update.kill()?;
    }
    update.wait().map(|_| ())
}

#[allow(clippy::disallowed_methods, reason = "a kill at a random moment waits for time, not for a condition")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// Numbers that look random and are the same for the same seed (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}
