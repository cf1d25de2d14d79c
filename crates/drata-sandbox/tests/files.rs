//! What is uploaded comes back byte by byte, and each new version is the current one.

#[path = "support/api.rs"]
mod api;

use api::{Api, answer};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

/// Bytes that no text encoding survives.
fn bytes() -> Vec<u8> {
    (0..=255_u8).rev().cycle().take(70_001).collect()
}

fn form(name: &str, content: Vec<u8>) -> Form {
    let file = Part::bytes(content).file_name(name.to_owned()).mime_str("application/pdf").expect("a type");
    Form::new().part("file", file)
}

/// The file behind a link, fetched without a key.
async fn fetch(link: &Value) -> (String, Vec<u8>) {
    let response = reqwest::get(link.as_str().expect("a link")).await.expect("an answer");
    assert_eq!(response.status(), 200);
    let media = response.headers()["content-type"].to_str().expect("ASCII").to_owned();
    (media, response.bytes().await.expect("a body").to_vec())
}

#[tokio::test]
async fn a_file_of_evidence_is_a_version_of_its_own() {
    let api = Api::start().await;
    let path = "/v2/workspaces/1/evidence-library";
    let first = form("first.pdf", bytes())
        .text("name", "Access review")
        .text("renewalScheduleType", "ONE_YEAR")
        .text("renewalDate", "2027-01-01")
        .text("filedAt", "2026-05-04")
        .text("ownerId", "3")
        .text("controlIds", "2")
        .text("controlIds", "5");
    let (status, created) = answer(api.request("POST", path).multipart(first).send().await.expect("an answer")).await;
    assert_eq!(status, 201, "{created}");
    let item = format!("{path}/{}", created["id"]);
    let expand = "?expand[]=renewalSchemaAndVersions&expand[]=controls&expand[]=user";
    // What is not expanded is not there.
    assert!(api.get(&item).await.get("versions").is_none());
    let read = api.get(&format!("{item}{expand}")).await;
    assert_eq!(read["name"], "Access review");
    assert_eq!(read["renewalSchema"]["renewalScheduleType"], "ONE_YEAR");
    assert_eq!(read["renewalSchema"]["renewalDate"], "2027-01-01");
    assert_eq!(read["versions"].as_array().map(Vec::len), Some(1), "{read}");

    // A new file is a new version; the name of the item stays, whatever the file is called.
    let (status, _) =
        answer(api.request("PUT", &item).multipart(form("x.txt", b"second".to_vec())).send().await.expect("an answer"))
            .await;
    assert_eq!(status, 200);
    let read = api.get(&format!("{item}{expand}")).await;
    assert_eq!((&read["name"], read["versions"].as_array().map(Vec::len)), (&json!("Access review"), Some(2)));
    let current: Vec<_> =
        read["versions"].as_array().expect("versions").iter().map(|version| version["current"].clone()).collect();
    assert_eq!(current, [json!(false), json!(true)]);

    // Both come back as they were sent, in both versions of the API.
    for (place, content) in [(0, bytes()), (1, b"second".to_vec())] {
        let version = &read["versions"][place]["id"];
        let alone = api.get(&format!("{item}/versions/{version}?expand[]=downloadUrl")).await;
        assert_eq!(alone["version"], place + 1);
        assert_eq!(alone["current"], place == 1);
        assert_eq!(fetch(&alone["downloadUrl"]).await, ("application/pdf".to_owned(), content.clone()));
        let download = format!("/workspaces/1/evidence-library/{}/version/{version}/download", created["id"]);
        assert_eq!(fetch(&api.get(&download).await["signedUrl"]).await.1, content);
    }
}

#[tokio::test]
async fn version_1_makes_versions_too() {
    let api = Api::start().await;
    let body = form("proof.pdf", bytes())
        .text("name", "Backup log")
        .text("description", "Nightly.")
        .text("renewalDate", "2027-01-01")
        .text("renewalScheduleType", "ONE_YEAR")
        .text("source", "S3_FILE")
        .text("filedAt", "2026-05-04")
        .text("ownerId", "4");
    let path = "/workspaces/1/evidence-library";
    let (status, created) = answer(api.request("POST", path).multipart(body).send().await.expect("an answer")).await;
    assert_eq!(status, 201, "{created}");
    assert_eq!((&created["description"], &created["user"]["id"]), (&json!("Nightly."), &json!(4)));
    assert_eq!(created["renewalSchema"], json!({"renewalDate": "2027-01-01", "renewalScheduleType": "ONE_YEAR"}));
    assert_eq!(
        (created["versions"].as_array().map(Vec::len), &created["versions"][0]["current"]),
        (Some(1), &json!(true))
    );
    let two = json!({"name": "x", "description": "x", "renewalDate": "2027-01-01", "renewalScheduleType": "NONE", "source": "URL",
                     "filedAt": "2026-05-04", "ownerId": 4, "url": "https://acme.example/a", "ticketUrl": "https://acme.example/b"});
    assert_eq!(api.json("POST", path, two).await.0, 400);
}

#[tokio::test]
async fn seeded_evidence_has_one_current_version() {
    let api = Api::start().await;
    let list = api.get("/workspaces/1/evidence-library?limit=20").await;
    for item in list["data"].as_array().expect("rows") {
        let versions = item["versions"].as_array().expect("versions");
        assert_eq!(versions.iter().filter(|version| version["current"] == true).count(), 1, "{item}");
    }
}

#[tokio::test]
async fn a_policy_gets_its_file_back() {
    let api = Api::start().await;
    let body = form("policy.pdf", bytes())
        .text("name", "Quiet hours")
        .text("ownerId", "3")
        .text("sourceType", "UPLOADED")
        .text("renewalDate", "2027-01-01")
        .text("description", "After ten.");
    let (status, created) =
        answer(api.request("POST", "/v2/policies").multipart(body).send().await.expect("an answer")).await;
    assert_eq!(status, 201, "{created}");
    let path = format!("/v2/policies/{}/policy-versions", created["id"]);
    let versions = api.get(&path).await;
    let version = &versions["data"][0]["id"];
    assert_eq!(created["latestVersion"]["id"], *version);
    let alone = api.get(&format!("{path}/{version}?expand[]=downloadUrl")).await;
    assert_eq!(fetch(&alone["downloadUrl"]).await.1, bytes());
    assert_eq!(fetch(&api.get(&format!("/policy-version/{version}/download")).await["signedUrl"]).await.1, bytes());
}
