//! The one place where the corpus meets the generator.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The manifest whose features select the areas.
pub(crate) const MANIFEST: &str = "Cargo.toml";

const CONTRACT: &str = r##"{ "openapi": "3.0.0", "info": { "title": "t", "version": "1" }, "paths": { "/things": { "get": {
    "operationId": "Things_getThing", "tags": ["Things"], "parameters": [], "responses": { "204": { "description": "" } } } } },
    "components": { "schemas": {} } }"##;

/// Imports a vendor's document as the version whose module is called `name`, and generates.
///
/// Returns the generated files: `Cargo.toml` with the features, `module/…` with the module of the version, `samples/…` with
/// the tables of its sample calls. The module is at `crate::NAME`, the tables refer to it as `crate::NAME`, too.
///
/// # Errors
/// The findings, as they are printed.
pub(crate) fn generate(name: &str, document: &str) -> Result<BTreeMap<PathBuf, String>, String> {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    let write = |name: &str, text: &str| {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("vendor.json", document);
    write("openapi/v1/contract.json", CONTRACT);
    for version in ["v1", "v2"] {
        write(&format!("openapi/{version}/corrections.yaml"), "[]\n");
        write(&format!("openapi/{version}/docs.yaml"), "areas: {}\n");
    }
    for package in ["drata-api", "drata-ext"] {
        write(&format!("crates/{package}/Cargo.toml"), "[features]\n# areas: begin\n# areas: end\n");
    }
    for args in [&["import", "v2", "vendor.json"][..], &["codegen"]] {
        let before = below(root);
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(args).env("XTASK_ROOT", root).env("XTASK_TODAY", "2026-10-05").current_dir(root);
        let output = command.output().unwrap();
        if !output.status.success() {
            assert!(before == below(root), "{name}: {args:?} failed and left something behind");
            return Err(String::from_utf8(output.stderr).unwrap());
        }
    }
    let files = below(root);
    let module = Path::new("crates/drata-api/src/v2");
    let samples = Path::new("tests/src/samples/v2");
    let mut generated = BTreeMap::new();
    for (path, text) in files {
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

fn below(root: &Path) -> BTreeMap<PathBuf, String> {
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
