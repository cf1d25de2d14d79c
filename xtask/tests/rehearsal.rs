//! The day the document changes, rehearsed: each kind of change is made to a piece of the real contract, and three things
//! are asked. What does `diff` call it? Does `codegen` take it, or say what to do? And does a user's program, written for
//! the crate as it was, compile with the crate as it is now: exactly when `diff` says so?

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

mod support;

use std::process::Command;

use serde_json::{Value, json};
use support::{Workspace, said};

/// A user's program. It names everything that a change below takes away or alters.
const PROGRAM: &str = r#"
use drata_api::v2::V2;
use drata_api::v2::vendor_types::{SortDirection, VendorTypeCreateRequest, VendorTypeUpdateRequest};
use drata_api::v2::workspaces::{Workspace, WorkspaceStatus};

pub async fn write(api: &V2) -> Result<(), drata_api::Error> {
    let mut request = VendorTypeCreateRequest::new("Cloud");
    request.note = Some("from a program".to_owned());
    let _: String = request.name.clone();
    api.vendor_types().create(&request).send().await?;
    api.vendor_types().update(1, &VendorTypeUpdateRequest::new("Hosting")).send().await?;
    api.vendor_types().delete(1).send().await
}

pub async fn read(api: &V2) -> Result<Vec<String>, drata_api::Error> {
    let page = api.vendor_types().list().size(50).sort_dir(SortDirection::Desc).send().await?;
    Ok(page.data.iter().map(|vendor_type| vendor_type.name.clone()).collect())
}

pub fn look(workspace: &Workspace) -> (i64, bool, bool) {
    let closed = workspace.status == WorkspaceStatus::Closed;
    let _ = workspace.plan.clone().unwrap_or_default();
    (workspace.id, workspace.primary, closed)
}
"#;

const CREATE: &str = "/components/schemas/VendorTypeCreateRequestPublicV2Dto";
const VENDOR_TYPE: &str = "/components/schemas/VendorTypeResponsePublicV2Dto";
const WORKSPACE: &str = "/components/schemas/WorkspaceResponsePublicV2Dto";
const LIST: &str = "/paths/~1vendor-types/get";
const POST: &str = "/paths/~1vendor-types/post";

/// One change of the contract and what has to come of it.
struct Case {
    name: &'static str,
    change: fn(&mut Value),
    /// Kind and class of every change that `diff` reports.
    diff: &'static [(&'static str, &'static str)],
    codegen: Codegen,
}

