//! The contract as the sandbox serves it.

#[path = "support/api.rs"]
mod api;

use api::Api;
use serde_json::Value;

#[tokio::test]
async fn both_versions_are_described_with_every_refusal() {
    let api = Api::start().await;
    let root = api.sandbox.base_url().trim_end_matches("/public").to_owned();
    for (version, operations, below) in [("v1", 116, "/public"), ("v2", 167, "/public/v2")] {
        let response = reqwest::get(format!("{root}/openapi/{version}.json")).await.expect("an answer");
        let document: Value = response.json().await.expect("JSON");
        assert_eq!(document["servers"][0]["url"], format!("{root}{below}"));
        let paths = document["paths"].as_object().expect("paths");
        let all: Vec<_> = paths.values().flat_map(|item| item.as_object().expect("operations").values()).collect();
        assert_eq!(all.len(), operations);
        for operation in all {
            for status in ["401", "402", "403", "412", "429"] {
                assert!(operation["responses"][status].is_object(), "{}: {status}", operation["operationId"]);
            }
        }
    }
}
