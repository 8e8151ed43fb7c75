//! [`Literal`]: constants as they stand in a query, already of a Spark type.

use crate::spark_type::{DayTimeUnit, SparkType, YearMonthUnit};

/// A constant. Equality of floating point numbers is by bits.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// NULL of a type; a bare NULL has [`SparkType::Null`].
    Null(SparkType),
    /// `true`, `false`.
    Boolean(bool),
    /// `1Y`.
    Byte(i8),
    /// `1S`.
    Short(i16),
    /// `1`, where it fits 32 bits.
    Integer(i32),
    /// `1L`, and whole numbers that need 64 bits.
    Long(i64),
    /// `1.0F`.
    Float(f32),
    /// `1.0D`, `1e3`.
    Double(f64),
    /// `1.5`, `1BD`, and whole numbers beyond 64 bits: unscaled digits with sign, precision and scale.
    Decimal {
        /// The number written without a point, for example `-15` for `-1.5`.
        unscaled: i128,
        /// Number of digits.
        precision: u8,
        /// Digits after the point.
        scale: i8,
    },
    /// `'text'`, `"text"`.
    String(String),
    /// `X'1F'`.
    Binary(Vec<u8>),
    /// `DATE '…'` as days since 1970-01-01 (from a client; SQL text keeps [`Literal::Typed`]).
    Date(i32),
    /// Microseconds since the epoch.
    Timestamp(i64),
    /// Microseconds without a zone.
    TimestampNtz(i64),
    /// Nanoseconds since the epoch.
    TimestampNanos {
        /// The value.
        nanos: i128,
        /// Whether it has a zone.
        zoned: bool,
    },
    /// Time of day in nanoseconds.
    Time {
        /// The value.
        nanos: i64,
        /// Digits after the second.
        precision: u8,
    },
    /// `DATE '2024-01-01'`, `TIMESTAMP '…'`, `TIMESTAMP_NTZ '…'`, `TIMESTAMP_LTZ '…'`, `TIME '…'`: the text is read by the
    /// resolver, since its value may depend on the session's time zone.
    Typed {
        /// The type named before the text.
        data_type: SparkType,
        /// The text.
        text: String,
    },
    /// `TIMESTAMP '…'` where timestamps have no zone: without one, or an instant if the text names a zone.
    Moment(String),
    /// Months, days and microseconds.
    CalendarInterval {
        /// Months.
        months: i32,
        /// Days.
        days: i32,
        /// Microseconds.
        microseconds: i64,
    },
    /// Months.
    YearMonthInterval {
        /// The value.
        months: i32,
        /// First unit of the type.
        start: YearMonthUnit,
        /// Last unit of the type.
        end: YearMonthUnit,
    },
    /// Microseconds.
    DayTimeInterval {
        /// The value.
        microseconds: i64,
        /// First unit of the type.
        start: DayTimeUnit,
        /// Last unit of the type.
        end: DayTimeUnit,
    },
    /// A constant array.
    Array {
        /// Type of the elements.
        element: SparkType,
        /// The elements.
        values: Vec<Literal>,
    },
    /// A constant map.
    Map {
        /// Type of the keys.
        key: SparkType,
        /// Type of the values.
        value: SparkType,
        /// The entries.
        entries: Vec<(Literal, Literal)>,
    },
    /// A constant struct.
    Struct {
        /// Its type, a [`SparkType::Struct`].
        data_type: SparkType,
        /// One value for each field.
        values: Vec<Literal>,
    },
}
