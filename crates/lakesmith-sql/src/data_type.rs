//! Data types: `INT`, `DECIMAL(10, 2)`, `ARRAY<STRUCT<a: INT NOT NULL COMMENT 'c'>>`, `INTERVAL DAY TO SECOND`, …

use lakesmith_base::suggest::closest;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::spark_type::{DayTimeUnit, YearMonthUnit};
use lakesmith_unresolved::{SparkType, StructField};

use crate::parser::{Parsed, Parser, SyntaxError};
use crate::token::TokenKind;

/// Types that are one word.
const PLAIN: &[(&str, SparkType)] = &[
    ("BOOLEAN", SparkType::Boolean),
    ("TINYINT", SparkType::Byte),
    ("BYTE", SparkType::Byte),
    ("SMALLINT", SparkType::Short),
    ("SHORT", SparkType::Short),
    ("INT", SparkType::Integer),
    ("INTEGER", SparkType::Integer),
    ("BIGINT", SparkType::Long),
    ("LONG", SparkType::Long),
    ("FLOAT", SparkType::Float),
    ("REAL", SparkType::Float),
    ("DOUBLE", SparkType::Double),
    ("STRING", SparkType::STRING),
    ("BINARY", SparkType::Binary),
    ("DATE", SparkType::Date),
    ("VARIANT", SparkType::Variant),
    ("VOID", SparkType::Null),
];

/// Names of the other types, for suggestions.
const COMPOUND: &[&str] = &[
    "DECIMAL",
    "NUMERIC",
    "DEC",
    "CHAR",
    "CHARACTER",
    "VARCHAR",
    "TIME",
    "TIMESTAMP",
    "TIMESTAMP_NTZ",
    "TIMESTAMP_LTZ",
    "INTERVAL",
    "ARRAY",
    "MAP",
    "STRUCT",
    "GEOMETRY",
    "GEOGRAPHY",
];

const DAY_TIME: [(&str, DayTimeUnit); 4] = [
    ("DAY", DayTimeUnit::Day),
    ("HOUR", DayTimeUnit::Hour),
    ("MINUTE", DayTimeUnit::Minute),
    ("SECOND", DayTimeUnit::Second),
];

