//! What can be read from the body of a failure.

use http::{HeaderMap, header};
use serde_json::Value;

use super::bounds::{MAX_MESSAGES, MAX_TEXT, short};

/// The most characters of an excerpt.
const EXCERPT: usize = 120;

/// The vendor's description of a failure. Everything is optional: the edge responds with HTML, or with nothing at all.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Fault {
    pub(super) messages: Vec<String>,
    pub(super) code: Option<i64>,
    pub(super) name: Option<String>,
    pub(super) is_html: bool,
}

impl Fault {
    /// Reads what the body holds. A body that is neither JSON nor HTML is its own message.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(json) => Self::from_json(&json),
            Err(_) if is_html(headers, body) => {
                Self { messages: title(body).into_iter().collect(), is_html: true, ..Self::default() }
            }
            Err(_) => {
                let text = String::from_utf8_lossy(body);
                let text = text.trim();
                let messages = if text.is_empty() { Vec::new() } else { vec![shorten(text)] };
                Self { messages, ..Self::default() }
            }
        }
    }

    fn from_json(json: &Value) -> Self {
        let message = json.get("message").or_else(|| json.get("error")).unwrap_or(&Value::Null);
        let bounded = |text: String| short(text, MAX_TEXT);
        Self {
            messages: messages(message).into_iter().take(MAX_MESSAGES).map(bounded).collect(),
            code: json.get("code").and_then(integer),
            name: json.get("name").and_then(Value::as_str).map(str::to_owned).map(bounded),
            is_html: false,
        }
    }
}

/// A number, also when it is written as a string.
fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A message may be a string, a list of them, or an object.
fn messages(message: &Value) -> Vec<String> {
    match message {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(messages).collect(),
        Value::Object(fields) => vec![validation(fields).unwrap_or_else(|| message.to_string())],
        other => vec![other.to_string()],
    }
}

/// The two shapes that validation failures have: a field and its broken constraints, or a nested message.
fn validation(fields: &serde_json::Map<String, Value>) -> Option<String> {
    if let Some(text) = fields.get("message").and_then(Value::as_str) {
        return Some(text.to_owned());
    }
    let property = fields.get("property")?.as_str()?;
    let constraints = fields.get("constraints")?.as_object()?;
    let broken: Vec<_> = constraints.values().filter_map(Value::as_str).collect();
    Some(format!("{property}: {}", broken.join(", ")))
}

fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    let declared = headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let start = body.trim_ascii_start();
    declared || starts_with(start, b"<!doctype html") || starts_with(start, b"<html")
}

fn starts_with(body: &[u8], prefix: &[u8]) -> bool {
    body.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// The title of a body that is an HTML page.
pub(super) fn page_title(body: &[u8]) -> Option<String> {
    is_html(&HeaderMap::new(), body).then(|| title(body).unwrap_or_default())
}

/// The title of an HTML page, which is where load balancers say what is wrong.
fn title(body: &[u8]) -> Option<String> {
    let page = String::from_utf8_lossy(body);
    // Only ASCII is lowered, so that places in one are places in the other.
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower[start..].find("</title>")?;
    let title = in_one_line(&page[start..end]);
    (!title.is_empty()).then(|| shorten(&title))
}

/// The text with its breaks and indents as single spaces, so that a message stays one line of a log.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shorten(text: &str) -> String {
    short(text.to_owned(), EXCERPT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Fault {
        Fault::read(&HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn messages_come_in_every_shape() {
        for (body, expected) in [
            (r#"{"message":"Unauthorized","code":26430,"debugInfo":null}"#, vec!["Unauthorized"]),
            (r#"{"message":["a","b"]}"#, vec!["a", "b"]),
            (r#"{"message":{"message":"inner"}}"#, vec!["inner"]),
            (
                r#"{"message":[{"property":"size","constraints":{"max":"size must not be greater than 500"}}]}"#,
                vec!["size: size must not be greater than 500"],
            ),
            (r#"{"message":{"odd":1}}"#, vec![r#"{"odd":1}"#]),
            (r#"{"message":null}"#, vec![]),
            (r#"{"error":"from the gateway"}"#, vec!["from the gateway"]),
            ("upstream gone", vec!["upstream gone"]),
            ("", vec![]),
        ] {
            assert_eq!(read(body).messages, expected, "{body}");
        }
    }

    #[test]
    fn code_is_an_integer_however_it_is_written() {
        assert_eq!(read(r#"{"code":12310}"#).code, Some(12310));
        assert_eq!(read(r#"{"code":"12310"}"#).code, Some(12310));
        assert_eq!(read(r#"{"code":"E1"}"#).code, None);
    }

    #[test]
    fn a_page_of_the_edge_is_known_by_its_html() {
        let fault = read("<html><head><TITLE>502 Bad Gateway</TITLE></head></html>");
        assert!(fault.is_html);
        assert_eq!(fault.messages, ["502 Bad Gateway"]);
        assert!(!read("plain").is_html);
    }
}
