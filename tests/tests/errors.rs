//! Every kind of failure, provoked against the sandbox over real HTTP, and what its message says.

use std::time::Duration;

use drata_ext::v1::connections::{PersonnelRow, Roster};
use drata_ext::{Drata, Error, RetryPolicy};
use drata_sandbox::{Fault, Features, Permissions, RateLimit, Sandbox};

/// A client of the sandbox that tries once.
fn client(sandbox: &Sandbox, key: &str) -> Drata {
    let builder = Drata::builder().api_key(key).base_url(sandbox.base_url()).retry_policy(RetryPolicy::never());
    builder.no_proxy().build().expect("a key and an address of this machine")
}

async fn sandbox() -> (Sandbox, Drata) {
    let sandbox = Sandbox::builder().records(3).start().await.expect("a free port");
    let drata = client(&sandbox, sandbox.api_key());
    (sandbox, drata)
}

/// The failure of listing the connections.
async fn listing(drata: &Drata) -> Error {
    drata.v1().connections().list().send().await.expect_err("the sandbox was set up to refuse it")
}

/// The message, without the port that the sandbox happens to have.
fn message(sandbox: &Sandbox, error: &Error) -> String {
    error.to_string().replace(&sandbox.address().to_string(), "SANDBOX")
}

fn roster() -> Roster {
    Roster::new([PersonnelRow::new("1", "Ada", "Example", "ada@example.com", false, true, "2026-01-15T09:30:00Z")])
}

#[tokio::test]
async fn a_key_that_is_not_known() {
    let (sandbox, _) = sandbox().await;
    let error = listing(&client(&sandbox, "a-key-of-nobody")).await;
    assert!(error.is_unauthorized());
    assert_eq!(error.code(), Some(12310));
    insta::assert_snapshot!(message(&sandbox, &error));
}

#[tokio::test]
async fn a_plan_without_the_feature() {
    let (sandbox, drata) = sandbox().await;
    sandbox.set_features(Features::only(["CUSTOM_FRAMEWORKS"]));
    let error = drata.v2().custom_connections().list().send().await.unwrap_err();
    assert!(error.is_plan_required());
    insta::assert_snapshot!(message(&sandbox, &error));
}

#[tokio::test]
async fn a_key_without_the_permission() {
    let (sandbox, _) = sandbox().await;
    sandbox.set_key("reader", Permissions::only(["connections-get"]));
    let drata = client(&sandbox, "reader");
    assert_eq!(drata.v1().connections().list().send().await.unwrap().data.len(), 3);
    let error = drata.v1().connections().create_from_json(roster()).send().await.unwrap_err();
    assert!(error.is_forbidden());
    assert!(error.to_string().contains("Personnel: Import Personnel"), "the permission is named: {error}");
    insta::assert_snapshot!(message(&sandbox, &error));
}

#[tokio::test]
async fn a_connection_that_is_not_there() {
    let (sandbox, drata) = sandbox().await;
    let error = drata.v1().connections().replace_from_json(987_654, roster()).send().await.unwrap_err();
    assert!(error.is_not_found());
    insta::assert_snapshot!(message(&sandbox, &error));
}

#[tokio::test]
async fn terms_that_are_not_accepted() {
    let (sandbox, drata) = sandbox().await;
    sandbox.set_terms_accepted(false);
    let error = listing(&drata).await;
    assert!(error.is_terms_not_accepted());
    insta::assert_snapshot!(message(&sandbox, &error));
}

#[tokio::test]
async fn too_many_requests() {
    let (sandbox, drata) = sandbox().await;
    sandbox.set_rate_limit(Some(RateLimit::new(1, Duration::from_secs(3600))));
    drata.v1().connections().list().send().await.unwrap();
    let error = listing(&drata).await;
    assert!(error.is_rate_limited());
    let wait = error.retry_after().unwrap();
    assert!(wait > Duration::from_secs(3500) && wait <= Duration::from_secs(3600), "{wait:?}");
    let text = message(&sandbox, &error);
    let (before, after) = text.split_once("try again in ").unwrap();
    assert!(after.ends_with('s'), "{text}");
    insta::assert_snapshot!(format!("{before}try again in WAIT"));
}

