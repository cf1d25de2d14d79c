//! Where the rows of a list come from.

use jiff::Timestamp;

use crate::contract::resource::KindId;
use crate::contract::schema::SchemaId;
use crate::data::dates;
use crate::data::painter::Painter;
use crate::state::row::{Row, Within};

/// Where the rows of a list come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) kind: KindId,
    pub(crate) within: Within,
    /// The parameter that has told within what.
    pub(crate) told: Option<&'a str>,
    /// The schema of a row, whose properties are filtered and sorted by.
    pub(crate) schema: SchemaId,
    /// Rows that were created later are not found yet.
    pub(crate) until: Option<Timestamp>,
}

impl Source<'_> {
    pub(super) fn finds(&self, painter: &Painter<'_>, row: Row) -> bool {
        let Some(until) = self.until.filter(|_| painter.store.is_created(row)) else { return true };
        let created = painter.store.written(row).and_then(|written| written.get("createdAt")?.as_str());
        created.and_then(dates::parse).is_none_or(|created| created <= until)
    }
}
