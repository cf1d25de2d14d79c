//! Rules of the contract that are checked before a request leaves.

use std::collections::BTreeMap;
use std::fmt;

/// A value that breaks a rule, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    path: String,
    problem: String,
}

impl Violation {
    /// A violation here; `problem` holds the value and the rule.
    pub fn new(problem: impl Into<String>) -> Self {
        Self { path: String::new(), problem: problem.into() }
    }

    /// A number outside its range.
    pub fn outside(value: impl fmt::Display, low: f64, high: f64) -> Self {
        Self::new(match (low, high) {
            (low, f64::INFINITY) => format!("{value} is below {low}, the minimum"),
            (f64::NEG_INFINITY, high) => format!("{value} is above {high}, the maximum"),
            _ => format!("{value} is outside {low}..={high}"),
        })
    }

    /// An object that has a value in none of the fields of a rule, or in too many; `how_many` is the rule.
    fn fields(how_many: &str, fields: &[(&str, bool)]) -> Self {
        let listed = |names: Vec<&str>| match names.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => names.concat(),
        };
        let all = listed(fields.iter().map(|(name, _)| *name).collect());
        let held = listed(fields.iter().filter(|(_, is_set)| *is_set).map(|(name, _)| *name).collect());
        let held = if held.is_empty() { "none" } else { &held };
        Self::new(format!("must hold {how_many} of {all}, and holds {held}"))
    }

    /// The same violation, seen from the field `name` that holds it.
    #[must_use]
    pub fn under(mut self, name: &str) -> Self {
        self.path = match (name, self.path.as_str()) {
            ("", _) => self.path,
            (_, "") => name.to_owned(),
            (_, rest) if rest.starts_with('[') => format!("{name}{rest}"),
            (_, rest) => format!("{name}.{rest}"),
        };
        self
    }

    /// Whether it is about the value itself, not about one that it holds.
    pub(crate) fn is_here(&self) -> bool {
        self.path.is_empty()
    }

    /// The same violation, seen from the list that holds it at `index`.
    #[must_use]
    pub fn at(self, index: usize) -> Self {
        self.under(&format!("[{index}]"))
    }
}

/// Checks that exactly one of these fields has a value.
#[allow(dead_code, reason = "which rules occur is the contract's decision")]
pub(crate) fn exactly_one_of(fields: &[(&str, bool)]) -> Result<(), Violation> {
    match set(fields) {
        1 => Ok(()),
        _ => Err(Violation::fields("exactly one", fields)),
    }
}

/// Checks that at least one of these fields has a value.
#[allow(dead_code, reason = "which rules occur is the contract's decision")]
pub(crate) fn at_least_one_of(fields: &[(&str, bool)]) -> Result<(), Violation> {
    match set(fields) {
        0 => Err(Violation::fields("at least one", fields)),
        _ => Ok(()),
    }
}

/// Checks that at most one of these fields has a value.
#[allow(dead_code, reason = "which rules occur is the contract's decision")]
pub(crate) fn at_most_one_of(fields: &[(&str, bool)]) -> Result<(), Violation> {
    match set(fields) {
        0 | 1 => Ok(()),
        _ => Err(Violation::fields("at most one", fields)),
    }
}

fn set(fields: &[(&str, bool)]) -> usize {
    fields.iter().filter(|(_, is_set)| *is_set).count()
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.problem) } else { write!(f, "{} {}", self.path, self.problem) }
    }
}

/// A value that knows the rules of the contract about it.
pub trait Validate {
    /// Checks the value and all it holds.
    fn validate(&self) -> Result<(), Violation> {
        Ok(())
    }
}

/// The limits that the contract sets to a string, a number or a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The fewest characters.
    pub min_length: usize,
    /// The most characters.
    pub max_length: usize,
    /// The smallest number.
    pub minimum: f64,
    /// The largest number.
    pub maximum: f64,
    /// The fewest items.
    pub min_items: usize,
    /// The most items.
    pub max_items: usize,
}

impl Limits {
    /// No limits.
    pub const NONE: Self = Self {
        min_length: 0,
        max_length: usize::MAX,
        minimum: f64::NEG_INFINITY,
        maximum: f64::INFINITY,
        min_items: 0,
        max_items: usize::MAX,
    };

    /// With this number of characters at least.
    #[must_use]
    pub const fn min_length(mut self, length: usize) -> Self {
        self.min_length = length;
        self
    }

    /// With this number of characters at most.
    #[must_use]
    pub const fn max_length(mut self, length: usize) -> Self {
        self.max_length = length;
        self
    }

    /// With this number as the smallest.
    #[must_use]
    pub const fn minimum(mut self, number: f64) -> Self {
        self.minimum = number;
        self
    }

    /// With this number as the largest.
    #[must_use]
    pub const fn maximum(mut self, number: f64) -> Self {
        self.maximum = number;
        self
    }

    /// With this number of items at least.
    #[must_use]
    pub const fn min_items(mut self, items: usize) -> Self {
        self.min_items = items;
        self
    }

