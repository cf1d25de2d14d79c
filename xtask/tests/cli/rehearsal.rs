//! The day the document changes, rehearsed: each kind of change is made to a piece of the real contract, and three things
//! are asked. What does `diff` call it, on the wire and in the public surface? Does `codegen` take it? And does a user's
//! program, written for the crate as it was, compile with the crate as it is now: exactly when `diff` says so?

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Workspace, real, said, text};

/// A user's program. It names everything that a change below takes away or alters.
const PROGRAM: &str = r#"
use drata_api::v2::V2;
use drata_api::v2::vendor_types::{SortDirection, VendorTypeCreateRequest, VendorTypeUpdateRequest};
use drata_api::v2::workspaces::{Workspace, WorkspaceExpand, WorkspaceId, WorkspaceStatus, WorkspaceVisibility};

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
    api.workspaces().list().expand([WorkspaceExpand::Frameworks]).send().await?;
    Ok(page.data.iter().filter(|one| one.status == Some(WorkspaceStatus::Active)).map(|one| one.name.clone()).collect())
}

pub fn look(workspace: &Workspace) -> (WorkspaceId, bool, bool) {
    let closed = workspace.status == WorkspaceStatus::Closed;
    let hidden = workspace.visibility == Some(WorkspaceVisibility::Closed);
    let _ = workspace.plan.clone().unwrap_or_default();
    (workspace.id, workspace.primary, closed || hidden)
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
    /// Kind and class of every change of the wire that `diff` reports.
    wire: &'static [(&'static str, &'static str)],
    surface: Surface,
    /// The rules of the findings that the change brings.
    finds: &'static [&'static str],
}

/// What `diff` says of the public surface.
enum Surface {
    /// Nothing.
    Same,
    /// Only additions, these among them.
    Adds(&'static [&'static str]),
    /// An addition that comes with a value of a shared enumeration, and the places that share it.
    Unites(&'static [&'static str], &'static [&'static str]),
    /// The first items, which the program uses, are removed or changed; the others are added.
    Breaks(&'static [&'static str], &'static [&'static str]),
}

use Surface::{Adds, Breaks, Same, Unites};

const RUN: &str = "run";
const COMPATIBLE: &str = "compatible";

