//! `cargo xtask areas`: proves that every area compiles alone.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use toml::{Table, toml};

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
    let mut areas = Vec::new();
    for version in Version::ALL {
        areas.extend(api(version)?.areas.into_iter().map(|area| area.feature));
    }
    if args.list {
        areas.iter().for_each(|area| println!("{area}"));
        return Ok(ExitCode::SUCCESS);
    }
    let folder = write(&areas)?;
    let broken = check(&folder)?;
    println!("{} of {} areas compile alone", areas.len() - broken.len(), areas.len());
    if broken.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("not alone: {}", Vec::from_iter(broken).join(", "));
    Ok(ExitCode::FAILURE)
}

/// Writes a workspace in which each area is a package: drata-api with that feature. So one run of Cargo checks them all, on all
/// cores.
fn write(areas: &[String]) -> Result<PathBuf> {
    let root = files::root();
    let folder = root.join("target/areas");
    let manifest = |path: &str| -> Result<Table> {
        let path = root.join(path);
        files::read(&path)?.parse().with_context(|| format!("{}: is no manifest", path.display()))
    };
    let (whole, api) = (manifest("Cargo.toml")?, manifest("crates/drata-api/Cargo.toml")?);
    let mut workspace = table(&whole, "workspace")?;
    // What is in this repository is at another path from there, and drata-api needs none of it.
    if let Some(dependencies) = workspace.get_mut("dependencies").and_then(toml::Value::as_table_mut) {
        dependencies.retain(|_, wanted| wanted.get("path").is_none());
    }
    workspace.insert("members".into(), areas.to_vec().into());
    workspace.remove("default-members");
    files::write_whole(
        &folder.join("Cargo.toml"),
        &Table::from_iter([("workspace".into(), workspace.into())]).to_string(),
    )?;
    files::write_whole(&folder.join("Cargo.lock"), &files::read(&root.join("Cargo.lock"))?)?;

    let source = root.join("crates/drata-api/src/lib.rs").display().to_string();
    for area in areas {
        let mut features = table(&api, "features")?;
        features.insert("default".into(), vec![area.clone()].into());
        let mut package = toml! {
            [package]
            edition = { workspace = true }
            rust-version = { workspace = true }
            [lib]
            name = "drata_api"
            [lints]
            workspace = true
        };
        for (section, key, value) in [("package", "name", area), ("lib", "path", &source)] {
            package[section]
                .as_table_mut()
                .context("a section of the manifest")?
                .insert(key.into(), value.as_str().into());
        }
        package.insert("dependencies".into(), table(&api, "dependencies")?.into());
        package.insert("features".into(), features.into());
        files::write_whole(&folder.join(area).join("Cargo.toml"), &package.to_string())?;
    }
    Ok(folder)
}

/// A section of a manifest.
fn table(manifest: &Table, name: &str) -> Result<Table> {
    manifest.get(name).and_then(toml::Value::as_table).cloned().with_context(|| format!("a manifest has no [{name}]"))
}

/// Checks every package there; returns those in which the compiler finds an error or a warning, which it prints.
fn check(folder: &Path) -> Result<BTreeSet<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(folder)
        .args(["check", "--quiet", "--workspace", "--keep-going", "--message-format=json"])
        // Beside what the repository has compiled, so that the dependencies are checked once.
        .env("CARGO_TARGET_DIR", files::root().join("target"))
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    let mut broken = BTreeSet::new();
    for line in output.stdout.split(|byte| *byte == b'\n') {
        let Ok(line) = serde_json::from_slice::<Value>(line) else { continue };
        let area = line["manifest_path"].as_str().and_then(|path| Path::new(path).parent()?.strip_prefix(folder).ok());
        if let (Some(said), Some(area)) =
            (line["message"]["rendered"].as_str(), area.and_then(Path::file_name).and_then(OsStr::to_str))
        {
            eprintln!("{area}: {said}");
            broken.insert(area.to_owned());
        }
    }
    ensure!(
        output.status.success() || !broken.is_empty(),
        "the areas cannot be checked: cargo ends with {}",
        output.status
    );
    Ok(broken)
}
