//! Reviewing a new document: what `lint`, `diff` and `report` say of one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

mod support;

use serde_json::{Value, json};
use support::Workspace;

/// A workspace under git, whose document has changed since its only commit.
fn changed() -> Workspace {
    let workspace = Workspace::new();
    workspace.copy("Cargo.toml");
    workspace.write("tests/snapshots/surface__v2_workspaces.snap", "list\n");
    workspace.xtask(&["codegen"]).unwrap();
    workspace.git(&["init", "--quiet"]);
    workspace.git(&["add", "."]);
    workspace.git(&["commit", "--quiet", "--message", "before"]);

    let mut contract = workspace.contract("v2");
    let schemas = &mut contract["components"]["schemas"];
    schemas["WorkspaceResponsePublicV2Dto"]["properties"]["primary"]["nullable"] = true.into();
    schemas["VendorTypeResponsePublicV2Dto"]["properties"]["color"] = json!({ "type": "string" });
    let mut upload = contract["paths"]["/workspaces"]["get"].clone();
    upload["operationId"] = "UploadsPublicV2Controller_listUploads".into();
    upload["tags"] = json!(["Uploads"]);
    // A list without brackets beside one with.
    upload["parameters"].as_array_mut().unwrap().push(
        json!({ "name": "kinds", "in": "query", "required": false, "schema": { "type": "array", "items": { "type": "string" } } }),
    );
    contract["paths"]["/uploads"] = json!({ "get": upload });
    workspace.write_contract("v2", &contract);
    workspace.write("tests/snapshots/surface__v2_workspaces.snap", "list\nget\n");
    workspace.write("tests/snapshots/surface__v2_uploads.snap", "list\n");
    workspace
}

#[test]
fn the_report_holds_everything_that_a_reviewer_asks() {
    let workspace = changed();
    workspace.xtask(&["codegen"]).unwrap();
    let page = workspace.xtask(&["report", "--base", "HEAD"]).unwrap();
    for part in [
        "## Wire",
        "### v1: no changes",
        "**compile+run** schema WorkspaceResponsePublicV2Dto: field `primary` may be null now",
        "## Public surface",
        "**breaking**, from 0.1.0 to **0.2.0**",
        "- `v2::Workspace.primary`: `bool` → `Option<bool>`",
        "- `v2::uploads`",
        "## Overlays",
        "v2, actions newly needed:",
        "mixed-brackets: list `kinds` is named without brackets",
        "## Snapshots",
        "| v2_uploads | 1 | +1 -0 |",
        "| v2_workspaces | 1 | +1 -0 |",
        "## Cost of compiling",
        "## For CHANGELOG.md",
        "- Uploads, a new area behind the feature `v2-uploads`: `v2::uploads::list`.",
        "- `v2::VendorType`: field `color`, text, is new.",
        "- `v2::Workspace`: field `primary` may be null now (the type of the field changes; an answer without a value cannot be read).",
    ] {
        assert!(page.contains(part), "no {part:?} in\n{page}");
    }
    let bump = page.split("## Public surface").nth(1).unwrap().split("## Overlays").next().unwrap();
    assert!(bump.contains("1 changed") && bump.contains("0 removed"), "{bump}");
}

#[test]
fn a_report_of_what_cannot_be_generated_says_why() {
    let workspace = changed();
    let mut contract = workspace.contract("v2");
    contract["paths"].as_object_mut().unwrap().remove("/vendor-types");
    contract["paths"]["/uploads"]["get"]["requestBody"] = json!({ "content": { "text/plain": {} } });
    workspace.write_contract("v2", &contract);
    let page = workspace.xtask(&["report", "--base", "HEAD"]).unwrap();
    for part in [
        "v2, actions that no longer fit:",
        "words for what does not exist: operation VendorTypesPublicV2Controller_listVendorTypes",
        "several-bodies: no builder writes text/plain",
        "v2 cannot be generated:",
    ] {
        assert!(page.contains(part), "no {part:?} in\n{page}");
    }
}

