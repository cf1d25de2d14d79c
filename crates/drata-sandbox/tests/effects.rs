//! The effects that no rule can tell.

#[path = "support/api.rs"]
mod api;

use api::{Api, ids};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

fn person(number: u32, first: &str) -> Value {
    json!({"id": number.to_string(), "firstName": first, "lastName": "Byron", "contractor": false,
           "email": format!("{}@acme.example", first.to_lowercase()), "isMfaEnabled": true, "date": "01/31/2024"})
}

#[tokio::test]
async fn a_roster_makes_a_connection_and_people_appear() {
    let api = Api::start().await;
    let before = api.get("/connections").await["total"].as_u64().expect("a total");
    let roster = json!({"personnelData": [person(1, "Ada"), person(2, "Grace")]});
    assert_eq!(api.json("POST", "/connections/upload/json", roster).await, (201, json!({})));

    let list = api.get(&format!("/connections?limit=1&page={}", before + 1)).await;
    assert_eq!(list["total"], before + 1);
    let connection = &list["data"][0];
    assert_eq!((&connection["state"], &connection["clientType"]), (&json!("ACTIVE"), &json!("CSV_IDP")));
    assert_eq!(connection["providerTypes"][0]["value"], "IDENTITY");
    let ada = api.get("/personnel/ada@acme.example/email").await;
    assert_eq!(ada["employmentStatus"], "CURRENT_EMPLOYEE");
    assert_eq!(ada["user"]["firstName"], "Ada");

    // Whoever is missing from the next roster has left.
    let path = format!("/connections/{}/upload/json", connection["id"]);
    let (status, _) = api.json("PUT", &path, json!({"personnelData": [person(1, "Ada")]})).await;
    assert_eq!(status, 200);
    let grace = api.get("/personnel/grace@acme.example/email").await;
    assert_eq!(grace["employmentStatus"], "FORMER_EMPLOYEE");
    assert_eq!(api.get("/personnel/ada@acme.example/email").await["employmentStatus"], "CURRENT_EMPLOYEE");
}

async fn upload(api: &Api, csv: &str) -> (u16, Value) {
    let form = Form::new().part("file", Part::text(csv.to_owned()).file_name("roster.csv"));
    let request = api.request("POST", "/connections/upload/csv").multipart(form);
    api::answer(request.send().await.expect("an answer")).await
}

#[tokio::test]
async fn a_roster_may_be_a_csv_file_and_its_mistakes_are_told_by_line() {
    let api = Api::start().await;
    let header = "id,first_name,last_name,email,is_contractor,mfa";
    let (status, body) = upload(&api, &format!("{header}\n1,Ada,\"Byron, Lady\",ada@acme.example,no,YES\n")).await;
    assert_eq!((status, body), (201, json!({})));
    assert_eq!(api.get("/users/ada@acme.example/email").await["lastName"], "Byron, Lady");

    let (status, body) = upload(&api, &format!("{header}\n1,Ada,Byron,ada@acme.example,perhaps,yes\n")).await;
    assert_eq!(status, 400);
    assert!(body["message"].as_str().is_some_and(|text| text.starts_with("line 2: is_contractor")), "{body}");
    let (_, body) = upload(&api, "id,first_name\n").await;
    assert!(body["message"].as_str().is_some_and(|text| text.contains("last_name")), "{body}");
}

const RESOURCE: &str = "/v2/custom-connections/1/resources/1";

