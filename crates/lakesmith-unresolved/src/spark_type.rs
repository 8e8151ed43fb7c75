//! [`SparkType`]: the data types of Spark SQL, with Spark's names.
//!
//! Case set and names follow <https://spark.apache.org/docs/latest/sql-ref-datatypes.html>. The mapping to Arrow lives above
//! the DataFusion line. `Display` writes the type as SQL (`STRUCT<a: INT NOT NULL>`), as `DESCRIBE` and error messages do.

use std::fmt;

use lakesmith_base::Identifier;

/// A data type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SparkType {
    /// The type of a bare NULL; prints as `VOID`.
    Null,
    /// `BOOLEAN`.
    Boolean,
    /// `TINYINT`, 8 bits.
    Byte,
    /// `SMALLINT`, 16 bits.
    Short,
    /// `INT`, 32 bits.
    Integer,
    /// `BIGINT`, 64 bits.
    Long,
    /// `FLOAT`.
    Float,
    /// `DOUBLE`.
    Double,
    /// `DECIMAL(precision, scale)`, precision at most 38.
    Decimal {
        /// Number of digits.
        precision: u8,
        /// Digits after the point.
        scale: i8,
    },
    /// `STRING`, UTF-8, with an optional collation.
    String {
        /// Name of the collation; `None` is `UTF8_BINARY`.
        collation: Option<String>,
    },
    /// `CHAR(n)`.
    Char(u32),
    /// `VARCHAR(n)`.
    Varchar(u32),
    /// `BINARY`.
    Binary,
    /// `DATE`, days since 1970-01-01.
    Date,
    /// `TIME(p)`.
    Time(u8),
    /// `TIMESTAMP`, microseconds since the epoch, shown in the session's time zone.
    Timestamp,
    /// `TIMESTAMP_NTZ`, microseconds without a zone.
    TimestampNtz,
    /// `TIMESTAMP_LTZ(9)`, nanoseconds.
    TimestampLtzNanos,
    /// `TIMESTAMP_NTZ(9)`, nanoseconds.
    TimestampNtzNanos,
    /// The legacy interval of months, days and microseconds.
    CalendarInterval,
    /// `INTERVAL YEAR TO MONTH` and its parts.
    YearMonthInterval {
        /// First unit.
        start: YearMonthUnit,
        /// Last unit.
        end: YearMonthUnit,
    },
    /// `INTERVAL DAY TO SECOND` and its parts.
    DayTimeInterval {
        /// First unit.
        start: DayTimeUnit,
        /// Last unit.
        end: DayTimeUnit,
    },
    /// `ARRAY<element>`.
    Array {
        /// Type of the elements.
        element: Box<SparkType>,
        /// Whether elements may be NULL.
        contains_null: bool,
    },
    /// `MAP<key, value>`; keys are never NULL.
    Map {
        /// Type of the keys.
        key: Box<SparkType>,
        /// Type of the values.
        value: Box<SparkType>,
        /// Whether values may be NULL.
        value_contains_null: bool,
    },
    /// `STRUCT<…>`.
    Struct(Vec<StructField>),
    /// `VARIANT`.
    Variant,
    /// `GEOMETRY(srid)`.
    Geometry(i32),
    /// `GEOGRAPHY(srid)`.
    Geography(i32),
    /// An object type of a client program.
    UserDefined {
        /// What kind of class it is, as the client names it.
        kind: String,
        /// Class of the JVM.
        jvm_class: Option<String>,
        /// Class of Python.
        python_class: Option<String>,
        /// The Python class, serialized.
        serialized_python_class: Option<String>,
        /// The type values are stored as.
        sql_type: Option<Box<SparkType>>,
    },
}

/// Unit of a year-month interval, larger first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum YearMonthUnit {
    /// `YEAR`.
    Year,
    /// `MONTH`.
    Month,
}

/// Unit of a day-time interval, larger first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DayTimeUnit {
    /// `DAY`.
    Day,
    /// `HOUR`.
    Hour,
    /// `MINUTE`.
    Minute,
    /// `SECOND`.
    Second,
}

/// A field of a struct, or a column of a schema.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StructField {
    /// Name as written.
    pub name: Identifier,
    /// Type.
    pub data_type: SparkType,
    /// Whether values may be NULL.
    pub nullable: bool,
    /// The comment, if any.
    pub comment: Option<String>,
    /// Further metadata as a JSON object, if any.
    pub metadata: Option<String>,
}

impl StructField {
    /// A nullable field without comment.
    pub fn nullable(name: impl Into<Identifier>, data_type: SparkType) -> Self {
        Self { name: name.into(), data_type, nullable: true, comment: None, metadata: None }
    }
}

impl SparkType {
    /// `STRING` with the default collation.
    pub const STRING: Self = Self::String { collation: None };

