//! The same seed, the same time and the same requests give the same responses.

#[path = "support/api.rs"]
mod api;

use std::time::{Duration, SystemTime};

use api::Api;
use drata_sandbox::{Fault, Sandbox};
use serde_json::{Value, json};

/// A sandbox that every call of this makes alike.
async fn alike() -> Sandbox {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_780_000_000);
    let builder = Sandbox::builder().seed(7).records(20).start_time(start);
    builder.fault(Fault::status(503).rate(0.3)).start().await.expect("a port")
}

#[tokio::test]
async fn a_recorded_sequence_has_the_same_responses_again() {
    let api = Api::new(alike().await);
    let vendor = json!({"name": "Acme", "category": "ENGINEERING", "risk": "LOW", "critical": false, "type": "VENDOR"});
    let mut first = Vec::new();
    for round in 0..6 {
        first.push(api.json("POST", "/v2/vendors", vendor.clone()).await);
        first.push(api.json("PUT", &format!("/v2/vendors/{}", 3 + round), json!({"name": "Renamed"})).await);
        first.push(api.try_get("/v2/vendors?size=30&sort=createdAt&sortDir=DESC").await);
        first.push(api.try_get("/policies/1/current-published/download").await);
    }
    let statuses: Vec<_> = first.iter().map(|(status, _)| *status).collect();
    assert!(statuses.contains(&503) && statuses.contains(&201), "{statuses:?}");

    let other = alike().await;
    let again = other.replay(&api.sandbox.requests()).await.expect("whole bodies");
    assert_eq!(again.len(), first.len());
    for ((status, body), replayed) in first.iter().zip(&again) {
        assert_eq!(*status, replayed.status);
        // Links differ in the port alone.
        let text = String::from_utf8_lossy(&replayed.body);
        let text = text.replace(&other.address().to_string(), &api.sandbox.address().to_string());
        assert_eq!(*body, serde_json::from_str::<Value>(&text).unwrap_or(Value::String(text)));
    }
}

#[tokio::test]
async fn a_body_that_was_cut_cannot_be_sent_again() {
    let api = Api::start().await;
    let note = "x".repeat(70_000);
    api.json("POST", "/v2/custom-connections/1/resources/1/records", json!({"data": {"id": "a", "note": note}})).await;
    let error = api.sandbox.replay(&api.sandbox.requests()).await.expect_err("a cut body");
    assert!(error.to_string().contains("request 1 (POST"), "{error}");
}