async fn record_ids(api: &Api) -> Vec<String> {
    let list = api.get(&format!("{RESOURCE}/records?size=500")).await;
    let rows = list["data"].as_array().expect("rows").clone();
    rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn records_are_written_over_those_of_the_same_id() {
    let api = Api::start().await;
    let path = format!("{RESOURCE}/records");
    let (status, body) = api.json("POST", &path, json!({"data": [{"id": "a/1", "size": 3}, {"size": 4}]})).await;
    assert_eq!(status, 201);
    assert_eq!((&body[0]["id"], &body[0]["statusCode"]), (&json!("a/1"), &json!(201)));
    // As the real service does: the status of a refused record says 201, only its error tells.
    assert_eq!((&body[1]["statusCode"], &body[1]["error"]["code"]), (&json!(201), &json!(28022)));

    let (status, body) = api.json("POST", &path, json!({"data": {"id": "a/1", "size": 5}})).await;
    assert_eq!((status, &body[0]["statusCode"]), (200, &json!(200)));
    let (status, record) = api.json("PUT", &format!("{path}/a%2F1"), json!({"data": {"id": "a/1", "size": 6}})).await;
    assert_eq!((status, &record["attributes"]["size"]), (200, &json!(6)), "{record}");
    assert_eq!(api.send("DELETE", &format!("{path}/a%2F1")).await.status(), 204);
    assert!(!record_ids(&api).await.contains(&"a/1".to_owned()));
}

#[tokio::test]
async fn a_completed_session_is_all_that_is_left() {
    let api = Api::start().await;
    assert!(!record_ids(&api).await.is_empty());
    let session = format!("{RESOURCE}/sessions/nightly-1");
    let (status, body) = api.json("POST", &session, json!({"data": [{"id": "x"}, {"id": "y"}]})).await;
    assert_eq!((status, body.as_array().map(Vec::len)), (201, Some(2)));
    // Nothing shows before the session is completed, and no other session may begin.
    assert!(!record_ids(&api).await.contains(&"x".to_owned()));
    let other = format!("{RESOURCE}/sessions/nightly-2");
    assert_eq!(api.json("POST", &other, json!({"data": [{"id": "z"}]})).await.0, 409);

    let (status, body) = api.json("POST", &format!("{session}/actions"), json!({"action": "complete"})).await;
    assert_eq!((status, &body["status"]), (200, &json!("ACTIVE")), "{body}");
    assert_eq!((&body["sessionId"], &body["resourceId"]), (&json!("nightly-1"), &json!(1)));
    assert_eq!(record_ids(&api).await, ["x", "y"]);
    assert_eq!(api.json("POST", &session, json!({"data": [{"id": "w"}]})).await.0, 409);
    assert_eq!(api.json("POST", &format!("{session}/actions"), json!({"action": "cancel"})).await.0, 409);

    let list = api.get(&format!("{RESOURCE}/sessions?status=ACTIVE")).await;
    let rows = list["data"].as_array().expect("rows");
    assert!(rows.iter().any(|row| row["sessionId"] == "nightly-1"), "{list}");
}

#[tokio::test]
async fn a_cancelled_session_leaves_everything_as_it_was() {
    let api = Api::start().await;
    let before = record_ids(&api).await;
    let session = format!("{RESOURCE}/sessions/try-1");
    api.json("POST", &session, json!({"data": [{"id": "x"}]})).await;
    let (status, body) = api.json("POST", &format!("{session}/actions"), json!({"action": "cancel"})).await;
    assert_eq!((status, &body["status"]), (200, &json!("CANCELED")));
    assert_eq!(record_ids(&api).await, before);
}

#[tokio::test]
async fn a_stranded_session_is_there_to_be_cleaned_up() {
    let api = Api::start().await;
    let list = api.get(&format!("{RESOURCE}/sessions?status=IN_PROGRESS")).await;
    let session = list["data"][0]["sessionId"].as_str().expect("a session").to_owned();
    let actions = format!("{RESOURCE}/sessions/{session}/actions");
    let (status, body) = api.json("POST", &actions, json!({"action": "cancel"})).await;
    assert_eq!((status, &body["status"], &body["sessionId"]), (200, &json!("CANCELED"), &json!(session)), "{body}");
}

#[tokio::test]
async fn a_session_without_records_cannot_be_completed() {
    let api = Api::start().await;
    let session = format!("{RESOURCE}/sessions/empty-1");
    assert_eq!(api.json("POST", &session, json!({"data": []})).await.0, 200);
    assert_eq!(api.json("POST", &format!("{session}/actions"), json!({"action": "complete"})).await.0, 422);
    assert_eq!(api.json("POST", &format!("{RESOURCE}/sessions/a b"), json!({"data": []})).await.0, 400);
}

#[tokio::test]
async fn version_1_steers_a_session_through_headers() {
    let api = Api::start().await;
    let path = "/custom-connections/1/resources/1/records";
    let request = api.request("POST", path).header("x-session-id", "v1-1").json(&json!({"data": [{"id": "q"}]}));
    assert_eq!(request.send().await.expect("an answer").status(), 201);
    let request = api.request("POST", path).header("x-session-id", "v1-1").header("x-session-complete", "true");
    let request = request.json(&json!({"data": [{"id": "r"}]}));
    assert_eq!(request.send().await.expect("an answer").status(), 201);
    assert_eq!(record_ids(&api).await, ["q", "r"]);
}

#[tokio::test]
async fn people_of_an_hris_have_outcomes_of_their_own() {
    let api = Api::start().await;
    let path = "/v2/custom-connections/1/hris-user-identities";
    let (status, body) = api.json("POST", path, json!([{"identityId": "e1", "firstName": "Ada"}])).await;
    assert_eq!((status, &body[0]["statusCode"], &body[0]["data"]["firstName"]), (201, &json!(201), &json!("Ada")));

    // Unchanged: a success without data.
    let (status, body) = api.json("POST", path, json!([{"identityId": "e1", "firstName": "Ada"}])).await;
    assert_eq!((status, &body[0]), (200, &json!({"statusCode": 200, "data": null})));

    let batch = json!([{"identityId": "e1", "jobTitle": "Analyst"}, {"identityId": "e2"}, {"identityId": "e2"}]);
    let (status, body) = api.json("POST", path, batch).await;
    assert_eq!(status, 207);
    assert_eq!((&body[0]["data"]["firstName"], &body[0]["data"]["jobTitle"]), (&json!("Ada"), &json!("Analyst")));
    assert!(body[2]["error"]["message"].as_str().is_some_and(|text| text.contains("twice")), "{body}");
    assert_eq!(api.get(&format!("{path}/identity-id:e1")).await["jobTitle"], "Analyst");
}

#[tokio::test]
async fn a_separation_is_cleared_before_it_is_moved() {
    let api = Api::start().await;
    let path = "/v2/custom-connections/1/hris-user-identities";
    let set = |at: Value| json!([{"identityId": "e1", "separatedAt": at}]);
    api.json("POST", path, set(json!("2025-01-01T00:00:00.000Z"))).await;
    let (status, body) = api.json("POST", path, set(json!("2025-02-01T00:00:00.000Z"))).await;
    assert_eq!((status, body[0]["error"].is_object()), (207, true));
    assert_eq!(api.json("POST", path, set(Value::Null)).await.0, 200);
    assert_eq!(api.json("POST", path, set(json!("2025-02-01T00:00:00.000Z"))).await.0, 200);
}

#[tokio::test]
async fn a_report_of_an_event_is_there_after_some_looks() {
    let api = Api::start().await;
    let list = api.get("/v2/events?size=1").await;
    let event = format!("/v2/events/{}", list["data"][0]["id"].as_str().expect("an id"));
    let (status, job) = api.json("POST", &format!("{event}/download-jobs"), json!({})).await;
    assert_eq!((status, &job["status"], &job["result"]), (201, &json!("Pending"), &Value::Null), "{job}");
    let job = format!("{event}/download-jobs/{}", job["jobId"].as_str().expect("an id"));
    assert_eq!(api.get(&job).await["status"], "Running");
    let done = api.get(&job).await;
    assert_eq!(done["status"], "Completed");
    let file = reqwest::get(done["result"].as_str().expect("a link")).await.expect("an answer");
    assert!(file.text().await.expect("a body").starts_with("%PDF"));
    assert_eq!(api.try_get(&format!("{event}/download-jobs/nothing")).await.0, 404);
}

#[tokio::test]
async fn devices_of_a_person_are_devices_of_the_account() {
    let api = Api::start().await;
    let list = api.get("/v2/personnel/3/devices").await;
    let first = ids(&list)[0];
    let device = api.get(&format!("/v2/devices/{first}")).await;
    assert_eq!(device["serialNumber"], list["data"][0]["serialNumber"]);
}
