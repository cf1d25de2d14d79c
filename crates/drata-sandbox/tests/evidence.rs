//! Evidence of several artifacts, uploads that go before it, groups, searches and custom fields of version 2.

#[path = "support/api.rs"]
mod api;

use std::time::Duration;

use api::{Api, answer, ids};
use drata_sandbox::Sandbox;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

const EVIDENCE: &str = "/v2/workspaces/1/evidence";

/// Uploads a file and returns its key.
async fn upload(api: &Api, name: &str, content: &'static [u8]) -> String {
    let file = Part::bytes(content).file_name(name.to_owned()).mime_str("text/plain").expect("a type");
    let request = api.request("POST", "/v2/workspaces/1/evidence-files").multipart(Form::new().part("file", file));
    let (status, body) = answer(request.send().await.expect("an answer")).await;
    assert_eq!((status, &body["originalFilename"], &body["fileSize"]), (201, &json!(name), &json!(content.len())));
    body["fileKey"].as_str().expect("a key").to_owned()
}

async fn artifacts(api: &Api, item: &str, query: &str) -> Vec<Value> {
    api.get(&format!("{item}/artifacts{query}")).await["data"].as_array().expect("rows").clone()
}

#[tokio::test]
async fn artifacts_are_added_replaced_archived_and_restored() {
    let api = Api::start().await;
    let key = upload(&api, "log.txt", b"first\n").await;
    let body = json!({"name": "Backups", "ownerId": 3, "controlIds": [2], "artifacts": [
        {"type": "S3_FILE", "fileKey": key, "filedAt": "2026-05-04"},
        {"type": "URL", "url": "https://acme.example/runbook", "artifactName": "Runbook", "filedAt": "2026-05-04"},
    ]});
    let (status, created) = api.json("POST", EVIDENCE, body).await;
    assert_eq!(
        (status, &created["artifactsRequested"], &created["artifactsCreated"]),
        (201, &json!(2), &json!(2)),
        "{created}"
    );
    let item = format!("{EVIDENCE}/{}", created["id"]);
    let all = artifacts(&api, &item, "").await;
    assert_eq!(
        (all.len(), &all[0]["artifactName"], &all[1]["source"]),
        (2, &json!("log.txt"), &json!("https://acme.example/runbook"))
    );
    let file = reqwest::get(all[0]["source"].as_str().expect("a link")).await.expect("an answer");
    assert_eq!(file.text().await.expect("a body"), "first\n");

    // A replacement keeps the id and counts the version.
    let key = upload(&api, "log2.txt", b"second\n").await;
    let change = json!({"replaceArtifacts": [{"existingArtifactId": all[0]["id"], "artifactType": "S3_FILE", "fileKey": key,
                                             "filedAt": "2026-06-04"}],
                        "pastArtifacts": [all[1]["id"]], "controlIds": [5]});
    let (status, changed) = api.json("PUT", &item, change).await;
    assert_eq!(status, 200, "{changed}");
    let controls: Vec<_> =
        changed["controls"].as_array().expect("controls").iter().map(|row| row["id"].clone()).collect();
    assert_eq!(controls, [2, 5]);
    let now = artifacts(&api, &item, "?isArchived=false").await;
    assert_eq!((now.len(), &now[0]["id"], &now[0]["artifactVersion"]), (1, &all[0]["id"], &json!(2)), "{now:?}");
    let file = reqwest::get(now[0]["source"].as_str().expect("a link")).await.expect("an answer");
    assert_eq!(file.text().await.expect("a body"), "second\n");
    let past = artifacts(&api, &item, "?isArchived=true").await;
    assert_eq!((past.len(), &past[0]["id"]), (1, &all[1]["id"]));

    let actions = format!("{item}/artifacts/{}/actions", all[1]["id"]);
    let (status, restored) = api.json("POST", &actions, json!({"action": "restore"})).await;
    assert_eq!((status, &restored["archivedAt"]), (200, &Value::Null));
    assert_eq!(artifacts(&api, &item, "?isArchived=false").await.len(), 2);
    // The older way sees each of them as a version, the last one as the current one.
    let older = format!("/v2/workspaces/1/evidence-library/{}?expand[]=renewalSchemaAndVersions", created["id"]);
    let versions = api.get(&older).await["versions"].clone();
    let current: Vec<_> =
        versions.as_array().expect("versions").iter().map(|version| version["current"] == true).collect();
    assert_eq!(current, [false, false, true]);

    assert_eq!(api.send("DELETE", &format!("{item}/artifacts/{}", all[0]["id"])).await.status(), 204);
    assert_eq!(artifacts(&api, &item, "").await.len(), 1);
    assert_eq!(api.send("DELETE", &item).await.status(), 204);
    assert_eq!(api.try_get(&item).await.0, 404);
}

