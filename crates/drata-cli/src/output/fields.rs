//! Fields of a row by their paths, such as `owner.email`.

use serde_json::{Map, Value};

/// The value at a path; `controls.0.code` enters arrays.
pub(crate) fn at<'a>(row: &'a Value, path: &str) -> Option<&'a Value> {
    // A field whose name holds a dot is found whole.
    if let Some(value) = row.get(path) {
        return Some(value);
    }
    path.split('.').try_fold(row, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        other => other.get(step),
    })
}

/// A row with these fields alone; what it does not have is `null`.
pub(crate) fn only(row: &Value, fields: &[String]) -> Value {
    let picked = fields.iter().map(|field| (field.clone(), at(row, field).cloned().unwrap_or_default()));
    Value::Object(picked.collect::<Map<_, _>>())
}

/// The fields of an object, those of objects within it by their paths; arrays and empty objects stay whole.
pub(crate) fn flat(row: &Value) -> Vec<(String, &Value)> {
    fn add<'a>(prefix: &str, value: &'a Value, all: &mut Vec<(String, &'a Value)>) {
        match value {
            Value::Object(map) if !map.is_empty() => {
                for (name, value) in map {
                    let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                    add(&path, value, all);
                }
            }
            value => all.push((prefix.to_owned(), value)),
        }
    }
    let mut all = Vec::new();
    add("", row, &mut all);
    all
}

/// A value as a cell of a table or of CSV shows it.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if !items.is_empty() && items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(cell).collect::<Vec<_>>().join(", ")
        }
        Value::Array(items) if items.is_empty() => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_lead_into_objects_and_arrays() {
        let row = json!({"id": 1, "owner": {"email": "a@b.c"}, "codes": ["x", "y"], "a.b": 2, "none": {}});
        assert_eq!(
            only(&row, &["owner.email".into(), "codes.1".into(), "a.b".into(), "nope".into()]),
            json!({"owner.email": "a@b.c", "codes.1": "y", "a.b": 2, "nope": null})
        );
        let names: Vec<String> = flat(&row).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["id", "owner.email", "codes", "a.b", "none"]);
        assert_eq!(cell(&row["codes"]), "x, y");
    }
}
