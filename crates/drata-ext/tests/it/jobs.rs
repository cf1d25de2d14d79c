//! What takes more than one call: HRIS rows, evidence by name, what has changed.

use std::sync::{Arc, Mutex};

use drata_ext::v2::evidence::RenewalScheduleType;
use drata_ext::v2::hris_user_identities::CustomUserIdentityRecord;
use drata_ext::{Change, Evidence, HrisOutcome, ListChanges, NewItems, Upload};
use serde_json::{Value, json};

use crate::operations::Things;
use crate::server::{Received, Reply, Server};

fn row(id: &str) -> CustomUserIdentityRecord {
    CustomUserIdentityRecord::new(id).email(format!("{id}@example.com"))
}

fn bodies(request: &Received) -> Vec<Value> {
    serde_json::from_slice(&request.body).unwrap()
}

#[tokio::test]
async fn hris_rows_go_in_batches_and_each_has_its_result() {
    let server = Server::start(|request| {
        let results = bodies(request).into_iter().map(|row| match row["identityId"].as_str() {
            Some("bad") => json!({"statusCode": 400, "data": null, "error": {"message": "no such manager"}}),
            Some("new") => json!({"statusCode": 201, "data": null}),
            _ => json!({"statusCode": 200, "data": null}),
        });
        Reply::json(207, results.collect())
    })
    .await;
    let rows = [row("a"), row("bad"), row("new"), row(&"x".repeat(300)), row("b")];
    let report = server.client().hris_upsert(12).max_batch_records(2).send(&rows).await;
    let outcomes: Vec<_> = report.rows().iter().map(|row| row.outcome.clone()).collect();
    assert_eq!(
        outcomes[..3],
        [HrisOutcome::Stored, HrisOutcome::Rejected("no such manager".to_owned()), HrisOutcome::Created,]
    );
    assert!(matches!(&outcomes[3], HrisOutcome::Rejected(_)), "{outcomes:?}");
    assert_eq!(outcomes[4], HrisOutcome::Stored);
    assert_eq!((server.count(), report.open().count()), (2, 2));
    assert!(report.into_result().is_ok());
}

#[tokio::test]
async fn rows_that_spoil_their_batch_are_left_out_of_it() {
    let server = Server::start(|request| {
        let rows = bodies(request);
        let bad: Vec<String> = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row["identityId"].as_str().unwrap().starts_with("bad"))
            .map(|(index, _)| format!("[{index}].email must be an email address"))
            .collect();
        if !bad.is_empty() {
            return Reply::json(400, json!({"statusCode": 400, "message": bad, "code": 1}));
        }
        Reply::json(201, rows.iter().map(|_| json!({"statusCode": 201, "data": null})).collect())
    })
    .await;
    let rows = [row("a"), row("bad1"), row("b"), row("bad2")];
    let report = server.client().hris_upsert(12).send(&rows).await;
    let stored: Vec<_> = report.rows().iter().map(|row| row.outcome == HrisOutcome::Created).collect();
    assert_eq!(stored, [true, false, true, false]);
    assert_eq!(report.rows()[3].outcome, HrisOutcome::Rejected("email must be an email address".to_owned()));
    assert_eq!(server.count(), 2);
    assert!(!format!("{report:?}").contains("example.com"));
}

#[tokio::test]
async fn a_batch_that_fails_says_which_rows_are_open() {
    let server = Server::start(|request| match request.index {
        1 => Reply::error(500, "oops"),
        _ => Reply::json(201, bodies(request).iter().map(|_| json!({"statusCode": 201, "data": null})).collect()),
    })
    .await;
    let rows: Vec<_> = ["a", "b", "c"].map(row).to_vec();
    let report = server.client().hris_upsert(12).max_batch_records(1).send(&rows).await;
    let outcomes: Vec<_> = report.rows().iter().map(|row| row.outcome.clone()).collect();
    assert_eq!(outcomes, [HrisOutcome::Created, HrisOutcome::Unknown, HrisOutcome::Unsent]);
    assert!(report.error().is_some_and(drata_ext::Error::is_server_error));
}

