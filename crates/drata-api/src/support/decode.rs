//! From the bytes of an answer to its type.

use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;

use super::error::Error;
use super::list::straight;
use super::meta::OperationMeta;

/// Decodes a JSON answer.
///
/// The first pass reads straight through, which is what almost every answer allows. Only when that fails, a second pass
/// reads item by item, so that a bad item of a list costs only itself; and when that fails too, its error has the path.
pub(crate) fn decode<T: DeserializeOwned>(
    operation: Option<&'static OperationMeta>,
    status: StatusCode,
    body: Bytes,
) -> Result<T, Error> {
    // That it is UTF-8 is checked once for the whole, which costs far less than text by text.
    if let Ok(text) = str::from_utf8(&body)
        && let Ok(value) = straight(|| serde_json::from_str(text))
    {
        return Ok(value);
    }
    let mut input = serde_json::Deserializer::from_slice(&body);
    let problem = match serde_path_to_error::deserialize::<_, T>(&mut input) {
        Ok(value) => match input.end() {
            Ok(()) => return Ok(value),
            Err(error) => (String::new(), error.to_string()),
        },
        Err(error) => match error.path().to_string() {
            path if path == "." => (String::new(), error.into_inner().to_string()),
            path => (path, error.into_inner().to_string()),
        },
    };
    Err(Error::decode(operation, status, problem.0, problem.1, body))
}
