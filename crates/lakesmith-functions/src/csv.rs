//! `from_csv`, `to_csv` and `schema_of_csv`.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder, StructArray};
use datafusion::arrow::datatypes::{DataType, FieldRef, TimeUnit};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::{Condition, SourceKind, SourceMap};
use lakesmith_sql::{parse_data_type_in, parse_schema_in};
use lakesmith_unresolved::{SparkType, StructField};

use crate::array::argument;
use crate::cast::{Mode, cast_array, cast_in};
use crate::cast_text::to_text;
use crate::constant;
use crate::csv_options::CsvOptions;
use crate::function::{Call, Fault, Function, Typed};
use crate::json_schema::ddl;
use crate::kernel::{self, Kernels, refused, texts};
use crate::pattern::{Pattern, Use};
use crate::rules;
use crate::text_value::parse_zoneless;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["from_csv"], (2, 3), from_csv),
    Function::scalar(&["to_csv"], (1, 2), to_csv),
    Function::scalar(&["schema_of_csv"], (1, 2), schema_of_csv),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_from_csv", read_kernel),
    ("spark_from_csv_strictly", read_kernel),
    ("spark_to_csv", |arguments, _| {
        let structs = arguments[0].as_struct();
        let options = CsvOptions::read(&arguments[1], Use::Write)?.for_writing();
        let columns = structs.columns().iter().map(|column| options.texts(column)).collect::<Result<Vec<_>>>()?;
        let mut lines = StringBuilder::new();
        let mut buffer = String::new();
        for row in 0..structs.len() {
            if structs.is_null(row) {
                lines.append_null();
                continue;
            }
            buffer.clear();
            for (at, column) in columns.iter().enumerate() {
                if at > 0 {
                    buffer.push(options.dialect.separator);
                }
                options.dialect.write(column.is_valid(row).then(|| column.value(row)), &mut buffer);
            }
            lines.append_value(&buffer);
        }
        Ok(Arc::new(lines.finish()))
    }),
];

/// Whether values of a type stand in CSV.
fn is_flat(data_type: &SparkType) -> bool {
    !matches!(
        data_type,
        SparkType::Array { .. }
            | SparkType::Map { .. }
            | SparkType::Struct(_)
            | SparkType::Variant
            | SparkType::Binary
            | SparkType::CalendarInterval
            | SparkType::DayTimeInterval { .. }
            | SparkType::YearMonthInterval { .. }
    )
}

fn from_csv(call: &Call<'_>) -> Result<Typed, Fault> {
    let Some(ScalarValue::Utf8(Some(schema))) = constant::value(&call.arguments[1].expr) else {
        return Err(Fault::not_built("a schema of `from_csv` that is no constant text"));
    };
    let wrong = |title: String| Fault { condition: Condition::INVALID_SCHEMA, title, argument: Some(1), help: None };
    let mut sources = SourceMap::default();
    let source = sources.add("schema", schema.as_str(), SourceKind::Inline);
    let dialect = rules::dialect();
    let columns = match (parse_data_type_in(&sources, source, dialect), parse_schema_in(&sources, source, dialect)) {
        (Ok(SparkType::Struct(columns)), _) | (Err(_), Ok(columns)) => columns,
        (Err(_), Err(fault)) => {
            let title = format!("the schema of `from_csv` cannot be read: {}", fault.title);
            return Err(Fault { condition: Condition::PARSE_SYNTAX_ERROR, title, argument: Some(1), help: None });
        }
        _ => return Err(wrong(format!("the schema of `from_csv` is a list of columns, not `{schema}`"))),
    };
    if let Some(column) = columns.iter().find(|column| !is_flat(&column.data_type)) {
        let title = format!("`from_csv` reads no values of type {}", column.data_type);
        return Err(Fault { condition: Condition::UNSUPPORTED_DATATYPE, title, argument: Some(1), help: None });
    }
    let nullable = columns.into_iter().map(|column| StructField { nullable: true, ..column });
    let (options, written) = CsvOptions::of(call, 2, Use::Read)?;
    let name = if options.fails_fast { "spark_from_csv_strictly" } else { "spark_from_csv" };
    let arguments = vec![argument(call, 0, &SparkType::STRING)?, written];
    let result = SparkType::Struct(nullable.collect());
    kernel::call(name, arguments, result)
}

