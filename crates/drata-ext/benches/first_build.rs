//! What the first build of a small program costs beside the same program written by hand on reqwest.
//!
//! `cargo bench -p drata-ext --bench first_build`
//!
//! Both programs walk through the workspaces of version 2. Each is built in release mode from nothing, dependencies included,
//! into a folder of its own; what is compared is the processor time of all compilers and linkers, which other work on the
//! machine disturbs little. It takes minutes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The most that it may cost.
const MOST: f64 = 1.15;

/// A program to build.
struct Program {
    name: &'static str,
    dependencies: String,
    source: &'static str,
}

const WITH_DRATA: &str = r#"
use drata_ext::{Drata, ListExt as _};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let drata = Drata::from_env()?;
    let mut workspaces = drata.v2().workspaces().list().stream();
    while let Some(workspace) = workspaces.next().await {
        let workspace = workspace?;
        println!("{} {}", workspace.id, workspace.name);
    }
    Ok(())
}
"#;

const BY_HAND: &str = r#"
use serde::Deserialize;

#[derive(Deserialize)]
struct Page {
    data: Vec<Workspace>,
    pagination: Pagination,
}

#[derive(Deserialize)]
struct Pagination {
    cursor: Option<String>,
}

#[derive(Deserialize)]
struct Workspace {
    id: i64,
    name: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = std::env::var("DRATA_API_KEY")?;
    let http = reqwest::Client::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut request = http.get("https://public-api.drata.com/public/v2/workspaces").bearer_auth(&key);
        request = request.query(&[("size", "500")]);
        if let Some(cursor) = &cursor {
            request = request.query(&[("cursor", cursor)]);
        }
        let page: Page = request.send().await?.error_for_status()?.json().await?;
        for workspace in page.data {
            println!("{} {}", workspace.id, workspace.name);
        }
        match page.pagination.cursor {
            Some(next) => cursor = Some(next),
            None => return Ok(()),
        }
    }
}
"#;

fn main() -> ExitCode {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tokio = "tokio = { version = \"1\", features = [\"macros\", \"rt\"] }\n";
    let programs = [
        Program {
            name: "by-hand",
            dependencies: format!(
                "{tokio}reqwest = {{ version = \"0.13\", default-features = false, features = [\"gzip\", \"http2\", \"json\", \"query\", \
                 \"rustls\", \"system-proxy\"] }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n"
            ),
            source: BY_HAND,
        },
        Program {
            name: "with-drata",
            dependencies: format!(
                "{tokio}drata-ext = {{ path = {here:?}, default-features = false, features = [\"gzip\", \"rustls\", \
                 \"v2-workspaces\"] }}\n"
            ),
            source: WITH_DRATA,
        },
    ];
    let Some(folder) = here.ancestors().nth(2).map(|root| root.join("target").join("first-build")) else {
        return ExitCode::FAILURE;
    };
    let times: Vec<Option<f64>> = programs.iter().map(|program| build(&folder, here, program)).collect();
    let _ = fs::remove_dir_all(&folder);
    let [Some(by_hand), Some(with_drata)] = times[..] else {
        eprintln!("a build failed, or this system does not say what it took");
        return ExitCode::FAILURE;
    };
    let ratio = with_drata / by_hand;
    let verdict = if ratio <= MOST { "ok" } else { "MISSED" };
    println!(
        "first release build to one by hand {ratio:.3} (at most {MOST:.2}) {verdict}   {with_drata:.0} s, by hand {by_hand:.0} s"
    );
    ExitCode::SUCCESS
}

/// Builds a program, and returns the seconds of processor time that took.
fn build(folder: &Path, here: &Path, program: &Program) -> Option<f64> {
    let place: PathBuf = folder.join(program.name);
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(place.join("src")).ok()?;
    let manifest = format!(
        "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{}",
        program.name, program.dependencies
    );
    fs::write(place.join("Cargo.toml"), manifest).ok()?;
    fs::write(place.join("src/main.rs"), program.source).ok()?;
    // The same versions for both.
    fs::copy(here.ancestors().nth(2)?.join("Cargo.lock"), place.join("Cargo.lock")).ok()?;
    let before = children()?;
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--offline", "--quiet"])
        .current_dir(&place)
        .env("CARGO_TARGET_DIR", place.join("target"))
        .status()
        .ok()?;
    built.success().then_some(children()? - before)
}

/// The seconds of processor time of all processes that this one has waited for.
fn children() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // After the name, which may hold blanks.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: f64 = fields.get(13..15)?.iter().filter_map(|field| field.parse::<f64>().ok()).sum();
    // Linux counts in hundredths of a second for programs, whatever the kernel does.
    Some(ticks / 100.0)
}