#[tokio::test]
async fn evidence_goes_to_the_library_item_of_its_name() {
    let item = |id: i64, name: &str| json!({"id": id, "name": name, "description": "", "createdAt": "2026-01-01", "updatedAt": "2026-01-01"});
    let items: Arc<Mutex<Vec<Value>>> = Arc::new(Mutex::new(vec![item(3, "Access review 2025")]));
    let server = Server::start({
        let items = Arc::clone(&items);
        move |request| match request.method.as_str() {
            "GET" => Reply::ok(json!({"data": *items.lock().unwrap(), "pagination": {"cursor": null}})),
            _ => Reply::json(201, item(9, "Access review")),
        }
    })
    .await;
    let drata = server.client();
    let put =
        || drata.evidence(1, "Access review").filed_at("2026-11-24").renewal(RenewalScheduleType::OneYear).owner(7);
    let file = || Upload::from_bytes("review.pdf", "%PDF");
    assert_eq!(put().put_in_library(file()).await.unwrap(), Evidence::Created(9.into()));
    let created = &server.received()[1];
    assert_eq!((created.method.as_str(), created.path()), ("POST", "/public/v2/workspaces/1/evidence-library"));
    assert!(created.text().contains("ONE_YEAR") && created.text().contains("%PDF"));

    items.lock().unwrap().push(item(9, "Access review"));
    assert_eq!(put().put_in_library(file()).await.unwrap(), Evidence::NewVersion(9.into()));
    let updated = &server.received()[3];
    assert_eq!((updated.method.as_str(), updated.path()), ("PUT", "/public/v2/workspaces/1/evidence-library/9"));
    assert!(updated.text().contains("Access review") && !updated.text().contains("controlIds"));

    items.lock().unwrap().push(item(12, "Access review"));
    let error = put().put_in_library(file()).await.unwrap_err();
    assert!(error.to_string().contains("2 items are named \"Access review\" (9, 12)"), "{error}");
    let error = drata.evidence(1, "x").put(file()).await.unwrap_err();
    assert!(error.is_invalid_request() && error.to_string().contains("filed_at"), "{error}");
}

#[tokio::test]
async fn changes_of_a_list_are_found_again_from_a_saved_state() {
    let rows = Arc::new(Mutex::new(vec![1, 2, 3]));
    let server = Server::start({
        let rows = Arc::clone(&rows);
        move |_| Reply::ok(json!({"data": *rows.lock().unwrap(), "pagination": {"cursor": null}}))
    })
    .await;
    let drata = server.client();
    let mut state = ListChanges::default();
    assert_eq!(state.poll(Things::cursor(drata.client())).await.unwrap().len(), 3);
    *rows.lock().unwrap() = vec![1, 3, 4];
    let mut state: ListChanges = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
    let changes = state.poll(Things::cursor(drata.client())).await.unwrap();
    assert_eq!(changes, [Change::Added(4), Change::Removed(2.into())]);
    assert!(state.poll(Things::cursor(drata.client())).await.unwrap().is_empty());

    // An error in the middle changes nothing.
    let before = state.clone();
    let failing = Server::script([Reply::error(403, "no")]).await;
    assert!(state.poll(Things::cursor(failing.client().client())).await.is_err());
    assert_eq!(state, before);
}

