//! The client against the sandbox: the same contract from the other side.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use drata_ext::custom_data::CustomDataSession;
use drata_ext::v1::connections::{ConnectionState, PersonnelRow, Roster, RosterForm};
use drata_ext::v2::user_documents::{UploadedUserDocumentType, UserDocumentCreateRequest, UserDocumentExpand};
use drata_ext::{Drata, Error, ListExt, Operation as _, RateLimiter, RetryPolicy, Upload, base64_file};
use drata_sandbox::{Builder, Fault, Features, Permissions, Sandbox};
use serde_json::json;

async fn start(builder: Builder) -> (Sandbox, Drata) {
    let sandbox = builder.start().await.unwrap();
    let drata = client(&sandbox, sandbox.api_key());
    (sandbox, drata)
}

fn client(sandbox: &Sandbox, key: &str) -> Drata {
    Drata::builder()
        .api_key(key)
        .base_url(sandbox.base_url())
        .rate_limiter(RateLimiter::unlimited())
        .retry_policy(RetryPolicy::default().with_backoff(Duration::from_millis(1), Duration::from_millis(2)))
        .build()
        .unwrap()
}

#[tokio::test]
async fn all_connections_by_stream_and_by_filter() {
    let (sandbox, drata) = start(Sandbox::builder().connections(230)).await;
    let all = drata.v1().connections().list().collect_all().await.unwrap();
    assert_eq!(all.len(), 230);
    let active = drata.v1().connections().list().state(ConnectionState::Active).collect_all().await.unwrap();
    let expected = all.iter().filter(|connection| connection.state == ConnectionState::Active).count();
    assert_eq!(active.len(), expected);
    assert!(sandbox.requests().violations().is_empty(), "{:?}", sandbox.requests().violations());
}

#[tokio::test]
async fn lists_of_version_2_by_cursor_and_with_a_total() {
    let (_sandbox, drata) = start(Sandbox::builder().records(1_200)).await;
    let mut events = drata.v2().events().list().stream().with_total();
    let mut count = 0;
    while let Some(event) = events.next().await {
        event.unwrap();
        count += 1;
    }
    assert_eq!((count, events.progress().total), (1_200, Some(1_200)));
}

#[tokio::test]
async fn odd_answers_are_read() {
    for fault in [Fault::text_ids(), Fault::unknown_enum(), Fault::extra_fields()] {
        let (_sandbox, drata) = start(Sandbox::builder().connections(120).fault(fault)).await;
        assert_eq!(drata.v1().connections().list().collect_all().await.unwrap().len(), 120);
    }
}

#[tokio::test]
async fn a_cursor_that_repeats_is_noticed() {
    let (_sandbox, drata) = start(Sandbox::builder().records(1_200).fault(Fault::repeated_cursor())).await;
    assert!(drata.v2().events().list().size(50).collect_all().await.unwrap_err().is_repeated_cursor());
}

#[tokio::test]
async fn a_roster_makes_a_connection_appear() {
    let (_sandbox, drata) = start(Sandbox::builder().connections(3)).await;
    let connections = drata.v1().connections();
    let csv = "id,first_name,last_name,email,is_contractor,mfa\n1,Ada,Lovelace,ada@example.com,no,yes\n";
    connections.create_from_csv(RosterForm::new(Upload::from_bytes("r.csv", csv))).send().await.unwrap();
    let ada = PersonnelRow::new("1", "Ada", "Lovelace", "ada@example.com", false, true, "2026-01-05T09:00:00");
    connections.create_from_json(Roster::new([ada.clone()])).send().await.unwrap();
    assert_eq!(connections.list().collect_all().await.unwrap().len(), 5);

    // Checked before it is sent, with the row.
    let mut long = ada.clone();
    long.first_name = "x".repeat(192);
    let error = connections.create_from_json(Roster::new([ada, long])).send().await.unwrap_err();
    assert!(error.is_invalid_request() && error.to_string().contains("personnelData[1].firstName"), "{error}");
}

/// Each failure that the sandbox can be made to give, and how the client names it.
#[tokio::test]
async fn every_failure_is_known_by_its_kind() {
    type Kind = fn(&Error) -> bool;
    let cases: [(Fault, Kind); 9] = [
        (Fault::status(404), Error::is_not_found),
        (Fault::status(409), Error::is_conflict),
        (Fault::status(429).with_retry_after("0"), Error::is_rate_limited),
        (Fault::status(500), Error::is_server_error),
        (Fault::html(502), |error| error.is_server_error() && error.is_from_edge()),
        (Fault::html(403), |error| error.is_forbidden() && error.is_from_edge()),
        (Fault::status(503), Error::is_server_error),
        (Fault::reset(), Error::is_transport),
        (Fault::truncated(), Error::is_transport),
    ];
    for (fault, is_kind) in cases {
        let (_sandbox, drata) = start(Sandbox::builder().fault(fault.clone())).await;
        let error = drata.v1().connections().list().max_attempts(2).send().await.unwrap_err();
        assert!(is_kind(&error), "{fault:?}: {error}");
    }
}