const CASES: &[Case] = &[
    Case {
        name: "operation added",
        change: |contract| {
            let mut get = contract.pointer("/paths/~1vendor-types~1{vendorTypeId}/put").unwrap().clone();
            get["operationId"] = "VendorTypesPublicV2Controller_getVendorType".into();
            get.as_object_mut().unwrap().remove("requestBody");
            contract["paths"]["/vendor-types/{vendorTypeId}"]["get"] = get;
        },
        wire: &[("operation-added", COMPATIBLE)],
        surface: Adds(&["v2::vendor_types::builder::Get", "v2::vendor_types::get"]),
        finds: &["no-words"],
    },
    Case {
        name: "operation removed",
        change: |contract| remove(contract, "/paths/~1vendor-types~1{vendorTypeId}", "delete"),
        wire: &[("operation-removed", RUN)],
        surface: Breaks(&["v2::vendor_types::builder::Delete", "v2::vendor_types::delete"], &[]),
        finds: &["dead-name", "dead-overlay"],
    },
    Case {
        name: "area added",
        change: |contract| {
            let mut upload = contract.pointer(LIST).unwrap().clone();
            upload["operationId"] = "UploadsPublicV2Controller_listUploads".into();
            upload["tags"] = json!(["Uploads"]);
            contract["paths"]["/uploads"] = json!({ "get": upload });
        },
        wire: &[("operation-added", COMPATIBLE), ("area-added", COMPATIBLE)],
        surface: Adds(&["feature v2-uploads", "v2::uploads"]),
        finds: &["no-words"],
    },
    Case {
        name: "enum value added to a request",
        change: |contract| push(contract, "/components/schemas/SortDirectionEnum/enum", "NONE"),
        wire: &[("enum-value-added", COMPATIBLE)],
        surface: Adds(&["v2::SortDirection::None"]),
        finds: &[],
    },
    Case {
        name: "enum value removed from a request",
        change: |contract| set(contract, "/components/schemas/SortDirectionEnum/enum", json!(["ASC"])),
        wire: &[("enum-value-removed", RUN)],
        surface: Breaks(&["v2::SortDirection::Desc"], &[]),
        finds: &[],
    },
    Case {
        name: "enum value removed from a response",
        change: |contract| set(contract, &format!("{WORKSPACE}/properties/visibility/enum"), json!(["ACTIVE"])),
        wire: &[("enum-value-removed", COMPATIBLE)],
        surface: Breaks(&["v2::WorkspaceVisibility::Closed"], &[]),
        finds: &[],
    },
    Case {
        name: "field added to a response",
        change: |contract| {
            add(contract, &format!("{VENDOR_TYPE}/properties"), "createdAt", json!({ "type": "string" }))
        },
        wire: &[("field-added", COMPATIBLE)],
        surface: Adds(&["v2::VendorType.created_at"]),
        finds: &[],
    },
    Case {
        name: "field removed from a response",
        change: |contract| {
            remove(contract, &format!("{VENDOR_TYPE}/properties"), "name");
            set(contract, &format!("{VENDOR_TYPE}/required"), json!(["id"]));
        },
        wire: &[("field-removed", RUN)],
        surface: Breaks(&["v2::VendorType.name"], &[]),
        finds: &[],
    },
    Case {
        name: "field removed from a request",
        change: |contract| remove(contract, &format!("{CREATE}/properties"), "note"),
        wire: &[("field-removed", RUN)],
        surface: Breaks(&["v2::VendorTypeCreateRequest.note", "v2::VendorTypeCreateRequest::note"], &[]),
        finds: &[],
    },
    Case {
        name: "field retyped",
        change: |contract| set(contract, &format!("{WORKSPACE}/properties/id/type"), "string".into()),
        wire: &[("retyped", RUN)],
        surface: Breaks(&["v2::ids::WorkspaceId", "v2::Workspace.id"], &[]),
        // What picks a workspace is no number any more, so that its identifier has no type of its own.
        finds: &["dead-name"],
    },
    Case {
        name: "field spelled otherwise, the same type here",
        change: |contract| set(contract, &format!("{WORKSPACE}/properties/id/type"), "integer".into()),
        wire: &[("format", COMPATIBLE)],
        surface: Same,
        finds: &[],
    },
    Case {
        name: "field made required in a request",
        change: |contract| push(contract, &format!("{CREATE}/required"), "note"),
        wire: &[("field-required", RUN)],
        surface: Breaks(
            &[
                "v2::VendorTypeCreateRequest::note",
                "v2::VendorTypeCreateRequest.note",
                "v2::VendorTypeCreateRequest::new",
            ],
            &[],
        ),
        finds: &[],
    },
    Case {
        name: "field made required in a response",
        change: |contract| push(contract, &format!("{WORKSPACE}/required"), "plan"),
        wire: &[("field-required", COMPATIBLE)],
        surface: Breaks(&["v2::Workspace.plan"], &[]),
        finds: &[],
    },
    Case {
        name: "field made nullable in a response",
        change: |contract| add(contract, &format!("{WORKSPACE}/properties/primary"), "nullable", true.into()),
        wire: &[("field-nullable", RUN)],
        surface: Breaks(&["v2::Workspace.primary"], &[]),
        finds: &[],
    },
    Case {
        name: "field made nullable in a request",
        change: |contract| add(contract, &format!("{CREATE}/properties/note"), "nullable", true.into()),
        wire: &[("field-nullable", COMPATIBLE)],
        surface: Breaks(&["v2::VendorTypeCreateRequest.note", "v2::VendorTypeCreateRequest::note"], &[]),
        finds: &[],
    },
    Case {
        name: "parameter renamed",
        change: |contract| set(contract, &format!("{LIST}/parameters/3/name"), "direction".into()),
        wire: &[("parameter-renamed", RUN)],
        surface: Breaks(&["v2::vendor_types::builder::List.sort_dir"], &["v2::vendor_types::builder::List.direction"]),
        finds: &[],
    },
    Case {
        name: "limit of a parameter tightened",
        change: |contract| set(contract, &format!("{LIST}/parameters/1/schema/maximum"), 100.into()),
        wire: &[("limit-tightened", RUN)],
        surface: Same,
        finds: &[],
    },
    Case {
        name: "body form added that has a builder",
        change: |contract| {
            let form = json!({ "schema": { "type": "object", "required": ["file"], "properties": { "file": { "type": "string", "format": "binary" } } } });
            add(contract, &format!("{POST}/requestBody/content"), "multipart/form-data", form);
        },
        wire: &[("body-form-added", COMPATIBLE)],
        surface: Adds(&[
            "v2::VendorTypeCreateForm",
            "v2::vendor_types::VendorTypeCreateForm",
            "v2::vendor_types::builder::CreateForm",
            "v2::vendor_types::create_form",
        ]),
        finds: &[],
    },
    Case {
        name: "body form added that no builder writes",
        change: |contract| {
            add(
                contract,
                &format!("{POST}/requestBody/content"),
                "application/xml",
                json!({ "schema": { "type": "string" } }),
            )
        },
        wire: &[("body-form-added", COMPATIBLE)],
        surface: Same,
        finds: &["body-media"],
    },
    Case {
        name: "value added in one of the places that share an enumeration",
        change: |contract| push(contract, &format!("{VENDOR_TYPE}/properties/status/enum"), "PAUSED"),
        wire: &[("enum-value-added", COMPATIBLE)],
        surface: Unites(
            &["v2::WorkspaceStatus::Paused"],
            &[
                "v2::WorkspaceStatus is shared by",
                "VendorTypeResponsePublicV2Dto.status",
                "WorkspaceResponsePublicV2Dto.status",
            ],
        ),
        finds: &[],
    },
    Case {
        name: "value removed in one of the places that share an enumeration",
        change: |contract| set(contract, &format!("{VENDOR_TYPE}/properties/status/enum"), json!(["ACTIVE"])),
        wire: &[("enum-value-removed", COMPATIBLE)],
        surface: Same,
        finds: &[],
    },
    Case {
        name: "value added to an enumeration that equals another",
        change: |contract| push(contract, &format!("{WORKSPACE}/properties/visibility/enum"), "HIDDEN"),
        wire: &[("enum-value-added", COMPATIBLE)],
        surface: Adds(&["v2::WorkspaceVisibility::Hidden"]),
        finds: &[],
    },
    Case {
        name: "operation added with an enumeration that equals others and has a shorter name",
        change: |contract| {
            let mut list = contract.pointer("/paths/~1workspaces/get").unwrap().clone();
            list["operationId"] = "FilesPublicV2Controller_listFiles".into();
            list["tags"] = json!(["Files"]);
            let kind =
                json!({ "name": "state", "in": "query", "schema": { "type": "string", "enum": ["ACTIVE", "CLOSED"] } });
            list["parameters"].as_array_mut().unwrap().push(kind);
            contract["paths"]["/files"] = json!({ "get": list });
        },
        wire: &[("operation-added", COMPATIBLE), ("area-added", COMPATIBLE)],
        surface: Adds(&["feature v2-files", "v2::FileState", "v2::files"]),
        finds: &["no-words"],
    },
];

