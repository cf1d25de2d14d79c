//! What the repository's history holds. Nothing here writes to it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::files;

/// What a git command prints in the workspace; `None` when it fails.
fn run(arguments: &[&str]) -> Result<Option<String>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(files::root())
        // Paths come as they are, also those that are not ASCII.
        .args(["-c", "core.quotePath=off"])
        .args(arguments)
        .output()
        .context("git cannot be run")?;
    if !output.status.success() {
        return Ok(None);
    }
    String::from_utf8(output.stdout).map(Some).with_context(|| format!("git {}: not UTF-8", arguments.join(" ")))
}

/// The commit that `revision` names.
///
/// # Errors
/// When it names none.
pub(crate) fn commit(revision: &str) -> Result<String> {
    ensure!(!revision.starts_with('-'), "{revision:?} is not a revision");
    match run(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])? {
        Some(commit) => Ok(commit.trim().to_owned()),
        None => bail!("{revision:?} is neither a file nor a revision of this repository"),
    }
}

/// A file as it was in a revision; `None` when it was not there.
pub(crate) fn show(revision: &str, path: &Path) -> Result<Option<String>> {
    run(&["show", &format!("{}:./{}", commit(revision)?, path.display())])
}

/// The files below `folder` in a revision, by their paths below the workspace's root.
pub(crate) fn files_at(revision: &str, folder: &str) -> Result<Vec<String>> {
    Ok(lines(run(&["ls-tree", "-r", "--name-only", &commit(revision)?, "--", folder])?))
}

/// How a file below `folder` changed since `revision`: lines that came, lines that went, and its path.
pub(crate) fn changes_since(revision: &str, folder: &str) -> Result<Vec<(usize, usize, String)>> {
    let commit = commit(revision)?;
    let tracked = lines(run(&["diff", "--numstat", "--no-renames", "--relative", &commit, "--", folder])?);
    let mut all: Vec<(usize, usize, String)> = tracked
        .iter()
        .filter_map(|line| {
            let mut columns = line.splitn(3, '\t');
            let mut number = || columns.next().and_then(|text| text.parse().ok());
            let (come, gone) = (number()?, number()?);
            Some((come, gone, columns.next()?.to_owned()))
        })
        .collect();
    for path in lines(run(&["ls-files", "--others", "--exclude-standard", "--", folder])?) {
        let come = files::read(&files::root().join(&path)).map_or(0, |text| text.lines().count());
        all.push((come, 0, path));
    }
    Ok(all)
}

/// Writes the whole tree of a revision below `folder`, which is not part of the workspace.
pub(crate) fn export(revision: &str, folder: &Path) -> Result<()> {
    let archive = folder.join("tree.tar");
    let commit = commit(revision)?;
    ensure!(
        run(&["archive", "--format=tar", "--output", &archive.display().to_string(), &commit])?.is_some(),
        "git archive {commit} failed"
    );
    let status =
        Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(folder).status().context("tar cannot be run")?;
    ensure!(status.success(), "{}: cannot be unpacked", archive.display());
    Ok(())
}

fn lines(text: Option<String>) -> Vec<String> {
    text.unwrap_or_default().lines().map(str::to_owned).collect()
}
