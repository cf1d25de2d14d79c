//! Mistakes of every day: what is misspelled, left out or broken is said, and nothing is lost silently.
#![allow(clippy::unwrap_used, reason = "a helper that unwraps fails its test")]

mod common;

use std::process::{Command, Stdio};

use common::{drata, run, text, unconfigured};
use drata_sandbox::Sandbox;
use serde_json::Value;

/// The exit code, and what was said on standard error.
fn said(sandbox: &Sandbox, arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(sandbox, arguments);
    (output.status.code(), text(&output.stderr).to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_misspelled_is_said_with_what_was_meant() {
    let sandbox = Sandbox::builder().records(3).start().await.unwrap();
    for (arguments, problem) in [
        (&["vendrs", "list"][..], "drata has no command \"vendrs\"; did you mean vendors"),
        (&["vendors", "lst"], "drata vendors has no command \"lst\"; did you mean list?"),
        (&["v2", "vendors", "gte", "3"], "drata v2 vendors has no command \"gte\"; did you mean get?"),
        (&["v1", "connection", "list"], "drata v1 has no command \"connection\"; did you mean connections"),
        (&["--sandbox", "7", "vendors", "list"], "a seed is written --sandbox=7"),
        (&["api", "GET", "/v2/company", "--paginate"], "/v2/company is no list that --paginate knows"),
        (&["zzz"], "drata has no command \"zzz\"; `drata --help` lists what there is"),
        (&["export", "nowhere", "--only", "vendrs"], "no area is called \"vendrs\"; did you mean vendors"),
    ] {
        let (code, said) = said(&sandbox, arguments);
        assert!(code == Some(2) && said.contains(problem), "{arguments:?}: {said}");
    }
    // A field that no row has is an empty column, which is easily taken for an answer.
    let (code, missing) = said(&sandbox, &["vendors", "list", "--fields", "id,nam,owner.x"]);
    assert_eq!((code, missing.as_str()), (Some(0), "no row has the field nam (did you mean name?), nor owner.x\n"));
    let (_, none) = said(&sandbox, &["vendors", "list", "--fields", "id,name,latestSecurityReviews.0.id"]);
    assert_eq!(none, "");
    assert_eq!(said(&sandbox, &["vendors", "list", "--fields", "nam", "--quiet"]).1, "");
    // The library's spelling of a command is understood, and a value that looks alike is left alone.
    assert!(run(&sandbox, &["v2", "risk_registers", "list"]).status.success());
    assert!(said(&sandbox, &["vendors", "get", "a_b"]).1.contains("\"a_b\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_what_was_written_or_refused() {
    let sandbox = Sandbox::builder().records(3).start().await.unwrap();
    for (arguments, problem) in [
        (&["vendors", "list", "--limit", "0"][..], "it must be a whole number of at least 1"),
        (&["vendors", "list", "--limit", "-1"], "it must be a whole number of at least 1"),
        (&["vendors", "create", "--write", "--name", "--yes"], "--yes is an option, so the value is missing"),
        (&["vendors", "create", "--write", "--json", "{\"name\": \"a\", \"name\": \"b\"}"], "\"name\" stands twice"),
        (&["vendors", "create", "--write", "--json", "[]"], "the body must be an object, not an array"),
        (&["vendors", "create", "--write", "--json", "@v.json"], "a file is named without @, as --json v.json"),
        (&["risks", "create", "1", "--write", "--impact", "1e400"], "impact must be"),
        (&["vendors", "list", "--filter", "error(\"no\")"], "--filter failed: \"no\""),
        (&["vendors", "list", "--resume", "/nowhere/at/all"], "--resume cannot write into /nowhere/at"),
        (&["status", "--dry-run"], "--dry-run shows the request of an operation, and status is none"),
    ] {
        let (code, said) = said(&sandbox, arguments);
        assert!(matches!(code, Some(1 | 2)) && said.contains(problem), "{arguments:?}: {said}");
    }
    assert!(sandbox.requests().all().iter().all(|request| request.method == "GET"));
    // A value may begin with a dash all the same.
    for name in ["-x", "--nothing of ours", "-1"] {
        let created = run(&sandbox, &["vendors", "create", "--write", "--name", name, "--filter", ".name"]);
        assert_eq!(serde_json::from_slice::<String>(&created.stdout).unwrap(), name);
    }
    // An integer beyond what is sent exactly would arrive as another one.
    let folder = tempfile::tempdir().unwrap();
    let to = ["--connection", "1", "--resource", "1", "--dry-run"];
    for (name, content, problem) in [
        ("big.ndjson", "{\"id\": 12345678901234567890123}\n", "more digits than are sent exactly"),
        ("twice.ndjson", "{\"id\": 1, \"id\": 2}\n", "line 1: \"id\" stands twice"),
        ("twice.csv", "id,name,id\n1,a,2\n", "header: \"id\" stands twice"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let (code, said) = said(&sandbox, &[&["records", "push", path.to_str().unwrap()], &to[..]].concat());
        assert!(code == Some(2) && said.contains(problem), "{name}: {said}");
    }
    // The mark of an encoding at the beginning is no part of the first name.
    let path = folder.path().join("mark.csv");
    std::fs::write(&path, "\u{feff}id,name\n1,a\n").unwrap();
    let shown = run(&sandbox, &[&["records", "push", path.to_str().unwrap(), "--session", "all"], &to[..]].concat());
    let expected = "POST /v2/custom-connections/1/resources/1/sessions/all\n\n{\"data\":[{\"id\":\"1\",\"name\":\"a\"}]}\n\
                    POST /v2/custom-connections/1/resources/1/sessions/all/actions\n\n{\"action\":\"complete\"}\n";
    assert_eq!(text(&shown.stdout), expected, "{}", text(&shown.stderr));
}

#[test]
fn a_configuration_that_is_wrong_is_said_without_what_may_be_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    for (written, expected) in [
        (&b"profiles = ["[..], "line 1: unclosed array"),
        (b"[profiles.a]\nkey = \"s3cret\"\n", "line 2: unknown field `key`"),
        (b"[profiles.a]\nkey = \"s3cret\"\n", "`drata login` does that, and key_file names it"),
        (b"[profiles.a]\nregion = \"eu\ns3cret", "config.toml: line "),
        (b"[profiles.a]\n", "profile a needs exactly one of key_command, key_file and keyring = true"),
        (b"\xff", "is not UTF-8: byte 1 is no part of a letter"),
    ] {
        std::fs::write(&config, written).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&config, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let output = unconfigured(&["whoami"]).env("DRATA_CONFIG", &config).output().unwrap();
        let said = text(&output.stderr);
        assert!(said.contains(expected) && said.contains("config.toml") && !said.contains("s3cret"), "{said}");
        assert_eq!(output.status.code(), Some(2), "{said}");
    }
    for place in [folder.path(), std::path::Path::new("/dev/zero")] {
        let output = unconfigured(&["whoami"]).env("DRATA_CONFIG", place).output().unwrap();
        assert!(text(&output.stderr).contains("is a folder or a device: name a file"), "{}", text(&output.stderr));
    }
}

#[cfg(unix)]
#[test]
fn what_is_in_the_environment_is_said_when_it_is_no_text() {
    let key: std::ffi::OsString = std::os::unix::ffi::OsStringExt::from_vec(vec![b'k', 0xff]);
    let output = unconfigured(&["whoami"]).env("DRATA_API_KEY", key).output().unwrap();
    assert_eq!(text(&output.stderr), "error: DRATA_API_KEY is not UTF-8: set it again\n");
}

#[test]
fn numbers_say_what_they_may_be_and_long_values_are_cut() {
    let long = "x".repeat(100_000);
    for (arguments, expected) in [
        (&["--sandbox=abc", "whoami"][..], "it must be a whole number of at least 0"),
        (
            &["evidence", "due", "--days", "-5"],
            "invalid value '-5' for '--days <N>': it must be a whole number from 0 to 3650",
        ),
        (&["vendors", "list", "--page-size", "501"], "it must be a whole number from 1 to 500"),
        (&["sandbox", "--port", "99999"], "it must be a whole number from 0 to 65535"),
        (&["records", "push", "f", "--connection", "x", "--resource", "1"], "it must be a whole number, the id of one"),
        (&["vendors", "get", &long], "vendorId must be an integer"),
        (&[&long], "drata has no command \"xxx"),
        (&["--sandbox", "vendors", "create", "--json", "/dev/zero"], "is longer than 67108864 bytes"),
    ] {
        let output = unconfigured(arguments).output().unwrap();
        let said = text(&output.stderr);
        assert!(said.contains(expected) && said.len() < 1500, "{}", said.chars().take(2000).collect::<String>());
        assert_eq!(output.status.code(), Some(2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_json_where_output_is() {
    let sandbox = Sandbox::builder().records(3).start().await.unwrap();
    for (arguments, kind, code) in [
        (&["vendrs"][..], "usage", 2),
        (&["vendors", "list", "--stauts", "x"], "usage", 2),
        (&["vendors", "list", "--fields"], "usage", 2),
        (&["vendors", "get", "999"], "not_found", 4),
        (&["vendors", "delete", "1"], "not_allowed", 8),
        (&["vendors", "delete", "1", "--write"], "not_allowed", 8),
        (&["vendors", "list", "--filter", "."], "", 0),
    ] {
        let output = run(&sandbox, &[arguments, &["-o", "json"]].concat());
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stderr));
        if code != 0 {
            let error: Value = serde_json::from_slice(&output.stderr).unwrap();
            assert_eq!((&error["error"]["kind"], &error["exitCode"]), (&kind.into(), &code.into()), "{error}");
            assert!(!error["error"]["message"].as_str().unwrap().contains("Usage:"), "{error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_goes_on_where_it_ended() {
    let sandbox = Sandbox::builder().records(7).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("place.json");
    let place = place.to_str().unwrap();
    for version in ["v1", "v2"] {
        let list = [version, "vendors", "list", "--limit", "3", "--resume", place, "--filter", ".id"];
        let mut seen = Vec::new();
        loop {
            let output = run(&sandbox, &list);
            assert!(output.status.success(), "{}", text(&output.stderr));
            seen.extend(text(&output.stdout).lines().map(str::to_owned));
            if !std::path::Path::new(place).exists() {
                break;
            }
        }
        assert_eq!(seen, ["1", "2", "3", "4", "5", "6", "7"], "{version}");
    }
    // A place belongs to the list that it was noted for.
    run(&sandbox, &["vendors", "list", "--limit", "3", "--resume", place]);
    let (code, said) = said(&sandbox, &["users", "list", "--resume", place]);
    assert!(code == Some(2) && said.contains("begin the list anew"), "{said}");
    std::fs::write(place, "{").unwrap();
    let (code, said) = self::said(&sandbox, &["users", "list", "--resume", place]);
    assert!(code == Some(2) && said.contains("remove it to begin anew"), "{said}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_login_takes_keys_as_shells_give_them_and_leaves_folders_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::builder().records(3).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let key = sandbox.api_key();
    for (name, given) in
        [("plain", key.to_owned()), ("windows", format!("\u{feff}{key}\r\n")), ("spaces", format!("\n  {key}  \n"))]
    {
        // The file is named without a folder, as one beside the work is.
        let mut login = Command::new(env!("CARGO_BIN_EXE_drata"));
        login.args(["login", "--key-stdin", "--profile", name, "--base-url", &sandbox.base_url()]);
        login.current_dir(folder.path()).env("DRATA_CONFIG", "drata.toml").env_remove("DRATA_PROFILE");
        let mut login = login.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut login.stdin.take().unwrap(), given.as_bytes()).unwrap();
        let login = login.wait_with_output().unwrap();
        assert!(login.status.success(), "{name}: {}", text(&login.stderr));
        let kept = folder.path().join(format!("keys/{name}.key"));
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), format!("{key}\n"));
        assert_eq!(std::fs::metadata(kept.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    }
    // The folder was there before: it is not this program's to close.
    assert_eq!(std::fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o755);
    for (config, problem) in [
        ("x = [", "line 1: unclosed array"),
        ("nope = 1", "unknown field `nope`"),
        ("[profiles.a]\nkey_file = \"k\"\nkey_command = \"x\"", "needs exactly one of"),
        ("default = \"b\"\n[profiles.a]\nkey_file = \"k\"", "no profile is called \"b\"; there are a"),
        ("[profiles.\"a/../b\"]\nkey_file = \"k\"", "is not made of 1 to 64 letters"),
        ("[profiles.a]\nregion = \"mars\"\nkey_command = \"echo k\"", "mars"),
    ] {
        let path = folder.path().join("broken.toml");
        std::fs::write(&path, config).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let mut list = drata(&sandbox, &["vendors", "list"]);
        let output = list.env("DRATA_CONFIG", &path).env_remove("DRATA_API_KEY").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{config}");
        assert!(text(&output.stderr).contains(problem), "{config}: {}", text(&output.stderr));
    }
}