#[test]
fn every_kind_of_change_is_classified_generated_and_compiled() {
    let workspace = rehearsal();
    assert_eq!(compiles(&workspace, "program"), Ok(()), "the program does not compile with the crate as it was");
    let contract = workspace.contract("v2");
    workspace.write("before.json", &contract.to_string());
    let names = workspace.read("openapi/v2/names.yaml");
    let usual = rules(&workspace);
    let mut wrong = Vec::new();
    for case in CASES {
        let mut changed = contract.clone();
        (case.change)(&mut changed);
        assert_ne!(changed, contract, "{}: changes nothing", case.name);
        workspace.write_contract("v2", &changed);
        workspace.write("openapi/v2/names.yaml", &names);
        if let Err(problem) = rehearse(&workspace, case, &usual) {
            wrong.push(format!("{}: {problem}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn rehearse(workspace: &Workspace, case: &Case, usual: &[String]) -> Result<(), String> {
    let diff = workspace.diff("before.json", "openapi/v2/contract.json");
    let list = |key: &str| diff[key].as_array().cloned().unwrap_or_default();
    let mut wire: Vec<(String, String)> =
        list("wire").iter().map(|one| (text(one, "kind").to_owned(), text(one, "class").to_owned())).collect();
    wire.sort();
    let mut expected: Vec<(String, String)> =
        case.wire.iter().map(|(kind, class)| ((*kind).to_owned(), (*class).to_owned())).collect();
    expected.sort();
    if wire != expected {
        return Err(format!("on the wire, diff says {wire:?} instead of {expected:?}"));
    }
    let surface = list("surface");
    let of = |class: &str| -> Vec<&str> {
        surface.iter().filter(|one| text(one, "class") == class).map(|one| text(one, "item")).collect()
    };
    let (breaking, added) = (of("compile"), of("adds"));
    if breaking.len() + added.len() != surface.len() {
        return Err(format!("an item is neither breaking nor new: {surface:?}"));
    }
    let counted = |key: &str| diff["counts"][key].as_u64().unwrap_or_default() as usize;
    if [counted("compile"), counted("adds"), counted("run") + counted("compatible")]
        != [breaking.len(), added.len(), wire.len()]
    {
        return Err(format!("diff counts wrongly: {}", diff["counts"]));
    }
    let unions: Vec<String> = list("unions").iter().filter_map(|one| one.as_str().map(str::to_owned)).collect();
    let fits = match case.surface {
        Same => surface.is_empty() && unions.is_empty(),
        Adds(items) => breaking.is_empty() && same(&added, items) && unions.is_empty(),
        Unites(items, places) => {
            let names_all = |union: &String| places.iter().all(|place| union.contains(place));
            breaking.is_empty() && same(&added, items) && unions.len() == 1 && unions.iter().all(names_all)
        }
        Breaks(items, others) => {
            !breaking.is_empty() && same(&breaking, items) && same(&added, others) && unions.is_empty()
        }
    };
    if !fits {
        return Err(format!("of the surface, diff says: breaking {breaking:?}, added {added:?}, unions {unions:?}"));
    }
    workspace.xtask(&["codegen"]).map_err(|said| format!("codegen refuses it: {said}"))?;
    let found: Vec<String> = rules(workspace).into_iter().filter(|rule| !usual.contains(rule)).collect();
    if found != case.finds {
        return Err(format!("lint finds {found:?} instead of {:?}", case.finds));
    }
    match (breaking.is_empty(), compiles(workspace, "program")) {
        (true, Ok(())) => Ok(()),
        (true, Err(said)) => {
            Err(format!("diff says that it breaks no program, and the program does not compile: {said}"))
        }
        (false, Ok(())) => Err("diff says that it breaks programs, and the program compiles".to_owned()),
        // The program does not compile; the crate itself has to.
        (false, Err(_)) => {
            compiles(workspace, "drata-api").map_err(|said| format!("the crate does not compile: {said}"))
        }
    }
}

/// The rules of the findings that a person has to look at, each once.
fn rules(workspace: &Workspace) -> Vec<String> {
    let findings = workspace.lint("v2");
    let mut rules: Vec<String> = findings
        .iter()
        .filter(|finding| finding["absorbed"] == false)
        .map(|finding| text(finding, "rule").to_owned())
        .collect();
    rules.sort();
    rules.dedup();
    rules
}

fn same(found: &[&str], expected: &[&str]) -> bool {
    let sorted = |list: &[&str]| -> Vec<String> {
        let mut list: Vec<String> = list.iter().map(|item| (*item).to_owned()).collect();
        list.sort();
        list
    };
    sorted(found) == sorted(expected)
}

/// The piece of the workspace with a user's program in it, generated.
fn rehearsal() -> Workspace {
    let workspace = Workspace::new();
    let mut contract = workspace.contract("v2");
    add(&mut contract, &format!("{CREATE}/properties"), "note", json!({ "type": "string" }));
    let status = json!({ "type": "string", "enum": ["ACTIVE", "CLOSED"] });
    add(&mut contract, &format!("{WORKSPACE}/properties"), "status", status.clone());
    push(&mut contract, &format!("{WORKSPACE}/required"), "status");
    add(&mut contract, &format!("{WORKSPACE}/properties"), "plan", json!({ "type": "string" }));
    // The same values under the same name share a type; under another name they do not.
    add(&mut contract, &format!("{VENDOR_TYPE}/properties"), "status", status.clone());
    add(&mut contract, &format!("{WORKSPACE}/properties"), "visibility", status);
    workspace.write_contract("v2", &contract);
    workspace.write("openapi/v2/names.yaml", "types:\n  VendorTypeResponsePublicV2Dto.status: WorkspaceStatus\n  WorkspaceResponsePublicV2Dto.status: WorkspaceStatus\n");

    let manifest = std::fs::read_to_string(real("Cargo.toml")).unwrap();
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
    let api = workspace.read("crates/drata-api/Cargo.toml");
    workspace.write("crates/drata-api/Cargo.toml", &as_dependency(&api));
    workspace.write(
        "program/Cargo.toml",
        "[package]\nname = \"program\"\nedition = \"2024\"\n\n[dependencies]\n\
         drata-api = { path = \"../crates/drata-api\", default-features = false, features = [\"v2\"] }\n",
    );
    workspace.write("program/src/lib.rs", PROGRAM);
    workspace.xtask(&["codegen"]).unwrap();
    workspace
}

/// A manifest as its users see it: without what its own tests and benches need.
fn as_dependency(manifest: &str) -> String {
    let mut is_kept = true;
    let kept = manifest.lines().filter(|line| {
        if line.starts_with('[') {
            is_kept = !matches!(*line, "[dev-dependencies]" | "[[bench]]");
        }
        is_kept
    });
    kept.map(|line| format!("{line}\n")).collect()
}

/// Whether a package compiles. The dependencies are compiled once, and kept between runs of this test.
fn compiles(workspace: &Workspace, package: &str) -> Result<(), String> {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline", "--lib", "--package", package])
        .env("CARGO_TARGET_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/rehearsal"))
        .current_dir(workspace.root())
        .output()
        .unwrap();
    said(output).map(|_| ())
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
