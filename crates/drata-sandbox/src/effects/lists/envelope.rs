//! What stands around the rows of a page.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::contract::resource::{Envelope, KindId};
use crate::contract::schema::SchemaId;
use crate::data::painter::{Fixed, Painter, View};
use crate::effects::lists::{Page, Source};
use crate::effects::respond;
use crate::exchange::call::Call;
use crate::state::store::{Row, Store};

/// The rows of a page in their envelope.
pub(crate) fn wrap(
    call: &Call<'_>,
    store: &Store,
    schema: Option<SchemaId>,
    envelope: &Envelope,
    kind: KindId,
    page: &Page,
) -> Value {
    let painter = call.painter(store);
    let hidden = respond::hidden(call);
    let fixed = respond::fixed(call);
    let view = View { hidden: &hidden, fixed: &fixed };
    let rows = page.rows.iter().map(|row| painter.row(*row, envelope.items, view)).collect();
    let Some(schema) = schema.filter(|_| !envelope.path.is_empty()) else { return Value::Array(rows) };
    let about = Row { kind, number: call.target().map_or(1, |row| row.number) };
    let facets =
        (!call.parameters.texts("facets[]").is_empty() && call.parameters.text("cursor").is_none()).then(|| {
            let source = Source { kind, within: call.within(kind), schema: envelope.items, until: None };
            let found = super::found(&painter, call.operation, &call.parameters, source);
            super::facets::count(call, &painter, envelope.items, &found)
        });
    let frame = Frame { painter: &painter, about, fixed: &fixed, page, facets };
    frame.fill(schema, &envelope.path, Value::Array(rows))
}

/// What stands around the rows of a page.
struct Frame<'a> {
    painter: &'a Painter<'a>,
    about: Row,
    fixed: &'a [Fixed],
    page: &'a Page,
    /// How many rows have which value, where the request asks for it.
    facets: Option<Value>,
}

impl Frame<'_> {
    fn fill(&self, schema: SchemaId, path: &[Arc<str>], rows: Value) -> Value {
        let Some((step, rest)) = path.split_first() else { return rows };
        let Some(object) = self.painter.catalog.schemas.object(schema) else { return rows };
        let mut map = Map::new();
        let mut rows = Some(rows);
        for property in &object.properties {
            let name = &*property.name;
            let value = if *property.name == **step {
                rows.take().map(|rows| self.fill(property.schema, rest, rows))
            } else {
                self.paging(name).unwrap_or_else(|| {
                    let schemas = &self.painter.catalog.schemas;
                    let fixed = Fixed::value(self.fixed, name, schemas, property.schema);
                    fixed.or_else(|| self.painter.field(self.about, schema, name))
                })
            };
            map.extend(value.map(|value| (name.to_owned(), value)));
        }
        Value::Object(map)
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
