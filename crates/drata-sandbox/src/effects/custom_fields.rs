//! Custom fields as requests write them: by their id or by their name, and only as they are defined.

use serde_json::Value;

use crate::data::coerce;
use crate::data::definition::Definition;
use crate::data::painter::Painter;
use crate::exchange::failure::Failure;
use crate::state::row::Row;

/// The values that a row has after these fields are written, by the numbers of their definitions; `None` where rows of this
/// kind carry no fields.
pub(super) fn merged(painter: &Painter<'_>, row: Row, sent: &Value) -> Result<Option<Value>, Failure> {
    let Some(definitions) = painter.definitions(row) else { return Ok(None) };
    let before = painter.store.written(row).and_then(|written| written.get("customFields")?.as_object());
    let mut values = before.cloned().unwrap_or_default();
    for field in sent.as_array().into_iter().flatten() {
        // Forms write objects as JSON.
        let parsed = field.as_str().and_then(|text| serde_json::from_str(text).ok());
        let field = parsed.as_ref().unwrap_or(field);
        let definition = named(&definitions, field)?;
        values.insert(definition.number.to_string(), value(definition, field)?);
    }
    Ok(Some(Value::Object(values)))
}

fn named(definitions: &[Definition], field: &Value) -> Result<Definition, Failure> {
    let id = field.get("id").or_else(|| field.get("customFieldId")).and_then(Value::as_u64);
    let name = field.get("name").and_then(Value::as_str);
    let is_meant = |definition: &&Definition| match (id, name) {
        (Some(id), _) => definition.number == id,
        (None, Some(name)) => definition.name().eq_ignore_ascii_case(name),
        (None, None) => false,
    };
    let mut found = definitions.iter().filter(is_meant);
    let Some(first) = found.next() else {
        let what = id.map_or_else(|| format!("the name {name:?}"), |id| format!("the id {id}"));
        return Err(Failure::new(400, format!("no custom field of this resource has {what}")));
    };
    if found.next().is_some() {
        return Err(Failure::new(422, format!("several custom fields have the name {name:?}; name one by its id")));
    }
    Ok(*first)
}

fn value(definition: Definition, field: &Value) -> Result<Value, Failure> {
    let wrong = |rule: &str| {
        let message = format!("the value of the custom field {} ({}) {rule}", definition.number, definition.name());
        Err(Failure::new(400, message))
    };
    if definition.is_read_only() {
        return wrong("is worked out by Drata and cannot be written");
    }
    let text = match field.get("value") {
        None | Some(Value::Null) => return Ok(Value::Null),
        Some(value) => coerce::text(value),
    };
    let chosen = definition.options().map(|options| {
        let chosen = options.iter().find(|(id, value)| text == id.to_string() || text == coerce::text(value)).cloned();
        chosen.map(|(_, value)| coerce::text(&value))
    });
    match (definition.type_name(), chosen) {
        (_, Some(Some(value))) => Ok(value.into()),
        (_, Some(None)) => wrong(&format!("must be one of its options or the id of one, not {text:?}")),
        ("NUMBER" | "CURRENCY", None) if coerce::number(&text).is_none() => {
            wrong(&format!("must be a number, not {text:?}"))
        }
        ("URL", None) if !text.contains("://") => wrong(&format!("must be a URL, not {text:?}")),
        _ => Ok(text.into()),
    }
}
