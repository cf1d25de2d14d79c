//! What a test can see of the requests it made.

#[path = "support/api.rs"]
mod api;

use api::Api;
use drata_sandbox::{ApiVersion, Sandbox};
use serde_json::json;

#[tokio::test]
async fn requests_are_kept_without_the_key() {
    let api = Api::start().await;
    api.get("/connections?limit=3").await;
    api.json("PUT", "/v2/vendors/4", json!({"name": "Acme"})).await;
    let requests = api.sandbox.requests();
    assert_eq!(requests.total(), 2);

    let [first, second] = requests.all() else { panic!("two requests") };
    assert_eq!((first.method.as_str(), first.path.as_str()), ("GET", "/public/connections"));
    assert_eq!((first.query.as_str(), first.status), ("limit=3", 200));
    assert_eq!(first.operation_name(), Some("getConnections"));
    assert!(!format!("{requests:?}").contains(api.sandbox.api_key()));
    assert_eq!(first.headers["authorization"], "Bearer ***0001");

    assert_eq!(second.operation.as_ref().map(|(version, _)| *version), Some(ApiVersion::V2));
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&second.body).ok(), Some(json!({"name": "Acme"})));
    assert!(requests.violations().is_empty());
}

#[tokio::test]
async fn operations_are_counted() {
    let api = Api::start().await;
    for _ in 0..3 {
        api.get("/connections").await;
    }
    api.get("/vendors").await;
    let requests = api.sandbox.requests();
    assert_eq!(requests.count("getConnections"), 3);
    assert_eq!(requests.count("ConnectionsPublicController_getConnections"), 3);
    assert_eq!(requests.count("listVendors"), 1);
    assert_eq!(requests.counts().map(|(_, count)| count).sum::<u64>(), 4);
    api.sandbox.clear_requests();
    assert_eq!(api.sandbox.requests().total(), 0);
}

#[tokio::test]
async fn what_the_service_would_ignore_or_refuse_is_a_violation() {
    let api = Api::start().await;
    for (method, path, body, named) in [
        ("GET", "/v2/vendors?limit=5", json!(null), "limit is not a parameter"),
        ("GET", "/connections?limit=80", json!(null), "limit must not be greater"),
        ("GET", "/nothing", json!(null), "no operation has this path"),
        ("PUT", "/v2/vendors/4", json!({"nmae": "Acme"}), "property nmae should not exist"),
    ] {
        api.sandbox.clear_requests();
        api.json(method, path, body).await;
        let violations = api.sandbox.requests().violations();
        assert!(violations.iter().any(|violation| violation.contains(named)), "{path}: {violations:?}");
    }
}

#[tokio::test]
async fn only_so_many_requests_are_kept() {
    let api = Api::new(Sandbox::builder().history(3).start().await.expect("a port"));
    for page in 1..=5 {
        api.get(&format!("/connections?page={page}")).await;
    }
    let requests = api.sandbox.requests();
    assert_eq!((requests.total(), requests.all().len()), (5, 3));
    assert_eq!(requests.all()[0].query, "page=3");
}

#[tokio::test]
async fn many_run_side_by_side_and_a_dropped_one_is_gone() {
    let mut all = Vec::new();
    for seed in 0..200 {
        all.push(Sandbox::builder().seed(seed).start().await.expect("a port"));
    }
    let gone = all.pop().expect("one of them");
    let url = format!("{}/connections", gone.base_url());
    drop(gone);
    tokio::task::yield_now().await;
    assert!(reqwest::get(url).await.is_err());
    assert_eq!(Api::new(all.remove(0)).try_get("/connections").await.0, 200);
}

#[tokio::test]
async fn a_shutdown_waits_for_those_who_are_being_answered() {
    let api = Api::start().await;
    let url = format!("{}/connections", api.sandbox.base_url());
    api.sandbox.set_latency(std::time::Duration::from_millis(20));
    let request = reqwest::Client::new().get(&url).bearer_auth(api.sandbox.api_key()).send();
    let request = tokio::spawn(request);
    while api.sandbox.requests().total() == 0 && !request.is_finished() {
        tokio::task::yield_now().await;
    }
    let Api { sandbox, .. } = api;
    sandbox.shutdown().await;
    assert_eq!(request.await.expect("no panic").expect("an answer").status(), 200);
    assert!(reqwest::get(&url).await.is_err());
}
