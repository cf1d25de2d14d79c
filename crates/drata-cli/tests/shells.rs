//! What shells are told: completions and manual pages.
#![allow(clippy::unwrap_used, reason = "a helper that unwraps fails its test")]

use std::io::Write as _;
use std::process::{Command, Stdio};

fn drata() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drata"));
    command.env_remove("DRATA_PROFILE").env_remove("DRATA_API_KEY").stdin(Stdio::null());
    command
}

/// What completes the last of these words, as bash asks for it.
fn completed(config: &std::path::Path, words: &[&str]) -> Vec<String> {
    let mut command = drata();
    command.env("COMPLETE", "bash").env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_INDEX", (words.len()).to_string());
    command.env("_CLAP_COMPLETE_COMP_TYPE", "9").env("_CLAP_COMPLETE_SPACE", "true").env("DRATA_CONFIG", config);
    let output = command.args(["--", "drata"]).args(words).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn commands_flags_and_values_are_completed() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "[profiles.main]\nkey_command = \"x\"\n[profiles.audit]\nkey_command = \"x\"\n").unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&config, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    for (words, all) in [
        (&["vendor"][..], &["vendor-documents", "vendor-security-reviews", "vendor-types", "vendors"][..]),
        (&["v1", "connections", "list", "--state", "MIS"], &["MISCONFIGURED"]),
        (&["vendors", "list", "--status", "A"], &["ACTIVE", "ARCHIVED", "APPROVED"]),
        (&["vendors", "update", "1", "--is-sub-processor="], &["--is-sub-processor=true", "--is-sub-processor=false"]),
        (&["vendors", "list", "-o", ""], &["auto", "table", "json", "ndjson", "csv"]),
        (&["--profile", ""], &["audit", "main"]),
        (&["completions", "z"], &["zsh"]),
        (&["describe", "v2::risk_notes::d"], &["v2::risk_notes::delete"]),
        (&["export", "out", "--only", "roles,risk-l"], &["roles,risk-library"]),
    ] {
        assert_eq!(completed(&config, words), all, "{words:?}");
    }
}

#[cfg(unix)]
#[test]
fn shells_that_are_here_load_their_scripts() {
    // Each reads a script from standard input and says whether it can be run.
    for (shell, options) in [("bash", &["-n"][..]), ("zsh", &["-n"]), ("fish", &["--no-execute"])] {
        let script = drata().args(["completions", shell]).output().unwrap();
        assert!(script.status.success() && script.stdout.len() > 100, "{shell}");
        let started = Command::new(shell).args(options).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
        // Not every machine has every shell; bash is on those that run our tests.
        let Ok(mut reader) = started else {
            assert_ne!(shell, "bash", "this machine has no bash");
            continue;
        };
        reader.stdin.take().unwrap().write_all(&script.stdout).unwrap();
        let read = reader.wait_with_output().unwrap();
        assert!(read.status.success() && read.stderr.is_empty(), "{shell}: {}", String::from_utf8_lossy(&read.stderr));
    }
}

/// What a shell prints that reads this script, if the shell is here.
#[cfg(unix)]
fn printed(shell: &str, script: &str, folder: &std::path::Path) -> Option<String> {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_drata")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(shell);
    command.env("PATH", path).env("HOME", folder).current_dir(folder).args(["-c", script]);
    let output = command.stdin(Stdio::null()).output().ok()?;
    Some(format!("{}{}", String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr)))
}

#[cfg(unix)]
#[test]
fn shells_complete_what_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    // bash calls a function with the words; what it finds is in COMPREPLY.
    let bash = "source <(drata completions bash); COMP_WORDS=(drata v2 risk-n); COMP_CWORD=2; COMP_TYPE=9; \
                f=$(complete -p drata | sed 's/.*-F \\([^ ]*\\).*/\\1/'); $f drata risk-n v2; echo \"${COMPREPLY[@]}\"";
    assert_eq!(printed("bash", bash, folder.path()).unwrap().trim(), "risk-notes");
    let fish = "drata completions fish | source; complete -C 'drata v1 connections list --state MIS'";
    if let Some(printed) = printed("fish", fish, folder.path()) {
        assert_eq!(printed.trim(), "MISCONFIGURED");
    }
    // zsh: sourced, the script announces its function; as `_drata` in a folder of fpath, it is the completion itself.
    let described = "_describe() { print -l -- ${(P)@[-1]} }; words=(drata v2 risk-n); CURRENT=3";
    let zsh = [
        format!("compdef() {{ known=$1 }}; {described}; source <(drata completions zsh); $known"),
        format!("drata completions zsh > _drata; fpath=(. $fpath); {described}; autoload -Uz _drata; _drata"),
    ];
    for script in &zsh {
        if let Some(printed) = printed("zsh", script, folder.path()) {
            assert!(printed.contains("risk-notes:Comments on a risk"), "{printed}");
        }
    }
}

#[test]
fn manual_pages_are_of_the_program_and_of_each_command() {
    let page = |words: &[&str]| String::from_utf8(drata().arg("man").args(words).output().unwrap().stdout).unwrap();
    assert!(page(&[]).contains(".TH DRATA 1"));
    let create = page(&["v2", "vendors", "create"]);
    assert!(create.contains(".TH DRATA-V2-VENDORS-CREATE 1") && create.contains("\\-\\-category"), "{create}");
    let unknown = drata().args(["man", "vendrs"]).output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
}
