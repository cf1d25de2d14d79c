//! Hostile data, closed pipes, interruptions and files that others can read.
#![allow(clippy::unwrap_used, reason = "a helper that unwraps fails its test")]

mod common;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{await_requests, drata, interrupt, run, text};
use drata_sandbox::{Fault, Sandbox};

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_holds_does_not_act_on_the_terminal_nor_in_a_spreadsheet() {
    let sandbox = Sandbox::builder().records(3).start().await.unwrap();
    let hostile = "=HYPERLINK(\"http://x\")\u{1b}]0;owned\u{7}\u{202e}";
    let body = serde_json::json!({ "name": hostile }).to_string();
    let created = run(&sandbox, &["vendors", "create", "--write", "--json", &body]);
    assert!(created.status.success(), "{}", text(&created.stderr));
    let table = run(&sandbox, &["vendors", "list", "-o", "table", "--fields", "id,name"]);
    let table = text(&table.stdout);
    assert!(table.contains("=HYPERLINK") && table.contains("\\u001b]0;owned\\u0007\\u202e"), "{table}");
    assert!(!table.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{table:?}");
    let csv = run(&sandbox, &["vendors", "list", "-o", "csv", "--fields", "id,name"]);
    assert!(text(&csv.stdout).contains("4,\"'=HYPERLINK("), "{}", text(&csv.stdout));
    // A pipe gets the value as it is.
    let raw = run(&sandbox, &["vendors", "get", "4", "--filter", ".name"]);
    assert_eq!(serde_json::from_slice::<String>(&raw.stdout).unwrap(), hostile);
    // So does an error that repeats it, which is for a terminal.
    let error = run(&sandbox, &["vendors", "get", "\u{1b}[31m"]);
    assert!(!text(&error.stderr).contains('\u{1b}'), "{:?}", text(&error.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_is_no_failure() {
    let sandbox = Sandbox::builder().records(5_000).start().await.unwrap();
    let mut child =
        drata(&sandbox, &["vendors", "list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_list_goes_on_where_it_stopped() {
    let sandbox = Sandbox::builder().records(2_000).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("place.json");
    let whole = run(&sandbox, &["vendors", "list"]).stdout;
    sandbox.set_latency(Duration::from_millis(60));
    sandbox.clear_requests();
    let list = ["vendors", "list", "--page-size", "100", "--resume", place.to_str().unwrap()];
    let mut child = drata(&sandbox, &list).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut first = Vec::new();
    let mut output = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        output.read_to_end(&mut first).unwrap();
        first
    });
    await_requests(&sandbox, 4, "GET", "/vendors");
    assert_eq!(interrupt(&mut child, Duration::ZERO), Some(130));
    let mut all = reader.join().unwrap();
    let rows = all.iter().filter(|byte| **byte == b'\n').count();
    assert!(rows > 0 && rows < 2_000, "{rows}");
    sandbox.set_latency(Duration::ZERO);
    let rest = run(&sandbox, &list);
    assert!(rest.status.success(), "{}", text(&rest.stderr));
    all.extend(rest.stdout);
    assert!(all == whole, "{} and {} bytes", all.len(), whole.len());
    assert!(!place.exists());
    // Something that does not listen stops at once.
    sandbox.set_latency(Duration::from_secs(30));
    let mut child =
        drata(&sandbox, &["vendors", "get", "1"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    assert_eq!(interrupt(&mut child, Duration::from_millis(100)), Some(130));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_never_ends_is_interrupted_all_the_same() {
    let sandbox = Sandbox::builder().records(3).start().await.unwrap();
    let start = |arguments: &[&str]| {
        let mut command = drata(&sandbox, arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    // Each keeps the thread that it runs on: an expression without end, and what waits for standard input.
    let mut all = [
        start(&["vendors", "get", "1", "--filter", "def f: f; f"]),
        start(&["vendors", "create", "--write", "--json", "-", "-o", "json"]),
        start(&["login", "--key-stdin"]),
    ];
    await_requests(&sandbox, 1, "GET", "/vendors/1");
    // Waiting for a child closes what it reads, which would end it another way.
    let held: Vec<_> = all.iter_mut().map(|child| child.stdin.take()).collect();
    for child in &mut all {
        assert_eq!(interrupt(child, Duration::from_millis(50)), Some(130));
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(said.contains("interrupted"), "{said}");
    }
    drop(held);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_session_is_canceled() {
    let sandbox = Sandbox::builder().records(3).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.ndjson");
    let records: String = (0..5_000).map(|id| format!("{{\"id\": \"{id}\"}}\n")).collect();
    std::fs::write(&path, records).unwrap();
    sandbox.set_latency(Duration::from_millis(50));
    let push = ["records", "push", path.to_str().unwrap(), "--connection", "1", "--resource", "1", "--write", "--yes"];
    let push = [&push[..], &["--session", "nightly"]].concat();
    let mut child = drata(&sandbox, &push).stderr(Stdio::piped()).spawn().unwrap();
    await_requests(&sandbox, 2, "POST", "/sessions/nightly");
    assert_eq!(interrupt(&mut child, Duration::ZERO), Some(130));
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("was canceled, nothing changed"), "{said}");
    let requests = sandbox.requests();
    let last = requests.all().iter().rev().find(|request| request.method == "POST").unwrap().clone();
    assert!(last.path.ends_with("/actions") && text(&last.body).contains("cancel"), "{last:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_takes_one_export_at_a_time() {
    let sandbox = Sandbox::builder().records(200).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let export = ["export", folder.path().to_str().unwrap(), "--only", "vendors"];
    sandbox.set_latency(Duration::from_millis(300));
    let mut first = drata(&sandbox, &export).stdout(Stdio::null()).spawn().unwrap();
    while !folder.path().join(".drata-export.lock").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(20));
    let second = run(&sandbox, &export);
    assert_eq!(second.status.code(), Some(2));
    assert!(text(&second.stderr).contains("another export writes into"), "{}", text(&second.stderr));
    assert!(first.wait().unwrap().success());
    assert_eq!(text(&std::fs::read(folder.path().join("v2-vendors-list.ndjson")).unwrap()).lines().count(), 200);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said() {
    let sandbox = Sandbox::builder().records(3).start().await.unwrap();
    for arguments in [
        &["vendors", "list"][..],
        &["vendors", "list", "-o", "table"],
        &["vendors", "list", "-o", "csv"],
        &["vendors", "get", "1"],
        &["describe", "vendors", "create"],
        &["man"],
        &["--help"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = drata(&sandbox, arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(text(&output.stderr).contains("No space left"), "{arguments:?}: {}", text(&output.stderr));
    }
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    all.sort();
    all
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_export_ends_with_the_same_bytes() {
    let sandbox = Sandbox::builder().records(1_000).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for format in ["ndjson", "csv"] {
        let path = |name: &str| folder.path().join(format!("{format}-{name}")).to_str().unwrap().to_owned();
        let (whole, parts) = (path("whole"), path("parts"));
        let only = ["--only", "vendors,users,connections", "--format", format];
        let done = run(&sandbox, &[&["export", whole.as_str()], &only[..]].concat());
        assert!(done.status.success(), "{}", text(&done.stderr));
        sandbox.set_latency(Duration::from_millis(40));
        let export = [&["export", parts.as_str()], &only[..]].concat();
        for _ in 0..3 {
            sandbox.clear_requests();
            let mut child = drata(&sandbox, &export).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            // The workspaces, and some pages of a list.
            await_requests(&sandbox, 6, "GET", "");
            assert_eq!(interrupt(&mut child, Duration::ZERO), Some(130));
        }
        // A crash leaves rows behind that no note of the place knows.
        sandbox.set_latency(Duration::ZERO);
        let part = std::fs::read_dir(&parts)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.extension().is_some_and(|extension| extension == "part"));
        if let Some(part) = part {
            use std::io::Write as _;
            std::fs::OpenOptions::new().append(true).open(part).unwrap().write_all(b"{\"half\": ").unwrap();
        }
        assert!(run(&sandbox, &export).status.success());
        let (expected, found) = (files(Path::new(&whole)), files(Path::new(&parts)));
        let names: Vec<_> = found.iter().map(|(name, bytes)| (name, bytes.len())).collect();
        assert!(expected == found, "{names:?}");
        assert!(found.len() >= 3 && found.iter().all(|(_, bytes)| bytes.len() > 100_000), "{names:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_skips_what_is_refused_and_fails_on_the_rest() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.add_fault(Fault::status(403).on("VendorsPublicV2Controller_listVendors"));
    sandbox.add_fault(Fault::status(402).on("RiskRegisterPublicV2Controller_listRiskRegisters"));
    let folder = tempfile::tempdir().unwrap();
    let done = run(&sandbox, &["export", folder.path().to_str().unwrap(), "--only", "vendors,risk-registers,users"]);
    assert!(done.status.success());
    let notes = text(&done.stderr);
    assert!(notes.contains("v2-vendors-list.ndjson is skipped, 403: needs Vendors: List Vendors"), "{notes}");
    assert!(notes.contains("402"), "{notes}");
    assert_eq!(files(folder.path()).len(), 1);
    // What was refused is asked for again, and what is there is left as it is.
    sandbox.clear_faults();
    sandbox.clear_requests();
    let again = run(&sandbox, &["export", folder.path().to_str().unwrap(), "--only", "vendors,risk-registers,users"]);
    assert!(again.status.success() && again.stderr.is_empty(), "{}", text(&again.stderr));
    assert_eq!(files(folder.path()).len(), 3);
    assert!(!sandbox.requests().all().iter().any(|request| request.path.ends_with("/users")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_begins_a_list_anew_whose_place_the_service_forgot() {
    let sandbox = Sandbox::builder().records(1_200).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let export = ["export", folder.path().to_str().unwrap(), "--only", "vendors"];
    sandbox.add_fault(Fault::status(400).on("VendorsPublicV2Controller_listVendors").every(2));
    let failed = run(&sandbox, &export);
    assert_eq!(failed.status.code(), Some(3), "{}", text(&failed.stderr));
    sandbox.clear_faults();
    // The place of the first part is forgotten, once.
    sandbox.add_fault(Fault::status(400).on("VendorsPublicV2Controller_listVendors").next(1));
    let done = run(&sandbox, &export);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(text(&done.stderr).contains("v2-vendors-list.ndjson begins anew"), "{}", text(&done.stderr));
    let all = std::fs::read_to_string(folder.path().join("v2-vendors-list.ndjson")).unwrap();
    assert_eq!(all.lines().count(), 1_200);
    let mut lines: Vec<&str> = all.lines().collect();
    lines.dedup();
    assert_eq!(lines.len(), 1_200);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn files_with_secrets_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("drata").join("config.toml");
    let begin = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drata"));
        command.args(arguments).env("DRATA_CONFIG", &config).env_remove("DRATA_API_KEY").env_remove("DRATA_PROFILE");
        command
    };
    let mut login = begin(&["login", "--key-stdin", "--base-url", &sandbox.base_url()]);
    let mut login = login.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut login.stdin.take().unwrap(), sandbox.api_key().as_bytes()).unwrap();
    let login = login.wait_with_output().unwrap();
    assert!(login.status.success() && text(&login.stderr).contains("profile default for "), "{}", text(&login.stderr));
    let key = folder.path().join("drata/keys/default.key");
    for path in [&config, &key] {
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
    }
    assert!(!std::fs::read_to_string(&config).unwrap().contains(sandbox.api_key()));
    assert!(begin(&["vendors", "get", "1"]).output().unwrap().status.success());
    for path in [&config, &key] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let refused = begin(&["vendors", "get", "1"]).output().unwrap();
        assert_eq!(refused.status.code(), Some(2));
        assert!(
            text(&refused.stderr).contains("others can read or change it: run `chmod 600"),
            "{}",
            text(&refused.stderr)
        );
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert!(begin(&["logout"]).output().unwrap().status.success());
    assert!(!key.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_shown_nowhere() {
    let sandbox = Sandbox::start().await.unwrap();
    let key = sandbox.api_key().to_owned();
    for arguments in [
        &["vendors", "create", "--name", "x", "--dry-run"][..],
        &["-o", "json", "vendors", "get", "99999"],
        &["whoami"],
        &["api", "POST", "/v2/vendors", "--json", "{}", "--dry-run"],
        &["profiles"],
    ] {
        let output = run(&sandbox, arguments);
        let all = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert!(!all.contains(&key), "{arguments:?}: {all}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_tell_failures_apart() {
    let sandbox = Sandbox::start().await.unwrap();
    for (status, code) in [(400, 3), (401, 5), (402, 5), (403, 5), (404, 4), (409, 3), (412, 3), (422, 3)] {
        sandbox.clear_faults();
        sandbox.add_fault(Fault::status(status));
        let output = run(&sandbox, &["vendors", "get", "1"]);
        assert_eq!(output.status.code(), Some(code), "{status}: {}", text(&output.stderr));
    }
    // Nobody waits for an hour; what the service says of it is said.
    sandbox.clear_faults();
    sandbox.add_fault(Fault::status(429).with_retry_after("3600"));
    let output = run(&sandbox, &["vendors", "get", "1"]);
    assert_eq!(output.status.code(), Some(6), "{}", text(&output.stderr));
    let mut nowhere = drata(&sandbox, &["vendors", "get", "1", "--timeout", "2"]);
    let output = nowhere.env("DRATA_BASE_URL", "http://127.0.0.1:9").output().unwrap();
    assert_eq!(output.status.code(), Some(7), "{}", text(&output.stderr));
}
