//! The program on a terminal: what stands where, and what is left when it is done.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a helper that unwraps fails its test")]

mod common;

use std::fs::File;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{drata, run, text};
use drata_sandbox::Sandbox;
use nix::pty::{Winsize, openpty};

/// A terminal of so many columns and lines: what a program takes for one, and what is shown on it.
fn terminal(columns: u16, lines: u16) -> (Stdio, File) {
    let size = Winsize { ws_row: lines, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    let pair = openpty(&size, None).unwrap();
    (pair.slave.into(), pair.master.into())
}

/// Everything that is shown until the program and this test have let go of the terminal.
fn shown(mut screen: File) -> String {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    // A terminal that nobody holds any longer reads as an error.
    while let Ok(count @ 1..) = screen.read(&mut buffer) {
        all.extend(&buffer[..count]);
    }
    String::from_utf8(all).unwrap().replace("\r\n", "\n")
}

/// What a command shows on a terminal of its own.
fn on_terminal(mut command: Command, columns: u16) -> String {
    let (out, screen) = terminal(columns, 12);
    let mut child = command.stdout(out).stderr(Stdio::null()).spawn().unwrap();
    // The command still holds the terminal, which is to end with the child.
    drop(command);
    let all = shown(screen);
    assert!(child.wait().unwrap().success(), "{all}");
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_on_standard_error_and_leaves_nothing_behind() {
    let sandbox = Sandbox::builder().records(300).start().await.unwrap();
    let whole = run(&sandbox, &["vendors", "list"]).stdout;
    sandbox.set_latency(Duration::from_millis(150));
    let bar = |options: &[&str], term: &str| {
        let (err, screen) = terminal(80, 24);
        let mut command = drata(&sandbox, &[&["vendors", "list", "--page-size", "100"], options].concat());
        let child = command.env("TERM", term).stdout(Stdio::piped()).stderr(err).spawn().unwrap();
        drop(command);
        let reader = std::thread::spawn(move || shown(screen));
        let rows = child.wait_with_output().unwrap().stdout;
        assert!(rows == whole, "rows and progress are mixed");
        reader.join().unwrap()
    };
    let drawn = bar(&[], "xterm");
    assert!(drawn.contains("rows"), "{drawn:?}");
    // Nothing of a row is on it, and the last that happens is that its line is cleared.
    assert!(!drawn.contains("Tidewater") && !drawn.contains('{'), "{drawn:?}");
    let last = drawn.rfind("rows").unwrap();
    assert!(drawn[last..].contains("\u{1b}[2K") && !drawn.ends_with('\n'), "{drawn:?}");
    assert_eq!(bar(&["--quiet"], "xterm"), "");
    assert_eq!(bar(&[], "dumb"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_narrow_terminal_shows_a_row_on_a_line() {
    let sandbox = Sandbox::builder().records(30).start().await.unwrap();
    let wide = serde_json::json!({ "name": "漢字かな交じりの長い名前 e\u{301}\u{1f469}\u{200d}\u{1f680}" }).to_string();
    assert!(run(&sandbox, &["vendors", "create", "--write", "--json", &wide]).status.success());
    for columns in [11, 20, 80] {
        let table = on_terminal(drata(&sandbox, &["vendors", "list", "--color", "never"]), columns);
        let widest = table.lines().map(unicode_width::UnicodeWidthStr::width).max().unwrap();
        assert!(widest <= usize::from(columns), "{columns}: {table}");
        // A screenful: the terminal has 12 lines, of which the header and the prompt take some.
        assert_eq!(table.lines().count(), 9, "{columns}: {table}");
        let all = on_terminal(drata(&sandbox, &["vendors", "list", "--all", "--color", "never"]), columns);
        assert_eq!(all.lines().count(), 32, "{columns}: {all}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_from_the_service_acts_on_a_terminal_in_any_format() {
    let sandbox = Sandbox::builder().records(1).start().await.unwrap();
    let hostile = "=1+1\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{e0041}";
    let body = serde_json::json!({ "name": hostile }).to_string();
    assert!(run(&sandbox, &["vendors", "create", "--write", "--json", &body]).status.success());
    for arguments in [
        &["vendors", "list", "-o", "table"][..],
        &["vendors", "list", "-o", "csv"],
        &["vendors", "list", "-o", "csv", "--fields", "name"],
        &["vendors", "list", "-o", "json"],
        &["vendors", "list", "-o", "ndjson"],
        &["vendors", "list", "--filter", ".name"],
        &["vendors", "get", "2"],
        &["vendors", "get", "2", "-o", "csv"],
        &["api", "GET", "/v2/vendors"],
        &["api", "GET", "/v2/vendors", "--paginate", "-o", "ndjson"],
    ] {
        let mut command = drata(&sandbox, arguments);
        command.env("NO_COLOR", "1");
        let all = on_terminal(command, 300);
        assert!(all.contains("=1+1") && all.contains("owned"), "{arguments:?}: {all}");
        assert!(!all.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}', '\u{e0041}']), "{arguments:?}: {all:?}");
    }
    // What stays JSON stays the same value.
    let line = on_terminal(drata(&sandbox, &["vendors", "get", "2", "--filter", ".name"]), 80);
    assert_eq!(serde_json::from_str::<String>(line.trim()).unwrap(), hostile);
}

#[tokio::test(flavor = "multi_thread")]
async fn color_is_shown_where_it_is_wanted() {
    let sandbox = Sandbox::builder().records(20).start().await.unwrap();
    let list = ["vendors", "list", "--fields", "id,status"];
    for (variable, value, options, colored) in [
        ("TERM", "xterm", &[][..], true),
        ("TERM", "dumb", &[], false),
        ("NO_COLOR", "1", &[], false),
        ("NO_COLOR", "", &[], true),
        ("NO_COLOR", "1", &["--color", "always"], true),
        ("TERM", "xterm", &["--color", "never"], false),
    ] {
        let mut command = drata(&sandbox, &[&list[..], options].concat());
        command.env(variable, value);
        let table = on_terminal(command, 80);
        assert_eq!(table.contains('\u{1b}'), colored, "{variable}={value} {options:?}: {table:?}");
    }
    assert!(!text(&run(&sandbox, &[&list[..], &["-o", "table"]].concat()).stdout).contains('\u{1b}'));
    let mut help = drata(&sandbox, &["vendors", "list", "--help"]);
    help.env("TERM", "dumb");
    assert!(!on_terminal(help, 80).contains('\u{1b}'));
}
