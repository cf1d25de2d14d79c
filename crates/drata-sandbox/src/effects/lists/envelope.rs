//! What stands around the rows of a page.

use std::cell::Cell;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::contract::resource::{Envelope, KindId};
use crate::contract::schema::SchemaId;
use crate::data::painter::{Fixed, Painter, View};
use crate::effects::lists::{Page, Source};
use crate::effects::view;
use crate::exchange::call::Call;
use crate::exchange::kept::{self, Painted};
use crate::state::row::Row;
use crate::state::store::Store;

/// The rows of a page in their envelope, as JSON.
pub(crate) fn wrap(
    call: &Call<'_>,
    store: &Store,
    schema: Option<SchemaId>,
    envelope: &Envelope,
    kind: KindId,
    page: &Page,
) -> Vec<u8> {
    let painter = call.painter(store);
    let fixed = view::fixed(call, None);
    let rows = painted(call, &painter, envelope.items, &fixed, kind, page);
    let mut json = Vec::with_capacity(rows.iter().map(|row| row.len() + 1).sum::<usize>() + 200);
    let Some(schema) = schema.filter(|_| !envelope.path.is_empty()) else {
        write_rows(&rows, &mut json);
        return json;
    };
    let about = Row { kind, number: call.target().map_or(1, |row| row.number) };
    let facets =
        (!call.parameters.texts("facets[]").is_empty() && call.parameters.text("cursor").is_none()).then(|| {
            let source = Source { kind, within: call.within(kind), told: None, schema: envelope.items, until: None };
            let found = super::found(&painter, call.operation, &call.parameters, source);
            super::facets::count(call, &painter, envelope.items, &found)
        });
    let frame = Frame { painter: &painter, about, fixed: &fixed, page, facets, rows };
    frame.write(schema, &envelope.path, &mut json);
    json
}

/// The rows of a page as JSON: as they have been painted before, where nothing has been written since.
fn painted(
    call: &Call<'_>,
    painter: &Painter<'_>,
    items: SchemaId,
    fixed: &[Fixed],
    kind: KindId,
    page: &Page,
) -> Vec<Arc<[u8]>> {
    let hidden = view::hidden(call);
    let texts: Vec<_> = fixed.iter().map(|fixed| (&fixed.name, fixed.text.as_str(), fixed.number.as_u64())).collect();
    let view = kept::key((painter.by, painter.workspace, kind, items, &hidden, texts));
    let view_of_it = View { hidden: &hidden, fixed };
    let second = call.world.clock.now().as_second();
    let paint = |number| {
        let signed = Cell::new(false);
        let row = Painter { signed: Some(&signed), ..*painter }.row(Row { kind, number }, items, view_of_it);
        Painted { json: row.to_string().into_bytes().into(), second: signed.get().then_some(second) }
    };
    call.world.kept.rows(painter.store, view, second, page.rows.iter().map(|row| row.number), paint)
}

fn write_rows(rows: &[Arc<[u8]>], json: &mut Vec<u8>) {
    json.push(b'[');
    for (place, row) in rows.iter().enumerate() {
        if place > 0 {
            json.push(b',');
        }
        json.extend_from_slice(row);
    }
    json.push(b']');
}

/// What stands around the rows of a page.
struct Frame<'a> {
    painter: &'a Painter<'a>,
    about: Row,
    fixed: &'a [Fixed],
    page: &'a Page,
    /// How many rows have which value, where the request asks for it.
    facets: Option<Value>,
    rows: Vec<Arc<[u8]>>,
}

impl Frame<'_> {
    fn write(&self, schema: SchemaId, path: &[Arc<str>], json: &mut Vec<u8>) {
        let Some((step, rest)) = path.split_first() else { return write_rows(&self.rows, json) };
        let Some(object) = self.painter.catalog.schemas.object(schema) else { return write_rows(&self.rows, json) };
        json.push(b'{');
        let mut is_first = true;
        let mut key = |name: &str, json: &mut Vec<u8>| {
            if !std::mem::take(&mut is_first) {
                json.push(b',');
            }
            json.extend_from_slice(Value::from(name).to_string().as_bytes());
            json.push(b':');
        };
        for property in &object.properties {
            let name = &*property.name;
            if *property.name == **step {
                key(name, json);
                self.write(property.schema, rest, json);
                continue;
            }
            let value = self.paging(name).unwrap_or_else(|| {
                let schemas = &self.painter.catalog.schemas;
                let fixed = Fixed::value(self.fixed, name, schemas, property.schema);
                fixed.or_else(|| self.painter.field(self.about, schema, name))
            });
            if let Some(value) = value {
                key(name, json);
                json.extend_from_slice(value.to_string().as_bytes());
            }
        }
        json.push(b'}');
    }

    /// The value of a property that pages; the inner option is empty when it is left out.
    fn paging(&self, name: &str) -> Option<Option<Value>> {
        let total = self.page.total.map(Value::from);
        match name {
            "page" => Some(Some(self.page.page.into())),
            "limit" => Some(Some(self.page.limit.into())),
            "total" | "totalCount" => Some(total),
            "facets" => Some(self.facets.clone()),
            "pagination" => {
                let mut pagination = Map::new();
                pagination.insert("cursor".to_owned(), self.page.cursor.clone().into());
                pagination.extend(total.map(|total| ("totalCount".to_owned(), total)));
                Some(Some(Value::Object(pagination)))
            }
            _ => None,
        }
    }
}
