//! The key is seen by one host and by nobody else.

use drata_ext::{Drata, Region};
use http::Method;
use serde_json::json;

use crate::operations::{READ, call, error_of};
use crate::server::{KEY, Reply, Server};

#[tokio::test]
async fn is_not_sent_along_with_a_redirect() {
    let elsewhere = Server::script([Reply::ok(json!({}))]).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}/things", elsewhere.url());
        let server = Server::script([Reply::new(status, "text/plain", "").header("location", &location)]).await;
        let error = error_of(call(&server.client(), &READ)).await;
        assert!(error.is_redirect(), "{error}");
        assert!(error.to_string().contains(elsewhere.address()), "{error}");
        assert_eq!(server.count(), 1, "a redirect is not tried again");
    }
    assert_eq!(elsewhere.count(), 0);
}

#[tokio::test]
async fn requests_written_by_hand_stay_on_the_host_too() {
    let server = Server::script([Reply::ok(json!({"a": 1}))]).await;
    let drata = server.client();
    let read: serde_json::Value = drata.get("/v2/groups").query("expand[]", "a b").receive().await.unwrap();
    assert_eq!(read, json!({"a": 1}));
    drata.request(Method::PATCH, "/groups/1").json(&json!({"b": 2})).receive_nothing().await.unwrap();
    let received = server.received();
    assert_eq!(received[0].target, "/public/v2/groups?expand%5B%5D=a%20b");
    assert_eq!((received[1].method.as_str(), received[1].target.as_str()), ("PATCH", "/public/groups/1"));
    assert_eq!(received[1].text(), r#"{"b":2}"#);

    for bad in ["groups", "https://elsewhere.example/", "/groups?x=1", "/a/../../b"] {
        let error = drata.get(bad).receive_nothing().await.unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
    }
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_user_agent_is_always_sent() {
    let server = Server::script([Reply::ok(json!({}))]).await;
    call(&server.client(), &READ).receive_nothing().await.unwrap();
    let named = server.builder().user_agent_suffix("roster-sync/1.4").build().unwrap();
    call(&named, &READ).receive_nothing().await.unwrap();
    let received = server.received();
    let own = concat!("drata-rs/", env!("CARGO_PKG_VERSION"));
    assert_eq!(received[0].headers["user-agent"], own);
    assert_eq!(received[1].headers["user-agent"], format!("{own} roster-sync/1.4"));
}

#[test]
fn belongs_to_a_region_or_to_an_address_that_is_safe() {
    for region in Region::ALL {
        let drata = Drata::builder().api_key(KEY).region(*region).build().unwrap();
        let host = region.base_url().trim_start_matches("https://").trim_end_matches("/public");
        assert!(format!("{drata:?}").contains(host));
    }
    assert!(Drata::builder().build().unwrap_err().is_configuration());
    let plain = Drata::builder().api_key(KEY).base_url("http://drata.example.com").build().unwrap_err();
    assert!(plain.is_configuration() && plain.to_string().contains("https"), "{plain}");
}
