//! `cargo xtask budget`: what the generated crate costs to compile, beside what progenitor's own output would cost.
//!
//! Both are checked in one run on one machine, so their ratio means something where seconds do not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle};

use crate::contract::{self, Version};
use crate::files;
use crate::generate;
use crate::normalise::normalise;

/// Measures `cargo check` of the generated crate as a ratio to progenitor's raw builder output of the same documents.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The area that stands for a typical one.
    #[arg(long, default_value = "v2-risks")]
    area: String,
    /// How often each is measured; the least counts.
    #[arg(long, default_value_t = 3)]
    runs: u32,
    /// Runs one `cargo` command and prints what it used; for this command's own use.
    #[arg(long, hide = true, num_args = 1.., allow_hyphen_values = true)]
    one: Vec<String>,
}

/// What compiling cost: seconds of processor time, and the memory of the largest process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) seconds: f64,
    pub(crate) megabytes: f64,
}

/// The most that everything, and one area, may cost; and the memory of everything.
const LIMITS: [(&str, f64); 3] = [("time, everything", 0.6), ("time, one area", 0.05), ("memory, everything", 0.6)];

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    if !args.one.is_empty() {
        return one(&args.one);
    }
    let raw = raw_crate()?;
    let root = files::root();
    let api = root.join("crates/drata-api");
    let mut least = [Cost { seconds: f64::MAX, megabytes: f64::MAX }; 3];
    let area = ["--no-default-features", "--features", args.area.as_str()];
    // Alternating, so that a slow moment of the machine does not hit one of them only.
    for run in 0..=args.runs {
        let costs = [check(&raw, &raw, &[])?, check(&root, &api, &[])?, check(&root, &api, &area)?];
        // The first round warms the dependencies.
        if run > 0 {
            for (least, cost) in least.iter_mut().zip(costs) {
                least.seconds = least.seconds.min(cost.seconds);
                least.megabytes = least.megabytes.min(cost.megabytes);
            }
        }
    }
    let [raw, all, one] = least;
    println!("{:<44} {:>10} {:>10} {:>8}", "cargo check, dependencies warm", "CPU s", "peak MB", "ratio");
    for (name, cost) in
        [("progenitor's raw builder output", raw), ("drata-api, everything", all), (args.area.as_str(), one)]
    {
        println!("{name:<44} {:>10.2} {:>10.0} {:>8.3}", cost.seconds, cost.megabytes, cost.seconds / raw.seconds);
    }
    let ratios = [all.seconds / raw.seconds, one.seconds / raw.seconds, all.megabytes / raw.megabytes];
    let mut kept = true;
    for ((name, limit), ratio) in LIMITS.iter().zip(ratios) {
        let verdict = if ratio <= *limit { "kept" } else { "exceeded" };
        kept &= ratio <= *limit;
        println!("{name:<44} {ratio:>10.3} of at most {limit}: {verdict}");
    }
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Checks the package at `package` anew, in a process of its own, whose children are then only that check.
pub(crate) fn check(workspace: &Path, package: &Path, features: &[&str]) -> Result<Cost> {
    let lib = package.join("src/lib.rs");
    let now = std::time::SystemTime::now();
    fs::File::options()
        .write(true)
        .open(&lib)
        .and_then(|file| file.set_modified(now))
        .with_context(|| format!("{}", lib.display()))?;
    let manifest = package.join("Cargo.toml");
    let target = workspace.join("target");
    let output = Command::new(std::env::current_exe()?)
        .args(["budget", "--one", "check", "--quiet", "--lib", "--manifest-path"])
        .arg(&manifest)
        .args(features)
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTFLAGS", "-Awarnings")
        .output()
        .context("cannot run cargo")?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success(),
        "cargo check of {} failed:\n{}",
        manifest.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    let numbers: Vec<f64> = said.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    match numbers.as_slice() {
        [seconds, megabytes] => Ok(Cost { seconds: *seconds, megabytes: *megabytes }),
        _ => bail!("cannot read the measurement {said:?}"),
    }
}

fn one(command: &[String]) -> Result<ExitCode> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo).args(command).status().context("cannot run cargo")?;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    println!("{} {}", seconds(usage.user_time()) + seconds(usage.system_time()), usage.max_rss() as f64 / 1024.0);
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A crate of what progenitor makes of both plain documents by itself: builders, and every type with its builder.
fn raw_crate() -> Result<PathBuf> {
    let folder = files::root().join("target/budget/raw");
    let mut lib = "#![allow(warnings)]\n".to_owned();
    for version in Version::ALL {
        let mut plain = contract::effective(version)?;
        normalise(version, &mut plain)?;
        let spec: openapiv3::OpenAPI = serde_json::from_value(generate::prepare(&plain).0)?;
        let mut settings = GenerationSettings::default();
        settings.with_interface(InterfaceStyle::Builder).with_tag(TagStyle::Merged);
        let tokens = Generator::new(&settings).generate_tokens(&spec)?;
        let file: syn::File = syn::parse2(tokens)?;
        files::write_whole(&folder.join(format!("src/{}.rs", version.name())), &prettyplease::unparse(&file))?;
        lib += &format!("pub mod {};\n", version.name());
    }
    files::write_whole(&folder.join("src/lib.rs"), &lib)?;
    files::write_whole(&folder.join("Cargo.toml"), RAW_MANIFEST)?;
    Ok(folder)
}

const RAW_MANIFEST: &str = r#"[package]
name = "raw"
version = "0.0.0"
edition = "2021"

[workspace]

[dependencies]
bytes = "1"
chrono = { version = "0.4", features = ["serde"] }
futures-core = "0.3"
progenitor-client = "0.15.1"
reqwest = { version = "0.13", default-features = false, features = ["json", "query", "stream"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
"#;
