//! From the bytes of a response to its type.

use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::digits::{self, quoted};
use super::error::Error;
use super::list::{Rejected, reading};
use super::meta::OperationMeta;
use super::mode::Mode;

/// How many fields may turn out one after the other to hold numbers where strings belong.
const MAX_FIELDS: usize = 32;

/// A response, and the items of lists in it that did not decode.
pub(crate) struct Decoded<T> {
    pub(crate) value: T,
    pub(crate) rejected: Vec<Rejected>,
}

/// Decodes a JSON response.
///
/// The fast path reads straight through, which is what almost every response allows. When that fails because a string field
/// holds a number, the number is quoted where it stands, so that its digits survive, and the text is read again. When it fails
/// otherwise, a second pass reads item by item, so that a bad item of a list costs only itself; and when that fails too, its
/// error has the path.
pub(crate) fn decode<T: DeserializeOwned>(
    operation: Option<&'static OperationMeta>,
    status: StatusCode,
    body: Bytes,
) -> Result<Decoded<T>, Error> {
    // That it is UTF-8 is checked once for the whole, which costs far less than string by string.
    let Ok(text) = str::from_utf8(&body) else {
        let problem = "it is not UTF-8, which JSON has to be";
        return Err(Error::decode(operation, status, "", problem, body));
    };
    if let (Ok(value), _) = reading(Mode::Straight, || serde_json::from_str(text)) {
        return Ok(Decoded { value, rejected: Vec::new() });
    }
    slowly(text).map_err(|(path, problem)| Error::decode(operation, status, path, problem, body.clone()))
}

/// Decodes what the fast path cannot. The error is a path and a problem.
#[cold]
fn slowly<T: DeserializeOwned>(text: &str) -> Result<Decoded<T>, (String, String)> {
    let mut text = std::borrow::Cow::Borrowed(text);
    for _ in 0..MAX_FIELDS {
        let (outcome, _) = reading(Mode::Straight, || located(&text));
        let path = match outcome {
            Ok(value) => return Ok(Decoded { value, rejected: Vec::new() }),
            Err((path, problem)) if problem.starts_with(digits::NEEDED) => path,
            Err(_) => break,
        };
        let Some(changed) = quoted(&text, &path) else { break };
        text = changed.into();
    }
    for _ in 0..MAX_FIELDS {
        let (outcome, mut rejected) = reading(Mode::Tolerant, || located(&text));
        let value = outcome?;
        let needed = rejected.iter().find(|rejected| rejected.problem().starts_with(digits::NEEDED));
        if let Some(changed) = needed.and_then(|needed| quoted(&text, &format!("[0].{}", needed.path()))) {
            text = changed.into();
            continue;
        }
        if !rejected.is_empty() {
            Rejected::locate(&mut rejected, &serde_json::from_str(&text).unwrap_or(Value::Null));
        }
        return Ok(Decoded { value, rejected });
    }
    Err((String::new(), format!("more than {MAX_FIELDS} of its string fields hold numbers")))
}

/// Reads all of `text`; an error has its path.
fn located<T: DeserializeOwned>(text: &str) -> Result<T, (String, String)> {
    let mut input = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut input).map_err(|error| {
        let path = match error.path().to_string() {
            path if path == "." => String::new(),
            path => path,
        };
        (path, error.into_inner().to_string())
    })?;
    input.end().map_err(|error| (String::new(), error.to_string()))?;
    Ok(value)
}

/// Decodes `text` on the fast path; the error is a path and a problem.
#[cfg(feature = "testing")]
pub(crate) fn problem_of<T: DeserializeOwned>(text: &str) -> Result<T, (String, String)> {
    reading(Mode::Straight, || located(text)).0
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::List;
    use crate::support::wire::Wire;

    #[allow(dead_code)]
    #[derive(Debug, Deserialize)]
    struct Owner {
        id: Wire<i64>,
    }

    impl<'de> crate::support::wire::FromWire<'de> for Owner {
        fn from_wire<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Self::deserialize(deserializer)
        }
    }

    #[allow(dead_code)]
    #[derive(Debug, Deserialize)]
    struct Row {
        name: Wire<String>,
        owners: List<Owner>,
    }

    impl<'de> crate::support::wire::FromWire<'de> for Row {
        fn from_wire<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Self::deserialize(deserializer)
        }
    }

    fn read(body: &str) -> Result<Decoded<List<Row>>, Error> {
        decode(None, StatusCode::OK, Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn a_number_in_a_string_field_keeps_its_digits() {
        let read = read(r#"[{"name": 123456789012345678901234, "owners": []}, {"name": 1.10, "owners": []}]"#).unwrap();
        let names: Vec<&str> = read.value.iter().map(|row| row.name.0.as_str()).collect();
        assert_eq!(names, ["123456789012345678901234", "1.10"]);
        assert!(read.rejected.is_empty());
    }

    #[test]
    fn digits_survive_beside_an_item_that_is_rejected() {
        let read = read(r#"[{"name": "a", "owners": 7}, 8, {"name": 1.10, "owners": []}]"#).unwrap();
        assert_eq!(read.value.iter().map(|row| row.name.0.as_str()).collect::<Vec<_>>(), ["1.10"]);
        assert_eq!(read.rejected.len(), 2);
    }

    #[test]
    fn items_rejected_in_a_nested_list_are_reported_with_their_place() {
        let body = r#"[{"name": "a", "owners": [{"id": 1}, {"id": "x"}]}, {"name": "b", "owners": [{"id": "x"}]}]"#;
        let read = read(body).unwrap();
        assert_eq!(read.value.len(), 2);
        let places: Vec<String> = read.rejected.iter().map(ToString::to_string).collect();
        assert_eq!(places.len(), 2, "{places:?}");
        assert!(places[0].starts_with("[0].owners[1].id: "), "{places:?}");
        assert!(places[1].starts_with("[1].owners[0].id: "), "{places:?}");
    }

    #[test]
    fn a_body_that_is_not_utf_8_is_an_error() {
        let error = decode::<List<Row>>(None, StatusCode::OK, Bytes::from_static(b"[\xff]")).err().unwrap();
        assert!(error.is_decode(), "{error}");
    }

    #[test]
    fn values_in_messages_are_bounded() {
        let error = read(&format!(r#"{{"name": "{}"}}"#, "x".repeat(200_000))).err();
        let shown = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(shown.len() < 2_000, "{} bytes", shown.len());
        let error = decode::<i64>(None, StatusCode::OK, format!("\"{}\"", "x".repeat(200_000)).into()).err().unwrap();
        assert!(error.to_string().len() < 2_000);
    }
}
