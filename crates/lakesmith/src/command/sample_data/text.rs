//! Numbers as text: into byte buffers for files, and for people.

/// Adds a number in decimal.
pub fn push_number(line: &mut Vec<u8>, number: u64) {
    push_padded(line, number, 1);
}

/// Adds a number in decimal with zeros before it up to `width` digits.
pub fn push_padded(line: &mut Vec<u8>, mut number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    while number > 0 || digits.len() - first < width {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    line.extend_from_slice(&digits[first..]);
}

/// Adds an amount of cents as `12.05`.
pub fn push_cents(line: &mut Vec<u8>, cents: u64) {
    push_number(line, cents / 100);
    line.push(b'.');
    push_padded(line, cents % 100, 2);
}

/// The number of decimal digits.
pub const fn digits(number: u64) -> usize {
    match number.checked_ilog10() {
        Some(log) => log as usize + 1,
        None => 1,
    }
}

/// `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 file`, `1,200 files`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A number of bytes in the unit that suits it.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => tenths(bytes, 1_000, "kB"),
        1_000_000..1_000_000_000 => tenths(bytes, 1_000_000, "MB"),
        _ => tenths(bytes, 1_000_000_000, "GB"),
    }
}

fn tenths(bytes: u64, unit: u64, name: &str) -> String {
    format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_their_zeros() {
        let mut line = Vec::new();
        push_padded(&mut line, 42, 5);
        line.push(b' ');
        push_number(&mut line, 0);
        line.push(b' ');
        push_cents(&mut line, 1205);
        line.push(b' ');
        push_number(&mut line, u64::MAX);
        assert_eq!(line, b"00042 0 12.05 18446744073709551615");
    }

    #[test]
    fn people_read_groups_and_units() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(100), "100");
        assert_eq!(counted(1, "file"), "1 file");
        assert_eq!(size(1_650_000_000), "1.6 GB");
        assert_eq!((digits(0), digits(9), digits(10)), (1, 1, 2));
    }
}
