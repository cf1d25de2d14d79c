//! What a probe reports: names and types, so that it can be shown to anybody.

use std::collections::BTreeMap;

use drata_contract::operation::Operation;
use drata_ext::by_name::Known;
use serde::Serialize;
use serde_json::{Value, json};

use super::rate_limit::RateLimit;

/// The version of the report's form.
const FORM: u32 = 1;

/// What one call showed.
pub(super) struct Observed {
    pub(super) status: u16,
    pub(super) rows: usize,
    pub(super) rejected: usize,
    pub(super) findings: Vec<Finding>,
    pub(super) note: Option<String>,
}

/// Where the service is not what the contract says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Finding {
    /// `unknown-field`, `unknown-value`, `null`, `type`, `format`, `missing`, `status` or `body`.
    kind: &'static str,
    version: &'static str,
    /// The vendor's identifier of the operation.
    operation: String,
    /// Where it stands in the library.
    name: &'static str,
    /// The place in the response, such as `data[].owner.email`.
    at: String,
    /// The named schema it belongs to, and the path of properties from there.
    schema: String,
    property: String,
    expected: String,
    found: String,
}

impl Finding {
    /// What a person is shown of it.
    pub(super) const COLUMNS: [&str; 6] = ["kind", "operation", "at", "expected", "found", "count"];

    pub(super) fn new(
        known: Known,
        kind: &'static str,
        at: &str,
        place: (&str, &str),
        expected: String,
        found: String,
    ) -> Self {
        Self {
            kind,
            version: known.operation.version.as_str(),
            operation: known.operation.id.to_string(),
            name: known.meta.rust_path,
            at: at.to_owned(),
            schema: place.0.to_owned(),
            property: place.1.to_owned(),
            expected,
            found,
        }
    }

    /// A status that the contract does not document.
    pub(super) fn status(known: Known, status: u16) -> Self {
        let documented: Vec<String> = known.operation.answers.iter().map(|answer| answer.status.to_string()).collect();
        Self::new(known, "status", "", ("", ""), documented.join(", "), status.to_string())
    }

    /// A body that is something else.
    pub(super) fn body(known: Known, expected: &str, found: &str) -> Self {
        Self::new(known, "body", "", ("", ""), expected.to_owned(), found.to_owned())
    }
}

/// One call.
#[derive(Debug, Serialize)]
struct Call {
    operation: String,
    name: String,
    status: u16,
    rows: usize,
    /// Rows in which the contract is broken.
    rejected: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// A whole report.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    form: u32,
    program: &'static str,
    date: String,
    region: String,
    calls: Vec<Call>,
    findings: Vec<Counted>,
    #[serde(rename = "rateLimit", skip_serializing_if = "RateLimit::is_unseen")]
    pub(super) rate_limit: RateLimit,
    #[serde(skip)]
    counts: BTreeMap<Finding, u64>,
}

#[derive(Debug, Serialize)]
struct Counted {
    #[serde(flatten)]
    finding: Finding,
    /// How many times it was seen.
    count: u64,
}

impl Report {
    pub(super) fn new(region: &str) -> Self {
        let date = jiff::Zoned::now().date().to_string();
        let program = concat!("drata ", env!("CARGO_PKG_VERSION"));
        // An address says whose it is.
        let region = if ["us", "eu", "apac"].contains(&region) { region } else { "another address" };
        Self {
            form: FORM,
            program,
            date,
            region: region.to_owned(),
            calls: Vec::new(),
            findings: Vec::new(),
            rate_limit: RateLimit::default(),
            counts: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, known: Known, observed: Observed) {
        let Observed { status, rows, rejected, findings, note } = observed;
        let (operation, name) = (known.operation.id.to_string(), known.meta.rust_path.to_owned());
        self.calls.push(Call { operation, name, status, rows, rejected, note });
        for finding in findings {
            *self.counts.entry(finding).or_default() += 1;
        }
        self.findings =
            self.counts.iter().map(|(finding, count)| Counted { finding: finding.clone(), count: *count }).collect();
    }

    pub(super) fn not_called(&mut self, operation: &Operation, why: &str) {
        let (id, name) = (operation.id.to_string(), operation.rust_path());
        self.calls.push(Call { operation: id, name, status: 0, rows: 0, rejected: 0, note: Some(why.to_owned()) });
    }

    /// The findings as rows.
    pub(super) fn findings(&self) -> impl Iterator<Item = Value> {
        self.findings.iter().map(|Counted { finding, count }| {
            json!({
                "kind": finding.kind,
                "operation": finding.name,
                "at": finding.at,
                "expected": finding.expected,
                "found": finding.found,
                "count": count,
            })
        })
    }

    /// One line about all of it.
    pub(super) fn summary(&self) -> String {
        let called = self.calls.iter().filter(|call| call.status != 0);
        let (total, fine) = (called.clone().count(), called.filter(|call| (200..300).contains(&call.status)).count());
        let rejected: usize = self.calls.iter().map(|call| call.rejected).sum();
        let not = self.calls.len() - total;
        format!(
            "{total} operations called, {fine} with success, {not} not called; {} differences, {rejected} rows break the contract",
            self.findings.len()
        )
    }
}