    /// `ARRAY<element>` whose elements may be NULL.
    pub fn array(element: Self) -> Self {
        Self::Array { element: Box::new(element), contains_null: true }
    }

    /// `MAP<key, value>` whose values may be NULL.
    pub fn map(key: Self, value: Self) -> Self {
        Self::Map { key: Box::new(key), value: Box::new(value), value_contains_null: true }
    }
}

impl SparkType {
    /// The type with STRING in place of CHAR and VARCHAR, whose lengths only columns of tables have.
    #[must_use]
    pub fn without_lengths(&self) -> Self {
        match self {
            Self::Char(_) | Self::Varchar(_) => Self::STRING,
            Self::Array { element, contains_null } => {
                Self::Array { element: Box::new(element.without_lengths()), contains_null: *contains_null }
            }
            Self::Map { key, value, value_contains_null } => Self::Map {
                key: Box::new(key.without_lengths()),
                value: Box::new(value.without_lengths()),
                value_contains_null: *value_contains_null,
            },
            Self::Struct(fields) => {
                let field =
                    |field: &StructField| StructField { data_type: field.data_type.without_lengths(), ..field.clone() };
                Self::Struct(fields.iter().map(field).collect())
            }
            other => other.clone(),
        }
    }
}

impl fmt::Display for YearMonthUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Year => "YEAR",
            Self::Month => "MONTH",
        })
    }
}

impl fmt::Display for DayTimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Day => "DAY",
            Self::Hour => "HOUR",
            Self::Minute => "MINUTE",
            Self::Second => "SECOND",
        })
    }
}

fn interval<U: fmt::Display + PartialEq>(f: &mut fmt::Formatter<'_>, start: &U, end: &U) -> fmt::Result {
    if start == end { write!(f, "INTERVAL {start}") } else { write!(f, "INTERVAL {start} TO {end}") }
}

impl SparkType {
    /// The type as `typeof` writes it: `array<struct<a:int,b:decimal(10,2)>>`.
    pub fn simple_name(&self) -> String {
        match self {
            Self::Array { element, .. } => format!("array<{}>", element.simple_name()),
            Self::Map { key, value, .. } => format!("map<{},{}>", key.simple_name(), value.simple_name()),
            Self::Struct(fields) => {
                let field = |field: &StructField| format!("{}:{}", field.name.as_str(), field.data_type.simple_name());
                format!("struct<{}>", fields.iter().map(field).collect::<Vec<_>>().join(","))
            }
            other => other.to_string().to_lowercase(),
        }
    }
}

impl fmt::Display for SparkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("VOID"),
            Self::Boolean => f.write_str("BOOLEAN"),
            Self::Byte => f.write_str("TINYINT"),
            Self::Short => f.write_str("SMALLINT"),
            Self::Integer => f.write_str("INT"),
            Self::Long => f.write_str("BIGINT"),
            Self::Float => f.write_str("FLOAT"),
            Self::Double => f.write_str("DOUBLE"),
            Self::Decimal { precision, scale } => write!(f, "DECIMAL({precision},{scale})"),
            Self::String { collation: None } => f.write_str("STRING"),
            Self::String { collation: Some(name) } => write!(f, "STRING COLLATE {name}"),
            Self::Char(length) => write!(f, "CHAR({length})"),
            Self::Varchar(length) => write!(f, "VARCHAR({length})"),
            Self::Binary => f.write_str("BINARY"),
            Self::Date => f.write_str("DATE"),
            Self::Time(precision) => write!(f, "TIME({precision})"),
            Self::Timestamp => f.write_str("TIMESTAMP"),
            Self::TimestampNtz => f.write_str("TIMESTAMP_NTZ"),
            Self::TimestampLtzNanos => f.write_str("TIMESTAMP_LTZ(9)"),
            Self::TimestampNtzNanos => f.write_str("TIMESTAMP_NTZ(9)"),
            Self::CalendarInterval => f.write_str("INTERVAL"),
            Self::YearMonthInterval { start, end } => interval(f, start, end),
            Self::DayTimeInterval { start, end } => interval(f, start, end),
            Self::Array { element, .. } => write!(f, "ARRAY<{element}>"),
            Self::Map { key, value, .. } => write!(f, "MAP<{key}, {value}>"),
            Self::Struct(fields) => {
                f.write_str("STRUCT<")?;
                for (index, field) in fields.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    let null = if field.nullable { "" } else { " NOT NULL" };
                    write!(f, "{separator}{}: {}{null}", field.name, field.data_type)?;
                }
                f.write_str(">")
            }
            Self::Variant => f.write_str("VARIANT"),
            Self::Geometry(srid) => write!(f, "GEOMETRY({srid})"),
            Self::Geography(srid) => write!(f, "GEOGRAPHY({srid})"),
            Self::UserDefined { kind, .. } => write!(f, "UDT({kind})"),
        }
    }
}
