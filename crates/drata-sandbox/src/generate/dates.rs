//! Dates that make sense together: created before changed, begun before ended.

use jiff::fmt::temporal::DateTimePrinter;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::hash::Draw;

pub(crate) use drata_contract::dates::{Moment, parse};

/// The last day of seeded data: 2026-01-01T00:00:00Z. Fixed, so that the same seed gives the same rows on any day.
const END: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

/// The dates of one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeline {
    created: i64,
}

impl Timeline {
    pub(crate) fn of(draw: Draw) -> Self {
        let draw = draw.named("timeline");
        let days = 60 + i64::try_from(draw.below(1_000)).unwrap_or(0);
        let second = i64::try_from(draw.named("second").below(86_400)).unwrap_or(0);
        Self { created: END - days * DAY + second }
    }

    /// The moment; `draw` tells apart several of one sort.
    pub(crate) fn at(&self, moment: Moment, draw: Draw) -> Timestamp {
        let span = END - self.created;
        let part = |from: i64, to: i64| {
            let share = from + i64::try_from(draw.below((to - from).unsigned_abs())).unwrap_or(0);
            self.created + span / 1_000 * share
        };
        let seconds = match moment {
            Moment::Created => self.created,
            Moment::Start => part(10, 100),
            Moment::Between | Moment::Failed => part(100, 700),
            Moment::Updated => part(700, 950),
            Moment::Gone => part(950, 1_000),
            Moment::Future => END + (1 + i64::try_from(draw.below(400)).unwrap_or(0)) * DAY,
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
            assert!(at(Moment::Created) < at(Moment::Start));
            assert!(at(Moment::Between) < at(Moment::Updated));
            assert!(at(Moment::Updated) < at(Moment::Future));
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
