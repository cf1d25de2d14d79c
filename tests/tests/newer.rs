//! What Drata has today and the contract does not know yet can be sent all the same.

use drata_api::v2::V2;
use drata_api::v2::hris_user_identities::CustomUserIdentityRecord;
use drata_api::v2::vendor_documents::VendorDocumentForm;
use drata_api::v2::vendor_types::VendorTypeCreateRequest;
use drata_api::{Operation, Upload};
use drata_tests::Canned;
use http::StatusCode;
use serde_json::json;

fn v2() -> V2 {
    V2::new(&Canned::new(StatusCode::OK, "{}").client())
}

/// The request as it goes over the wire.
fn wire(call: &impl Operation) -> String {
    call.call().to_string()
}

#[test]
fn a_query_pair_goes_along() {
    let call = v2().vendor_types().list().size(5).extra_query("mood[]", "calm");
    assert_eq!(wire(&call), "GET /v2/vendor-types?size=5&mood[]=calm");
}

#[test]
fn a_field_joins_the_body_or_takes_the_place_of_its_namesake() {
    let call = v2().vendor_types().create(VendorTypeCreateRequest::new("Cloud"));
    let more = call.clone().extra_field("mood", json!({ "today": "calm" }));
    assert_eq!(wire(&more), "POST /v2/vendor-types\n\n{\"name\":\"Cloud\",\"mood\":{\"today\":\"calm\"}}");
    let other = call.extra_field("name", "Hosting");
    assert_eq!(wire(&other), "POST /v2/vendor-types\n\n{\"name\":\"Hosting\"}");
}

#[test]
fn a_field_of_a_form_is_a_part_of_text() {
    let form = VendorDocumentForm::new(Upload::from_bytes("soc2.pdf", "%PDF-1.4\n"));
    let call = v2().vendor_documents().upload(1, form).extra_field("year", 2026).extra_field("note", "final");
    assert_eq!(
        wire(&call),
        "POST /v2/vendors/1/documents\n\nfile: @soc2.pdf (application/pdf)\nyear: 2026\nnote: final"
    );
}

#[tokio::test]
async fn a_body_without_fields_takes_none() {
    let error = v2()
        .hris_user_identities()
        .upsert(1, &[CustomUserIdentityRecord::new("7")])
        .extra_field("mood", "calm")
        .send()
        .await;
    let said = error.expect_err("it is refused before it is sent").to_string();
    assert!(said.contains("mood"), "{said}");
}
