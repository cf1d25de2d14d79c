//! What compiling the generated crate costs, before and after.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

use super::surface::FOLDER;
use crate::budget;
use crate::files;
use crate::git::Commit;

/// The section, measured if asked: that compiles both sides. `tree` is that of `base`.
pub(super) fn section(base: &Commit, tree: &Path, measure: bool) -> Result<String> {
    let (mut come, mut gone) = (0, 0);
    for (added, removed, _) in base.changes_since(FOLDER)? {
        come += added;
        gone += removed;
    }
    let root = files::root();
    let mut lines = 0;
    for path in files::below(&root.join(FOLDER))? {
        lines += files::read(&path)?.lines().count();
    }
    let before = (lines + gone).saturating_sub(come);
    let mut out = format!("Lines of {FOLDER}: {before} before, {lines} now (+{come} -{gone}).\n");
    if !measure {
        out += "\nNot measured; `--measure` compiles both sides.\n";
        return Ok(out);
    }
    // The first round warms the dependencies of each.
    let packages = [tree.join("crates/drata-api"), root.join("crates/drata-api")];
    let mut costs = Vec::new();
    for round in 0..2 {
        for package in &packages {
            let cost = budget::check(&root, package, &[])?;
            if round == 1 {
                costs.push(cost);
            }
        }
    }
    out += "\n| `cargo check`, dependencies warm | CPU seconds | peak MB |\n|---|---|---|\n";
    for (name, cost) in ["before", "now"].iter().zip(costs) {
        let _ = writeln!(out, "| {name} | {:.2} | {:.0} |", cost.seconds, cost.megabytes);
    }
    Ok(out)
}
