//! Every operation through the public API and over real HTTP: each answers, and each request keeps to the contract.

use std::pin::pin;

use drata_ext::{ApiVersion, Drata, RateLimiter, RetryPolicy};
use drata_sandbox::{Fault, Sandbox};
use drata_tests::{Line, Outcome, exercise, selection};
use futures_util::StreamExt as _;

/// A field that the vendor's document requires and the service does not know: samples send it, for servers made from the
/// document.
const ONLY_DOCUMENTED: &str = "POST /public/tickets: getParsedRequestDto is not a property of the body";

/// What the service refuses though the contract allows it, by the short names of operations: a rule that no schema tells
/// (one of two fields, a name of three characters, a state that allows the action), or what an earlier call has done.
const REFUSED: &[(&str, u16)] = &[
    ("createBackgroundCheck", 400),
    ("uploadSessionRecords", 400),
    ("createEvidence", 400),
    ("performPolicyAction", 400),
    ("addScopedPersonnelGroup", 409),
    ("deleteEvidenceLibrary", 404),
];

/// What did not go well when every operation of a version was called.
async fn run(version: ApiVersion, fault: Option<Fault>) -> Vec<Line> {
    let sandbox = Sandbox::start().await.expect("a free port");
    fault.into_iter().for_each(|fault| sandbox.add_fault(fault));
    let drata = Drata::builder()
        .api_key(sandbox.api_key())
        .base_url(sandbox.base_url())
        .no_proxy()
        .retry_policy(RetryPolicy::never())
        .rate_limiter(RateLimiter::unlimited())
        .build()
        .expect("a key and an address of this machine");
    let calls = selection(version, None, None);
    let lines: Vec<Line> = pin!(exercise(drata.client(), calls, 1, 1)).collect().await;
    assert_eq!(sandbox.requests().total(), lines.len() as u64, "one request a call");
    assert!(lines.len() > 100, "{version} has {} operations", lines.len());
    let violations = sandbox.requests().violations().into_iter().filter(|violation| violation != ONLY_DOCUMENTED);
    assert_eq!(violations.collect::<Vec<_>>(), Vec::<String>::new());
    let is_refused = |line: &Line| {
        REFUSED
            .iter()
            .any(|(name, status)| line.operation_id.ends_with(&format!("_{name}")) && line.status == Some(*status))
    };
    lines.into_iter().filter(|line| line.outcome != Outcome::Ok && !is_refused(line)).collect()
}

#[tokio::test]
async fn every_operation_of_v1_answers() {
    assert!(run(ApiVersion::V1, None).await.is_empty());
}

#[tokio::test]
async fn every_operation_of_v2_answers() {
    assert!(run(ApiVersion::V2, None).await.is_empty());
}

#[tokio::test]
async fn answers_of_tomorrow_are_read() {
    for version in [ApiVersion::V1, ApiVersion::V2] {
        for fault in [Fault::unknown_enum(), Fault::extra_fields(), Fault::text_ids(), Fault::missing_fields()] {
            let bad = run(version, Some(fault.clone())).await;
            assert!(bad.is_empty(), "{version}, {fault:?}: {bad:#?}");
        }
    }
}
