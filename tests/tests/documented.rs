//! Every operation against the vendor's document, by an oracle that knows nothing else.
//!
//! A transport answers from `openapi/*/contract.json`, the facts of the document before any correction, with random bodies
//! that are valid by their schemas; and it holds each request against the document. It shares nothing with the generator, the
//! sandbox, or what programs read at run time. A seed makes the same bodies again.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Mutex};

use drata_api::{ApiVersion, Body, Client, PartValue, Request, Response, ResponseBody, SendFuture, Transport};
use drata_tests::{Line, Outcome, exercise, selection};
use futures_util::StreamExt as _;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

/// Responses that a correction makes narrower than the document, which knows nothing of their fields.
const CORRECTED: &[(&str, &str)] =
    &[("/custom-connections/{connectionId}/resources/{resourceId}/sessions/{sessionId}/actions", "201")];

/// The seeds of the runs.
const SEEDS: std::ops::Range<u64> = 0..3;

/// The vendor's document of a version, and what was sent that it does not describe.
#[derive(Clone)]
struct Documented {
    document: Arc<Value>,
    seed: u64,
    wrong: Arc<Mutex<BTreeSet<String>>>,
}

impl fmt::Debug for Documented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Documented(seed {})", self.seed)
    }
}

impl Transport for Documented {
    fn send(&self, request: Request) -> SendFuture<'_> {
        let template = request.operation.expect("samples are operations").path;
        let method = request.method.as_str().to_lowercase();
        let operation = &self.document["paths"][template][&method];
        let problems = self.problems(operation, template, &request).into_iter();
        let mut wrong = self.wrong.lock().expect("nothing panics while it holds the lock");
        wrong.extend(problems.map(|problem| format!("{method} {template}: {problem}")));
        drop(wrong);
        let mut random = Random(self.seed ^ hash(&format!("{method} {template}")));
        let (status, body) = self.response(operation, template, request.accept, &mut random);
        Box::pin(async move { Ok(Response::new(status, HeaderMap::new(), ResponseBody::Buffered(body.into()))) })
    }
}

