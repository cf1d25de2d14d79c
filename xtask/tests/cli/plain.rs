//! What is unusual is generated in a plain form, and `lint` says so: with the rule, the operation, the pointer, what it does
//! to a user, and the action to write.

use serde_json::{Value, json};

use crate::diagnoses::{body, document, single, things};
use crate::support::{Workspace, says, text};

/// One construct that has no better form.
struct Case {
    name: &'static str,
    method: &'static str,
    change: fn(&mut Value),
    rule: &'static str,
    problem: &'static str,
    pointer: &'static str,
    fix: &'static str,
    /// A file of the area, and what it has to hold.
    generated: (&'static str, &'static str),
}

const CASES: &[Case] = &[
    Case {
        name: "successes with different bodies",
        method: "get",
        change: |operation| {
            operation["responses"]["201"] = response(json!({ "type": "array", "items": { "type": "string" } }))
        },
        rule: "several-responses",
        problem: "the successes 200 and 201 have different bodies",
        pointer: "/paths/~1things/get/responses",
        fix: "`response: \"201\"`",
        generated: ("builder.rs", "pub struct Get(Json<serde_json::Value>);"),
    },
    Case {
        name: "a body of a media type that no builder writes",
        method: "post",
        change: |operation| operation["requestBody"] = body("application/xml", json!({ "type": "string" })),
        rule: "body-media",
        problem: "no builder writes a request body of \"application/xml\"",
        pointer: "/paths/~1things/post/requestBody/content",
        fix: "`body: application/xml` and `remove: true`",
        generated: ("mod.rs", "body: impl Into<crate::Bytes>"),
    },
    Case {
        name: "another media type beside JSON",
        method: "post",
        change: |operation| {
            operation["requestBody"] =
                body("application/json", json!({ "type": "array", "items": { "type": "string" } }));
            operation["requestBody"]["content"]["application/xml"] = json!({ "schema": { "type": "string" } });
        },
        rule: "body-media",
        problem: "the request body may be \"application/xml\" beside JSON or a form",
        pointer: "/paths/~1things/post/requestBody/content",
        fix: "`body: application/xml` and `remove: true`",
        generated: ("mod.rs", "body: impl AsRef<[String]>"),
    },
    Case {
        name: "a parameter in a cookie",
        method: "get",
        change: |operation| {
            parameter(operation, json!({ "name": "crumb", "in": "cookie", "schema": { "type": "string" } }))
        },
        rule: "parameter",
        problem: "parameter crumb stands in a cookie, and only path, query and header can be sent",
        pointer: "/paths/~1things/get/parameters/0",
        fix: "`parameter: crumb`, and `remove: true`",
        generated: ("builder.rs", "pub struct Get(Json<super::Thing>);"),
    },
    Case {
        name: "a parameter that its path does not have",
        method: "get",
        change: |operation| {
            parameter(
                operation,
                json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }),
            )
        },
        rule: "parameter",
        problem: "path parameter id is not in the path /things",
        pointer: "/paths/~1things/get/parameters/0",
        fix: "`parameter: id`, and `remove: true`",
        generated: ("mod.rs", "pub fn get(&self) -> builder::Get"),
    },
    Case {
        name: "a parameter without a schema",
        method: "get",
        change: |operation| parameter(operation, json!({ "name": "order", "in": "query" })),
        rule: "parameter",
        problem: "query parameter order has no schema",
        pointer: "/paths/~1things/get/parameters/0",
        fix: "`merge: { schema: { type: string } }`",
        generated: ("builder.rs", "pub fn order(mut self, order: &str) -> Self"),
    },
    Case {
        name: "a parameter of a media type of its own",
        method: "get",
        change: |operation| {
            let content = json!({ "application/json": { "schema": { "type": "object", "properties": { "id": { "type": "number" } } } } });
            parameter(operation, json!({ "name": "filter", "in": "query", "content": content }));
        },
        rule: "parameter",
        problem: "query parameter filter is written as application/json",
        pointer: "/paths/~1things/get/parameters/0",
        fix: "a `merge` that gives it a `schema` of one string",
        generated: ("builder.rs", "query_json(\"filter\""),
    },
    Case {
        name: "an object of objects in a header",
        method: "get",
        change: |operation| {
            let inner = json!({ "type": "object", "properties": { "id": { "type": "number" } } });
            let schema = json!({ "type": "object", "properties": { "thing": inner } });
            parameter(operation, json!({ "name": "x-filter", "in": "header", "schema": schema }));
        },
        rule: "parameter",
        problem: "header parameter x-filter holds objects or lists, and a header holds scalars",
        pointer: "/paths/~1things/get/parameters/0",
        fix: "`parameter: x-filter`, and `remove: true`",
        generated: ("builder.rs", "pub struct Get(Json<super::Thing>);"),
    },
    Case {
        name: "an operation without an id",
        method: "get",
        change: |operation| drop(operation.as_object_mut().unwrap().remove("operationId")),
        rule: "operation-id",
        problem: "the operation has no id",
        pointer: "/paths/~1things/get",
        fix: "ask the vendor for ids",
        generated: ("meta.rs", "operation_id: \"getThings\""),
    },
    Case {
        name: "a choice of different kinds",
        method: "get",
        change: |operation| {
            operation["responses"]["200"] = response(json!({ "oneOf": [{ "type": "string" }, { "type": "number" }] }))
        },
        rule: "choice",
        problem: "a choice of string, number has no type of its own",
        pointer: "/paths/~1things/get/responses/200/content/application~1json/schema",
        fix: "with the form that occurs",
        generated: ("builder.rs", "pub struct Get(Json<serde_json::Value>);"),
    },
    Case {
        name: "a composition of different kinds",
        method: "get",
        change: |operation| {
            operation["responses"]["200"] = response(json!({ "allOf": [{ "type": "string" }, { "type": "number" }] }))
        },
        rule: "choice",
        problem: "a composition of different kinds of values has no type of its own",
        pointer: "/paths/~1things/get/responses/200/content/application~1json/schema",
        fix: "with the form that occurs",
        generated: ("builder.rs", "pub struct Get(Json<serde_json::Value>);"),
    },
];

