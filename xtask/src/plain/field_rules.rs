//! Rules about fields: each fits the object that it stands at, or is a finding.

use serde_json::Value;

use super::directions::{Direction, directions};
use crate::diagnosis::{Diagnosis, Findings};
use crate::document::{Document, SCHEMAS, items, members, unescape};
use crate::field_rules::FieldRule;
use crate::keys::FIELD_RULES;

/// Drops every rule that does not fit, with a finding.
pub(crate) fn check(document: &mut Document, found: &mut Findings) {
    let whole = document.clone();
    let directions = directions(&whole);
    document.each_schema(|pointer, schema| {
        let Some(rules) = schema.get(FIELD_RULES).cloned() else { return };
        let component = pointer.strip_prefix(SCHEMAS).and_then(|rest| rest.split('/').nth(1)).map(unescape);
        let is_sent = match component {
            Some(name) => directions.get(&name).is_some_and(|direction| *direction != Direction::Response),
            None => !pointer.contains("/responses/"),
        };
        let mut kept = Vec::new();
        for rule in rules.as_array().into_iter().flatten() {
            match misfit(&whole, schema, rule).or_else(|| (!is_sent).then(|| "no request sends it".to_owned())) {
                None => kept.push(rule.clone()),
                Some(problem) => found.push(Diagnosis::unusual(
                    "dead-overlay",
                    format!("{pointer}/{FIELD_RULES}"),
                    format!("the rule {rule} does not fit: {problem}"),
                    "none; the rule is not checked before a request is sent",
                    format!("in corrections.yaml: remove the rule from `{FIELD_RULES}`, or let it name the fields that there are"),
                )),
            }
        }
        if let Some(map) = schema.as_object_mut() {
            match kept.is_empty() {
                true => drop(map.shift_remove(FIELD_RULES)),
                false => drop(map.insert(FIELD_RULES.to_owned(), kept.into())),
            }
        }
    });
}

/// Why a rule does not fit the object that it stands at.
fn misfit(document: &Document, schema: &Value, rule: &Value) -> Option<String> {
    let rule = match FieldRule::read(rule) {
        Ok(rule) => rule,
        Err(problem) => return Some(problem),
    };
    let parts = || items(schema, "allOf").iter().map(|part| document.resolve(part)).chain([schema]);
    rule.fields.iter().find_map(|field| {
        let is_property = parts().any(|part| members(part, "properties").any(|(name, _)| name == field));
        let is_required = parts().any(|part| items(part, "required").iter().any(|name| name == field));
        match (is_property, is_required) {
            (false, _) => Some(format!("`{field}` is no property")),
            (true, true) => Some(format!("`{field}` is required, so nothing is left to choose")),
            (true, false) => None,
        }
    })
}
