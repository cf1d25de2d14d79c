//! What is wrong with operations: their parameters, bodies and answers.

use std::collections::BTreeSet;

use serde_json::Value;

use super::action;
use crate::diagnosis::Diagnosis as Finding;
use crate::document::{Document, Place, items, text};
use crate::keys::PERMISSION;
use crate::keys::{AREA_DOCS, DOC};
use crate::plain::Envelope;

/// An operation and where it stands.
pub(super) struct Seen<'a> {
    pub(super) document: &'a Document,
    place: &'a Place,
    pub(super) operation: &'a Value,
}

/// The findings about every operation. `plain` is the document as codegen makes it plain.
pub(super) fn findings(document: &Document, plain: &Document) -> Vec<Finding> {
    let envelopes: BTreeSet<Place> =
        plain.operations().filter(|(_, operation)| Envelope::of(operation).is_some()).map(|(place, _)| place).collect();
    let mut found = areas_without_words(document);
    for (place, operation) in document.operations() {
        let seen = Seen { document, place: &place, operation };
        found.extend(paging_without_envelope(&seen, envelopes.contains(&place)));
        found.extend(mixed_brackets(&seen));
        found.extend(tags(&seen));
        found.extend(no_permission(&seen));
        found.extend(other_security(&seen));
        found.extend(no_words(&seen));
    }
    found
}

impl Seen<'_> {
    pub(super) fn at(&self, below: &str) -> String {
        format!("{}{below}", self.place.pointer())
    }

    pub(super) fn finding(
        &self,
        rule: &'static str,
        below: &str,
        problem: String,
        effect: &str,
        fix: String,
    ) -> Finding {
        let finding = Finding::unusual(rule, self.at(below), problem, effect, fix);
        finding.in_operation(text(self.operation, "operationId"))
    }

    fn parameters(&self) -> impl Iterator<Item = (usize, &Value, &str)> {
        items(self.operation, "parameters").iter().enumerate().map(|(index, one)| (index, one, text(one, "name")))
    }

    fn has_query(&self, wanted: &str) -> bool {
        self.parameters().any(|(_, one, name)| name == wanted && text(one, "in") == "query")
    }
}

/// An operation that takes the parameters of paging and responds without a page.
fn paging_without_envelope(seen: &Seen<'_>, has_envelope: bool) -> Option<Finding> {
    let names =
        match (seen.has_query("cursor") && seen.has_query("size"), seen.has_query("page") && seen.has_query("limit")) {
            (true, _) => ["cursor", "size"],
            (_, true) => ["page", "limit"],
            _ => return None,
        };
    if has_envelope {
        return None;
    }
    let index = seen.parameters().find(|(_, _, name)| *name == names[0]).map_or(0, |(index, ..)| index);
    let below = format!("/parameters/{index}");
    let one_thing = seen.place.path.ends_with('}');
    let (effect, fix) = match one_thing {
        true => {
            ("the setters suggest pages where one thing is answered", action::remove(seen.document, &seen.at(&below)))
        }
        false => (
            "the SDK cannot walk the list, so a user sees its first page only",
            action::merge(
                seen.document,
                &seen.at("/responses/200/content/application~1json/schema"),
                "{ $ref: \"#/components/schemas/(a page)\" }",
            ),
        ),
    };
    let problem = format!("takes `{}` and `{}`, and its answer holds no page", names[0], names[1]);
    Some(seen.finding("paging-without-envelope", &below, problem, effect, fix))
}

/// Lists in the query with brackets and without, in one operation.
fn mixed_brackets(seen: &Seen<'_>) -> Vec<Finding> {
    let is_list = |one: &Value| {
        text(one, "in") == "query"
            && one.get("schema").is_some_and(|schema| {
                let schema = seen.document.resolve(schema);
                let objects =
                    schema.get("items").is_some_and(|items| seen.document.resolve(items).get("properties").is_some());
                // A list of objects is written with indices in brackets, whatever its name.
                text(schema, "type") == "array" && !objects
            })
    };
    let lists: Vec<(usize, &Value, &str)> = seen.parameters().filter(|(_, one, _)| is_list(one)).collect();
    let bracketed = lists.iter().filter(|(_, _, name)| name.ends_with("[]")).count();
    if bracketed == 0 || bracketed == lists.len() {
        return Vec::new();
    }
    let plain = lists.iter().filter(|(_, _, name)| !name.ends_with("[]"));
    plain
        .map(|(index, _, name)| {
            let below = format!("/parameters/{index}");
            let problem = format!("list `{name}` is named without brackets, and {bracketed} beside it with");
            let fix = format!(
                "{}, once it is known which name the service accepts",
                action::merge(seen.document, &seen.at(&below), &format!("{{ name: \"{name}[]\" }}"))
            );
            seen.finding(
                "mixed-brackets",
                &below,
                problem,
                "if the name is wrong, the service ignores the filter without a word",
                fix,
            )
        })
        .collect()
}