impl Documented {
    fn new(version: ApiVersion) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../openapi/{version}/contract.json"));
        let text = std::fs::read_to_string(path).expect("the contract is checked in");
        let document = Arc::new(serde_json::from_str(&text).expect("the contract is JSON"));
        Self { document, seed: 0, wrong: Arc::default() }
    }

    /// One of the documented successes that the request asks for: one with its media type, or one without a body.
    fn response(
        &self,
        operation: &Value,
        template: &str,
        accept: Option<&str>,
        random: &mut Random,
    ) -> (StatusCode, Vec<u8>) {
        let responses = operation["responses"].as_object().into_iter().flatten();
        let successes = responses
            .filter(|(status, _)| status.starts_with('2') && !CORRECTED.contains(&(template, status.as_str())));
        let fitting: Vec<(&String, Option<&Value>)> = successes
            .filter_map(|(status, response)| match response.get("content").and_then(Value::as_object) {
                Some(content) if !content.is_empty() => Some((status, Some(content.get(accept?)?))),
                _ => Some((status, None)),
            })
            .collect();
        let (status, content) = fitting[random.below(fitting.len())];
        let status = status.parse().expect("a status");
        match content {
            None => (status, Vec::new()),
            Some(content) if accept == Some("application/json") => {
                (status, self.value(&content["schema"], 0, random).to_string().into_bytes())
            }
            Some(_) => (status, b"a,b\n1,2\n".to_vec()),
        }
    }

    /// The schema, behind references and around one composition, and whether the value may be null.
    fn resolve<'a>(&'a self, schema: &'a Value) -> (&'a Value, bool) {
        let nullable = schema["nullable"] == true;
        let target = schema["$ref"].as_str().map(|target| target.trim_start_matches('#'));
        let inner = match (target, schema["allOf"].as_array().map(Vec::as_slice)) {
            (Some(target), _) => self.document.pointer(target).expect("references lead somewhere"),
            (None, Some([single])) if schema.get("properties").is_none() => single,
            _ => return (schema, nullable),
        };
        let (resolved, inner) = self.resolve(inner);
        (resolved, nullable || inner)
    }

    /// A random value that is valid by the schema, and holds what is required alone where it is deep within another.
    fn value(&self, schema: &Value, depth: usize, random: &mut Random) -> Value {
        let (schema, nullable) = self.resolve(schema);
        if nullable && (depth > 12 || random.chance(4)) {
            return Value::Null;
        }
        if let Some(values) = schema["enum"].as_array().filter(|values| !values.is_empty()) {
            return values[random.below(values.len())].clone();
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(options) = schema[key].as_array() {
                return self.value(&options[random.below(options.len())], depth + 1, random);
            }
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let mut whole = Map::new();
            let own = std::iter::once(schema).filter(|schema| schema.get("properties").is_some());
            for part in parts {
                whole.extend(self.value(part, depth + 1, random).as_object().cloned().unwrap_or_default());
            }
            own.for_each(|schema| whole.extend(self.object(schema, depth, random)));
            return whole.into();
        }
        let whole = |least: f64, random: &mut Random| least as i64 + random.below(1000) as i64;
        match schema["type"].as_str() {
            Some("boolean") => random.chance(2).into(),
            // The vendor calls ids and counts numbers; one that has fractions says so.
            Some("number") if matches!(schema["format"].as_str(), Some("double" | "float")) => json!(2.5),
            Some("integer" | "number") => whole(schema["minimum"].as_f64().unwrap_or_default(), random).into(),
            Some("string") => text(schema, random).into(),
            Some("array") => {
                let count = if depth > 4 { 0 } else { random.below(3) };
                (0..count).map(|_| self.value(&schema["items"], depth + 1, random)).collect()
            }
            _ if schema.get("properties").is_some() => self.object(schema, depth, random).into(),
            Some("object") => {
                let values = schema.get("additionalProperties").filter(|values| values.is_object());
                let value = values.map_or(json!([1, "a", null]), |values| self.value(values, depth + 1, random));
                json!({ "key": value })
            }
            _ => json!({ "any": [1, "a", null] }),
        }
    }

    fn object(&self, schema: &Value, depth: usize, random: &mut Random) -> Map<String, Value> {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let required: BTreeSet<&str> = required.collect();
        let mut members = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(name.as_str()) || depth < 4 && random.chance(2) {
                members.insert(name.clone(), self.value(property, depth + 1, random));
            }
        }
        if random.chance(8) {
            members.insert("addedLater".to_owned(), json!({ "of": ["another", 7] }));
        }
        members
    }

    /// What the document does not allow in a request.
    fn problems(&self, operation: &Value, template: &str, request: &Request) -> Vec<String> {
        let mut found = Vec::new();
        if operation.is_null() {
            found.push("is not in the document".to_owned());
        }
        let (sent, described) = (request.path.split('/'), template.split('/'));
        let fits = |(sent, described): (&str, &str)| described.contains('{') && !sent.is_empty() || sent == described;
        if template.matches('/').count() != request.path.matches('/').count() || !sent.zip(described).all(fits) {
            found.push(format!("is sent to {}", request.path));
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default();
            let is_list =
                |pair: &str| pair == name || pair.strip_prefix(name).is_some_and(|rest| rest.starts_with('['));
            let is_there = match parameter["in"].as_str() {
                Some("query") => request.query.iter().any(|(pair, _)| is_list(pair)),
                Some("header") => request.headers.iter().any(|(header, _)| header.as_str().eq_ignore_ascii_case(name)),
                _ => true,
            };
            if parameter["required"] == true && !is_there {
                found.push(format!("lacks the parameter {name}"));
            }
        }
        let content = &operation["requestBody"]["content"];
        match &request.body {
            Body::Json(bytes) => {
                let body = serde_json::from_slice(bytes).expect("a body of JSON");
                self.check(&content["application/json"]["schema"], &body, "body", &mut found);
            }
            Body::Form(form) => {
                let (schema, _) = self.resolve(&content["multipart/form-data"]["schema"]);
                let sent: BTreeSet<&str> = form.parts.iter().map(|part| &*part.name).collect();
                let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                found.extend(required.filter(|name| !sent.contains(name)).map(|name| format!("lacks the part {name}")));
                for part in &form.parts {
                    let is_file =
                        |schema: &Value| schema["format"] == "binary" || schema["items"]["format"] == "binary";
                    let described = &schema["properties"][part.name.trim_end_matches("[]")];
                    if !described.is_null() && is_file(described) != matches!(part.value, PartValue::File(_)) {
                        found.push(format!("the part {} is not what is described", part.name));
                    }
                }
            }
            _ if operation["requestBody"]["required"] == true => found.push("has no body".to_owned()),
            _ => {}
        }
        found
    }

    /// Holds a value that is sent against its schema.
    fn check(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        let (schema, nullable) = self.resolve(schema);
        if value.is_null() && nullable || schema["enum"].as_array().is_some_and(|values| values.contains(value)) {
            return;
        }
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let described = schema["type"].as_str().map(|kind| if kind == "integer" { "number" } else { kind });
        if described.is_some_and(|described| described != kind) || schema.get("enum").is_some() {
            found.push(format!("{at} is {value}, and the document says {}", schema));
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if value.is_object() && value.get(name).is_none() {
                found.push(format!("{at} lacks {name}"));
            }
        }
        for (name, member) in value.as_object().into_iter().flatten() {
            if let Some(property) = schema["properties"].get(name) {
                self.check(property, member, &format!("{at}.{name}"), found);
            }
        }
        for item in value.as_array().into_iter().flatten() {
            self.check(&schema["items"], item, &format!("{at}[]"), found);
        }
    }
}

