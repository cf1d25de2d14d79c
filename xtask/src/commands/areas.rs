//! `cargo xtask areas`: proves that every area compiles alone.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};

use super::codegen::api;
use crate::files;
use crate::version::Version;

/// Checks drata-api once for each area, with the feature of that area only.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only list the features.
    #[arg(long)]
    list: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let mut broken = Vec::new();
    let mut count = 0;
    for version in Version::ALL {
        for area in api(version)?.areas {
            count += 1;
            if args.list {
                println!("{}", area.feature);
            } else if !check(&area.feature)? {
                broken.push(area.feature);
            }
        }
    }
    if args.list {
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} of {count} areas compile alone", count - broken.len());
    if broken.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("not alone: {}", broken.join(", "));
    Ok(ExitCode::FAILURE)
}

/// Whether the crate compiles with this feature only, without a warning.
fn check(feature: &str) -> Result<bool> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(files::root())
        .args(["check", "--quiet", "--package", "drata-api", "--no-default-features", "--features", feature])
        .env("CARGO_BUILD_WARNINGS", "deny")
        .status()
        .context("cannot run cargo")?;
    Ok(status.success())
}
