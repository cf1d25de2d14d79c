//! What cannot be generated, or no longer fits, ends in a message that leads to the line to change, never in a panic, and
//! leaves the tree as it was. One run shows all of it.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Workspace, says, text};

pub(crate) fn document(item: Value) -> Value {
    json!({
        "openapi": "3.0.0",
        "info": { "title": "t", "version": "1" },
        "servers": [],
        "paths": { "/things": item },
        "components": { "schemas": { "ThingDto": { "type": "object", "properties": { "id": { "type": "number" } } } } },
    })
}

pub(crate) fn things() -> Value {
    json!({
        "operationId": "Things_getThing",
        "tags": ["Things"],
        "x-drata-permissions": ["things-get"],
        "parameters": [],
        "responses": { "200": response(json!({ "$ref": "#/components/schemas/ThingDto" })) },
    })
}

pub(crate) fn response(schema: Value) -> Value {
    json!({ "description": "", "content": { "application/json": { "schema": schema } } })
}

pub(crate) fn body(media: &str, schema: Value) -> Value {
    json!({ "required": true, "content": { media: { "schema": schema } } })
}

/// Two contracts of one operation each, that of v2 changed.
pub(crate) fn single(method: &str, change: impl FnOnce(&mut Value)) -> Workspace {
    let mut operation = things();
    change(&mut operation);
    of(document(json!({ method: operation })))
}

/// A plain v1, and this v2.
fn of(v2: Value) -> Workspace {
    Workspace::with([("v1", document(json!({ "get": things() }))), ("v2", v2)])
}

/// The same operation elsewhere, with another id.
fn also(contract: &mut Value, path: &str, id: &str) {
    let mut operation = things();
    operation["operationId"] = id.into();
    contract["paths"][path] = json!({ "get": operation });
}

#[test]
fn a_plain_contract_is_taken() {
    let workspace = single("get", |_| {});
    workspace.xtask(&["codegen"]).unwrap();
    let generated = workspace.read("crates/drata-api/src/v2/things/mod.rs");
    says(&generated, &["pub fn get(&self) -> builder::Get"]);
    let again = workspace.files();
    workspace.xtask(&["codegen"]).unwrap();
    assert!(again == workspace.files(), "a second run made other bytes");
}

/// Two operations that would be called alike are not: the second takes more words, and the table keeps both.
#[test]
fn names_that_collide_are_told_apart_and_stay() {
    let mut contract = document(json!({ "get": things() }));
    also(&mut contract, "/other-things", "Things_getThingById");
    let workspace = of(contract.clone());
    workspace.xtask(&["codegen"]).unwrap();
    let table = workspace.read("openapi/v2/names.yaml");
    says(&table, &["Things_getThing: things::get\n", "Things_getThingById: things::get_thing_by_id\n"]);
    // The first goes: the second keeps its name although the shorter one is free, and the line of the first is a finding.
    contract["paths"].as_object_mut().unwrap().remove("/things");
    workspace.write_contract("v2", &contract);
    workspace.xtask(&["codegen"]).unwrap();
    assert_eq!(workspace.read("openapi/v2/names.yaml"), table);
    says(&workspace.read("crates/drata-api/src/v2/things/mod.rs"), &["pub fn get_thing_by_id(&self)"]);
    let line = 1 + table.lines().position(|line| line.contains("Things_getThing:")).unwrap();
    let dead = workspace.lint("v2").into_iter().find(|finding| text(finding, "rule") == "dead-name").unwrap();
    assert_eq!(text(&dead, "pointer"), format!("openapi/v2/names.yaml:{line}"));
    says(text(&dead, "problem"), &["Things_getThing is called things::get, and the contract does not have it"]);
    says(&workspace.xtask(&["lint", "--deny", "dead-overlay", "--deny", "dead-name"]).unwrap_err(), &["dead-name (1)"]);
}

