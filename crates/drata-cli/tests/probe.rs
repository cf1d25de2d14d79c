//! `drata probe` on the sandbox: nothing is found where it keeps to the contract, and its distortions are.
#![allow(clippy::unwrap_used, reason = "a helper that unwraps fails its test")]

use std::collections::BTreeMap;
use std::process::Command;

use drata_sandbox::{Fault, Sandbox};
use serde_json::Value;

/// Runs a probe; returns the report and what was said about it.
fn probe(sandbox: &Sandbox, options: &[&str]) -> (Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report.json");
    let output = Command::new(env!("CARGO_BIN_EXE_drata"))
        .args(["probe", "--out", out.to_str().unwrap()])
        .args(options)
        .env("DRATA_API_KEY", sandbox.api_key())
        .env("DRATA_BASE_URL", sandbox.base_url())
        .env_remove("DRATA_PROFILE")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    (serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap(), said)
}

fn kinds(report: &Value) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        *kinds.entry(finding["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    kinds
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_keeps_to_the_contract() {
    let sandbox = Sandbox::builder().records(60).start().await.unwrap();
    let (report, said) = probe(&sandbox, &["--rows", "50"]);
    assert_eq!(report["findings"], serde_json::json!([]), "{said}");
    let calls = report["calls"].as_array().unwrap();
    let fine = calls.iter().filter(|call| call["status"] == 200).count();
    assert!(fine > 100, "{said}");
    // Reading alone.
    assert_eq!(sandbox.requests().violations(), Vec::<String>::new());
    assert!(sandbox.requests().all().iter().all(|request| request.method == "GET"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_distorted_is_reported_by_names_and_types_alone() {
    for (fault, kind) in [
        (Fault::extra_fields(), "unknown-field"),
        (Fault::unknown_enum(), "unknown-value"),
        (Fault::text_ids(), "type"),
    ] {
        let sandbox = Sandbox::builder().records(20).start().await.unwrap();
        sandbox.add_fault(fault);
        let (report, said) = probe(&sandbox, &["--only", "vendors,users,workspaces,connections"]);
        assert!(kinds(&report).contains_key(kind), "{kind}: {:?}, {said}", kinds(&report));
        let text = report.to_string();
        for secret in [sandbox.api_key(), "ada@example.com", "Tidewater", "127.0.0.1"] {
            assert!(!text.contains(secret), "{kind}: {secret} is in the report");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_missing_is_no_difference() {
    let sandbox = Sandbox::builder().records(20).start().await.unwrap();
    sandbox.add_fault(Fault::missing_fields());
    let (report, said) = probe(&sandbox, &["--only", "vendors,users"]);
    assert_eq!(report["findings"], serde_json::json!([]), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rejections_are_observations() {
    let sandbox = Sandbox::builder().records(20).start().await.unwrap();
    sandbox.add_fault(Fault::status(403).on("VendorsPublicV2Controller_listVendors"));
    sandbox.add_fault(Fault::status(418).on("UsersPublicV2Controller_listUsers"));
    let (report, _) = probe(&sandbox, &["--only", "vendors,users"]);
    let calls = report["calls"].as_array().unwrap();
    let of = |name: &str| calls.iter().find(|call| call["name"] == name).unwrap().clone();
    assert_eq!(of("v2::vendors::list")["note"], "the key lacks Vendors: List Vendors");
    assert_eq!(of("v2::users::list")["status"], 418);
    assert_eq!(kinds(&report), BTreeMap::from([("status".to_owned(), 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_headers_of_a_429_are_reported_by_name_and_the_call_goes_on() {
    let sandbox = Sandbox::builder().records(20).start().await.unwrap();
    sandbox.add_fault(Fault::status(429).with_retry_after("0").on("VendorsPublicV2Controller_listVendors").next(1));
    let (report, said) = probe(&sandbox, &["--only", "vendors"]);
    assert_eq!(report["rateLimit"]["responses"], 1, "{report}");
    assert_eq!(report["rateLimit"]["headers"]["retry-after"], serde_json::json!(["integer"]));
    assert_eq!(report["rateLimit"]["headers"]["content-type"], serde_json::json!([]));
    assert!(said.contains("rate limit exceeded 1 times, with retry-after (integer)"), "{said}");
    let list = report["calls"].as_array().unwrap().iter().find(|call| call["name"] == "v2::vendors::list").unwrap();
    assert_eq!((&list["status"], &list["rows"]), (&200.into(), &20.into()));
}
