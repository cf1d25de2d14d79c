//! Dates that make sense together: created before changed, begun before ended.

use jiff::fmt::temporal::DateTimePrinter;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::draw::Draw;

pub(crate) use drata_contract::dates::{Moment, parse};

/// The last day of seeded data: 2026-01-01T00:00:00Z. Fixed, so that the same seed gives the same rows on any day.
pub(super) const END: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

/// The dates of one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeline {
    created: i64,
    /// Whatever has happened to the row has happened by then.
    end: i64,
}

impl Timeline {
    pub(crate) fn of(draw: Draw) -> Self {
        let draw = draw.named("timeline");
        let days = 60 + i64::try_from(draw.below(1_000)).unwrap_or(0);
        Self { created: END - days * DAY + Self::second(draw), end: END }
    }

    /// The dates of a row that a request has just made: nothing else has happened to it yet.
    pub(crate) fn beginning(created: Timestamp) -> Self {
        Self { created: created.as_second(), end: created.as_second() }
    }

    /// The dates of a row that belongs to the row with these dates: it was made later.
    pub(crate) fn later(&self, draw: Draw) -> Self {
        let days = (END - self.created).max(0) / DAY;
        let share = i64::try_from(draw.named("later").below(400)).unwrap_or(0);
        Self {
            created: self.created + (days * share / 1_000) * DAY + Self::second(draw) % 3_600,
            end: END.max(self.end),
        }
    }

    fn second(draw: Draw) -> i64 {
        i64::try_from(draw.named("second").below(86_400)).unwrap_or(0)
    }

    /// A moment within a month after the last day.
    pub(crate) fn soon(&self, draw: Draw) -> Timestamp {
        let days = 1 + i64::try_from(draw.below(28)).unwrap_or(0);
        Timestamp::from_second(self.end + days * DAY).unwrap_or_default()
    }

    /// The moment; `draw` tells apart several of one sort.
    pub(crate) fn at(&self, moment: Moment, draw: Draw) -> Timestamp {
        let span = self.end - self.created;
        let part = |from: i64, to: i64| {
            let share = from + i64::try_from(draw.below((to - from).unsigned_abs())).unwrap_or(0);
            self.created + span * share / 1_000
        };
        let seconds = match moment {
            Moment::Created => self.created,
            Moment::Start => part(10, 100),
            Moment::Between => part(100, 300),
            Moment::Approved => part(300, 400),
            Moment::Published => part(400, 500),
            Moment::Completed => part(500, 700),
            Moment::Failed => part(700, 800),
            Moment::Gone => part(800, 900),
            Moment::Updated => part(900, 1_000),
            Moment::Future => self.end + (1 + i64::try_from(draw.below(400)).unwrap_or(0)) * DAY,
        };
        Timestamp::from_second(seconds).unwrap_or_default()
    }
}

/// As the service writes a moment: `2025-03-01T09:30:00.000Z`.
pub(crate) fn date_time(at: Timestamp) -> String {
    const MILLISECONDS: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
    MILLISECONDS.timestamp_to_string(&at)
}

/// As the service writes a day: `2025-03-01`.
pub(crate) fn date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// The moment so many seconds later.
pub(crate) fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_in_order() {
        for number in 0..200 {
            let draw = Draw(number);
            let line = Timeline::of(draw);
            let at = |moment| line.at(moment, draw.named("x"));
            let order = [
                Moment::Created,
                Moment::Start,
                Moment::Between,
                Moment::Approved,
                Moment::Published,
                Moment::Completed,
                Moment::Failed,
                Moment::Gone,
                Moment::Updated,
                Moment::Future,
            ];
            assert!(order.map(at).is_sorted_by(|a, b| a < b), "{number}");
            assert!(at(Moment::Created) <= line.later(draw.named("child")).at(Moment::Created, draw));
        }
    }

    #[test]
    fn a_moment_reads_back_as_it_was_written() {
        let at = Timeline::of(Draw(3)).at(Moment::Updated, Draw(4));
        assert_eq!(parse(&date_time(at)), Some(at));
        assert!(date_time(at).ends_with(".000Z"), "{}", date_time(at));
        assert_eq!(date(parse("2025-03-01").unwrap_or_default()), "2025-03-01");
    }
}
