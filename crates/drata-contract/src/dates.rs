//! Dates as requests and responses write them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Which moment in the life of a row a date tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The row was made.
    Created,
    /// The row was changed last.
    Updated,
    /// After it was created, before it was last changed.
    Between,
    /// Of a span: its first day.
    Start,
    /// Somebody agreed.
    Approved,
    /// It was made public, after it was approved.
    Published,
    /// It was finished.
    Completed,
    /// Of a span: its last day, or a day yet to come.
    Future,
    /// The end of a row's use: most rows have none.
    Gone,
    /// Something went wrong: only rows whose state says so have one.
    Failed,
}

/// Reads a moment, with or without its zone, or a day (`2025-03-01`, `03/01/2025`) as its first second.
pub fn parse(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let american = || jiff::civil::Date::strptime("%m/%d/%Y", text).map(|date| date.at(0, 0, 0, 0));
    let civil: jiff::civil::DateTime = text.parse().or_else(|_| american()).ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// Whether a string is a moment as responses write it.
pub fn is_moment(text: &str) -> bool {
    text.contains('T') && text.parse::<Timestamp>().is_ok()
}

/// Whether a string is a day as responses write it.
pub fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}
