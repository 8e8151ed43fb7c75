//! The schema of a JSON text as `schema_of_json` infers it.
//!
//! Fields are ordered by name; values of one place meet in the narrowest type that holds all, a STRING when there is none.

use lakesmith_base::Identifier;
use lakesmith_unresolved::{SparkType, StructField};
use lakesmith_value::Json;

/// How numbers and texts are taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Inference {
    /// `primitivesAsString`: every value that is no object and no array is a STRING.
    pub primitives_as_text: bool,
    /// `prefersDecimal`: fractions are DECIMAL as long as they fit.
    pub prefers_decimal: bool,
}

impl Inference {
    /// The type of a value; places where only NULL stands are STRING.
    pub(crate) fn schema(self, json: &Json<'_>) -> SparkType {
        settled(self.infer(json))
    }

    fn infer(self, json: &Json<'_>) -> SparkType {
        match json {
            Json::Null => SparkType::Null,
            Json::Object(_, fields) => {
                let mut columns: Vec<StructField> = Vec::with_capacity(fields.len());
                for (name, value) in fields {
                    columns.push(StructField::nullable(Identifier::new(name.as_ref()), self.infer(value)));
                }
                columns.sort_by(|left, right| left.name.as_str().cmp(right.name.as_str()));
                SparkType::Struct(columns)
            }
            Json::Array(_, items) => {
                let element = items.iter().fold(SparkType::Null, |common, item| meet(common, self.infer(item)));
                SparkType::array(element)
            }
            _ if self.primitives_as_text => SparkType::STRING,
            Json::Boolean(_) => SparkType::Boolean,
            Json::Text(_) => SparkType::STRING,
            Json::Number(number) => self.number(number),
        }
    }

    fn number(self, number: &str) -> SparkType {
        let is_whole = !number.contains(['.', 'e', 'E']);
        if is_whole && number.parse::<i64>().is_ok() {
            return SparkType::Long;
        }
        if is_whole || self.prefers_decimal {
            return decimal(number).unwrap_or(SparkType::Double);
        }
        SparkType::Double
    }
}

/// The DECIMAL that holds just this number.
fn decimal(number: &str) -> Option<SparkType> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) =
        mantissa.trim_start_matches('-').split_once('.').unwrap_or((mantissa.trim_start_matches('-'), ""));
    let digits = format!("{whole}{fraction}");
    let precision = digits.trim_start_matches('0').len().max(1);
    let scale = i64::try_from(fraction.len()).ok()? - exponent.parse::<i64>().ok()?;
    let (precision, scale) = match usize::try_from(scale) {
        Ok(scale) => (precision.max(scale), scale),
        Err(_) => (precision + usize::try_from(-scale).ok()?, 0),
    };
    let fits = u8::try_from(precision).ok().filter(|precision| *precision <= 38)?;
    Some(SparkType::Decimal { precision: fits, scale: i8::try_from(scale).ok()? })
}

/// The type that holds values of both.
fn meet(left: SparkType, right: SparkType) -> SparkType {
    use SparkType as T;
    match (left, right) {
        (left, right) if left == right => left,
        (T::Null, other) | (other, T::Null) => other,
        (T::Double, T::Long | T::Decimal { .. }) | (T::Long | T::Decimal { .. }, T::Double) => T::Double,
        (T::Long, T::Decimal { precision, scale }) | (T::Decimal { precision, scale }, T::Long) => {
            wider((20, 0), (precision, scale))
        }
        (T::Decimal { precision: p1, scale: s1 }, T::Decimal { precision: p2, scale: s2 }) => wider((p1, s1), (p2, s2)),
        (T::Array { element: left, .. }, T::Array { element: right, .. }) => T::array(meet(*left, *right)),
        (T::Struct(left), T::Struct(right)) => {
            let mut columns = left;
            for column in right {
                match columns.iter_mut().find(|known| known.name.as_str() == column.name.as_str()) {
                    Some(known) => known.data_type = meet(known.data_type.clone(), column.data_type),
                    None => columns.push(column),
                }
            }
            columns.sort_by(|left, right| left.name.as_str().cmp(right.name.as_str()));
            T::Struct(columns)
        }
        _ => T::STRING,
    }
}

fn wider((p1, s1): (u8, i8), (p2, s2): (u8, i8)) -> SparkType {
    let scale = s1.max(s2);
    let whole = (i16::from(p1) - i16::from(s1)).max(i16::from(p2) - i16::from(s2));
    match u8::try_from(whole + i16::from(scale)) {
        Ok(precision @ ..=38) => SparkType::Decimal { precision, scale },
        _ => SparkType::Double,
    }
}

fn settled(data_type: SparkType) -> SparkType {
    match data_type {
        SparkType::Null => SparkType::STRING,
        SparkType::Array { element, .. } => SparkType::array(settled(*element)),
        SparkType::Struct(fields) => SparkType::Struct(
            fields
                .into_iter()
                .filter(|field| !field.name.as_str().is_empty())
                .map(|field| StructField { data_type: settled(field.data_type.clone()), ..field })
                .collect(),
        ),
        other => other,
    }
}

/// A type as SQL writes it, names in back quotes where they need them.
pub(crate) fn ddl(data_type: &SparkType) -> String {
    match data_type {
        SparkType::Array { element, .. } => format!("ARRAY<{}>", ddl(element)),
        SparkType::Struct(fields) => {
            let field = |field: &StructField| format!("{}: {}", quoted(field.name.as_str()), ddl(&field.data_type));
            format!("STRUCT<{}>", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn quoted(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_plain { name.to_owned() } else { format!("`{}`", name.replace('`', "``")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(json: &str) -> String {
        ddl(&Inference::default().schema(&Json::parse(json).unwrap()))
    }

    #[test]
    fn values_of_one_place_meet_in_a_type_that_holds_all() {
        assert_eq!(schema("[1, 2.5]"), "ARRAY<DOUBLE>");
        assert_eq!(schema(r#"[1, "a"]"#), "ARRAY<STRING>");
        assert_eq!(schema(r#"[{"a":1},{"b":2}]"#), "ARRAY<STRUCT<a: BIGINT, b: BIGINT>>");
        assert_eq!(schema("123456789012345678901"), "DECIMAL(21,0)");
        assert_eq!(schema("[null]"), "ARRAY<STRING>");
    }

    #[test]
    fn names_are_ordered_and_quoted_where_they_need_it() {
        assert_eq!(schema(r#"{"my col":1, "a-b":2}"#), "STRUCT<`a-b`: BIGINT, `my col`: BIGINT>");
    }

    #[test]
    fn a_fraction_can_be_a_decimal() {
        let inference = Inference { prefers_decimal: true, ..Inference::default() };
        assert_eq!(ddl(&inference.schema(&Json::Number("0.1"))), "DECIMAL(1,1)");
        assert_eq!(ddl(&inference.schema(&Json::Number("-12.50"))), "DECIMAL(4,2)");
    }
}