#[tokio::test]
async fn a_key_that_names_no_file_is_refused() {
    let api = Api::start().await;
    let body = json!({"name": "x", "artifacts": [{"type": "S3_FILE", "fileKey": "nonsense", "filedAt": "2026-05-04"}]});
    assert_eq!(api.json("POST", EVIDENCE, body).await.0, 400);
    let body = json!({"name": "x", "artifacts": [{"type": "URL", "filedAt": "2026-05-04"}]});
    let (status, refused) = api.json("POST", EVIDENCE, body).await;
    assert_eq!(status, 400);
    assert!(refused["message"].as_str().is_some_and(|text| text.contains("artifacts[0].url is required")), "{refused}");
}

#[tokio::test]
async fn a_pre_signed_address_takes_a_file_without_a_key_and_runs_out() {
    let api = Api::start().await;
    let wanted = json!({"purpose": "evidence", "fileName": "scan.txt", "contentType": "text/plain"});
    let (status, address) = api.json("POST", "/v2/upload-urls", wanted.clone()).await;
    assert_eq!(status, 201, "{address}");
    let url = address["presignedUrl"].as_str().expect("an address").to_owned();
    let artifact = json!({"name": "Scan", "artifacts": [{"type": "S3_FILE", "fileKey": address["objectKey"], "filedAt": "2026-05-04"}]});
    // Nothing is there yet.
    assert_eq!(api.json("POST", EVIDENCE, artifact.clone()).await.0, 400);

    let client = reqwest::Client::new();
    let put = |url: &str, media: &str| client.put(url).header("content-type", media).body("scanned");
    assert_eq!(put(&url, "text/html").send().await.expect("an answer").status(), 403);
    let with_key = put(&url, "text/plain").bearer_auth(api.sandbox.api_key());
    assert_eq!(with_key.send().await.expect("an answer").status(), 400);
    assert_eq!(put(&url.replace("expires=", "expires=9"), "text/plain").send().await.expect("an answer").status(), 403);
    assert_eq!(put(&url, "text/plain").send().await.expect("an answer").status(), 200);
    let (status, created) = api.json("POST", EVIDENCE, artifact).await;
    assert_eq!(status, 201, "{created}");
    let all = artifacts(&api, &format!("{EVIDENCE}/{}", created["id"]), "").await;
    let file = reqwest::get(all[0]["source"].as_str().expect("a link")).await.expect("an answer");
    assert_eq!(file.text().await.expect("a body"), "scanned");

    let (_, late) = api.json("POST", "/v2/upload-urls", wanted).await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(601)).await;
    tokio::time::resume();
    let late = put(late["presignedUrl"].as_str().expect("an address"), "text/plain");
    assert_eq!(late.send().await.expect("an answer").status(), 403);
}

