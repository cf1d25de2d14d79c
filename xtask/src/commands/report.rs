//! `cargo xtask report`: one page for the pull request that brings a new document.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use super::bump::{self, Bump};
use super::changelog;
use crate::compare::{Changes, Side, Source, SurfaceChange};
use crate::diagnosis::Weight;
use crate::files;
use crate::git::Commit;
use crate::lint::{self, Finding};
use crate::version::Version;

/// Writes one Markdown page about what changed since a revision: on the wire, in the public surface, in the overlays and in
/// the snapshots; with the version number and the paragraph for the changelog.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The revision to compare with.
    #[arg(long)]
    base: String,
    /// Where to write it; standard output when not given.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// How many lines a list has before the rest is only counted.
const LISTED: usize = 40;

/// A version before and now, and what changed between.
struct Release {
    old: Side,
    new: Side,
    changes: Changes,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let base = Commit::of(&args.base)?;
    let short = base.short();
    let mut releases = Vec::new();
    for version in Version::ALL {
        let (old, new) = (Source::Revision(args.base.clone()).side(version)?, Side::now(version)?);
        let changes = Changes::between(version, &old, &new);
        releases.push(Release { old, new, changes });
    }
    let wire: Vec<String> = releases.iter().map(|release| release.changes.to_markdown()).collect();
    let mut page = format!("# What changed since {short}\n\n");
    page += &section("Wire", &wire.join("\n"));
    page += &section("Public surface", &public_surface(&base, &releases)?);
    page += &section("Overlays and names", &overlays(&releases));
    page += &section("Snapshots", &snapshots(&base)?);
    let said: Vec<_> = releases.iter().map(|release| (&release.changes, release.new.made.api.as_ref())).collect();
    page += &section("For CHANGELOG.md", &changelog::paragraph(&said));
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

fn public_surface(base: &Commit, releases: &[Release]) -> Result<String> {
    let mut change = SurfaceChange::default();
    for one in releases.iter().filter_map(|release| release.changes.surface.clone()) {
        change.removed.extend(one.removed);
        change.changed.extend(one.changed);
        change.added.extend(one.added);
        change.unions.extend(one.unions);
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
    for (title, lines) in [
        ("Removed", code(&change.removed)),
        ("Changed", changed),
        ("Added", code(&change.added)),
        ("Shared enumerations that gained values", change.unions.clone()),
    ] {
        out += &list(title, &lines);
    }
    for release in releases {
        if release.new.made.api.is_none() {
            let _ = write!(
                out,
                "\n{} cannot be generated:\n\n```text\n{}\n```\n",
                release.changes.version.name(),
                release.new.made.findings
            );
        }
    }
    match bump::semver_checks(base)? {
        Some(said) => {
            let _ = write!(out, "\ncargo-semver-checks:\n\n```text\n{}\n```\n", said.trim());
        }
        None => out += "\ncargo-semver-checks is not installed, so this is the comparison of the two models alone.\n",
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

/// What the overlays and the names lack and what they have too much.
fn overlays(releases: &[Release]) -> String {
    let mut out = String::new();
    for Release { old, new, changes } in releases {
        let version = changes.version.name();
        let is_dead = |finding: &&Finding| finding.rule.starts_with("dead-");
        let (before, now) = (lint::findings(&old.made), lint::findings(&new.made));
        let dead: Vec<String> =
            now.iter().filter(is_dead).map(|finding| format!("{}: {}", finding.pointer, finding.problem)).collect();
        out += &list(&format!("{version}, lines that no longer fit"), &dead);
        // An action says what it fixes, whatever place the document has for it.
        let known: BTreeSet<(&str, &str)> = before.iter().map(|finding| (finding.rule, finding.fix.as_str())).collect();
        let needed: Vec<String> = now
            .iter()
            .filter(|finding| !is_dead(finding) && finding.weight != Weight::Absorbed)
            .filter(|finding| !known.contains(&(finding.rule, finding.fix.as_str())))
            .map(|finding| format!("{}: {} ({}): `{}`", finding.rule, finding.problem, finding.pointer, finding.fix))
            .collect();
        out += &list(&format!("{version}, actions newly needed"), &needed);
    }
    if out.is_empty() { "Every line fits, and no new one is needed.\n".to_owned() } else { out }
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
