//! The features: one for each area, written between two marks of the manifests.

use anyhow::{Context as _, Result};

use crate::files::{self, Output};
use crate::names;
use crate::surface::Surface;

const BEGIN: &str = "# areas: begin\n";
const END: &str = "# areas: end\n";

pub(crate) fn emit(surfaces: &[&Surface], output: &mut Output) -> Result<()> {
    let own = features(surfaces, |version, _| format!("\"_{version}\""), |version| format!("_{version} = []\n"));
    // What users switch on in drata-ext is switched on in drata-api.
    let passed = features(
        surfaces,
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

fn features(surfaces: &[&Surface], needs: impl Fn(&str, &str) -> String, private: impl Fn(&str) -> String) -> String {
    let mut list = String::new();
    let versions: Vec<&str> = surfaces.iter().map(|surface| surface.version.name()).collect();
    let all: Vec<String> = versions.iter().map(|version| format!("\"{version}\"")).collect();
    list += &format!("full = [{}]\n", all.join(", "));
    for surface in surfaces {
        let version = surface.version.name();
        let areas: Vec<String> = surface.areas.iter().map(|area| names::feature(version, &area.name)).collect();
        list += &private(version);
        let lines: String = areas.iter().map(|area| format!("    \"{area}\",\n")).collect();
        list += &format!("{version} = [\n{lines}]\n");
        for area in &areas {
            list += &format!("{area} = [{}]\n", needs(version, area));
        }
    }
    list
}
