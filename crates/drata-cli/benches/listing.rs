//! What it costs to list, beside a loop written by hand: `cargo bench -p drata-cli`.
//!
//! Both are processes of their own that print 10,000 rows as lines; the processor time of each is what is compared, in pairs. Then
//! 1,000,000 rows are listed, for the memory that takes, and an assistant calls its tools 10,000 times, for what stays behind.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use drata_sandbox::Sandbox;
use nix::sys::resource::{UsageWho, getrusage};
use serde_json::{Value, json};

const ROUNDS: usize = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    match arguments.get(1).map(String::as_str) {
        Some("by-hand") => runtime.block_on(by_hand(&arguments[2], &arguments[3])),
        _ => runtime.block_on(compare()),
    }
}

/// The loop that a program would have without a library.
async fn by_hand(base: &str, key: &str) {
    let client = reqwest::Client::new();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut cursor: Option<String> = None;
    loop {
        let mut request = client.get(format!("{base}/v2/vendors")).bearer_auth(key).query(&[("size", "500")]);
        if let Some(cursor) = &cursor {
            request = request.query(&[("cursor", cursor)]);
        }
        let page: Value = request.send().await.expect("a response").json().await.expect("JSON");
        for row in page["data"].as_array().expect("rows") {
            writeln!(out, "{row}").expect("a line");
        }
        match page["pagination"]["cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return,
        }
    }
}

/// The processor time of a child.
fn cost(command: &mut Command) -> (Duration, usize) {
    let spent = || {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage");
        let time = usage.user_time() + usage.system_time();
        Duration::from_micros(u64::try_from(time.tv_sec() * 1_000_000 + time.tv_usec()).unwrap_or(0))
    };
    let before = spent();
    let output = command.stderr(Stdio::inherit()).output().expect("a child");
    assert!(output.status.success());
    (spent() - before, output.stdout.iter().filter(|byte| **byte == b'\n').count())
}

async fn compare() {
    let sandbox = Sandbox::builder().records(10_000).start().await.expect("a port");
    let (base, key) = (sandbox.base_url(), sandbox.api_key().to_owned());
    let program = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drata"));
        command.args(["vendors", "list"]).env("DRATA_BASE_URL", &base).env("DRATA_API_KEY", &key);
        command
    };
    let by_hand = || {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["by-hand", &base, &key]);
        command
    };
    let once = |mut command: Command| {
        let (time, lines) = cost(&mut command);
        assert_eq!(lines, 10_000);
        time
    };
    // In pairs, so that both meet the same machine. The sandbox runs on the runtime's other thread while this one waits.
    let mut pairs: Vec<(Duration, Duration)> =
        tokio::task::block_in_place(|| (0..ROUNDS).map(|_| (once(program()), once(by_hand()))).collect());
    let ratio = |pair: &(Duration, Duration)| pair.0.as_secs_f64() / pair.1.as_secs_f64();
    pairs.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
    let (ours, theirs) = pairs[ROUNDS / 2];
    let [least, median, most] = [0, ROUNDS / 2, ROUNDS - 1].map(|place| ratio(&pairs[place]));
    println!("10,000 rows: drata {ours:.1?}, by hand {theirs:.1?}: {median:.2} of it, {least:.2} to {most:.2}");
    tokio::task::block_in_place(assist);
    drop(sandbox);

    // Four minutes, because the limit of requests a minute is kept.
    let sandbox = Sandbox::builder().records(1_000_000).start().await.expect("a port");
    let mut command = Command::new(env!("CARGO_BIN_EXE_drata"));
    command.args(["vendors", "list"]).env("DRATA_BASE_URL", sandbox.base_url()).env("DRATA_API_KEY", sandbox.api_key());
    let mut child = command.stdout(Stdio::piped()).spawn().expect("a child");
    let mut output = child.stdout.take().expect("its output");
    let (lines, peak) = tokio::task::block_in_place(|| {
        use std::io::Read as _;
        let (mut buffer, mut lines, mut peak) = (vec![0; 1 << 16], 0_usize, 0);
        loop {
            let read = output.read(&mut buffer).expect("lines");
            if read == 0 {
                break (lines, peak);
            }
            lines += buffer[..read].iter().filter(|byte| **byte == b'\n').count();
            peak = peak.max(memory(child.id(), "VmHWM:"));
        }
    });
    assert!(child.wait().expect("an end").success());
    println!("{lines} rows: {:.1} MB at most", mb(peak));
}

/// The memory of a process, in KiB; 0 where the system does not tell.
fn memory(process: u32, what: &str) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Calls tools of the server for assistants, one after the other.
fn assist() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drata"));
    // On an account in memory, since the rate limit of another would take ten minutes.
    command.args(["--sandbox", "mcp"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a child");
    let mut input = child.stdin.take().expect("its input");
    let mut output = BufReader::new(child.stdout.take().expect("its output")).lines();
    writeln!(
        input,
        "{}",
        json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "bench", "version": "1" } } })
    )
    .expect("a greeting");
    output.next().expect("a response").expect("a line");
    writeln!(input, "{}", json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).expect("a line");
    let tools = [
        ("read", json!({ "operation": "v2::vendors::get", "parameters": { "vendorId": 7 } })),
        ("list_rows", json!({ "operation": "v2::vendors::list", "limit": 5 })),
        ("find_operations", json!({ "text": "evidence" })),
        ("read", json!({ "operation": "v2::vendors::nope" })),
    ];
    let mut early = 0;
    for number in 1..=10_000_usize {
        let (tool, arguments) = &tools[number % tools.len()];
        let params = json!({ "name": tool, "arguments": arguments });
        writeln!(input, "{}", json!({ "jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params }))
            .expect("a call");
        let response: Value = serde_json::from_str(&output.next().expect("a response").expect("a line")).expect("JSON");
        assert_eq!(response["id"], number);
        if number == 1_000 {
            early = memory(child.id(), "VmRSS:");
        }
    }
    let late = memory(child.id(), "VmRSS:");
    drop(input);
    assert!(child.wait().expect("an end").success());
    println!("10,000 calls of tools: {:.1} MB after 1,000, {:.1} MB after all", mb(early), mb(late));
}

fn mb(kib: usize) -> f64 {
    kib as f64 / 1024.0
}
