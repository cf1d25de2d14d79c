//! Lists: filter, sort, page.

mod custom;
pub(crate) mod envelope;
pub(crate) mod facets;
pub(crate) mod filter;
pub(crate) mod sort;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;

use crate::contract::operation::Operation;
use crate::contract::resource::KindId;
use crate::contract::schema::SchemaId;
use crate::data::dates;
use crate::data::painter::Painter;
use crate::draw;
use crate::effects::lists::filter::Filters;
use crate::effects::lists::sort::{Key, Order};
use crate::exchange::failure::Failure;
use crate::exchange::params::Parameters;
use crate::state::store::{Row, Within};

/// A page of rows and what a response says about it.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Row>,
    /// How many rows there are on all pages; absent when nobody asked.
    pub(crate) total: Option<usize>,
    pub(crate) page: u64,
    pub(crate) limit: u64,
    /// The cursor of the next page.
    pub(crate) cursor: Option<String>,
    /// Filters of the request that the sandbox could not apply.
    pub(crate) ignored: Vec<String>,
}

/// Where the rows of a list come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub(crate) kind: KindId,
    pub(crate) within: Within,
    /// The schema of a row, whose properties are filtered and sorted by.
    pub(crate) schema: SchemaId,
    /// Rows that were created later are not found yet.
    pub(crate) until: Option<Timestamp>,
}

impl Source {
    fn finds(&self, painter: &Painter<'_>, row: Row) -> bool {
        let Some(until) = self.until.filter(|_| painter.store.is_created(row)) else { return true };
        let created = painter.store.written(row).and_then(|written| written.get("createdAt")?.as_str());
        created.and_then(dates::parse).is_none_or(|created| created <= until)
    }
}

/// The rows that a list operation returns.
pub(crate) fn select(
    painter: &Painter<'_>,
    operation: &Operation,
    parameters: &Parameters,
    source: Source,
) -> Result<Page, Failure> {
    let Source { kind, within, schema, .. } = source;
    let filters = Filters::read(painter, kind, schema, operation, parameters);
    let order = Order::read(painter, schema, parameters);
    let numbers = painter.store.numbers(painter.by, kind, within);
    let rows = numbers.map(|number| Row { kind, number });
    let kept = rows.filter(|row| source.finds(painter, *row) && filters.keep(painter, schema, *row));
    let mut found = match &order {
        Order::Number { descending: false } => Found::InOrder(Box::new(kept)),
        order => Found::Sorted(order.sort(painter, schema, kept.collect())),
    };
    let mut page = if operation.parameter("cursor").is_some() {
        by_cursor(&mut found, operation, parameters, &order)?
    } else if operation.parameter("limit").is_some() {
        by_number(found, parameters)
    } else {
        let rows: Vec<_> = found.rows().collect();
        Page { total: Some(rows.len()), rows, page: 1, limit: 50, cursor: None, ignored: Vec::new() }
    };
    page.ignored.clone_from(&filters.ignored);
    Ok(page)
}

/// All rows that a request finds, whatever the page.
pub(crate) fn found(painter: &Painter<'_>, operation: &Operation, parameters: &Parameters, source: Source) -> Vec<Row> {
    let Source { kind, within, schema, .. } = source;
    let filters = Filters::read(painter, kind, schema, operation, parameters);
    let rows = painter.store.numbers(painter.by, kind, within).map(|number| Row { kind, number });
    rows.filter(|row| source.finds(painter, *row) && filters.keep(painter, schema, *row)).collect()
}

/// The rows of a list before they are paged.
enum Found<'a> {
    /// By their numbers, found one by one.
    InOrder(Box<dyn Iterator<Item = Row> + 'a>),
    Sorted(Vec<(Key, Row)>),
}

impl<'a> Found<'a> {
    fn rows(self) -> Box<dyn Iterator<Item = Row> + 'a> {
        match self {
            Self::InOrder(rows) => rows,
            Self::Sorted(rows) => Box::new(rows.into_iter().map(|(_, row)| row)),
        }
    }
}

fn by_number(found: Found<'_>, parameters: &Parameters) -> Page {
    let page = parameters.number("page").unwrap_or(1).max(1);
    let limit = parameters.number("limit").unwrap_or(20);
    let first = usize::try_from((page - 1).saturating_mul(limit)).unwrap_or(usize::MAX);
    let mut total = 0;
    let mut rows = Vec::new();
    for row in found.rows() {
        if total >= first && (rows.len() as u64) < limit {
            rows.push(row);
        }
        total += 1;
    }
    Page { rows, total: Some(total), page, limit, cursor: None, ignored: Vec::new() }
}

fn by_cursor(
    found: &mut Found<'_>,
    operation: &Operation,
    parameters: &Parameters,
    order: &Order,
) -> Result<Page, Failure> {
    let size = parameters.number("size").unwrap_or(50);
    let query = query_hash(operation, parameters);
    let after = parameters.text("cursor").filter(|cursor| !cursor.is_empty());
    let after = after.map(|cursor| Cursor::read(cursor, query)).transpose()?;
    let wants_total = after.is_none() && parameters.is_true("includeTotalCount");
    let most = usize::try_from(size).unwrap_or(usize::MAX);
    let mut total = 0;
    let mut rows: Vec<(Key, Row)> = Vec::new();
    let mut more = false;
    let mut take = |key: Key, row: Row| {
        total += 1;
        let passed = after.as_ref().is_some_and(|after| order.is_passed(&key, row, &after.key, after.number));
        if !passed && rows.len() < most {
            rows.push((key, row));
        } else if !passed {
            more = true;
        }
        wants_total || !more
    };
    match found {
        Found::InOrder(all) => {
            let _ = all.try_for_each(|row| take(Key::None, row).then_some(()).ok_or(()));
        }
        Found::Sorted(all) => {
            let _ = all.drain(..).try_for_each(|(key, row)| take(key, row).then_some(()).ok_or(()));
        }
    }
    let last = rows.last().filter(|_| more);
    let cursor = last.map(|(key, row)| Cursor { query, key: key.clone(), number: row.number }.write());
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    Ok(Page { rows, total: wants_total.then_some(total), page: 1, limit: size, cursor, ignored: Vec::new() })
}

/// Where a page ended.
struct Cursor {
    query: u64,
    key: Key,
    number: u64,
}

impl Cursor {
    fn write(&self) -> String {
        let parts = Value::from(vec![self.query.into(), self.key.to_value(), self.number.into()]);
        URL_SAFE_NO_PAD.encode(parts.to_string())
    }

    fn read(text: &str, query: u64) -> Result<Self, Failure> {
        let refused = || Failure::invalid(&["cursor is not one that this list has given".to_owned()]);
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())?;
        let parts: (u64, Value, u64) = serde_json::from_slice(&bytes).map_err(|_| refused())?;
        if parts.0 != query {
            return Err(Failure::invalid(&["cursor belongs to a list with other filters or another order".to_owned()]));
        }
        Ok(Self { query, key: Key::of(&parts.1), number: parts.2 })
    }
}

/// What a cursor is bound to: the list, its filters and its order, but not the size of a page.
fn query_hash(operation: &Operation, parameters: &Parameters) -> u64 {
    const FREE: &[&str] = &["cursor", "size", "includeTotalCount", "expand[]"];
    let bound = parameters.all().iter().filter(|(name, _)| !FREE.contains(&name.as_str()));
    bound.fold(draw::text(&operation.id), |all, (name, value)| {
        draw::mix(draw::mix(all, draw::text(name)), draw::text(&value.to_string()))
    })
}