fn read_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let lines = texts(&arguments[0])?;
    let options = CsvOptions::read(&arguments[1], Use::Read)?;
    let DataType::Struct(fields) = to else { return internal_err!("CSV as {to}") };
    let corrupt = fields.iter().position(|field| options.is_corrupt(field.name(), field.data_type()));
    let own: Vec<&FieldRef> =
        fields.iter().enumerate().filter(|(at, _)| Some(*at) != corrupt).map(|(_, field)| field).collect();
    let mut tokens: Vec<StringBuilder> = own.iter().map(|_| StringBuilder::new()).collect();
    let mut sound = Vec::with_capacity(lines.len());
    for line in &lines {
        let values = line.filter(|line| !line.is_empty()).map_or_else(Vec::new, |line| options.dialect.read(line));
        sound.push(line.is_none_or(str::is_empty) || values.len() == own.len());
        let mut values = values.into_iter();
        for column in &mut tokens {
            column.append_option(values.next().flatten());
        }
    }
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(fields.len());
    for (field, tokens) in own.iter().zip(&mut tokens) {
        let tokens = tokens.finish();
        let column = values(&tokens, field.data_type(), &options)?;
        for (row, sound) in sound.iter_mut().enumerate() {
            *sound &= tokens.is_null(row) || column.is_valid(row);
        }
        columns.push(column);
    }
    if options.fails_fast
        && let Some(row) = sound.iter().position(|sound| !sound)
    {
        let condition = Condition::MALFORMED_RECORD_IN_PARSING_WITHOUT_SUGGESTION;
        return Err(refused(condition, format!("`{}` does not fit the schema of `from_csv`", lines.value(row))));
    }
    if let Some(at) = corrupt {
        let broken = lines.iter().zip(&sound).map(|(line, sound)| line.filter(|_| !sound));
        columns.insert(at, Arc::new(broken.collect::<StringArray>()));
    }
    Ok(Arc::new(StructArray::try_new(fields.clone(), columns, lines.nulls().cloned())?))
}

/// Texts as values of a type; NULL where they are none.
fn values(tokens: &StringArray, to: &DataType, options: &CsvOptions) -> Result<ArrayRef> {
    let keep = |wanted: &dyn Fn(&str) -> bool| -> ArrayRef {
        Arc::new(tokens.iter().map(|token| token.filter(|token| wanted(token))).collect::<StringArray>())
    };
    let is_tight = |token: &str| token.trim().len() == token.len();
    let pattern = match to {
        DataType::Date32 => options.date.as_ref(),
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => options.timestamp.as_ref(),
        DataType::Timestamp(TimeUnit::Microsecond, None) => options.timestamp_ntz.as_ref(),
        _ => None,
    };
    if let Some(pattern) = pattern {
        let micros = tokens.iter().map(|token| match to {
            DataType::Timestamp(_, Some(_)) => pattern.parse_in(token?, &options.zone),
            DataType::Timestamp(_, None) => pattern.parse_zoneless(token?),
            _ => pattern.parse(token?),
        });
        let micros: ArrayRef = Arc::new(micros.collect::<datafusion::arrow::array::TimestampMicrosecondArray>());
        return cast_array(&micros, to, Mode::Ansi);
    }
    let tokens = match to {
        DataType::Boolean => keep(&|token| ["true", "false"].iter().any(|word| token.eq_ignore_ascii_case(word))),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
            keep(&|token| is_tight(token) && token.parse::<i64>().is_ok())
        }
        DataType::Decimal128(..) => keep(&is_tight),
        DataType::Timestamp(_, None) => keep(&|token| parse_zoneless(token).is_some()),
        _ => keep(&|_| true),
    };
    cast_in(&tokens, to, Mode::Try, &options.zone)
}

fn to_csv(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    let SparkType::Struct(fields) = &value.data_type else {
        return Err(Fault::mismatch(format!("`to_csv` takes a STRUCT, not {}", value.data_type), Some(0)));
    };
    if let Some(field) = fields.iter().find(|field| !is_flat(&field.data_type)) {
        return Err(Fault::not_built(format!("`to_csv` of {}", field.data_type)));
    }
    let (_, options) = CsvOptions::of(call, 1, Use::Write)?;
    let nullable = value.nullable;
    Ok(kernel::call("spark_to_csv", vec![value, options], SparkType::STRING)?.with_nullable(nullable))
}

