//! A point in time as the service wrote it.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize};

use super::wire::{FromWire, Wire, wire_text_by_display};

/// A date or a time as it came over the wire, parsed when asked.
///
/// The service does not keep to one format: RFC 3339, a bare date, `2020-07-06 12:00:00.000000` and `Fri Jun 26 2026` all
/// occur under the same declared format. The string is kept as it came and written back the same.
///
/// Two are equal when they are written the same. They have no order, since strings do not order as times do: to sort, compare
/// what [`to_instant`](Self::to_instant) returns.
///
/// ```
/// use drata_api::Timestamp;
///
/// let declared = Timestamp::from("2026-06-26T08:30:00.000Z");
/// assert_eq!(declared.to_instant().unwrap().as_second(), 1_782_462_600);
/// let odd = Timestamp::from("Fri Jun 26 2026");
/// assert_eq!(odd.to_date().unwrap().to_string(), "2026-06-26");
/// assert_eq!(Timestamp::from("2026-06-26T23:30:00-07:00").to_date().unwrap().to_string(), "2026-06-26");
/// assert!(Timestamp::from("soon").to_date().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Timestamp(String);

/// A string that is none of the formats the service is known to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimestampError(String);

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 40;
        let (text, more): (String, _) = match self.0.char_indices().nth(LONGEST) {
            Some((end, _)) => (self.0[..end].to_owned(), "…"),
            None => (self.0.clone(), ""),
        };
        write!(
            f,
            "{text:?}{more} is neither RFC 3339, nor YYYY-MM-DD, YYYY-MM-DD HH:MM:SS, MM/DD/YYYY or Www Mmm DD YYYY"
        )
    }
}

impl std::error::Error for TimestampError {}

impl Timestamp {
    /// Returns the string as it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the point in time. A string without an offset is taken as UTC, a bare date as its midnight.
    ///
    /// # Errors
    /// When the string is in none of the known formats.
    pub fn to_instant(&self) -> Result<jiff::Timestamp, TimestampError> {
        if let Ok(instant) = self.0.parse::<jiff::Timestamp>() {
            return Ok(instant);
        }
        let civil = self.civil().ok_or_else(|| TimestampError(self.0.clone()))?;
        let zoned = civil.to_zoned(TimeZone::UTC).map_err(|_| TimestampError(self.0.clone()))?;
        Ok(zoned.timestamp())
    }

    /// Returns the calendar day, as written: an offset does not move it.
    ///
    /// # Errors
    /// When the string is in none of the known formats.
    pub fn to_date(&self) -> Result<Date, TimestampError> {
        self.civil().map(DateTime::date).ok_or_else(|| TimestampError(self.0.clone()))
    }

    /// The reading of clock and calendar, without an offset.
    fn civil(&self) -> Option<DateTime> {
        let text = self.0.trim();
        let written = |pieces: Pieces<'_>| pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
        Pieces::parse(text).ok().map(written).or_else(|| {
            ["%m/%d/%Y", "%a %b %d %Y"]
                .iter()
                .find_map(|format| Some(strtime::parse(format, text).ok()?.to_date().ok()?.at(0, 0, 0, 0)))
        })
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(instant: jiff::Timestamp) -> Self {
        Self(instant.to_string())
    }
}

impl From<Date> for Timestamp {
    fn from(date: Date) -> Self {
        Self(date.to_string())
    }
}

impl<'de> FromWire<'de> for Timestamp {
    fn from_wire<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::from_wire(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Wire::deserialize(deserializer).map(|Wire(value)| value)
    }
}

wire_text_by_display!(Timestamp);
