//! [`Shape`]: what the values of a JSON field have in common, by Spark's rules (`JsonInferSchema` of Apache Spark 4).

use std::collections::HashSet;

use lakesmith_unresolved::{SparkType, StructField};

use crate::json::keys::KeyTable;
use crate::json::number;
use crate::json::object::{Line, for_each_element};
use crate::json::scan::{Kind, Scanner, Span};
use crate::json::text::unescaped;
use crate::options::{JsonRules, Names};

/// Objects and lists inside each other that become types; deeper ones are STRING.
const DEEPEST: usize = 64;

/// Most fields of one object.
const MOST_FIELDS: usize = 10_000;

/// The narrowest type that has held all values so far.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// Only NULLs and empty texts.
    Null,
    Boolean,
    Long,
    Double,
    Decimal {
        precision: u8,
        scale: u8,
    },
    Timestamp,
    Text,
    List(Box<Shape>),
    Object(Box<Fields>),
}

/// The fields of objects.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    keys: KeyTable,
    names: Vec<String>,
    shapes: Vec<Shape>,
}

impl Fields {
    pub(super) fn new(names: Names) -> Self {
        Self { keys: KeyTable::new([], names), names: Vec::new(), shapes: Vec::new() }
    }
}

/// How shapes are found.
#[derive(Debug, Clone, Copy)]
struct Scope<'a> {
    line: Line<'a>,
    depth: usize,
}

impl Fields {
    /// Widens the shapes by the fields of an object that the scanner accepted.
    pub(super) fn take(&mut self, line: Line<'_>, object: Span) {
        self.take_within(Scope { line, depth: 0 }, object);
    }

    fn take_within(&mut self, scope: Scope<'_>, object: Span) {
        let line = scope.line;
        let mut scanner = Scanner::new(line.text.as_bytes(), object.start as usize + 1, line.rules);
        let mut place = 0;
        if scanner.peek() == Some(b'}') {
            return;
        }
        while let (Ok(key), Ok(value)) = (scanner.key(), scanner.value()) {
            let name = unescaped(line.text, key);
            let position = match self.keys.find(name.as_bytes(), &mut place) {
                Some(position) => Some(position),
                None if self.names.len() < MOST_FIELDS => {
                    self.names.push(name.clone().into_owned());
                    self.shapes.push(Shape::Null);
                    Some(self.keys.add(&name, &mut place))
                }
                None => None,
            };
            if let Some(shape) = position.and_then(|position| self.shapes.get_mut(position)) {
                shape.take(Scope { depth: scope.depth + 1, ..scope }, value);
            }
            if !scanner.goes_on(b'}').unwrap_or(false) {
                return;
            }
        }
    }

    fn join(&mut self, other: Self) {
        let mut place = 0;
        for (name, shape) in other.names.into_iter().zip(other.shapes) {
            match self.keys.find(name.as_bytes(), &mut place) {
                Some(position) => self.shapes[position].join(shape),
                None if self.names.len() < MOST_FIELDS => {
                    self.keys.add(&name, &mut place);
                    self.names.push(name);
                    self.shapes.push(shape);
                }
                None => {}
            }
        }
    }

    /// The fields as columns, sorted by name as Java sorts; adds to `hidden` those whose names differ from another's only by
    /// case.
    pub(super) fn columns(&self, rules: JsonRules, hidden: &mut Vec<String>) -> Vec<StructField> {
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        order.sort_by(|a, b| self.names[*a].encode_utf16().cmp(self.names[*b].encode_utf16()));
        let mut seen = HashSet::new();
        let mut columns = Vec::new();
        for position in order {
            let name = &self.names[position];
            // Spark drops fields without a name and objects without fields.
            let Some(data_type) = self.shapes[position].data_type(rules, hidden).filter(|_| !name.is_empty()) else {
                continue;
            };
            if seen.insert(name.to_lowercase()) {
                columns.push(StructField::nullable(name.as_str(), data_type));
            } else {
                hidden.push(name.clone());
            }
        }
        columns
    }
}

impl Shape {
    fn take(&mut self, scope: Scope<'_>, value: Span) {
        match (&mut *self, value.kind) {
            (_, Kind::Null) | (Self::Text, _) => {}
            (Self::Long, Kind::Integer) if value.end - value.start <= 18 => {}
            (Self::Object(fields), Kind::Object) => fields.take_within(scope, value),
            (Self::List(element), Kind::List) => take_elements(element, scope, value),
            _ => {
                let shape = Self::of(scope, value);
                self.join(shape);
            }
        }
    }

