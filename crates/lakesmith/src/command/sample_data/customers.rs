//! [`Customers`]: change events, one CSV line each, as the training material's AUTO CDC flows read them.
//!
//! Customers change in rounds: in round 0 each is added, in later ones updated or deleted, and a deleted one is added again.
//! `ingestion_ts` grows with the event's number, so no customer has two events of one time. Late events have changed places
//! with the same customer's event of the round after.

use super::calendar::{Calendar, DAY, DAYS, DAYS_BEFORE};
use super::random::Random;
use super::settings::Settings;
use super::stream::{Quality, Rows};
use super::text::{digits, push_padded};

const FIRST_NAMES: [&str; 16] = [
    "Ada", "Bruno", "Chiara", "Daniel", "Elif", "Farid", "Grace", "Hana", "Igor", "Jana", "Kofi", "Lucía", "Mei",
    "Nora", "Oskar", "Zoë",
];
const LAST_NAMES: [&str; 16] = [
    "Almeida",
    "Baker",
    "Costa",
    "Diaz",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ito",
    "Jensen",
    "Kowalska",
    "Lefèvre",
    "Müller",
    "Novak",
    "O'Brien",
    "Papadopoulos",
];
/// As CSV: a comma is in quotes.
const CITIES: [&str; 12] = [
    "Berlin",
    "Gdańsk",
    "Kraków",
    "Lagos",
    "Lisbon",
    "Łódź",
    "Osaka",
    "Prague",
    "São Paulo",
    "Toronto",
    "Warsaw",
    "\"Portland, Maine\"",
];
const SEGMENTS: [&str; 4] = ["Consumer", "Corporate", "Premium", "Small Business"];
/// One update in this many is a delete.
const DELETE_ONE_IN: u64 = 12;

/// The change events of given settings.
pub struct Customers<'a> {
    settings: &'a Settings,
    calendar: Calendar,
    customer_digits: usize,
    stride: u64,
}

/// What happens to a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Append,
    Update,
    Delete,
}

impl<'a> Customers<'a> {
    /// Prepares what all rows need.
    pub fn new(settings: &'a Settings) -> Self {
        Self {
            settings,
            calendar: Calendar::new(),
            customer_digits: digits(settings.customers).max(4),
            stride: coprime_below(settings.customers),
        }
    }

    /// The event at a place of the files, and whether it is late there or its partner is.
    fn event_at(&self, place: u64) -> (u64, bool) {
        let customers = self.settings.customers;
        let first = if (place / customers).is_multiple_of(2) { place } else { place - customers };
        let second = first + customers;
        let swapped = second < self.settings.customer_events
            && Random::of_row(self.settings.seed, Self::PURPOSE + 2, first).happens(self.settings.late);
        match (swapped, place == first) {
            (false, _) => (place, false),
            (true, true) => (second, true),
            (true, false) => (first, true),
        }
    }

    /// The customer of an event, from 0: every round goes through all of them in the same order, which is not by number.
    fn customer(&self, event: u64) -> u64 {
        let slot = u128::from(event % self.settings.customers);
        (slot * u128::from(self.stride) % u128::from(self.settings.customers)) as u64
    }

    /// What happens to a customer in a round.
    fn operation(&self, customer: u64, round: u64) -> Operation {
        let mut operation = Operation::Append;
        for earlier in 1..=round {
            let event = earlier * self.settings.customers + customer;
            let draw = Random::of_row(self.settings.seed, Self::PURPOSE + 3, event).below(DELETE_ONE_IN);
            operation = match operation {
                Operation::Delete => Operation::Append,
                _ if draw == 0 => Operation::Delete,
                _ => Operation::Update,
            };
        }
        operation
    }

    /// Adds first and last name, mail address, city and segment: the name stays, the rest is of the round.
    fn push_person(&self, line: &mut Vec<u8>, customer: u64, random: &mut Random) {
        let same = &mut Random::of_row(self.settings.seed, Self::PURPOSE + 4, customer);
        let (first, last) = (*same.one_of(&FIRST_NAMES), *same.one_of(&LAST_NAMES));
        for text in [first, ",", last, ",customer"] {
            line.extend_from_slice(text.as_bytes());
        }
        push_padded(line, customer + 1, self.customer_digits);
        let hosts = ["@example.com,", "@example.org,", "@mail.example,"];
        for text in [random.one_of(&hosts), *random.one_of(&CITIES), ",", random.one_of(&SEGMENTS)] {
            line.extend_from_slice(text.as_bytes());
        }
    }
}

impl Rows for Customers<'_> {
    const PURPOSE: u64 = 0x20;
    const HEADER: &'static str =
        "customer_id,first_name,last_name,email,city,customer_segment,operation,ingestion_ts\n";

    fn push(&self, row: u64, line: &mut Vec<u8>) -> Quality {
        let (event, late) = self.event_at(row);
        let random = &mut Random::of_row(self.settings.seed, Self::PURPOSE, event);
        let customer = self.customer(event);
        let bad = random.happens(self.settings.bad);
        let without_key = bad && random.below(2) == 0;
        if !without_key {
            line.extend_from_slice(b"CUST");
            push_padded(line, customer + 1, self.customer_digits);
        }
        line.push(b',');
        self.push_person(line, customer, random);
        let operation = match self.operation(customer, event / self.settings.customers) {
            _ if bad && !without_key => ",MERGE,",
            Operation::Append => ",APPEND,",
            Operation::Update => ",UPDATE,",
            Operation::Delete => ",DELETE,",
        };
        line.extend_from_slice(operation.as_bytes());
        let span = u128::from(DAYS * DAY) * u128::from(event) / u128::from(self.settings.customer_events.max(1));
        self.calendar.push(line, DAYS_BEFORE * DAY + span as u64);
        match (bad, late) {
            (true, _) => Quality::Bad,
            (false, true) => Quality::Late,
            (false, false) => Quality::Good,
        }
    }
}

/// A number near 0.6 times `count` that shares no factor with it, so that its multiples visit every remainder.
const fn coprime_below(count: u64) -> u64 {
    let mut candidate = count / 5 * 3 + 1;
    while gcd(candidate, count) != 1 {
        candidate += 1;
    }
    candidate
}

const fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
