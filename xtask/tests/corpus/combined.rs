//! One crate that holds the code of all documents, compiled and run once.
//!
//! It is below `target/`, always at the same path, and only files that differ are written. So a second run compiles little.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use quote::ToTokens as _;
use serde_json::{Value, json};

use crate::case::{ONLY, Reading};
use crate::generator::FEATURES;

/// The files of each module, by the module's name.
pub(crate) type Generated<'a> = BTreeMap<&'a str, BTreeMap<PathBuf, String>>;

/// The outcome of a module.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It does not compile.
    Broken(String),
    Ran {
        /// What the compiler warns of.
        warnings: Vec<String>,
        sent: Vec<Sent>,
        /// What the client makes of each response: JSON written back, or an error.
        read: Vec<Result<Value, String>>,
    },
}

/// The requests of one operation.
#[derive(Debug)]
pub(crate) struct Sent {
    /// `METHOD /path`.
    pub(crate) of: String,
    /// The request with everything set.
    pub(crate) full: String,
    /// The minimal request, as the transport got it.
    pub(crate) minimal: String,
}

impl Sent {
    /// Whether it has a path and nothing more: no query, no header, no body.
    pub(crate) fn is_plain(&self) -> bool {
        let (method, path) = self.of.split_once(' ').unwrap();
        let mut parts = path.split('{');
        let start = parts.next().unwrap().to_owned();
        let path = parts.fold(start, |path, rest| path + "1" + rest.split_once('}').map_or(rest, |(_, after)| after));
        self.full == format!("{} /v2{path}", method.to_uppercase())
    }
}

fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(path)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(if std::env::var_os(ONLY).is_some() { "corpus-only" } else { "corpus" })
}

/// Compiles the modules together, sends their sample calls, reads the responses, and returns the outcome of each.
pub(crate) fn run(mut generated: Generated<'_>, responses: &BTreeMap<&str, &[Reading]>) -> BTreeMap<String, Outcome> {
    let mut outcomes = BTreeMap::new();
    let mut features = BTreeSet::new();
    for files in generated.values() {
        features.extend(files[Path::new(FEATURES)].lines().map(str::to_owned));
    }
    // Modules that do not compile are removed, until the others do.
    let mut warnings = loop {
        write(&generated, &features);
        let (errors, warnings) = compile(&generated);
        if errors.is_empty() {
            break warnings;
        }
        for (name, problem) in errors {
            generated.remove(name.as_str());
            outcomes.insert(name, Outcome::Broken(problem));
        }
    };
    let mut said = drive(responses);
    for name in generated.into_keys() {
        let said = said.get_mut(name).map(Value::take).unwrap_or_else(|| panic!("the driver says nothing of {name}"));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let sent = said["sent"].as_array().unwrap().iter();
        let sent =
            sent.map(|one| Sent { of: text(&one["of"]), full: text(&one["full"]), minimal: text(&one["minimal"]) });
        let read = said["read"].as_array().unwrap().iter().map(|one| match one.get("error") {
            Some(error) => Err(text(error)),
            None => Ok(one["back"].clone()),
        });
        let warnings = warnings.remove(name).unwrap_or_default();
        outcomes.insert(name.to_owned(), Outcome::Ran { warnings, sent: sent.collect(), read: read.collect() });
    }
    outcomes
}

