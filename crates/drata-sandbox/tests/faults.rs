//! Faults on demand.

#[path = "support/api.rs"]
mod api;

use std::time::Duration;

use api::Api;
use drata_sandbox::{Fault, RateLimit, RetryAfter, Sandbox};
use serde_json::json;

async fn with(fault: Fault) -> Api {
    Api::new(Sandbox::builder().fault(fault).start().await.expect("a port"))
}

#[tokio::test]
async fn the_next_two_calls_meet_a_gateway() {
    let api = with(Fault::html(502).on("getConnections").next(2)).await;
    assert_eq!(api.send("GET", "/vendors").await.status(), 200);
    for _ in 0..2 {
        let response = api.send("GET", "/connections").await;
        assert_eq!(response.status(), 502);
        assert!(response.headers()["content-type"].to_str().is_ok_and(|media| media.starts_with("text/html")));
        assert!(response.text().await.expect("a body").contains("502 Bad Gateway"));
    }
    assert_eq!(api.send("GET", "/connections").await.status(), 200);
}

#[tokio::test]
async fn every_third_answer_is_cut_off() {
    let api = with(Fault::truncated().every(3)).await;
    for round in 1..=6 {
        let body = api.send("GET", "/connections").await.bytes().await;
        assert_eq!(body.is_err(), round % 3 == 0, "round {round}");
    }
}

#[tokio::test]
async fn conditions_combine_in_any_order() {
    for fault in [Fault::html(502).every(2).next(3), Fault::html(502).next(3).every(2)] {
        let api = with(fault).await;
        let mut statuses = Vec::new();
        for _ in 0..8 {
            statuses.push(api.send("GET", "/connections?limit=1").await.status().as_u16());
        }
        assert_eq!(statuses, [200, 502, 200, 502, 200, 502, 200, 200]);
    }
}

#[tokio::test]
async fn an_error_waits_while_another_is_given() {
    let api = with(Fault::status(500).next(1)).await;
    api.sandbox.add_fault(Fault::status(503).with_retry_after("7").next(1));
    assert_eq!(api.send("GET", "/connections").await.status(), 500);
    let second = api.send("GET", "/connections").await;
    assert_eq!((second.status().as_u16(), &second.headers()["retry-after"]), (503, &"7".parse().expect("a header")));
    assert_eq!(api.send("GET", "/connections").await.status(), 200);
}

#[test]
fn faults_that_contradict_themselves_cannot_be_made() {
    let contradictions: [fn() -> Fault; 6] = [
        || Fault::truncated().afterwards(),
        || Fault::reset().with_retry_after("3"),
        || Fault::reset().on("getConnections").on_files(),
        || Fault::reset().on_files().on("getConnections"),
        || Fault::reset().every(0),
        || Fault::reset().rate(1.5),
    ];
    for (place, contradiction) in contradictions.into_iter().enumerate() {
        assert!(std::panic::catch_unwind(contradiction).is_err(), "contradiction {place}");
    }
}

#[tokio::test]
async fn missing_fields_do_not_end_a_list_and_a_missing_cursor_does() {
    let api = with(Fault::missing_fields()).await;
    let page = api.get("/v2/vendors?size=10").await;
    assert!(page["pagination"]["cursor"].is_string(), "{}", page["pagination"]);
    api.sandbox.clear_faults();
    api.sandbox.add_fault(Fault::missing_cursor());
    assert!(api.get("/v2/vendors?size=10").await["pagination"]["cursor"].is_null());
}

#[tokio::test]
async fn a_rate_of_errors_follows_from_the_seed() {
    let statuses = async |seed| {
        let sandbox = Sandbox::builder().seed(seed).fault(Fault::status(503).rate(0.3)).start().await.expect("a port");
        let api = Api::new(sandbox);
        let mut all = Vec::new();
        for _ in 0..60 {
            all.push(api.send("GET", "/connections?limit=1").await.status().as_u16());
        }
        all
    };
    let one = statuses(1).await;
    assert_eq!(one, statuses(1).await);
    let errors = one.iter().filter(|status| **status == 503).count();
    assert!((8..=30).contains(&errors), "{errors}");
}

#[tokio::test]
async fn a_reset_leaves_no_answer_and_nothing_done() {
    let api = with(Fault::reset().on("POST /vendors").next(1)).await;
    let body = json!({"name": "Acme", "category": "ENGINEERING", "risk": "LOW", "critical": false});
    let request = api.request("POST", "/v2/vendors").json(&body);
    assert!(request.send().await.is_err());
    assert_eq!(api.sandbox.requests().last().map(|request| request.status), Some(0));
    assert_eq!(api.get("/v2/vendors?includeTotalCount=true").await["pagination"]["totalCount"], 100);
}

