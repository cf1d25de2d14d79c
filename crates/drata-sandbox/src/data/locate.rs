//! From an id in a path to the row that it names.

use serde_json::Value;

use crate::contract::resource::KindId;
use crate::data::coerce;
use crate::data::painter::Painter;
use crate::state::store::Row;

/// Prefixes of ids that name a row by one of its properties, such as `email:` and `code:`.
const PREFIXES: &[(&str, &str)] = &[
    ("email:", "email"),
    ("code:", "code"),
    ("role:", "role"),
    ("riskId:", "riskId"),
    ("identity-id:", "identityId"),
    ("name:", "name"),
];

/// The row that an id names, if it is there; `parent` restricts it to the rows of one parent.
pub(crate) fn row(painter: &Painter<'_>, kind: KindId, parameter: &str, id: &str, parent: Option<u64>) -> Option<Row> {
    let number = number(painter, kind, parameter, id, parent)?;
    let row = Row { kind, number };
    painter.store.has(painter.by, row, parent).then_some(row)
}

fn number(painter: &Painter<'_>, kind: KindId, parameter: &str, id: &str, parent: Option<u64>) -> Option<u64> {
    if parameter == "email" {
        return by_property(painter, kind, parent, "email", id);
    }
    if let Some(number) = by_written_id(painter, kind, id, parent) {
        return Some(number);
    }
    if let Ok(number) = id.parse() {
        return Some(number);
    }
    // `{sessionId}` names a session by its property of that name, before it is tried as the key of the row.
    if let Some(number) = by_property(painter, kind, parent, parameter, id) {
        return Some(number);
    }
    if let Some((prefix, property)) = PREFIXES.iter().find(|(prefix, _)| id.starts_with(prefix)) {
        return by_property(painter, kind, parent, property, &id[prefix.len()..]);
    }
    match id.split_once('-') {
        // `RISK-001`
        Some(("RISK", number)) => number.parse().ok(),
        _ => {
            let numbers = painter.store.numbers(painter.by, kind, parent);
            let mut rows = numbers.map(|number| Row { kind, number });
            rows.find(|row| painter.subject(*row, 0).draw.named("uuid").uuid() == id).map(|row| row.number)
        }
    }
}

/// Rows whose id the caller chose.
fn by_written_id(painter: &Painter<'_>, kind: KindId, id: &str, parent: Option<u64>) -> Option<u64> {
    painter.store.created(painter.by, kind).find(|number| {
        let row = Row { kind, number: *number };
        let written = painter.store.written(row).and_then(|written| written.get("id"));
        written.is_some_and(|known| coerce::text(known) == id)
            && (parent.is_none() || painter.store.parent(row) == parent)
    })
}

fn by_property(painter: &Painter<'_>, kind: KindId, parent: Option<u64>, property: &str, text: &str) -> Option<u64> {
    let schema = painter.catalog.kinds.get(kind).schema?;
    let object = painter.catalog.schemas.object(schema)?;
    if ["user", property].iter().all(|name| object.property(name).is_none()) {
        return None;
    }
    painter.store.numbers(painter.by, kind, parent).find(|number| {
        let value = painter.field(Row { kind, number: *number }, schema, property);
        value.as_ref().and_then(Value::as_str).is_some_and(|value| value.eq_ignore_ascii_case(text))
    })
}
