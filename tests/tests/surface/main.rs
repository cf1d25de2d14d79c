//! The public surface of each area, as a person reads it: what it offers in Rust, and what goes over the wire.
//!
//! The snapshots are meant to be read in review: a change of the contract shows as the few lines that it changes for users.

mod source;
mod wrap;

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use drata_api::{ApiVersion, Client, Idempotency, OperationMeta, Pagination};
use drata_tests::{Canned, Sample, all};
use http::StatusCode;

use crate::source::{Area, Types};
use crate::wrap::list;

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
        .flat_map(|version| snapshots(version).into_iter().map(|(name, _)| format!("{name}.snap")))
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
    let differing: Vec<String> = snapshots(version)
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

/// The snapshots of a version by name: one for each area, one for the types that areas share.
fn snapshots(version: ApiVersion) -> Vec<(String, String)> {
    let samples: Vec<&Sample> = all(version).collect();
    let names: BTreeSet<&str> = samples.iter().map(|sample| sample.meta.area).collect();
    let mut found: Vec<(String, String)> = names
        .into_iter()
        .map(|name| {
            let area = Area::read(version, name);
            let samples = samples.iter().filter(|sample| sample.meta.area == name);
            (format!("{version}_{name}"), describe(&area, samples.copied()))
        })
        .collect();
    let mut shared = String::new();
    describe_types(&mut shared, &Types::shared(version));
    found.push((format!("{version}_shared"), shared));
    found
}

fn describe<'a>(area: &Area, samples: impl Iterator<Item = &'a Sample>) -> String {
    let mut text = String::new();
    let client = Canned::new(StatusCode::OK, "").client();
    for sample in samples {
        describe_operation(&mut text, area, sample, &client);
    }
    describe_types(&mut text, &area.types);
    text
}

fn describe_operation(text: &mut String, area: &Area, sample: &Sample, client: &Client) {
    let name = sample.meta.rust_path.rsplit("::").next().unwrap_or_default();
    let method = area.method(name);
    text.push_str(&format!("{}\n", method.signature));
    text.push_str(&format!("    // {}\n", facts(sample.meta)));
    for setters in list("    ", &method.setters) {
        text.push_str(&format!("{setters}\n"));
    }
    for response in &method.responses {
        text.push_str(&format!("    {response}\n"));
    }
    for line in (sample.full)(client).lines().filter(|line| !line.is_empty()) {
        // Bodies are long; where they break says nothing.
        let parts: Vec<String> = line.split(',').map(str::to_owned).collect();
        for line in list("  > ", &parts) {
            text.push_str(&format!("{line}\n"));
        }
    }
    text.push('\n');
}

/// What the metadata says, in a line.
fn facts(meta: &OperationMeta) -> String {
    let mut facts = vec![meta.permission.to_owned()];
    facts.extend(meta.entitlement.map(str::to_owned));
    if meta.beta {
        facts.push("beta".to_owned());
    }
    facts.push(
        match meta.idempotency {
            Idempotency::Safe => "safe",
            Idempotency::Idempotent => "idempotent",
            Idempotency::Upsert => "upsert",
            Idempotency::Unsafe => "unsafe",
        }
        .to_owned(),
    );
    match meta.pagination {
        Pagination::None => {}
        Pagination::Number { max_limit, max_page: None } => facts.push(format!("pages of {max_limit}")),
        Pagination::Number { max_limit, max_page: Some(max_page) } => {
            facts.push(format!("{max_page} pages of {max_limit}"))
        }
        Pagination::Cursor { max_size, total } => {
            facts.push(format!("cursor, {max_size} a page{}", if total { ", counts" } else { "" }));
        }
    }
    let successes: Vec<String> =
        meta.successes.iter().map(|(status, media)| format!("{status} {media}").trim_end().to_owned()).collect();
    facts.push(successes.join(", "));
    facts.join("; ")
}

fn describe_types(text: &mut String, types: &Types) {
    for (name, fields) in &types.structs {
        text.push_str(&format!("struct {name}\n"));
        for line in list("    ", fields) {
            text.push_str(&format!("{line}\n"));
        }
    }
    for (name, values) in &types.enums {
        const SHOWN: usize = 8;
        let mut shown: Vec<String> = values.iter().take(SHOWN).cloned().collect();
        if values.len() > SHOWN {
            shown.push("…".to_owned());
        }
        text.push_str(&format!("enum {name}, {} values\n", values.len()));
        for line in list("    ", &shown) {
            text.push_str(&format!("{line}\n"));
        }
    }
}