#[tokio::test]
async fn definitions_of_custom_fields_go_by_id_and_by_name() {
    let api = Api::start().await;
    let list = api.get("/v2/custom-field-definitions?entityType=VENDOR").await;
    let rows = list["data"].as_array().expect("rows");
    assert!(!rows.is_empty());
    for row in rows {
        assert!(row["entityTypes"].as_array().expect("types").contains(&json!("VENDOR")), "{row}");
    }
    let one = api.get("/v2/custom-field-definitions/name:Cost%20center").await;
    assert_eq!((&one["type"], &one), (&json!("NUMBER"), &api.get("/v2/custom-field-definitions/2").await));
    assert_eq!(api.try_get("/v2/custom-field-definitions/name:Service%20owner").await.0, 422);
    assert_eq!(api.try_get("/v2/custom-field-definitions/name:Nothing").await.0, 404);
    assert_eq!(api.try_get("/v2/custom-field-definitions/999").await.0, 404);
}

#[tokio::test]
async fn a_search_filters_sorts_and_counts() {
    let api = Api::start().await;
    let path = "/v2/risk-registers/1/risks-search";
    let all = api
        .get(&format!("{path}?size=500&includeTotalCount=true&facets[]=status&facets[]=ownerEmails&facets[]=type"))
        .await;
    let total = all["pagination"]["totalCount"].as_u64().expect("a total");
    assert_eq!(total, 100);
    let sum = |facet: &str| -> u64 {
        all["facets"][facet]
            .as_array()
            .expect("buckets")
            .iter()
            .map(|bucket| bucket["count"].as_u64().expect("a count"))
            .sum()
    };
    assert_eq!((sum("status"), sum("type")), (total, total));
    // A bucket counts what its filter finds.
    for facet in ["status", "type"] {
        for bucket in all["facets"][facet].as_array().expect("buckets") {
            let value = bucket["value"].as_str().expect("a value");
            let found = api.get(&format!("{path}?size=500&includeTotalCount=true&{facet}[]={value}")).await;
            assert_eq!(found["pagination"]["totalCount"], bucket["count"], "{facet} {value}");
        }
    }
    let email = all["facets"]["ownerEmails"][0]["value"].as_str().expect("an address");
    let owned = api.get(&format!("{path}?size=500&ownerEmails[]={email}&expand[]=owners")).await;
    for risk in owned["data"].as_array().expect("rows") {
        let owners = risk["owners"]["data"].as_array().expect("owners");
        assert!(owners.iter().any(|owner| owner["email"] == email), "{risk}");
    }
    let high = api.get(&format!("{path}?size=500&inherentScoreGte=20")).await;
    let scores: Vec<_> = high["data"].as_array().expect("rows").iter().map(|risk| risk["score"].as_u64()).collect();
    assert!(!scores.is_empty() && scores.iter().all(|score| *score >= Some(20)), "{scores:?}");
    // Custom fields, by name and by range.
    let list = api.get(&format!("{path}?size=500&customFields[0][name]=Nothing&customFields[0][value]=x")).await;
    assert_eq!(ids(&list), Vec::<u64>::new());
    let risks = api.get(&format!("{path}?size=5&expand[]=customFields")).await;
    let field = risks["data"][0]["customFields"]["data"]
        .as_array()
        .expect("fields")
        .iter()
        .find(|field| field["value"].is_string());
    let field = field.expect("a field with a value");
    let query = format!(
        "customFields[0][customFieldId]={}&customFields[0][value]={}",
        field["customFieldId"],
        field["value"].as_str().unwrap_or_default()
    );
    assert!(
        ids(&api.get(&format!("{path}?size=500&{query}")).await)
            .contains(&risks["data"][0]["id"].as_u64().expect("an id"))
    );
    // Nothing was ignored, and nothing was against the contract.
    assert!(api.sandbox.requests().violations().is_empty(), "{:?}", api.sandbox.requests().violations());
    // Across registers there are more.
    let across = api.get("/v2/risks-search?size=1&includeTotalCount=true").await;
    assert_eq!(across["pagination"]["totalCount"], 300);
}

