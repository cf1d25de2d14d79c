//! What the repository's history holds. Nothing here writes to it.

use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::files;

/// A commit of this repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit(String);

impl Commit {
    /// The commit that `revision` names.
    ///
    /// # Errors
    /// When it names none.
    pub(crate) fn of(revision: &str) -> Result<Self> {
        ensure!(!revision.starts_with('-'), "{revision:?} is not a revision");
        match run(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])? {
            Some(commit) => Ok(Self(commit.trim().to_owned())),
            None => bail!("{revision:?} is neither a file nor a revision of this repository"),
        }
    }

    /// The beginning of its id, for headings.
    pub(crate) fn short(&self) -> &str {
        &self.0[..self.0.len().min(10)]
    }

    /// A file as it was.
    ///
    /// # Errors
    /// When it was not there.
    pub(crate) fn show(&self, path: &Path) -> Result<String> {
        let text = run(&["show", &format!("{self}:./{}", path.display())])?;
        text.with_context(|| format!("{} is not in revision {}", path.display(), self.short()))
    }

    /// How each file below `folder` changed since: lines that came, lines that went, and its path.
    pub(crate) fn changes_since(&self, folder: &str) -> Result<Vec<(usize, usize, String)>> {
        let tracked = lines(run(&["diff", "--numstat", "--no-renames", "--relative", &self.0, "--", folder])?);
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
}

/// The whole id.
impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

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

fn lines(text: Option<String>) -> Vec<String> {
    text.unwrap_or_default().lines().map(str::to_owned).collect()
}
