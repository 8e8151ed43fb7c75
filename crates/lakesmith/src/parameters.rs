//! Parameters of statements on the command line: `--param name=value`, `--param n:INT=5`, and `--param 1=value` for the first `?`.

use lakesmith_diagnostic::{Origin, SourceKind, SourceMap};
use lakesmith_sql::{Arguments, parse_data_type};
use lakesmith_unresolved::expression::CastMode;
use lakesmith_unresolved::{Expression, ExpressionKind, Literal, SparkType};

/// A parameter with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    name: String,
    value: Expression,
}

/// Reads one `NAME[:TYPE]=VALUE`. A value is a STRING unless a type is given, as parameters of Databricks' API are.
pub fn parameter(text: &str) -> Result<Given, String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE or NAME:TYPE=VALUE")?;
    let (name, data_type) = match name.split_once(':') {
        Some((name, data_type)) => (name.trim(), read_type(data_type.trim())?),
        None => (name.trim(), SparkType::STRING),
    };
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return Err(format!("`{name}` is no name of a parameter"));
    }
    Ok(Given { name: name.to_owned(), value: expression(value, &data_type)? })
}

/// The values of all parameters. Those whose name is a number are of question marks.
pub fn arguments(given: &[Given]) -> Result<Arguments, String> {
    let mut arguments = Arguments::default();
    let mut positions: Vec<(usize, Expression)> = Vec::new();
    for Given { name, value } in given {
        match name.parse::<usize>() {
            Ok(position) => positions.push((position, value.clone())),
            Err(_) => arguments.named.push((name.clone(), value.clone())),
        }
    }
    positions.sort_by_key(|(position, _)| *position);
    if let Some((at, _)) = positions.iter().enumerate().find(|(at, (position, _))| *position != at + 1) {
        return Err(format!("error: the value of the `?` number {} is missing", at + 1));
    }
    arguments.positional = positions.into_iter().map(|(_, value)| value).collect();
    Ok(arguments)
}

fn read_type(text: &str) -> Result<SparkType, String> {
    let mut sources = SourceMap::default();
    let source = sources.add("type", text, SourceKind::Inline);
    parse_data_type(&sources, source).map_err(|_| format!("`{text}` is no type"))
}

fn expression(text: &str, data_type: &SparkType) -> Result<Expression, String> {
    let wrong = || format!("`{text}` is no {data_type}");
    let trimmed = text.trim();
    let literal = match data_type {
        SparkType::String { .. } => Literal::String(text.to_owned()),
        SparkType::Boolean => Literal::Boolean(trimmed.to_ascii_lowercase().parse().map_err(|_| wrong())?),
        SparkType::Byte => Literal::Byte(trimmed.parse().map_err(|_| wrong())?),
        SparkType::Short => Literal::Short(trimmed.parse().map_err(|_| wrong())?),
        SparkType::Integer => Literal::Integer(trimmed.parse().map_err(|_| wrong())?),
        SparkType::Long => Literal::Long(trimmed.parse().map_err(|_| wrong())?),
        SparkType::Double => Literal::Double(trimmed.parse().map_err(|_| wrong())?),
        SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz => {
            Literal::Typed { data_type: data_type.clone(), text: trimmed.to_owned() }
        }
        SparkType::Null => Literal::Null(SparkType::Null),
        _ => {
            let child = Expression::new(ExpressionKind::Literal(Literal::String(text.to_owned())), Origin::Unknown);
            let (child, data_type) = (Box::new(child), data_type.clone());
            let cast = ExpressionKind::Cast { child, data_type, mode: CastMode::Session };
            return Ok(Expression::new(cast, Origin::Unknown));
        }
    };
    Ok(Expression::new(ExpressionKind::Literal(literal), Origin::Unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_texts_unless_they_have_a_type() {
        let kind = |text: &str| parameter(text).map(|given| given.value.kind);
        assert_eq!(kind("a=5=6"), Ok(ExpressionKind::Literal(Literal::String("5=6".into()))));
        assert_eq!(kind("a:INT=5"), Ok(ExpressionKind::Literal(Literal::Integer(5))));
        assert!(kind("a:INT=x").is_err() && kind("a:NOPE=1").is_err() && kind("a").is_err() && kind("a b=1").is_err());
    }

    #[test]
    fn numbers_name_question_marks_and_none_is_left_out() {
        let given = |texts: &[&str]| texts.iter().map(|text| parameter(text).unwrap()).collect::<Vec<_>>();
        let both = arguments(&given(&["2=b", "1=a", "x=c"])).unwrap();
        assert_eq!((both.positional.len(), both.named.len()), (2, 1));
        assert!(arguments(&given(&["2=b"])).is_err());
    }
}
