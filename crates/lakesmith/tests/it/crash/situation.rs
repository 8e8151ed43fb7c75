//! [`Situation`]: in which updates crash, and how a project goes on after a crash.

use super::pipeline::Shape;
use super::project::Project;

/// A flow that reads file by file gathers what it has read after so many files at the latest.
const FILES_PER_LEDGER: usize = 22;

/// A situation in which updates crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Situation {
    /// The first update of a project.
    First,
    /// An update that finds one new file.
    NewFile,
    /// The same where one batch passes through all tables.
    NewFileInChain,
    /// The same where the file has a column that is new.
    NewColumn,
    /// A full refresh of everything, which the plain update after the crash brings to its end.
    FullRefresh,
    /// A full refresh of a table with a quarantine and of a stream that reads it.
    FullRefreshOfTwo,
    /// An update of so many batches that the flow gathers in a ledger what it has read.
    Ledger,
    /// An update after which small files are merged in every table.
    Compaction,
    /// The update that takes back what a batch of an older definition has put into quarantine.
    Undo,
}

/// What happens between a crash and the restart, besides that another file comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meanwhile {
    Nothing,
    /// Silver is defined anew.
    Edit,
}

/// A crash that happened: where, and what was wrong after the clean update.
#[derive(Debug)]
pub struct Crash {
    pub point: String,
    pub wrong: Option<String>,
    /// Parts of dead batches in the project, which clean-up may remove.
    pub leftovers: usize,
}

impl Situation {
    /// Crashes updates the first, second, … time they reach a point, until one does not reach it any more.
    pub fn crash_at(self, point: &str, meanwhile: Meanwhile) -> Vec<Crash> {
        let mut crashes = Vec::new();
        let mut kept = None;
        let mut count = 1;
        loop {
            let fault = format!("crash:{point}#{count}");
            let wrong = match self.crash(&mut kept, &fault, meanwhile) {
                Ok(false) => break,
                Ok(true) => None,
                Err(wrong) => Some(format!("{self:?}, {meanwhile:?}, {fault}\n  {wrong}")),
            };
            let is_wrong = wrong.is_some();
            let leftovers = kept.as_ref().map_or(0, Project::leftovers);
            crashes.push(Crash { point: point.to_owned(), wrong, leftovers });
            if is_wrong {
                break; // the project is of no use any more, and the first fault is the one to look at
            }
            count += self.step(count);
        }
        crashes
    }

    /// From one crash to the next: an update reaches some points often, and the later times are sampled unless all are asked for.
    fn step(self, count: usize) -> usize {
        match self {
            _ if std::env::var_os("LAKESMITH_CRASH_ALL").is_some() => 1,
            Self::NewFile | Self::NewFileInChain | Self::NewColumn | Self::Ledger | Self::Compaction => 1 + count / 2,
            Self::First | Self::FullRefresh | Self::FullRefreshOfTwo | Self::Undo => 1 + count,
        }
    }

    fn shape(self) -> Shape {
        match self {
            Self::NewFileInChain => Shape::Chain,
            Self::NewColumn => Shape::Growing,
            Self::Ledger => Shape::FileByFile,
            Self::Compaction => Shape::Compacted,
            _ => Shape::TwoFlows,
        }
    }

    /// Whether an update crashed with the fault; an error tells what was wrong then or after the clean update that followed.
    fn crash(self, kept: &mut Option<Project>, fault: &str, meanwhile: Meanwhile) -> Result<bool, String> {
        let mut project = match (self, kept.take()) {
            (Self::First, _) => Project::new(self.shape()),
            (_, None) => Project::that_ran(self.shape()),
            (_, Some(project)) => project,
        };
        if !self.run_into(&mut project, fault)? {
            return Ok(false);
        }
        if meanwhile == Meanwhile::Edit {
            project.edit()?;
        }
        project.arrive(3);
        project.run_and_check()?;
        project.check_events()?;
        *kept = Some(project);
        Ok(true)
    }

    /// Whether an update of the project crashed in this situation.
    fn run_into(self, project: &mut Project, fault: &str) -> Result<bool, String> {
        match self {
            Self::First => crash_once(project, &[], fault),
            Self::NewFile | Self::NewFileInChain | Self::NewColumn => {
                project.arrive(7);
                crash_once(project, &[], fault)
            }
            Self::Compaction => {
                project.arrive(7);
                crash_once(project, &["--set", "spark.databricks.delta.autoCompact.minNumFiles=2"], fault)
            }
            Self::FullRefresh => {
                project.arrive(7);
                crash_once(project, &["--full-refresh-all"], fault)
            }
            Self::FullRefreshOfTwo => {
                project.arrive(7);
                crash_once(project, &["--full-refresh", "silver,gold"], fault)
            }
            Self::Ledger => {
                (0..FILES_PER_LEDGER).for_each(|_| _ = project.arrive(2));
                crash_once(project, &[], fault)
            }
            Self::Undo => {
                project.arrive(7);
                leave_quarantine_ahead(project)?;
                project.edit()?;
                crash_once(project, &[], fault)
            }
        }
    }
}

/// Crashes an update when the quarantine of silver has been committed and silver has not.
pub fn leave_quarantine_ahead(project: &Project) -> Result<(), String> {
    // bronze commits first
    match crash_once(project, &[], "crash:update.before_commit#2") {
        Ok(false) => Err("no crash before the commit of silver".to_owned()),
        Ok(true) => Ok(()),
        Err(wrong) => Err(wrong),
    }
}

/// Runs an update that crashes, unless it does not reach the point; then it must succeed.
pub fn crash_once(project: &Project, arguments: &[&str], fault: &str) -> Result<bool, String> {
    let ran = project.run_with(arguments, fault);
    match (ran.crashed(), ran.succeeded()) {
        (true, _) => Ok(true),
        (false, true) => Ok(false),
        (false, false) => Err(format!("neither crashed nor succeeded: {}", ran.told())),
    }
}