/// `schema_of_csv(line[, options])` of a constant text, as a constant.
fn schema_of_csv(call: &Call<'_>) -> Result<Typed, Fault> {
    let (options, _) = CsvOptions::of(call, 1, Use::Read)?;
    let data_type = &call.arguments[0].data_type;
    if !crate::coercion::is_text(data_type) && *data_type != SparkType::Null {
        return Err(Fault::mismatch(format!("`schema_of_csv` reads text, not {data_type}"), Some(0)));
    }
    let Some(line) = constant::text_argument(call, 0, &call.arguments[0])? else {
        return Err(Fault::mismatch("the text of `schema_of_csv` is NULL", Some(0)));
    };
    let column = |(index, value): (usize, Option<String>)| {
        StructField::nullable(format!("_c{index}").as_str(), value.map_or(SparkType::STRING, |value| inferred(&value)))
    };
    let columns = options.dialect.read(&line).into_iter().enumerate().map(column).collect();
    Ok(Typed::new(lit(ddl(&SparkType::Struct(columns))), SparkType::STRING).with_nullable(false))
}

/// The narrowest type that a text is a value of.
fn inferred(value: &str) -> SparkType {
    if value.parse::<i32>().is_ok() {
        return SparkType::Integer;
    }
    if value.parse::<i64>().is_ok() {
        return SparkType::Long;
    }
    let digits = value.trim_start_matches(['-', '+']);
    if let (true, Ok(precision @ ..=38)) =
        (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()), u8::try_from(digits.len()))
    {
        return SparkType::Decimal { precision, scale: 0 };
    }
    if ["NaN", "Inf", "-Inf"].contains(&value) || lakesmith_value::parse_double(value).is_some() {
        return SparkType::Double;
    }
    if value.len() == 10 && lakesmith_value::parse_date(value).is_some() {
        return SparkType::Date;
    }
    let moment = lakesmith_value::parse_timestamp(value, crate::text_value::zone_offset);
    match value {
        _ if value.len() > 10 && moment.is_some() => SparkType::Timestamp,
        _ if crate::text_value::is_time_of_day(value) => SparkType::Timestamp,
        _ if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") => SparkType::Boolean,
        _ => SparkType::STRING,
    }
}

impl CsvOptions {
    /// The values of a column as they stand in a line.
    fn texts(&self, column: &ArrayRef) -> Result<StringArray> {
        use datafusion::arrow::datatypes::{Date32Type, TimestampMicrosecondType};
        if let DataType::Decimal128(_, scale) = column.data_type() {
            let values = column.as_primitive::<datafusion::arrow::datatypes::Decimal128Type>().iter();
            return Ok(values
                .map(|value| value.map(|value| crate::text_value::format_decimal(value, *scale)))
                .collect());
        }
        let micros: Option<Vec<Option<i64>>> = match column.data_type() {
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Some(column.as_primitive::<TimestampMicrosecondType>().iter().collect())
            }
            DataType::Date32 if self.date.is_some() => {
                let days = column.as_primitive::<Date32Type>().iter();
                Some(days.map(|days| Some(i64::from(days?) * crate::text_value::DAY_MICROS)).collect())
            }
            _ => None,
        };
        let Some(micros) = micros else { return Ok(to_text(column)?.as_string::<i32>().clone()) };
        let pattern = match column.data_type() {
            DataType::Date32 => &self.date,
            DataType::Timestamp(_, Some(_)) => &self.timestamp,
            _ => &self.timestamp_ntz,
        };
        let zoned = matches!(column.data_type(), DataType::Timestamp(_, Some(_)));
        let own = zoned.then_some(&self.zone);
        let written = |pattern: &Pattern, micros| match own {
            Some(own) => pattern.format_in(micros, own),
            None => pattern.format(micros),
        };
        let text = |micros: i64| match pattern.as_ref().and_then(|pattern| written(pattern, micros)) {
            Some(text) => text,
            None => crate::json_encode::moment(micros, own),
        };
        Ok(micros.into_iter().map(|micros| micros.map(text)).collect())
    }
}