#[tokio::test]
async fn new_items_come_once_also_when_they_share_their_time_or_appear_late() {
    let event = |id: &str, time: &str| {
        let mut event = serde_json::to_value(drata_ext::testing::sample::<drata_ext::v2::events::Event>(json!({
            "id": id, "createdAt": time
        })))
        .unwrap();
        event["id"] = json!(id);
        event
    };
    let events = Arc::new(Mutex::new(vec![event("a", "2024-01-01T00:00:00Z"), event("b", "2024-01-01T00:00:00Z")]));
    let server = Server::start({
        let events = Arc::clone(&events);
        move |_| Reply::ok(json!({"data": *events.lock().unwrap(), "pagination": {"cursor": null}}))
    })
    .await;
    let drata = server.client();
    let mut state = NewItems::since("2023-12-31T00:00:00Z");
    let poll = async |state: &mut NewItems| {
        let list = |since| drata.v2().events().list().created_at_start_date(since);
        let new = state.poll(list, |event| &event.created_at).await.unwrap();
        new.into_iter().map(|event| event.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(poll(&mut state).await, ["a", "b"]);
    events.lock().unwrap().push(event("late", "2023-12-31T23:58:00Z"));
    let mut state: NewItems = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
    assert_eq!(poll(&mut state).await, ["late"]);
    assert!(poll(&mut state).await.is_empty());
    events.lock().unwrap().push(event("of the future", "2999-01-01T00:00:00Z"));
    assert_eq!(poll(&mut state).await, ["of the future"]);
    events.lock().unwrap().push(event("after that", "2024-01-01T00:00:01Z"));
    assert_eq!(poll(&mut state).await, ["after that"]);
    let asked = server.received().last().unwrap().query("createdAtStartDate").unwrap().to_owned();
    assert!(!asked.starts_with("2999"), "{asked}");
    let asked = server.received()[1].query("createdAtStartDate").unwrap().to_owned();
    assert!(asked.starts_with("2023-12-31T23%3A55"), "{asked}");
}

#[tokio::test]
async fn a_file_of_evidence_is_uploaded_and_then_named_by_its_key() {
    let saved = |created: i64| {
        json!({
            "id": 9, "name": "Access review", "createdAt": "2026-01-01", "updatedAt": "2026-01-01",
            "artifactsRequested": 1, "artifactsCreated": created, "controls": [], "linkedWorkspaces": [], "artifacts": []
        })
    };
    let found = Arc::new(Mutex::new(Vec::new()));
    let server = Server::start({
        let found = Arc::clone(&found);
        move |request| {
            let none = json!({"cursor": null});
            match (request.method.as_str(), request.path().trim_start_matches("/public/v2/workspaces/1/")) {
                ("GET", "evidence") => Reply::ok(json!({"data": *found.lock().unwrap(), "pagination": none})),
                ("GET", "evidence/9/artifacts") => Reply::ok(json!({"pagination": none, "data": [{
                    "id": 77, "artifactName": "review", "artifactVersion": 1, "source": "EVIDENCE_LIBRARY",
                    "artifactType": "S3_FILE", "createdAt": "2026-01-01"
                }]})),
                ("POST", "evidence-files") => {
                    let uploaded: drata_ext::v2::evidence::UploadedEvidenceFile =
                        drata_ext::testing::sample(json!({"fileKey": "k/1"}));
                    Reply::json(201, serde_json::to_value(uploaded).unwrap())
                }
                ("POST", "evidence") => Reply::json(201, saved(1)),
                _ => Reply::ok(saved(i64::from(request.index < 11))),
            }
        }
    })
    .await;
    let drata = server.client();
    let put = || drata.evidence(1, "Access review").filed_at("2026-11-24").renewal(RenewalScheduleType::OneYear);
    let file = || Upload::from_bytes("review.pdf", "%PDF");
    let error = put().put(file()).await.unwrap_err();
    assert!(error.to_string().contains("a new item needs an owner") && server.count() == 1, "{error}");
    assert_eq!(put().owner(7).put(file()).await.unwrap(), Evidence::Created(9.into()));
    let created: Value = serde_json::from_slice(&server.received()[3].body).unwrap();
    assert_eq!((&created["artifacts"][0]["fileKey"], &created["ownerId"]), (&json!("k/1"), &json!(7)));

    *found.lock().unwrap() = vec![json!({
        "id": 9, "name": "Access review", "createdAt": "2026-01-01", "updatedAt": "2026-01-01", "status": "READY"
    })];
    assert_eq!(put().put(file()).await.unwrap(), Evidence::NewVersion(9.into()));
    let updated: Value = serde_json::from_slice(&server.received().last().unwrap().body).unwrap();
    assert_eq!(updated["replaceArtifacts"][0]["existingArtifactId"], json!(77));
    assert_eq!(updated.get("controlIds"), None);
    put().put(file()).await.unwrap_err();
}
