use super::*;

fn read(pattern: &str, text: &str) -> Option<String> {
    let micros = Pattern::new(pattern, Use::Read).unwrap().parse(text)?;
    Pattern::new("yyyy-MM-dd HH:mm:ss.SSSSSS", Use::Write).unwrap().format(micros)
}

fn written(pattern: &str, moment: &str) -> String {
    let micros = crate::text_value::parse_local(moment).unwrap();
    Pattern::new(pattern, Use::Write).unwrap().format(micros).unwrap()
}

#[test]
fn a_pattern_writes_and_reads_the_same_text() {
    assert_eq!(
        read("yyyy-MM-dd'T'HH:mm:ss.SSS", "2024-02-29T23:59:58.125").as_deref(),
        Some("2024-02-29 23:59:58.125000")
    );
    assert_eq!(written("yyyy-MM-dd'T'HH:mm:ss.SSS", "2024-02-29 23:59:58.125"), "2024-02-29T23:59:58.125");
}

#[test]
fn numbers_beside_each_other_take_their_own_digits() {
    for (pattern, text, expected) in [
        ("yyyyMMdd", "20240105", Some("2024-01-05 00:00:00.000000")),
        ("yyyyMMdd", "2024-01-05", None),
        // a fraction of any width takes no digits, so that these are all of the year's
        ("yyyyMMddHHmmssSSS", "20240105010203004", None),
        ("yyyyMMddHHmmssS", "202401050102034", Some("2024-01-05 01:02:03.400000")),
        ("yMMdd", "120240105", Some("+12024-01-05 00:00:00.000000")),
        ("yMMdd", "+120240105", None),
        ("yyyyMMdd", "+120240105", Some("+12024-01-05 00:00:00.000000")),
        ("HHmm", "1230", Some("1970-01-01 12:30:00.000000")),
        ("Hmm", "130", Some("1970-01-01 01:30:00.000000")),
    ] {
        assert_eq!(read(pattern, text).as_deref(), expected, "{pattern}: {text}");
    }
}

#[test]
fn months_and_days_have_names() {
    assert_eq!(written("EEE, d MMM yyyy", "1970-01-01"), "Thu, 1 Jan 1970");
    assert_eq!(read("d MMMM yyyy", "5 january 2024").as_deref(), Some("2024-01-05 00:00:00.000000"));
    assert_eq!(read("d MMMM yyyy", "5 jan 2024"), None);
}

#[test]
fn years_of_more_than_four_digits_have_a_sign() {
    assert_eq!(written("yyyy|y|yy", "+12024-01-05"), "+12024|12024|24");
    assert_eq!(written("yyyy|G y", "-0001-01-05"), "0002|BC 2");
    assert_eq!(written("yyyy", "-0001-01-05"), "-0001");
    assert_eq!(read("yyyy-MM-dd", "12024-01-05"), None);
    assert_eq!(read("yyyy-MM-dd", "-0001-01-05").as_deref(), Some("-0001-01-05 00:00:00.000000"));
}

#[test]
fn halves_of_a_day_agree_with_its_hour() {
    for (pattern, text, hour) in [
        ("h:mm a", "12:05 AM", Some("00:05")),
        ("h:mm a", "12:05 pm", Some("12:05")),
        ("H:mm a", "13:05 PM", Some("13:05")),
        ("H:mm a", "13:05 AM", None),
        ("h:mm a", "13:05 PM", None),
        ("h:mm", "12:05", Some("00:05")),
        ("a", "PM", Some("12:00")),
        ("k", "24", Some("00:00")),
        ("H", "24", None),
    ] {
        assert_eq!(read(pattern, text).map(|time| time[11..16].to_owned()).as_deref(), hour, "{pattern}: {text}");
    }
}

#[test]
fn letters_that_spark_refuses_are_named() {
    for (pattern, purpose, condition) in [
        ("YYYY", Use::Write, Condition::INCONSISTENT_BEHAVIOR_CROSS_VERSION),
        ("QQ", Use::Read, Condition::INVALID_DATETIME_PATTERN),
        ("EEE", Use::Read, Condition::INCONSISTENT_BEHAVIOR_CROSS_VERSION),
        ("e", Use::Write, Condition::INCONSISTENT_BEHAVIOR_CROSS_VERSION),
        ("XXXXXX", Use::Write, Condition::INVALID_DATETIME_PATTERN),
        ("V", Use::Write, Condition::INVALID_DATETIME_PATTERN),
        ("zzzz", Use::Write, Condition::LAKESMITH_NOT_BUILT),
        ("'x", Use::Write, Condition::INVALID_DATETIME_PATTERN),
    ] {
        assert_eq!(Pattern::new(pattern, purpose).unwrap_err().condition, condition, "{pattern}");
    }
}

#[test]
fn what_stands_in_brackets_may_be_absent() {
    let day = Some("2024-01-01 00:00:00.000000");
    assert_eq!(read("yyyy[-MM[-dd]]", "2024").as_deref(), day);
    assert_eq!(read("yyyy[-MM[-dd]]", "2024-01-01").as_deref(), day);
    assert_eq!(read("yyyy[-MM[-dd]]", "2024-"), None);
}

#[test]
fn zones_are_written_and_read_by_their_letters() {
    let instant = |pattern: &str, text: &str| Pattern::new(pattern, Use::Read).unwrap().parse(text);
    let noon = instant("yyyy-MM-dd HH", "2024-01-01 12");
    for (pattern, text) in [
        ("yyyy-MM-dd HHX", "2024-01-01 14+02"),
        ("yyyy-MM-dd HHXXX", "2024-01-01 14+02:00"),
        ("yyyy-MM-dd HHXXX", "2024-01-01 12z"),
        ("yyyy-MM-dd HHZ", "2024-01-01 14+0200"),
        ("yyyy-MM-dd HHZZZZ", "2024-01-01 14GMT+02:00"),
        ("yyyy-MM-dd HHO", "2024-01-01 14GMT+2"),
        ("yyyy-MM-dd HH VV", "2024-01-01 13 Europe/Berlin"),
    ] {
        assert_eq!(instant(pattern, text), noon, "{pattern}: {text}");
    }
    assert_eq!(instant("yyyy-MM-dd HHXXX", "2024-01-01 14+0200"), None);
}