/// No tag, or one tag twice.
fn tags(seen: &Seen<'_>) -> Option<Finding> {
    let tags = items(seen.operation, "tags");
    let mut distinct: Vec<&Value> = Vec::new();
    tags.iter().for_each(|tag| {
        if !distinct.contains(&tag) {
            distinct.push(tag)
        }
    });
    let (problem, absorbed) = match (tags.len(), distinct.len()) {
        (0, _) => ("no tag says which area it is of".to_owned(), false),
        (all, once) if once < all => (format!("{all} tags, {once} of them distinct"), true),
        _ => return None,
    };
    let effect = if absorbed {
        "generators that file by tag stumble; the SDK takes the first"
    } else {
        "the methods land in an area called `other`"
    };
    let fix = action::merge(seen.document, &seen.at(""), "{ tags: [(the area)] }");
    Some(seen.finding("tags", "/tags", problem, effect, fix).absorbed_if(absorbed))
}

/// No permission.
fn no_permission(seen: &Seen<'_>) -> Option<Finding> {
    if !items(seen.operation, PERMISSION).is_empty() || !text(seen.operation, PERMISSION).is_empty() {
        return None;
    }
    let fix = action::merge(seen.document, &seen.at(""), &format!("{{ {PERMISSION}: [(the permission)] }}"));
    let effect = "a refusal cannot name the permission that the key lacks";
    Some(seen.finding("no-permission", "", "no permission is declared".to_owned(), effect, fix))
}

/// Another way to sign in than the API key.
fn other_security(seen: &Seen<'_>) -> Option<Finding> {
    let security = seen.operation.get("security")?;
    let fix = action::merge(seen.document, &seen.at(""), "{ security: null }");
    let effect = "the SDK sends its key and nothing else, which the operation may refuse";
    let problem = format!("authenticates with {security} instead of the API key alone");
    Some(seen.finding(
        "other-security",
        "/security",
        problem,
        effect,
        format!("{fix}, once it is known that the key suffices"),
    ))
}

/// No words of our own.
fn no_words(seen: &Seen<'_>) -> Option<Finding> {
    if !text(seen.operation, DOC).is_empty() {
        return None;
    }
    let id = text(seen.operation, "operationId");
    let fix = format!("in docs.yaml: operations: {id}: doc: (what it does)");
    let problem = "no words of ours say what it does".to_owned();
    Some(seen.finding("no-words", "", problem, "its documentation says nothing but its path", fix))
}

/// Areas without words of our own, each at its first operation.
fn areas_without_words(document: &Document) -> Vec<Finding> {
    let Some(words) = document.0.get(AREA_DOCS) else { return Vec::new() };
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    for (place, operation) in document.operations() {
        let tag = operation["tags"][0].as_str().unwrap_or_default();
        if known.insert(tag) && text(words, tag).is_empty() {
            let seen = Seen { document, place: &place, operation };
            let fix = format!("in docs.yaml: areas: {tag}: (what it holds)");
            let problem = format!("no words of ours say what the area {tag} holds");
            found.push(seen.finding("no-words", "/tags/0", problem, "its module's documentation is empty", fix));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The rules that complain about `GET path` with these parts.
    fn rules(path: &str, parts: &Value) -> Vec<&'static str> {
        let mut operation = json!({ "operationId": "A_get", "description": "Words.", "tags": ["A"], PERMISSION: ["a-get"], "responses": { "200": {} } });
        for (key, value) in parts.as_object().into_iter().flatten() {
            operation[key] = value.clone();
        }
        let schemas = json!({ "Status": { "type": "string" } });
        let document =
            Document(json!({ "paths": { path: { "post": operation } }, "components": { "schemas": schemas } }));
        findings(&document, &document).iter().map(|finding| finding.rule).collect()
    }

    fn query(name: &str, schema: Value) -> Value {
        json!({ "name": name, "in": "query", "schema": schema })
    }

    fn json_answer(kind: &str) -> Value {
        json!({ "content": { "application/json": { "schema": { "type": kind } } } })
    }

    #[test]
    fn each_rule_finds_its_fault_and_nothing_else() {
        let text = || json!({ "type": "string" });
        let list = || json!({ "type": "array", "items": { "type": "string" } });
        for (path, parts, expected) in [
            ("/a", json!({}), vec![]),
            (
                "/a",
                json!({ "parameters": [query("cursor", text()), query("size", text())] }),
                vec!["paging-without-envelope"],
            ),
            ("/a", json!({ "parameters": [query("a[]", list()), query("b", list())] }), vec!["mixed-brackets"]),
            ("/a", json!({ "parameters": [query("a[]", list()), query("b", text())] }), vec![]),
            ("/a", json!({ "parameters": [query("a", json!({ "$ref": "#/components/schemas/Status" }))] }), vec![]),
            ("/a", json!({ "responses": { "200": json_answer("string"), "201": json_answer("string") } }), vec![]),
            ("/a", json!({ "tags": ["A", "A"] }), vec!["tags"]),
            ("/a", json!({ PERMISSION: [] }), vec!["no-permission"]),
            ("/a", json!({ "security": [{ "oauth": [] }] }), vec!["other-security"]),
            ("/a", json!({ "description": "" }), vec!["no-words"]),
        ] {
            assert_eq!(rules(path, &parts), expected, "{path} {parts}");
        }
    }
}
