//! The three forms of one small pipeline.

use lakesmith_unresolved::pipeline::{DatasetKind, ViolationAction};

use super::*;
use crate::testing::{Pipeline, append, cdc, join};

fn defaults() -> Defaults {
    Defaults { catalog: "main".into(), schema: "sales".into() }
}

fn retail() -> Pipeline {
    let mut p = Pipeline::new();
    let query = p.function("read_files", &["/in/orders"], true);
    p.streaming_table("bronze_orders", query);
    let query = p.stream("bronze_orders");
    let mut silver = p.definition(DatasetKind::StreamingTable, "silver_orders", Some(query));
    silver.expectations.push(p.expectation("valid", ViolationAction::Quarantine { into: None }));
    p.create(silver);
    p.declare("customers");
    let query = p.stream("bronze_orders");
    p.flow(None, "customers", cdc(query));
    let (left, right) = (p.read("silver_orders"), p.read("customers"));
    p.materialized_view("gold_sales", join(left, right));
    p
}

#[test]
fn text_shows_layers_with_datasets_flows_and_reads() {
    let p = retail();
    assert!(p.faults().is_empty(), "{:?}", p.faults());
    let expected = "\
bronze
  bronze_orders  streaming table
    ← files /in/orders (stream)

silver
  silver_orders  streaming table, 1 expectation
    ← bronze_orders (stream)
  silver_orders_quarantine  streaming table, quarantine of silver_orders

gold
  gold_sales  materialized view
    ← silver_orders
    ← customers

other
  customers  streaming table
    flow customers (auto cdc)
      ← bronze_orders (stream)
";
    assert_eq!(text(&p.graph(), &defaults()), expected);
}

