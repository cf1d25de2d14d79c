//! From the bytes of a response to its type.

use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;

use super::error::Error;
use super::meta::OperationMeta;
use super::node;
use super::problem::Problem;
use super::reading::{Mode, reading};
use super::rejected::Rejected;

/// A response, and the items of lists in it that did not decode.
pub(crate) struct Decoded<T> {
    pub(crate) value: T,
    pub(crate) rejected: Vec<Rejected>,
}

/// Decodes a JSON response.
///
/// The fast path reads straight through, which is what almost every response allows. What it cannot read is read again node by
/// node: a number in a string field keeps its digits, a bad item of a list costs only itself, and what fails has its path.
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
    match slowly(text) {
        Ok(decoded) => Ok(decoded),
        Err(problem) => Err(Error::decode(operation, status, problem.path(), problem.text(), body)),
    }
}

/// Decodes what the fast path cannot.
#[cold]
fn slowly<T: DeserializeOwned>(text: &str) -> Result<Decoded<T>, Problem> {
    let (outcome, rejected) = reading(Mode::Tolerant, || node::read(text));
    Ok(Decoded { value: outcome?, rejected })
}

/// Decodes `text` with the rules of the fast path, for which a bad item of a list fails the whole.
#[cfg(feature = "testing")]
pub(crate) fn strictly<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    reading(Mode::Straight, || node::read(text)).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::model::model;
    use crate::{Extra, List};

    #[allow(dead_code, reason = "it is read and not looked at")]
    #[derive(Debug)]
    struct Owner {
        id: i64,
        extra: Extra,
    }
    model!(Owner { id: "id" });

    #[derive(Debug)]
    struct Row {
        name: String,
        owners: List<Owner>,
        extra: Extra,
    }
    model!(Row { name: "name", owners: "owners" });

    fn read(body: &str) -> Result<Decoded<List<Row>>, Error> {
        decode(None, StatusCode::OK, Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn a_number_in_a_string_field_keeps_its_digits() {
        let read = read(r#"[{"name": 123456789012345678901234, "owners": []}, {"name": 1.10, "owners": []}]"#).unwrap();
        let names: Vec<&str> = read.value.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["123456789012345678901234", "1.10"]);
        assert!(read.rejected.is_empty());
    }

    #[test]
    fn digits_survive_beside_an_item_that_is_rejected() {
        let read = read(r#"[{"name": "a", "owners": 7}, 8, {"name": 1.10, "owners": []}]"#).unwrap();
        assert_eq!(read.value.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["a", "1.10"]);
        // What stands in place of a list is its only item, so that the first row is read without it.
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
    fn numbers_that_no_float_holds_keep_their_digits_or_cost_one_item() {
        for number in ["1e400", "-0", "1e-400", "1E5", "9".repeat(5000).as_str()] {
            let body =
                format!(r#"[{{"name": {number}, "owners": []}}, {{"name": "b", "owners": [{{"id": {number}}}]}}]"#);
            let read = read(&body).unwrap();
            assert_eq!(read.value[0].name, number);
            let is_number = ["-0", "1e-400", "1E5"].contains(&number);
            assert_eq!((read.value[1].owners.len(), read.rejected.len()), if is_number { (1, 0) } else { (0, 1) });
        }
    }

    #[test]
    fn nesting_as_deep_as_can_be_is_an_error() {
        for deep in ["[".repeat(200_000), r#"{"a":"#.repeat(40_000)] {
            // Also behind what asks for a second look.
            for body in [deep.clone(), format!(r#"[{{"name": 1.10, "owners": {deep}"#)] {
                assert!(read(&body).is_err());
            }
        }
        let closed =
            format!(r#"[{{"name": 1.10, "owners": [], "more": {}{}}}]"#, "[".repeat(20_000), "]".repeat(20_000));
        let read = read(&closed).unwrap();
        assert_eq!((read.value.len(), read.rejected.len()), (0, 1), "it costs its item");
        assert_eq!(read.rejected[0].problem(), "it is nested too deeply");
    }

    #[test]
    fn no_message_shows_a_value() {
        for (body, expected) in [
            (
                r#"[{"name": "a", "owners": [{"id": "ada@example.com"}]}]"#,
                "[0].owners[0].id: expected an integer, found a string of 15 characters",
            ),
            (r#"[{"name": ["ada@example.com"], "owners": []}]"#, "[0].name: expected a string, found a list"),
            (r#"[{"name": "ada@example.com"}]"#, "[0]: missing field `owners`"),
            (
                r#"[{"name": "a", "owners": [{"id": 12345.5}]}]"#,
                "[0].owners[0].id: expected an integer, found a number with a fraction",
            ),
            (r#"["ada@example.com"]"#, "[0]: expected an object (Row), found a string of 15 characters"),
        ] {
            let read = read(body).unwrap();
            assert_eq!(read.rejected[0].to_string(), expected);
            assert!(!format!("{:?}", read.rejected).contains("ada"), "{:?}", read.rejected);
        }
        let error = decode::<std::collections::BTreeMap<String, i64>>(
            None,
            StatusCode::OK,
            r#"{"ada@example.com": "x"}"#.into(),
        );
        let error = error.err().unwrap();
        assert_eq!(error.decode_path(), Some("[entry 0]"), "a key may be somebody's");
        assert!(!format!("{error} {error:?}").contains("ada"), "{error}");
    }

    #[test]
    fn what_is_rejected_as_a_whole_is_reported_once() {
        let read = read(r#"[{"name": [], "owners": [{"id": "x"}]}, {"name": "b", "owners": null}]"#).unwrap();
        let places: Vec<String> = read.rejected.iter().map(|one| format!("{}[{}]", one.list(), one.index())).collect();
        assert_eq!(places, ["[0]", "[1]"]);
    }

    #[test]
    fn of_a_key_that_comes_twice_the_last_counts_on_both_paths() {
        for name in ["\"b\"", "1.10"] {
            let read = read(&format!(r#"[{{"name": "a", "name": {name}, "owners": [], "owners": [{{"id": 1}}]}}]"#));
            let value = read.unwrap().value;
            assert_eq!((value[0].name.as_str(), value[0].owners.len()), (name.trim_matches('"'), 1));
        }
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
