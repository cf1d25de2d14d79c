//! From the report of `drata probe` to the corrections that it suggests.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::document::Document;
use crate::files;
use crate::steps::Source;
use crate::version::Version;

/// The form of the report that is understood.
const FORM: u32 = 1;

/// A report.
#[derive(Deserialize)]
struct Report {
    form: u32,
    date: String,
    region: String,
    calls: Vec<Value>,
    findings: Vec<Finding>,
    #[serde(rename = "rateLimit")]
    rate_limit: Option<RateLimit>,
}

/// The responses of status 429, by the names of their headers and how the values of those about the limit are written.
#[derive(Deserialize)]
struct RateLimit {
    responses: u64,
    headers: BTreeMap<String, Vec<String>>,
}

/// Where the service was not what the contract says.
#[derive(Deserialize)]
struct Finding {
    kind: String,
    version: String,
    operation: String,
    at: String,
    schema: String,
    property: String,
    found: String,
    count: u64,
}

/// The corrections that a report suggests, a group for each version.
pub(crate) fn corrections(path: &Path, versions: &[Version]) -> Result<String> {
    let text = files::read(path)?;
    let report: Report = serde_json::from_str(&text)
        .with_context(|| format!("{}: not a report of `drata probe --out FILE`", path.display()))?;
    ensure!(report.form == FORM, "{}: form {} is not {FORM}, the one that is understood", path.display(), report.form);
    let groups = versions.iter().map(|version| Ok(group(*version, &Source::load(*version)?.make().effective, &report)));
    let mut text = groups.collect::<Result<Vec<_>>>()?.join("\n");
    if let Some(seen) = &report.rate_limit {
        let _ = write!(text, "\n{}", rate_limit(seen));
    }
    Ok(text)
}

/// What was seen of the rate limit, and what of it the client follows: no document describes it, so no action corrects it.
fn rate_limit(seen: &RateLimit) -> String {
    let mut text = format!("# the rate limit: {} responses of status 429, with these headers\n", seen.responses);
    for (name, shapes) in &seen.headers {
        let shapes = if shapes.is_empty() { String::new() } else { format!(": {}", shapes.join(" or ")) };
        let _ = writeln!(text, "#   {name}{shapes}");
    }
    text.push_str(match seen.headers.get("retry-after") {
        None => "# without retry-after, the client waits longer from attempt to attempt, as its retry policy says\n",
        Some(shapes) if shapes.iter().all(|shape| shape == "integer" || shape == "HTTP date") => {
            "# the client waits as long as retry-after says\n"
        }
        Some(_) => {
            "# the client reads a retry-after in seconds or as an HTTP date, and waits as its retry policy says for any other\n"
        }
    });
    text
}

/// The group of corrections of one version; what no action can say stands in comments.
fn group(version: Version, document: &Document, report: &Report) -> String {
    let own = report.findings.iter().filter(|finding| finding.version == version.name());
    let mut lines: Vec<String> = Vec::new();
    for finding in own {
        let seen = format!("{} at {}, {} times: {}", finding.kind, finding.at, finding.count, finding.found);
        let line = match action(document, finding) {
            Some(action) => format!("    - {{ {action} }} # {seen}\n"),
            None => format!("    # {}: {seen}\n", finding.operation),
        };
        // One schema is seen in many operations.
        let begin = line.split(" # ").next().unwrap_or_default().to_owned();
        if !lines.iter().any(|known| known.split(" # ").next() == Some(&begin)) {
            lines.push(line);
        }
    }
    if lines.is_empty() {
        return format!("# {}: nothing to correct\n", version.name());
    }
    format!(
        "# {}\n- reason: the service sends what the contract does not say\n  evidence: >-\n    a probe of a real account on {}, region {}, {} calls\n  actions:\n{}",
        version.folder().join("corrections.yaml").display(),
        report.date,
        report.region,
        report.calls.len(),
        lines.concat()
    )
}