#[test]
fn each_gets_a_plain_form_and_a_finding() {
    for case in CASES {
        let workspace = single(case.method, case.change);
        check(&workspace, case, "crates/drata-api/src/v2/things");
    }
}

#[test]
fn what_two_operations_or_two_schemas_make_together_too() {
    let mut twice = document(json!({ "get": things() }));
    twice["paths"]["/others"] = json!({ "get": things() });
    let mut undeclared = document(json!({ "get": things() }));
    undeclared["paths"]["/things/{id}"] = json!({ "put": renamed("Things_putThing") });
    let mut circle = document(json!({ "get": things() }));
    let schemas = &mut circle["components"]["schemas"];
    schemas["A"] = json!({ "$ref": "#/components/schemas/B" });
    schemas["B"] = json!({ "$ref": "#/components/schemas/A" });
    schemas["ThingDto"]["properties"]["more"] = json!({ "$ref": "#/components/schemas/A" });
    let case = |name, rule, problem, pointer, fix, generated| Case {
        name,
        method: "get",
        change: |_| {},
        rule,
        problem,
        pointer,
        fix,
        generated,
    };
    for (document, case) in [
        (
            twice,
            case(
                "an id of two operations",
                "operation-id",
                "the operation id \"Things_getThing\" is that of another operation too",
                "/paths/~1others/get",
                "ask the vendor for ids",
                ("meta.rs", "operation_id: \"getOthers\""),
            ),
        ),
        (
            undeclared,
            case(
                "a placeholder that no parameter fills",
                "placeholder",
                "path parameter id of /things/{id} is undeclared",
                "/paths/~1things~1{id}/put/parameters",
                "a `merge` with all its `parameters`, id among them",
                ("mod.rs", "pub fn update(&self, id: &str)"),
            ),
        ),
        (
            circle,
            case(
                "schemas that lead to themselves",
                "circle",
                "A leads to itself without a field between",
                "/components/schemas/A",
                "`schema: A` and a `replace`",
                ("types.rs", "pub more: Option<serde_json::Value>"),
            ),
        ),
    ] {
        let workspace = Workspace::with([("v1", self::document(json!({ "get": things() }))), ("v2", document)]);
        check(&workspace, &case, "crates/drata-api/src/v2/things");
    }
}

