//! From an id in a path or a body to the row that it names.

use drata_contract::hash;
use serde_json::Value;

use crate::contract::resource::KindId;
use crate::data::coerce;
use crate::data::painter::Painter;
use crate::state::memo::Index;
use crate::state::row::{Row, Within};

/// Prefixes of ids that name a row by one of its properties, such as `email:` and `code:`.
const PREFIXES: &[(&str, &str)] = &[
    ("email:", "email"),
    ("code:", "code"),
    ("role:", "role"),
    ("riskId:", "riskId"),
    ("identity-id:", "identityId"),
    ("name:", "name"),
];

/// The row that an id names, if it is there and belongs to the rows before it in the path.
pub(crate) fn row(painter: &Painter<'_>, kind: KindId, parameter: &str, id: &str, before: &[Row]) -> Option<Row> {
    let above = painter.catalog.kinds().get(kind).parent;
    let parent = before.iter().rev().find(|row| Some(row.kind) == above).map(|row| row.number);
    let workspace = before.iter().find(|row| Some(row.kind) == painter.catalog.workspaces).map(|row| row.number);
    let row = Row { kind, number: number(painter, kind, parameter, id, Within { parent, workspace })? };
    let in_workspace =
        || workspace.is_none() || painter.store.workspace(row).is_none_or(|known| Some(known) == workspace);
    (painter.store.has(painter.by, row, parent) && in_workspace()).then_some(row)
}

fn number(painter: &Painter<'_>, kind: KindId, parameter: &str, id: &str, within: Within) -> Option<u64> {
    if parameter == "email" {
        return by_property(painter, kind, within, "email", id);
    }
    if let Some(number) = by_written_id(painter, kind, id, within) {
        return Some(number);
    }
    if let Ok(number) = id.parse() {
        // `{testId}` names a test by its property of that name, which most often is the number of the row.
        let named = (parameter != "id").then(|| property(painter, kind, number, parameter)).flatten();
        return match named.filter(Value::is_number).map(|value| coerce::text(&value)) {
            Some(named) if named != id => by_property(painter, kind, within, parameter, id).or(Some(number)),
            _ => Some(number),
        };
    }
    if let Some(number) = painter.number_in(painter.catalog.home(kind), id) {
        return Some(number);
    }
    // Ids of rows have been understood by now; other names of rows are values of theirs.
    if parameter != "id"
        && let Some(number) = by_property(painter, kind, within, parameter, id)
    {
        return Some(number);
    }
    if let Some((prefix, property)) = PREFIXES.iter().find(|(prefix, _)| id.starts_with(prefix)) {
        return by_property(painter, kind, within, property, &id[prefix.len()..]);
    }
    // `RISK-001`
    id.strip_prefix("RISK-")?.parse().ok()
}

/// Rows whose id the caller chose.
fn by_written_id(painter: &Painter<'_>, kind: KindId, id: &str, within: Within) -> Option<u64> {
    painter.store.created(painter.by, kind).find(|number| {
        let row = Row { kind, number: *number };
        let written = painter.store.written(row).and_then(|written| written.get("id"));
        written.is_some_and(|known| coerce::text(known) == id)
            && (within.parent.is_none() || painter.store.parent(row) == within.parent)
    })
}

/// A property of a row, if rows of this kind have it.
fn property(painter: &Painter<'_>, kind: KindId, number: u64, name: &str) -> Option<Value> {
    let schema = painter.catalog.kinds().get(kind).schema?;
    painter.catalog.schemas.object(schema)?.property(name)?;
    painter.field(Row { kind, number }, schema, name)
}

/// The most rows that an index is made of; more than that are walked, which takes time and no memory.
const MOST_INDEXED: u64 = 1 << 18;

/// The rows with this text in a property, as many as are asked for.
pub(crate) fn all_by_property(
    painter: &Painter<'_>,
    kind: KindId,
    within: Within,
    property: &str,
    text: &str,
    most: usize,
) -> Vec<u64> {
    let schema = painter.catalog.kinds().get(kind).schema.filter(|schema| {
        let object = painter.catalog.schemas.object(*schema);
        object.is_some_and(|object| ["user", property].iter().any(|name| object.property(name).is_some()))
    });
    let Some(schema) = schema else { return Vec::new() };
    let numbers = painter.store.numbers(painter.by, kind, within);
    let text_of = |number: u64| {
        let value = painter.field(Row { kind, number }, schema, property)?;
        Some(coerce::text(&value).to_ascii_lowercase())
    };
    let text = text.to_ascii_lowercase();
    let is_meant = |number: &u64| numbers.has(*number) && text_of(*number).as_ref() == Some(&text);
    if numbers.count() > MOST_INDEXED {
        return numbers.iter().filter(is_meant).take(most).collect();
    }
    // Only the first look at a property looks at every row; what was written since then is looked at as well.
    let index = painter.store.memo.index((painter.by, kind, within, hash::text(property)), || {
        let mut index = Index::new();
        for number in numbers.iter() {
            text_of(number).into_iter().for_each(|text| index.entry(text).or_default().push(number));
        }
        index
    });
    let known = index.get(&text).into_iter().flatten().copied();
    let mut found: Vec<_> = known.chain(painter.store.written_numbers(kind)).filter(is_meant).collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(most);
    if found.is_empty() && painter.store.revision() > 0 {
        // A row may be called otherwise because another was written: a person by the address of its user.
        found.extend(numbers.iter().filter(is_meant).take(most));
    }
    found
}

fn by_property(painter: &Painter<'_>, kind: KindId, within: Within, property: &str, text: &str) -> Option<u64> {
    all_by_property(painter, kind, within, property, text, 1).pop()
}