    /// With this number of items at most.
    #[must_use]
    pub const fn max_items(mut self, items: usize) -> Self {
        self.max_items = items;
        self
    }

    /// Checks a string. Length counts characters, not bytes.
    pub fn check_text(&self, text: &str) -> Result<(), Violation> {
        // A string has at most as many characters as bytes, so most need no count.
        if text.len() > self.max_length || text.len() < self.min_length.saturating_mul(4) {
            let length = text.chars().count();
            if length > self.max_length {
                return Err(Violation::new(format!("has {length} characters, {} are allowed", self.max_length)));
            }
            if length < self.min_length {
                return Err(Violation::new(format!("has {length} characters, {} are needed", self.min_length)));
            }
        }
        Ok(())
    }

    /// Checks a number of items.
    pub fn check_count(&self, count: usize) -> Result<(), Violation> {
        if count > self.max_items {
            return Err(Violation::new(format!("has {count} items, {} are allowed", self.max_items)));
        }
        if count < self.min_items {
            return Err(Violation::new(format!("has {count} items, {} are needed", self.min_items)));
        }
        Ok(())
    }

    /// Checks a number.
    pub fn check_number(&self, value: impl Into<Number>) -> Result<(), Violation> {
        let Number(value) = value.into();
        if value < self.minimum || value > self.maximum {
            return Err(Violation::outside(value, self.minimum, self.maximum));
        }
        Ok(())
    }
}

/// A number to be checked. One of 64 bits is as near as its limits need: they are far below 2^53.
#[derive(Clone, Copy, Debug)]
pub struct Number(f64);

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(value as f64)
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self(value)
    }
}

/// A field whose limits the contract names: checks itself, then what it holds.
pub(crate) trait Limited {
    /// Checks the value against `limits`, then all it holds.
    fn check(&self, limits: &Limits) -> Result<(), Violation>;

    /// Whether the field is left out of the request.
    fn is_absent(&self) -> bool {
        false
    }

    /// Whether the field is sent with a value, and not as `null`.
    fn has_value(&self) -> bool {
        !self.is_absent()
    }
}

impl Limited for String {
    fn check(&self, limits: &Limits) -> Result<(), Violation> {
        limits.check_text(self)
    }
}

impl Limited for i64 {
    fn check(&self, limits: &Limits) -> Result<(), Violation> {
        limits.check_number(*self)
    }
}

impl Limited for f64 {
    fn check(&self, limits: &Limits) -> Result<(), Violation> {
        limits.check_number(*self)
    }
}

impl Limited for str {
    fn check(&self, limits: &Limits) -> Result<(), Violation> {
        limits.check_text(self)
    }
}

impl<T: Limited + ?Sized> Limited for &T {
    fn check(&self, limits: &Limits) -> Result<(), Violation> {
        (**self).check(limits)
    }

    fn is_absent(&self) -> bool {
        (**self).is_absent()
    }
}

impl<T: Limited> Limited for Option<T> {
    fn check(&self, limits: &Limits) -> Result<(), Violation> {
        self.as_ref().map_or(Ok(()), |value| value.check(limits))
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

/// Limits on the number of items are about this list alone; limits on length and value reach its items.
impl<T: Limited> Limited for Vec<T> {
    fn check(&self, limits: &Limits) -> Result<(), Violation> {
        self.as_slice().check(limits)
    }
}

impl<T: Limited> Limited for [T] {
    fn check(&self, limits: &Limits) -> Result<(), Violation> {
        limits.check_count(self.len())?;
        let within = limits.min_items(0).max_items(usize::MAX);
        self.iter()
            .enumerate()
            .try_for_each(|(index, item)| item.check(&within).map_err(|violation| violation.at(index)))
    }
}

impl<T: Limited> Limited for Box<T> {
    fn check(&self, limits: &Limits) -> Result<(), Violation> {
        (**self).check(limits)
    }
}

impl<T: Limited> Limited for BTreeMap<String, T> {
    fn check(&self, limits: &Limits) -> Result<(), Violation> {
        self.iter().try_for_each(|(name, value)| value.check(limits).map_err(|violation| violation.under(name)))
    }
}

impl<T: Validate> Validate for [T] {
    fn validate(&self) -> Result<(), Violation> {
        self.iter().enumerate().try_for_each(|(index, item)| item.validate().map_err(|violation| violation.at(index)))
    }
}

impl<T: Validate + ?Sized> Validate for &T {
    fn validate(&self) -> Result<(), Violation> {
        (**self).validate()
    }
}

/// Values without rules of their own.
macro_rules! unruled {
    ($($type:ty),* $(,)?) => {$(
        impl Limited for $type {
            fn check(&self, _: &Limits) -> Result<(), Violation> {
                Ok(())
            }
        }
    )*};
}

unruled!(bool, serde_json::Value, serde_json::Map<String, serde_json::Value>, super::timestamp::Timestamp, super::upload::Upload);

impl Validate for serde_json::Value {}
impl Validate for serde_json::Map<String, serde_json::Value> {}
