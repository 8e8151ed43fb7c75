//! The order in which flows run: each when everything it reads is done, several at once, none after a failure it depends on.

use std::collections::{HashMap, HashSet};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use lakesmith_graph::{Dataset, DatasetId, Flow, FlowId, FlowKind};

use crate::append::Ended;
use crate::outcome::{FlowOutcome, FlowResult, FlowWork};
use crate::retries::{may_pass, wait};
use crate::selection::Selected;
use crate::update::UpdateRun;

/// Runs all flows of the selected tables and gives what became of every flow, in the order of the graph.
pub(crate) async fn run(update: &UpdateRun<'_>, selected: &Selected) -> Vec<FlowOutcome> {
    let mut schedule = Schedule::new(update, selected);
    let most = update.engine.settings.partitions.get().max(2);
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < most && !update.is_stopping() {
            let Some(flow) = schedule.next_ready() else { break };
            running.push(run_one(update, flow));
        }
        if update.is_stopping() {
            break;
        }
        match futures::future::select(running.next(), Box::pin(update.stopped())).await {
            futures::future::Either::Left((Some((id, outcome)), _)) => schedule.ended(id, outcome),
            // nothing runs and nothing became ready: what still waits is told as stopped
            futures::future::Either::Left((None, _)) => break,
            // what is not committed is given up: dropping a flow's work removes its parts
            futures::future::Either::Right(_) => break,
        }
    }
    drop(running);
    update.remove_given_up().await;
    schedule.outcomes()
}

async fn run_one(update: &UpdateRun<'_>, flow: &Flow) -> (FlowId, FlowOutcome) {
    let started = update.engine.now_micros();
    update.flow_started(flow);
    let Some(target) = flow.target else {
        return (flow.id, update.outcome(flow, FlowResult::Excluded, FlowWork::default(), 0));
    };
    let (result, work) = tried(update, flow, update.pipeline.graph.dataset(target)).await;
    let outcome = update.outcome(flow, result, work, update.engine.now_micros() - started);
    update.flow_ended(flow, &outcome);
    (flow.id, outcome)
}

/// Runs a flow, and again where what failed may pass by itself. What a try that failed has committed stays, and the next goes
/// on from there.
async fn tried(update: &UpdateRun<'_>, flow: &Flow, dataset: &Dataset) -> (FlowResult, FlowWork) {
    let mut work = FlowWork::default();
    let mut retry = 0;
    loop {
        let ended: Ended = match flow.kind {
            FlowKind::Complete => crate::complete::run(update, flow, dataset).await,
            _ => crate::append::run(update, flow, dataset).await,
        };
        work.add(ended.work);
        retry += 1;
        let pause = update.retries.pause(retry);
        match (ended.result, pause) {
            (Ok(Some(why)), _) if work.batches == 0 => return (FlowResult::UpToDate(why), work),
            (Ok(_), _) => return (FlowResult::Completed, work),
            (Err(faults), Some(pause)) if may_pass(&faults) && !update.is_stopping() => {
                update.flow_waits(flow, &faults);
                wait(pause, update.stopped()).await;
                update.flow_started(flow);
            }
            (Err(faults), _) => return (FlowResult::Failed(faults), work),
        }
    }
}

/// Which flows have ended and which wait for what.
struct Schedule<'a> {
    update: &'a UpdateRun<'a>,
    order: Vec<&'a Flow>,
    waiting: Vec<&'a Flow>,
    outcomes: HashMap<FlowId, FlowOutcome>,
}

impl<'a> Schedule<'a> {
    fn new(update: &'a UpdateRun<'a>, selected: &Selected) -> Self {
        let graph = &update.pipeline.graph;
        let in_order = graph.order.iter().flat_map(|id| graph.flows_into(*id));
        let order: Vec<&Flow> = in_order.filter(|flow| flow.kind != FlowKind::View).collect();
        let mut outcomes = HashMap::new();
        let mut waiting = Vec::new();
        for flow in &order {
            let is_selected = flow.target.is_some_and(|target| selected.refresh.contains(&target));
            let settled = if is_selected { update.settled(flow) } else { Some(FlowResult::Excluded) };
            match settled {
                Some(result) => {
                    let outcome = update.outcome(flow, result, FlowWork::default(), 0);
                    update.flow_ended(flow, &outcome);
                    outcomes.insert(flow.id, outcome);
                }
                None => waiting.push(*flow),
            }
        }
        Self { update, order, waiting, outcomes }
    }

    /// A flow whose sources are done. Those whose sources failed are skipped on the way.
    fn next_ready(&mut self) -> Option<&'a Flow> {
        let mut index = 0;
        while index < self.waiting.len() {
            let flow = self.waiting[index];
            let before = self.flows_before(flow);
            let failed = before.iter().find(|id| self.outcomes.get(*id).is_some_and(|outcome| stops(&outcome.result)));
            if let Some(failed) = failed {
                let because = match self.outcomes.get(failed).map(|outcome| &outcome.result) {
                    // the root of the trouble, not the next link
                    Some(FlowResult::Skipped { because }) => because.clone(),
                    _ => self.update.pipeline.shown_name(&self.update.pipeline.graph.flow(*failed).name),
                };
                let result = FlowResult::Skipped { because };
                let outcome = self.update.outcome(flow, result, FlowWork::default(), 0);
                self.update.flow_ended(flow, &outcome);
                self.outcomes.insert(flow.id, outcome);
                self.waiting.remove(index);
                index = 0; // what reads this one is to be skipped too
            } else if before.iter().all(|id| self.outcomes.contains_key(id)) {
                self.waiting.remove(index);
                return Some(flow);
            } else {
                index += 1;
            }
        }
        None
    }

    /// The flows into everything that a flow reads, through views.
    fn flows_before(&self, flow: &Flow) -> Vec<FlowId> {
        let graph = &self.update.pipeline.graph;
        let mut open: Vec<DatasetId> = graph.edges_of(flow.id).map(|edge| edge.dataset).collect();
        let (mut seen, mut found) = (HashSet::new(), Vec::new());
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            open.extend(graph.dataset(id).quarantine_of());
            for before in graph.flows_into(id) {
                if before.kind == FlowKind::View {
                    open.extend(graph.edges_of(before.id).map(|edge| edge.dataset));
                } else if before.id != flow.id {
                    found.push(before.id);
                }
            }
        }
        found
    }

    fn ended(&mut self, id: FlowId, outcome: FlowOutcome) {
        self.outcomes.insert(id, outcome);
    }

    fn outcomes(mut self) -> Vec<FlowOutcome> {
        let update = self.update;
        let order = std::mem::take(&mut self.order);
        order
            .into_iter()
            .map(|flow| {
                self.outcomes.remove(&flow.id).unwrap_or_else(|| {
                    let outcome = update.outcome(flow, FlowResult::Stopped, FlowWork::default(), 0);
                    update.flow_ended(flow, &outcome);
                    outcome
                })
            })
            .collect()
    }
}

/// Whether what depends on a flow cannot run.
fn stops(result: &FlowResult) -> bool {
    matches!(result, FlowResult::Failed(_) | FlowResult::Skipped { .. } | FlowResult::Stopped)
}
