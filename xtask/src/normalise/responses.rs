//! What an operation answers with when it succeeds.
//!
//! Errors leave: every answer other than 2xx reaches the error type of the SDK with status, headers and unread body, which
//! progenitor's typed errors would prevent. Of several successes with a body, the operation keeps the one that they share.

use serde_json::{Map, Value, json};

use crate::diagnosis::{Diagnoses, Diagnosis};
use crate::document::{Document, members};

/// Where the documented successes are noted: a list of `[status, media type]`.
pub(crate) const SUCCESSES: &str = "x-successes";

pub(crate) fn keep_successes(document: &mut Document) -> anyhow::Result<()> {
    let mut found = Vec::new();
    document.each_operation(|place, operation| {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut successes = Vec::new();
        let mut bodies: Vec<(String, String, Value)> = Vec::new();
        let holder = Value::Object(operation.clone());
        for (status, response) in members(&holder, "responses").filter(|(status, _)| status.starts_with('2')) {
            let code: u64 = status.parse().unwrap_or_default();
            let mut empty = true;
            for (media, content) in members(response, "content") {
                successes.push(json!([code, media]));
                bodies.push((status.clone(), media.clone(), content["schema"].clone()));
                empty = false;
            }
            if empty {
                successes.push(json!([code, ""]));
            }
        }
        let json_bodies: Vec<&(String, String, Value)> = bodies.iter().filter(|(_, media, _)| media == "application/json").collect();
        let differing = json_bodies.windows(2).any(|pair| pair[0].2 != pair[1].2);
        if differing {
            let statuses: Vec<&str> = json_bodies.iter().map(|(status, _, _)| status.as_str()).collect();
            found.push(
                Diagnosis::new(
                    format!("{}/responses", place.pointer()),
                    format!("the successes {} have different bodies, and one method returns one type", statuses.join(" and ")),
                    format!("in corrections.yaml: `operation: {id}`, `response: \"{}\"`, and a `merge` or `replace` that gives it \
                             the body of the other, or of a schema wide enough for both", statuses.last().unwrap_or(&"2xx")),
                )
                .in_operation(id),
            );
        }
        let chosen = json_bodies.first().copied().or(bodies.first());
        let mut responses = Map::new();
        match chosen {
            Some((status, media, schema)) => {
                responses.insert(status.clone(), json!({ "description": "", "content": { media: { "schema": schema } } }));
            }
            None => {
                responses.insert("204".to_owned(), json!({ "description": "" }));
            }
        }
        operation.insert("responses".to_owned(), responses.into());
        operation.insert(SUCCESSES.to_owned(), successes.into());
    });
    Diagnoses(found).into_result()
}

/// Whether an operation may succeed without a body although it documents one.
pub(crate) fn may_be_empty(operation: &Value) -> bool {
    operation[SUCCESSES].as_array().into_iter().flatten().any(|success| success[1] == "")
}