#[test]
fn revisions_files_and_mixtures_of_them_compare() {
    let workspace = changed();
    workspace.git(&["commit", "--quiet", "--all", "--message", "after"]);
    let kinds = |arguments: &[&str]| -> Vec<String> {
        let text = workspace.xtask(&[&["diff", "--format", "json"], arguments].concat()).unwrap();
        let diffs: Vec<Value> = serde_json::from_str(&text).unwrap();
        let changes = diffs.iter().flat_map(|diff| diff["changes"].as_array().unwrap());
        changes.map(|change| change["kind"].as_str().unwrap().to_owned()).collect()
    };
    let expected = kinds(&["HEAD~1", "HEAD"]);
    assert_eq!(expected.len(), 4, "{expected:?}");
    assert_eq!(kinds(&["HEAD~1", "openapi/v2/contract.json"]), expected);
    assert_eq!(kinds(&["HEAD~1", "HEAD", "--api-version", "v2"]), expected);
    assert_eq!(kinds(&["HEAD", "openapi/v2/contract.json"]), [""; 0]);
    let unknown = workspace.xtask(&["diff", "HEAD", "nowhere"]).unwrap_err();
    assert!(unknown.contains("\"nowhere\" is neither a file nor a revision"), "{unknown}");
}

#[test]
fn a_removal_reads_as_an_addition_the_other_way_round() {
    let workspace = changed();
    let classes = |old: &str, new: &str| -> Vec<(String, String)> {
        let text = workspace.xtask(&["diff", old, new, "--format", "json", "--api-version", "v2"]).unwrap();
        let diff: Value = serde_json::from_str(&text).unwrap();
        let word = |change: &Value, key: &str| change[key].as_str().unwrap().to_owned();
        let mut all: Vec<_> =
            diff[0]["changes"].as_array().unwrap().iter().map(|one| (word(one, "kind"), word(one, "class"))).collect();
        all.sort();
        all
    };
    let pair = |kind: &str, class: &str| (kind.to_owned(), class.to_owned());
    assert_eq!(
        classes("HEAD", "openapi/v2/contract.json"),
        [
            pair("area-added", "adds"),
            pair("field-added", "adds"),
            pair("field-nullable", "compile+run"),
            pair("operation-added", "adds")
        ]
    );
    assert_eq!(
        classes("openapi/v2/contract.json", "HEAD"),
        [
            pair("area-removed", "compile"),
            pair("field-not-nullable", "compile"),
            pair("field-removed", "compile+run"),
            pair("operation-removed", "compile+run"),
        ]
    );
}

#[test]
fn lint_fails_only_when_it_is_asked_to() {
    let workspace = changed();
    let text = workspace.xtask(&["lint"]).unwrap();
    assert!(text.contains("mixed-brackets (1)"), "{text}");
    assert!(text.contains("no-words (2)"), "{text}");
    assert!(text.contains("merge: { name: \"kinds[]\" }"), "{text}");
    workspace.xtask(&["lint", "--deny"]).unwrap_err();
    workspace.xtask(&["lint", "--deny", "--api-version", "v1"]).unwrap();

    let mend = "- reason: the name on the wire\n  evidence: this test\n  actions:\n    - { operation: UploadsPublicV2Controller_listUploads, parameter: kinds, merge: { name: \"kinds[]\" } }\n";
    workspace.write("openapi/v2/corrections.yaml", mend);
    let words = workspace.read("openapi/v2/docs.yaml");
    let words = words.replacen("areas:\n", "areas:\n  Uploads: Words.\n", 1);
    workspace
        .write("openapi/v2/docs.yaml", &format!("{words}  UploadsPublicV2Controller_listUploads:\n    doc: Words.\n"));
    workspace.xtask(&["lint", "--deny"]).unwrap();

    workspace.write("openapi/v2/corrections.yaml", &mend.replace("kinds,", "species,"));
    let text = workspace.xtask(&["lint", "--format", "json"]).unwrap();
    let found: Value = serde_json::from_str(&text).unwrap();
    let dead =
        found[1]["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "dead-overlay").unwrap();
    assert_eq!(dead["pointer"], "openapi/v2/corrections.yaml:4");
}

#[test]
fn lint_knows_what_a_newer_document_drops() {
    let workspace = changed();
    let mut newer = workspace.contract("v2");
    let workspace_schema = &mut newer["components"]["schemas"]["WorkspaceResponsePublicV2Dto"];
    workspace_schema["properties"].as_object_mut().unwrap().remove("name");
    workspace.write("newer.json", &newer.to_string());
    let text = workspace.xtask(&["lint", "--api-version", "v2", "--newer", "newer.json"]).unwrap();
    assert!(text.contains("dropped-required (1)"), "{text}");
    assert!(text.contains("merge: { required: [id, primary, description"), "{text}");
}