#[tokio::test]
async fn a_service_that_fails() {
    let (sandbox, drata) = sandbox().await;
    let mut messages = Vec::new();
    for fault in [Fault::status(500), Fault::status(503), Fault::html(502)] {
        sandbox.add_fault(fault.next(1));
        let error = listing(&drata).await;
        assert!(error.is_server_error());
        messages.push(message(&sandbox, &error));
        sandbox.clear_faults();
    }
    insta::assert_snapshot!(messages.join("\n\n"));
}

#[tokio::test]
async fn a_write_whose_outcome_is_not_known() {
    let (sandbox, drata) = sandbox().await;
    sandbox.add_fault(Fault::html(504).afterwards());
    let error = drata.v1().connections().create_from_json(roster()).send().await.unwrap_err();
    assert!(error.outcome_unknown());
    insta::assert_snapshot!(message(&sandbox, &error));
}

#[tokio::test]
async fn a_connection_that_breaks_off() {
    let (sandbox, drata) = sandbox().await;
    let mut kinds = Vec::new();
    for fault in [Fault::reset(), Fault::truncated()] {
        sandbox.add_fault(fault.next(1));
        let error = listing(&drata).await;
        assert!(error.is_transport() && error.status().is_none());
        kinds.push(message(&sandbox, &error).split(": ").take(2).collect::<Vec<_>>().join(": "));
        sandbox.clear_faults();
    }
    insta::assert_snapshot!(kinds.join("\n\n"));
}

#[tokio::test]
async fn a_host_that_is_not_there() {
    let (sandbox, drata) = sandbox().await;
    let address = sandbox.address().to_string();
    sandbox.shutdown().await;
    let error = listing(&drata).await;
    assert!(error.is_connect());
    let text = error.to_string().replace(&address, "SANDBOX");
    // What follows is the words of the operating system.
    insta::assert_snapshot!(text.split(": ").take(2).collect::<Vec<_>>().join(": "));
}

#[tokio::test]
async fn an_answer_that_is_something_else() {
    let (sandbox, drata) = sandbox().await;
    sandbox.add_fault(Fault::html(200));
    let error = listing(&drata).await;
    assert!(error.is_decode());
    assert_eq!(error.decode_path(), Some(""));
    insta::assert_snapshot!(message(&sandbox, &error));
}

#[tokio::test]
async fn what_breaks_a_rule_is_not_sent() {
    let (sandbox, drata) = sandbox().await;
    let mut long = roster();
    long.personnel_data.push(PersonnelRow::new("2", "x".repeat(192), "E", "e@example.com", false, true, "01/15/2026"));
    let refused = [
        drata.v1().connections().list().limit(80).send().await.unwrap_err(),
        drata.v1().connections().list().page(0).send().await.unwrap_err(),
        drata.v1().connections().create_from_json(&long).send().await.unwrap_err(),
        drata.v1().users().get_by_email("").send().await.unwrap_err(),
    ];
    assert!(refused.iter().all(Error::is_invalid_request));
    assert_eq!(sandbox.requests().total(), 0);
    let messages: Vec<String> = refused.iter().map(|error| message(&sandbox, error)).collect();
    insta::assert_snapshot!(messages.join("\n\n"));
}

#[tokio::test]
async fn no_error_shows_the_key() {
    let (sandbox, _) = sandbox().await;
    let key = "key-that-nobody-may-see";
    let drata = client(&sandbox, key);
    let refused = listing(&drata).await;
    sandbox.set_key(key, Permissions::All);
    sandbox.add_fault(Fault::reset());
    let broken = listing(&drata).await;
    for error in [refused, broken] {
        let mut text = format!("{error} {error:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text += &format!(" {cause} {cause:?}");
            source = cause.source();
        }
        assert!(!text.contains(key), "{text}");
    }
}
