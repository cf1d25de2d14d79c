//! How many rows of a search have which value.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::filter::{Pointer, choices, hidden};
use crate::contract::schema::SchemaId;
use crate::data::coerce;
use crate::data::painter::Painter;
use crate::exchange::call::Call;
use crate::state::row::Row;

/// As many values as a facet tells of those that are no enumeration.
const MOST: usize = 50;

/// The counts that a request asks for, over all rows that it finds: of enumerations all values, of others those that occur.
pub(crate) fn count(call: &Call<'_>, painter: &Painter<'_>, schema: SchemaId, rows: &[Row]) -> Value {
    let wanted = call.parameters.texts("facets[]");
    let facets = wanted.into_iter().map(|name| (name.to_owned(), facet(call, painter, schema, name, rows)));
    Value::Object(facets.collect::<Map<_, _>>())
}

fn facet(call: &Call<'_>, painter: &Painter<'_>, schema: SchemaId, name: &str, rows: &[Row]) -> Value {
    let object = painter.catalog.schemas.object(schema);
    let filter = [format!("{name}[]"), name.to_owned()].iter().find_map(|name| call.operation.parameter(name));
    let all = filter.and_then(|filter| choices(painter, filter.schema));
    let shown = object.is_some_and(|object| object.property(name).is_some());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for value in all.iter().flatten() {
        counts.insert(coerce::text(value), 0);
    }
    for row in rows {
        let pointer = Pointer::of(painter, row.kind, name).filter(|_| !shown || name == "controls");
        let values = match (&all, shown, pointer) {
            (_, _, Some(pointer)) => pointer.values(painter, *row),
            (_, true, None) => named(&painter.field(*row, schema, name).unwrap_or(Value::Null)),
            (Some(all), false, None) => vec![hidden(painter, *row, name, all)],
            (None, false, None) => Vec::new(),
        };
        for value in values.iter().filter(|value| name != "controls" || value.is_string()) {
            *counts.entry(coerce::text(value)).or_default() += 1;
        }
    }
    let mut buckets: Vec<_> = counts.into_iter().collect();
    if all.is_none() {
        buckets.sort_by(|(a, count_a), (b, count_b)| count_b.cmp(count_a).then(a.cmp(b)));
        buckets.truncate(MOST);
    }
    buckets.into_iter().map(|(value, count)| json!({ "value": value, "count": count })).collect()
}

/// What the values of a property are called.
fn named(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().flat_map(named).collect(),
        Value::Object(map) => match map.get("data") {
            Some(data) => named(data),
            None => ["name", "code", "id"].iter().find_map(|name| map.get(*name)).cloned().into_iter().collect(),
        },
        value => vec![value.clone()],
    }
}