/// The action that would fix a finding, where one can be written.
fn action(document: &Document, finding: &Finding) -> Option<String> {
    let schema = document.schemas().find(|(name, _)| **name == finding.schema).map(|(_, schema)| schema)?;
    let name = &finding.schema;
    let property = quoted(&finding.property);
    match finding.kind.as_str() {
        "unknown-field" => Some(format!("schema: {name}, property: {property}, add: {{ type: {} }}", finding.found)),
        "null" => Some(format!("schema: {name}, property: {property}, merge: {{ nullable: true }}")),
        "type" => Some(format!("schema: {name}, property: {property}, merge: {{ type: {} }}", finding.found)),
        "format" => Some(format!("schema: {name}, property: {property}, merge: {{ format: null }}")),
        "unknown-value" if finding.property.is_empty() && is_constant(&finding.found) => {
            let values = schema["enum"].as_array()?.iter().filter_map(Value::as_str);
            let values: Vec<&str> = values.chain([finding.found.as_str()]).collect();
            Some(format!("schema: {name}, merge: {{ enum: [{}] }}", values.join(", ")))
        }
        "missing" if !finding.property.contains('.') => {
            let left = schema["required"].as_array()?.iter().filter_map(Value::as_str);
            let left: Vec<&str> = left.filter(|required| *required != finding.property).collect();
            let left = if left.is_empty() { "null".to_owned() } else { format!("[{}]", left.join(", ")) };
            Some(format!("schema: {name}, merge: {{ required: {left} }}"))
        }
        _ => None,
    }
}

fn is_constant(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
}

fn quoted(text: &str) -> String {
    if text.chars().all(|letter| letter.is_alphanumeric() || letter == '.') {
        text.to_owned()
    } else {
        format!("\"{text}\"")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_headers_of_a_429_are_told_with_what_the_client_does_about_them() {
        let text =
            |headers| rate_limit(&serde_json::from_value(json!({ "responses": 3, "headers": headers })).unwrap());
        assert_eq!(
            text(json!({ "retry-after": ["integer"], "server": [] })),
            "# the rate limit: 3 responses of status 429, with these headers\n#   retry-after: integer\n#   server\n\
             # the client waits as long as retry-after says\n"
        );
        assert!(text(json!({ "x-ratelimit-reset": ["integer"] })).contains("without retry-after"));
        assert!(text(json!({ "retry-after": ["word"] })).contains("for any other"));
    }

    #[test]
    fn a_report_becomes_corrections() {
        let finding = |kind: &str, schema: &str, property: &str, found: &str| json!({ "kind": kind, "version": "v2", "operation": "Op", "at": "data[].x", "schema": schema, "property": property, "found": found, "count": 2 });
        let report: Report = serde_json::from_value(json!({
            "form": 1, "date": "2026-11-24", "region": "eu", "calls": [{}],
            "findings": [
                finding("unknown-field", "VendorResponsePublicV2Dto", "tier", "string"),
                finding("null", "VendorResponsePublicV2Dto", "name", "null"),
                finding("unknown-value", "SortDirectionEnum", "", "RANDOM"),
                finding("missing", "VendorResponsePublicV2Dto", "id", "absent"),
                finding("status", "", "", "418"),
            ],
        }))
        .unwrap();
        let document = Source::load(Version::V2).unwrap().make().effective;
        let text = group(Version::V2, &document, &report);
        for line in [
            "schema: VendorResponsePublicV2Dto, property: tier, add: { type: string }",
            "schema: VendorResponsePublicV2Dto, property: name, merge: { nullable: true }",
            "schema: SortDirectionEnum, merge: { enum: [ASC, DESC, RANDOM] }",
            "# Op: status at data[].x, 2 times: 418",
            "a probe of a real account on 2026-11-24, region eu, 1 calls",
        ] {
            assert!(text.contains(line), "{line:?} is not in:\n{text}");
        }
        assert!(!text.contains("required: [id"), "{text}");
        assert_eq!(group(Version::V1, &document, &report), "# v1: nothing to correct\n");
    }
}
