//! Lists: filter, sort, page.

mod custom;
pub(crate) mod envelope;
pub(crate) mod facets;
pub(crate) mod filter;
pub(crate) mod sort;
mod source;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::contract::operation::Operation;
use crate::data::painter::Painter;
use crate::draw;
use crate::effects::lists::filter::Filters;
use crate::effects::lists::sort::{Key, Order};
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::params::Parameters;
use crate::state::numbers::Numbers;
use crate::state::row::Row;

pub(crate) use source::Source;

/// A page of rows and what a response says about it.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Row>,
    /// How many rows there are on all pages; absent when nobody asked.
    pub(crate) total: Option<u64>,
    pub(crate) page: u64,
    pub(crate) limit: u64,
    /// The cursor of the next page.
    pub(crate) cursor: Option<String>,
    /// Filters of the request that the sandbox could not apply.
    pub(crate) ignored: Vec<String>,
}

/// The rows that a list operation returns.
pub(crate) fn select(call: &Call<'_>, painter: &Painter<'_>, source: Source<'_>) -> Result<Page, Failure> {
    let (operation, parameters) = (call.operation, &call.parameters);
    let Source { kind, within, schema, .. } = source;
    let filters = Filters::read(painter, source, operation, parameters);
    let order = Order::read(painter, schema, parameters);
    let list = List { call, painter, source, filters: &filters, order: &order };
    let all = painter.store.numbers(painter.by, kind, within);
    let mut page = if operation.parameter("cursor").is_some() {
        list.by_cursor(all)?
    } else if operation.parameter("limit").is_some() {
        list.by_number(all)
    } else {
        let rows: Vec<_> = list.found(all).between(0, u64::MAX);
        let total = Some(rows.len() as u64);
        Page { total, rows: list.rows(rows), page: 1, limit: 50, cursor: None, ignored: Vec::new() }
    };
    page.ignored.clone_from(&filters.ignored);
    Ok(page)
}

/// All rows that a request finds, whatever the page.
pub(crate) fn found(
    painter: &Painter<'_>,
    operation: &Operation,
    parameters: &Parameters,
    source: Source<'_>,
) -> Vec<Row> {
    let Source { kind, within, schema, .. } = source;
    let filters = Filters::read(painter, source, operation, parameters);
    let numbers = painter.store.numbers(painter.by, kind, within);
    let rows = numbers.iter().map(|number| Row { kind, number });
    rows.filter(|row| source.finds(painter, *row) && filters.keep(painter, schema, *row)).collect()
}

/// A list that is being asked for.
struct List<'a> {
    call: &'a Call<'a>,
    painter: &'a Painter<'a>,
    source: Source<'a>,
    filters: &'a Filters,
    order: &'a Order,
}

/// The rows of a list before they are paged.
enum Found<'a> {
    /// All that are there, in the order of their numbers or in the opposite order.
    All(Numbers<'a>, bool),
    /// Those that filters select, in their order.
    Selected(Arc<[u64]>),
}

impl Found<'_> {
    fn count(&self) -> u64 {
        match self {
            Self::All(numbers, _) => numbers.count(),
            Self::Selected(numbers) => numbers.len() as u64,
        }
    }

    /// So many rows after so many others.
    fn between(&self, first: u64, most: u64) -> Vec<u64> {
        let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        match self {
            Self::All(numbers, false) => numbers.skip(first).take(size(most)).collect(),
            Self::All(numbers, true) => {
                let left = numbers.count().saturating_sub(first);
                let mut page: Vec<_> = numbers.skip(left.saturating_sub(most)).take(size(most.min(left))).collect();
                page.reverse();
                page
            }
            Self::Selected(numbers) => numbers.iter().copied().skip(size(first)).take(size(most)).collect(),
        }
    }
}

