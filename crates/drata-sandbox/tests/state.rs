//! What is created can be read, listed, changed and deleted; what is uploaded can be downloaded again.

#[path = "support/api.rs"]
mod api;

use std::time::Duration;

use api::{Api, ids};
use drata_sandbox::Sandbox;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

fn vendor(name: &str) -> Value {
    json!({"name": name, "category": "ENGINEERING", "risk": "LOW", "critical": false, "type": "VENDOR"})
}

#[tokio::test]
async fn a_created_row_lives_through_its_whole_life() {
    let api = Api::start().await;
    let before = api.get("/v2/vendors?includeTotalCount=true").await["pagination"]["totalCount"].clone();
    let (status, created) = api.json("POST", "/v2/vendors", vendor("Acme")).await;
    assert_eq!(status, 201, "{created}");
    assert_eq!(created["name"], "Acme");
    let path = format!("/v2/vendors/{}", created["id"]);

    let read = api.get(&path).await;
    assert_eq!((&read["name"], &read["risk"]), (&json!("Acme"), &json!("LOW")));
    let listed = api.get("/v2/vendors?size=500&includeTotalCount=true").await;
    assert_eq!(listed["pagination"]["totalCount"].as_u64(), before.as_u64().map(|count| count + 1));
    assert!(ids(&listed).contains(&created["id"].as_u64().expect("an id")));
    // The other version knows it too.
    assert_eq!(api.get(&format!("/vendors/{}", created["id"])).await["name"], "Acme");

    let (status, changed) = api.json("PUT", &path, json!({"name": "Acme Ltd"})).await;
    assert_eq!((status, &changed["name"]), (200, &json!("Acme Ltd")));
    let read = api.get(&path).await;
    assert_eq!((&read["name"], &read["risk"]), (&json!("Acme Ltd"), &json!("LOW")));
    assert!(read["updatedAt"].as_str() >= read["createdAt"].as_str());

    assert_eq!(api.send("DELETE", &path).await.status(), 204);
    assert_eq!(api.try_get(&path).await.0, 404);
    assert_eq!(api.send("DELETE", &path).await.status(), 404);
    assert!(!ids(&api.get("/v2/vendors?size=500").await).contains(&created["id"].as_u64().expect("an id")));
}

#[tokio::test]
async fn a_seeded_row_can_be_changed_and_deleted_like_any_other() {
    let api = Api::start().await;
    let before = api.get("/v2/vendors/7").await;
    api.json("PUT", "/v2/vendors/7", json!({"name": "Renamed", "status": null})).await;
    let after = api.get("/v2/vendors/7").await;
    assert_eq!(after["name"], "Renamed");
    assert_eq!(after["status"], Value::Null);
    assert_eq!(after["risk"], before["risk"]);
    api.send("DELETE", "/v2/vendors/7").await;
    assert_eq!(&ids(&api.get("/v2/vendors?size=8").await)[5..], [6, 8, 9]);
}

#[tokio::test]
async fn a_seeded_row_that_one_version_deletes_stays_for_the_other() {
    let api = Api::start().await;
    assert_eq!(api.send("DELETE", "/vendors/7").await.status(), 200);
    assert_eq!(api.try_get("/vendors/7").await.0, 404);
    assert_eq!(api.try_get("/v2/vendors/7").await.0, 200);
    // A created row is gone for both.
    let (_, created) = api.json("POST", "/v2/vendors", vendor("Acme")).await;
    assert_eq!(api.send("DELETE", &format!("/vendors/{}", created["id"])).await.status(), 200);
    assert_eq!(api.try_get(&format!("/v2/vendors/{}", created["id"])).await.0, 404);
}

#[tokio::test]
async fn rows_belong_to_their_parents() {
    let api = Api::start().await;
    let (status, note) = api.json("POST", "/v2/workspaces/1/controls/3/notes", json!({"comment": "Checked"})).await;
    assert_eq!(status, 201, "{note}");
    let id = note["id"].as_str().map_or_else(|| note["id"].to_string(), str::to_owned);
    let read = api.get(&format!("/v2/workspaces/1/controls/3/notes/{id}")).await;
    assert_eq!(read["comment"], "Checked");
    assert_eq!(api.try_get(&format!("/v2/workspaces/1/controls/4/notes/{id}")).await.0, 404);
    assert_eq!(api.try_get("/v2/workspaces/1/controls/999999/notes").await.0, 404);
}

#[tokio::test]
async fn what_points_to_another_row_shows_that_row() {
    let api = Api::start().await;
    let user = api.get("/v2/users/9").await;
    let task = json!({"title": "Rotate keys", "assigneeId": 9, "taskType": "GENERAL", "dueDate": "2026-03-01"});
    let (status, created) = api.json("POST", "/v2/workspaces/1/tasks", task).await;
    assert_eq!(status, 201, "{created}");
    let read = api.get(&format!("/v2/workspaces/1/tasks/{}?expand[]=assignee", created["id"])).await;
    assert_eq!(read["assignee"]["email"], user["email"], "{read}");
    assert_eq!(read["dueDate"], "2026-03-01");
}

#[tokio::test]
async fn owners_of_a_control_are_added_replaced_and_removed() {
    let api = Api::start().await;
    let path = "/v2/workspaces/1/controls/2/owners";
    let (status, body) = api.json("PUT", path, json!({"ownerUserIds": [4, 5]})).await;
    assert_eq!((status, &body["ownerIds"]), (200, &json!([4, 5])), "{body}");
    assert_eq!(ids(&api.get(path).await), [4, 5]);
    assert_eq!(api.send("DELETE", &format!("{path}/4")).await.status(), 200);
    assert_eq!(ids(&api.get(path).await), [5]);
    assert_eq!(api.get("/v2/users/4").await["id"], 4);
    assert_eq!(api.json("PUT", path, json!({"ownerUserIds": [999_999]})).await.0, 404);
    assert_eq!(api.json("POST", path, json!({"ownerId": 6})).await.0, 201);
    assert_eq!(ids(&api.get(path).await), [5, 6]);
    assert_eq!(api.json("POST", path, json!({"ownerId": 999_999})).await.0, 404);
}

