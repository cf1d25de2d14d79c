//! A workspace of a test's own, with the real binary to run on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Map, Value};

/// The areas that a piece of the real contracts keeps, by the vendor's tag.
const AREAS: [(&str, &[&str]); 2] = [("v1", &["Workspaces"]), ("v2", &["Vendor Types", "Workspaces"])];

/// A workspace, in a folder that goes when it is dropped.
pub(crate) struct Workspace {
    root: tempfile::TempDir,
}

/// What a command printed: `Ok` when it succeeded.
pub(crate) type Said = Result<String, String>;

impl Workspace {
    /// A small piece of the real one: two areas of v2 and one of v1, each with a description.
    pub(crate) fn new() -> Self {
        let workspace = Self::with(AREAS.map(|(version, tags)| (version, piece(version, tags))));
        for (version, _) in AREAS {
            workspace.write(&format!("openapi/{version}/docs.yaml"), &docs(&workspace.contract(version)));
        }
        workspace
    }

    /// One with these contracts and empty overlays: just what codegen reads.
    pub(crate) fn with(contracts: [(&str, Value); 2]) -> Self {
        let workspace = Self { root: tempfile::tempdir().unwrap() };
        for (version, contract) in contracts {
            workspace.write_contract(version, &contract);
            workspace.write(&format!("openapi/{version}/corrections.yaml"), "[]\n");
            workspace.write(&format!("openapi/{version}/docs.yaml"), "areas: {}\n");
        }
        for manifest in ["crates/drata-api/Cargo.toml", "crates/drata-ext/Cargo.toml"] {
            workspace.copy(manifest);
        }
        workspace
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Copies a file or a folder of the real workspace to the same place.
    pub(crate) fn copy(&self, name: &str) {
        let from = real(name);
        if from.is_dir() {
            for entry in fs::read_dir(from).unwrap() {
                self.copy(&format!("{name}/{}", entry.unwrap().file_name().to_str().unwrap()));
            }
        } else {
            self.write(name, &fs::read_to_string(from).unwrap());
        }
    }

    pub(crate) fn contract(&self, version: &str) -> Value {
        serde_json::from_str(&self.read(&format!("openapi/{version}/contract.json"))).unwrap()
    }

    pub(crate) fn write_contract(&self, version: &str, contract: &Value) {
        self.write(&format!("openapi/{version}/contract.json"), &format!("{contract:#}\n"));
    }

    /// Runs the real binary on this workspace. It never panics, whatever it is given.
    pub(crate) fn xtask(&self, args: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(args).env("XTASK_ROOT", self.root()).env("XTASK_TODAY", "2026-10-05").current_dir(self.root());
        let said = said(command.output().unwrap());
        let text = said.as_ref().unwrap_or_else(|error| error);
        assert!(!text.contains("panicked at"), "{text}");
        said
    }

    /// The findings of `lint` in a version.
    pub(crate) fn lint(&self, version: &str) -> Vec<Value> {
        let said = self.xtask(&["lint", "--api-version", version, "--all", "--format", "json"]).unwrap();
        let results: Vec<Value> = serde_json::from_str(&said).unwrap();
        results[0]["findings"].as_array().unwrap().clone()
    }

    /// What `diff` says of one version.
    pub(crate) fn diff(&self, old: &str, new: &str) -> Value {
        let said = self.xtask(&["diff", old, new, "--format", "json", "--api-version", "v2"]).unwrap();
        serde_json::from_str::<Vec<Value>>(&said).unwrap().remove(0)
    }

    /// What codegen says when it fails, after a check that it changed nothing.
    pub(crate) fn refusal(&self) -> String {
        let before = self.files();
        let said = self.xtask(&["codegen"]).expect_err("codegen takes it");
        assert!(before == self.files(), "codegen changed the tree although it failed");
        said
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        let identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
        said(Command::new("git").current_dir(self.root()).args(identity).args(args).output().unwrap()).unwrap()
    }

    /// Every file with its text, without what git keeps.
    pub(crate) fn files(&self) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        let mut open = vec![self.root().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.ends_with(".git") {
                    open.push(path);
                } else if path.is_file() {
                    found.push((path.clone(), fs::read_to_string(&path).unwrap()));
                }
            }
        }
        found.sort();
        found
    }
}

pub(crate) fn said(output: Output) -> Said {
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    if output.status.success() { Ok(stdout) } else { Err(stdout + &stderr) }
}

/// A path in the real workspace.
pub(crate) fn real(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(name)
}

/// The string at a key, or nothing.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Requires every part in what was said.
pub(crate) fn says(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
}

/// Descriptions of our own for a piece, as in the real overlay.
fn docs(contract: &Value) -> String {
    let operations =
        || contract["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let mut areas: Vec<&str> = operations().filter_map(|operation| operation["tags"][0].as_str()).collect();
    areas.dedup();
    let areas: String = areas.iter().map(|area| format!("  {area}: Described.\n")).collect();
    let described = operations()
        .filter_map(|operation| operation["operationId"].as_str())
        .map(|id| format!("  {id}:\n    doc: Described.\n"));
    format!("areas:\n{areas}operations:\n{}", described.collect::<String>())
}

/// The operations of some areas, with the schemas that they reach.
fn piece(version: &str, tags: &[&str]) -> Value {
    let text = fs::read_to_string(real(&format!("openapi/{version}/contract.json"))).unwrap();
    let mut contract: Value = serde_json::from_str(&text).unwrap();
    for (_, item) in contract["paths"].as_object_mut().unwrap() {
        item.as_object_mut().unwrap().retain(|_, operation| tags.contains(&operation["tags"][0].as_str().unwrap()));
    }
    contract["paths"].as_object_mut().unwrap().retain(|_, item| !item.as_object().unwrap().is_empty());
    let all: Map<String, Value> = contract["components"]["schemas"].as_object().unwrap().clone();
    let mut kept = Map::new();
    let mut open = vec![contract["paths"].clone()];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => {
                let name = text.strip_prefix("#/components/schemas/").unwrap_or_default();
                if let Some(schema) = all.get(name).filter(|_| !kept.contains_key(name)) {
                    kept.insert(name.to_owned(), schema.clone());
                    open.push(schema.clone());
                }
            }
            Value::Object(map) => open.extend(map.into_iter().map(|(_, value)| value)),
            Value::Array(list) => open.extend(list),
            _ => {}
        }
    }
    contract["components"]["schemas"] =
        kept.into_iter().collect::<std::collections::BTreeMap<_, _>>().into_iter().collect();
    contract
}