/// Generated, found by `lint` with everything that leads to the line to change, and counted by `codegen`.
fn check(workspace: &Workspace, case: &Case, area: &str) {
    let said = workspace.xtask(&["codegen"]).unwrap_or_else(|said| panic!("{}: {said}", case.name));
    assert!(said.contains("a plain form (`cargo xtask lint` lists"), "{}: {said}", case.name);
    let (file, form) = case.generated;
    let generated = workspace.read(&format!("{area}/{file}"));
    assert!(generated.contains(form), "{}: {form:?} is missing in:\n{generated}", case.name);
    let found = workspace.lint("v2");
    let here = found.iter().find(|finding| {
        text(finding, "rule") == case.rule
            && text(finding, "problem").contains(case.problem)
            && text(finding, "pointer") == case.pointer
            && text(finding, "fix").contains(case.fix)
            && !text(finding, "effect").is_empty()
            && (finding["operation"].is_string() || ["choice", "circle"].contains(&case.rule))
    });
    assert!(here.is_some(), "{}: not in {found:#?}", case.name);
    workspace.xtask(&["lint", "--api-version", "v2", "--deny", case.rule]).expect_err(case.name);
}

/// Obstacles that a step removes so that nobody has to, and nobody needs to know.
#[test]
fn what_has_a_faithful_form_is_no_finding() {
    let workspace = single("post", |operation| {
        operation["tags"] = json!(["Things", "Things"]);
        parameter(
            operation,
            json!({ "name": "order", "in": "query", "required": false, "schema": { "type": "string", "enum": ["ASC", "DESC"] } }),
        );
        let form = json!({ "type": "object", "properties": { "file": { "type": "string", "format": "binary", "maxLength": 9, "x-sample": {} }, "name": { "type": "string", "maxLength": 5 } } });
        operation["requestBody"] = body("multipart/form-data", form.clone());
        operation["requestBody"]["content"]["application/json"] = json!({ "schema": form });
        operation["responses"]["204"] = json!({ "description": "" });
        operation["responses"]["400"] =
            response(json!({ "type": "object", "properties": { "message": { "type": "string" } } }));
        operation["responses"]["404"] = response(json!({ "type": "string" }));
    });
    let said = workspace.xtask(&["codegen"]).unwrap();
    assert!(!said.contains("plain form"), "{said}");
    let types = workspace.read("crates/drata-api/src/v2/things/types.rs");
    says(&types, &["pub file: Option<crate::Upload>", "name: \"name\" { max_length: 5 }"]);
}

/// An object that is read and written is two types: reading is tolerant, writing is strict.
#[test]
fn what_is_read_and_written_is_two_types() {
    let workspace = single("post", |operation| {
        operation["requestBody"] = body("application/json", json!({ "$ref": "#/components/schemas/ThingDto" }));
    });
    workspace.xtask(&["codegen"]).unwrap();
    let types = workspace.read("crates/drata-api/src/v2/things/types.rs");
    says(
        &types,
        &["pub struct Thing {", "pub struct ThingInput {", "model::model!(Thing {", "request_model!(ThingInput {"],
    );
}

fn parameter(operation: &mut Value, parameter: Value) {
    operation["parameters"].as_array_mut().unwrap().push(parameter);
}

fn renamed(id: &str) -> Value {
    let mut operation = things();
    operation["operationId"] = id.into();
    operation
}

fn response(schema: Value) -> Value {
    crate::diagnoses::response(schema)
}
