//! Operations by name: checked against the contract, sent as typed calls are.

use drata_ext::by_name::RawRow;
use drata_ext::{Drata, ListExt as _, RateLimiter, Upload};
use drata_sandbox::{Fault, Sandbox};
use serde_json::{Value, json};

async fn start() -> (Sandbox, Drata) {
    let sandbox = Sandbox::builder().records(120).start().await.expect("a port");
    let drata = Drata::builder()
        .api_key(sandbox.api_key())
        .base_url(sandbox.base_url())
        .rate_limiter(RateLimiter::unlimited())
        .build()
        .expect("a key and an address");
    (sandbox, drata)
}

#[tokio::test]
async fn one_response() {
    let (sandbox, drata) = start().await;
    let vendor = drata.operation("v2::vendors::get").unwrap().set("vendorId", 3).send().await.unwrap();
    assert_eq!(vendor.status, 200);
    assert_eq!(vendor.json().unwrap()["id"], 3);

    let by_id = drata.operation("VendorsPublicV2Controller_getVendor").unwrap().set("vendorId", 3);
    assert_eq!(by_id.send().await.unwrap().json().unwrap(), vendor.json().unwrap());
    assert_eq!(sandbox.requests().violations(), Vec::<String>::new());
}

#[tokio::test]
async fn whole_lists_of_both_ways_of_paging() {
    let (_sandbox, drata) = start().await;
    for (name, expected) in [("v1::vendors::list", 120), ("v2::vendors::list", 120), ("v1::controls::list", 120)] {
        let list = drata.operation(name).unwrap();
        let values: Vec<Value> = list.clone().list().unwrap().collect_all().await.unwrap();
        assert_eq!(values.len(), expected, "{name}");
        let raw: Vec<RawRow> = list.list().unwrap().collect_all().await.unwrap();
        assert!(raw.iter().map(RawRow::to_value).eq(values), "{name}");
    }
}

#[tokio::test]
async fn a_walk_goes_on_from_its_checkpoint() {
    let (_sandbox, drata) = start().await;
    let list = || drata.operation("v2::vendors::list").unwrap().set("size", 50);
    let mut walk = list().rows().unwrap().with_total();
    let mut ids = Vec::new();
    for _ in 0..70 {
        ids.push(walk.next().await.unwrap().unwrap()["id"].clone());
    }
    assert_eq!(walk.progress().total, Some(120));
    let mut rest = list().rows().unwrap().resume(&walk.checkpoint().unwrap()).unwrap();
    while let Some(row) = rest.next().await {
        ids.push(row.unwrap()["id"].clone());
    }
    ids.dedup();
    assert_eq!(ids.len(), 120);
}

#[tokio::test]
async fn a_call_that_breaks_rules_is_not_sent_and_names_all_of_them() {
    let (sandbox, drata) = start().await;
    let bad = [
        (
            drata.operation("v2::vendors::list").unwrap().set("size", 501).set("sort", "name").set("nope", 1),
            "has no parameter \"nope\"",
        ),
        (drata.operation("v2::vendors::get").unwrap(), "vendorId is required"),
        (drata.operation("v2::vendors::get").unwrap().set("vendorId", "x"), "vendorId must be an integer, not \"x\""),
        (drata.operation("v2::tasks::create").unwrap().set("workspaceId", 1), "a body is required"),
        (
            drata.operation("v2::tasks::create").unwrap().set("workspaceId", 1).body(json!({"title": 7, "x": 1})),
            "x is not a property of the body",
        ),
        (drata.operation("v2::vendors::get").unwrap().set("vendorId", 1).body(json!({})), "takes no body"),
        (drata.operation("v2::custom_data_records::delete").unwrap().set("recordId", ".."), "cannot stand in a path"),
    ];
    for (call, rule) in bad {
        let error = call.send().await.unwrap_err();
        assert!(error.is_invalid_request() && error.to_string().contains(rule), "{rule:?} is not in {error}");
    }
    let error = drata.operation("v2::vendors::lst").unwrap_err();
    assert!(error.to_string().contains("\"v2::vendors::lst\""), "{error}");
    assert_eq!(sandbox.requests().total(), 0);
}

#[tokio::test]
async fn a_read_only_client_has_no_operation_that_writes() {
    let (_sandbox, drata) = start().await;
    let reader = drata.read_only();
    assert!(reader.operation("v2::vendors::list").is_ok());
    let error = reader.operation("v2::vendors::delete").unwrap_err();
    assert!(error.to_string().contains("this client is read-only"), "{error}");
}

#[tokio::test]
async fn files_go_as_a_form() {
    let (sandbox, drata) = start().await;
    let upload = || {
        let call = drata.operation("v2::user_documents::upload").unwrap().set("userId", 1);
        call.set("type", "SEC_TRAINING").file("file", Upload::from_bytes("a.pdf", "%PDF-"))
    };
    assert_eq!(upload().file_fields(), ["file"]);
    assert!(upload().request().unwrap().to_string().contains("file: @a.pdf (application/pdf)"));
    upload().send().await.unwrap();
    let twice = upload().set("file", "text").send().await.unwrap_err();
    assert!(twice.to_string().contains("file takes a file, not a value"), "{twice}");
    assert_eq!(sandbox.requests().violations(), Vec::<String>::new());
}

#[tokio::test]
async fn arrays_and_objects_of_a_query_are_written_out() {
    let (sandbox, drata) = start().await;
    let call = drata.operation("v2::vendors::get").unwrap().set("vendorId", 1).set("expand", json!(["customFields"]));
    assert!(call.request().unwrap().to_string().ends_with("/v2/vendors/1?expand[]=customFields"));
    call.send().await.unwrap();
    assert_eq!(sandbox.requests().violations(), Vec::<String>::new());
}

#[tokio::test]
async fn responses_that_are_not_json() {
    let (_sandbox, drata) = start().await;
    let failures = drata.operation("v1::monitors::get_failures").unwrap();
    let failures = failures.set("workspaceId", 1).set("testId", 1).set("type", "included");
    let csv = failures.send_as("text/csv").await.unwrap();
    assert!(csv.body.starts_with(b"\"") || csv.body.contains(&b','), "{:?}", csv.body);
}

#[tokio::test]
async fn what_may_have_happened_is_not_sent_again() {
    let (sandbox, drata) = start().await;
    sandbox.add_fault(Fault::status(502).next(5));
    let create = drata.operation("v2::vendors::create").unwrap().set("name", "Acme");
    let error = create.send().await.unwrap_err();
    assert!(error.outcome_unknown(), "{error}");
    assert_eq!(sandbox.requests().total(), 1);
}