#[test]
fn mermaid_dashes_batch_reads_and_names_a_class_for_every_kind() {
    let text = mermaid(&retail().graph(), &defaults());
    let expected = "\
flowchart LR
  subgraph bronze
    d0[\"bronze_orders\"]:::streamingTable
  end
  subgraph silver
    d1[\"silver_orders\"]:::streamingTable
    d4[\"silver_orders_quarantine\"]:::quarantine
  end
  subgraph gold
    d3[\"gold_sales\"]:::materializedView
  end
  d2[\"customers\"]:::streamingTable
  s0([\"files /in/orders\"]):::source
  d0 --> d1
  d0 --> d2
  d1 -.-> d3
  d1 --> d4
  d2 -.-> d3
  s0 --> d0
";
    assert!(text.starts_with(expected), "{text}");
    for class in ["streamingTable", "materializedView", "view", "quarantine", "source"] {
        assert!(text.contains(&format!("classDef {class} ")), "{class}");
    }
}

#[test]
fn a_name_cannot_break_out_of_a_mermaid_label() {
    let mut p = Pipeline::new();
    let query = p.read("raw");
    p.materialized_view("`end\"]<b>#1`", query);
    let text = mermaid(&p.graph(), &defaults());
    assert!(text.contains("d0[\"#96;end#quot;]#lt;b#gt;#35;1#96;\"]"), "{text}");
}

#[test]
fn json_gives_every_place_as_file_line_and_column() {
    let (graph, _, sources) = retail().build();
    let text = json(&graph, &sources).expect("JSON");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["datasets"][1]["name"], "main.sales.silver_orders");
    assert_eq!(value["datasets"][1]["layer"], "silver");
    assert_eq!(value["datasets"][1]["expectations"][0]["on_violation"], "quarantine");
    let place = serde_json::json!({ "file": "f0.sql", "line": 4, "column": 1 });
    assert_eq!(value["datasets"][1]["place"], place);
    let flow = &value["flows"][1];
    assert_eq!((&flow["kind"], &flow["streaming"]), (&"append".into(), &true.into()));
    let read = serde_json::json!({
        "kind": "dataset",
        "name": "main.sales.bronze_orders",
        "streaming": true,
        "place": { "file": "f0.sql", "line": 3, "column": 1 },
    });
    assert_eq!(flow["reads"], serde_json::json!([read]));
    assert_eq!(value["flows"][0]["reads"][0]["name"], "/in/orders");
}

#[test]
fn a_layer_comes_from_the_property_before_the_name() {
    let mut p = Pipeline::new();
    let query = p.read("raw");
    let mut table = p.definition(DatasetKind::MaterializedView, "bronze_t", Some(query));
    let span = p.word("quality");
    table.clauses.properties.push(("quality".into(), "Gold".into(), span));
    p.create(table);
    let query = p.read("raw");
    p.materialized_view("silver.customers", query);
    let query = p.read("raw");
    p.materialized_view("plain", query);
    let layers: Vec<Layer> = p.graph().datasets.iter().map(Layer::of).collect();
    assert_eq!(layers, [Layer::Gold, Layer::Silver, Layer::Other]);
}

#[test]
fn graphs_with_faults_are_shown_too() {
    let mut p = Pipeline::new();
    let query = p.read("b");
    p.materialized_view("a", query);
    let query = p.read("a");
    p.materialized_view("b", query);
    let query = p.stream("a");
    p.flow(Some("f"), "missing", append(query));
    let (graph, faults, sources) = p.build();
    assert_eq!(faults.iter().filter(|fault| fault.is_error()).count(), 2);
    assert!(text(&graph, &defaults()).contains("← b"));
    assert!(mermaid(&graph, &defaults()).contains("d0 -.-> d1"));
    assert!(json(&graph, &sources).is_ok());
}

#[test]
fn a_picture_names_every_dataset_source_and_flow_and_needs_nothing_else() {
    let picture = svg(&retail().graph(), &defaults(), "retail");
    for name in ["bronze_orders", "silver_orders", "silver_orders_quarantine", "gold_sales", "customers", "/in/orders"]
    {
        assert!(picture.contains(&format!(">{name}</text>")), "{name}");
    }
    assert!(picture.contains("bronze streaming table</text>"), "layers and kinds are told in words");
    assert!(picture.contains(">auto cdc</text>"), "the kind of a flow is told");
    let links = picture.matches("http").count();
    assert_eq!(links, 1, "only the namespace of SVG is named");
    for foreign in ["href", "<script", "@import", "url(", "<image"] {
        assert!(!picture.contains(foreign), "{foreign}");
    }
}

#[test]
fn cards_of_a_picture_do_not_lie_on_each_other_and_stand_right_of_what_they_read() {
    let places = |picture: &str| -> Vec<(String, f64, f64)> {
        let cards = picture.split("<g class=\"").filter(|card| card.contains("class=\"name\""));
        let number = |text: &str, before: &str, after: &str| -> f64 {
            let start = text.find(before).expect("a place") + before.len();
            let end = text[start..].find(after).expect("its end") + start;
            text[start..end].parse().expect("a number")
        };
        let name = |card: &str| {
            let rest = card.split("class=\"name\"").nth(1).expect("a name");
            rest[rest.find('>').expect(">") + 1..rest.find('<').expect("<")].to_owned()
        };
        cards
            .map(|card| {
                (
                    name(card),
                    number(card, "translate(", " "),
                    number(&card[card.find("translate(").expect("a place")..], " ", ")"),
                )
            })
            .collect()
    };
    let placed = places(&svg(&retail().graph(), &defaults(), "retail"));
    let at = |name: &str| placed.iter().find(|(found, _, _)| found == name).expect("a card");
    assert!(at("/in/orders").1 < at("bronze_orders").1);
    assert!(at("bronze_orders").1 < at("silver_orders").1);
    assert!(at("silver_orders").1 < at("gold_sales").1);
    for (index, (_, x, y)) in placed.iter().enumerate() {
        for (_, other_x, other_y) in &placed[index + 1..] {
            assert!(x != other_x || (y - other_y).abs() >= 60.0, "{placed:?}");
        }
    }
}

#[test]
fn the_same_graph_gives_the_same_picture_and_five_hundred_datasets_are_drawn_at_once() {
    let mut p = Pipeline::new();
    for number in 0..500_usize {
        // every one reads two before it, near and far
        let name = format!("{}_{number:03}", ["bronze", "silver", "gold"][number * 3 / 500]);
        let of = |number: usize| format!("{}_{number:03}", ["bronze", "silver", "gold"][number * 3 / 500]);
        let query = match number {
            0 => p.read("raw"),
            _ => {
                let near = p.read(&of(number - 1 - number % 7 % number));
                let far = p.read(&of(number * 5 / 8));
                join(near, far)
            }
        };
        p.materialized_view(&name, query);
    }
    let graph = p.graph();
    let before = std::time::Instant::now();
    let picture = svg(&graph, &defaults(), "large");
    let seconds = before.elapsed().as_secs_f64();
    assert!(seconds < 20.0, "{seconds} s"); // less than one on a machine that does nothing else
    assert_eq!(picture, svg(&graph, &defaults(), "large"));
    assert_eq!(picture.matches("class=\"name\"").count(), 501);
}

#[test]
fn what_reads_itself_in_a_circle_is_drawn_too_and_names_cannot_leave_their_text() {
    let mut p = Pipeline::new();
    let query = p.read("b");
    p.materialized_view("a", query);
    let query = p.read("a");
    p.materialized_view("b", query);
    let query = p.read("`</text><script>&`");
    p.materialized_view("c", query);
    let picture = svg(&p.graph(), &defaults(), "<i>");
    assert!(picture.contains("class=\"line batch circle\""));
    assert!(picture.contains("&lt;/text&gt;&lt;script&gt;&amp;") && !picture.contains("<script>"), "{picture}");
    assert!(picture.contains("<title>&lt;i&gt;: 3 datasets, 3 flows</title>"));
}
