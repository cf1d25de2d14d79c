//! Reviewing a new document: what `lint`, `diff` and `report` say of one.

use serde_json::{Value, json};

use crate::support::{Workspace, says, text};

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
        "**run** schema WorkspaceResponsePublicV2Dto: field `primary` may be null now",
        "## Public surface",
        "**breaking**, from 0.1.0 to **0.2.0**",
        "- `v2::Workspace.primary`: `bool` → `Option<bool>`",
        "- `v2::uploads`",
        "## Overlays and names",
        "v2, actions newly needed:",
        "mixed-brackets: list `kinds` is named without brackets",
        "## Snapshots",
        "| v2_uploads | 1 | +1 -0 |",
        "| v2_workspaces | 1 | +1 -0 |",
        "## For CHANGELOG.md",
        "- `v2::uploads`, a new area behind the feature `v2-uploads`: `v2::uploads::list`.",
        "- `v2::VendorType` gains `color`.",
        "- `v2::Workspace.primary` is `Option<bool>` instead of `bool`.",
    ] {
        assert!(page.contains(part), "no {part:?} in\n{page}");
    }
    let bump = page.split("## Public surface").nth(1).unwrap().split("## Overlays").next().unwrap();
    assert!(bump.contains("1 changed") && bump.contains("0 removed"), "{bump}");
}

#[test]
fn a_report_of_what_no_longer_fits_says_so() {
    let workspace = changed();
    let mut contract = workspace.contract("v2");
    contract["paths"].as_object_mut().unwrap().remove("/vendor-types");
    contract["paths"]["/uploads"]["get"]["requestBody"] = json!({ "content": { "text/plain": {} } });
    workspace.write_contract("v2", &contract);
    let page = workspace.xtask(&["report", "--base", "HEAD"]).unwrap();
    says(
        &page,
        &[
            "v2, lines that no longer fit:",
            "a description of what does not exist: operation VendorTypesPublicV2Controller_listVendorTypes",
            "VendorTypesPublicV2Controller_listVendorTypes is called vendor_types::list, and the contract does not have it",
            "body-media: no builder writes a request body of \"text/plain\"",
            "- `v2::vendor_types::list`",
        ],
    );
    assert!(!page.contains("cannot be generated"), "{page}");
}

#[test]
fn a_report_of_what_cannot_be_generated_says_why() {
    let workspace = changed();
    let names = workspace.read("openapi/v2/names.yaml");
    workspace.write("openapi/v2/names.yaml", &names.replace(": vendor_types::list\n", ": vendor_types::loop\n"));
    let page = workspace.xtask(&["report", "--base", "HEAD"]).unwrap();
    says(
        &page,
        &[
            "v2 cannot be generated:",
            "\"vendor_types::loop\" is no name for VendorTypesPublicV2Controller_listVendorTypes",
            "public surface: one side cannot be generated (`cargo xtask lint` says why)",
        ],
    );
}

/// A rename is an edit of the table, and shows as what it is to a user: one name is removed and one added.
#[test]
fn a_rename_shows_as_compile() {
    let workspace = changed();
    workspace.git(&["commit", "--quiet", "--all", "--message", "after"]);
    let names = workspace.read("openapi/v2/names.yaml");
    workspace.write("openapi/v2/names.yaml", &names.replace(": vendor_types::list\n", ": vendor_types::all\n"));
    workspace.git(&["commit", "--quiet", "--all", "--message", "renamed"]);
    let diff = workspace.diff("HEAD~1", "HEAD");
    assert_eq!(diff["wire"], json!([]));
    let mut surface: Vec<(&str, &str)> =
        diff["surface"].as_array().unwrap().iter().map(|one| (text(one, "class"), text(one, "item"))).collect();
    surface.sort_unstable();
    assert_eq!(
        surface,
        [
            ("adds", "v2::vendor_types::all"),
            ("adds", "v2::vendor_types::builder::All"),
            ("compile", "v2::vendor_types::builder::List"),
            ("compile", "v2::vendor_types::list"),
        ]
    );
    says(&workspace.xtask(&["diff", "HEAD~1", "HEAD"]).unwrap(), &["0 changes of the wire", "2 breaking, 2 added"]);
}

