//! [`DoubleDecimals`]: DOUBLE as DECIMAL, as Spark does it: the shortest decimal that reads back as the number, rounded half away
//! from zero.
//!
//! Almost always the digits need not be written out. The shortest decimal differs from the number by less than the distance to
//! the next DOUBLE, so both round alike unless the number is that close to a tie.

use crate::text_value::parse_decimal;

/// Scaled numbers below this are exact enough: a DOUBLE's neighbours are then less than 1.2e-7 away.
const LARGEST: f64 = 1e9;
/// Scaled numbers this close to a tie are rounded by their digits.
const NEAR: f64 = 1e-6;

/// Decimals of one precision and scale.
#[derive(Debug, Clone, Copy)]
pub struct DoubleDecimals {
    precision: u8,
    scale: i8,
    factor: Option<f64>,
    bound: i128,
}

impl DoubleDecimals {
    /// Decimals of a type.
    pub fn new(precision: u8, scale: i8) -> Self {
        // powers of ten up to 22 are exact
        let factor = (0..=22).contains(&scale).then(|| 10_f64.powi(i32::from(scale)));
        Self { precision, scale, factor, bound: 10_i128.pow(u32::from(precision)) }
    }

    /// The decimal of a finite number, without its point; nothing when it has more digits than the type.
    pub fn of(&self, number: f64) -> Option<i128> {
        match self.near_enough(number) {
            Some(value) => (value.abs() < self.bound).then_some(value),
            None => parse_decimal(&lakesmith_value::format_double(number), self.precision, self.scale),
        }
    }

    fn near_enough(&self, number: f64) -> Option<i128> {
        let scaled = number * self.factor?;
        if scaled.abs() >= LARGEST {
            return None;
        }
        let distance_to_tie = (scaled.abs().fract() - 0.5).abs();
        // within the limit above
        #[allow(clippy::cast_possible_truncation, reason = "less than a thousand million")]
        let rounded = scaled.round() as i64;
        (distance_to_tie > NEAR).then(|| i128::from(rounded))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_gives_what_the_digits_give() {
        let mut state = 42_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 11
        };
        let mut short = 0;
        for _ in 0..200_000 {
            let scale = (random() % 7) as i8;
            let cents = (random() % 4_000_000) as f64 / 1000.0;
            let number = match random() % 4 {
                0 => cents,
                1 => -cents * 1e3,
                2 => cents + 0.000_5,
                _ => f64::from_bits(random() << 11 & 0x7fef_ffff_ffff_ffff),
            };
            let decimals = DoubleDecimals::new(18, scale);
            let digits = parse_decimal(&lakesmith_value::format_double(number), 18, scale);
            assert_eq!(decimals.of(number), digits, "{number:?} with scale {scale}");
            short += u32::from(decimals.near_enough(number).is_some());
        }
        assert!(short > 100_000, "{short}");
    }

    #[test]
    fn ties_are_those_of_the_shortest_decimal() {
        // 1.005 is stored a little below, 2.675 too; Spark rounds what is shown
        let cents = DoubleDecimals::new(10, 2);
        assert_eq!(
            [1.005, 2.675, -1.005, 0.125, 1e7].map(|number| cents.of(number)),
            [Some(101), Some(268), Some(-101), Some(13), Some(1_000_000_000)]
        );
        assert_eq!(DoubleDecimals::new(3, 2).of(10.0), None);
    }
}