/// A line of the table that cannot be followed, and what is said of it.
#[test]
fn a_table_that_cannot_be_followed_is_refused_with_its_line() {
    let mut contract = document(json!({ "get": things() }));
    also(&mut contract, "/others", "Things_getOther");
    let properties = json!({ "name": { "type": "string" } });
    contract["components"]["schemas"]["OtherDto"] = json!({ "type": "object", "properties": properties });
    contract["paths"]["/others"]["get"]["responses"]["200"] =
        response(json!({ "$ref": "#/components/schemas/OtherDto" }));
    let table = |section: &str, lines: &[&str]| format!("{section}:\n  {}\n", lines.join("\n  "));
    for (text, line, problem) in [
        (
            table("operations", &["Things_getOther: things::get", "Things_getThing: things::get"]),
            2..=3,
            "things::get is the name of Things_get",
        ),
        (
            table("operations", &["Things_getThing: things::type"]),
            2..=2,
            "\"things::type\" is no name for Things_getThing",
        ),
        (table("operations", &["Things_getThing: get"]), 2..=2, "\"get\" is no name for Things_getThing"),
        (
            table("operations", &["Things_getThing: things::new"]),
            2..=2,
            "things::new is the name of the runtime already",
        ),
        (table("types", &["ThingDto: thing"]), 2..=2, "\"thing\" is no name for ThingDto"),
        (table("types", &["ThingDto: Vec"]), 2..=2, "Vec is the name of the runtime already"),
        (
            table("types", &["OtherDto: Thing", "ThingDto: Thing"]),
            2..=3,
            "differ, and both are called Thing; only enumerations of strings share a type",
        ),
        (table("kinds", &["ThingDto: Thing"]), 1..=2, "`kinds` is not one of areas, operations, ids, types"),
        (table("types", &["ThingDto: Thing", "ThingDto: Other"]), 0..=9, "duplicated key in mapping"),
    ] {
        let workspace = of(contract.clone());
        workspace.write("openapi/v2/names.yaml", &text);
        let said = workspace.refusal();
        says(&said, &[problem]);
        let places = ["openapi/v2/names.yaml: not YAML".to_owned()].into_iter();
        let mut places = places.chain(line.map(|line| format!("openapi/v2/names.yaml:{line}")));
        assert!(places.any(|place| said.contains(&place)), "{said}");
    }
}

/// Every step says what it finds, in both versions, in one run.
#[test]
fn one_run_shows_the_findings_of_all_steps() {
    let mut contract = document(json!({ "get": things() }));
    also(&mut contract, "/others", "Things_getOther");
    contract["paths"]["/others"]["get"]["responses"]["201"] = response(json!({ "type": "string" }));
    let workspace = of(contract);
    workspace.write(
        "openapi/v2/names.yaml",
        "areas:\n  Gone: gone\noperations:\n  Things_getOther: things::get\n  Things_getThing: things::get\ntypes:\n  ThingDto: thing\n",
    );
    workspace.write("openapi/v1/names.yaml", "operations:\n  Things_getThing: things::move\n");
    workspace.write("openapi/v2/docs.yaml", "schemas:\n  GoneDto:\n    doc: Nothing.\n");
    let said = workspace.refusal();
    says(
        &said,
        &[
            "3 findings that cannot be generated",
            "things::get is the name of Things_get",
            "\"thing\" is no name for ThingDto",
            "\"things::move\" is no name for Things_getThing",
            "openapi/v1/names.yaml:2",
            "fix: ",
        ],
    );
    let rules: Vec<String> = workspace.lint("v2").iter().map(|finding| text(finding, "rule").to_owned()).collect();
    for rule in ["refused", "several-responses", "dead-overlay", "dead-name", "no-words"] {
        assert!(rules.iter().any(|found| found == rule), "no {rule} in {rules:?}");
    }
    assert_eq!(rules.iter().filter(|rule| *rule == "refused").count(), 2, "{rules:?}");
}

#[test]
fn a_contract_that_is_no_contract_is_refused() {
    for (contract, problem) in [
        (json!({ "openapi": "3.1.0", "paths": {} }), "version 3.1.0 is not 3.0.x"),
        (json!({ "paths": {} }), "openapi/v2/contract.json: at /openapi: missing"),
        (json!([]), "openapi/v2/contract.json: at /openapi: missing"),
    ] {
        says(&of(contract).refusal(), &[problem]);
    }
    let workspace = single("get", |_| {});
    workspace.write("openapi/v2/contract.json", "{ \"openapi\":");
    says(&workspace.refusal(), &["openapi/v2/contract.json: not JSON"]);
}

