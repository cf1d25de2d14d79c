//! What an error says.

use std::time::Duration;

use drata_ext::{Error, RetryPolicy};
use serde_json::json;

use crate::operations::{CREATE, READ, call, error_of};
use crate::server::{Reply, Server};

/// The text of the error, with the server's address replaced, since its port changes.
async fn text(reply: Reply) -> (Error, String) {
    let server = Server::script([reply]).await;
    let drata = server.builder().retry_policy(RetryPolicy::never()).build().unwrap();
    let error = call(&drata, &CREATE).receive::<Vec<i64>>().await.unwrap_err();
    let text = error.to_string().replace(server.address(), "HOST");
    (error, text)
}

#[tokio::test]
async fn texts_say_what_to_do() {
    let mut texts = Vec::new();
    for reply in [
        Reply::json(
            400,
            json!({"statusCode": 400, "message": ["name must be a string", {"property": "size", "constraints": {"max": "size must not be greater than 500"}}], "code": 1}),
        ),
        Reply::json(401, json!({"statusCode": 401, "message": "Unauthorized", "code": 26430, "debugInfo": null})),
        Reply::error(402, "You must upgrade your plan to use this feature."),
        Reply::error(403, "Forbidden").header("x-request-id", "4f1c"),
        Reply::new(403, "text/html", "<html><head><title>403 Forbidden</title></head></html>"),
        Reply::error(404, "Not Found"),
        Reply::error(409, "Already exists"),
        Reply::error(412, "Terms not accepted"),
        Reply::error(413, "Too large"),
        Reply::error(422, "Unprocessable"),
        Reply::error(429, "Too Many Requests").header("retry-after", "12"),
        Reply::error(500, "Internal"),
        Reply::bad_gateway(),
        Reply::new(503, "text/plain", ""),
        Reply::new(302, "text/plain", "").header("location", "https://login.example.com/x"),
        Reply::ok(json!([1, "x"])),
        Reply::new(200, "application/json", "<html>"),
        Reply::new(200, "application/json", ""),
    ] {
        texts.push(text(reply).await.1);
    }
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[tokio::test]
async fn texts_of_transport_failures_say_whom_and_how_long() {
    let mut texts = Vec::new();
    for reply in [Reply::reset(), Reply::silence(), Reply::ok(json!([1, 2, 3, 4, 5])).cut()] {
        let server = Server::script([reply]).await;
        let drata = server.builder().read_timeout(Duration::from_millis(20)).build().unwrap();
        for operation in [&READ, &CREATE] {
            let error = error_of(call(&drata, operation)).await;
            assert!(error.is_transport() && error.status().is_none());
            texts.push(error.to_string().replace(server.address(), "HOST"));
        }
    }
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[tokio::test]
async fn parts_can_be_read() {
    let (error, _) = text(
        Reply::json(409, json!({"statusCode": 409, "message": ["a", "b"], "code": "12345", "name": "Conflict"}))
            .header("x-request-id", "r-1"),
    )
    .await;
    assert!(error.is_conflict());
    assert_eq!(error.code(), Some(12345));
    assert_eq!(error.name(), Some("Conflict"));
    assert_eq!(error.messages(), ["a", "b"]);
    assert_eq!(error.message().as_deref(), Some("a; b"));
    assert_eq!(error.request_id(), Some("r-1"));
    assert_eq!(error.operation().map(|operation| operation.permission), Some("things-post"));
    assert!(error.raw_body().is_some_and(|body| body.starts_with(b"{")));
}

#[tokio::test]
async fn an_html_page_keeps_its_status() {
    let (error, _) = text(Reply::bad_gateway()).await;
    assert!(error.is_server_error() && error.is_from_edge() && !error.is_decode());
    assert_eq!(error.status().unwrap().as_u16(), 502);
}

#[tokio::test]
async fn an_error_whose_body_breaks_off_keeps_its_status() {
    let (error, _) = text(Reply::error(403, "a long explanation of why this is not allowed").cut()).await;
    assert!(error.is_forbidden(), "{error}");
}

#[tokio::test]
async fn a_body_is_kept_up_to_a_bound() {
    let (error, _) = text(Reply::new(500, "text/plain", vec![b'x'; 1_000_000])).await;
    assert_eq!(error.raw_body().unwrap().len(), 64 * 1024);
    assert!(size_of::<Error>() <= 128);
}

#[tokio::test]
async fn what_does_not_decode_is_found_by_its_path() {
    let (error, _) = text(Reply::ok(json!([1, 2, {"deep": true}]))).await;
    assert!(error.is_decode() && !error.is_item());
    assert_eq!(error.decode_path(), Some("[2]"));
    assert!(error.to_string().ends_with("expected i64, found an object"), "{error}");
}
