//! What is read of the contract is whole and fits together.

use std::collections::HashSet;

use drata_contract::operation::{ApiVersion, Operation};
use drata_contract::sample::{Extent, sample};
use drata_contract::schema::SchemaId;
use drata_contract::{Contract, check};
use serde_json::json;

fn both() -> [&'static Contract; 2] {
    [ApiVersion::V1, ApiVersion::V2].map(|version| Contract::of(version).expect("codegen writes contracts"))
}

#[test]
fn every_operation_has_a_place_a_permission_and_words() {
    let mut places = HashSet::new();
    for contract in both() {
        assert!(contract.operations.len() > 100);
        for operation in &contract.operations {
            let place = operation.rust_path();
            assert!(!operation.name.is_empty() && !operation.doc.is_empty(), "{}", operation.id);
            assert!(!operation.permissions.is_empty() && !operation.permission_name.is_empty(), "{place}");
            assert!(contract.areas.iter().any(|area| area.name == operation.area && !area.doc.is_empty()), "{place}");
            assert!(std::ptr::eq(contract.at(&place).expect("an operation"), operation), "{place} stands twice");
            assert!(places.insert(place));
        }
    }
}

/// The schema at a path of properties.
fn at<'a>(contract: &Contract, from: SchemaId, mut path: impl Iterator<Item = &'a str>) -> Option<SchemaId> {
    path.try_fold(from, |id, step| Some(contract.schemas.object(id)?.property(step)?.schema))
}

#[test]
fn the_ways_into_a_page_lead_to_its_parts() {
    let mut paged = 0;
    for contract in both() {
        let lists = contract.operations.iter().filter(|operation| operation.paging.is_some());
        for (operation, paging) in lists.filter_map(|operation| Some((operation, operation.paging.as_ref()?))) {
            let page = operation.success().and_then(|success| success.json()).expect("a page is JSON");
            let place = operation.rust_path();
            let rows = at(contract, page, paging.rows.iter().map(String::as_str));
            let rows = rows.unwrap_or_else(|| panic!("{place}: nothing at {:?}", paging.rows));
            // One list of version 1 answers with a single row.
            let is_list = contract.schemas.items(rows).is_some();
            assert!(is_list || paging.rows.is_empty(), "{place}: no list at {:?}", paging.rows);
            for way in paging.total.iter().chain(&paging.cursor) {
                assert!(at(contract, page, way.iter().map(String::as_str)).is_some(), "{place}: nothing at {way:?}");
            }
            assert!(paging.max_size >= 50, "{place}");
            paged += 1;
        }
    }
    assert!(paged > 60, "{paged}");
}

#[test]
fn samples_are_valid() {
    for contract in both() {
        let checked = |operation: &Operation, schema: SchemaId| {
            for extent in [Extent::Minimal, Extent::Required, Extent::Full] {
                let sample = sample(&contract.schemas, schema, extent);
                let mut problems = check::check(&contract.schemas, schema, &sample, "");
                // A file has no value in JSON.
                problems.retain(|problem| !problem.ends_with("is required"));
                assert!(problems.is_empty(), "{}: {problems:?} in {sample}", operation.rust_path());
            }
        };
        for operation in &contract.operations {
            operation.json_body().into_iter().for_each(|schema| checked(operation, schema));
            operation.form_body().into_iter().for_each(|schema| checked(operation, schema));
            operation.parameters.iter().for_each(|parameter| checked(operation, parameter.schema));
        }
    }
}

#[test]
fn a_rule_about_fields_names_them_and_itself() {
    let contract = Contract::of(ApiVersion::V2).unwrap();
    let rule = "the body must hold exactly one of url and fileKey, and holds";
    let body = contract.at("v2::background_checks::create").unwrap().json_body().unwrap();
    for (given, problem) in [
        (json!({ "url": "https://example.com/a" }), None),
        (json!({}), Some("none")),
        (json!({ "url": "https://example.com/a", "fileKey": "a" }), Some("url and fileKey")),
    ] {
        let mut whole = json!({ "userId": 1, "filedAt": "2026-01-15" });
        whole.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
        let problems = check::check(&contract.schemas, body, &whole, "");
        assert_eq!(problems.first().map(String::as_str), problem.map(|held| format!("{rule} {held}")).as_deref());
    }
}
