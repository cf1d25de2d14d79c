//! The one place that applies what was written to a row.

use drata_contract::role::{self, Noun};
use serde_json::Value;

use super::custom_fields;
use crate::contract::targets::Target;
use crate::data::{coerce, locate};
use crate::exchange::body::Upload;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::state::files::StoredFile;
use crate::state::row::{Row, Written};
use crate::state::store::Store;

/// Fields that hold files; their content is kept apart.
const FILES: &[&str] = &["file", "files", "base64File", "base64Files", "externalEvidence"];

/// Writes the properties of a body to a row, and notes when. Ids become relations, whatever the property is called; the
/// rows they name must be there.
pub(crate) fn apply(call: &Call<'_>, store: &mut Store, row: Row, body: &Written) -> Result<(), Failure> {
    let mut plain = Written::new();
    let mut pointing = Vec::new();
    for (name, value) in body.iter().filter(|(name, _)| *name != "id" && !FILES.contains(&name.as_str())) {
        match pointed(call, store, row, name, value)? {
            Some((target, numbers)) => {
                pointing.push((target, call.world.catalog.stem(row.kind, role::stem(name)), numbers))
            }
            None => drop(plain.insert(name.clone(), value.clone())),
        }
    }
    if let Some(fields) = plain.get("customFields")
        && let Some(merged) = custom_fields::merged(&call.painter(store), row, fields)?
    {
        plain.insert("customFields".to_owned(), merged);
    }
    let moments = switched(call, &plain);
    plain.extend(moments);
    plain.insert("updatedAt".to_owned(), call.world.now());
    store.write(row, plain);
    let workspace = call.workspace().unwrap_or(1);
    for (target, stem, numbers) in pointing {
        match target {
            Target::Related(side) => store.relate(side, row.number, numbers, workspace),
            _ => store.link(row, stem, numbers),
        }
    }
    Ok(())
}

/// The moments of the switches that a body sets: rows show `confirmed` of a vendor as `confirmedAt`.
fn switched(call: &Call<'_>, body: &Written) -> Written {
    let moment = |(name, value): (&String, &Value)| {
        Some((format!("{name}At"), if value.as_bool()? { call.world.now() } else { Value::Null }))
    };
    body.iter().filter_map(moment).collect()
}

/// Adds a row with what a body says of it.
pub(crate) fn create(
    call: &Call<'_>,
    store: &mut Store,
    kind: crate::contract::resource::KindId,
    parent: Option<u64>,
    body: &Written,
) -> Result<Row, Failure> {
    let row = store.create(kind, parent, Written::from_iter([("createdAt".to_owned(), call.world.now())]));
    match apply(call, store, row, body) {
        Ok(()) => Ok(row),
        Err(failure) => {
            store.forget(row);
            Err(failure)
        }
    }
}

/// The rows that a property of a body names, if it names rows.
fn pointed(
    call: &Call<'_>,
    store: &Store,
    row: Row,
    name: &str,
    value: &Value,
) -> Result<Option<(Target, Vec<u64>)>, Failure> {
    let catalog = call.world.catalog;
    let are_numbers = value.as_array().is_some_and(|items| items.iter().all(Value::is_number));
    let noun = Noun::of(name).filter(|_| name.ends_with("Id") || name.ends_with("Ids") || are_numbers);
    let Some(target) = noun.and_then(|_| catalog.target_of(row.kind, noun, role::stem(name))) else { return Ok(None) };
    let ids: Vec<String> = match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().map(coerce::text).collect(),
        Value::String(_) | Value::Number(_) => vec![coerce::text(value)],
        _ => return Ok(None),
    };
    let painter = call.painter(store);
    let kind = target.kind();
    let scope = call.anchors.iter().copied().filter(|anchor| Some(anchor.kind) == catalog.workspaces);
    let scope: Vec<_> = scope.collect();
    let numbers = ids.iter().map(|id| {
        let found = locate::row(&painter, kind, "id", id, &scope);
        found.map(|row| row.number).ok_or_else(|| Failure::missing(&catalog.kinds().get(kind).key, id))
    });
    let mut numbers = numbers.collect::<Result<Vec<_>, _>>()?;
    let mut seen = std::collections::HashSet::new();
    numbers.retain(|number| seen.insert(*number));
    Ok(Some((target, numbers)))
}

/// Gives a row its file, and the name of the file where it has none of its own.
pub(crate) fn keep_file(store: &mut Store, row: Row, file: &Upload) {
    let stored = StoredFile { name: file.name.clone(), media: file.media.clone(), content: file.content.clone() };
    let own = store.written(row).cloned().unwrap_or_default();
    let names = ["name", "fileName", "originalFileName"].into_iter().filter(|name| !own.contains_key(*name));
    let named = names.map(|name| (name.to_owned(), Value::from(file.name.clone()))).collect();
    store.write(row, named);
    store.files.keep(row, stored);
}
