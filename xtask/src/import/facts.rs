//! Which facts of the vendor's document the contract keeps.
//!
//! Names, types, enums, limits and structure stay; prose and examples go. Facts that hide in prose and examples are saved
//! first: the permission's display name, the beta mark, and the type that an example shows where it contradicts the
//! declared one.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::document::{Document, METHODS, Place, items, json_type, members, text};
use crate::keys::{BETA, ENTITLEMENT, FIELD_RULES, OBSERVED, PERMISSION, PERMISSION_NAME, SUCCESSOR};

/// Keys of a schema that are facts and are copied as they are.
const SCHEMA_FACTS: [&str; 21] = [
    "$ref",
    "type",
    "format",
    "enum",
    "nullable",
    "required",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "pattern",
    "multipleOf",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    FIELD_RULES,
];

/// Keys of a schema whose value is one schema or a list of them.
const SCHEMA_PARTS: [&str; 6] = ["items", "additionalProperties", "not", "allOf", "oneOf", "anyOf"];

/// Keys that are prose, examples or of no use to a client, wherever they stand.
const PROSE: [&str; 14] = [
    "description",
    "summary",
    "title",
    "example",
    "examples",
    "externalDocs",
    "x-product-area",
    "uniqueItems",
    "contact",
    "security",
    "x-enumDescriptions",
    "discriminator",
    "xml",
    "allowReserved",
];

/// The contract, and the keys that were neither kept nor known to be prose, with how often they occurred.
pub(crate) fn extract(document: &Document) -> (Document, BTreeMap<String, usize>) {
    let operations = document.operations();
    let operations = operations.map(|(place, one)| (place, text(one, "operationId").to_owned())).collect();
    let mut keeper = Keeper { operations, ..Keeper::default() };
    let contract = keeper.document(&document.0);
    (Document(contract), keeper.dropped)
}

#[derive(Default)]
struct Keeper {
    /// Where each operation stands, and its id.
    operations: Vec<(Place, String)>,
    dropped: BTreeMap<String, usize>,
}

impl Keeper {
    /// Notes the keys of `value` that no rule covers.
    fn note_others(&mut self, value: &Value, known: &[&str]) {
        for key in value.as_object().into_iter().flat_map(Map::keys) {
            if !known.contains(&key.as_str()) && !PROSE.contains(&key.as_str()) {
                *self.dropped.entry(key.clone()).or_default() += 1;
            }
        }
    }

    fn document(&mut self, document: &Value) -> Value {
        self.note_others(document, &["openapi", "info", "servers", "tags", "paths", "components"]);
        let servers: Vec<Value> =
            items(document, "servers").iter().map(|server| json!({ "url": server["url"] })).collect();
        let mut paths: Vec<(String, Value)> =
            members(document, "paths").map(|(path, item)| (encoded(path), self.path_item(item))).collect();
        paths.sort_by(|left, right| left.0.cmp(&right.0));
        let components = document.get("components").cloned().unwrap_or_default();
        self.note_others(
            &components,
            &[
                "schemas",
                "securitySchemes",
                "parameters",
                "responses",
                "requestBodies",
                "examples",
                "headers",
                "pathItems",
            ],
        );
        let mut schemas: Vec<(String, Value)> =
            members(&components, "schemas").map(|(name, schema)| (name.clone(), self.schema(schema))).collect();
        schemas.sort_by(|left, right| left.0.cmp(&right.0));
        json!({
            "openapi": document["openapi"],
            "info": { "title": "Drata API", "version": document.pointer("/info/version").cloned().unwrap_or_default() },
            "servers": servers,
            "security": [{ "bearer": [] }],
            "paths": Map::from_iter(paths),
            "components": {
                "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
                "schemas": Map::from_iter(schemas),
            },
        })
    }

    fn path_item(&mut self, item: &Value) -> Value {
        self.note_others(item, &[METHODS.as_slice(), &["parameters", "servers", "$ref"]].concat());
        let operations =
            METHODS.iter().filter_map(|method| Some(((*method).to_owned(), self.operation(item.get(method)?))));
        Value::Object(operations.collect())
    }

