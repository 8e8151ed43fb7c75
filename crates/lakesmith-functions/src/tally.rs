//! What sums, means, variances and correlations of fractions keep of the values that they have seen.
//!
//! The formulas and their order are Spark's: values one after another, and parts of the rows merged at the end. So results
//! agree to the last digit where the rows come in the same order.

/// What is kept of rows, made of numbers so that it can travel.
pub(crate) trait Tally: Copy + Default + std::fmt::Debug + Send + Sync + 'static {
    /// The names of its numbers.
    const PARTS: &'static [&'static str];

    /// Adds a row; the second number is that of functions of two arguments.
    fn add(&mut self, x: f64, y: f64);

    /// Adds other rows; both have some.
    fn merge(&mut self, other: &Self);

    /// How many rows it is of.
    fn count(&self) -> f64 {
        self.part(0)
    }

    /// One of its numbers.
    fn part(&self, index: usize) -> f64;

    /// That of such numbers.
    fn of(part: impl Fn(usize) -> f64) -> Self;

    /// What a function gives of it; NULL of too few rows.
    fn result(&self, measure: Measure) -> Option<f64>;
}

/// The functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Measure {
    /// `sum`.
    Sum,
    /// `avg`.
    Mean,
    /// `var_pop`.
    VariancePopulation,
    /// `var_samp`.
    VarianceSample,
    /// `stddev_pop`.
    DeviationPopulation,
    /// `stddev_samp`.
    DeviationSample,
    /// `covar_pop`.
    CovariancePopulation,
    /// `covar_samp`.
    CovarianceSample,
    /// `corr`.
    Correlation,
}

/// A sum and how many values it is of.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Total {
    count: f64,
    sum: f64,
}

impl Tally for Total {
    const PARTS: &'static [&'static str] = &["count", "sum"];

    fn add(&mut self, x: f64, _y: f64) {
        self.count += 1.0;
        self.sum += x;
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
    }

    fn part(&self, index: usize) -> f64 {
        [self.count, self.sum][index]
    }

    fn of(part: impl Fn(usize) -> f64) -> Self {
        Self { count: part(0), sum: part(1) }
    }

    fn result(&self, measure: Measure) -> Option<f64> {
        let value = if measure == Measure::Mean { self.sum / self.count } else { self.sum };
        (self.count > 0.0).then_some(value)
    }
}

/// The mean and the sum of squares of distances from it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spread {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Tally for Spread {
    const PARTS: &'static [&'static str] = &["count", "mean", "squares"];

    fn add(&mut self, x: f64, _y: f64) {
        self.count += 1.0;
        let delta = x - self.mean;
        let part = delta / self.count;
        self.mean += part;
        self.squares += delta * (delta - part);
    }

    fn merge(&mut self, other: &Self) {
        let count = self.count + other.count;
        let delta = other.mean - self.mean;
        let part = delta / count;
        self.squares = self.squares + other.squares + delta * part * self.count * other.count;
        self.mean += part * other.count;
        self.count = count;
    }

    fn part(&self, index: usize) -> f64 {
        [self.count, self.mean, self.squares][index]
    }

    fn of(part: impl Fn(usize) -> f64) -> Self {
        Self { count: part(0), mean: part(1), squares: part(2) }
    }

    fn result(&self, measure: Measure) -> Option<f64> {
        let variance = match measure {
            Measure::VariancePopulation | Measure::DeviationPopulation => {
                (self.count > 0.0).then(|| self.squares / self.count)
            }
            _ => (self.count > 1.0).then(|| self.squares / (self.count - 1.0)),
        };
        match measure {
            Measure::DeviationPopulation | Measure::DeviationSample => variance.map(f64::sqrt),
            _ => variance,
        }
    }
}

/// Means, and the sums of products of distances from them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pairs {
    count: f64,
    mean_x: f64,
    mean_y: f64,
    products: f64,
    squares_x: f64,
    squares_y: f64,
}

impl Tally for Pairs {
    const PARTS: &'static [&'static str] = &["count", "mean_x", "mean_y", "products", "squares_x", "squares_y"];

    fn add(&mut self, x: f64, y: f64) {
        self.count += 1.0;
        let (dx, dy) = (x - self.mean_x, y - self.mean_y);
        self.mean_x += dx / self.count;
        self.mean_y += dy / self.count;
        self.products += dx * (y - self.mean_y);
        self.squares_x += dx * (x - self.mean_x);
        self.squares_y += dy * (y - self.mean_y);
    }

    fn merge(&mut self, other: &Self) {
        let count = self.count + other.count;
        let (dx, dy) = (other.mean_x - self.mean_x, other.mean_y - self.mean_y);
        let (part_x, part_y) = (dx / count, dy / count);
        let both = |left: f64, right: f64, product: f64| left + right + product * self.count * other.count;
        self.products = both(self.products, other.products, dx * part_y);
        self.squares_x = both(self.squares_x, other.squares_x, dx * part_x);
        self.squares_y = both(self.squares_y, other.squares_y, dy * part_y);
        self.mean_x += part_x * other.count;
        self.mean_y += part_y * other.count;
        self.count = count;
    }

    fn part(&self, index: usize) -> f64 {
        [self.count, self.mean_x, self.mean_y, self.products, self.squares_x, self.squares_y][index]
    }

    fn of(part: impl Fn(usize) -> f64) -> Self {
        Self {
            count: part(0),
            mean_x: part(1),
            mean_y: part(2),
            products: part(3),
            squares_x: part(4),
            squares_y: part(5),
        }
    }

    fn result(&self, measure: Measure) -> Option<f64> {
        match measure {
            Measure::CovariancePopulation => (self.count > 0.0).then(|| self.products / self.count),
            Measure::CovarianceSample => (self.count > 1.0).then(|| self.products / (self.count - 1.0)),
            _ => {
                let is_defined = self.count > 1.0 && self.squares_x != 0.0 && self.squares_y != 0.0;
                is_defined.then(|| self.products / (self.squares_x * self.squares_y).sqrt())
            }
        }
    }
}