#[tokio::test]
async fn an_error_may_come_after_the_deed() {
    let api = with(Fault::html(504).on("DELETE /vendors/{vendorId}").next(1).afterwards()).await;
    assert_eq!(api.send("DELETE", "/v2/vendors/5").await.status(), 504);
    assert_eq!(api.try_get("/v2/vendors/5").await.0, 404);
}

#[tokio::test]
async fn files_behind_links_may_fail_too() {
    let api = with(Fault::truncated().on_files().next(1)).await;
    let link =
        api.get("/policies/1/current-published/download").await["signedUrl"].as_str().expect("a link").to_owned();
    assert!(reqwest::get(&link).await.expect("an answer").bytes().await.is_err());
    assert!(reqwest::get(&link).await.expect("an answer").bytes().await.is_ok());
    api.sandbox.add_fault(Fault::status(503).on_files());
    assert_eq!(reqwest::get(&link).await.expect("an answer").status(), 503);
}

#[tokio::test]
async fn a_cursor_may_repeat_for_ever() {
    let api = with(Fault::repeated_cursor()).await;
    let first = api.get("/v2/vendors?size=10").await;
    let cursor = first["pagination"]["cursor"].as_str().expect("a cursor").to_owned();
    let second = api.get(&format!("/v2/vendors?size=10&cursor={cursor}")).await;
    assert_eq!(second["pagination"]["cursor"], cursor);
}

#[tokio::test]
async fn answers_may_be_of_a_later_version() {
    let api = with(Fault::unknown_enum().on("getConnections")).await;
    assert_eq!(api.get("/connections").await["data"][0]["state"], "SOMETHING_NEW");
    api.sandbox.clear_faults();
    api.sandbox.add_fault(Fault::extra_fields());
    assert!(api.get("/connections").await["data"][0]["addedLater"].is_string());
    api.sandbox.clear_faults();
    api.sandbox.add_fault(Fault::text_ids());
    assert_eq!(api.get("/connections").await["data"][0]["id"], "1");
    api.sandbox.clear_faults();
    api.sandbox.add_fault(Fault::missing_fields());
    let row = api.get("/connections").await["data"][0].clone();
    assert!(row.get("providerTypes").is_none() && row["clientAlias"].is_null() && row["id"] == 1, "{row}");
}

#[tokio::test]
async fn latency_and_slow_bodies_take_their_time() {
    let api = Api::start().await;
    api.sandbox.set_latency(Duration::from_secs(3_600));
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    assert_eq!(api.send("GET", "/connections").await.status(), 200);
    assert!(begun.elapsed() >= Duration::from_secs(3_600));

    api.sandbox.set_latency(Duration::ZERO);
    api.sandbox.add_fault(Fault::slow_body(Duration::from_secs(60)));
    let begun = tokio::time::Instant::now();
    api.get("/connections").await;
    assert!(begun.elapsed() >= Duration::from_secs(8 * 60));
}

#[tokio::test]
async fn a_rate_limit_lets_so_many_through_in_its_window() {
    let api = Api::start().await;
    api.sandbox.set_rate_limit(Some(RateLimit::per_minute(2)));
    assert_eq!(api.send("GET", "/connections").await.status(), 200);
    assert_eq!(api.send("GET", "/connections").await.status(), 200);
    let refused = api.send("GET", "/connections").await;
    assert_eq!(refused.status(), 429);
    let wait: u64 = refused.headers()["retry-after"].to_str().ok().and_then(|text| text.parse().ok()).expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(wait)).await;
    tokio::time::resume();
    assert_eq!(api.send("GET", "/connections").await.status(), 200);

    api.sandbox.set_rate_limit(Some(RateLimit::per_minute(0).retry_after(RetryAfter::Date)));
    let date = api.send("GET", "/connections").await;
    assert!(date.headers()["retry-after"].to_str().is_ok_and(|text| text.ends_with("GMT")));
    api.sandbox.set_rate_limit(Some(RateLimit::per_minute(0).retry_after(RetryAfter::None)));
    assert!(!api.send("GET", "/connections").await.headers().contains_key("retry-after"));
    api.sandbox.set_rate_limit(None);
    assert_eq!(api.send("GET", "/connections").await.status(), 200);
}

#[tokio::test]
#[should_panic(expected = "no operation of the contract is called")]
async fn a_fault_on_an_operation_that_does_not_exist_is_a_mistake() {
    let _ = with(Fault::reset().on("getConections")).await;
}