#[tokio::test]
async fn a_search_lags_behind_when_it_is_told_to() {
    let sandbox = Sandbox::builder().records(5).search_lag(Duration::from_secs(30)).start().await.expect("a port");
    let api = Api::new(sandbox);
    let risk = json!({"title": "Quokka escapes", "description": "It happens."});
    let (status, created) = api.json("POST", "/v2/risk-registers/1/risks", risk).await;
    assert_eq!(status, 201, "{created}");
    let search = "/v2/risk-registers/1/risks-search?q=quokka";
    assert!(ids(&api.get(search).await).is_empty());
    assert!(
        ids(&api.get("/v2/risk-registers/1/risks?size=500").await).contains(&created["id"].as_u64().expect("an id"))
    );
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    tokio::time::resume();
    assert_eq!(ids(&api.get(search).await).len(), 1);
}

#[tokio::test]
async fn groups_decide_who_counts_for_a_workspace() {
    let api = Api::start().await;
    let path = "/v2/workspaces/1/scoped-personnel-groups";
    assert_eq!(api.json("PUT", path, json!({"groupIds": [2, 4]})).await.0, 204);
    assert_eq!(ids(&api.get(path).await), [2, 4]);
    assert_eq!(api.json("POST", path, json!({"groupId": 7})).await.0, 201);
    assert_eq!(api.json("POST", path, json!({"groupId": 7})).await.0, 409);
    assert_eq!(api.json("POST", path, json!({"groupId": 999})).await.0, 400);
    assert_eq!(api.send("DELETE", &format!("{path}/2")).await.status(), 204);
    assert_eq!(ids(&api.get(path).await), [4, 7]);
    let counts = api.get("/v2/workspaces/1/scoped-personnel-counts").await;
    let people = api.get("/v2/workspaces/1/personnel-search?size=500&groupIds[]=4&groupIds[]=7").await;
    assert_eq!(counts["scopedPersonnelCount"].as_u64(), Some(ids(&people).len() as u64), "{counts}");
    assert_eq!(counts["totalPersonnelCount"], 100);
    assert!(!ids(&people).is_empty() && ids(&people).len() < 100);
}

#[tokio::test]
async fn a_material_change_of_a_policy_waits_for_approval() {
    let api = Api::start().await;
    let path = "/v2/policies/3/policy-versions";
    let body = |material: bool| {
        json!({"sourceType": "EXTERNAL", "externalFileId": 7, "ownerId": 2, "isMaterialChange": material,
                                       "renewalDate": "2027-01-01"})
    };
    let (status, minor) = api.json("POST", path, body(false)).await;
    assert_eq!(
        (status, &minor["policyVersionStatus"], &minor["current"]),
        (201, &json!("PUBLISHED"), &json!(true)),
        "{minor}"
    );
    let (_, major) = api.json("POST", path, body(true)).await;
    assert_eq!(
        (&major["policyVersionStatus"], &major["current"]),
        (&json!("NEEDS_APPROVAL"), &json!(false)),
        "{major}"
    );
    let all = api.get(&format!("{path}?size=500")).await;
    let current: Vec<_> = all["data"].as_array().expect("rows").iter().filter(|row| row["current"] == true).collect();
    assert_eq!((current.len(), &current[0]["id"]), (1, &minor["id"]));
    // A policy that was never published has nothing to follow.
    let policy =
        json!({"name": "New", "ownerId": 3, "sourceType": "UPLOADED", "renewalDate": "2027-01-01", "description": "x"});
    let (_, draft) = api.json("POST", "/v2/policies", policy).await;
    assert_eq!(api.json("POST", &format!("/v2/policies/{}/policy-versions", draft["id"]), body(false)).await.0, 404);
}

