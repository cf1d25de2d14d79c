//! A contract that cannot be generated ends in a message that leads to the line to change, never in a panic, and leaves the
//! tree as it was.

// A test stops at the first surprise.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

/// A workspace that holds just what codegen reads, with one operation in each version.
struct Workspace {
    root: tempfile::TempDir,
}

impl Workspace {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let workspace = Self { root };
        for version in ["v1", "v2"] {
            workspace.write(&format!("openapi/{version}/corrections.yaml"), "[]\n");
            workspace.write(&format!("openapi/{version}/docs.yaml"), "areas: {}\n");
            workspace.contract(version, &document(json!({ "get": things() })));
        }
        for package in ["drata-api", "drata-ext"] {
            workspace.write(&format!("crates/{package}/Cargo.toml"), "[features]\n# areas: begin\n# areas: end\n");
        }
        workspace
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn contract(&self, version: &str, document: &Value) {
        self.write(&format!("openapi/{version}/contract.json"), &format!("{document:#}\n"));
    }

    fn xtask(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_xtask")).args(args).env("XTASK_ROOT", self.root.path()).output().unwrap()
    }

    /// Every file below the root with its text.
    fn files(&self) -> Vec<(PathBuf, String)> {
        fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    collect(&path, found);
                } else {
                    found.push((path.clone(), fs::read_to_string(&path).unwrap()));
                }
            }
        }
        let mut found = Vec::new();
        collect(self.root.path(), &mut found);
        found.sort();
        found
    }

    /// What codegen says when it fails, after a check that it changed nothing.
    fn refusal(&self) -> String {
        let before = self.files();
        let output = self.xtask(&["codegen"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "codegen took it");
        assert!(!said.contains("panicked at"), "{said}");
        assert!(before == self.files(), "codegen changed the tree although it failed");
        said
    }
}

fn document(item: Value) -> Value {
    json!({
        "openapi": "3.0.0",
        "info": { "title": "t", "version": "1" },
        "servers": [],
        "paths": { "/things": item },
        "components": { "schemas": { "ThingDto": { "type": "object", "properties": { "id": { "type": "number" } } } } },
    })
}

fn things() -> Value {
    json!({
        "operationId": "Things_getThing",
        "tags": ["Things"],
        "x-drata-permissions": ["things-get"],
        "parameters": [],
        "responses": { "200": answer(json!({ "$ref": "#/components/schemas/ThingDto" })) },
    })
}

fn answer(schema: Value) -> Value {
    json!({ "description": "", "content": { "application/json": { "schema": schema } } })
}

fn body(media: &str, schema: Value) -> Value {
    json!({ "required": true, "content": { media: { "schema": schema } } })
}

/// A v2 contract with one operation, changed.
fn changed(method: &str, change: impl FnOnce(&mut Value)) -> Workspace {
    let workspace = Workspace::new();
    let mut operation = things();
    change(&mut operation);
    workspace.contract("v2", &document(json!({ method: operation })));
    workspace
}

