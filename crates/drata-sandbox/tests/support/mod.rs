//! Reads the contract independently of the sandbox: valid requests out of it, and a check of answers against it.

#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// One version's document.
pub(crate) struct Contract {
    pub(crate) root: &'static str,
    document: Value,
}

/// One operation of it.
#[derive(Clone)]
pub(crate) struct Operation<'a> {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) id: String,
    raw: &'a Value,
}

/// A request to an operation.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Body>,
}

#[derive(Debug)]
pub(crate) enum Body {
    Json(Value),
    Form(Vec<(String, String, bool)>),
}

impl Contract {
    pub(crate) fn both() -> [Self; 2] {
        let read = |text| serde_json::from_str(text).expect("the contract is JSON");
        [
            Self { root: "", document: read(include_str!("../../../drata-contract/contract/v1.json")) },
            Self { root: "/v2", document: read(include_str!("../../../drata-contract/contract/v2.json")) },
        ]
    }

    pub(crate) fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.document["paths"].as_object().expect("paths");
        let mut all = Vec::new();
        for (path, item) in paths {
            for (method, raw) in item.as_object().expect("a path item") {
                let Some(id) = raw["operationId"].as_str() else { continue };
                all.push(Operation { method: method.to_uppercase(), path: path.clone(), id: id.to_owned(), raw });
            }
        }
        all
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => {
                let pointer = reference.trim_start_matches('#');
                self.resolve(self.document.pointer(pointer).expect("the reference leads somewhere"))
            }
            None => schema,
        }
    }

    /// The fields of the row that an operation answers with.
    pub(crate) fn fields(&self, operation: &Operation<'_>) -> BTreeSet<String> {
        self.fields_of(operation.raw)
    }

    /// The fields of the rows that a path shows, in a list or alone.
    pub(crate) fn row_fields(&self, template: &str) -> BTreeSet<String> {
        self.fields_of(&self.document["paths"][template]["get"])
    }

    fn fields_of(&self, raw: &Value) -> BTreeSet<String> {
        let responses = raw["responses"].as_object().into_iter().flatten();
        let mut good = responses.filter(|(status, _)| status.starts_with('2'));
        let schema = good.find_map(|(_, response)| response["content"]["application/json"].get("schema"));
        let Some(schema) = schema.map(|schema| self.resolve(schema)) else { return BTreeSet::new() };
        let properties = schema["properties"].as_object();
        let items = |schema: &Value| self.resolve(&self.resolve(schema)["items"])["properties"].as_object().cloned();
        let listed = properties.filter(|properties| !properties.contains_key("id")).and_then(|properties| {
            let data = properties.get("data").and_then(items);
            data.or_else(|| properties.values().find_map(items))
        });
        let all = listed.or_else(|| properties.cloned()).unwrap_or_default();
        all.keys().cloned().collect()
    }

    /// A request that the contract allows; ids are small, so that rows with them exist.
    pub(crate) fn request(&self, operation: &Operation<'_>, dice: &mut Dice) -> Request {
        let mut path = operation.path.clone();
        let (mut query, mut headers) = (Vec::new(), Vec::new());
        for parameter in operation.raw["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().expect("a name");
            let required = parameter["required"] == json!(true);
            if !required && !dice.flip() {
                continue;
            }
            match parameter["in"].as_str() {
                Some("path") => path = path.replace(&format!("{{{name}}}"), &self.path_value(name, parameter, dice)),
                Some("query") if name == "cursor" => {}
                Some("query") => {
                    let value = self.value(&parameter["schema"], name, dice, 0);
                    let values = value.as_array().cloned().unwrap_or_else(|| vec![value]);
                    let values = values.iter().filter(|value| !value.is_null());
                    let mut given: Vec<_> = values.map(|value| (name.to_owned(), text(value))).collect();
                    if given.is_empty() && required {
                        let items = &self.resolve(&parameter["schema"])["items"];
                        given.push((name.to_owned(), text(&self.value(items, name, dice, 9))));
                    }
                    query.extend(given);
                }
                Some("header") => headers.push((name.to_owned(), "false".to_owned())),
                place => panic!("unknown place {place:?}"),
            }
        }
        Request { path, query, headers, body: self.body(operation, dice) }
    }

    fn path_value(&self, name: &str, parameter: &Value, dice: &mut Dice) -> String {
        let schema = self.resolve(&parameter["schema"]);
        match schema["type"].as_str() {
            Some("integer" | "number") => "1".to_owned(),
            _ if name == "sessionId" => format!("session-{}", dice.below(9)),
            _ => "1".to_owned(),
        }
    }

    fn body(&self, operation: &Operation<'_>, dice: &mut Dice) -> Option<Body> {
        let content = operation.raw["requestBody"]["content"].as_object()?;
        let json = content.get("application/json").filter(|_| content.len() == 1 || dice.flip());
        if let Some(media) = json {
            return Some(Body::Json(self.value(&media["schema"], "", dice, 0)));
        }
        let schema = self.resolve(&content.get("multipart/form-data")?["schema"]);
        let value = self.value(schema, "", dice, 0);
        let mut fields = Vec::new();
        for (name, value) in value.as_object().expect("a form is an object") {
            let property = self.resolve(&schema["properties"][name]);
            let items = self.resolve(&property["items"]);
            let is_file = property["format"] == "binary" || items["format"] == "binary";
            let mut values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            if values.is_empty() && is_file {
                values.push("a.txt".into());
            }
            for one in values.iter().filter(|value| !value.is_null()) {
                fields.push((name.clone(), text(one), is_file));
            }
        }
        // An empty form is none.
        if fields.is_empty() && schema["properties"]["file"].is_object() {
            fields.push(("file".to_owned(), "a.txt".to_owned(), true));
        }
        Some(Body::Form(fields))
    }

    /// A value of a schema.
    fn value(&self, schema: &Value, name: &str, dice: &mut Dice, depth: u8) -> Value {
        let schema = self.resolve(schema);
        if let Some(parts) = schema["allOf"].as_array() {
            let mut whole = Map::new();
            for part in parts {
                match self.value(part, name, dice, depth) {
                    Value::Object(map) => whole.extend(map),
                    other => return other,
                }
            }
            return Value::Object(whole);
        }
        if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            return self.value(&choices[dice.below(choices.len())], name, dice, depth);
        }
        if schema["nullable"] == json!(true) && dice.below(6) == 0 {
            return Value::Null;
        }
        if let Some(values) = schema["enum"].as_array() {
            let values: Vec<_> = values.iter().filter(|value| !value.is_null()).collect();
            return values[dice.below(values.len())].clone();
        }
        match schema["type"].as_str() {
            Some("object") => self.object(schema, dice, depth),
            Some("array") => {
                let least = schema["minItems"].as_u64().unwrap_or(0) as usize;
                let count = least.max(if depth > 3 { 0 } else { dice.below(3) });
                let mut items: Vec<Value> = Vec::new();
                for _ in 0..count {
                    let item = self.value(&schema["items"], name, dice, depth + 1);
                    if !items.contains(&item) || items.len() < least {
                        items.push(item);
                    }
                }
                items.into()
            }
            Some("boolean") => dice.flip().into(),
            Some("integer" | "number") => {
                let least = schema["minimum"].as_f64().unwrap_or(1.0) as i64;
                let most = schema["maximum"].as_f64().unwrap_or(9.0).min(1e6) as i64;
                (least + dice.below((most - least).max(0) as usize + 1) as i64).into()
            }
            Some("string") => self.text(schema, name, dice).into(),
            _ => json!({"free": "form"}),
        }
    }

    fn object(&self, schema: &Value, dice: &mut Dice, depth: u8) -> Value {
        let mut map = Map::new();
        let required: Vec<_> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&name.as_str()) || (depth < 4 && dice.flip()) {
                map.insert(name.clone(), self.value(property, name, dice, depth + 1));
            }
        }
        for rule in schema["x-field-rules"].as_array().into_iter().flatten() {
            let (how, fields) = rule.as_object().and_then(|rule| rule.iter().next()).expect("a rule");
            let fields: Vec<_> = fields.as_array().expect("fields").iter().filter_map(Value::as_str).collect();
            let chosen = fields[dice.below(fields.len())];
            if how != "atLeastOneOf" {
                fields.iter().filter(|field| **field != chosen).for_each(|field| drop(map.remove(*field)));
            }
            if how != "atMostOneOf" && map.get(chosen).is_none_or(Value::is_null) {
                map.insert(chosen.to_owned(), self.value(&schema["properties"][chosen], chosen, dice, depth + 1));
            }
        }
        Value::Object(map)
    }

    fn text(&self, schema: &Value, name: &str, dice: &mut Dice) -> String {
        let text = match (schema["format"].as_str(), name) {
            (Some("date-time"), _) => "2025-03-01T09:30:00.000Z".to_owned(),
            (Some("date"), _) => "2025-03-01".to_owned(),
            (Some("email"), _) => "ada@acme.example".to_owned(),
            (Some("uri"), _) => "https://acme.example/a".to_owned(),
            (Some("uuid"), _) => "8f0e4d1c-1f2a-4b3c-8d4e-5f6a7b8c9d0e".to_owned(),
            (_, "base64File" | "base64Files") => {
                let file = json!({"base64String": "data:text/plain;base64,aGVsbG8=", "filename": "a.txt"});
                if name == "base64Files" { json!([file]).to_string() } else { file.to_string() }
            }
            (_, "date") => "2025-03-01T09:30:00".to_owned(),
            _ if name.ends_with("Date") || name.ends_with("At") => "2025-03-01".to_owned(),
            _ => format!("text {} äöü", dice.below(1_000)),
        };
        let least = schema["minLength"].as_u64().unwrap_or(0) as usize;
        let most = schema["maxLength"].as_u64().unwrap_or(u64::MAX) as usize;
        let text = format!("{text:x<least$}");
        text.chars().take(most).collect()
    }

    /// What is wrong with an answer.
    pub(crate) fn check_answer(
        &self,
        operation: &Operation<'_>,
        status: u16,
        media: Option<&str>,
        body: &str,
    ) -> Vec<String> {
        let responses = &operation.raw["responses"];
        let Some(response) = responses.get(status.to_string()) else {
            return vec![format!("status {status} is not documented")];
        };
        let content = response["content"].as_object().filter(|content| !content.is_empty());
        let Some(content) = content else {
            // Errors say what is wrong even where the contract has no words for their bodies.
            let silent = body.is_empty() || status >= 400;
            return if silent { Vec::new() } else { vec!["a body where none is documented".to_owned()] };
        };
        let media = media.map_or("", |media| media.split(';').next().unwrap_or(media));
        let Some(documented) = content.get(media) else { return vec![format!("media type {media} is not documented")] };
        let mut problems = Vec::new();
        if media == "application/json" {
            match serde_json::from_str(body) {
                Ok(value) => self.check(&documented["schema"], &value, "$", &mut problems),
                Err(error) => problems.push(format!("not JSON: {error}")),
            }
        }
        problems
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        let nullable = schema["nullable"] == json!(true);
        let schema = self.resolve(schema);
        if value.is_null() {
            let inner =
                schema["allOf"].as_array().is_some_and(|parts| self.resolve(&parts[0])["nullable"] == json!(true));
            let typed = schema.get("type").is_some() || schema.get("enum").is_some() || schema.get("allOf").is_some();
            if typed && !nullable && schema["nullable"] != json!(true) && !inner {
                problems.push(format!("{at} is null"));
            }
            return;
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.check(part, value, at, problems);
        }
        if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            let fits = |choice: &&Value| {
                let mut found = Vec::new();
                self.check(choice, value, at, &mut found);
                found.is_empty()
            };
            if !choices.iter().any(|choice| fits(&choice)) {
                problems.push(format!("{at} fits no choice"));
            }
        }
        if let Some(values) = schema["enum"].as_array().filter(|values| !values.contains(value)) {
            problems.push(format!("{at} is {value}, none of {} values", values.len()));
        }
        let holds = match schema["type"].as_str().filter(|_| schema.get("allOf").is_none()) {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            Some("string") => value.is_string(),
            _ => true,
        };
        if !holds {
            return problems.push(format!("{at} is {value}, not {}", schema["type"]));
        }
        self.check_limits(schema, value, at, problems);
        if let Some(map) = value.as_object() {
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !map.contains_key(name) {
                    problems.push(format!("{at}.{name} is missing"));
                }
            }
            for (name, value) in map {
                match schema["properties"].get(name) {
                    Some(property) => self.check(property, value, &format!("{at}.{name}"), problems),
                    None if schema["properties"].is_object() && schema.get("additionalProperties").is_none() => {
                        problems.push(format!("{at}.{name} is not declared"));
                    }
                    None => {}
                }
            }
        }
        for (place, item) in value.as_array().into_iter().flatten().enumerate() {
            if let Some(items) = schema.get("items") {
                self.check(items, item, &format!("{at}[{place}]"), problems);
            }
        }
    }

    fn check_limits(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        if let Some(text) = value.as_str().filter(|_| schema.get("allOf").is_none()) {
            let length = text.chars().count() as u64;
            if schema["maxLength"].as_u64().is_some_and(|most| length > most) {
                problems.push(format!("{at} is too long"));
            }
            let holds = match schema["format"].as_str() {
                Some("date-time") => text.len() >= 20 && text.contains('T'),
                Some("date") => text.len() == 10,
                Some("email") => text.contains('@'),
                Some("uri") => text.contains(':'),
                Some("uuid") => text.len() == 36,
                _ => true,
            };
            if !holds {
                problems.push(format!("{at} is {text:?}, not a {}", schema["format"]));
            }
        }
        if let Some(number) = value.as_f64() {
            let low = schema["minimum"].as_f64().is_some_and(|least| number < least);
            let high = schema["maximum"].as_f64().is_some_and(|most| number > most);
            if low || high {
                problems.push(format!("{at} is {number}, out of its limits"));
            }
        }
        if let Some(items) = value.as_array() {
            let few = schema["minItems"].as_u64().is_some_and(|least| (items.len() as u64) < least);
            let many = schema["maxItems"].as_u64().is_some_and(|most| items.len() as u64 > most);
            if few || many {
                problems.push(format!("{at} holds {} items", items.len()));
            }
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Repeatable chance.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }

    pub(crate) fn flip(&mut self) -> bool {
        self.below(2) == 0
    }
}