    fn of(scope: Scope<'_>, value: Span) -> Self {
        let rules = scope.line.rules;
        let text = || unescaped(scope.line.text, value);
        match value.kind {
            Kind::Null => Self::Null,
            Kind::Text if value.start == value.end => Self::Null,
            Kind::Text if rules.prefers_decimal => decimal_text(&text()).unwrap_or(Self::Text),
            Kind::Text if rules.infer_timestamp && scope.line.times.timestamp(&text()).is_some() => Self::Timestamp,
            Kind::Text => Self::Text,
            Kind::True | Kind::False if rules.primitives_as_string => Self::Text,
            Kind::True | Kind::False => Self::Boolean,
            Kind::Integer | Kind::Fraction | Kind::NonFinite if rules.primitives_as_string => Self::Text,
            Kind::Integer => integer(&text()),
            Kind::Fraction if rules.prefers_decimal => decimal_text(&text()).unwrap_or(Self::Double),
            Kind::Fraction | Kind::NonFinite => Self::Double,
            Kind::Object | Kind::List if scope.depth >= DEEPEST => Self::Text,
            Kind::Object => {
                let mut fields = Fields::new(rules.names);
                fields.take_within(scope, value);
                Self::Object(Box::new(fields))
            }
            Kind::List => {
                let mut element = Self::Null;
                take_elements(&mut element, scope, value);
                Self::List(Box::new(element))
            }
        }
    }

    /// Widens the shape by another one.
    fn join(&mut self, other: Self) {
        let joined = match (std::mem::replace(self, Self::Null), other) {
            (Self::Null, shape) | (shape, Self::Null) => shape,
            (Self::Boolean, Self::Boolean) => Self::Boolean,
            (Self::Timestamp, Self::Timestamp) => Self::Timestamp,
            (Self::Long, Self::Long) => Self::Long,
            (Self::Double, Self::Double | Self::Long | Self::Decimal { .. })
            | (Self::Long | Self::Decimal { .. }, Self::Double) => Self::Double,
            (Self::Long, Self::Decimal { precision, scale }) | (Self::Decimal { precision, scale }, Self::Long) => {
                joined_decimal((20, 0), (precision, scale))
            }
            (Self::Decimal { precision, scale }, Self::Decimal { precision: other, scale: other_scale }) => {
                joined_decimal((precision, scale), (other, other_scale))
            }
            (Self::List(mut element), Self::List(other)) => {
                element.join(*other);
                Self::List(element)
            }
            (Self::Object(mut fields), Self::Object(other)) => {
                fields.join(*other);
                Self::Object(fields)
            }
            _ => Self::Text,
        };
        *self = joined;
    }

    /// The type; `None` for what no column holds.
    fn data_type(&self, rules: JsonRules, hidden: &mut Vec<String>) -> Option<SparkType> {
        Some(match self {
            Self::Null if rules.drop_field_if_all_null => return None,
            Self::Null | Self::Text => SparkType::STRING,
            Self::Boolean => SparkType::Boolean,
            Self::Long => SparkType::Long,
            Self::Double => SparkType::Double,
            Self::Decimal { precision, scale } => {
                SparkType::Decimal { precision: *precision, scale: i8::try_from(*scale).ok()? }
            }
            Self::Timestamp => SparkType::Timestamp,
            Self::List(element) => SparkType::array(element.data_type(rules, hidden)?),
            Self::Object(fields) => {
                let fields = fields.columns(rules, hidden);
                if fields.is_empty() {
                    return None;
                }
                SparkType::Struct(fields)
            }
        })
    }
}

fn take_elements(element: &mut Shape, scope: Scope<'_>, list: Span) {
    for_each_element(scope.line, list, |value| element.take(Scope { depth: scope.depth + 1, ..scope }, value));
}

fn joined_decimal(a: (u8, u8), b: (u8, u8)) -> Shape {
    let scale = a.1.max(b.1);
    let precision = (a.0 - a.1).max(b.0 - b.1) + scale;
    if precision > 38 { Shape::Double } else { Shape::Decimal { precision, scale } }
}

fn integer(text: &str) -> Shape {
    if number::integer(text).is_some() {
        return Shape::Long;
    }
    decimal_text(text).unwrap_or(Shape::Double)
}

/// The decimal type of a number's text, without exponent.
fn decimal_text(text: &str) -> Option<Shape> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = !(whole.is_empty() && fraction.is_empty())
        && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    let significant = format!("{whole}{fraction}").trim_start_matches('0').len().max(1);
    let scale = u8::try_from(fraction.len()).ok()?;
    let precision = u8::try_from(significant).ok()?.max(scale);
    if is_number && precision <= 38 { Some(Shape::Decimal { precision, scale }) } else { None }
}
