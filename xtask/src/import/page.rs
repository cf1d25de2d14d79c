//! The document within what was saved: the document itself, or the vendor's reference page around it.
//!
//! The reference is a Redoc page. Its state holds the document, either in a script of the page or, as a string within JSON, in
//! the data that the page loads. Neither place is promised, so what is searched for is any object that looks like an
//! OpenAPI document.

use anyhow::{Result, bail};
use serde_json::{Deserializer, Value};

use super::twice;
use crate::overlay::yaml;

/// The OpenAPI document in a saved file: JSON, YAML or a page.
///
/// # Errors
/// When there is none, or when there are several that differ.
pub(crate) fn document_in(name: &str, text: &str) -> Result<Value> {
    let found = match twice::parse(text) {
        Ok((_, twice)) if twice.refuse() => bail!("{name}: {twice}"),
        Ok((value, _)) => documents_in(&value),
        Err(_) if text.trim_start().starts_with('<') => values_in_scripts(text).iter().flat_map(documents_in).collect(),
        Err(error) => match yaml::parse(name, text, |root| root.json()) {
            Ok(value @ Value::Object(_)) => documents_in(&value),
            Ok(_) => bail!("{name}: neither JSON ({error}), nor a document in YAML, nor a page in HTML"),
            Err(yaml) => bail!("{name}: neither JSON ({error}), nor YAML ({yaml:#}), nor a page in HTML"),
        },
    };
    let mut distinct: Vec<Value> = Vec::new();
    for document in found {
        if !distinct.contains(&document) {
            distinct.push(document);
        }
    }
    match distinct.as_slice() {
        [document] => Ok(document.clone()),
        [] => bail!(
            "{name}: holds no OpenAPI document: nothing in it has `openapi` and `paths`; save the reference page with its \
             data, or download the document"
        ),
        several => {
            let titles: Vec<String> = several.iter().map(|document| document["info"]["title"].to_string()).collect();
            bail!(
                "{name}: holds {} OpenAPI documents that differ ({}); save the one to import",
                several.len(),
                titles.join(", ")
            )
        }
    }
}

fn is_document(value: &Value) -> bool {
    // An older document is one, so that what is said of it is its version.
    ["openapi", "swagger"]
        .iter()
        .any(|key| value.get(key).is_some_and(|version| version.is_string() || version.is_number()))
        && value.get("paths").is_some_and(Value::is_object)
}

/// The outermost documents within `value`, also those in strings that are JSON.
fn documents_in(value: &Value) -> Vec<Value> {
    if is_document(value) {
        return vec![value.clone()];
    }
    match value {
        Value::Object(map) => map.values().flat_map(documents_in).collect(),
        Value::Array(list) => list.iter().flat_map(documents_in).collect(),
        Value::String(text) if text.trim_start().starts_with(['{', '"']) && text.contains("openapi") => {
            serde_json::from_str(text).map_or_else(|_| Vec::new(), |inner: Value| documents_in(&inner))
        }
        _ => Vec::new(),
    }
}

/// The JSON objects and strings that the scripts of a page assign or pass on.
fn values_in_scripts(page: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for script in page.split("<script").skip(1) {
        let script = script.split_once('>').map_or("", |(_, script)| script);
        let script = script.split("</script").next().unwrap_or_default();
        let mut rest = script;
        // Code before a value is skipped up to the next character that could begin one.
        while let Some(start) = rest.find(['{', '"']) {
            let mut values = Deserializer::from_str(&rest[start..]).into_iter::<Value>();
            match values.next() {
                Some(Ok(value)) => {
                    rest = &rest[start + values.byte_offset()..];
                    found.push(value);
                }
                _ => rest = &rest[start + 1..],
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({ "openapi": "3.0.0", "info": { "title": "A <b>\"quoted\"</b> title" }, "paths": { "/a": {} } })
    }

    fn read(text: &str) -> Value {
        document_in("saved", text).unwrap()
    }

    #[test]
    fn a_document_is_found_wherever_it_stands() {
        let document = document();
        let state = json!({ "menu": {}, "spec": { "data": document } });
        let escaped = state.to_string().replace('<', "\\u003c");
        for saved in [
            document.to_string(),
            json!({ "result": { "data": { "page": { "redocStoreStr": json!({ "definition": { "data": document } }).to_string() } } } }).to_string(),
            format!("<html><script>if (a < 1) {{ b() }}\nconst __redoc_state = {escaped};\nRedoc.hydrate(__redoc_state);</script></html>"),
            format!("<!DOCTYPE html><script type=\"application/json\">{escaped}</script><script>x(\"openapi\")</script>"),
            format!("<script>window.state = JSON.parse({});</script>", json!(escaped)),
            format!("<script>a={escaped}</script><script>b={escaped}</script>"),
        ] {
            assert_eq!(read(&saved), document, "{saved}");
        }
    }

    #[test]
    fn what_holds_no_single_document_is_refused() {
        let other = json!({ "openapi": "3.0.0", "info": { "title": "Other" }, "paths": {} });
        for (saved, problem) in [
            ("{}".to_owned(), "holds no OpenAPI document"),
            ("<html><script>var a = {};</script></html>".to_owned(), "holds no OpenAPI document"),
            ("openapi: 3.0.0".to_owned(), "holds no OpenAPI document"),
            ("just words".to_owned(), "neither JSON"),
            ("{ \"openapi\": ".to_owned(), "neither JSON"),
            (json!([document(), other]).to_string(), "holds 2 OpenAPI documents that differ"),
        ] {
            let error = document_in("saved", &saved).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
    }
}