#[tokio::test]
async fn keys_permissions_plans_and_terms() {
    let (sandbox, _) = start(Sandbox::builder().key("reader", Permissions::only(["workspaces-get"]))).await;
    let unknown = client(&sandbox, "someone-else").v1().connections().list().send().await.unwrap_err();
    assert!(unknown.is_unauthorized());
    assert_eq!(unknown.code(), Some(12310));

    let reader = client(&sandbox, "reader");
    reader.v2().workspaces().list().send().await.unwrap();
    let forbidden = reader.v1().connections().list().send().await.unwrap_err();
    assert!(forbidden.is_forbidden());
    assert!(forbidden.to_string().contains("\"Connections: List Connections\" (connections-get)"), "{forbidden}");

    let (sandbox, drata) = start(Sandbox::builder()).await;
    sandbox.set_features(Features::only(Vec::<String>::new()));
    let plan = drata.v2().risks().get_insights(1).await.unwrap_err();
    assert!(plan.is_plan_required() && plan.to_string().contains("RISK_MANAGEMENT"), "{plan}");
    sandbox.set_terms_accepted(false);
    assert!(drata.v2().workspaces().list().send().await.unwrap_err().is_terms_not_accepted());
}

#[tokio::test]
async fn a_read_that_meets_faults_comes_through() {
    let faults =
        Sandbox::builder().connections(500).fault(Fault::html(502).every(5)).fault(Fault::truncated().every(7));
    let (sandbox, drata) = start(faults).await;
    assert_eq!(drata.v1().connections().list().collect_all().await.unwrap().len(), 500);
    assert!(sandbox.requests().total() > 10);
}

#[tokio::test]
async fn a_session_replaces_all_records() {
    let (_sandbox, drata) = start(Sandbox::builder()).await;
    let records = drata.v2().custom_data_records();
    let mut session = CustomDataSession::new(&drata, 1, 1, "upload-1").unwrap().max_batch_records(2);
    let results = session.send((0..5).map(|id| json!({"id": format!("r{id}"), "name": "x"}))).await.unwrap();
    assert_eq!(results.len(), 5);
    session.settle().unwrap().complete_and_delete_all_others().await.unwrap();
    assert_eq!(records.list(1, 1).collect_all().await.unwrap().len(), 5);

    let mut second = CustomDataSession::new(&drata, 1, 1, "upload-2").unwrap();
    second.send([json!({"id": "r9", "name": "y"})]).await.unwrap();
    second.cancel().await.unwrap();
    assert_eq!(records.list(1, 1).collect_all().await.unwrap().len(), 5);
}

#[tokio::test]
async fn an_event_report_is_made_and_downloaded() {
    let (sandbox, drata) = start(Sandbox::builder()).await;
    let event = drata.v2().events().list().first().await.unwrap().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("event.pdf");
    let size = drata.event_report(event.id).to_file(&path).await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().len(), size);
    assert!(size > 0 && sandbox.requests().violations().is_empty());
}

#[tokio::test]
async fn the_permissions_of_a_program_can_be_recorded() {
    let (_sandbox, drata) = start(Sandbox::builder()).await;
    drata.v1().connections().list().first().await.unwrap();
    drata.read_only().v2().workspaces().list().first().await.unwrap();
    let used = drata.permissions_used();
    assert_eq!(used.len(), 2);
    assert!(used.contains("connections-get") && used.contains("workspaces-get"));
    let planned =
        drata_ext::permissions([&drata_ext::v1::connections::meta::LIST, &drata_ext::v2::workspaces::meta::LIST]);
    assert_eq!(used, planned);
}

#[tokio::test]
async fn a_file_goes_within_json_too() {
    let (_sandbox, drata) = start(Sandbox::builder()).await;
    let documents = drata.v2().user_documents();
    let request = UserDocumentCreateRequest::new(UploadedUserDocumentType::SecTraining)
        .base64_file(base64_file("training.pdf", "%PDF-1.4"));
    let sent = documents.upload_json(3, &request).send().await.unwrap();
    let read = documents.get(3, sent.id).expand([UserDocumentExpand::DownloadUrl]).send().await.unwrap();
    let link = read.download_url.unwrap().signed_url;
    assert_eq!(drata.download(link).bytes().await.unwrap(), "%PDF-1.4");
}
