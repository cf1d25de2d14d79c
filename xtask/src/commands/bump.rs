//! The version number that a change of the public surface asks for.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::files;
use crate::git::Commit;

/// How far the surface changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bump {
    Breaking,
    Additions,
    Nothing,
}

impl Bump {
    /// The next version number. Before 1.0, the second number counts what breaks and the third the rest.
    pub(super) fn next(self, current: &str) -> String {
        let mut parts: Vec<u64> = current.split('.').map(|part| part.parse().unwrap_or_default()).collect();
        parts.resize(3, 0);
        let index = match (self, parts[0]) {
            (Self::Breaking, 0) => 1,
            (Self::Breaking, _) => 0,
            (Self::Additions, 1..) => 1,
            (Self::Additions | Self::Nothing, _) => 2,
        };
        parts[index] += 1;
        parts[index + 1..].fill(0);
        parts.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
    }
}

/// The version number of the workspace.
pub(super) fn current() -> Result<String> {
    let manifest = files::read(&files::root().join("Cargo.toml"))?;
    let (_, package) = manifest.split_once("[workspace.package]").context("Cargo.toml: no [workspace.package]")?;
    let version = package.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    version.map(str::to_owned).context("Cargo.toml: no version in [workspace.package]")
}

/// What cargo-semver-checks says of drata-api; `None` when it is not installed.
pub(super) fn semver_checks(base: &Commit) -> Result<Option<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let run = |arguments: &[&str]| {
        Command::new(&cargo)
            .current_dir(files::root())
            .arg("semver-checks")
            .args(arguments)
            .output()
            .context("cannot run cargo")
    };
    if !run(&["--version"])?.status.success() {
        return Ok(None);
    }
    let output = run(&["--package", "drata-api", "--baseline-rev", &base.to_string()])?;
    let said = [output.stdout, output.stderr].concat();
    Ok(Some(String::from_utf8_lossy(&said).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_that_is_not_zero_counts_what_breaks() {
        for (current, bump, next) in [
            ("0.1.3", Bump::Breaking, "0.2.0"),
            ("0.1.3", Bump::Additions, "0.1.4"),
            ("0.1.3", Bump::Nothing, "0.1.4"),
            ("1.2.3", Bump::Breaking, "2.0.0"),
            ("1.2.3", Bump::Additions, "1.3.0"),
            ("1.2.3", Bump::Nothing, "1.2.4"),
        ] {
            assert_eq!(bump.next(current), next, "{bump:?} of {current}");
        }
    }
}
