//! Samples of responses.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::decode::strictly;

/// How many fields a sample may have to be given.
const MAX_FIELDS: usize = 500;

/// Builds a value of a response type from the fields that matter to a test. Required fields that are missing are filled with
/// empty values: `""`, `0`, `false`, an empty list.
///
/// ```
/// use drata_api::sample;
/// use drata_api::v2::workspaces::Workspace;
/// use serde_json::json;
///
/// let workspace: Workspace = sample(json!({"id": 7, "name": "Production"}));
/// assert_eq!(workspace.id, 7);
/// assert_eq!(workspace.name, "Production");
/// ```
///
/// # Panics
/// When a given field is not what the type says, or a missing one cannot be filled.
pub fn sample<T: DeserializeOwned>(fields: Value) -> T {
    let mut fields = fields;
    // The values that were tried at the location that does not decode yet.
    let mut trying: Option<(String, usize)> = None;
    let fillers = [json!(""), json!(0), json!(false), json!([]), json!({})];
    for _ in 0..MAX_FIELDS * fillers.len() {
        let problem = match strictly::<T>(&fields.to_string()) {
            Ok(value) => return value,
            Err(problem) => problem,
        };
        let (path, problem) = (problem.path(), problem.text());
        let missing = problem.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        match (missing, &mut trying) {
            (Some(field), _) => {
                let location = if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
                assert!(set(&mut fields, &location, fillers[0].clone()), "{location} is missing and cannot be set");
                trying = Some((location, 0));
            }
            (None, Some((location, tried))) if path == *location && *tried + 1 < fillers.len() => {
                *tried += 1;
                set(&mut fields, location, fillers[*tried].clone());
            }
            (None, _) => panic!("the sample does not decode at {path:?}: {problem}"),
        }
    }
    panic!("the sample has more than {MAX_FIELDS} fields to fill")
}

/// Sets the value at a path such as `data[0].owner.id`; `false` when there is nothing to set it in.
fn set(root: &mut Value, path: &str, value: Value) -> bool {
    let steps: Vec<&str> = path.split(['.', '[', ']']).filter(|step| !step.is_empty()).collect();
    let Some((last, parents)) = steps.split_last() else { return false };
    let mut at = root;
    for step in parents {
        let next = match at {
            Value::Array(items) => step.parse().ok().and_then(|index: usize| items.get_mut(index)),
            other => other.get_mut(step),
        };
        match next {
            Some(next) => at = next,
            None => return false,
        }
    }
    if at.is_null() {
        *at = Value::Object(Map::new());
    }
    at.as_object_mut().is_some_and(|fields| {
        fields.insert((*last).to_owned(), value);
        true
    })
}