impl List<'_> {
    fn row(&self, number: u64) -> Row {
        Row { kind: self.source.kind, number }
    }

    fn rows(&self, numbers: Vec<u64>) -> Vec<Row> {
        numbers.into_iter().map(|number| self.row(number)).collect()
    }

    fn keeps(&self, number: u64) -> bool {
        let row = self.row(number);
        self.source.finds(self.painter, row) && self.filters.keep(self.painter, self.source.schema, row)
    }

    fn takes_all(&self) -> bool {
        self.source.until.is_none() && self.filters.are_none()
    }

    /// The rows of all pages. What is selected is kept, so that the next page of the same list need not look at every row.
    fn found<'n>(&self, all: Numbers<'n>) -> Found<'n> {
        if let (true, Order::Number { descending }) = (self.takes_all(), self.order) {
            return Found::All(all, *descending);
        }
        let select = || {
            let kept = all.iter().filter(|number| self.takes_all() || self.keeps(*number));
            self.order.sort(self.painter, self.source.schema, self.source.kind, kept.collect())
        };
        if self.source.until.is_some() {
            return Found::Selected(select().into());
        }
        Found::Selected(self.call.world.kept.selection(self.painter.store, self.hash(), select))
    }

    fn by_number(&self, all: Numbers<'_>) -> Page {
        let page = self.call.parameters.number("page").unwrap_or(1).max(1);
        let limit = self.call.parameters.number("limit").unwrap_or(20);
        let found = self.found(all);
        let rows = self.rows(found.between((page - 1).saturating_mul(limit), limit));
        Page { rows, total: Some(found.count()), page, limit, cursor: None, ignored: Vec::new() }
    }

    fn by_cursor(&self, all: Numbers<'_>) -> Result<Page, Failure> {
        let (parameters, query) = (&self.call.parameters, self.hash());
        let size = parameters.number("size").unwrap_or(50);
        let after = parameters.text("cursor").filter(|cursor| !cursor.is_empty());
        let after = after.map(|cursor| Cursor::read(cursor, query)).transpose()?;
        let wants_total = after.is_none() && parameters.is_true("includeTotalCount");
        // One more than the page holds tells whether there is another page.
        let most = size.saturating_add(1);
        let (mut numbers, total) = match self.order {
            Order::Number { descending } if !wants_total => (self.beyond(&all, *descending, after, most), None),
            _ => {
                let found = self.found(all);
                let first = after.map_or(0, |after| self.place(&found, &after));
                (found.between(first, most), wants_total.then(|| found.count()))
            }
        };
        let is_more = numbers.len() as u64 > size;
        numbers.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        let cursor = numbers.last().filter(|_| is_more).map(|last| {
            let key = self.order.key(self.painter, self.source.schema, self.row(*last));
            Cursor { query, key, number: *last }.write()
        });
        Ok(Page { rows: self.rows(numbers), total, page: 1, limit: size, cursor, ignored: Vec::new() })
    }

    /// The rows that follow the end of a page in the order of their numbers: nothing before it is looked at, and nothing
    /// after the page.
    fn beyond(&self, all: &Numbers<'_>, descending: bool, after: Option<Cursor>, most: u64) -> Vec<u64> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let keeps = |number: &u64| self.takes_all() || self.keeps(*number);
        let end = after.map(|after| after.number);
        if descending {
            all.before(end.unwrap_or(u64::MAX)).rev().filter(keeps).take(most).collect()
        } else {
            all.after(end.unwrap_or(0)).filter(keeps).take(most).collect()
        }
    }

    /// How many rows stand at or before the end of a page.
    fn place(&self, found: &Found<'_>, end: &Cursor) -> u64 {
        let passed = |number: u64| {
            let key = self.order.key(self.painter, self.source.schema, self.row(number));
            self.order.is_passed(&key, number, &end.key, end.number)
        };
        match found {
            Found::All(numbers, _) => numbers.iter().take_while(|number| passed(*number)).count() as u64,
            Found::Selected(numbers) => numbers.partition_point(|number| passed(*number)) as u64,
        }
    }

    /// What a cursor and a selection are bound to: the list, its filters and its order, but not the size of a page.
    fn hash(&self) -> u64 {
        const FREE: &[&str] = &["cursor", "size", "page", "limit", "includeTotalCount", "expand[]", "facets[]"];
        let call = self.call;
        let bound = call.parameters.all().iter().filter(|(name, _)| !FREE.contains(&name.as_str()));
        let place = call.anchors.iter().fold(draw::text(&call.operation.id), |all, row| draw::mix(all, row.number));
        bound.fold(draw::mix(place, call.by() as u64), |all, (name, value)| {
            draw::mix(draw::mix(all, draw::text(name)), draw::text(&value.to_string()))
        })
    }
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
