//! What an operation responds with when it succeeds.
//!
//! Errors leave: every response other than 2xx reaches the error type of the SDK with status, headers and unread body,
//! which progenitor's typed errors would prevent. Of several successes with a body, the operation keeps the one that they
//! share.

use serde_json::{Map, Value, json};

use crate::diagnosis::{Diagnosis, Findings};
use crate::document::{Document, JSON, members, text};
use crate::keys::{ACCEPT, DOC, SUCCESSES};

/// What a media type holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    Json,
    /// Text that is no JSON, such as CSV.
    Text,
    /// Bytes, such as a PDF.
    Binary,
}

/// What `media` holds, by its name and by the schema that describes it.
pub(crate) fn media_of(media: &str, schema: Option<&Value>) -> Media {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let binary = schema.is_some_and(|schema| text(schema, "format") == "binary");
    let structured = schema.is_some_and(|schema| {
        schema.get("$ref").is_some()
            || matches!(text(schema, "type"), "object" | "array")
            || schema.get("allOf").is_some()
    });
    match essence.as_str() {
        JSON => Media::Json,
        _ if essence.ends_with("+json") => Media::Json,
        "*/*" | "application/*" if structured => Media::Json,
        _ if binary => Media::Binary,
        _ if essence.starts_with("text/") || essence.ends_with("+xml") => Media::Text,
        "application/xml" | "application/csv" | "application/yaml" | "application/x-ndjson" | "application/jsonl" => {
            Media::Text
        }
        _ => Media::Binary,
    }
}

/// The schema of a plain operation's response.
pub(crate) fn response_schema(operation: &Value) -> Option<&Value> {
    members(operation, "responses").find_map(|(_, one)| one.pointer("/content/application~1json/schema"))
}

/// The status of a success, `2XX` being any of them; `None` for what is none.
fn success(status: &str) -> Option<u64> {
    match status {
        "2XX" | "2xx" => Some(200),
        _ => status.parse().ok().filter(|code| (200..300).contains(code)),
    }
}

pub(crate) fn keep_successes(document: &mut Document, found: &mut Findings) {
    document.each_operation(|place, operation| {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let holder = operation.get("responses").cloned().unwrap_or_default();
        let all = || members_of(&holder);
        let mut chosen: Vec<(u64, &String, &Value)> =
            all().filter_map(|(status, response)| Some((success(status)?, status, response))).collect();
        if chosen.is_empty() {
            // A document that only says what comes by default says it of successes too.
            chosen.extend(all().find(|(status, _)| *status == "default").map(|(status, one)| (200, status, one)));
        }
        let mut successes = Vec::new();
        let mut json_bodies: Vec<(&String, &String, Value)> = Vec::new();
        for (code, status, response) in &chosen {
            let before = successes.len();
            for (media, content) in members(response, "content") {
                let kind = media_of(media, content.get("schema"));
                let name = if kind == Media::Json { JSON } else { media.as_str() };
                let success = json!([code, name]);
                if !successes.contains(&success) {
                    successes.push(success);
                }
                if kind == Media::Json {
                    json_bodies.push((*status, media, content.get("schema").cloned().unwrap_or_else(|| json!({}))));
                }
            }
            if successes.len() == before {
                successes.push(json!([code, ""]));
            }
        }
        let schema = json_bodies.first().map(|(.., schema)| plainest(schema));
        let differing = json_bodies.iter().any(|(.., other)| Some(plainest(other)) != schema);
        let schema = match differing {
            false => json_bodies.first().map(|(.., schema)| schema.clone()),
            true => {
                let statuses: Vec<&str> = json_bodies.iter().map(|(status, ..)| status.as_str()).collect();
                let last = statuses.last().unwrap_or(&"200");
                found.push(
                    Diagnosis::unusual(
                        "several-responses",
                        format!("{}/responses", place.pointer()),
                        format!("the successes {} have different bodies, and one method returns one type", statuses.join(" and ")),
                        "the method returns any JSON",
                        format!(
                            "in corrections.yaml: `operation: {id}`, `response: \"{last}\"`, and a `merge` or `replace` that gives \
                             it the body of the other, or of a schema wide enough for both"
                        ),
                    )
                    .in_operation(&id),
                );
                Some(json!({}))
            }
        };
        let mut responses = Map::new();
        let status = json_bodies.first().map_or("200", |(status, ..)| status.as_str());
        match schema {
            Some(schema) => responses.insert(status.to_owned(), json!({ DOC: "", "content": { JSON: { "schema": schema } } })),
            None => responses.insert("204".to_owned(), json!({ DOC: "" })),
        };
        let medias = || json_bodies.iter().map(|(_, media, _)| media.as_str());
        if let Some(media) = medias().next().filter(|media| media.ends_with("+json"))
            && !medias().any(|media| media == JSON)
        {
            operation.insert(ACCEPT.to_owned(), media.into());
        }
        operation.insert("responses".to_owned(), responses.into());
        operation.insert(SUCCESSES.to_owned(), successes.into());
    });
}

fn members_of(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A schema without what describes it.
fn plainest(schema: &Value) -> Value {
    let mut plain = schema.clone();
    if let Some(map) = plain.as_object_mut() {
        map.shift_remove(DOC);
    }
    plain
}
