//! A user's program.
use drata_ext::http::{HeaderName, HeaderValue, Method};
use drata_ext::testing::{Script, sample};
use drata_ext::v2::evidence_library::RenewalScheduleType;
use drata_ext::v2::ids::RiskRegisterId;
use drata_ext::v2::risks::Risk;
use drata_ext::{Drata, Error, ListChanges, ListExt as _, RetryPolicy, Timestamp};
use serde_json::json;
use std::time::Duration;

async fn use_it(drata: &Drata) -> Result<(), Error> {
    let page = drata.v2().risks().list(1).await?;
    let _ = page.data.len();
    let _ = drata.v2().risks().list(RiskRegisterId::from(1)).send().await?;
    let all: Vec<Risk> = drata.v2().risks().list(1).collect_all().await?;
    let (good, bad) = drata.v2().risks().list(1).collect_lossy().await;
    println!("{} {} {}", all.len(), good.len(), bad.len());
    let first = drata.v2().risks().list(1).first().await?;
    println!("{:?}", first.map(|risk| risk.id));
    let response = drata.v2().risks().list(1).size(10).size(20).send_response().await?;
    println!("{} {:?} {:?}", response.status, response.request_id(), response.headers.get("x"));
    let value: serde_json::Value = drata.get("/v2/x").header("a", "b").query("q", 1).receive().await?;
    println!("{value}");
    let changed = drata.request(Method::PATCH, "/v2/x").header("if-match", "v3").json(&json!({"a": 1})).await?;
    println!("{}", changed.status);
    let mut rows = drata.get("/v2/x").list().stream();
    while let Some(row) = rows.next().await {
        println!("{}", row?);
    }
    let mut seen = ListChanges::default();
    let changes = seen.poll(drata.v2().risks().list(1)).await?;
    println!("{}", changes.len());
    let call = drata.v2().risks().list(1).deadline(Duration::from_secs(3)).retry_policy(RetryPolicy::never());
    println!("{call:?}");
    call.await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    assert!(RenewalScheduleType::parse_known("YEARLY").is_err());
    println!("{}", RenewalScheduleType::parse_known("YEARLY").unwrap_err());
    println!("{}", "one_year".parse::<RenewalScheduleType>().unwrap_err());
    assert!(!RenewalScheduleType::from("YEARLY").is_known());
    let a = Timestamp::from("2026-01-02T00:00:00Z");
    println!("{:?}", a.to_instant()?);
    let risk: Risk = sample(json!({"id": 7, "title": "x"}));
    let script = Script::new()
        .on("v2::risks::list", 200, json!({"data": [risk, {"id": "ada@example.com"}], "pagination": {"cursor": null}}))
        .on("GET /x", 200, json!({"data": [1], "pagination": {"cursor": null}}))
        .on("PATCH /x", 200, json!({}));
    if let Err(error) = use_it(&script.drata()?).await {
        println!("{error}");
    }
    let drata = Drata::builder()
        .api_key("some-key-that-is-long")
        .header(HeaderName::from_static("x-gateway"), HeaderValue::from_static("1"))
        .proxy("http://user:pa55@127.0.0.1:1")
        .retry_policy(RetryPolicy::never())
        .build()?;
    println!("{}", drata.v2().company().get().await.unwrap_err());
    for url in ["api.drata.com", "http://api.drata.com", "https://api.drata.com/v2"] {
        println!("{}", Drata::builder().api_key("k").base_url(url).build().unwrap_err());
    }
    println!("{}", Drata::builder().build().unwrap_err());
    println!("{}", drata.v2().workspaces().list().size(1000).await.unwrap_err());
    Ok(())
}
