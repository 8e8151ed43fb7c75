use std::collections::HashSet;

use datafusion::arrow::datatypes::{Fields, TimeUnit};

use super::*;
use crate::guard::FALLIBLE;
use crate::present_values;
use crate::registry::KERNEL_FAMILIES;

fn plans() -> PlanCodecRegistry {
    let mut plans = PlanCodecRegistry::default();
    register_codecs(&mut plans);
    plans
}

fn types() -> [DataType; 4] {
    let zoned = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let fields = Fields::from(vec![Field::new("a", DataType::Decimal128(38, 18), true), Field::new("b", zoned, false)]);
    let element = Field::new("element", DataType::Struct(fields), false);
    [DataType::Int32, DataType::Null, DataType::Binary, DataType::List(Arc::new(element))]
}

#[test]
fn every_kernel_comes_back_by_its_name_with_its_type() {
    let kernels: Vec<_> = KERNEL_FAMILIES.into_iter().flatten().collect();
    assert!(kernels.len() > 150);
    for (name, _) in kernels {
        for result in types() {
            let sent = ScalarUDF::from(KernelFunction::find(name, result).unwrap());
            let bytes = Functions.encode_scalar(&sent, &plans()).unwrap().unwrap();
            let back = Functions.decode_scalar(sent.name(), &bytes, &plans()).unwrap().unwrap();
            assert_eq!(sent, back);
            assert_eq!(sent.signature().volatility, back.signature().volatility);
        }
    }
}

#[test]
fn a_call_keeps_its_place_on_the_way() {
    let mut sources = lakesmith_diagnostic::SourceMap::default();
    sources.add_file("a.sql", "");
    let text = sources.add_file("b.sql", "SELECT 1 / 0");
    let span = lakesmith_diagnostic::Span::new(text, 7, 12);
    let sent = place::noting(true, || {
        let _here = place::enter(&span.into());
        ScalarUDF::from(KernelFunction::find("spark_divide", DataType::Float64).unwrap())
    });
    let bytes = Functions.encode_scalar(&sent, &plans()).unwrap().unwrap();
    let back = Functions.decode_scalar(sent.name(), &bytes, &plans()).unwrap().unwrap();
    let place = back.inner().downcast_ref::<KernelFunction>().unwrap().place();
    assert_eq!(place.write().unwrap(), "1:7:12");
}

#[test]
fn no_name_stands_for_two_kernels() {
    let mut names = HashSet::new();
    for (name, _) in KERNEL_FAMILIES.into_iter().flatten() {
        assert!(names.insert(*name), "{name} stands in two tables");
    }
    for name in FALLIBLE {
        assert!(names.contains(name), "{name} is called fallible and stands in no table");
    }
}

#[test]
fn every_aggregate_comes_back_by_its_name_with_its_type() {
    for (name, make) in AGGREGATE_FAMILIES.into_iter().flatten() {
        for result in types() {
            let sent = make(result);
            assert_eq!(sent.name(), *name);
            let bytes = Functions.encode_aggregate(&sent).unwrap().unwrap();
            assert_eq!(sent, Functions.decode_aggregate(name, &bytes).unwrap().unwrap());
        }
    }
}

#[test]
fn functions_of_others_are_left_to_others() {
    let upper = datafusion::functions::string::upper();
    assert!(Functions.encode_scalar(&upper, &plans()).is_none());
    assert!(Functions.decode_scalar("upper", &[], &plans()).is_none());
    assert!(Functions.encode_aggregate(&datafusion::functions_aggregate::sum::sum_udaf()).is_none());
}

/// Every kernel that a source of this crate names is in a table, and every table is known to the registry.
#[test]
fn no_source_names_a_kernel_that_no_table_has() {
    let known: HashSet<&str> = KERNEL_FAMILIES.into_iter().flatten().map(|(name, _)| *name).collect();
    let aggregates: HashSet<&str> = AGGREGATE_FAMILIES.into_iter().flatten().map(|(name, _)| *name).collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut tables = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        tables += usize::from(text.contains("const KERNELS: Kernels ="));
        for part in text.split('"').filter(|part| part.starts_with("spark_") && !part.contains(' ')) {
            let is_function = known.contains(part) || aggregates.contains(part) || present_values::find(part).is_some();
            let has_lambdas = crate::higher_order::kernel(part).is_some();
            // two prefixes, and a function of Spark's
            let is_other = ["spark_", "spark_try_", "spark_partition_id"].contains(&part);
            let is_known = is_function || has_lambdas || is_other;
            assert!(is_known, "{}: no table has `{part}`", path.display());
        }
    }
    assert_eq!(tables, KERNEL_FAMILIES.len());
}
