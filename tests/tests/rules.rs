//! Rules of the contract that are checked before anything is sent: each costs nothing and saves a call.

// A test stops at the first surprise.
#![allow(clippy::unwrap_used)]

use drata_ext::v1::connections::{PersonnelRow, Roster};
use drata_ext::v2::background_checks::BackgroundCheckCreateRequest;
use drata_ext::{Drata, Error};
use drata_sandbox::Sandbox;

/// What the rule says, after a check that nothing was sent.
async fn refused(call: impl AsyncFnOnce(Drata) -> Result<(), Error>) -> String {
    let sandbox = Sandbox::start().await.unwrap();
    let drata = Drata::builder().base_url(sandbox.base_url()).api_key(sandbox.api_key()).build().unwrap();
    let error = call(drata).await.unwrap_err();
    assert_eq!(sandbox.requests().all().len(), 0, "it was sent");
    error.to_string()
}

fn row(first_name: &str) -> PersonnelRow {
    PersonnelRow::new("7", first_name, "Lovelace", "ada@example.com", false, true, "2026-01-15T09:30:00")
}

#[tokio::test]
async fn a_limit_is_within_its_range() {
    for limit in [0, 51, 80] {
        let said = refused(async |drata| drata.v1().connections().list().limit(limit).send().await.map(drop)).await;
        assert!(said.contains(&format!("limit {limit} is outside 1..=50")), "{said}");
    }
}

#[tokio::test]
async fn a_roster_names_the_row_whose_text_is_too_long() {
    let roster = Roster::new([row("Ada"), row(&"a".repeat(192))]);
    let said = refused(async |drata| drata.v1().connections().create_from_json(&roster).send().await.map(drop)).await;
    assert!(said.contains("personnelData[1].firstName has 192 characters, 191 are allowed"), "{said}");
}

#[tokio::test]
async fn of_fields_that_exclude_each_other_one_is_set() {
    let check = || BackgroundCheckCreateRequest::new(1, "2026-01-15");
    for (check, holds) in
        [(check(), "and holds none"), (check().url("https://example.com/a").file_key("a"), "and holds url and fileKey")]
    {
        let send = async |drata: Drata| drata.v2().background_checks().create(check).send_optional().await.map(drop);
        let said = refused(send).await;
        assert!(said.contains(&format!("the body must hold exactly one of url and fileKey, {holds}")), "{said}");
    }
}

#[tokio::test]
async fn the_longest_text_is_counted_in_characters() {
    let sandbox = Sandbox::start().await.unwrap();
    let drata = Drata::builder().base_url(sandbox.base_url()).api_key(sandbox.api_key()).build().unwrap();
    let roster = Roster::new([row(&"ä".repeat(191))]);
    drata.v1().connections().create_from_json(&roster).send().await.unwrap();
}

#[tokio::test]
async fn a_path_value_cannot_address_another_resource() {
    for id in ["", ".", ".."] {
        let said = refused(async |drata| drata.v2().events().get(id).send().await.map(drop)).await;
        assert!(said.contains(&format!("{id:?} cannot stand in a path")), "{said}");
    }
}

#[test]
fn a_key_is_not_empty() {
    for key in ["", "  "] {
        let said = Drata::builder().api_key(key).build().unwrap_err().to_string();
        assert!(said.contains("key"), "{said}");
    }
}