#[tokio::test]
async fn an_action_without_a_meaning_here_says_so() {
    let api = Api::start().await;
    let response = api.send("POST", "/workspaces/1/autopilot/3/retest").await;
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["x-drata-sandbox-effect"], "not-simulated");
    let (_, vendor) = api.json("PUT", "/vendors/3/status", json!({"vendorStatus": "ACTIVE"})).await;
    assert_eq!(vendor["id"], 3);
}

async fn upload(api: &Api) -> Value {
    let file = Part::bytes(b"first line\n".to_vec()).file_name("proof.txt").mime_str("text/plain").expect("a type");
    let form = Form::new().text("type", "SEC_TRAINING").part("file", file);
    let response = api.request("POST", "/v2/users/3/documents").multipart(form).send().await.expect("an answer");
    assert_eq!(response.status(), 201);
    response.json().await.expect("JSON")
}

#[tokio::test]
async fn an_upload_comes_back_through_a_link_without_the_key() {
    let api = Api::start().await;
    let document = upload(&api).await;
    let path = format!("/v2/users/3/documents/{}?expand[]=downloadUrl", document["id"]);
    let read = api.get(&path).await;
    assert_eq!(read["name"], "proof.txt");
    let link = read["downloadUrl"]["signedUrl"].as_str().expect("a link");
    assert!(!link.contains("/public"), "{link}");
    let file = reqwest::get(link).await.expect("an answer");
    assert_eq!(file.headers()["content-type"], "text/plain");
    assert_eq!(file.text().await.expect("a body"), "first line\n");

    let changed = format!("{}0", &link[..link.len() - 1]);
    let changed = if changed == link { format!("{}1", &link[..link.len() - 1]) } else { changed };
    assert_eq!(reqwest::get(changed).await.expect("an answer").status(), 403);
}

#[tokio::test]
async fn each_of_several_files_is_a_row() {
    let api = Api::start().await;
    let path = "/v2/risk-registers/1/risks/1/documents";
    let part = |name: &'static str| Part::text(name).file_name(name);
    let form = Form::new().part("files", part("one.txt")).part("files", part("two.txt"));
    let response = api.request("POST", path).multipart(form).send().await.expect("an answer");
    assert_eq!(response.status(), 201);
    let list = api.get(&format!("{path}?size=100")).await;
    let names: Vec<_> = list["data"].as_array().expect("rows").iter().map(|row| row["name"].as_str()).collect();
    assert!(names.ends_with(&[Some("one.txt"), Some("two.txt")]), "{names:?}");
}

#[tokio::test]
async fn a_key_sent_to_a_link_is_refused_and_noted() {
    let api = Api::start().await;
    let link = api.get("/policies/1/current-published/download").await;
    let link = link["signedUrl"].as_str().expect("a link");
    let page = reqwest::get(link).await.expect("an answer");
    assert_eq!(page.headers()["content-type"], "application/pdf");
    let request = reqwest::Client::new().get(link).bearer_auth(api.sandbox.api_key());
    assert_eq!(request.send().await.expect("an answer").status(), 400);
    assert!(api.sandbox.requests().violations().iter().any(|violation| violation.contains("key")));
}

#[tokio::test]
async fn a_link_runs_out() {
    let sandbox = Sandbox::builder().link_lifetime(Duration::from_secs(600)).start().await.expect("a port");
    let api = Api::new(sandbox);
    let link =
        api.get("/policies/1/current-published/download").await["signedUrl"].as_str().expect("a link").to_owned();
    assert_eq!(reqwest::get(&link).await.expect("an answer").status(), 200);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(601)).await;
    tokio::time::resume();
    assert_eq!(reqwest::get(&link).await.expect("an answer").status(), 403);
}

#[tokio::test]
async fn a_file_may_come_inside_json() {
    let api = Api::start().await;
    let encoded = json!({"base64String": "data:text/plain;base64,aGVsbG8=", "filename": "hello.txt"}).to_string();
    let body = json!({"type": "SEC_TRAINING", "base64File": encoded});
    let (status, document) = api.json("POST", "/v2/users/3/documents", body).await;
    assert_eq!(status, 201, "{document}");
    let read = api.get(&format!("/v2/users/3/documents/{}?expand[]=downloadUrl", document["id"])).await;
    let link = read["downloadUrl"]["signedUrl"].as_str().expect("a link");
    assert_eq!(reqwest::get(link).await.expect("an answer").text().await.expect("a body"), "hello");
    let wrong = json!({"type": "SEC_TRAINING", "base64File": "hello"});
    assert_eq!(api.json("POST", "/v2/users/3/documents", wrong).await.0, 400);
}

#[tokio::test]
async fn reports_come_as_csv_to_those_who_accept_it() {
    let api = Api::start().await;
    let path = "/workspaces/1/monitors/3/failures?type=included";
    assert!(api.get(path).await["data"].is_array());
    let response = api.request("GET", path).header("accept", "text/csv").send().await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
    let text = response.text().await.expect("a body");
    assert!(text.lines().next().is_some_and(|header| header.contains("Resource Name")), "{text}");
    assert!(text.lines().count() > 5, "{text}");
}
