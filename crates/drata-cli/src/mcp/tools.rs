//! The tools: their names, what they take, and what they may do.

use std::sync::Arc;

use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Value, json};

use crate::jobs::{MOST_DAYS, View};

/// The most rows of one result.
pub(super) const MOST_ROWS: u64 = 200;
/// The most operations of one result.
pub(super) const MOST_FOUND: u64 = 50;

pub(super) const FIND: &str = "find_operations";
pub(super) const DESCRIBE: &str = "describe_operation";
pub(super) const READ: &str = "read";
pub(super) const LIST: &str = "list_rows";
pub(super) const WRITE: &str = "write";
pub(super) const STATUS: &str = "status";
pub(super) const FAILING: &str = "failing";
pub(super) const EVIDENCE_DUE: &str = "evidence_due";

/// Every tool; `write` is there only where the server may write.
pub(super) fn all(write: bool) -> Vec<Tool> {
    let operation =
        json!({ "type": "string", "description": "Its name, such as v2::vendors::list: see find_operations" });
    let parameters = json!({ "type": "object", "description": "Values by their names, such as {\"workspaceId\": 1}: see describe_operation" });
    let fields = json!({ "type": "array", "items": { "type": "string" }, "description": "Only these fields, such as owner.email" });
    let workspace = json!({ "type": "integer", "description": "Only this workspace" });
    let mut tools = vec![
        reads(
            FIND,
            "Find operations of the Drata API by words of their name, path, permission or description.",
            json!({
                "text": { "type": "string", "description": "Words that all have to occur, such as `evidence list`" },
                "limit": { "type": "integer", "minimum": 1, "maximum": MOST_FOUND, "description": "At most so many; 20 by default" },
            }),
            &["text"],
        ),
        reads(
            DESCRIBE,
            "What an operation does and needs: its parameters and body with their types, limits and meaning.",
            json!({
                "operation": operation,
                "response": { "type": "boolean", "description": "The schema of the response too" },
            }),
            &["operation"],
        ),
        reads(
            READ,
            "Call an operation that reads and returns one thing. For lists, use list_rows.",
            json!({ "operation": operation, "parameters": parameters, "fields": fields }),
            &["operation"],
        ),
        reads(
            LIST,
            "List rows, a bounded number at a time. Pass `next` of the result as `cursor` to go on.",
            json!({
                "operation": operation,
                "parameters": parameters,
                "fields": fields,
                "limit": { "type": "integer", "minimum": 1, "maximum": MOST_ROWS, "description": "At most so many rows; 50 by default" },
                "cursor": { "type": "string", "description": "`next` of the result before" },
            }),
            &["operation"],
        ),
        reads(
            STATUS,
            "One overview: failing tests, controls that are not ready, evidence that is due, personnel and devices out of compliance, broken connections.",
            json!({ "workspaceId": workspace }),
            &[],
        ),
        reads(
            FAILING,
            "What is wrong, by kind.",
            json!({
                "what": { "type": "string", "enum": View::NAMES },
                "workspaceId": workspace,
                "offset": { "type": "integer", "minimum": 0, "description": "`next` of the result before" },
            }),
            &["what"],
        ),
        reads(
            EVIDENCE_DUE,
            "Evidence whose renewal is due or overdue, the oldest first.",
            json!({
                "days": { "type": "integer", "minimum": 0, "maximum": MOST_DAYS, "description": "How far to look ahead; 30 by default" },
                "workspaceId": workspace,
                "offset": { "type": "integer", "minimum": 0, "description": "`next` of the result before" },
            }),
            &[],
        ),
    ];
    if write {
        let tool = tool(
            WRITE,
            "Call an operation that changes the account. Deletions and replacements are confirmed by the user.",
            json!({
                "operation": operation,
                "parameters": parameters,
                "body": { "description": "The body, as describe_operation says" },
            }),
            &["operation"],
        );
        let notes = ToolAnnotations::new().read_only(false).destructive(true).idempotent(false).open_world(true);
        tools.push(tool.with_annotations(notes));
    }
    tools
}

fn reads(name: &'static str, about: &'static str, properties: Value, required: &[&str]) -> Tool {
    let notes = ToolAnnotations::new().read_only(true).destructive(false).idempotent(true).open_world(true);
    tool(name, about, properties, required).with_annotations(notes)
}

fn tool(name: &'static str, about: &'static str, properties: Value, required: &[&str]) -> Tool {
    let schema =
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
    let schema = schema.as_object().cloned().unwrap_or_default();
    Tool::new(name, about, Arc::new(schema))
}
