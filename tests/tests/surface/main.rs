//! The public surface of each area, as a person reads it: what it offers in Rust, and what goes over the wire.
//!
//! The snapshots are meant to be read in review: a change of the contract shows as the few lines that it changes for users.

mod changes;
mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use drata_api::ApiVersion;
use drata_tests::{Canned, all};
use http::StatusCode;

use crate::page::Texts;

#[test]
fn surface_of_v1() {
    review(ApiVersion::V1);
}

#[test]
fn surface_of_v2() {
    review(ApiVersion::V2);
}

#[test]
fn no_snapshot_is_left_over() {
    let known: BTreeSet<String> = [ApiVersion::V1, ApiVersion::V2]
        .into_iter()
        .flat_map(|version| areas(version).into_iter().chain(["", "shared"]).map(move |name| snapshot(version, name)))
        .map(|name| format!("{name}.snap"))
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/surface/snapshots");
    let found: BTreeSet<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let left_over: Vec<&String> = found.difference(&known).collect();
    assert!(left_over.is_empty(), "no area has these snapshots: {left_over:?}");
}

/// Compares every snapshot of a version, so that one run shows all that differ.
fn review(version: ApiVersion) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let differing: Vec<String> = pages(version)
        .into_iter()
        .filter(|(name, text)| {
            let compare = || settings.bind(|| insta::assert_snapshot!(name.as_str(), text));
            catch_unwind(AssertUnwindSafe(compare)).is_err()
        })
        .map(|(name, _)| name)
        .collect();
    assert!(
        differing.is_empty(),
        "the surface changed in {differing:?}: review with `cargo insta review`, or accept with INSTA_UPDATE=always"
    );
}

/// The pages of a version by name: one for the version, one for each area, one for the types that areas share.
fn pages(version: ApiVersion) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> =
        areas(version).into_iter().map(|name| (snapshot(version, name), page::area(&texts(version, name)))).collect();
    found.push((snapshot(version, "shared"), page::shared(&generated(version, "shared.rs"))));
    found.push((snapshot(version, ""), whole(version)));
    found
}

fn whole(version: ApiVersion) -> String {
    let names = read(&format!("../openapi/{version}/names.yaml"));
    page::version(&generated(version, "mod.rs"), &generated(version, "ids.rs"), &names)
}

fn snapshot(version: ApiVersion, name: &str) -> String {
    if name.is_empty() { version.to_string() } else { format!("{version}_{name}") }
}

fn areas(version: ApiVersion) -> BTreeSet<&'static str> {
    all(version).map(|sample| sample.meta.area).collect()
}

/// The texts of an area as they are checked in.
fn texts(version: ApiVersion, area: &str) -> Texts {
    let client = Canned::new(StatusCode::OK, "").client();
    let samples = all(version).filter(|sample| sample.meta.area == area);
    let requests: BTreeMap<String, String> = samples
        .map(|sample| {
            let name = sample.meta.rust_path.rsplit("::").next().unwrap_or_default();
            (name.to_owned(), (sample.full)(&client))
        })
        .collect();
    let file = |name: &str| generated(version, &format!("{area}/{name}"));
    let types = if path(version, &format!("{area}/types.rs")).exists() { file("types.rs") } else { String::new() };
    Texts { module: file("mod.rs"), builder: file("builder.rs"), meta: file("meta.rs"), types, requests }
}

fn path(version: ApiVersion, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/drata-api/src").join(version.as_str()).join(name)
}

fn generated(version: ApiVersion, name: &str) -> String {
    read(path(version, name).to_str().expect("a path of this repository"))
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
