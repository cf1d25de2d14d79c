//! `drata mcp` before clients that do not keep to the protocol, and over a long time.
#![cfg(feature = "mcp")]
#![allow(clippy::unwrap_used, reason = "a helper that unwraps fails its test")]

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use drata_sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// A server whose lines are written and read by the test itself.
struct Server {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Server {
    fn start(sandbox: &Sandbox, options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_drata"))
            .arg("mcp")
            .args(options)
            .env("DRATA_API_KEY", sandbox.api_key())
            .env("DRATA_BASE_URL", sandbox.base_url())
            .env_remove("DRATA_PROFILE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()).lines());
        Self { child, input, output }
    }

    async fn send(&mut self, line: &str) {
        self.input.write_all(line.as_bytes()).await.unwrap();
        self.input.write_all(b"\n").await.unwrap();
    }

    async fn greet(&mut self) {
        let hello = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } } });
        self.send(&hello.to_string()).await;
        assert_eq!(self.next().await["result"]["protocolVersion"], "2025-06-18");
        self.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string()).await;
    }

    async fn call(&mut self, id: u64, tool: &str, arguments: Value) {
        let params = json!({ "name": tool, "arguments": arguments });
        let call = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params });
        self.send(&call.to_string()).await;
    }

    async fn next(&mut self) -> Value {
        let line = tokio::time::timeout(Duration::from_secs(60), self.output.next_line()).await;
        serde_json::from_str(&line.expect("a response in time").unwrap().expect("the server goes on")).unwrap()
    }

    /// The responses to so many calls, by their identifiers.
    async fn all(&mut self, count: usize) -> BTreeMap<u64, Value> {
        let mut all = BTreeMap::new();
        while all.len() < count {
            let response = self.next().await;
            let id = response["id"].as_u64().unwrap();
            assert!(all.insert(id, response).is_none(), "{id} came twice");
        }
        all
    }

    async fn end(mut self) {
        drop(self.input);
        assert!(self.child.wait().await.unwrap().success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_in_parallel_each_get_their_response() {
    let sandbox = Sandbox::builder().records(30).start().await.unwrap();
    let mut server = Server::start(&sandbox, &[]);
    server.greet().await;
    sandbox.set_latency(Duration::from_millis(50));
    for id in 1..=30 {
        let vendor = json!({ "operation": "v2::vendors::get", "parameters": { "vendorId": id }, "fields": ["id"] });
        server.call(id, "read", vendor).await;
    }
    for (id, response) in server.all(30).await {
        assert_eq!(response["result"]["structuredContent"], json!({ "id": id }), "{response}");
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_canceled_ends_and_the_others_do_not() {
    let sandbox = Sandbox::builder().records(3).start().await.unwrap();
    let mut server = Server::start(&sandbox, &[]);
    server.greet().await;
    sandbox.set_latency(Duration::from_secs(20));
    server.call(1, "read", json!({ "operation": "v2::vendors::get", "parameters": { "vendorId": 1 } })).await;
    // Messages are taken up in their order: when this one is answered, the other is under way.
    server.call(2, "find_operations", json!({ "text": "company" })).await;
    assert_eq!(server.next().await["id"], 2);
    let cancel =
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1, "reason": "x" } });
    server.send(&cancel.to_string()).await;
    server.call(3, "find_operations", json!({ "text": "company" })).await;
    assert_eq!(server.next().await["id"], 3);
    // It ends although the call would have taken long.
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_are_too_long_and_messages_out_of_order_do_not_stop_it() {
    let sandbox = Sandbox::builder().records(3).start().await.unwrap();
    let mut server = Server::start(&sandbox, &[]);
    server.greet().await;
    // What is no message, or none of this protocol's.
    for line in ["not json", "{\"jsonrpc\": \"2.0\"}", "[1,2", "\u{0}", ""] {
        server.send(line).await;
    }
    // Longer than any line that is taken; then one that is merely long.
    server.send(&"x".repeat(17 * 1024 * 1024)).await;
    server.call(1, "find_operations", json!({ "text": "y".repeat(1_000_000) })).await;
    // What answers nothing that was asked, and a second greeting.
    for line in [
        json!({ "jsonrpc": "2.0", "id": 99, "result": {} }),
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": "nope" } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/nope" }),
        json!({ "jsonrpc": "2.0", "id": 2, "method": "resources/read", "params": { "uri": "file:///etc/passwd" } }),
        json!({ "jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": { "name": "read", "arguments": [1] } }),
        json!({ "jsonrpc": "2.0", "id": 4, "method": "nope" }),
        json!({ "jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": { "name": 7 } }),
        json!({ "jsonrpc": "2.0", "id": 6, "method": "tools/list" }),
    ] {
        server.send(&line.to_string()).await;
    }
    let mut seen = BTreeMap::new();
    while seen.len() < 6 {
        let response = server.next().await;
        if let Some(id) = response["id"].as_u64() {
            seen.insert(id, response);
        }
    }
    assert_eq!(seen[&1]["result"]["structuredContent"]["operations"], json!([]));
    assert!((2..=5).all(|id| seen[&id]["error"].is_object()), "{seen:?}");
    assert_eq!(seen[&6]["result"]["tools"].as_array().unwrap().len(), 7);
    server.end().await;

    // A call before the greeting is an error, or the end of the connection; never a result.
    let mut rude = Server::start(&sandbox, &["--write", "--yes"]);
    rude.call(1, "write", json!({ "operation": "v2::vendors::delete", "parameters": { "vendorId": 1 } })).await;
    let line = tokio::time::timeout(Duration::from_secs(60), rude.output.next_line()).await.unwrap().unwrap();
    assert!(line.is_none_or(|line| !line.contains("\"status\":204")), "it wrote before it was greeted");
    assert!(!sandbox.requests().all().iter().any(|request| request.method == "DELETE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn results_are_bounded_numbers_are_checked_and_the_key_is_in_none() {
    let sandbox = Sandbox::builder().records(120).start().await.unwrap();
    let mut server = Server::start(&sandbox, &["--write"]);
    server.greet().await;
    let vendors = "v2::vendors::list";
    let calls = [
        ("find_operations", json!({ "text": "list", "limit": 50 }), "\"more\":"),
        ("find_operations", json!({ "text": "list", "limit": 0 }), "limit is 0, not an integer from 1 to 50"),
        ("describe_operation", json!({ "operation": vendors, "response": true }), "\"schema\":"),
        ("read", json!({ "operation": "v2::company::get" }), "\"name\":"),
        ("list_rows", json!({ "operation": vendors, "limit": 200 }), "\"next\":\"{"),
        ("list_rows", json!({ "operation": vendors, "limit": -1 }), "limit is -1, not an integer from 1 to 200"),
        ("list_rows", json!({ "operation": vendors, "cursor": "{}" }), "leave it out to begin anew"),
        ("list_rows", json!({ "operation": vendors, "fields": ["id", "nam"], "limit": 1 }), "did you mean name?"),
        ("read", json!({ "operation": "v2::company::get", "fields": ["nam"] }), "no row has the field nam"),
        ("status", json!({}), "\"lines\":"),
        ("failing", json!({ "what": "controls" }), "\"rows\":"),
        ("failing", json!({ "what": "tests", "offset": u64::MAX }), "\"rows\":[]"),
        ("evidence_due", json!({ "days": 3650 }), "\"next\":"),
        ("evidence_due", json!({ "days": i64::MAX }), "not an integer from 0 to 3650"),
        ("write", json!({ "operation": "v2::vendors::create", "body": { "name": "x" } }), "\"status\":201"),
        (
            "write",
            json!({ "operation": "v2::vendors::delete", "parameters": { "vendorId": 1 } }),
            "cannot ask the user",
        ),
    ];
    for (id, (tool, arguments, _)) in calls.iter().enumerate() {
        server.call(id as u64, tool, arguments.clone()).await;
    }
    for (id, response) in server.all(calls.len()).await {
        let (tool, arguments, expected) = &calls[usize::try_from(id).unwrap()];
        let content = response["result"]["structuredContent"].to_string();
        // The message of an error is a string within it.
        assert!(content.contains(expected), "{tool} {arguments}: {content}");
        assert!(content.len() < 50_000, "{tool} {arguments}: {} characters", content.len());
        assert!(!response.to_string().contains(sandbox.api_key()), "{tool} {arguments}");
    }
    assert!(!sandbox.requests().all().iter().any(|request| request.method == "DELETE"));
    server.end().await;
}