impl Parser<'_> {
    /// A data type.
    pub(crate) fn data_type(&mut self) -> Parsed<SparkType> {
        self.nested(Self::type_here)
    }

    /// A list of columns with types, as a schema in DDL notation: `a INT, b STRING NOT NULL COMMENT 'x'`.
    pub(crate) fn schema(&mut self) -> Parsed<Vec<StructField>> {
        self.comma_separated(Self::struct_field)
    }

    /// COLLATE after a type of texts; the default is none.
    fn collation_of_type(&mut self) -> Parsed<Option<String>> {
        if !self.eat_keyword("COLLATE") {
            return Ok(None);
        }
        let name = self.dotted()?.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".");
        Ok((!name.eq_ignore_ascii_case("UTF8_BINARY")).then_some(name))
    }

    fn type_here(&mut self) -> Parsed<SparkType> {
        let token = self.peek();
        if token.kind != TokenKind::Word {
            return Err(self.expected(&["a data type"]));
        }
        let word = token.raw().to_ascii_uppercase();
        let place = self.position();
        self.advance();
        if let Some((_, data_type)) = PLAIN.iter().find(|(name, _)| *name == word) {
            if word == "STRING" {
                return Ok(SparkType::String { collation: self.collation_of_type()? });
            }
            return Ok(data_type.clone());
        }
        match word.as_str() {
            "DECIMAL" | "DEC" | "NUMERIC" => self.decimal_type(),
            "CHAR" | "CHARACTER" | "VARCHAR" => {
                if !self.at_symbol("(") {
                    let title = format!("{word} needs a length");
                    let fault = Diagnostic::error(Condition::DATATYPE_MISSING_SIZE, title);
                    let fault = fault.at(self.previous().span, "");
                    return Err(fault.help(format!("write `{word}(20)`, or STRING for texts of any length")).into());
                }
                let length = self.required_length()?;
                if let Some(name) = self.collation_of_type()? {
                    let title = format!("the collation `{name}` of a {word} is not built yet");
                    let fault = Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title);
                    return Err(fault.at(self.previous().span, "").into());
                }
                Ok(if word == "VARCHAR" { SparkType::Varchar(length) } else { SparkType::Char(length) })
            }
            "TIME" => {
                self.eat_keywords(&["WITHOUT", "TIME", "ZONE"]);
                Ok(SparkType::Time(self.optional_precision(6)?))
            }
            "TIMESTAMP" => {
                let nanos = self.optional_precision(6)? > 6;
                let local = self.eat_keywords(&["WITHOUT", "TIME", "ZONE"]);
                Ok(timestamp(!local && !self.dialect.timestamps_without_zone, nanos))
            }
            "TIMESTAMP_LTZ" | "TIMESTAMP_NTZ" => {
                let nanos = self.optional_precision(6)? > 6;
                Ok(timestamp(word == "TIMESTAMP_LTZ", nanos))
            }
            "INTERVAL" => self.interval_type(),
            "ARRAY" => self.array_type(),
            "MAP" => self.map_type(),
            "STRUCT" => self.struct_type(),
            "GEOMETRY" => Ok(SparkType::Geometry(self.reference_system()?)),
            "GEOGRAPHY" => Ok(SparkType::Geography(self.reference_system()?)),
            _ => {
                self.rewind(place);
                Err(self.unknown_type(&word))
            }
        }
    }

    fn array_type(&mut self) -> Parsed<SparkType> {
        self.expect_symbol("<")?;
        let element = self.data_type()?;
        self.expect_symbol(">")?;
        Ok(SparkType::array(element))
    }

    fn map_type(&mut self) -> Parsed<SparkType> {
        self.expect_symbol("<")?;
        let key = self.data_type()?;
        self.expect_symbol(",")?;
        let value = self.data_type()?;
        self.expect_symbol(">")?;
        Ok(SparkType::map(key, value))
    }

    fn unknown_type(&self, word: &str) -> SyntaxError {
        let title = format!("there is no data type `{word}`");
        let diagnostic = Diagnostic::error(Condition::UNSUPPORTED_DATATYPE, title).at(self.peek().span, "");
        let names = PLAIN.iter().map(|(name, _)| *name).chain(COMPOUND.iter().copied());
        let foreign = [
            ("TEXT", "STRING"),
            ("DATETIME", "TIMESTAMP"),
            ("NUMBER", "DECIMAL"),
            ("BOOL", "BOOLEAN"),
            ("JSON", "VARIANT"),
        ];
        let known = foreign.into_iter().find(|(name, _)| *name == word).map(|(_, spark)| spark);
        match known.or_else(|| closest(word, names, 1).first().copied()) {
            Some(name) => diagnostic.help(format!("did you mean `{name}`?")).into(),
            None => diagnostic
                .help("types are those of Spark SQL, for example STRING, BIGINT, DECIMAL(10, 2), TIMESTAMP")
                .into(),
        }
    }

    fn decimal_type(&mut self) -> Parsed<SparkType> {
        if !self.eat_symbol("(") {
            return Ok(SparkType::Decimal { precision: 10, scale: 0 });
        }
        let place = self.position();
        let precision = self.number_up_to(38)?;
        let scale = if self.eat_symbol(",") { self.number_up_to(38)? } else { 0 };
        if scale > precision || precision == 0 {
            let title =
                format!("`DECIMAL({precision}, {scale})` has more digits after the point than digits, or none at all");
            return Err(Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, title).at(self.span_from(place), "").into());
        }
        self.expect_symbol(")")?;
        let (precision, scale) = (u8::try_from(precision).unwrap_or(38), i8::try_from(scale).unwrap_or(0));
        Ok(SparkType::Decimal { precision, scale })
    }

    fn number_up_to(&mut self, most: u32) -> Parsed<u32> {
        let number = self.peek().raw().parse::<u32>().ok();
        match number.filter(|number| self.peek().kind == TokenKind::Number && *number <= most) {
            Some(number) => {
                self.advance();
                Ok(number)
            }
            None => Err(self.expected(&[&format!("a number from 0 to {most}")])),
        }
    }

    fn required_length(&mut self) -> Parsed<u32> {
        self.expect_symbol("(")?;
        let length = self.number_up_to(i32::MAX.unsigned_abs())?;
        self.expect_symbol(")")?;
        Ok(length)
    }

    fn optional_precision(&mut self, default: u8) -> Parsed<u8> {
        if !self.at_symbol("(") {
            return Ok(default);
        }
        self.advance();
        let precision = self.number_up_to(9)?;
        self.expect_symbol(")")?;
        Ok(u8::try_from(precision).unwrap_or(default))
    }

    fn interval_type(&mut self) -> Parsed<SparkType> {
        if self.eat_keyword("YEAR") {
            let to = self.eat_keywords(&["TO", "MONTH"]);
            let end = if to { YearMonthUnit::Month } else { YearMonthUnit::Year };
            return Ok(SparkType::YearMonthInterval { start: YearMonthUnit::Year, end });
        }
        if self.eat_keyword("MONTH") {
            return Ok(SparkType::YearMonthInterval { start: YearMonthUnit::Month, end: YearMonthUnit::Month });
        }
        let Some(start) = self.day_time_unit() else { return Ok(SparkType::CalendarInterval) };
        if !self.eat_keyword("TO") {
            return Ok(SparkType::DayTimeInterval { start, end: start });
        }
        let place = self.position();
        match self.day_time_unit() {
            Some(end) if end > start => Ok(SparkType::DayTimeInterval { start, end }),
            _ => {
                self.rewind(place);
                Err(self.expected(&["HOUR", "MINUTE", "SECOND"]))
            }
        }
    }

    fn day_time_unit(&mut self) -> Option<DayTimeUnit> {
        DAY_TIME.into_iter().find(|(word, _)| self.eat_keyword(word)).map(|(_, unit)| unit)
    }

    fn struct_type(&mut self) -> Parsed<SparkType> {
        if self.eat_symbol("<>") {
            return Ok(SparkType::Struct(Vec::new()));
        }
        self.expect_symbol("<")?;
        if self.eat_symbol(">") {
            return Ok(SparkType::Struct(Vec::new()));
        }
        let fields = self.schema()?;
        if !self.eat_symbol(">") {
            return Err(self.expected(&[",", ">"]));
        }
        Ok(SparkType::Struct(fields))
    }

    fn struct_field(&mut self) -> Parsed<StructField> {
        let name = self.identifier()?.text;
        self.eat_symbol(":");
        let mut field = StructField::nullable(name, self.data_type()?);
        loop {
            if self.eat_keywords(&["NOT", "NULL"]) {
                field.nullable = false;
            } else if self.eat_keyword("COMMENT") {
                field.comment = Some(self.string()?.0);
            } else {
                return Ok(field);
            }
        }
    }

    fn reference_system(&mut self) -> Parsed<i32> {
        if !self.eat_symbol("(") {
            return Ok(4326);
        }
        let srid = if self.eat_keyword("ANY") { -1 } else { i32::try_from(self.number_up_to(998_999)?).unwrap_or(-1) };
        self.expect_symbol(")")?;
        Ok(srid)
    }
}

const fn timestamp(zoned: bool, nanos: bool) -> SparkType {
    match (zoned, nanos) {
        (true, false) => SparkType::Timestamp,
        (true, true) => SparkType::TimestampLtzNanos,
        (false, false) => SparkType::TimestampNtz,
        (false, true) => SparkType::TimestampNtzNanos,
    }
}

#[cfg(test)]
mod tests;
