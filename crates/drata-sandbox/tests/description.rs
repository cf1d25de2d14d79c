//! The contract as the sandbox serves it.

#[path = "support/api.rs"]
mod api;

use api::Api;
use drata_contract::Contract;
use drata_contract::operation::ApiVersion;
use serde_json::Value;

#[tokio::test]
async fn both_versions_are_described_with_every_refusal() {
    let api = Api::start().await;
    let root = api.sandbox.base_url().trim_end_matches("/public").to_owned();
    for (version, known, below) in [("v1", ApiVersion::V1, "/public"), ("v2", ApiVersion::V2, "/public/v2")] {
        let response = reqwest::get(format!("{root}/openapi/{version}.json")).await.expect("an answer");
        let document: Value = response.json().await.expect("JSON");
        assert_eq!(document["servers"][0]["url"], format!("{root}{below}"));
        let paths = document["paths"].as_object().expect("paths");
        let all: Vec<_> = paths.values().flat_map(|item| item.as_object().expect("operations").values()).collect();
        let contract = Contract::shared().expect("a contract");
        let operations = contract.operations.iter().filter(|operation| operation.version == known).count();
        assert_eq!(all.len(), operations);
        let texts = document.to_string();
        assert!(!texts.contains("x-field-rules"), "{version}");
        assert!(
            version == "v1" || texts.contains(r#""allOf":[{"oneOf":[{"required":["url"]},{"required":["fileKey"]}]}]"#)
        );
        for operation in all {
            for status in ["401", "402", "403", "412", "429"] {
                assert!(operation["responses"][status].is_object(), "{}: {status}", operation["operationId"]);
            }
        }
    }
}
