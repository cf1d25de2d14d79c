//! `cargo xtask budget`: what the generated crate costs to compile, beside what progenitor's own output would cost.
//!
//! Both are checked in one run on one machine, so their ratio means something where seconds do not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle};

use serde_json::{Map, Value, json};

use crate::document::{Document, Place, refer_to, reference, text, walk};
use crate::files;
use crate::plain;
use crate::steps::Source;
use crate::version::Version;

/// Measures `cargo check` of the generated crate as a ratio to progenitor's raw builder output of the same documents.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The area that stands for a typical one.
    #[arg(long, default_value = "v2-risks")]
    area: String,
    /// How often each is measured; the minimum counts.
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
const LIMITS: [(&str, f64); 3] = [("time, everything", 0.42), ("time, one area", 0.04), ("memory, everything", 0.55)];

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
        let mut plain = Source::load(version)?.make().effective;
        plain::make_plain(&mut plain);
        let spec: openapiv3::OpenAPI = serde_json::from_value(numbered(&plain).0)?;
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

/// The plain document with numbers for names, so that progenitor takes all of it.
fn numbered(document: &Document) -> Document {
    let mut document = document.clone();
    let names: Map<String, Value> =
        document.schemas().enumerate().map(|(number, (key, _))| (key.clone(), format!("T{number}").into())).collect();
    let strip = |schema: &mut Value| {
        if let Some(name) = reference(schema).and_then(|key| names.get(key)).and_then(Value::as_str) {
            *schema = refer_to(name);
        }
        let Some(map) = schema.as_object_mut() else { return };
        map.retain(|key, _| !key.starts_with("x-") && !["nullable", "description"].contains(&key.as_str()));
    };
    document.each_schema(|_, schema| strip(schema));
    let schemas = document.schemas_mut();
    for (key, schema) in std::mem::take(schemas) {
        schemas.insert(names[&key].as_str().unwrap_or_default().to_owned(), schema);
    }
    let places: Vec<Place> = document.places();
    let mut paths = Map::new();
    for (number, place) in places.into_iter().enumerate() {
        let Some(operation) = document.operation_mut(&place) else { continue };
        operation["operationId"] = format!("op_{number}").into();
        let mut path = place.path.clone();
        for (index, parameter) in
            operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten().enumerate()
        {
            let name = format!("p_{index}");
            if text(parameter, "in") == "path" {
                path = path.replace(&format!("{{{}}}", text(parameter, "name")), &format!("{{{name}}}"));
            }
            let mut schema = parameter["schema"].clone();
            walk("", &mut schema, &mut |_, schema| strip(schema));
            *parameter = json!({ "name": name, "in": parameter["in"], "required": parameter["required"] == true || parameter["in"] == "path", "schema": schema });
        }
        // A path holds each operation under its own fragment, since renamed placeholders set them apart.
        paths.entry(path).or_insert_with(|| json!({}))[place.method.as_str()] = operation.clone();
    }
    document.0["paths"] = paths.into();
    document
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
