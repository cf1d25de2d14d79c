//! The jobs that write, and what is new since the last run.
#![allow(clippy::unwrap_used, reason = "a helper that unwraps fails its test")]

mod common;

use std::path::Path;
use std::process::Output;

use common::run;
use drata_sandbox::Sandbox;
use serde_json::{Value, json};

/// What a command printed, which succeeded.
fn printed(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = run(sandbox, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn write(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The requests that changed something, as `POST /public/v2/vendors`.
fn writes(sandbox: &Sandbox) -> Vec<String> {
    let requests = sandbox.requests();
    let writes = requests.all().iter().filter(|request| request.method != "GET");
    writes.map(|request| format!("{} {}", request.method, request.path)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_filed_once_and_renewed_after() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "scan.pdf", "%PDF-1.4");
    let push = ["evidence", "push", &file, "--name", "Quarterly scan", "--write", "--fields", "id"];

    let without = run(&sandbox, &push);
    assert_eq!(without.status.code(), Some(2));
    assert!(said(&without).contains("needs an owner: --owner"), "{}", said(&without));
    assert_eq!(writes(&sandbox), Vec::<String>::new());

    let first = printed(&sandbox, &[&push[..], &["--owner", "ada@example.com", "--control", "DCF-1"]].concat());
    let second = printed(&sandbox, &[&push[..], &["--owner", "1", "--control", "DCF-2"]].concat());
    let id = |text: &str| serde_json::from_str::<Value>(text).unwrap()["id"].as_i64().unwrap();
    assert_eq!(id(&first), id(&second), "the second is a new version of the first");
    let item = format!("/public/v2/workspaces/1/evidence-library/{}", id(&first));
    assert_eq!(writes(&sandbox), ["POST /public/v2/workspaces/1/evidence-library".to_owned(), format!("PUT {item}")]);
    assert_eq!(sandbox.requests().violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_is_checked_and_confirmed() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let header = "id,first_name,last_name,email,is_contractor,mfa\n";
    let good = write(folder.path(), "good.csv", &format!("{header}1,Ada,Byron,ada@acme.example,no,yes\n"));
    let bad = write(folder.path(), "bad.csv", &format!("{header}1,Ada,Byron,ada@acme.example,no,perhaps\n"));

    let refused = run(&sandbox, &["roster", "push", &bad, "--connection", "1", "--write", "--yes"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).contains("line 2: mfa is \"perhaps\""), "{}", said(&refused));
    let unconfirmed = run(&sandbox, &["roster", "push", &good, "--connection", "1", "--write"]);
    assert_eq!(unconfirmed.status.code(), Some(8));
    assert!(
        said(&unconfirmed).contains("replace the whole roster of connection 1 by 1 people"),
        "{}",
        said(&unconfirmed)
    );
    assert_eq!(writes(&sandbox), Vec::<String>::new());

    let done = run(&sandbox, &["roster", "push", &good, "--connection", "1", "--write", "--yes"]);
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(writes(&sandbox), ["PUT /public/connections/1/upload/csv"]);
    assert_eq!(sandbox.requests().violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn records_replace_all_or_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let many: String = (0..1_200).map(|id| format!("{}\n", json!({ "id": id.to_string(), "size": id }))).collect();
    let good = write(folder.path(), "good.ndjson", &many);
    let to = ["--connection", "1", "--resource", "1", "--write", "--yes"];
    let done = run(&sandbox, &[&["records", "push", &good, "--session", "nightly"], &to[..]].concat());
    assert!(done.status.success(), "{}", said(&done));
    let session = "/public/v2/custom-connections/1/resources/1/sessions/nightly";
    let upload = format!("POST {session}");
    assert_eq!(writes(&sandbox), [upload.clone(), upload.clone(), upload, format!("POST {session}/actions")]);

    // One record without an identifier: the session is canceled, and the record itself is not shown.
    sandbox.clear_requests();
    let bad = write(folder.path(), "bad.ndjson", "{\"id\": \"1\"}\n{\"name\": \"secret-of-somebody\"}\n");
    let refused = run(&sandbox, &[&["records", "push", &bad], &to[..]].concat());
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("1 of 2 records were rejected: the session was canceled"), "{}", said(&refused));
    let rejected: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!(rejected["record"], 2);
    assert!(!format!("{rejected}{}", said(&refused)).contains("secret-of-somebody"));
    let last = sandbox.requests().all().iter().rev().find(|request| request.method == "POST").unwrap().clone();
    assert!(String::from_utf8_lossy(&last.body).contains("cancel"), "{last:?}");

    // What is broken is found before anything is sent.
    sandbox.clear_requests();
    for (name, content, problem) in [
        ("half.ndjson", "{\"id\": 1}\n{\"id\":\n", "line 2"),
        ("empty.ndjson", "\n", "would delete everything"),
        ("list.json", "[{\"id\": 1}, 7]", "a record is an object"),
    ] {
        let path = write(folder.path(), name, content);
        let refused = run(&sandbox, &[&["records", "push", &path], &to[..]].concat());
        assert_eq!(refused.status.code(), Some(2), "{name}: {}", said(&refused));
        assert!(said(&refused).contains(problem), "{name}: {}", said(&refused));
    }
    assert_eq!(sandbox.requests().total(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_tells_what_is_new() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let path = state.to_str().unwrap();
    let watch = ["watch", "failing", "devices", "--since", path];
    assert_eq!(printed(&sandbox, &watch), "", "the first run knows nothing to compare with");
    assert_eq!(printed(&sandbox, &watch), "", "nothing changed");
    // As if one had been fine in the last run, and another had been fixed since.
    let mut known: Value = serde_json::from_str(&std::fs::read_to_string(&state).unwrap()).unwrap();
    let seen = known["seen"].as_object_mut().unwrap();
    let first = seen.keys().next().unwrap().clone();
    seen.remove(&first);
    seen.insert("999999".to_owned(), json!("2026-01-01T00:00:00Z"));
    std::fs::write(&state, known.to_string()).unwrap();
    let output = run(&sandbox, &watch);
    let new: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(new["id"].to_string(), first);
    assert!(said(&output).starts_with("1 new, 1 no longer"), "{}", said(&output));

    let other = run(&sandbox, &["watch", "failing", "tests", "--since", path]);
    assert_eq!(other.status.code(), Some(2));
    assert!(said(&other).contains("remembers devices, not tests"), "{}", said(&other));
    let part = run(&sandbox, &[&watch[..], &["--workspace", "1"]].concat());
    assert!(said(&part).contains("remembers all workspaces, not workspace 1"), "{}", said(&part));
    // What one account remembers says nothing of another, nor does an export go on with the rows of another.
    let other = Sandbox::builder().seed(7).start().await.unwrap();
    let folder = folder.path().join("export");
    let export = ["export", folder.to_str().unwrap(), "--only", "workspaces"];
    printed(&sandbox, &export);
    for (arguments, of) in [(&watch[..], "state.json is of "), (&export, "export is of ")] {
        let refused = run(&other, arguments);
        assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
        assert!(said(&refused).contains(of), "{}", said(&refused));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_identifiers_in_an_update_is_confirmed() {
    let sandbox = Sandbox::start().await.unwrap();
    let update = ["v2", "tasks", "update", "1", "1", "--write"];
    let asked = run(&sandbox, &[&update[..], &["--control-ids", "1,2"]].concat());
    assert_eq!(asked.status.code(), Some(8));
    assert!(said(&asked).contains("replaces all controlIds: what is not named is removed"), "{}", said(&asked));
    let plain = run(&sandbox, &[&update[..], &["--title", "Later"]].concat());
    assert!(plain.status.success(), "{}", said(&plain));
    assert_eq!(writes(&sandbox).len(), 1);
}
