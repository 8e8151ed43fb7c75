//! [`Orders`]: one JSON object a line, with the fields that the retail example reads.

use super::calendar::{Calendar, DAY, DAYS, DAYS_BEFORE};
use super::products;
use super::random::Random;
use super::settings::Settings;
use super::stream::{Quality, Rows};
use super::text::{digits, push_cents, push_number, push_padded};

/// The discounts in percent that there are; half of all orders have none.
const DISCOUNTS: [u64; 4] = [5, 10, 15, 20];
/// The oldest a late order is, in days before its file.
const LATEST: u64 = 30;

/// The orders of given settings.
pub struct Orders<'a> {
    settings: &'a Settings,
    calendar: Calendar,
    prices: Vec<u64>,
    /// For each file, the number of the first order that is not in it.
    ends: Vec<u64>,
    order_digits: usize,
    customer_digits: usize,
}

/// What is wrong with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Defect {
    NoOrder,
    NoCustomer,
    Quantity,
    Price,
}

impl<'a> Orders<'a> {
    /// Prepares what all rows need.
    pub fn new(settings: &'a Settings) -> Self {
        Self {
            settings,
            calendar: Calendar::new(),
            prices: (0..products::COUNT).map(|product| products::price(settings.seed, product)).collect(),
            ends: (0..=settings.files).map(|file| settings.orders_of_file(file).end).collect(),
            order_digits: digits(settings.orders).max(5),
            customer_digits: digits(settings.customers).max(4),
        }
    }

    fn defect(&self, random: &mut Random) -> Option<Defect> {
        let defects = [Defect::NoOrder, Defect::NoCustomer, Defect::Quantity, Defect::Price];
        let possible = if self.settings.negative_prices { &defects[..] } else { &defects[..3] };
        random.happens(self.settings.bad).then(|| *random.one_of(possible))
    }

    /// Seconds since 2024-12-01, and whether that is before the file's own time. Each file has its share of the days.
    fn time(&self, order: u64, random: &mut Random) -> (u64, bool) {
        let files = self.ends.len() as u64;
        let file = self.ends.partition_point(|end| *end <= order) as u64;
        let start = file * DAYS * DAY / files;
        let length = (file + 1) * DAYS * DAY / files - start;
        // What was there before the pipeline is not late.
        let late = file > 0 && random.happens(self.settings.late);
        let since_december = start + DAYS_BEFORE * DAY;
        if late {
            (since_december - 1 - random.below(LATEST * DAY), true)
        } else {
            (since_december + random.below(length.max(1)), false)
        }
    }
}

impl Rows for Orders<'_> {
    const PURPOSE: u64 = 0x10;
    const HEADER: &'static str = "";

    fn push(&self, row: u64, line: &mut Vec<u8>) -> Quality {
        let random = &mut Random::of_row(self.settings.seed, Self::PURPOSE, row);
        let defect = self.defect(random);
        let (time, late) = self.time(row, random);
        let product = random.below(products::COUNT);
        push_key(
            line,
            b"{\"order_id\":",
            b"ORD",
            (defect != Some(Defect::NoOrder)).then_some(row + 1),
            self.order_digits,
        );
        let customer = random.below(self.settings.customers) + 1;
        let known = (defect != Some(Defect::NoCustomer)).then_some(customer);
        push_key(line, b",\"customer_id\":", b"CUST", known, self.customer_digits);
        push_key(line, b",\"product_id\":", products::PREFIX, Some(product + 1), products::DIGITS);
        line.extend_from_slice(b",\"order_datetime\":\"");
        self.calendar.push(line, time);
        line.extend_from_slice(b"\",\"quantity\":");
        if defect == Some(Defect::Quantity) {
            line.extend_from_slice(random.one_of(&["0", "-1", "-2"]).as_bytes());
        } else {
            push_number(line, 1 + random.below(5));
        }
        line.extend_from_slice(b",\"unit_price\":");
        if defect == Some(Defect::Price) {
            line.push(b'-');
        }
        let list_price = self.prices.get(product as usize).copied().unwrap_or(100);
        push_cents(line, list_price * (90 + random.below(21)) / 100);
        line.extend_from_slice(b",\"discount_percent\":");
        if random.below(2) == 0 {
            line.extend_from_slice(b"null}");
        } else {
            push_number(line, *random.one_of(&DISCOUNTS));
            line.push(b'}');
        }
        match (defect, late) {
            (Some(_), _) => Quality::Bad,
            (None, true) => Quality::Late,
            (None, false) => Quality::Good,
        }
    }
}

/// Adds a field whose value is a prefix and a number of a fixed width, or null.
fn push_key(line: &mut Vec<u8>, field: &[u8], prefix: &[u8], number: Option<u64>, digits: usize) {
    line.extend_from_slice(field);
    match number {
        Some(number) => {
            line.push(b'"');
            line.extend_from_slice(prefix);
            push_padded(line, number, digits);
            line.push(b'"');
        }
        None => line.extend_from_slice(b"null"),
    }
}
