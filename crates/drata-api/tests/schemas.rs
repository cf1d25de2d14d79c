//! JSON schemas of the types, behind the feature `schemars`, which the tests of the workspace turn on.
#![cfg(all(feature = "schemars", feature = "v1-connections", feature = "v2-vendors"))]

use drata_api::v1::connections::{ConnectionPage, ConnectionState, Roster};
use drata_api::v2::vendors::VendorUpdateRequest;
use schemars::schema_for;

#[test]
fn an_answer_has_its_fields_by_their_names_on_the_wire() {
    let schema = schema_for!(ConnectionPage);
    let schema = schema.as_value();
    assert_eq!(schema["properties"]["total"]["type"], "integer");
    assert_eq!(schema["properties"]["data"]["items"]["$ref"], "#/$defs/Connection");
    let connection = &schema["$defs"]["Connection"]["properties"];
    assert!(connection["clientType"].is_object(), "{connection}");
    assert!(connection.get("client_type").is_none(), "{connection}");
}

#[test]
fn an_enumeration_stays_open() {
    let schema = schema_for!(ConnectionState);
    let schema = schema.as_value();
    assert_eq!(schema["type"], "string");
    assert!(schema.get("enum").is_none(), "a value that Drata adds would be refused");
    assert_eq!(schema["examples"][0], "ACTIVE");
}

#[test]
fn requests_have_schemas_too() {
    let roster = schema_for!(Roster);
    assert_eq!(roster.as_value()["properties"]["personnelData"]["type"], "array");
    let update = schema_for!(VendorUpdateRequest);
    assert!(update.as_value()["properties"].as_object().is_some_and(|fields| fields.len() > 10));
}
