//! The interface between the corpus and the generator: everything else in the harness knows neither.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The manifest whose features select the areas.
pub(crate) const MANIFEST: &str = "Cargo.toml";

const CONTRACT: &str = r##"{ "openapi": "3.0.0", "info": { "title": "t", "version": "1" }, "paths": { "/things": { "get": {
    "operationId": "Things_getThing", "tags": ["Things"], "parameters": [], "responses": { "204": { "description": "" } } } } },
    "components": { "schemas": {} } }"##;

/// Imports a vendor's document as the version whose module is called `name`, and generates.
///
/// Returns the generated files: `Cargo.toml` with the features, `module/…` with the module of the version, and `samples/…`
/// with the tables of its sample calls. Both refer to the module as `crate::NAME` and to `drata-api` as `crate`.
///
/// # Errors
/// The findings, as they are printed.
pub(crate) fn generate(name: &str, document: &str) -> Result<BTreeMap<PathBuf, String>, String> {
    let workspace = Workspace::new();
    workspace.take(document)?;
    let module = Path::new("crates/drata-api/src/v2");
    let samples = Path::new("tests/src/samples/v2");
    let mut generated = BTreeMap::new();
    for (path, text) in workspace.files() {
        let text = text.replace("crate::v2", &format!("crate::{name}"));
        if let Ok(inner) = path.strip_prefix(module) {
            generated.insert(Path::new("module").join(inner), text);
        } else if let Ok(inner) = path.strip_prefix(samples) {
            let text = text.replace("drata_api::v2", &format!("crate::{name}")).replace("drata_api::", "crate::");
            generated.insert(Path::new("samples").join(inner), text);
        } else if path == Path::new("crates/drata-api").join(MANIFEST) {
            generated.insert(MANIFEST.into(), text);
        }
    }
    Ok(generated)
}

/// What the commands that only read say of a contract.
pub(crate) struct Looks {
    /// What `lint` finds in the contract.
    pub(crate) lint: String,
    /// The changes that `diff` sees between the contract and the document that it was imported from.
    pub(crate) changes: Vec<Value>,
}

/// Imports a document and runs the commands that only read; `None` if it is not imported.
pub(crate) fn look(document: &str) -> Option<Looks> {
    let workspace = Workspace::new();
    workspace.write("vendor.json", document);
    workspace.xtask(&["import", "v2", "vendor.json"]).ok()?;
    let lint = workspace.xtask(&["lint", "--api-version", "v2", "--all"]);
    let lint = lint.unwrap_or_else(|said| format!("lint fails: {said}"));
    let diff = ["diff", "openapi/v2/contract.json", "vendor.json", "--format", "json"];
    let changes = match workspace.xtask(&diff) {
        Ok(said) => {
            let pages: Vec<Value> = serde_json::from_str(&said).unwrap();
            pages.iter().flat_map(|page| page["changes"].as_array().unwrap()).cloned().collect()
        }
        Err(said) => vec![said.into()],
    };
    Some(Looks { lint, changes })
}

/// The files of the version's module, by their path in it.
pub(crate) type Module = BTreeMap<PathBuf, String>;

/// The version's module before and after the import of a newer document.
///
/// # Errors
/// The findings, as they are printed.
pub(crate) fn evolve(before: &str, after: &str) -> Result<[Module; 2], String> {
    let workspace = Workspace::new();
    let module = |document: &str| -> Result<Module, String> {
        workspace.take(document)?;
        let files = workspace.files().into_iter();
        let inner = |path: PathBuf| path.strip_prefix("crates/drata-api/src/v2").map(Path::to_owned).ok();
        Ok(files.filter_map(|(path, text)| Some((inner(path)?, text))).collect())
    };
    Ok([module(before)?, module(after)?])
}

/// A workspace that holds only what the commands read.
struct Workspace {
    root: tempfile::TempDir,
}

impl Workspace {
    fn new() -> Self {
        let workspace = Self { root: tempfile::tempdir().unwrap() };
        workspace.write("openapi/v1/contract.json", CONTRACT);
        for version in ["v1", "v2"] {
            workspace.write(&format!("openapi/{version}/corrections.yaml"), "[]\n");
            workspace.write(&format!("openapi/{version}/docs.yaml"), "areas: {}\n");
        }
        for package in ["drata-api", "drata-ext"] {
            let manifest = format!("crates/{package}/{MANIFEST}");
            workspace.write(&manifest, "[features]\n# areas: begin\n# areas: end\n");
        }
        workspace
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Imports a document and generates.
    fn take(&self, document: &str) -> Result<(), String> {
        self.write("vendor.json", document);
        self.xtask(&["import", "v2", "vendor.json"])?;
        self.xtask(&["codegen"]).map(drop)
    }

    /// Runs a command. One that fails must leave every file as it was.
    fn xtask(&self, args: &[&str]) -> Result<String, String> {
        let before = self.files();
        let root = self.root.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(args).env("XTASK_ROOT", root).env("XTASK_TODAY", "2026-10-05").current_dir(root);
        let output = command.output().unwrap();
        if output.status.success() {
            return Ok(String::from_utf8(output.stdout).unwrap());
        }
        assert!(before == self.files(), "{args:?} failed and left something behind");
        Err(String::from_utf8(output.stderr).unwrap())
    }

    fn files(&self) -> BTreeMap<PathBuf, String> {
        let root = self.root.path();
        let mut found = BTreeMap::new();
        let mut open = vec![root.to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    found.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read_to_string(&path).unwrap());
                }
            }
        }
        found
    }
}
