//! What a test in another language can ask of the program: below `/sandbox`, beside the API and without a key.

use std::sync::PoisonError;

use http::Method;
use serde_json::{Value, json};

use super::service::Service;
use crate::exchange::reply::Reply;
use crate::http::record::Received;

/// The response to a request that is for the sandbox itself.
pub(crate) fn answer(service: &Service, method: &Method, path: &str) -> Option<Reply> {
    let below = path.strip_prefix("/sandbox/")?;
    Some(match (method.as_str(), below) {
        ("GET", "requests") => Reply::json(200, requests(service), None),
        ("DELETE", "requests") => {
            service.log.lock().unwrap_or_else(PoisonError::into_inner).clear();
            Reply::empty(204)
        }
        ("POST", "reset") => {
            service.world.reset();
            Reply::empty(204)
        }
        _ => Reply::json(
            404,
            json!({ "message": "only GET and DELETE /sandbox/requests and POST /sandbox/reset are here" }),
            None,
        ),
    })
}

fn requests(service: &Service) -> Value {
    let requests = service.log.lock().unwrap_or_else(PoisonError::into_inner).snapshot();
    let counts: serde_json::Map<_, _> = requests.counts().map(|(id, count)| (id.to_owned(), count.into())).collect();
    json!({
        "total": requests.total(),
        "counts": counts,
        "violations": requests.violations(),
        "notSimulated": requests.not_simulated(),
        "requests": requests.all().iter().map(request).collect::<Vec<_>>(),
    })
}

fn request(received: &Received) -> Value {
    let headers = received.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()));
    json!({
        "method": received.method.as_str(),
        "path": received.path,
        "query": received.query,
        "headers": headers.collect::<serde_json::Map<_, _>>(),
        "body": String::from_utf8_lossy(&received.body),
        "operation": received.operation.as_ref().map(|(_, id)| &**id),
        "status": received.status,
        "violations": received.violations,
    })
}