#[test]
fn revisions_files_and_mixtures_of_them_compare() {
    let workspace = changed();
    workspace.git(&["commit", "--quiet", "--all", "--message", "after"]);
    let kinds = |arguments: &[&str]| -> Vec<String> {
        let said = workspace.xtask(&[&["diff", "--format", "json"], arguments].concat()).unwrap();
        let diffs: Vec<Value> = serde_json::from_str(&said).unwrap();
        let changes = diffs.iter().flat_map(|diff| diff["wire"].as_array().unwrap());
        changes.map(|change| text(change, "kind").to_owned()).collect()
    };
    let expected = kinds(&["HEAD~1", "HEAD"]);
    assert_eq!(expected.len(), 4, "{expected:?}");
    assert_eq!(kinds(&["HEAD~1", "openapi/v2/contract.json"]), expected);
    assert_eq!(kinds(&["HEAD~1", "HEAD", "--api-version", "v2"]), expected);
    assert_eq!(kinds(&["HEAD", "openapi/v2/contract.json"]), [""; 0]);
    let unknown = workspace.xtask(&["diff", "HEAD", "nowhere"]).unwrap_err();
    says(&unknown, &["\"nowhere\" is neither a file nor a revision"]);
}

#[test]
fn a_removal_reads_as_an_addition_the_other_way_round() {
    let workspace = changed();
    let classes = |old: &str, new: &str| {
        let diff = workspace.diff(old, new);
        let of = |key: &str, name: &str| -> Vec<(String, String)> {
            let mut all: Vec<(String, String)> = diff[key]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| (text(one, name).to_owned(), text(one, "class").to_owned()))
                .collect();
            all.sort();
            all
        };
        (of("wire", "kind"), of("surface", "item"))
    };
    let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter().map(|(name, class)| ((*name).to_owned(), (*class).to_owned())).collect()
    };
    assert_eq!(
        classes("HEAD", "openapi/v2/contract.json"),
        (
            pairs(&[
                ("area-added", "compatible"),
                ("field-added", "compatible"),
                ("field-nullable", "run"),
                ("operation-added", "compatible"),
            ]),
            pairs(&[
                ("feature v2-uploads", "adds"),
                ("v2::VendorType.color", "adds"),
                ("v2::Workspace.primary", "compile"),
                ("v2::uploads", "adds"),
            ])
        )
    );
    assert_eq!(
        classes("openapi/v2/contract.json", "HEAD"),
        (
            pairs(&[
                ("area-removed", "compatible"),
                ("field-not-nullable", "compatible"),
                ("field-removed", "run"),
                ("operation-removed", "run"),
            ]),
            pairs(&[
                ("feature v2-uploads", "compile"),
                ("v2::VendorType.color", "compile"),
                ("v2::Workspace.primary", "compile"),
                ("v2::uploads", "compile"),
            ])
        )
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

    let fix = "- reason: the name on the wire\n  evidence: this test\n  actions:\n    - { operation: UploadsPublicV2Controller_listUploads, parameter: kinds, merge: { name: \"kinds[]\" } }\n";
    workspace.write("openapi/v2/corrections.yaml", fix);
    let docs = workspace.read("openapi/v2/docs.yaml");
    let docs = docs.replacen("areas:\n", "areas:\n  Uploads: Described.\n", 1);
    workspace.write(
        "openapi/v2/docs.yaml",
        &format!("{docs}  UploadsPublicV2Controller_listUploads:\n    doc: Described.\n"),
    );
    workspace.xtask(&["lint", "--deny"]).unwrap();

    workspace.write("openapi/v2/corrections.yaml", &fix.replace("kinds,", "species,"));
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
