//! Sessions that replace all records of a custom resource.

use drata_ext::CustomDataSession;
use serde_json::{Value, json};

use crate::server::{Received, Reply, Server};

/// Takes every record but those that say so.
fn service(request: &Received) -> Reply {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    if request.path().ends_with("/actions") {
        let status = if body["action"] == "complete" { "ACTIVE" } else { "CANCELED" };
        return Reply::ok(json!({
            "sessionId": "upload-1", "status": status, "action": body["action"], "connectionId": 12, "resourceId": 34
        }));
    }
    let result = |record: &Value| {
        // The status code says nothing: this is what the service does.
        let error = record["bad"].as_bool().map(|_| json!({"message": "schema validation failed", "code": 28022}));
        json!({"id": record["id"], "statusCode": 201, "data": record, "error": error})
    };
    Reply::ok(body["data"].as_array().unwrap().iter().map(result).collect())
}

fn session(server: &Server) -> CustomDataSession {
    CustomDataSession::new(&server.client(), 12, 34, "upload-1").unwrap()
}

#[tokio::test]
async fn records_go_in_batches_by_count_and_by_bytes() {
    let server = Server::start(service).await;
    let mut session = session(&server).max_batch_records(3);
    let results = session.send((0..7).map(|id| json!({"id": id.to_string()}))).await.unwrap();
    assert_eq!(results.len(), 7);
    assert_eq!((server.count(), session.taken()), (3, 7));
    let first = &server.received()[0];
    assert_eq!(first.target, "/public/v2/custom-connections/12/resources/34/sessions/upload-1");
    assert_eq!(first.text(), r#"{"data":[{"id":"0"},{"id":"1"},{"id":"2"}]}"#);

    let mut session = session.max_batch_bytes(2_000);
    session.send((0..5).map(|id| json!({"id": id.to_string(), "text": "x".repeat(900)}))).await.unwrap();
    assert!(server.received()[3..].iter().all(|request| request.body.len() < 2_050));
    assert_eq!(server.count(), 6);
}

#[tokio::test]
async fn a_record_too_large_for_any_batch_stops_before_anything_is_sent() {
    let server = Server::start(service).await;
    let mut session = session(&server).max_batch_bytes(100);
    let error = session.send([json!({"id": "a"}), json!({"id": "b", "text": "x".repeat(100)})]).await.unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    assert!(error.to_string().contains("record 1 (b)"), "{error}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn completing_is_refused_while_a_record_is_missing() {
    let server = Server::start(service).await;
    let mut session = session(&server);
    assert!(session.complete_and_delete_all_others().await.unwrap_err().is_invalid_request(), "nothing was sent");

    let results = session.send([json!({"id": "a"}), json!({"id": "b", "bad": true})]).await.unwrap();
    assert!(results[0].error.is_none());
    assert_eq!(results[1].error.as_ref().unwrap().code, Some(28022));
    let error = session.complete_and_delete_all_others().await.unwrap_err();
    assert!(error.to_string().contains("1 records were refused (b)"), "{error}");
    assert_eq!(server.count(), 1);

    session.send([json!({"id": "b"})]).await.unwrap();
    let outcome = session.complete_and_delete_all_others().await.unwrap();
    assert_eq!(outcome.status.as_str(), "ACTIVE");
    assert_eq!(server.received()[2].text(), r#"{"action":"complete"}"#);
}

#[tokio::test]
async fn completing_is_refused_after_a_batch_that_failed() {
    let server = Server::start(|request| match request.index {
        1 => Reply::error(500, "oops"),
        _ => service(request),
    })
    .await;
    let mut session = session(&server).max_batch_records(1);
    let records = || (0..3).map(|id| json!({"id": id.to_string()}));
    assert!(session.send(records()).await.unwrap_err().is_server_error());
    assert!(session.complete_and_delete_all_others().await.unwrap_err().is_invalid_request());
    session.send(records()).await.unwrap();
    session.complete_and_delete_all_others().await.unwrap();
}

#[tokio::test]
async fn a_batch_that_may_have_arrived_is_sent_again_since_that_writes_it_once() {
    let server = Server::start(|request| match request.index {
        0 => Reply::reset(),
        _ => service(request),
    })
    .await;
    session(&server).send([json!({"id": "a"})]).await.unwrap();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn fewer_results_than_records_are_an_error() {
    let server = Server::script([Reply::ok(json!([{"id": "a", "statusCode": 201}]))]).await;
    let mut session = session(&server);
    let error = session.send([json!({"id": "a"}), json!({"id": "b"})]).await.unwrap_err();
    assert!(error.is_job(), "{error}");
    assert!(session.complete_and_delete_all_others().await.is_err());
}

#[tokio::test]
async fn a_session_can_be_cancelled_and_names_are_checked() {
    let server = Server::start(service).await;
    assert_eq!(session(&server).cancel().await.unwrap().status.as_str(), "CANCELED");
    assert_eq!(server.received()[0].text(), r#"{"action":"cancel"}"#);
    for bad in ["ab", "with space", "a/b", &"x".repeat(65)] {
        assert!(CustomDataSession::new(&server.client(), 1, 2, bad).unwrap_err().is_invalid_request());
    }
}
