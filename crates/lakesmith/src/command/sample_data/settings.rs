//! [`Settings`]: what the arguments mean.

use std::ops::Range;

use crate::arguments::SampleData;

/// How much to write, and with how many faults.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Orders, not counting repeated ones.
    pub orders: u64,
    /// Change events of customers, not counting repeated ones.
    pub customer_events: u64,
    /// Customers that orders and change events are about.
    pub customers: u64,
    /// Files of orders after the first batch, and of change events.
    pub files: u64,
    /// What all rows depend on.
    pub seed: u64,
    /// The share of rows that break a rule.
    pub bad: Rate,
    /// The share of orders with a time before that of their file, and of change events that arrive in the wrong order.
    pub late: Rate,
    /// How many lines are sent twice, as a share of the rows.
    pub duplicate: Rate,
    /// How many lines are cut off, as a share of the rows, besides them.
    pub malformed: Rate,
    /// Whether bad orders may have a negative price, which stops the update of the retail example.
    pub negative_prices: bool,
}

/// Change events of a customer, on average.
const EVENTS_PER_CUSTOMER: u64 = 4;
/// Orders of a customer, on average, where there are no change events.
const ORDERS_PER_CUSTOMER: u64 = 20;

impl Settings {
    /// Reads the arguments.
    ///
    /// # Errors
    /// A sentence for the user when counts do not fit together.
    pub fn of(arguments: &SampleData) -> Result<Self, String> {
        let (orders, files) = (arguments.orders, arguments.files);
        if orders > 0 && orders <= files {
            return Err(format!(
                "{orders} orders cannot fill {} files\nhelp: there is a first batch besides `--files {files}`; ask for more \
                 orders or fewer files",
                files + 1
            ));
        }
        let customers = match arguments.customer_events {
            0 => orders.div_ceil(ORDERS_PER_CUSTOMER),
            events => events.div_ceil(EVENTS_PER_CUSTOMER),
        };
        Ok(Self {
            orders,
            customer_events: arguments.customer_events,
            customers: customers.max(1),
            files,
            seed: arguments.seed,
            bad: arguments.bad_rate,
            late: arguments.late_rate,
            duplicate: arguments.duplicate_rate,
            malformed: arguments.malformed_rate,
            negative_prices: arguments.negative_prices,
        })
    }

    /// The orders of a file; 0 is the first batch.
    pub fn orders_of_file(&self, file: u64) -> Range<u64> {
        share(self.orders, file, self.files + 1)
    }
}

/// The numbers of part `part` when `whole` is divided into `parts` parts whose sizes differ by at most one.
pub fn share(whole: u64, part: u64, parts: u64) -> Range<u64> {
    let bound = |part: u64| (u128::from(whole) * u128::from(part) / u128::from(parts.max(1))) as u64;
    bound(part)..bound(part + 1)
}

/// A share of all rows, in millionths: a number of any machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rate(u32);

impl Rate {
    /// The parts of a whole.
    pub const WHOLE: u64 = 1_000_000;

    /// The share in millionths.
    pub fn parts(self) -> u64 {
        self.0.into()
    }
}

impl std::str::FromStr for Rate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const HELP: &str = "write a share from 0 to 1, such as 0.01, or 1%";
        let (digits, whole) = match text.strip_suffix('%') {
            Some(percent) => (percent.trim_end(), 100.0),
            None => (text, 1.0),
        };
        let share = digits.parse::<f64>().map_err(|_| HELP)? / whole;
        if !(0.0..=1.0).contains(&share) {
            return Err(HELP);
        }
        Ok(Self((share * 1e6).round() as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_share_or_a_percentage() {
        assert_eq!("0.015".parse(), Ok(Rate(15_000)));
        assert_eq!("1.5%".parse(), Ok(Rate(15_000)));
        assert_eq!("1".parse(), Ok(Rate(1_000_000)));
        for text in ["", "-0.1", "1.01", "101%", "NaN", "many"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn parts_follow_each_other_and_make_up_the_whole() {
        for whole in [1, 5, 6, 7, 1000, 10_000_001] {
            for parts in [1, 2, 3, 6] {
                let ranges: Vec<_> = (0..parts).map(|part| share(whole, part, parts)).collect();
                assert_eq!((ranges[0].start, ranges[ranges.len() - 1].end), (0, whole));
                assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
            }
        }
    }
}