    fn operation(&mut self, operation: &Value) -> Value {
        let known = [
            "operationId",
            "tags",
            "parameters",
            "requestBody",
            "responses",
            "deprecated",
            PERMISSION,
            ENTITLEMENT,
            PERMISSION_NAME,
            BETA,
            SUCCESSOR,
        ];
        self.note_others(operation, &known);
        let mut out = Map::new();
        for key in ["operationId", "tags", "deprecated", PERMISSION, ENTITLEMENT] {
            copy(operation, &mut out, key);
        }
        // The key as a bearer token is the rule, and stands once at the root; another way to sign in is a fact.
        if operation.get("security").is_some_and(|security| *security != json!([{ "bearer": [] }])) {
            copy(operation, &mut out, "security");
        }
        // A contract holds these two already, so that its facts are itself.
        copy(operation, &mut out, PERMISSION_NAME);
        if let Some(name) = permission_name(text(operation, "description")) {
            out.insert(PERMISSION_NAME.to_owned(), name.into());
        }
        copy(operation, &mut out, BETA);
        copy(operation, &mut out, SUCCESSOR);
        if operation.get("deprecated") == Some(&Value::Bool(true))
            && let Some(successor) = self.successor(operation)
        {
            out.insert(SUCCESSOR.to_owned(), successor.into());
        }
        if ["description", "summary"].iter().any(|key| text(operation, key).contains('🧪')) {
            out.insert(BETA.to_owned(), true.into());
        }
        let parameters: Vec<Value> = items(operation, "parameters").iter().map(|one| self.parameter(one)).collect();
        out.insert("parameters".to_owned(), parameters.into());
        if let Some(body) = operation.get("requestBody") {
            self.note_others(body, &["required", "content"]);
            let mut kept = Map::new();
            copy(body, &mut kept, "required");
            kept.insert("content".to_owned(), self.content(body));
            out.insert("requestBody".to_owned(), kept.into());
        }
        let mut responses: Vec<(String, Value)> = members(operation, "responses")
            .map(|(status, response)| (status.clone(), self.response(response)))
            .collect();
        responses.sort_by(|left, right| left.0.cmp(&right.0));
        out.insert("responses".to_owned(), Map::from_iter(responses).into());
        Value::Object(out)
    }

    /// The id of the operation that the description of a deprecated one says to use instead, by its id or by its method and
    /// path; none where it names several.
    fn successor(&self, operation: &Value) -> Option<&str> {
        let words = format!("{}\n{}", text(operation, "summary"), text(operation, "description"));
        let sentences = words.split(['\n', ';']).flat_map(|line| line.split(". ")).filter(|sentence| {
            let sentence = sentence.to_lowercase();
            ["use ", "instead", "replaced by", "superseded by", "in favor of", "in favour of", "migrate to"]
                .iter()
                .any(|word| sentence.contains(word))
        });
        let mut named = BTreeSet::new();
        for sentence in sentences {
            for (place, id) in
                self.operations.iter().filter(|(_, id)| !id.is_empty() && id != text(operation, "operationId"))
            {
                let request = format!("{} {}", place.method.to_uppercase(), place.path);
                if stands_in(sentence, &request) || stands_in(sentence, id) {
                    named.insert(id.as_str());
                }
            }
        }
        if named.len() == 1 { named.pop_first() } else { None }
    }

    fn parameter(&mut self, parameter: &Value) -> Value {
        self.note_others(parameter, &["name", "in", "required", "schema", "content", "style", "explode", "deprecated"]);
        let mut out = Map::new();
        for key in ["name", "in", "required", "style", "explode", "deprecated"] {
            copy(parameter, &mut out, key);
        }
        if let Some(schema) = parameter.get("schema") {
            out.insert("schema".to_owned(), self.schema(schema));
        }
        if parameter.get("content").is_some() {
            out.insert("content".to_owned(), self.content(parameter));
        }
        Value::Object(out)
    }

    fn response(&mut self, response: &Value) -> Value {
        self.note_others(response, &["content", "headers", "links"]);
        let mut out = Map::new();
        // OpenAPI demands a description; an empty one says that the words are not ours to copy.
        out.insert("description".to_owned(), "".into());
        if response.get("content").is_some() {
            out.insert("content".to_owned(), self.content(response));
        }
        Value::Object(out)
    }

    fn content(&mut self, holder: &Value) -> Value {
        let mut kept: Vec<(String, Value)> = Vec::new();
        for (media, content) in members(holder, "content") {
            self.note_others(content, &["schema", "encoding"]);
            let schema = content.get("schema").map(|schema| self.schema(schema));
            kept.push((media.clone(), schema.map_or_else(|| json!({}), |schema| json!({ "schema": schema }))));
        }
        kept.sort_by(|left, right| left.0.cmp(&right.0));
        Map::from_iter(kept).into()
    }

