//! Everything that can be read of a sandbox without knowing it: every list, some rows of each, and what is below those.

#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::Api;

/// A version of the API as the walk needs it.
#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) name: &'static str,
    pub(crate) root: &'static str,
    /// The paths that can be read and the query that asks for everything.
    reads: Vec<(String, String)>,
}

/// A response to a read.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) template: String,
    /// Below the version's root, without the query.
    pub(crate) path: String,
    pub(crate) body: Value,
}

impl Version {
    pub(crate) fn both() -> [Self; 2] {
        [Self::read("v1", "", drata_contract::V1), Self::read("v2", "/v2", drata_contract::V2)]
    }

    fn read(name: &'static str, root: &'static str, document: &[u8]) -> Self {
        let document: Value = serde_json::from_slice(document).expect("the contract is JSON");
        let paths = document["paths"].as_object().expect("paths");
        // By an address: the same rows as by their ids.
        let readable = paths.iter().filter(|(path, _)| !path.contains("{email}")).filter(|(_, item)| {
            let content = item["get"]["responses"].as_object().into_iter().flatten();
            let mut good = content.filter(|(status, _)| status.starts_with('2'));
            good.any(|(_, response)| response["content"]["application/json"].is_object())
        });
        let resolve = |schema: &Value| match schema["$ref"].as_str() {
            Some(reference) => document.pointer(&reference[1..]).cloned().unwrap_or_default(),
            None => schema.clone(),
        };
        let reads = readable.map(|(path, item)| {
            let parameters = item["get"]["parameters"].as_array().into_iter().flatten();
            let asks = parameters.filter_map(|parameter| {
                let name = parameter["name"].as_str()?;
                let schema = resolve(&parameter["schema"]);
                let values = schema["enum"].as_array().or(resolve(&schema["items"])["enum"].as_array()).cloned();
                let all = |values: Vec<Value>| values.iter().filter_map(id_text).collect::<Vec<_>>();
                let values = match (name, parameter["in"] == "query" && parameter["required"] == true) {
                    ("expand[]", _) => all(values?),
                    (_, true) => vec![values.map(all).and_then(|all| all.first().cloned()).unwrap_or("1".to_owned())],
                    _ => return None,
                };
                Some(values.into_iter().map(|value| format!("{name}={value}")).collect::<Vec<_>>().join("&"))
            });
            (path.clone(), asks.collect::<Vec<_>>().join("&"))
        });
        Self { name, root, reads: reads.collect() }
    }

    /// The query that asks a template for everything.
    pub(crate) fn query(&self, shape: &str) -> &str {
        self.reads.iter().find(|(path, _)| shape_of(path) == shape).map_or("", |(_, query)| query)
    }

    /// The template that reads a path, and the query that asks it for everything.
    pub(crate) fn template_of(&self, path: &str) -> Option<(String, &str)> {
        let parts: Vec<_> = path.split('/').collect();
        let fits = |template: &str| {
            let known: Vec<_> = template.split('/').collect();
            known.len() == parts.len()
                && known.iter().zip(&parts).all(|(known, part)| known.starts_with('{') || known == part)
        };
        let found = self.reads.iter().filter(|(template, _)| fits(template));
        // A literal is nearer than a parameter.
        let nearest = found.min_by_key(|(template, _)| template.matches('{').count());
        nearest.map(|(template, query)| (template.clone(), query.as_str()))
    }

    /// Whether the version can read this template, its parameters by any names.
    pub(crate) fn reads(&self, shape: &str) -> bool {
        self.reads.iter().any(|(path, _)| shape_of(path) == shape)
    }
}

/// A template without the names of its parameters.
pub(crate) fn shape_of(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The rows of a list, wherever they stand in the response.
pub(crate) fn rows(body: &Value) -> Option<&Vec<Value>> {
    if let Some(rows) = body.as_array() {
        return Some(rows);
    }
    if body.get("id").is_some() {
        return None;
    }
    let object = body.as_object()?;
    let nested = object.values().find_map(|value| value.get("data").and_then(Value::as_array));
    let single = || object.values().find_map(Value::as_array);
    object.get("data").and_then(Value::as_array).or(nested).or_else(single)
}

/// Walks everything that is reachable from the paths without parameters, `few` rows of each list.
pub(crate) async fn reachable(api: &Api, version: &Version, few: usize) -> Vec<Page> {
    let mut pages = Vec::new();
    // The concrete paths of rows that are known, by the shape of their template.
    let mut rows_by_shape: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut reads: Vec<_> = version.reads.clone();
    reads.sort_by_key(|(path, _)| (path.matches('{').count(), path.len()));
    for (template, query) in reads {
        let last = template.rfind('}').map_or("", |end| &template[..=end]);
        let starts = match last {
            "" => vec![String::new()],
            last => rows_by_shape.get(&shape_of(last)).cloned().unwrap_or_default(),
        };
        for start in starts {
            let path = format!("{start}{}", &template[last.len()..]);
            let url = format!("{}{path}?{query}", version.root);
            let (status, body) = api.try_get(&url).await;
            assert!(status == 200, "{url}: {status} {body}");
            if let Some(all) = rows(&body).filter(|_| !template.ends_with('}')) {
                let shape = format!("{}/{{}}", shape_of(&template));
                let parameter = version.reads.iter().find_map(|(path, _)| parameter_after(path, &shape));
                let mut some: Vec<_> = all.iter().take(few).collect();
                some.extend(all.last().filter(|_| all.len() > few));
                let ids = some.into_iter().filter_map(|row| {
                    let named = parameter
                        .as_ref()
                        .filter(|name| !matches!(name.as_str(), "riskId" | "email"))
                        .and_then(|name| row.get(name));
                    id_text(named.or_else(|| row.get("id"))?)
                });
                let known = rows_by_shape.entry(shape).or_default();
                known.extend(ids.map(|id| format!("{path}/{}", id.replace('/', "%2F"))));
            }
            pages.push(Page { template: template.clone(), path, body });
        }
    }
    pages
}

/// The name of the parameter that ends a shape within a path.
fn parameter_after(path: &str, shape: &str) -> Option<String> {
    let depth = shape.matches('/').count();
    let start: Vec<_> = path.split('/').take(depth + 1).collect();
    (shape_of(&start.join("/")) == shape).then(|| start[depth].trim_matches(['{', '}']).to_owned())
}

/// An id as a path has it.
pub(crate) fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