/// What codegen does.
enum Codegen {
    /// It takes the contract.
    Takes,
    /// It refuses and says this.
    Refuses(&'static str),
    /// It refuses and says this, until the overlay's words for it are removed.
    TakesWithout { said: &'static str, words: &'static str },
}

use Codegen::{Refuses, Takes, TakesWithout};

const CASES: &[Case] = &[
    Case {
        name: "operation added",
        change: |contract| {
            let mut get = contract.pointer("/paths/~1vendor-types~1{vendorTypeId}/put").unwrap().clone();
            get["operationId"] = "VendorTypesPublicV2Controller_getVendorType".into();
            get.as_object_mut().unwrap().remove("requestBody");
            contract["paths"]["/vendor-types/{vendorTypeId}"]["get"] = get;
        },
        diff: &[("operation-added", "adds")],
        codegen: Takes,
    },
    Case {
        name: "operation removed",
        change: |contract| remove(contract, "/paths/~1vendor-types~1{vendorTypeId}", "delete"),
        diff: &[("operation-removed", "compile+run")],
        codegen: TakesWithout {
            said: ": words for what does not exist: operation VendorTypesPublicV2Controller_deleteVendorType",
            words: "  VendorTypesPublicV2Controller_deleteVendorType:\n    doc: Words.\n",
        },
    },
    Case {
        name: "area added",
        change: |contract| {
            let mut upload = contract.pointer(LIST).unwrap().clone();
            upload["operationId"] = "UploadsPublicV2Controller_listUploads".into();
            upload["tags"] = json!(["Uploads"]);
            contract["paths"]["/uploads"] = json!({ "get": upload });
        },
        diff: &[("operation-added", "adds"), ("area-added", "adds")],
        codegen: Takes,
    },
    Case {
        name: "enum value added to a request",
        change: |contract| push(contract, "/components/schemas/SortDirectionEnum/enum", "NONE"),
        diff: &[("enum-value-added", "adds")],
        codegen: Takes,
    },
    Case {
        name: "enum value removed from a request",
        change: |contract| set(contract, "/components/schemas/SortDirectionEnum/enum", json!(["ASC"])),
        diff: &[("enum-value-removed", "compile+run")],
        codegen: Takes,
    },
    Case {
        name: "enum value removed from an answer",
        change: |contract| set(contract, &format!("{WORKSPACE}/properties/status/enum"), json!(["ACTIVE"])),
        diff: &[("enum-value-removed", "compile")],
        codegen: Takes,
    },
    Case {
        name: "field added to an answer",
        change: |contract| {
            add(contract, &format!("{VENDOR_TYPE}/properties"), "createdAt", json!({ "type": "string" }))
        },
        diff: &[("field-added", "adds")],
        codegen: Takes,
    },
    Case {
        name: "field removed from an answer",
        change: |contract| {
            remove(contract, &format!("{VENDOR_TYPE}/properties"), "name");
            set(contract, &format!("{VENDOR_TYPE}/required"), json!(["id"]));
        },
        diff: &[("field-removed", "compile+run")],
        codegen: Takes,
    },
    Case {
        name: "field removed from a request",
        change: |contract| remove(contract, &format!("{CREATE}/properties"), "note"),
        diff: &[("field-removed", "compile+run")],
        codegen: Takes,
    },
    Case {
        name: "field retyped",
        change: |contract| set(contract, &format!("{WORKSPACE}/properties/id/type"), "string".into()),
        diff: &[("retyped", "compile+run")],
        codegen: Takes,
    },
    Case {
        name: "field spelled otherwise, the same type here",
        change: |contract| set(contract, &format!("{WORKSPACE}/properties/id/type"), "integer".into()),
        diff: &[("format", "adds")],
        codegen: Takes,
    },
    Case {
        name: "field made required in a request",
        change: |contract| push(contract, &format!("{CREATE}/required"), "note"),
        diff: &[("field-required", "compile+run")],
        codegen: Takes,
    },
    Case {
        name: "field made required in an answer",
        change: |contract| push(contract, &format!("{WORKSPACE}/required"), "plan"),
        diff: &[("field-required", "compile")],
        codegen: Takes,
    },
    Case {
        name: "field made nullable in an answer",
        change: |contract| add(contract, &format!("{WORKSPACE}/properties/primary"), "nullable", true.into()),
        diff: &[("field-nullable", "compile+run")],
        codegen: Takes,
    },
    Case {
        name: "field made nullable in a request",
        change: |contract| add(contract, &format!("{CREATE}/properties/note"), "nullable", true.into()),
        diff: &[("field-nullable", "compile")],
        codegen: Takes,
    },
    Case {
        name: "parameter renamed",
        change: |contract| set(contract, &format!("{LIST}/parameters/3/name"), "direction".into()),
        diff: &[("parameter-renamed", "compile+run")],
        codegen: Takes,
    },
    Case {
        name: "limit of a parameter tightened",
        change: |contract| set(contract, &format!("{LIST}/parameters/1/schema/maximum"), 100.into()),
        diff: &[("limit-tightened", "run")],
        codegen: Takes,
    },
    Case {
        name: "body form added that has a builder",
        change: |contract| {
            let form = json!({ "schema": { "type": "object", "required": ["file"], "properties": { "file": { "type": "string", "format": "binary" } } } });
            add(contract, &format!("{POST}/requestBody/content"), "multipart/form-data", form);
        },
        diff: &[("body-form-added", "compile")],
        codegen: Takes,
    },
    Case {
        name: "body form added that has none",
        change: |contract| {
            add(
                contract,
                &format!("{POST}/requestBody/content"),
                "application/xml",
                json!({ "schema": { "type": "string" } }),
            )
        },
        diff: &[("body-form-added", "adds")],
        codegen: Refuses("a request body of media type \"application/xml\" has no builder"),
    },
];

#[test]
fn every_kind_of_change_is_classified_generated_and_compiled() {
    let workspace = rehearsal();
    assert_eq!(compiles(&workspace), Ok(()), "the program does not compile with the crate as it was");
    let contract = workspace.contract("v2");
    let docs = workspace.read("openapi/v2/docs.yaml");
    let mut wrong = Vec::new();
    for case in CASES {
        let mut changed = contract.clone();
        (case.change)(&mut changed);
        assert_ne!(changed, contract, "{}: changes nothing", case.name);
        workspace.write("before.json", &contract.to_string());
        workspace.write_contract("v2", &changed);
        workspace.write("openapi/v2/docs.yaml", &docs);
        if let Err(problem) = rehearse(&workspace, case) {
            wrong.push(format!("{}: {problem}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn rehearse(workspace: &Workspace, case: &Case) -> Result<(), String> {
    let text = workspace.xtask(&["diff", "before.json", "openapi/v2/contract.json", "--format", "json"])?;
    let diff: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let changes = diff[0]["changes"].as_array().ok_or("no changes")?;
    let found: Vec<(&str, &str)> =
        changes.iter().map(|change| (text_of(change, "kind"), text_of(change, "class"))).collect();
    if !same(&found, case.diff) {
        return Err(format!("diff says {found:?} instead of {:?}", case.diff));
    }
    let breaks = found.iter().any(|(_, class)| class.contains("compile"));
    let before = workspace.files();
    let refused = workspace.xtask(&["codegen"]).err();
    if refused.is_some() && workspace.files() != before {
        return Err("codegen changed the tree although it failed".to_owned());
    }
    match (&case.codegen, refused) {
        (Takes, None) => {}
        (Takes, Some(said)) => return Err(format!("codegen refuses it: {said}")),
        (Refuses(expected), Some(said)) if said.contains(expected) => return Ok(()),
        (TakesWithout { said: expected, words }, Some(said)) if said.contains(expected) => {
            workspace.write("openapi/v2/docs.yaml", &workspace.read("openapi/v2/docs.yaml").replace(words, ""));
            workspace.xtask(&["codegen"])?;
        }
        (Refuses(expected) | TakesWithout { said: expected, .. }, said) => {
            return Err(format!("codegen says {said:?} instead of {expected:?}"));
        }
    }
    check(workspace, "drata-api").map_err(|said| format!("the crate does not compile: {said}"))?;
    match (breaks, compiles(workspace)) {
        (true, Ok(())) => Err("diff says that it breaks programs, and the program compiles".to_owned()),
        (false, Err(said)) => {
            Err(format!("diff says that it breaks no program, and the program does not compile: {said}"))
        }
        _ => Ok(()),
    }
}

/// The piece of the workspace with a user's program in it, generated.
fn rehearsal() -> Workspace {
    let workspace = Workspace::new();
    let mut contract = workspace.contract("v2");
    add(&mut contract, &format!("{CREATE}/properties"), "note", json!({ "type": "string" }));
    let status = json!({ "type": "string", "enum": ["ACTIVE", "CLOSED"] });
    add(&mut contract, &format!("{WORKSPACE}/properties"), "status", status);
    push(&mut contract, &format!("{WORKSPACE}/required"), "status");
    add(&mut contract, &format!("{WORKSPACE}/properties"), "plan", json!({ "type": "string" }));
    workspace.write_contract("v2", &contract);

    let manifest = std::fs::read_to_string(support::real("Cargo.toml")).unwrap();
    let kept: Vec<&str> = manifest.lines().filter(|line| !line.starts_with("default-members")).collect();
    let members: Vec<String> = kept
        .iter()
        .map(|line| match line.starts_with("members") {
            true => "members = [\"crates/drata-api\", \"program\"]\n".to_owned(),
            false => format!("{line}\n"),
        })
        .collect();
    workspace.write("Cargo.toml", &members.concat());
    workspace.copy("Cargo.lock");
    workspace.copy("crates/drata-api/src/lib.rs");
    workspace.copy("crates/drata-api/src/support");
    if support::real("crates/drata-api/benches").is_dir() {
        workspace.copy("crates/drata-api/benches");
    }
    workspace.write(
        "program/Cargo.toml",
        "[package]\nname = \"program\"\nedition = \"2024\"\n\n[dependencies]\n\
         drata-api = { path = \"../crates/drata-api\", default-features = false, features = [\"v2\"] }\n",
    );
    workspace.write("program/src/lib.rs", PROGRAM);
    workspace.xtask(&["codegen"]).unwrap();
    workspace
}

fn compiles(workspace: &Workspace) -> Result<(), String> {
    check(workspace, "program")
}

/// Checks a package. The dependencies are compiled once, and kept between runs of this test.
fn check(workspace: &Workspace, package: &str) -> Result<(), String> {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline", "--lib", "--package", package])
        .env("CARGO_TARGET_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/rehearsal"))
        .current_dir(workspace.root())
        .output()
        .unwrap();
    said(output).map(|_| ())
}

fn text_of<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn same(found: &[(&str, &str)], expected: &[(&str, &str)]) -> bool {
    let sorted = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        let mut list: Vec<_> = list.iter().map(|(kind, class)| ((*kind).to_owned(), (*class).to_owned())).collect();
        list.sort();
        list
    };
    sorted(found) == sorted(expected)
}

fn set(contract: &mut Value, pointer: &str, value: Value) {
    *contract.pointer_mut(pointer).unwrap_or_else(|| panic!("nothing at {pointer}")) = value;
}

fn add(contract: &mut Value, pointer: &str, key: &str, value: Value) {
    contract.pointer_mut(pointer).unwrap_or_else(|| panic!("nothing at {pointer}"))[key] = value;
}

fn push(contract: &mut Value, pointer: &str, value: &str) {
    contract
        .pointer_mut(pointer)
        .and_then(Value::as_array_mut)
        .unwrap_or_else(|| panic!("no list at {pointer}"))
        .push(value.into());
}

fn remove(contract: &mut Value, pointer: &str, key: &str) {
    let removed = contract.pointer_mut(pointer).and_then(Value::as_object_mut).and_then(|map| map.remove(key));
    assert!(removed.is_some(), "no {key} at {pointer}");
}
