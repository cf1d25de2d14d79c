//! Responses that are not JSON: reports as CSV, documents as HTML.

use serde_json::Value;

use crate::contract::resource::{KindId, Plan};
use crate::contract::schema::{SchemaId, Shape};
use crate::data::csv;
use crate::data::painter::View;
use crate::data::theme;
use crate::exchange::call::Call;
use crate::exchange::reply::{Content, Reply};
use crate::state::row::Row;

/// As many rows as a report holds.
const ROWS: usize = 100;

/// The response in a media type other than JSON: the one that the request accepts, or the only one there is.
pub(super) fn answer(call: &Call<'_>) -> Option<Reply> {
    let success = call.operation.success()?;
    let accept = call.accept.as_deref().unwrap_or_default();
    let other = |media: &str| media != "application/json" && (accept.contains(media) || success.json().is_none());
    let (media, schema) = success.content.iter().find(|(media, _)| other(media))?;
    let text = match media.as_str() {
        "text/csv" => table(call, *schema),
        _ => page(call),
    };
    Some(Reply::new(success.status, Content::Bytes(format!("{media}; charset=utf-8"), text.into())))
}

/// The rows that the report is about, in the columns that its schema names.
fn table(call: &Call<'_>, schema: Option<SchemaId>) -> String {
    let Some((kind, schema)) = subject(call, schema) else { return String::new() };
    let Some(object) = call.world.catalog.schemas.object(schema) else { return String::new() };
    let is_single =
        |schema| !matches!(call.world.catalog.schemas.get(schema).shape, Shape::Array(_) | Shape::Object(_));
    let columns =
        object.properties.iter().filter(|property| is_single(property.schema)).map(|property| &*property.name);
    let columns: Vec<_> = columns.collect();
    let mut text = csv::line(columns.iter().copied());
    let store = call.world.store();
    let painter = call.painter(&store);
    for number in store.numbers(call.by(), kind, call.within(kind)).iter().take(ROWS) {
        let row = painter.row(Row { kind, number }, schema, View::default());
        let cells = columns.iter().map(|name| match row.get(*name) {
            Some(Value::String(cell)) => cell.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        });
        let cells: Vec<_> = cells.collect();
        text.push_str(&csv::line(cells.iter().map(String::as_str)));
    }
    text
}

/// The kind of a report's rows and the schema that names its columns.
fn subject(call: &Call<'_>, schema: Option<SchemaId>) -> Option<(KindId, SchemaId)> {
    let schemas = &call.world.catalog.schemas;
    let columns = schema.filter(|schema| schemas.object(*schema).is_some());
    match &call.operation.plan {
        Plan::List { kind, envelope } => Some((*kind, columns.unwrap_or(envelope.items))),
        // A report beside a list is about the rows of that list: `/trust-center/reports` and `/trust-center/requests`.
        _ => {
            let (area, _) = call.operation.path.trim_start_matches('/').rsplit_once('/')?;
            let kinds = &call.world.catalog.kinds();
            let sibling = kinds.all().iter().find(|kind| kind.key.starts_with(area) && kind.schema.is_some())?;
            Some((kinds.by_key(&sibling.key)?, columns.or(sibling.schema)?))
        }
    }
}

fn page(call: &Call<'_>) -> String {
    let number = call.target().map_or(1, |row| row.number);
    let draw = crate::draw::Draw(call.world.settings.seed).named(&call.operation.path).within(number);
    format!("<!doctype html>\n<html><body><h1>Version {number}</h1><p>{}</p></body></html>\n", theme::sentence(draw))
}
