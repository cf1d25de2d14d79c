//! What is wrong with the bodies and answers of operations.

use serde_json::Value;

use super::action;
use super::finding::Finding;
use super::operations::Seen;
use super::schemas::holds_file;
use crate::document::{JSON, MULTIPART, escape, members};

/// A body in several forms. JSON beside a form becomes two methods; any other has no builder.
pub(super) fn several_bodies(seen: &Seen<'_>) -> Option<Finding> {
    let body = seen.operation.get("requestBody")?;
    let media: Vec<&str> = members(body, "content").map(|(media, _)| media.as_str()).collect();
    if let Some(other) = media.iter().find(|media| ![JSON, MULTIPART].contains(media)) {
        let below = format!("/requestBody/content/{}", escape(other));
        let mend = action::remove(seen.document, &seen.at(&format!("{below}/schema")));
        return Some(seen.finding(
            "several-bodies",
            &below,
            format!("no builder writes {other}"),
            "codegen refuses the operation",
            mend,
        ));
    }
    if media.len() < 2 {
        return None;
    }
    let below = "/requestBody/content";
    let mend = action::remove(seen.document, &seen.at(&format!("{below}/{}/schema", escape(JSON))));
    let effect = "there are two methods for it: one sends the form, the other, ending in `_json`, has no file";
    let finding = seen.finding(
        "several-bodies",
        below,
        format!("the body has {} forms: {}", media.len(), media.join(", ")),
        effect,
        mend,
    );
    Some(Finding { absorbed: true, ..finding })
}

/// Successes with different bodies.
pub(super) fn several_answers(seen: &Seen<'_>) -> Option<Finding> {
    let successes: Vec<(&String, &Value)> =
        members(seen.operation, "responses").filter(|(status, _)| status.starts_with('2')).collect();
    let bodies: Vec<(&str, &Value)> = successes
        .iter()
        .filter_map(|(status, response)| {
            Some((status.as_str(), response.pointer("/content/application~1json/schema")?))
        })
        .collect();
    let (last, _) = bodies.windows(2).find(|pair| pair[0].1 != pair[1].1).map(|pair| pair[1])?;
    let statuses: Vec<&str> = bodies.iter().map(|(status, _)| *status).collect();
    let problem = format!("the successes {} have different bodies", statuses.join(" and "));
    let below = format!("/responses/{last}");
    let mend = action::merge(
        seen.document,
        &seen.at(&format!("{below}/content/application~1json/schema")),
        "(the schema of the other, or one wide enough for both)",
    );
    Some(seen.finding(
        "several-answers",
        &below,
        problem,
        "codegen refuses the operation: one method returns one type",
        mend,
    ))
}

/// A file within a body that is JSON only.
pub(super) fn file_in_json(seen: &Seen<'_>) -> Option<Finding> {
    let content = seen.operation.get("requestBody")?.get("content")?;
    let schema = content.get(JSON)?.get("schema")?;
    if content.get(MULTIPART).is_some() || !holds_file(seen.document, schema) {
        return None;
    }
    let below = "/requestBody/content/application~1json";
    let mend = action::merge(
        seen.document,
        &seen.at(""),
        "{ requestBody: { content: { application/json: null, multipart/form-data: (the same) } } }",
    );
    Some(seen.finding("file-in-json", below, "JSON cannot hold a file".to_owned(), "the file cannot be sent", mend))
}
