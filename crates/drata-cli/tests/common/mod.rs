//! The program, run on a sandbox that the test holds.
#![allow(dead_code, unreachable_pub, reason = "each test file takes what it needs")]

use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use drata_sandbox::Sandbox;

/// The program with these arguments, the key and the address of the sandbox, and nothing to read.
pub fn drata(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drata"));
    command.args(arguments).env("DRATA_API_KEY", sandbox.api_key()).env("DRATA_BASE_URL", sandbox.base_url());
    for variable in ["DRATA_PROFILE", "DRATA_REGION", "NO_COLOR", "COLUMNS"] {
        command.env_remove(variable);
    }
    command.env("TERM", "xterm").stdin(Stdio::null());
    command
}

/// The program with these arguments and without an account.
pub fn unconfigured(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drata"));
    command.args(arguments).env("DRATA_CONFIG", "/nowhere/config.toml").stdin(Stdio::null());
    for variable in ["DRATA_API_KEY", "DRATA_BASE_URL", "DRATA_PROFILE", "DRATA_REGION"] {
        command.env_remove(variable);
    }
    command
}

pub fn run(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    drata(sandbox, arguments).output().unwrap()
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Waits until the sandbox got so many requests of this kind.
pub fn await_requests(sandbox: &Sandbox, count: usize, method: &str, path: &str) {
    let is_it = |request: &&drata_sandbox::Received| request.method == method && request.path.ends_with(path);
    while sandbox.requests().all().iter().filter(is_it).count() < count {
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Presses Ctrl-C after a while; returns the exit code.
pub fn interrupt(child: &mut Child, after: Duration) -> Option<i32> {
    // A program that has only begun does not listen yet.
    let status = format!("/proc/{}/status", child.id());
    let listens = |line: &str| {
        let caught = line.strip_prefix("SigCgt:").and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        caught.is_some_and(|mask| mask & 0b10 != 0)
    };
    while std::fs::read_to_string(&status).is_ok_and(|text| !text.lines().any(listens)) {
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(after);
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    child.wait().unwrap().code()
}
