//! Importing: the contract from whatever the vendor's document was saved as, and nothing touched when that fails.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

mod support;

use serde_json::{Value, json};
use support::Workspace;

/// A document as a vendor would publish it: prose, samples, and the contract of this workspace within.
fn document(workspace: &Workspace) -> Value {
    let mut document = workspace.contract("v2");
    document["info"]["description"] = "Words of the vendor's.".into();
    document["paths"]["/workspaces"]["get"]["description"] =
        "🔒 Requires **Workspaces: List Workspaces** permission".into();
    document["paths"]["/workspaces"]["get"]["summary"] = "List".into();
    document["components"]["schemas"]["WorkspaceResponsePublicV2Dto"]["properties"]["id"]["example"] = "1".into();
    document
}

fn import(workspace: &Workspace, saved: &str) -> support::Said {
    workspace.write("saved/drata-v2.json", saved);
    workspace.xtask(&["import", "v2", "saved/drata-v2.json"])
}

#[test]
fn facts_are_kept_and_words_are_not() {
    let workspace = Workspace::new();
    import(&workspace, &document(&workspace).to_string()).unwrap();
    let text = workspace.read("openapi/v2/contract.json");
    assert!(!text.contains("Words of the vendor's") && !text.contains("Requires **"), "{text}");
    let contract = workspace.contract("v2");
    assert_eq!(contract["paths"]["/workspaces"]["get"]["x-drata-permission-name"], "Workspaces: List Workspaces");
    let id = &contract["components"]["schemas"]["WorkspaceResponsePublicV2Dto"]["properties"]["id"];
    assert_eq!(*id, json!({ "type": "number", "x-observed-type": "string" }));
}

#[test]
fn the_reference_page_is_as_good_as_the_document() {
    let workspace = Workspace::new();
    let document = document(&workspace);
    import(&workspace, &document.to_string()).unwrap();
    let contract = workspace.read("openapi/v2/contract.json");
    let data =
        json!({ "result": { "data": { "redocStoreStr": json!({ "definition": { "data": document } }).to_string() } } });
    let page =
        format!("<!doctype html><script>const __redoc_state = {};</script>", json!({ "spec": { "data": document } }));
    for saved in [data.to_string(), page] {
        workspace.write("openapi/v2/contract.json", "{\"openapi\":\"3.0.0\"}");
        import(&workspace, &saved).unwrap();
        assert_eq!(workspace.read("openapi/v2/contract.json"), contract);
    }
}

#[test]
fn where_it_came_from_is_recorded_once() {
    let workspace = Workspace::new();
    let saved = document(&workspace).to_string();
    import(&workspace, &saved).unwrap();
    let source: Value = serde_json::from_str(&workspace.read("openapi/v2/source.json")).unwrap();
    assert_eq!(source["file"], "drata-v2.json");
    assert_eq!(source["imported"], "2026-10-05");
    assert_eq!(source["bytes"], saved.len());
    assert_eq!(source["sha256"].as_str().unwrap().len(), 64);

    let files = workspace.files();
    workspace.xtask(&["import", "v2", "saved/drata-v2.json", "--today", "2027-01-01"]).unwrap();
    assert_eq!(workspace.files(), files, "the same document again changes nothing");

    import(&workspace, &format!("{saved}\n")).unwrap();
    let again: Value = serde_json::from_str(&workspace.read("openapi/v2/source.json")).unwrap();
    assert_ne!(again["sha256"], source["sha256"]);
}

#[test]
fn what_changed_and_what_is_not_kept_is_said() {
    let workspace = Workspace::new();
    let mut document = document(&workspace);
    document["paths"]["/workspaces"]["get"]["x-novelty"] = true.into();
    document["paths"].as_object_mut().unwrap().remove("/vendor-types");
    let said = import(&workspace, &document.to_string()).unwrap();
    assert!(said.contains("not kept: `x-novelty`, 1 times"), "{said}");
    assert!(said.contains("compile+run  GET /vendor-types: the operation is gone"), "{said}");
    assert!(said.lines().count() < 40, "more than a screen: {said}");
}

#[test]
fn an_import_that_fails_touches_nothing() {
    let workspace = Workspace::new();
    let mut dangling = document(&workspace);
    dangling["components"]["schemas"]["WorkspaceResponsePublicV2Dto"] = json!({ "$ref": "#/components/schemas/Gone" });
    let mut newer = document(&workspace);
    newer["openapi"] = "3.1.0".into();
    let empty = json!({ "openapi": "3.0.0", "paths": {} });
    let contract = workspace.read("openapi/v2/contract.json");
    for (saved, problem) in [
        (dangling.to_string(), "reference \"#/components/schemas/Gone\" leads nowhere"),
        (newer.to_string(), "version 3.1.0 is not 3.0.x"),
        (empty.to_string(), "at /paths: no operation"),
        ("openapi: 3.0.0".to_owned(), "neither JSON"),
        ("<html>Sign in</html>".to_owned(), "holds no OpenAPI document"),
        (document(&workspace).to_string()[..5000].to_owned(), "neither JSON"),
    ] {
        let said = import(&workspace, &saved).unwrap_err();
        assert!(said.contains(problem), "{said}");
        assert_eq!(workspace.read("openapi/v2/contract.json"), contract);
        assert!(!workspace.path("openapi/v2/source.json").exists());
    }
}
