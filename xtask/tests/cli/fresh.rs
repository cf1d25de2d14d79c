//! What is checked in is what the contracts and their overlays give, and reads as a person would have written it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{real, said};

#[test]
fn the_generated_code_is_fresh() {
    // A run writes nothing with `--check`, so that the real tree is safe.
    let output =
        Command::new(env!("CARGO_BIN_EXE_xtask")).args(["codegen", "--check"]).env_remove("XTASK_ROOT").output();
    let said = said(output.unwrap()).unwrap_or_else(|said| panic!("{said}"));
    assert!(said.contains("generated files are fresh"), "{said}");
}

/// A doc comment in generated code: where it stands, its text, and the item under it.
struct Doc {
    place: String,
    text: String,
    item: String,
}

/// Every doc comment of the generated crates' modules.
fn docs() -> Vec<Doc> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = ["v1", "v2"].map(|version| real("crates/drata-api/src").join(version)).into();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            in_file(&path, &mut found);
        }
    }
    assert!(found.len() > 3000, "only {} doc comments: does the test still read the generated code?", found.len());
    found
}

fn in_file(path: &Path, found: &mut Vec<Doc>) {
    let text = fs::read_to_string(path).unwrap();
    let mut lines: Vec<&str> = Vec::new();
    let mut start = 0;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        match line.strip_prefix("///") {
            Some(words) => {
                if lines.is_empty() {
                    start = number + 1;
                }
                lines.push(words.trim());
            }
            None if lines.is_empty() || line.starts_with("#[") => {}
            None => {
                let place = format!("{}:{start}", path.display());
                found.push(Doc { place, text: lines.join(" ").trim().to_owned(), item: line.to_owned() });
                lines.clear();
            }
        }
    }
}

/// The name that an item gives to what it declares.
fn name(item: &str) -> &str {
    let words = item.trim_start_matches("pub(super) ").trim_start_matches("pub ");
    let words = words.trim_start_matches("fn ").trim_start_matches("struct ").trim_start_matches("enum ");
    words.split(|one: char| !one.is_alphanumeric() && one != '_').next().unwrap_or_default()
}

/// Descriptions that say nothing beside the item's own name.
#[test]
fn no_description_is_an_echo() {
    let squeezed = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let mut echoes = Vec::new();
    for doc in docs() {
        let said = squeezed(&doc.text);
        let echo = [
            (!said.is_empty() && said == squeezed(name(&doc.item)), "its name"),
            (doc.text.is_empty(), "nothing"),
            (is_values_of(&doc.text), "`Values of x.`"),
            (doc.text.starts_with("Builds ") || doc.text.contains(". Builds "), "`Builds x.`"),
        ];
        echoes
            .extend(echo.iter().filter(|(is, _)| *is).map(|(_, what)| format!("{}: {what}: {}", doc.place, doc.text)));
    }
    assert!(echoes.is_empty(), "{} descriptions say nothing:\n{}", echoes.len(), echoes.join("\n"));
}

/// Whether a description is `Values of x.`, which an enumeration's values say themselves.
fn is_values_of(text: &str) -> bool {
    text.strip_prefix("Values of ").is_some_and(|rest| !rest.trim_end_matches('.').contains(' '))
}

/// A description that names a limit is not followed by the same limit in the generator's words.
#[test]
fn no_limit_is_stated_twice() {
    let phrase = |text: &str| -> Option<(String, Vec<String>)> {
        // What the generator adds stands last.
        let added =
            text.rfind("At most ").max(text.rfind("At least ")).max(text.rfind("From ")).max(text.rfind("Exactly "))?;
        let numbers = |text: &str| -> Vec<String> {
            let words = text.split(|one: char| !one.is_alphanumeric() && one != '.' && one != ',');
            let words = words.map(|word| word.trim_matches(['.', ',']).replace(',', ""));
            words.filter(|word| word.starts_with(|one: char| one.is_ascii_digit())).collect()
        };
        let (before, after) = text.split_at(added);
        let limits = numbers(after);
        let said = numbers(before);
        let twice = !limits.is_empty() && limits.iter().all(|limit| said.contains(limit));
        twice.then(|| (after.to_owned(), limits))
    };
    let twice: Vec<String> = docs()
        .iter()
        .filter_map(|doc| {
            phrase(&doc.text).map(|(again, _)| format!("{}: {again:?} again in: {}", doc.place, doc.text))
        })
        .collect();
    assert!(twice.is_empty(), "{} limits are stated twice:\n{}", twice.len(), twice.join("\n"));
}

/// What a page of documentation begins with: the lines of the module's description.
fn head(version: &str, area: &str) -> String {
    let path = real("crates/drata-api/src").join(version).join(area).join("mod.rs");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().filter_map(|line| line.strip_prefix("//!")).collect::<Vec<_>>().join("\n")
}

fn areas(version: &str) -> BTreeSet<String> {
    let folders = fs::read_dir(real("crates/drata-api/src").join(version)).unwrap().map(|entry| entry.unwrap().path());
    let names = folders.filter(|path| path.is_dir()).map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    names.collect()
}

/// Rustdoc compiles and runs what stands there, so that no example is merely shown.
#[test]
fn every_page_of_an_area_has_an_example_that_runs() {
    let mut without = Vec::new();
    for version in ["v1", "v2"] {
        for area in areas(version) {
            let head = head(version, &area);
            let blocks: Vec<&str> = head.lines().map(str::trim).filter(|line| line.starts_with("```")).collect();
            let call = format!("drata.{version}().");
            let calls = head.replace(|one: char| one.is_whitespace(), "");
            // A helper of drata-ext stands for the calls of an area where it does their work.
            let helper = ["drata.evidence(", "drata.hris_upsert(", "CustomDataSession::new(&drata"];
            if blocks != ["```", "```"] || !(calls.contains(&call) || helper.iter().any(|one| calls.contains(one))) {
                without.push(format!("{version}::{area}: {blocks:?}"));
            }
        }
    }
    assert!(without.is_empty(), "without an example that is compiled and run:\n{}", without.join("\n"));
}

#[test]
fn an_area_of_both_versions_says_which_to_take() {
    let (first, second) = (areas("v1"), areas("v2"));
    let both: Vec<&String> = first.intersection(&second).collect();
    assert!(both.len() > 10, "{both:?}: does the test still find the areas?");
    for area in both {
        for (version, other) in [("v1", "v2"), ("v2", "v1")] {
            // The evidence library has a successor of another name.
            let named = head(version, area).contains(&format!("(crate::{other}::"))
                || head(version, area).contains("(crate::v2::evidence)");
            assert!(named, "{version}::{area} does not say which version to take: add `versions` to it in docs.yaml");
        }
    }
}