#[tokio::test]
async fn languages_controls_and_reviews_are_those_of_their_rows() {
    let api = Api::start().await;
    let languages = api.get("/v2/policy-language-versions?policyId=3&size=500").await;
    let versions = ids(&api.get("/v2/policies/3/policy-versions?size=500").await);
    assert!(!ids(&languages).is_empty());
    for language in languages["data"].as_array().expect("rows") {
        let alone = api
            .get(&format!("/v2/policy-language-versions/{}?expand[]=policyVersion&expand[]=policy", language["id"]))
            .await;
        assert_eq!(alone["policy"]["id"], 3, "{alone}");
        assert!(versions.contains(&alone["policyVersion"]["id"].as_u64().expect("an id")), "{alone}");
    }
    let controls = ids(&api.get("/v2/workspaces/1/frameworks/1/requirements/1/controls").await);
    assert!(!controls.is_empty());
    for control in controls {
        let requirements = api.get(&format!("/v2/workspaces/1/controls/{control}/requirements?size=500")).await;
        assert!(ids(&requirements).contains(&1), "{requirements}");
    }
    let reviews = api.get("/v2/vendor-security-reviews?vendorIds[]=4&size=500").await;
    assert_eq!(ids(&reviews), ids(&api.get("/v2/vendors/4/security-reviews?size=500").await));
    assert_eq!(api.send("DELETE", "/v2/risk-registers/1/risks/RISK-002").await.status(), 204);
    assert_eq!(api.try_get("/v2/risk-registers/1/risks/2").await.0, 404);
}

#[tokio::test]
async fn an_upload_page_makes_what_it_was_announced_for() {
    let api = Api::start().await;
    let send = async |ask: Value, content: &'static str| {
        let mut ask = ask;
        for (name, value) in [("purpose", json!("evidence")), ("workspaceId", json!(1)), ("fileName", json!("log.txt"))]
        {
            ask[name] = value;
        }
        ask["includeWebUploadUrl"] = json!(true);
        let (status, announced) = api.json("POST", "/v2/upload-urls", ask).await;
        assert_eq!(status, 201, "{announced}");
        let page = announced["webUploadUrl"].as_str().expect("an address").to_owned();
        let put = || reqwest::Client::new().put(&page).body(content).send();
        assert_eq!(put().await.expect("an answer").status(), 200);
        // Sent again, the same upload makes nothing more.
        assert_eq!(put().await.expect("an answer").status(), 200);
    };
    let text = async |artifact: &Value| {
        let link = artifact["source"].as_str().expect("a link");
        reqwest::get(link).await.expect("an answer").text().await.expect("a body")
    };
    let list = format!("{EVIDENCE}?size=500");
    let before = ids(&api.get(&list).await);
    let item = json!({"name": "Logs", "ownerId": 2, "renewalScheduleType": "ONE_YEAR", "controlIds": [3]});
    send(json!({"multiArtifact": true, "createEvidence": item}), "first").await;
    let after = ids(&api.get(&list).await);
    assert_eq!(after.len(), before.len() + 1);
    let item = format!("{EVIDENCE}/{}", after.last().expect("a row"));
    assert_eq!(api.get(&item).await["name"], "Logs");
    let all = artifacts(&api, &item, "").await;
    assert_eq!((all.len(), text(&all[0]).await.as_str()), (1, "first"));

    send(json!({"addToEvidenceId": after.last()}), "second").await;
    let all = artifacts(&api, &item, "").await;
    assert_eq!((all.len(), text(&all[1]).await.as_str()), (2, "second"));

    send(json!({"existingArtifactId": all[0]["id"]}), "third").await;
    let all = artifacts(&api, &item, "").await;
    assert_eq!((all.len(), text(&all[0]).await.as_str(), &all[0]["artifactVersion"]), (2, "third", &json!(2)));

    for wrong in [
        json!({"addToEvidenceId": 1}),
        json!({"includeWebUploadUrl": true, "addToEvidenceId": 1, "existingArtifactId": 1}),
        json!({"includeWebUploadUrl": true, "createEvidence": {"name": "x", "ownerId": 1, "renewalScheduleType": "NONE"}}),
        json!({"includeWebUploadUrl": true, "multiArtifact": true}),
    ] {
        let mut ask = wrong.clone();
        (ask["purpose"], ask["workspaceId"]) = (json!("evidence"), json!(1));
        let (status, answer) = api.json("POST", "/v2/upload-urls", ask).await;
        assert_eq!(status, 400, "{wrong}: {answer}");
    }
}
