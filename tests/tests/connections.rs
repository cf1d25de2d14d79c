//! The list of connections as the vendor's samples show it: ids as texts, null where there is nothing.

use drata_api::v1::V1;
use drata_tests::Canned;
use futures_util::FutureExt as _;
use http::StatusCode;

/// One page with an id of each kind, a state of tomorrow, a field of tomorrow, and a row that is none.
const PAGE: &str = r#"{
    "data": [
        {
            "id": "1", "clientType": "GOOGLE", "state": "ACTIVE", "connected": true,
            "connectedAt": "2025-07-01T16:45:55.246Z", "failedAt": null, "clientId": "acme.com", "clientAlias": "acme-google",
            "aliasUpdatedAt": null, "deletedAt": null,
            "providerTypes": [{ "value": "IDENTITY", "isEnabled": true }, { "value": "MDM", "isEnabled": "false" }],
            "code": null, "groupLabel": null
        },
        {
            "id": 2, "clientType": "PRODUCT_OF_TOMORROW", "state": "PAUSED", "connected": false,
            "connectedAt": null, "failedAt": "2026-03-01 08:00:00.000000", "clientId": null, "clientAlias": null,
            "aliasUpdatedAt": null, "deletedAt": null, "code": "403", "groupLabel": "Everyone", "health": { "score": 3 }
        },
        { "id": 3, "clientType": "OKTA" }
    ],
    "page": 1, "limit": 20, "total": 3
}"#;

#[test]
fn the_sample_is_read() {
    let client = Canned::new(StatusCode::OK, PAGE).client();
    let page = V1::new(&client).connections().list().send().now_or_never().expect("canned").expect("a page");
    insta::assert_debug_snapshot!(page);
    let sent: serde_json::Value =
        serde_json::from_str(&PAGE.replace("\"1\"", "1").replace("\"403\"", "403").replace("\"false\"", "false"))
            .unwrap();
    assert_eq!(
        serde_json::to_value(&page).unwrap(),
        sent,
        "what was read is written back, in the types of the contract"
    );
}
