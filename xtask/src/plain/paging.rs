//! Pages: which operations list, and where their items stand.

use serde_json::{Value, json};

use super::responses::response_schema;
use crate::document::{Document, items, members, reference, text};
use crate::keys::PAGING;

/// How an operation pages, found from its parameters and the shape of its response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Envelope {
    /// By cursor instead of by number.
    pub(crate) by_cursor: bool,
    /// The path of properties to the list of items.
    pub(crate) items: Vec<String>,
    /// The path of properties to the number of all rows.
    pub(crate) total: Option<Vec<String>>,
    /// The path of properties to the next cursor.
    pub(crate) cursor: Option<Vec<String>>,
}

impl Envelope {
    /// What was noted at the operation.
    pub(crate) fn of(operation: &Value) -> Option<Self> {
        let noted = operation.get(PAGING)?;
        let path = |key: &str| {
            noted.get(key)?.as_array().map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        };
        Some(Self {
            by_cursor: noted["byCursor"] == true,
            items: path("items")?,
            total: path("total"),
            cursor: path("cursor"),
        })
    }
}

/// Notes how each operation pages.
pub(crate) fn note(document: &mut Document) {
    for place in document.places() {
        let Some((_, operation)) = document.operations().find(|(other, _)| *other == place) else { continue };
        let Some(envelope) = find(document, operation) else { continue };
        if let Some(operation) = document.operation_mut(&place) {
            operation[PAGING] = json!({
                "byCursor": envelope.by_cursor,
                "items": envelope.items,
                "total": envelope.total,
                "cursor": envelope.cursor,
            });
        }
    }
}

/// How the operation pages, if it does.
fn find(document: &Document, operation: &Value) -> Option<Envelope> {
    let has = |name: &str| {
        items(operation, "parameters")
            .iter()
            .any(|parameter| text(parameter, "in") == "query" && text(parameter, "name") == name)
    };
    let by_cursor = has("cursor") && has("size");
    let by_number = has("page") && has("limit");
    if !(by_cursor || by_number) {
        return None;
    }
    let schema = document.schema(reference(response_schema(operation)?)?)?;
    let items = find_items(document, schema)?;
    let holder = &items[..items.len() - 1];
    let beside = |name: &str| {
        let path: Vec<String> = holder.iter().cloned().chain([name.to_owned()]).collect();
        at(document, schema, &path).map(|_| path)
    };
    let below = |name: &str| {
        let path = vec!["pagination".to_owned(), name.to_owned()];
        at(document, schema, &path).map(|_| path)
    };
    let (total, cursor) = if by_cursor { (below("totalCount"), below("cursor")) } else { (beside("total"), None) };
    if by_cursor && cursor.is_none() {
        return None;
    }
    Some(Envelope { by_cursor, items, total, cursor })
}

/// The path to the items: `data`, else the only list, else those within the only object.
fn find_items(document: &Document, schema: &Value) -> Option<Vec<String>> {
    let is_list = |property: &Value| text(property, "type") == "array";
    let properties: Vec<(&String, &Value)> = members(schema, "properties").collect();
    if properties.iter().any(|(name, property)| *name == "data" && is_list(property)) {
        return Some(vec!["data".to_owned()]);
    }
    let lists: Vec<&String> =
        properties.iter().filter(|(_, property)| is_list(property)).map(|(name, _)| *name).collect();
    if let [list] = lists.as_slice() {
        return Some(vec![(*list).clone()]);
    }
    let objects: Vec<(&String, &Value)> = properties
        .iter()
        .filter(|(_, property)| reference(property).is_some())
        .map(|(name, property)| (*name, document.resolve(property)))
        .collect();
    match objects.as_slice() {
        [(name, object)] if lists.is_empty() => {
            let inner = members(object, "properties").any(|(name, property)| name == "data" && is_list(property));
            inner.then(|| vec![(*name).clone(), "data".to_owned()])
        }
        _ => None,
    }
}

/// The schema at a path of properties.
pub(crate) fn at<'a>(document: &'a Document, schema: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(schema, |schema, name| document.resolve(schema).get("properties")?.get(name))
}