/// A random string of the schema's format.
fn text(schema: &Value, random: &mut Random) -> String {
    let number = random.below(28) + 1;
    match schema["format"].as_str() {
        Some("date") => format!("2026-02-{number:02}"),
        Some("date-time") => format!("2026-02-{number:02}T08:30:00.{number:03}Z"),
        Some("uri" | "url") => format!("https://example.com/{number}?a=b"),
        Some("email") => format!("ada{number}@example.com"),
        Some("uuid") => format!("3fa85f64-5717-4562-b3fc-2c963f66af{number:02}"),
        _ => {
            let words = ["", " ", "sample", "größer \u{1f642}", "null", "0", "a\"\\\n\tb", "<b>&amp;</b>"];
            words[random.below(words.len())].to_owned()
        }
    }
}

/// Numbers that look random and follow from a seed: SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// What did not go well, over all seeds.
async fn run(version: ApiVersion, operations: usize) {
    let mut bad = BTreeSet::new();
    let mut documented = Documented::new(version);
    for seed in SEEDS {
        documented.seed = seed;
        let client = Client::new(documented.clone());
        let lines: Vec<Line> = pin!(exercise(&client, selection(version, None, None), 1, 1)).collect().await;
        assert_eq!(lines.len(), operations, "{version}");
        let failed = lines.iter().filter(|line| line.outcome != Outcome::Ok);
        bad.extend(failed.map(|line| format!("{} {}, seed {seed}: {}", line.method, line.path, line.detail)));
    }
    bad.extend(documented.wrong.lock().expect("nothing panics while it holds the lock").iter().cloned());
    let shown: Vec<String> = bad.into_iter().collect();
    assert!(shown.is_empty(), "{version}:\n{}", shown.join("\n"));
}

#[tokio::test]
async fn every_operation_of_v1_reads_what_its_document_allows() {
    run(ApiVersion::V1, 116).await;
}

#[tokio::test]
async fn every_operation_of_v2_reads_what_its_document_allows() {
    run(ApiVersion::V2, 197).await;
}
