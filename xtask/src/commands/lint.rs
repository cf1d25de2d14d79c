//! `cargo xtask lint`: what is wrong with the document itself.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::compare::Source;
use crate::diagnosis::Weight;
use crate::files;
use crate::lint::{self, Finding};
use crate::steps;
use crate::version::Version;

/// Finds what is wrong with the document, what it does to a user, and the overlay action that fixes it.
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
    /// Fail when there is a finding of this rule; of any that the SDK does not absorb, when none is named.
    #[arg(long, value_name = "RULE", num_args = 0..=1, default_missing_value = "any")]
    deny: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For a person, by rule.
    Text,
    /// For a program.
    Json,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let versions = args.api_version.map_or_else(|| Version::ALL.to_vec(), |version| vec![version]);
    if let Some(report) = &args.observed {
        files::print(&lint::corrections(report, &versions)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut results = Vec::new();
    for version in versions {
        let made = steps::Source::load(version)?.make();
        let mut findings = lint::findings(&made);
        if let Some(newer) = &args.newer {
            findings.extend(lint::dropped(&made.effective, &Source::parse(newer).contract(version)?));
        }
        results.push((version, findings));
    }
    let denied = |finding: &Finding| {
        args.deny.iter().any(|rule| *rule == finding.rule || rule == "any" && finding.weight != Weight::Absorbed)
    };
    let fails = results.iter().flat_map(|(_, findings)| findings).any(denied);
    files::print(&match args.format {
        Format::Text => {
            let texts = results.iter().map(|(version, findings)| to_text(*version, findings, args.all));
            texts.collect::<Vec<_>>().join("\n")
        }
        Format::Json => format!("{:#}\n", to_json(&results)),
    })?;
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn to_text(version: Version, findings: &[Finding], all: bool) -> String {
    let absorbed = findings.iter().filter(|finding| finding.weight == Weight::Absorbed).count();
    let mut out = format!("{}: {} findings", version.name(), findings.len() - absorbed);
    let _ = match (absorbed, all) {
        (0, _) => writeln!(out),
        (_, true) => writeln!(out, ", and {absorbed} that the SDK absorbs"),
        (_, false) => writeln!(out, ", and {absorbed} that the SDK absorbs (--all shows them)"),
    };
    let shown: Vec<&Finding> = findings.iter().filter(|finding| all || finding.weight != Weight::Absorbed).collect();
    for group in shown.chunk_by(|left, right| (left.rule, left.weight) == (right.rule, right.weight)) {
        let absorbed = if group[0].weight == Weight::Absorbed { ", absorbed" } else { "" };
        let _ = writeln!(out, "\n{} ({}{absorbed})", group[0].rule, group.len());
        for finding in group {
            let operation = finding.operation.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
            let _ = writeln!(out, "  {}{operation}", finding.problem);
            if !finding.pointer.is_empty() {
                let _ = writeln!(out, "    at {}", finding.pointer);
            }
            let _ = writeln!(out, "    so:  {}\n    fix: {}", finding.effect, finding.fix);
        }
    }
    out
}

fn to_json(results: &[(Version, Vec<Finding>)]) -> Value {
    let finding = |finding: &Finding| {
        json!({
            "rule": finding.rule,
            "pointer": finding.pointer,
            "operation": finding.operation,
            "problem": finding.problem,
            "effect": finding.effect,
            "fix": finding.fix,
            "absorbed": finding.weight == Weight::Absorbed,
        })
    };
    let one = |(version, findings): &(Version, Vec<Finding>)| json!({ "version": version.name(), "findings": findings.iter().map(finding).collect::<Vec<_>>() });
    results.iter().map(one).collect()
}