/// What no longer fits is a finding with its line, and the rest is generated.
#[test]
fn an_overlay_action_that_no_longer_fits_is_found_with_its_line() {
    let workspace = single("get", |_| {});
    let group = |action: &str| format!("- reason: r\n  evidence: e\n  actions:\n    - {action}\n");
    for (action, problem) in [
        ("{ schema: ThingDto, property: gone, remove: true }", "does not match"),
        ("{ schema: ThingDto, property: id, merge: { type: number } }", "changes nothing"),
        ("{ operation: Things_gone, merge: { deprecated: true } }", "does not match"),
    ] {
        workspace.write("openapi/v2/corrections.yaml", &group(action));
        is_dead_overlay(&workspace, "openapi/v2/corrections.yaml:4", problem);
    }
    for (rule, problem) in [
        ("exactlyOneOf: [id, gone]", "`gone` is no property"),
        ("exactlyOneOf: [id]", "names 1 fields"),
        ("oneOf: [id, name]", "`oneOf` is not one of exactlyOneOf"),
        ("atMostOneOf: [id, name]", "no request sends it"),
    ] {
        let schema = "type: object, properties: { id: { type: number }, name: { type: string } }";
        let replace = format!("{{ schema: ThingDto, replace: {{ {schema}, x-field-rules: [{{ {rule} }}] }} }}");
        workspace.write("openapi/v2/corrections.yaml", &group(&replace));
        is_dead_overlay(&workspace, "/components/schemas/ThingDto/x-field-rules", problem);
    }
    workspace.write("openapi/v2/corrections.yaml", "[]\n");
    for (docs, line, problem) in [
        ("schemas:\n  ThingDto:\n    properties:\n      gone: Nothing.\n", 4, "a description of what does not exist"),
        ("operations:\n  Things_gone:\n    doc: Nothing.\n", 3, "a description of what does not exist"),
        ("areas:\n  Gone: Nothing.\n", 2, "a description of an area that does not exist: Gone"),
        ("parameters:\n  gone: Nothing.\n", 2, "a description of a parameter that no operation has: gone"),
    ] {
        workspace.write("openapi/v2/docs.yaml", docs);
        is_dead_overlay(&workspace, &format!("openapi/v2/docs.yaml:{line}"), problem);
    }
}

fn is_dead_overlay(workspace: &Workspace, pointer: &str, problem: &str) {
    workspace.xtask(&["codegen"]).unwrap();
    let found = workspace.lint("v2");
    let dead: Vec<&Value> = found.iter().filter(|finding| text(finding, "rule") == "dead-overlay").collect();
    assert_eq!(dead.len(), 1, "{found:#?}");
    assert_eq!(text(dead[0], "pointer"), pointer);
    says(text(dead[0], "problem"), &[problem]);
    says(&workspace.xtask(&["lint", "--deny", "dead-overlay"]).unwrap_err(), &["dead-overlay (1)", pointer]);
    workspace.xtask(&["lint", "--deny", "dead-name"]).unwrap();
}

/// An overlay that cannot be read is no finding but a stop: nobody knows what it would have done.
#[test]
fn an_overlay_that_cannot_be_read_is_refused_with_its_line() {
    let workspace = single("get", |_| {});
    for (file, broken, problem) in [
        ("corrections.yaml", "- reason: r\n  actions: []\n", "evidence"),
        ("docs.yaml", "regions:\n  Things: Words.\n", "`regions` is not one of"),
        ("docs.yaml", "areas: [", "openapi/v2/docs.yaml"),
    ] {
        let path = format!("openapi/v2/{file}");
        let before = workspace.read(&path);
        workspace.write(&path, broken);
        says(&workspace.refusal(), &[&path, problem]);
        workspace.write(&path, &before);
    }
}

#[test]
fn check_fails_after_a_hand_edit_of_a_generated_file() {
    let workspace = single("get", |_| {});
    workspace.xtask(&["codegen"]).unwrap();
    workspace.xtask(&["codegen", "--check"]).unwrap();
    let name = "crates/drata-api/src/v2/things/mod.rs";
    let edited = workspace.read(name).replace("pub fn get", "pub fn fetch");
    workspace.write(name, &edited);
    let said = workspace.xtask(&["codegen", "--check"]).unwrap_err();
    says(&said, &["stale: crates/drata-api/src/v2/things/mod.rs", "cargo xtask codegen"]);
    assert_eq!(workspace.read(name), edited, "--check wrote");
    // A file that no area has any more, and a line of the table that a hand removed.
    workspace.xtask(&["codegen"]).unwrap();
    workspace.write("crates/drata-api/src/v2/gone/mod.rs", "");
    says(&workspace.xtask(&["codegen", "--check"]).unwrap_err(), &["crates/drata-api/src/v2/gone/mod.rs"]);
    workspace.xtask(&["codegen"]).unwrap();
    assert!(!workspace.path("crates/drata-api/src/v2/gone/mod.rs").exists());
    fs::remove_file(workspace.path("openapi/v2/names.yaml")).unwrap();
    says(&workspace.xtask(&["codegen", "--check"]).unwrap_err(), &["openapi/v2/names.yaml"]);
}

#[test]
fn check_fails_after_a_hand_edit_of_the_contract() {
    let workspace = single("get", |_| {});
    workspace.xtask(&["codegen"]).unwrap();
    let edited = workspace.read("openapi/v2/contract.json").replace("things-get", "things-read");
    workspace.write("openapi/v2/contract.json", &edited);
    says(&workspace.xtask(&["codegen", "--check"]).unwrap_err(), &["v2/things/meta.rs"]);
}