    fn schema(&mut self, schema: &Value) -> Value {
        let known: Vec<&str> = SCHEMA_FACTS.into_iter().chain(SCHEMA_PARTS).chain(["properties", OBSERVED]).collect();
        self.note_others(schema, &known);
        let mut out = Map::new();
        for key in SCHEMA_FACTS {
            copy(schema, &mut out, key);
        }
        copy(schema, &mut out, OBSERVED);
        if let Some(observed) = observed_type(schema) {
            out.insert(OBSERVED.to_owned(), observed.into());
        }
        for key in SCHEMA_PARTS {
            match schema.get(key) {
                Some(Value::Array(parts)) => {
                    let parts: Vec<Value> = parts.iter().map(|part| self.schema(part)).collect();
                    out.insert(key.to_owned(), parts.into());
                }
                Some(part @ Value::Object(_)) => {
                    out.insert(key.to_owned(), self.schema(part));
                }
                Some(flag) => {
                    out.insert(key.to_owned(), flag.clone());
                }
                None => {}
            }
        }
        if let Some(Value::Object(properties)) = schema.get("properties") {
            // The vendor's order is kept: it is the order in which the service writes them.
            let kept: Map<String, Value> =
                properties.iter().map(|(name, property)| (name.clone(), self.schema(property))).collect();
            out.insert("properties".to_owned(), kept.into());
        }
        Value::Object(out)
    }
}

fn copy(from: &Value, to: &mut Map<String, Value>, key: &str) {
    if let Some(value) = from.get(key) {
        to.insert(key.to_owned(), value.clone());
    }
}

/// Whether a text holds a name, and not as a part of a longer one.
fn stands_in(text: &str, name: &str) -> bool {
    let part = |one: char| one.is_alphanumeric() || "_-/{}".contains(one);
    text.match_indices(name).any(|(at, _)| {
        !text[..at].ends_with(|one: char| one.is_alphanumeric() || one == '_')
            && !text[at + name.len()..].starts_with(part)
    })
}

/// A path as it stands in a URL: what is no placeholder and may not stand there is percent-encoded.
fn encoded(path: &str) -> String {
    const FIXED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'|');
    let fixed = |text: &str| utf8_percent_encode(text, FIXED).to_string();
    let mut parts = path.split('{');
    let first = fixed(parts.next().unwrap_or_default());
    parts.fold(first, |path, part| match part.split_once('}') {
        Some((name, rest)) => format!("{path}{{{name}}}{}", fixed(rest)),
        None => format!("{path}{{{part}"),
    })
}

/// The permission that a description names in bold: `Requires **Area: Permission** permission`.
fn permission_name(description: &str) -> Option<String> {
    let (_, rest) = description.split_once("🔒")?;
    let (_, rest) = rest.split_once("**")?;
    let (name, _) = rest.split_once("**")?;
    Some(name.trim().to_owned())
}

/// The type of the example, where it contradicts the declared type.
fn observed_type(schema: &Value) -> Option<&'static str> {
    let example = schema.get("example")?;
    let observed = json_type(example);
    let fits = match text(schema, "type") {
        "" => true,
        "integer" => observed == "number",
        declared => observed == declared,
    };
    (!fits && !example.is_null()).then_some(observed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_successor_is_the_one_operation_that_the_words_say_to_use() {
        let contract = |words: &str| {
            let operation = |id: &str| json!({ "operationId": id, "responses": {} });
            let mut old = operation("old");
            old["deprecated"] = true.into();
            old["description"] = words.into();
            let document = json!({ "openapi": "3.0.0", "paths": {
                "/a": { "get": old },
                "/b": { "get": operation("getB") },
                "/b/{id}": { "get": operation("getBById") },
            } });
            extract(&Document(document)).0.0["paths"]["/a"]["get"][SUCCESSOR].clone()
        };
        for (words, successor) in [
            ("Deprecated: use `GET /b` instead.", json!("getB")),
            ("Replaced by getBById.", json!("getBById")),
            ("Old. Use GET /b/{id} from now on", json!("getBById")),
            ("Unlike GET /b, it is slow.", Value::Null),
            ("Use GET /b or getBById instead.", Value::Null),
        ] {
            assert_eq!(contract(words), successor, "{words}");
        }
    }

    #[test]
    fn a_path_stands_in_the_contract_as_in_a_url() {
        assert_eq!(encoded("/my things/größe/{größe}%20"), "/my%20things/gr%C3%B6%C3%9Fe/{größe}%20");
    }
}
