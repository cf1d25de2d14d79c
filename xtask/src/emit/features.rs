//! The features: one for each area, written between two marks of the manifests.

use anyhow::{Context as _, Result};

use crate::files::{self, Output};
use crate::model::{Api, Kind, TypeDef};
use crate::names::rules;

const BEGIN: &str = "# areas: begin\n";
const END: &str = "# areas: end\n";

pub(crate) fn emit(apis: &[&Api], output: &mut Output) -> Result<()> {
    let own = features(apis, |version, _| format!("\"_{version}\""), |version| format!("_{version} = []\n"));
    // What users switch on in drata-ext is switched on in drata-api.
    let passed = features(
        apis,
        |version, feature| format!("\"_{version}\", \"drata-api/{feature}\""),
        |version| format!("_{version} = []\n"),
    );
    for (path, list) in [("crates/drata-api/Cargo.toml", own), ("crates/drata-ext/Cargo.toml", passed)] {
        let manifest = files::read(&files::root().join(path))?;
        let (before, rest) =
            manifest.split_once(BEGIN).with_context(|| format!("{path}: no line `{}`", BEGIN.trim()))?;
        let (_, after) = rest.split_once(END).with_context(|| format!("{path}: no line `{}`", END.trim()))?;
        output.add(path, format!("{before}{BEGIN}{list}{END}{after}"));
    }
    Ok(())
}

fn features(apis: &[&Api], needs: impl Fn(&str, &str) -> String, private: impl Fn(&str) -> String) -> String {
    let mut list = String::new();
    let versions: Vec<&str> = apis.iter().map(|api| api.module.as_str()).collect();
    let all: Vec<String> = versions.iter().map(|version| format!("\"{version}\"")).collect();
    list += &format!("full = [{}]\n", all.join(", "));
    for api in apis {
        let version = api.module.as_str();
        let areas: Vec<String> = api.areas.iter().map(|area| area.feature.clone()).collect();
        list += &private(version);
        let lines: String = areas.iter().map(|area| format!("    \"{area}\",\n")).collect();
        list += &format!("{version} = [\n{lines}]\n");
        for area in &areas {
            list += &format!("{area} = [{}]\n", needs(version, area));
        }
    }
    list
}

/// The feature condition of a shared type; none for an enumeration that so many areas use that naming them all would say
/// less than nothing.
pub(crate) fn condition(api: &Api, def: &TypeDef) -> Option<String> {
    let common = matches!(def.kind, Kind::Enum(_)) && def.areas.len() * 3 > api.areas.len();
    if common || def.areas.len() == api.areas.len() {
        return None;
    }
    let features: Vec<String> =
        def.areas.iter().map(|area| format!("feature = \"{}\"", rules::feature(&api.module, area))).collect();
    Some(format!("#[cfg(any({}))]", features.join(", ")))
}
