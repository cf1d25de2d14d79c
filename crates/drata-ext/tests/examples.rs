//! The examples, run as a newcomer runs them: without a key, so against the sandbox.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Runs an example in `folder` and returns what it prints.
fn run(example: &str, folder: &Path, arguments: &[&str]) -> String {
    let program = examples().join(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is missing: `cargo test` builds it, `cargo test --test` does not", program.display());
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_remove("DRATA_API_KEY")
        .output()
        .expect("the example starts");
    let (printed, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{example}: {told}");
    assert!(told.contains("this is the sandbox"), "{example} says where its data come from: {told}");
    printed.into_owned()
}

/// The folder of the examples, beside the one of the tests.
fn examples() -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    test.ancestors().nth(2).expect("the target folder").join("examples")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn connections_shows_all_of_them_and_what_failed() {
    let printed = run("connections", folder().path(), &[]);
    assert!(printed.contains("230 connections: "), "{printed}");
    assert!(printed.contains(" failed, the first one since 20"), "{printed}");
    let rows = printed.lines().filter(|line| line.starts_with('│')).count();
    assert_eq!(rows, 231, "a header and a row for each");
}

#[test]
fn resume_goes_on_where_the_last_run_stopped() {
    let folder = folder();
    let file = folder.path().join("events.checkpoint");
    let mut events = Vec::new();
    for run_number in 0..3 {
        let printed = run("resume", folder.path(), &[]);
        events.extend(printed.lines().filter(|line| line.contains("Z  ")).map(str::to_owned));
        assert_eq!(file.exists(), run_number < 2, "{printed}");
    }
    assert_eq!(events.len(), 100);
}

#[test]
fn upload_roster_makes_a_connection() {
    let folder = folder();
    std::fs::write(
        folder.path().join("people.csv"),
        "id,first_name,last_name,email,is_contractor,mfa\n1,Ada,Lovelace,ada@example.com,no,yes\n",
    )
    .expect("a file");
    for arguments in [&[][..], &["people.csv"]] {
        let printed = run("upload_roster", folder.path(), arguments);
        assert!(printed.contains("had 100 connections and has 101 now"), "{printed}");
    }
}

#[test]
fn download_evidence_writes_a_file() {
    let folder = folder();
    let printed = run("download_evidence", folder.path(), &[]);
    let files: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(files.len(), 1, "{printed}");
}

#[test]
fn read_only_report_counts_every_workspace_and_names_its_permissions() {
    let printed = run("read_only_report", folder().path(), &[]);
    assert_eq!(printed.lines().filter(|line| line.starts_with('│')).count(), 4, "{printed}");
    assert!(printed.contains("(monitors-get)") && printed.contains("(workspaces-get)"), "{printed}");
}

/// What a README tells to run is what runs here.
#[test]
fn every_example_that_the_readme_names_is_run_here() {
    let (readme, tests) = (include_str!("../../../README.md"), include_str!("examples.rs"));
    let named: Vec<&str> = readme
        .split("--example ")
        .skip(1)
        .filter_map(|rest| rest.split(|one: char| !one.is_alphanumeric() && one != '_').next())
        .collect();
    assert_eq!(named, ["connections"]);
    assert!(named.iter().all(|name| tests.contains(&format!("run(\"{name}\","))));
}