fn write(generated: &Generated<'_>, features: &BTreeSet<String>) {
    let mut files: BTreeMap<PathBuf, String> = BTreeMap::new();
    let read = |path: &str| fs::read_to_string(workspace(path)).unwrap();
    files.insert("Cargo.toml".into(), manifest(features));
    for helper in ["canned", "sample"] {
        let text = read(&format!("tests/src/{helper}.rs")).replace("drata_api::", "crate::");
        files.insert(format!("src/{helper}.rs").into(), text);
    }
    let mut documents =
        "pub(super) fn all() -> Vec<(&'static str, &'static [&'static [crate::Sample]])> {\n    vec![\n".to_owned();
    let (mut modules, mut tables) = (String::new(), String::new());
    for (name, own) in generated {
        documents += &format!("        ({name:?}, {name}::AREAS),\n");
        modules += &format!("/// A document.\npub mod {name};\n");
        tables += &format!("mod {name};\n");
        for (path, text) in own {
            if let Ok(inner) = path.strip_prefix("module") {
                files.insert(Path::new("src").join(name).join(inner), text.clone());
            } else if let Ok(inner) = path.strip_prefix("samples") {
                files.insert(Path::new("src/documents").join(name).join(inner), text.clone());
            }
        }
    }
    files.insert("src/documents/mod.rs".into(), format!("{tables}\n{documents}    ]\n}}\n"));
    let root =
        format!("{}\n{}\nmod canned;\nmod documents;\nmod sample;\n{modules}", include_str!("driver.rs"), library());
    files.insert("src/lib.rs".into(), root);
    files.insert("src/main.rs".into(), "fn main() {\n    corpus::run();\n}\n".to_owned());

    let folder = folder();
    for path in below(&folder.join("src")) {
        if !files.contains_key(path.strip_prefix(&folder).unwrap()) {
            fs::remove_file(path).unwrap();
        }
    }
    for (path, text) in files {
        let path = folder.join(path);
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    // The versions that the workspace uses; Cargo removes packages that this crate does not need.
    fs::copy(workspace("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] }).collect()
}

/// The manifest: the dependencies of `drata-api`, and every feature that a document has, switched on.
fn manifest(features: &BTreeSet<String>) -> String {
    let read = |path: &str| fs::read_to_string(workspace(path)).unwrap().parse::<toml::Table>().unwrap();
    let (own, all) = (read("crates/drata-api/Cargo.toml"), read("Cargo.toml"));
    let mut dependencies = toml::Table::new();
    for (name, wanted) in own["dependencies"].as_table().unwrap() {
        let mut whole = match &all["workspace"]["dependencies"][name] {
            toml::Value::Table(whole) => whole.clone(),
            version => toml::Table::from_iter([("version".to_owned(), version.clone())]),
        };
        // What the crate asks for beside what the workspace has.
        if let Some(more) = wanted.get("features").and_then(toml::Value::as_array) {
            let features = whole.entry("features").or_insert_with(|| toml::Value::Array(Vec::new()));
            features.as_array_mut().unwrap().extend(more.iter().cloned());
        }
        dependencies.insert(name.clone(), whole.into());
    }
    let dependencies = toml::Table::from_iter([("dependencies".to_owned(), dependencies.into())]).to_string();
    // These two belong to no document. Schemas double what is to be compiled, so they stay off.
    let full = "full".to_owned();
    let names: Vec<&String> = features.iter().filter(|name| *name != "default").chain([&full]).collect();
    let names: BTreeSet<&String> = names.into_iter().collect();
    let declared: String = names.iter().map(|name| format!("{name:?} = []\n")).collect();
    let declared = declared + "schemars = []\n";
    let listed = format!("{:?}", names.iter().collect::<Vec<_>>());
    format!(
        "[package]\nname = \"corpus\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.dev]\ndebug = false\nincremental = false\n\n\
         {dependencies}\n[features]\ndefault = {listed}\n{declared}"
    )
}

/// The root of `drata-api` without its versions. Its hand-written modules are used where they are.
fn library() -> String {
    let path = workspace("crates/drata-api/src/lib.rs");
    let mut file = syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap();
    file.attrs.clear();
    file.items.retain(|item| !matches!(item, syn::Item::Mod(module) if module.ident != "support"));
    let support = workspace("crates/drata-api/src/support/mod.rs").display().to_string();
    for item in &mut file.items {
        if let syn::Item::Mod(module) = item {
            module.attrs.push(syn::parse_quote!(#[path = #support]));
        }
    }
    file.into_token_stream().to_string().replace("; ", ";\n")
}

/// Compiles; returns the first error of each module that does not, and the warnings of each.
fn compile(generated: &Generated<'_>) -> (BTreeMap<String, String>, BTreeMap<String, Vec<String>>) {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--quiet", "--message-format=json"])
        .env("CARGO_TARGET_DIR", folder().join("target"))
        // Here, warnings are reported as shortfalls, also where a CI denies them.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .current_dir(folder())
        .output()
        .unwrap();
    let (mut errors, mut warnings) = (BTreeMap::new(), BTreeMap::<String, Vec<String>>::new());
    let mut outside = Vec::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
        let message = &line["message"];
        let said = message["message"].as_str().unwrap_or_default().to_owned();
        let within = modules(message);
        match (message["level"].as_str(), within.iter().find(|name| generated.contains_key(name.as_str()))) {
            (Some("error"), Some(name)) => {
                let at = excerpt(message);
                errors.entry(name.clone()).or_insert(format!("{said}{at}"));
            }
            (Some("warning"), Some(name)) => warnings.entry(name.clone()).or_default().push(said),
            (Some("error"), None) => outside.push(format!("{said}{}", excerpt(message))),
            _ => {}
        }
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let outside = outside.join("\n");
    assert!(
        output.status.success() || !errors.is_empty(),
        "the combined crate fails outside its modules:\n{outside}\n{said}"
    );
    (errors, warnings)
}

/// The modules that a message is about, by the files of its spans and of the macros that they expand from.
fn modules(message: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<&Value> = message["spans"].as_array().into_iter().flatten().collect();
    open.sort_by_key(|span| span["is_primary"] != true);
    while let Some(span) = open.pop() {
        let file = span["file_name"].as_str().unwrap_or_default();
        let inner = file.strip_prefix("src/documents/").or_else(|| file.strip_prefix("src/"));
        found.extend(inner.and_then(|inner| inner.split('/').next()).map(str::to_owned));
        if span["expansion"]["span"].is_object() {
            open.push(&span["expansion"]["span"]);
        }
    }
    found.extend(message["children"].as_array().into_iter().flatten().flat_map(modules));
    found
}

/// The line that a message points to.
fn excerpt(message: &Value) -> String {
    let primary = message["spans"].as_array().into_iter().flatten().find(|span| span["is_primary"] == true);
    let line = primary.and_then(|span| span["text"][0]["text"].as_str()).unwrap_or_default().trim();
    if line.is_empty() { String::new() } else { format!(", at `{line}`") }
}

/// Runs the crate on the responses.
fn drive(responses: &BTreeMap<&str, &[Reading]>) -> Value {
    let input: serde_json::Map<String, Value> = responses
        .iter()
        .map(|(name, readings)| {
            let readings = readings
                .iter()
                .map(|one| json!({ "of": one.of, "status": one.status, "media": one.media, "body": one.body }));
            ((*name).to_owned(), readings.collect())
        })
        .collect();
    let program = folder().join(format!("target/debug/corpus{}", std::env::consts::EXE_SUFFIX));
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(Value::Object(input).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the combined crate ends with {}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}
