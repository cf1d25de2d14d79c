//! Fields of a row by their paths, such as `owner.email`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::near::near;

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

/// The fields that were asked for, and which of them no row has.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    fields: Vec<String>,
    /// Of each field, whether a row had it, or may have had it.
    found: Vec<bool>,
    /// The names of fields that rows have.
    known: BTreeSet<String>,
    columns: Vec<String>,
    rows: u64,
}

impl Chosen {
    /// As many rows tell their names.
    const TELLING: u64 = 50;

    /// `columns` are those that a row is known to have, even where none has them now.
    pub(crate) fn new(fields: &[String], columns: &[String]) -> Self {
        let (found, known) = (vec![false; fields.len()], columns.iter().cloned().collect());
        Self { fields: fields.to_vec(), found, known, columns: columns.to_vec(), rows: 0 }
    }

    /// The row with the fields that were asked for; `None` where all were, or where it has none.
    pub(crate) fn pick(&mut self, row: &Value) -> Option<Value> {
        if self.fields.is_empty() || !row.is_object() {
            return None;
        }
        for (field, found) in self.fields.iter().zip(&mut self.found) {
            // What the contract has may be left out of every row.
            let first = field.split('.').next().unwrap_or_default();
            let is_left_out = || row.get(first).is_none() && self.columns.iter().any(|column| column == first);
            *found = *found || may_have(row, field) || is_left_out();
        }
        if self.rows < Self::TELLING {
            self.known.extend(flat(row).into_iter().map(|(name, _)| name));
        }
        self.rows += 1;
        Some(only(row, &self.fields))
    }

    /// Says which fields no row has, and which are called nearly so.
    pub(crate) fn missing(&self) -> Option<String> {
        let missing = self.fields.iter().zip(&self.found).filter(|(_, found)| !**found).map(|(field, _)| field);
        let said: Vec<String> = missing
            .map(|field| match near(field, self.known.iter().map(String::as_str))[..] {
                [] => field.clone(),
                ref near => format!("{field} (did you mean {}?)", near.join(", ")),
            })
            .collect();
        (self.rows > 0 && !said.is_empty()).then(|| format!("no row has the field {}", said.join(", nor ")))
    }
}

/// Whether a row has a field, or has nothing where the field would be.
fn may_have(row: &Value, path: &str) -> bool {
    if row.get(path).is_some() {
        return true;
    }
    let mut value = row;
    for step in path.split('.') {
        value = match value {
            Value::Null => return true,
            Value::Array(items) => match step.parse::<usize>().map(|place| items.get(place)) {
                Ok(Some(item)) => item,
                Ok(None) => return true,
                Err(_) => return false,
            },
            other => match other.get(step) {
                Some(below) => below,
                None => return false,
            },
        };
    }
    true
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
        let mut chosen =
            Chosen::new(&["onwer.email".into(), "codes.7".into(), "codes.x".into(), "gone".into()], &["gone".into()]);
        chosen.pick(&row);
        assert_eq!(
            chosen.missing().unwrap(),
            "no row has the field onwer.email (did you mean owner.email?), nor codes.x (did you mean codes?)"
        );
        let names: Vec<String> = flat(&row).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["id", "owner.email", "codes", "a.b", "none"]);
        assert_eq!(cell(&row["codes"]), "x, y");
    }
}
