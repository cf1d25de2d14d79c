//! `cargo xtask lint`: what is wrong with the document itself.
//!
//! What is linted is the effective document: a fault that `corrections.yaml` mends is not found. Actions and words of the
//! overlays that no longer fit are findings themselves.

mod action;
mod bodies;
mod dropped;
mod finding;
mod observed;
mod operations;
mod schemas;

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::contract::{self, Version};
use crate::diff::Source;
use crate::document::Document;
use crate::files;
use crate::normalise::normalise;
use crate::overlay::Overlay;

pub(crate) use finding::Finding;

/// Finds what is wrong with the document, what it does to a user, and the overlay action that would mend it.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The version to look at; both when not given.
    #[arg(long, value_enum)]
    api_version: Option<Version>,
    /// Show also what the SDK absorbs, so that a user notices nothing.
    #[arg(long)]
    all: bool,
    /// A newer document or revision: required fields that it drops are findings.
    #[arg(long, requires = "api_version")]
    newer: Option<String>,
    /// The report of `drata probe` on a real account: prints the corrections that it suggests, with it as evidence.
    #[arg(long, value_name = "FILE")]
    observed: Option<std::path::PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Fail when there is a finding that the SDK does not absorb.
    #[arg(long)]
    deny: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For a person, by rule.
    Text,
    /// For a program.
    Json,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    if let Some(report) = &args.observed {
        return observed::run(report, args.api_version);
    }
    let versions = args.api_version.map_or_else(|| Version::ALL.to_vec(), |version| vec![version]);
    let mut denied = false;
    let mut results = Vec::new();
    for version in versions {
        let mut document = contract::load(version)?;
        let mut findings = findings(version, &mut document, &Overlay::load(version)?);
        if let Some(newer) = &args.newer {
            findings.extend(dropped::findings(&document, &Source::parse(newer).contract(version)?));
        }
        denied |= args.deny && findings.iter().any(|finding| !finding.absorbed);
        results.push((version, findings));
    }
    files::print(&match args.format {
        Format::Text => results
            .iter()
            .map(|(version, findings)| to_text(*version, findings, args.all))
            .collect::<Vec<_>>()
            .join("\n"),
        Format::Json => format!("{:#}\n", to_json(&results)),
    })?;
    Ok(if denied { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Everything that is wrong with a contract under its overlay, which is applied as far as it fits.
pub(crate) fn findings(version: Version, contract: &mut Document, overlay: &Overlay) -> Vec<Finding> {
    let mut found: Vec<Finding> = overlay.apply_what_fits(contract).iter().map(Finding::dead).collect();
    let mut plain = contract.clone();
    let refused = normalise(version, &mut plain).err();
    found.extend(refused.iter().flat_map(Finding::refused));
    found.extend(operations::findings(contract, refused.is_none().then_some(&plain)));
    found.extend(schemas::findings(contract));
    found.sort_by(|left, right| (left.absorbed, left.rule).cmp(&(right.absorbed, right.rule)));
    found
}

fn to_text(version: Version, findings: &[Finding], all: bool) -> String {
    let absorbed = findings.iter().filter(|finding| finding.absorbed).count();
    let mut out = format!("{}: {} findings", version.name(), findings.len() - absorbed);
    let _ = match (absorbed, all) {
        (0, _) => writeln!(out),
        (_, true) => writeln!(out, ", and {absorbed} that the SDK absorbs"),
        (_, false) => writeln!(out, ", and {absorbed} that the SDK absorbs (--all shows them)"),
    };
    let shown: Vec<&Finding> = findings.iter().filter(|finding| all || !finding.absorbed).collect();
    for group in shown.chunk_by(|left, right| (left.rule, left.absorbed) == (right.rule, right.absorbed)) {
        let _ =
            writeln!(out, "\n{} ({}{})", group[0].rule, group.len(), if group[0].absorbed { ", absorbed" } else { "" });
        group.iter().for_each(|finding| out += &finding.to_text());
    }
    out
}

fn to_json(results: &[(Version, Vec<Finding>)]) -> Value {
    let one = |(version, findings): &(Version, Vec<Finding>)| {
        let findings: Vec<Value> = findings.iter().map(Finding::to_json).collect();
        json!({ "version": version.name(), "findings": findings })
    };
    results.iter().map(one).collect()
}
