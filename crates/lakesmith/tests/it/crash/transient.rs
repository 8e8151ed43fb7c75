//! Connections that break for a moment: the update goes on by itself, and no row is lost or written twice.

use super::pipeline::Shape;
use super::points::named_points;
use super::project::Project;
use super::workers::for_each;

/// So that a test does not wait as long as a pipeline does.
const SOON: [&str; 2] = ["--set", "spark.sql.pipelines.execution.watchdog.minRetryTime=1ms"];
/// Times that each point is reached before the connection breaks.
const COUNTS: [usize; 3] = [1, 2, 4];

#[test]
fn a_connection_that_breaks_at_any_point_of_a_flow_costs_no_row_and_needs_nobody() {
    // what stands around the flows is not theirs to try again: the fold of the event log is done by the next update
    let points = named_points().into_iter().filter(|point| !point.starts_with("events."));
    let jobs = points.flat_map(|point| [(point.clone(), Shape::TwoFlows), (point, Shape::Chain)]).collect();
    let wrong = for_each(jobs, |(point, shape)| break_at(&point, shape).err());
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn break_at(point: &str, shape: Shape) -> Result<(), String> {
    let mut project = Project::that_ran(shape);
    for count in COUNTS {
        let fault = format!("transient:{point}#{count}");
        let told = |wrong: String| format!("{shape:?}, {fault}\n  {wrong}");
        project.arrive(7);
        let ran = project.run_with(&SOON, &fault);
        if !ran.succeeded() {
            return Err(told(ran.told()));
        }
        project.check().map_err(told)?;
    }
    Ok(())
}
