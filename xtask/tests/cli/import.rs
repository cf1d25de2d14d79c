//! Importing: the contract from whatever the vendor's document was saved as, and nothing touched when that fails.

use serde_json::{Map, Value, json};

use crate::support::{Said, Workspace, says};

/// A document as a vendor would publish it: prose, samples, and the contract of this workspace within.
fn document(workspace: &Workspace) -> Value {
    let mut document = workspace.contract("v2");
    document["info"]["description"] = "Words of the vendor's.".into();
    document["paths"]["/workspaces"]["get"]["description"] =
        "🔒 Requires **Workspaces: List Workspaces** permission".into();
    document["paths"]["/workspaces"]["get"]["summary"] = "List".into();
    let properties = &mut document["components"]["schemas"]["WorkspaceResponsePublicV2Dto"]["properties"];
    properties["id"]["example"] = "1".into();
    // A sample is a value: what looks like a reference in it leads nowhere and is none.
    properties["name"]["example"] = json!({ "$ref": "#/nowhere" });
    document
}

fn import(workspace: &Workspace, saved: &str) -> Said {
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
    says(
        &said,
        &[
            "not kept: `x-novelty`, 1 times",
            "run          GET /vendor-types: the operation is removed",
            "compile      v2::vendor_types::list: removed",
        ],
    );
    assert!(said.lines().count() < 40, "more than a screen: {said}");
}

#[test]
fn an_import_that_fails_touches_nothing() {
    let workspace = Workspace::new();
    let mut dangling = document(&workspace);
    dangling["components"]["schemas"]["WorkspaceResponsePublicV2Dto"] = json!({ "$ref": "#/components/schemas/Gone" });
    let mut unknown = document(&workspace);
    unknown["openapi"] = "4.0.0".into();
    let mut older = document(&workspace);
    older["swagger"] = "2.0".into();
    older.as_object_mut().unwrap().remove("openapi");
    let empty = json!({ "openapi": "3.0.0", "paths": {} });
    let contract = workspace.read("openapi/v2/contract.json");
    for (saved, problem) in [
        (dangling.to_string(), "reference \"#/components/schemas/Gone\" leads nowhere"),
        (unknown.to_string(), "version 4.0.0 is not 3.0.x"),
        (older.to_string(), "at /swagger: version 2.0 is not 3.0.x"),
        (empty.to_string(), "at /paths: no operation"),
        ("openapi: 3.0.0".to_owned(), "holds no OpenAPI document"),
        ("a: [".to_owned(), "neither JSON"),
        ("<html>Sign in</html>".to_owned(), "holds no OpenAPI document"),
        (document(&workspace).to_string()[..5000].to_owned(), "neither JSON"),
    ] {
        let said = import(&workspace, &saved).unwrap_err();
        assert!(said.contains(problem), "{said}");
        assert_eq!(workspace.read("openapi/v2/contract.json"), contract);
        assert!(!workspace.path("openapi/v2/source.json").exists());
    }
}

/// The same document in every form that a vendor may publish it in: with what it shares under `components`, as YAML, and in
/// the words of OpenAPI 3.1.
#[test]
fn a_contract_and_what_it_was_imported_from_do_not_differ() {
    let workspace = Workspace::new();
    let plain = document(&workspace);
    let shared = shared(&plain);
    let newer = newer(&shared);
    let mut contracts = Vec::new();
    for (name, text) in [
        ("plain.json", plain.to_string()),
        ("shared.json", shared.to_string()),
        ("shared.yaml", yaml(&shared, 0)),
        ("newer.json", newer.to_string()),
        ("newer.yaml", yaml(&newer, 0)),
    ] {
        let saved = format!("saved/{name}");
        workspace.write(&saved, &text);
        workspace.xtask(&["import", "v2", &saved]).unwrap_or_else(|said| panic!("{name}: {said}"));
        // A newer document is lowered to the newest 3.0.
        contracts.push(workspace.read("openapi/v2/contract.json").replace("\"3.0.3\"", "\"3.0.0\""));
        for (old, new) in [("openapi/v2/contract.json", saved.as_str()), (saved.as_str(), "openapi/v2/contract.json")] {
            let diff = workspace.diff(old, new);
            assert_eq!((&diff["wire"], &diff["surface"]), (&json!([]), &json!([])), "{name}");
            assert_eq!(diff["generated"], true, "{name}");
        }
        let said = workspace.xtask(&["lint", "--api-version", "v2", "--newer", &saved]).unwrap();
        assert!(!said.contains("dropped-required"), "{name}: {said}");
        let again = workspace.xtask(&["import", "v2", &saved]).unwrap();
        says(&again, &["no changes"]);
    }
    for contract in &contracts {
        assert_eq!(contract, &contracts[0], "one document gave several contracts");
    }
}

/// The document with every parameter and every response under `components`.
fn shared(document: &Value) -> Value {
    let mut document = document.clone();
    let (mut parameters, mut responses) = (Map::new(), Map::new());
    for item in document["paths"].as_object_mut().unwrap().values_mut() {
        for operation in item.as_object_mut().unwrap().values_mut() {
            for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
                let name = format!("p{}", parameters.len());
                parameters.insert(name.clone(), parameter.take());
                *parameter = json!({ "$ref": format!("#/components/parameters/{name}") });
            }
            for response in operation["responses"].as_object_mut().unwrap().values_mut() {
                let name = format!("r{}", responses.len());
                responses.insert(name.clone(), response.take());
                *response = json!({ "$ref": format!("#/components/responses/{name}") });
            }
        }
    }
    assert!(parameters.len() > 3 && responses.len() > 3);
    document["components"]["parameters"] = parameters.into();
    document["components"]["responses"] = responses.into();
    document
}

/// The document in the words of OpenAPI 3.1: `null` is a type, and samples are a list.
fn newer(document: &Value) -> Value {
    fn change(value: &mut Value, changed: &mut usize) {
        match value {
            Value::Object(map) => {
                if map.get("nullable") == Some(&true.into())
                    && let Some(kind) = map.get("type").cloned()
                {
                    map.remove("nullable");
                    map.insert("type".to_owned(), json!([kind, "null"]));
                    *changed += 1;
                }
                if map.get("type").is_some_and(Value::is_string)
                    && let Some(sample) = map.remove("example")
                {
                    map.insert("examples".to_owned(), json!([sample]));
                    *changed += 1;
                }
                map.values_mut().for_each(|inner| change(inner, changed));
            }
            Value::Array(list) => list.iter_mut().for_each(|inner| change(inner, changed)),
            _ => {}
        }
    }
    let mut document = document.clone();
    let mut changed = 0;
    change(&mut document, &mut changed);
    assert!(changed > 2, "the piece has nothing that 3.1 says otherwise");
    document["openapi"] = "3.1.0".into();
    document
}

/// JSON as block YAML.
fn yaml(value: &Value, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().map(|(key, inner)| format!("\n{indent}{}: {}", json!(key), yaml(inner, depth + 1))).collect()
        }
        Value::Array(list) if !list.is_empty() => {
            list.iter().map(|inner| format!("\n{indent}- {}", yaml(inner, depth + 1).trim_start())).collect()
        }
        scalar => scalar.to_string(),
    }
}
