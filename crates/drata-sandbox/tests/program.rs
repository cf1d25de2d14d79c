//! The program.

#![cfg(feature = "cli")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Output, Stdio};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_drata-sandbox"))
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().expect("it runs")
}

/// Starts it and returns its base URL; it is killed when the guard goes.
fn start(arguments: &[&str]) -> (Guard, String) {
    let mut child = program().args(["--port", "0"]).args(arguments).stdout(Stdio::piped()).spawn().expect("it runs");
    let mut line = String::new();
    let stdout = child.stdout.as_mut().expect("its output");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    let url = line.split_whitespace().find(|word| word.starts_with("http")).expect("a URL").to_owned();
    (Guard(child), url)
}

struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn it_serves_with_the_keys_it_is_given() {
    let (_guard, url) = start(&["--records", "30", "--key", "connections-get=NARROW", "--key", "all=WIDE"]);
    let client = reqwest::Client::new();
    let status = async |path: &str, key: &str| {
        let response = client.get(format!("{url}{path}")).bearer_auth(key).send().await.expect("an answer");
        response.status().as_u16()
    };
    assert_eq!(status("/connections", "NARROW").await, 200);
    assert_eq!(status("/vendors", "NARROW").await, 403);
    assert_eq!(status("/v2/vendors", "WIDE").await, 200);
    assert_eq!(status("/v2/vendors", "OTHER").await, 401);
}

#[tokio::test]
async fn a_test_in_another_language_sees_what_arrived_and_starts_again() {
    let (_guard, url) = start(&["--key", "all=KEY", "--error-rate", "503=0"]);
    let root = url.trim_end_matches("/public");
    let client = reqwest::Client::new();
    let send = async |method: &str, url: String| {
        let request = client.request(method.parse().expect("a method"), url).bearer_auth("KEY");
        request.send().await.expect("an answer")
    };
    assert_eq!(send("DELETE", format!("{url}/v2/vendors/3")).await.status(), 204);
    assert_eq!(send("GET", format!("{url}/v2/vendors/3?limit=1")).await.status(), 404);
    let seen: serde_json::Value = send("GET", format!("{root}/sandbox/requests")).await.json().await.expect("JSON");
    assert_eq!((&seen["total"], &seen["requests"][0]["status"]), (&2.into(), &204.into()));
    assert!(seen["violations"][0].as_str().is_some_and(|text| text.contains("limit is not a parameter")), "{seen}");
    assert_eq!(send("POST", format!("{root}/sandbox/reset")).await.status(), 204);
    assert_eq!(send("GET", format!("{url}/v2/vendors/3")).await.status(), 200);
}

#[tokio::test]
async fn faults_come_from_a_file() {
    let folder = std::env::temp_dir().join(format!("drata-sandbox-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("faults.toml");
    std::fs::write(&file, "[[fault]]\neffect = \"html\"\nstatus = 502\noperation = \"getConnections\"\nnext = 1\n")
        .expect("a file");
    let (_guard, url) = start(&["--faults", file.to_str().expect("UTF-8"), "--key", "all=KEY"]);
    let client = reqwest::Client::new();
    for expected in [502, 200] {
        let response = client.get(format!("{url}/connections")).bearer_auth("KEY").send().await.expect("an answer");
        assert_eq!(response.status(), expected);
    }

    std::fs::write(&file, "[[fault]]\neffect = \"reset\"\noperation = \"getConections\"\n").expect("a file");
    let output = run(&["--faults", file.to_str().expect("UTF-8")]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && message.contains("fault 1") && message.contains("getConections"), "{message}");
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn it_listens_beyond_loopback_only_when_told_twice() {
    let output = run(&["--host", "0.0.0.0", "--port", "0"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("--allow-remote"));
}

#[test]
fn a_port_in_use_is_said_so() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let output = run(&["--port", &port]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("is in use"));
}

#[test]
fn the_help_teaches() {
    let output = run(&["--help"]);
    let help = String::from_utf8_lossy(&output.stdout);
    for word in ["--records", "--seed", "--faults", "[[fault]]", "Examples:", "connections-get"] {
        assert!(help.contains(word), "{word}");
    }
}

#[cfg(unix)]
#[test]
fn it_ends_cleanly_when_it_is_asked_to() {
    let (mut guard, _) = start(&[]);
    let id = guard.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().expect("it runs").success());
    assert!(guard.0.wait().expect("it ends").success());
    let mut rest = String::new();
    guard.0.stdout.take().expect("its output").read_to_string(&mut rest).expect("text");
}
