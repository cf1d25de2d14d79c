//! Sessions that replace all records of a custom resource.

use drata_ext::custom_data::{CustomDataSession, RecordState};
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

fn states(session: &CustomDataSession) -> Vec<RecordState> {
    session.ledger().entries().iter().map(|entry| entry.state.clone()).collect()
}

#[tokio::test]
async fn records_go_in_batches_by_count_and_by_bytes() {
    let server = Server::start(service).await;
    let mut session = session(&server).max_batch_records(3);
    let results = session.send((0..7).map(|id| json!({"id": id.to_string()}))).await.unwrap();
    assert_eq!(results.len(), 7);
    assert_eq!((server.count(), session.ledger().accepted()), (3, 7));
    let first = &server.received()[0];
    assert_eq!(first.target, "/public/v2/custom-connections/12/resources/34/sessions/upload-1");
    assert_eq!(first.text(), r#"{"data":[{"id":"0"},{"id":"1"},{"id":"2"}]}"#);

    let mut session = session.max_batch_bytes(2_000);
    session.send((0..5).map(|id| json!({"id": id.to_string(), "text": "x".repeat(900)}))).await.unwrap();
    assert!(server.received()[3..].iter().all(|request| request.body.len() < 2_050));
    assert_eq!(server.count(), 6);
}

#[tokio::test]
async fn a_record_too_large_for_any_batch_stops_before_anything_is_sent_and_stands_in_the_way() {
    let server = Server::start(service).await;
    let mut session = session(&server).max_batch_bytes(100);
    session.send([json!({"id": "z"})]).await.unwrap();
    let large = [json!({"id": "a"}), json!({"id": "b", "ssn": "123-45-6789", "text": "x".repeat(100)})];
    let error = session.send(large).await.unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    assert!(error.to_string().contains("\"b\" cannot be sent") && !error.to_string().contains("45-6789"), "{error}");
    assert_eq!(server.count(), 1);

    let unsettled = session.settle().unwrap_err();
    assert!(unsettled.to_string().contains("\"a\" was not sent, \"b\" was not sent"), "{unsettled}");
    let mut session = unsettled.into_session();
    session.send([json!({"id": "a"})]).await.unwrap();
    assert!(session.give_up("b") && !session.give_up("a") && !session.give_up("unheard of"));
    assert!(session.settle().is_ok());
}

#[tokio::test]
async fn only_a_session_without_open_records_can_be_completed() {
    let server = Server::start(service).await;
    let mut session = session(&server).settle().unwrap_err().into_session();
    let results = session.send([json!({"id": "a"}), json!({"id": "b", "bad": true})]).await.unwrap();
    assert!(results[0].error.is_none());
    assert_eq!(results[1].error.as_ref().unwrap().code, Some(28022));
    assert_eq!(states(&session), [RecordState::Accepted, RecordState::Rejected("schema validation failed".to_owned())]);
    let unsettled = session.settle().unwrap_err();
    assert!(unsettled.to_string().contains("\"b\" was rejected"), "{unsettled}");

    let mut session = unsettled.into_session();
    session.send([json!({"id": "b"})]).await.unwrap();
    let outcome = session.settle().unwrap().complete_and_delete_all_others().await.unwrap();
    assert_eq!(outcome.status.as_str(), "ACTIVE");
    assert_eq!(server.received()[2].text(), r#"{"action":"complete"}"#);
}

#[tokio::test]
async fn a_batch_that_failed_is_not_forgotten_when_a_later_one_succeeds() {
    let server = Server::start(|request| match request.index {
        0 => Reply::error(500, "oops"),
        _ => service(request),
    })
    .await;
    let mut session = session(&server);
    assert!(session.send([json!({"id": "a"})]).await.unwrap_err().is_server_error());
    session.send([json!({"id": "b"})]).await.unwrap();
    assert_eq!(states(&session), [RecordState::Failed, RecordState::Accepted]);
    let unsettled = session.settle().unwrap_err();
    assert!(unsettled.to_string().contains("\"a\" is not known to have arrived"), "{unsettled}");
    let mut session = unsettled.into_session();
    session.send([json!({"id": "a"})]).await.unwrap();
    assert!(session.settle().is_ok());
}

#[tokio::test]
async fn the_batches_after_one_that_failed_are_unsent() {
    let server = Server::start(|request| match request.index {
        1 => Reply::error(500, "oops"),
        _ => service(request),
    })
    .await;
    let mut session = session(&server).max_batch_records(1);
    let records = || (0..3).map(|id| json!({"id": id.to_string()}));
    assert!(session.send(records()).await.is_err());
    assert!(matches!(&states(&session)[..], [RecordState::Accepted, RecordState::Failed, RecordState::Unsent(_)]));
    session.send(records()).await.unwrap();
    assert!(session.settle().is_ok());
}

#[tokio::test]
async fn a_call_that_is_dropped_leaves_its_records_open() {
    let server = Server::start(|request| match request.index {
        0 => Reply::silence(),
        _ => service(request),
    })
    .await;
    let mut session = session(&server);
    let sending = session.send([json!({"id": "a"})]);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(50), sending).await.is_err());
    session.send([json!({"id": "b"})]).await.unwrap();
    assert!(session.settle().is_err());
}

#[tokio::test]
async fn what_is_deleted_beside_the_rest_is_named() {
    let server = Server::start(service).await;
    let mut session = session(&server);
    session
        .send([json!({"id": "a"}), json!({"id": "b", "bad": true}), json!({"name": "no id", "bad": true})])
        .await
        .unwrap();
    let unsettled = session.settle().unwrap_err();
    assert!(unsettled.to_string().contains("position 2"), "{unsettled}");
    assert!(unsettled.complete_and_delete_also(&["b"]).await.unwrap_err().to_string().contains("has no id"));
    let mut session = unsettled.into_session();
    assert!(session.give_up_at(2));
    let unsettled = session.settle().unwrap_err();
    for wrong in [&[][..], &["a"], &["a", "b"], &["c"]] {
        assert!(unsettled.complete_and_delete_also(wrong).await.unwrap_err().is_invalid_request());
    }
    assert_eq!(server.count(), 1);
    unsettled.complete_and_delete_also(&["b"]).await.unwrap();
    assert_eq!(server.received()[1].text(), r#"{"action":"complete"}"#);
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
async fn results_that_do_not_match_the_records_are_an_error() {
    for results in [
        json!([{"id": "a", "statusCode": 201}]),
        json!([{"id": "b", "statusCode": 201}, {"id": "a", "statusCode": 201}]),
        json!([{"id": "a", "statusCode": 201}, 7]),
    ] {
        let server = Server::script([Reply::ok(results)]).await;
        let mut session = session(&server);
        assert!(session.send([json!({"id": "a"}), json!({"id": "b"})]).await.is_err());
        assert!(session.settle().is_err());
    }
}

#[tokio::test]
async fn a_session_can_be_cancelled_shows_no_records_and_its_name_is_checked() {
    let server = Server::start(service).await;
    let mut session = session(&server);
    session.send([json!({"id": "a", "ssn": "123-45-6789"})]).await.unwrap();
    assert!(!format!("{session:?}").contains("45-6789"));
    assert_eq!(session.cancel().await.unwrap().status.as_str(), "CANCELED");
    assert_eq!(server.received()[1].text(), r#"{"action":"cancel"}"#);
    for bad in ["ab", "with space", "a/b", &"x".repeat(65)] {
        assert!(CustomDataSession::new(&server.client(), 1, 2, bad).unwrap_err().is_invalid_request());
    }
}
