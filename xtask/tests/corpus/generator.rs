//! The interface between the corpus and the generator: everything else in the harness knows neither.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use xtask::{Alone, alone, differences_from_itself};

/// The file that lists the features which select the areas.
pub(crate) const FEATURES: &str = "features";

/// Imports a vendor's document as the version whose module is called `name`, and generates.
///
/// Returns the generated files: `features`, `module/…` with the module of the version, and `samples/…` with the tables of its
/// sample calls. Both refer to the module as `crate::NAME` and to `drata-api` as `crate`.
///
/// # Errors
/// The findings, as they are printed.
pub(crate) fn generate(name: &str, document: &str) -> Result<BTreeMap<PathBuf, String>, String> {
    let Alone { files, features, .. } = alone(name, document, "")?;
    let module = Path::new("crates/drata-api/src").join(name);
    let samples = Path::new("tests/src/samples").join(name);
    let mut generated = BTreeMap::from([(FEATURES.into(), features.join("\n"))]);
    for (path, text) in files {
        if let Ok(inner) = path.strip_prefix(&module) {
            generated.insert(Path::new("module").join(inner), text);
        } else if let Ok(inner) = path.strip_prefix(&samples) {
            generated.insert(Path::new("samples").join(inner), text.replace("drata_api::", "crate::"));
        }
    }
    Ok(generated)
}

/// What differs between a document and the contract imported from it; `None` if it is not imported.
pub(crate) fn changes(document: &str) -> Option<Vec<String>> {
    differences_from_itself(document).ok()
}

/// The files of the version's module, by their path in it.
pub(crate) type Module = BTreeMap<PathBuf, String>;

/// The version's module before and after the import of a newer document, with the names that the older one got.
///
/// # Errors
/// The findings, as they are printed.
pub(crate) fn evolve(before: &str, after: &str) -> Result<[Module; 2], String> {
    let inner = |files: BTreeMap<PathBuf, String>| -> Module {
        let module = Path::new("crates/drata-api/src/v2");
        files.into_iter().filter_map(|(path, text)| Some((path.strip_prefix(module).ok()?.to_owned(), text))).collect()
    };
    let older = alone("v2", before, "")?;
    let newer = alone("v2", after, &older.names)?;
    Ok([inner(older.files), inner(newer.files)])
}
