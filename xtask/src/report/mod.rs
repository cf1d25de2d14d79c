//! `cargo xtask report`: one page for the pull request that brings a new document.

mod bump;
mod changelog;
mod cost;
mod side;
mod surface;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;

use crate::contract::Version;
use crate::diff::{Changes, compare};
use crate::files;
use crate::git::Commit;
use bump::Bump;
use changelog::Release;
use side::Side;
use surface::SurfaceChange;

/// Writes one Markdown page about what changed since a revision: on the wire, in the public surface, in the overlays, in
/// the snapshots and in the cost of compiling; with the version number and the paragraph for the changelog.
///
/// The working tree is compared, so run `cargo xtask codegen` first.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The revision to compare with.
    #[arg(long)]
    base: String,
    /// Where to write it; standard output when not given.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Measure what compiling costs, on both sides; this takes minutes.
    #[arg(long)]
    measure: bool,
}

/// How many lines a list has before the rest is only counted.
const LISTED: usize = 40;

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let base = Commit::of(&args.base)?;
    let (short, tree) = (base.short(), base.tree()?);
    let mut sides = Vec::new();
    for version in Version::ALL {
        let (old, new) = (Side::at(&base, version)?, Side::now(version)?);
        let changes = Changes {
            version,
            old: format!("{short}:{}", version.contract_path().display()),
            new: version.contract_path().display().to_string(),
            changes: compare(&old.contract, &new.contract),
        };
        sides.push((old, new, changes));
    }
    let releases: Vec<Release<'_>> = sides
        .iter()
        .map(|(old, new, changes)| Release { version: changes.version, old, new, changes: &changes.changes })
        .collect();

    let mut page = format!("# What changed since {short}\n\n");
    page += &section("Wire", &sides.iter().map(|(_, _, changes)| changes.to_markdown()).collect::<Vec<_>>().join("\n"));
    page += &section("Public surface", &public_surface(&base, tree.path())?);
    page += &section("Overlays", &overlays(&releases));
    page += &section("Snapshots", &snapshots(&base)?);
    page += &section("Cost of compiling", &cost::section(&base, tree.path(), args.measure)?);
    page += &section("For CHANGELOG.md", &changelog::paragraph(&releases));
    match &args.out {
        Some(path) => files::write_whole(path, &page)?,
        None => files::print(&page)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A section of the page; headings within it go one down.
fn section(title: &str, text: &str) -> String {
    let deeper = |line: &str| if line.starts_with("##") { format!("#{line}\n") } else { format!("{line}\n") };
    format!("## {title}\n\n{}\n", text.trim_end().lines().map(deeper).collect::<String>())
}

fn public_surface(base: &Commit, tree: &Path) -> Result<String> {
    let mut change = SurfaceChange::default();
    for version in Version::ALL {
        let one =
            SurfaceChange::between(&surface::of(tree, version.name())?, &surface::of(&files::root(), version.name())?);
        change.removed.extend(one.removed);
        change.changed.extend(one.changed);
        change.added.extend(one.added);
    }
    let bump = match (change.breaks(), change.added.is_empty()) {
        (true, _) => Bump::Breaking,
        (false, false) => Bump::Additions,
        (false, true) => Bump::Nothing,
    };
    let current = bump::current()?;
    let mut out = format!(
        "{} removed, {} changed, {} added: **{}**, from {current} to **{}**.\n",
        change.removed.len(),
        change.changed.len(),
        change.added.len(),
        match bump {
            Bump::Breaking => "breaking",
            Bump::Additions => "additions only",
            Bump::Nothing => "no change",
        },
        bump.next(&current)
    );
    let changed: Vec<String> =
        change.changed.iter().map(|(item, was, is)| format!("`{item}`: `{was}` → `{is}`")).collect();
    let code = |items: &[String]| -> Vec<String> { items.iter().map(|item| format!("`{item}`")).collect() };
    for (title, lines) in [("Removed", code(&change.removed)), ("Changed", changed), ("Added", code(&change.added))] {
        out += &list(title, &lines);
    }
    match bump::semver_checks(base)? {
        Some(said) => {
            let _ = write!(out, "\ncargo-semver-checks:\n\n```text\n{}\n```\n", said.trim());
        }
        None => {
            out += "\ncargo-semver-checks is not installed, so this is the comparison of the generated source alone.\n"
        }
    }
    Ok(out)
}

/// A list that ends before it is a page.
fn list(title: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{title}:\n\n");
    lines.iter().take(LISTED).for_each(|line| out += &format!("- {line}\n"));
    if let Some(rest) = lines.len().checked_sub(LISTED).filter(|rest| *rest > 0) {
        let _ = writeln!(out, "- and {rest} more");
    }
    out
}

/// What the overlays lack and what they have too much.
fn overlays(releases: &[Release<'_>]) -> String {
    let mut out = String::new();
    for release in releases {
        let version = release.version.name();
        let dead: Vec<String> = release
            .new
            .findings
            .iter()
            .filter(|finding| finding.rule == "dead-overlay")
            .map(|finding| format!("{}: {}", finding.pointer, finding.problem))
            .collect();
        out += &list(&format!("{version}, actions that no longer fit"), &dead);
        // An action says what it mends, whatever place the document has for it.
        let known: BTreeSet<(&str, &str)> =
            release.old.findings.iter().map(|finding| (finding.rule, finding.mend.as_str())).collect();
        let needed: Vec<String> = release
            .new
            .findings
            .iter()
            .filter(|finding| finding.rule != "dead-overlay" && !finding.absorbed)
            .filter(|finding| !known.contains(&(finding.rule, finding.mend.as_str())))
            .map(|finding| format!("{}: {} ({}): `{}`", finding.rule, finding.problem, finding.pointer, finding.mend))
            .collect();
        out += &list(&format!("{version}, actions newly needed"), &needed);
        if let Some(refused) = &release.new.refused {
            let _ = write!(out, "\n{version} cannot be generated:\n\n```text\n{refused}\n```\n");
        }
    }
    if out.is_empty() { "Every action fits, and no new one is needed.\n".to_owned() } else { out }
}

/// The snapshots that changed, by area.
fn snapshots(base: &Commit) -> Result<String> {
    let mut areas: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    for (come, gone, path) in base.changes_since("tests")? {
        let Some(name) = path.rsplit('/').next().and_then(|name| name.split_once(".snap")).map(|(name, _)| name) else {
            continue;
        };
        let area = name.rsplit("__").next().unwrap_or(name).to_owned();
        let (files, added, removed) = areas.entry(area).or_default();
        *files += 1;
        *added += come;
        *removed += gone;
    }
    if areas.is_empty() {
        return Ok("No snapshot changed.\n".to_owned());
    }
    let mut out = "| area | files | lines |\n|---|---|---|\n".to_owned();
    for (area, (files, added, removed)) in areas {
        let _ = writeln!(out, "| {area} | {files} | +{added} -{removed} |");
    }
    Ok(out)
}