#[test]
fn a_plain_contract_is_taken() {
    let workspace = Workspace::new();
    let output = workspace.xtask(&["codegen"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let generated = fs::read_to_string(workspace.path("crates/drata-api/src/v2/things/mod.rs")).unwrap();
    assert!(generated.contains("pub fn get(&self) -> builder::Get"), "{generated}");
    let again = workspace.files();
    assert!(workspace.xtask(&["codegen"]).status.success());
    assert!(again == workspace.files(), "a second run made other bytes");
}

#[test]
fn successes_with_different_bodies_are_named() {
    let said =
        changed("get", |operation| operation["responses"]["201"] = answer(json!({ "type": "object" }))).refusal();
    for part in
        ["200 and 201 have different bodies", "Things_getThing", "/paths/~1things/get/responses", "`response: \"201\"`"]
    {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
}

#[test]
fn an_unknown_body_form_is_named() {
    let said = changed("post", |operation| operation["requestBody"] = body("application/xml", json!({}))).refusal();
    for part in ["application/xml", "Things_getThing", "/paths/~1things/post/requestBody/content", "corrections.yaml"] {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
}

#[test]
fn a_parameter_in_a_cookie_is_named() {
    let said = changed("get", |operation| {
        operation["parameters"] = json!([{ "name": "crumb", "in": "cookie", "schema": { "type": "string" } }]);
    })
    .refusal();
    for part in ["crumb", "cookie", "Things_getThing", "/paths/~1things/get", "corrections.yaml"] {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
}

#[test]
fn a_path_and_its_parameters_that_do_not_fit_are_named() {
    let said = changed("get", |operation| {
        operation["parameters"] =
            json!([{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }]);
    })
    .refusal();
    assert!(said.contains("the path /things has no place for parameter id"), "{said}");

    let workspace = Workspace::new();
    let mut document = document(json!({ "get": things() }));
    document["paths"]["/things/{id}"] = json!({ "put": things() });
    workspace.contract("v2", &document);
    let said = workspace.refusal();
    assert!(said.contains("the path /things/{id} has a place for id, and no parameter fills it"), "{said}");
}

#[test]
fn a_schema_that_no_rule_knows_is_named() {
    let said = changed("get", |operation| {
        operation["responses"]["200"] = answer(json!({ "allOf": [{ "type": "string" }, { "type": "number" }] }));
    })
    .refusal();
    for part in ["its answer", "Things_getThing", "/paths/~1things/get/responses", "corrections.yaml"] {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
}

/// progenitor itself stops at this one.
#[test]
fn what_progenitor_refuses_is_named() {
    let said = changed("get", |operation| {
        operation["responses"]["200"] =
            answer(json!({ "type": "object", "properties": { "id": { "not": { "type": "string" } } } }));
    })
    .refusal();
    for part in ["progenitor says", "Things_getThing", "/paths/~1things/get", "corrections.yaml"] {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
}

#[test]
fn two_operations_of_one_name_are_named() {
    let workspace = Workspace::new();
    let mut second = things();
    second["operationId"] = "Things_getThingById".into();
    let mut document = document(json!({ "get": things() }));
    document["paths"]["/other-things"] = json!({ "get": second });
    workspace.contract("v2", &document);
    let said = workspace.refusal();
    for part in ["v2::things::get", "Things_getThing", "Things_getThingById", "a `name` of its own"] {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
}

#[test]
fn an_object_that_is_read_and_written_is_named() {
    let said = changed("post", |operation| {
        operation["requestBody"] = body("application/json", json!({ "$ref": "#/components/schemas/ThingDto" }));
    })
    .refusal();
    for part in ["both read and written", "ThingDto", "corrections.yaml"] {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
}

/// The obstacles that a pass removes, so that nobody has to mend them.
#[test]
fn known_obstacles_are_taken() {
    let workspace = changed("post", |operation| {
        operation["tags"] = json!(["Things", "Things"]);
        operation["parameters"] = json!([{
            "name": "order", "in": "query", "required": false,
            "schema": { "type": "string", "enum": ["ASC", "DESC"], "default": 1 },
        }]);
        let form = json!({ "type": "object", "properties": { "file": { "type": "string", "format": "binary", "maxLength": 9, "x-sample": {} }, "name": { "type": "string", "maxLength": 5 } } });
        operation["requestBody"] = body("multipart/form-data", form.clone());
        operation["requestBody"]["content"]["application/json"] = json!({ "schema": form });
        operation["responses"]["204"] = json!({ "description": "" });
        operation["responses"]["400"] =
            answer(json!({ "type": "object", "properties": { "message": { "type": "string" } } }));
        operation["responses"]["404"] = answer(json!({ "type": "string" }));
    });
    let output = workspace.xtask(&["codegen"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let types = fs::read_to_string(workspace.path("crates/drata-api/src/v2/things/types.rs")).unwrap();
    assert!(types.contains("pub file: Option<Upload>"), "a file with facts beside it is a file:\n{types}");
}

#[test]
fn an_overlay_action_that_no_longer_fits_is_named_with_its_line() {
    let workspace = Workspace::new();
    let group = |action: &str| format!("- reason: r\n  evidence: e\n  actions:\n    - {action}\n");
    for (action, problem) in [
        ("{ schema: ThingDto, property: gone, remove: true }", "does not match"),
        ("{ schema: ThingDto, property: id, merge: { type: number } }", "changes nothing"),
        ("{ operation: Things_gone, name: other }", "does not match"),
    ] {
        workspace.write("openapi/v2/corrections.yaml", &group(action));
        let said = workspace.refusal();
        assert!(said.contains("openapi/v2/corrections.yaml:4"), "{said}");
        assert!(said.contains(problem), "{said}");
    }
}

#[test]
fn words_for_what_does_not_exist_are_named_with_their_line() {
    let workspace = Workspace::new();
    workspace.write("openapi/v2/docs.yaml", "schemas:\n  ThingDto:\n    properties:\n      gone: Nothing.\n");
    let said = workspace.refusal();
    assert!(said.contains("openapi/v2/docs.yaml:4"), "{said}");
}

#[test]
fn check_fails_after_a_hand_edit_of_a_generated_file() {
    let workspace = Workspace::new();
    assert!(workspace.xtask(&["codegen"]).status.success());
    assert!(workspace.xtask(&["codegen", "--check"]).status.success());
    let path = workspace.path("crates/drata-api/src/v2/things/mod.rs");
    let edited = fs::read_to_string(&path).unwrap().replace("pub fn get", "pub fn fetch");
    fs::write(&path, &edited).unwrap();
    let output = workspace.xtask(&["codegen", "--check"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success());
    assert!(said.contains("stale: crates/drata-api/src/v2/things/mod.rs"), "{said}");
    assert!(said.contains("cargo xtask codegen"), "{said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), edited, "--check wrote");
}

#[test]
fn check_fails_after_a_hand_edit_of_the_contract() {
    let workspace = Workspace::new();
    assert!(workspace.xtask(&["codegen"]).status.success());
    let path = workspace.path("openapi/v2/contract.json");
    let edited = fs::read_to_string(&path).unwrap().replace("things-get", "things-read");
    fs::write(&path, edited).unwrap();
    let output = workspace.xtask(&["codegen", "--check"]);
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("v2/things/meta.rs"));
}
