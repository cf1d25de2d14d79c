//! `drata mcp` through the official client, over a child process.
#![cfg(feature = "mcp")]
#![allow(clippy::unwrap_used, reason = "a helper that unwraps fails its test")]

use std::process::Stdio;

use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult,
    ElicitationAction, Implementation,
};
use rmcp::service::{RequestContext, RoleClient, RunningService};
use rmcp::transport::TokioChildProcess;
use rmcp::{ClientHandler, ErrorData, ServiceExt as _};
use serde_json::{Value, json};
use tokio::process::Command;

/// A client whose user gives the same answer to every question, or that cannot ask.
#[derive(Clone)]
struct User(Option<bool>);

impl ClientHandler for User {
    fn get_info(&self) -> ClientConfig {
        let capabilities = match self.0 {
            Some(_) => ClientCapabilities::builder().enable_elicitation().build(),
            None => ClientCapabilities::default(),
        };
        ClientConfig::new(capabilities, Implementation::new("test", "1"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let ElicitRequestParams::FormElicitationParams { message, .. } = request else { panic!("a form is asked for") };
        assert!(message.contains("DELETE /v2/vendors/3") && message.contains("in memory"), "{message}");
        let mut result = ElicitResult::new(match self.0 {
            Some(true) => ElicitationAction::Accept,
            _ => ElicitationAction::Decline,
        });
        result.content = Some(json!({ "confirm": true }));
        Ok(result)
    }
}

type Client = RunningService<RoleClient, User>;

async fn connect(options: &[&str], user: User) -> Client {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drata"));
    command.args(["--sandbox", "mcp"]).args(options).stderr(Stdio::null());
    user.serve(TokioChildProcess::new(command).unwrap()).await.unwrap()
}

async fn result(client: &Client, tool: &'static str, arguments: Value) -> CallToolResult {
    let mut request = CallToolRequestParams::new(tool);
    request.arguments = arguments.as_object().cloned();
    client.call_tool(request).await.unwrap()
}

async fn call(client: &Client, tool: &'static str, arguments: Value) -> Value {
    let result = result(client, tool, arguments).await;
    assert_eq!(
        result.is_error,
        Some(false),
        "{tool}: {:?}",
        result.structured_content.as_ref().map(|value| value["error"].clone())
    );
    result.structured_content.unwrap()
}

async fn refused(client: &Client, tool: &'static str, arguments: Value) -> String {
    let result = result(client, tool, arguments).await;
    assert_eq!(result.is_error, Some(true), "{tool} did what it should refuse");
    result.structured_content.unwrap()["error"]["message"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn tools_say_what_they_may_do() {
    let reader = connect(&[], User(None)).await;
    let tools = reader.list_all_tools().await.unwrap();
    assert!(tools.iter().all(|tool| tool.annotations.as_ref().unwrap().read_only_hint == Some(true)));
    assert!(!tools.iter().any(|tool| tool.name == "write"));
    assert!(
        refused(&reader, "write", json!({"operation": "v2::vendors::delete"}))
            .await
            .contains("started without --write")
    );
    reader.cancel().await.unwrap();

    let writer = connect(&["--write"], User(None)).await;
    let tools = writer.list_all_tools().await.unwrap();
    let write = tools.iter().find(|tool| tool.name == "write").unwrap().annotations.clone().unwrap();
    assert_eq!((write.read_only_hint, write.destructive_hint), (Some(false), Some(true)));
    writer.cancel().await.unwrap();
}

#[tokio::test]
async fn operations_are_found_described_and_called() {
    let client = connect(&[], User(None)).await;
    let found = call(&client, "find_operations", json!({"text": "vendors list"})).await;
    assert_eq!(found["operations"][0]["operation"], "v2::vendors::list");
    let described = call(&client, "describe_operation", json!({"operation": "v2::risks::create"})).await;
    assert_eq!(described["schema"]["body"]["properties"]["title"]["maxLength"], 191);
    let vendor = call(
        &client,
        "read",
        json!({"operation": "v2::vendors::get", "parameters": {"vendorId": 3}, "fields": ["id"]}),
    )
    .await;
    assert_eq!(vendor, json!({"id": 3}));
    let status = call(&client, "status", json!({})).await;
    assert_eq!(status["lines"].as_array().unwrap().len(), 6);
    let failing = call(&client, "failing", json!({"what": "devices"})).await;
    assert!(failing["rows"][0]["status"] == "NON_COMPLIANT");
    let due = call(&client, "evidence_due", json!({"days": 3650})).await;
    assert!(due["total"].as_u64().unwrap() > 10);
    client.cancel().await.unwrap();
}

#[tokio::test]
async fn lists_are_bounded_and_go_on() {
    let client = connect(&[], User(None)).await;
    let mut ids = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let page = call(
            &client,
            "list_rows",
            json!({"operation": "v2::vendors::list", "limit": 30, "cursor": cursor, "fields": ["id"]}),
        )
        .await;
        let rows = page["rows"].as_array().unwrap();
        assert!(rows.len() <= 30);
        ids.extend(rows.iter().map(|row| row["id"].as_i64().unwrap()));
        cursor = page["next"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(ids, (1..=100).collect::<Vec<_>>());

    // Whole rows of 200 vendors would be far more than a result may hold.
    let page = result(&client, "list_rows", json!({"operation": "v2::vendors::list", "limit": 200})).await;
    assert!(serde_json::to_string(&page.structured_content).unwrap().len() < 50_000);
    client.cancel().await.unwrap();
}

#[tokio::test]
async fn mistakes_say_what_to_do() {
    let client = connect(&["--write"], User(None)).await;
    for (tool, arguments, expected) in [
        ("read", json!({"operation": "v2::vendors::gett"}), "find_operations"),
        ("read", json!({"operation": "v2::vendors::list"}), "use list_rows"),
        ("read", json!({"operation": "v2::vendors::delete"}), "writes"),
        ("read", json!({"operation": "v2::vendors::get"}), "vendorId is required"),
        ("read", json!({"operation": "v2::vendors::get", "parameters": {"vendorId": 99999}}), "404"),
        ("read", json!({"operation": "v2::vendors::get", "parameter": {}}), "takes no \"parameter\""),
        ("list_rows", json!({"operation": "v2::vendors::list", "cursor": "x"}), "leave it out"),
        ("list_rows", json!({"operation": "v2::vendors::list", "cursor": {"page": 2}}), "leave it out"),
        ("list_rows", json!({"operation": "v2::vendors::list", "parameters": {"sort": "nope"}}), "must be one of"),
        ("failing", json!({"what": "everything"}), "none of tests"),
        ("write", json!({"operation": "v2::vendors::create", "body": {}}), "name is required"),
        ("write", json!({"operation": "v2::vendors::delete", "parameters": {"vendorId": 3}}), "--yes"),
    ] {
        let message = refused(&client, tool, arguments.clone()).await;
        assert!(message.contains(expected), "{tool} {arguments}: {expected:?} is not in {message:?}");
    }
    assert!(
        call(&client, "read", json!({"operation": "v2::vendors::get", "parameters": {"vendorId": 3}})).await["id"] == 3
    );
    client.cancel().await.unwrap();
}

#[tokio::test]
async fn deletions_are_confirmed_by_the_user() {
    let delete = json!({"operation": "v2::vendors::delete", "parameters": {"vendorId": 3}});
    let read = json!({"operation": "v2::vendors::get", "parameters": {"vendorId": 3}, "fields": ["id"]});

    let client = connect(&["--write"], User(Some(false))).await;
    assert!(refused(&client, "write", delete.clone()).await.contains("refused"));
    assert_eq!(call(&client, "read", read.clone()).await["id"], 3);
    client.cancel().await.unwrap();

    let client = connect(&["--write"], User(Some(true))).await;
    let done = call(&client, "write", delete.clone()).await;
    assert_eq!(done["status"], 204);
    assert!(refused(&client, "read", read).await.contains("404"));
    // What deletes nothing is not asked about.
    let created = call(&client, "write", json!({"operation": "v2::vendors::create", "body": {"name": "Acme"}})).await;
    assert_eq!(created["response"]["name"], "Acme");
    client.cancel().await.unwrap();

    let client = connect(&["--write", "--yes"], User(None)).await;
    assert_eq!(call(&client, "write", delete).await["status"], 204);
    client.cancel().await.unwrap();
}
