//! How the service behaves where its contract says nothing or something else.

#[path = "support/api.rs"]
mod api;

use std::time::Duration;

use api::{Api, ids};
use drata_sandbox::Sandbox;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

#[tokio::test]
async fn each_item_of_an_hris_batch_has_an_outcome() {
    let api = Api::start().await;
    let batch = json!([
        {"identityId": "e1", "email": "ada@acme.example"},
        {"identityId": "e2", "email": "no address"},
        {"identityId": ""},
        {"identityId": "e1"},
        {"identityId": "e4", "shoeSize": 43},
    ]);
    let path = "/v2/custom-connections/1/hris-user-identities";
    let (status, outcomes) = api.json("POST", path, batch).await;
    assert_eq!(status, 207, "{outcomes}");
    let codes: Vec<_> = outcomes.as_array().expect("outcomes").iter().map(|one| one["statusCode"].as_u64()).collect();
    assert_eq!(codes, [Some(201), Some(400), Some(400), Some(400), Some(400)]);
    let message = |place: usize| outcomes[place]["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(message(1).contains("[1].email must be an email address"), "{}", message(1));
    assert!(message(4).contains("[4].shoeSize should not exist"), "{}", message(4));
    // What was good is stored.
    let list = api.get(&format!("{path}?size=500")).await;
    assert!(list["data"].as_array().expect("rows").iter().any(|row| row["identityId"] == "e1"), "{list}");
    // What is no batch is refused as a whole.
    assert_eq!(api.json("POST", path, json!({"identityId": "e1"})).await.0, 400);
    assert_eq!(api.json("POST", path, json!([])).await.0, 400);
}

#[tokio::test]
async fn unknown_fields_are_refused_in_json_and_in_forms() {
    let api = Api::start().await;
    let (status, body) = api.json("PUT", "/v2/vendors/3", json!({"name": "Acme", "colour": "red"})).await;
    assert_eq!(status, 400);
    assert!(body["message"].as_str().is_some_and(|text| text.contains("property colour should not exist")), "{body}");
    let form =
        Form::new().text("type", "SEC_TRAINING").text("colour", "red").part("file", Part::text("a").file_name("a.txt"));
    let response = api.request("POST", "/v2/users/3/documents").multipart(form).send().await.expect("an answer");
    assert_eq!(response.status(), 400);
    // A file part without a file name is no file.
    let form = Form::new().text("type", "SEC_TRAINING").part("file", Part::text("a"));
    let response = api.request("POST", "/v2/users/3/documents").multipart(form).send().await.expect("an answer");
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn a_session_has_a_name_of_3_to_64_characters() {
    let api = Api::start().await;
    let path = |name: &str| format!("/v2/custom-connections/1/resources/1/sessions/{name}");
    assert_eq!(api.json("POST", &path("ab"), json!({"data": [{"id": "x"}]})).await.0, 400);
    assert_eq!(api.json("POST", &path(&"a".repeat(65)), json!({"data": [{"id": "x"}]})).await.0, 400);
    assert_eq!(api.json("POST", &path("abc"), json!({"data": [{"id": "x"}]})).await.0, 201);
}

#[tokio::test]
async fn the_failures_of_a_test_need_a_type() {
    let api = Api::start().await;
    let path = "/workspaces/1/monitors/3/failures";
    assert_eq!(api.try_get(path).await.0, 400);
    for kind in ["included", "excluded", "FAILED"] {
        assert_eq!(api.try_get(&format!("{path}?type={kind}")).await.0, 200, "{kind}");
    }
    assert_eq!(api.try_get(&format!("{path}?type=nonsense")).await.0, 400);
}

#[tokio::test]
async fn ids_in_a_put_replace_the_whole_set() {
    let api = Api::start().await;
    let path = "/v2/workspaces/1/evidence-library/2?expand[]=controls";
    for set in [vec![5, 6, 7], vec![6], vec![]] {
        api.json("PUT", path, json!({"controlIds": set})).await;
        let controls = api.get(path).await["controls"].clone();
        let shown: Vec<_> = controls.as_array().expect("controls").iter().map(|row| row["id"].as_u64()).collect();
        assert_eq!(shown, set.into_iter().map(Some).collect::<Vec<_>>());
    }
    // A field that is not sent stays.
    api.json("PUT", path, json!({"controlIds": [4]})).await;
    api.json("PUT", path, json!({"name": "Renamed"})).await;
    assert_eq!(api.get(path).await["controls"][0]["id"], 4);
    assert_eq!(api.json("PUT", path, json!({"controlIds": [999_999]})).await.0, 404);
}

#[tokio::test]
async fn a_submitted_policy_takes_no_action_for_a_while() {
    let api = Api::start().await;
    let policy = json!({"name": "Quiet hours", "ownerId": 3, "sourceType": "UPLOADED", "renewalDate": "2027-01-01",
                        "description": "After ten."});
    let (status, created) = api.json("POST", "/v2/policies", policy).await;
    assert_eq!(status, 201, "{created}");
    let path = format!("/v2/policies/{}/actions", created["id"]);
    let act = async |action: &str| api.json("POST", &path, json!({"action": action, "overrideReason": "x"})).await;
    assert_eq!(act("Publish").await.0, 400);
    assert_eq!(act("SubmitForApproval").await.1["newStatus"], "NEEDS_APPROVAL");
    let (status, early) = act("OverrideApprove").await;
    assert_eq!(status, 400);
    assert!(early["message"].as_str().is_some_and(|text| text.contains("current resource state")), "{early}");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(6)).await;
    tokio::time::resume();
    // A key of the API cannot approve, only override.
    assert_eq!(act("Approve").await.0, 400);
    assert_eq!(act("OverrideApprove").await.1["newStatus"], "APPROVED");
    assert_eq!(act("Publish").await.1["newStatus"], "PUBLISHED");
    let versions = api.get(&format!("/v2/policies/{}/policy-versions", created["id"])).await;
    assert_eq!(
        (versions["data"][0]["policyVersionStatus"].as_str(), &versions["data"][0]["current"]),
        (Some("PUBLISHED"), &json!(true))
    );
}

#[tokio::test]
async fn the_devices_of_a_person_come_in_either_shape() {
    let api = Api::start().await;
    let contract = api.get("/personnel/4/devices").await;
    assert!(contract.is_object(), "{contract}");
    let api = Api::new(Sandbox::builder().bare_device_lists().start().await.expect("a port"));
    let list = api.get("/personnel/4/devices").await;
    assert_eq!(list[0]["personnelId"], 4, "{list}");
}

#[tokio::test]
async fn a_custom_field_obeys_its_definition() {
    let api = Api::start().await;
    let fields = async |fields: Value| api.json("PUT", "/v2/vendors/3", json!({"customFields": fields})).await;
    let vendor = api.get("/v2/vendors/3?expand[]=customFields").await;
    let names: Vec<_> =
        vendor["customFields"].as_array().expect("fields").iter().map(|one| one["name"].clone()).collect();
    assert!(names.contains(&json!("Cost center")), "{names:?}");
    assert_eq!(fields(json!([{"name": "cost center", "value": "42"}])).await.0, 200);
    assert_eq!(fields(json!([{"name": "Cost center", "value": "many"}])).await.0, 400);
    assert_eq!(fields(json!([{"name": "Weighted score", "value": "1"}])).await.0, 400);
    assert_eq!(fields(json!([{"id": 999, "value": "1"}])).await.0, 400);
    let vendor = api.get("/v2/vendors/3?expand[]=customFields").await;
    let field = vendor["customFields"].as_array().expect("fields").iter().find(|one| one["name"] == "Cost center");
    assert_eq!(field.map(|one| one["value"].clone()), Some(json!("42")));
    // Null clears, and what was not named stays.
    fields(json!([{"name": "Cost center", "value": null}])).await;
    let vendor = api.get("/v2/vendors/3?expand[]=customFields").await;
    let field = vendor["customFields"].as_array().expect("fields").iter().find(|one| one["name"] == "Cost center");
    assert!(field.is_some_and(|one| one["value"].is_null()), "{vendor}");
}

#[tokio::test]
async fn a_test_can_see_what_was_not_acted_out() {
    let api = Api::start().await;
    api.get("/v2/vendors").await;
    assert!(api.sandbox.requests().not_simulated().is_empty());
    api.send("POST", "/workspaces/1/autopilot/3/retest").await;
    api.send("POST", "/workspaces/1/autopilot/3/retest").await;
    assert_eq!(api.sandbox.requests().not_simulated(), ["POST /public/workspaces/1/autopilot/3/retest"]);
}

#[tokio::test]
async fn a_custom_connection_shows_its_name_and_its_resource() {
    let api = Api::start().await;
    let body = json!({"name": "Badge readers", "providerTypes": ["CUSTOM"], "displayNameKey": "name", "workspaceIds": [1],
                      "sampleData": {"name": "x"}});
    let (status, created) = api.json("POST", "/v2/custom-connections", body).await;
    assert_eq!((status, &created["clientAlias"]), (201, &json!("Badge readers")), "{created}");
    let path = format!("/v2/custom-connections/{}", created["id"]);
    let resource = api.get(&format!("{path}?expand[]=customResources")).await["customResources"][0]["id"].clone();
    let records = format!("{path}/resources/{resource}/records");
    let (status, outcomes) = api.json("POST", &records, json!({"data": [{"id": "door-1", "name": "Front"}]})).await;
    assert_eq!(status, 201, "{outcomes}");
    assert_eq!(api.get(&records).await["data"][0]["id"], "door-1");
    // Version 1 lists it among the connections.
    let all = api.get("/connections?limit=50&page=3").await;
    assert!(ids(&all).contains(&created["id"].as_u64().expect("an id")), "{all}");
}
