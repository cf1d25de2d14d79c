//! Who may do what, and what a wrong request is told.

#[path = "support/api.rs"]
mod api;

use api::{Api, answer};
use drata_sandbox::{Features, Permissions, Sandbox};
use reqwest::header::ALLOW;
use serde_json::json;

#[tokio::test]
async fn a_request_without_a_key_and_one_with_an_unknown_key_are_told_apart() {
    let api = Api::start().await;
    let url = format!("{}/connections", api.sandbox.base_url());
    let client = reqwest::Client::new();
    let (status, body) = answer(client.get(&url).send().await.expect("an answer")).await;
    assert_eq!((status, &body["code"]), (401, &json!(26430)));
    let (status, body) = answer(client.get(&url).bearer_auth("wrong").send().await.expect("an answer")).await;
    assert_eq!((status, &body["code"]), (401, &json!(12310)));
    assert_eq!(body["statusCode"], 401);
}

#[tokio::test]
async fn a_key_does_what_its_permissions_say() {
    let sandbox = Sandbox::builder().key("narrow-key-0001", Permissions::only(["connections-get"])).start().await;
    let api = Api::new(sandbox.expect("a port"));
    assert_eq!(api.try_get("/connections").await.0, 200);
    let (status, body) = api.try_get("/vendors").await;
    assert_eq!(status, 403);
    assert!(body["message"].as_str().is_some_and(|message| message.contains("vendors-")), "{body}");

    api.sandbox.set_key("narrow-key-0001", Permissions::Read);
    assert_eq!(api.try_get("/vendors").await.0, 200);
    assert_eq!(api.json("DELETE", "/vendors/1", json!({})).await.0, 403);

    api.sandbox.revoke_key("narrow-key-0001");
    assert_eq!(api.try_get("/connections").await.0, 401);
}

#[tokio::test]
async fn a_paid_feature_needs_a_plan_that_has_it() {
    let sandbox = Sandbox::builder().features(Features::only(["CUSTOM_FRAMEWORKS"])).start().await.expect("a port");
    let api = Api::new(sandbox);
    let (status, body) = api.try_get("/v2/risk-registers/1/risk-library").await;
    assert_eq!(status, 402);
    assert!(body["message"].as_str().is_some_and(|message| message.contains("RISK_MANAGEMENT")), "{body}");
    api.sandbox.set_features(Features::All);
    assert_eq!(api.try_get("/v2/risk-registers/1/risk-library").await.0, 200);
}

#[tokio::test]
async fn nothing_works_until_the_terms_are_accepted() {
    let api = Api::new(Sandbox::builder().terms_accepted(false).start().await.expect("a port"));
    assert_eq!(api.try_get("/connections").await.0, 412);
    api.sandbox.set_terms_accepted(true);
    assert_eq!(api.try_get("/connections").await.0, 200);
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_method_are_told_apart() {
    let api = Api::start().await;
    assert_eq!(api.try_get("/no-such-thing").await.0, 404);
    let response = api.send("DELETE", "/connections").await;
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()[ALLOW], "GET");
    let both = api.send("PATCH", "/v2/vendors/1").await;
    assert_eq!(both.headers()[ALLOW], "DELETE, GET, PUT");
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let api = Api::start().await;
    for (path, named) in [
        ("/connections?limit=51", "limit"),
        ("/connections?page=0", "page"),
        ("/connections?page=1.5", "page"),
        ("/connections?state=SLEEPING", "state"),
        ("/connections?providerTypes=IDENTITY&providerTypes=NOTHING", "providerTypes[1]"),
        ("/vendors/abc", "id"),
        ("/v2/vendors-stats", "expand[]"),
        ("/v2/vendors?size=501", "size"),
    ] {
        let (status, body) = api.try_get(path).await;
        let message = body["message"].as_str().unwrap_or_default();
        assert_eq!(status, 400, "{path}");
        assert!(message.starts_with(named), "{path}: {message}");
    }
}

#[tokio::test]
async fn numbers_may_be_written_as_fractions_and_unknown_names_are_ignored() {
    let api = Api::start().await;
    let list = api.get("/connections?page=1.0&limit=3.0&nonsense=1").await;
    assert_eq!(list["data"].as_array().map(Vec::len), Some(3));
    assert!(api.sandbox.requests().violations()[0].contains("nonsense"));
}

#[tokio::test]
async fn a_wrong_body_is_told_where_it_is_wrong() {
    let api = Api::start().await;
    let row = |email: &str| {
        json!({"id": "1", "firstName": "Ada", "lastName": "Byron", "email": email, "contractor": false,
               "isMfaEnabled": true, "date": "2024-01-31"})
    };
    let long = "a".repeat(192);
    let mut wrong = row("ada@acme.example");
    wrong["firstName"] = json!(long);
    let body = json!({"personnelData": [row("ada@acme.example"), wrong]});
    let (status, body) = api.json("POST", "/connections/upload/json", body).await;
    assert_eq!(status, 400);
    let message = body["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("personnelData[1].firstName must not be longer than 191"), "{message}");

    let (status, body) = api.json("POST", "/v2/vendors", json!({"category": "NOTHING"})).await;
    assert_eq!(status, 400);
    let message = body["message"].as_str().unwrap_or_default();
    assert!(message.contains("name is required") && message.contains("category must be one of"), "{message}");
    assert_eq!(body["name"], "BadRequestException");
}

#[tokio::test]
async fn errors_carry_a_name_only_where_the_contract_has_one() {
    let api = Api::start().await;
    let (_, v1) = api.try_get("/vendors/999999").await;
    assert!(v1.get("name").is_none(), "{v1}");
    let (_, v2) = api.try_get("/v2/vendors/999999").await;
    assert_eq!(v2["name"], "NotFoundException");
    assert_eq!(v2["statusCode"], 404);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let api = Api::new(Sandbox::builder().body_limits(1_000, 2_000).start().await.expect("a port"));
    let body = json!({"name": "a".repeat(1_000)});
    assert_eq!(api.json("POST", "/v2/vendors", body).await.0, 413);
    let form = reqwest::multipart::Form::new().text("file", "a".repeat(3_000));
    let response = api.request("POST", "/connections/upload/csv").multipart(form).send().await.expect("an answer");
    assert_eq!(response.status(), 413);
}

#[tokio::test]
async fn versions_stand_side_by_side() {
    let api = Api::start().await;
    assert!(api.get("/vendors").await.get("total").is_some());
    assert!(api.get("/v2/vendors").await.get("pagination").is_some());
}
