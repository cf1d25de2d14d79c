//! The way to the service.

use drata_ext::Drata;
use serde_json::json;

use crate::operations::{READ, call, error_of};
use crate::server::{KEY, Reply, Server};

#[tokio::test]
async fn requests_go_through_the_proxy_that_is_named() {
    let proxy = Server::script([Reply::ok(json!({}))]).await;
    let service = Server::script([Reply::ok(json!({}))]).await;
    let drata = service.builder().proxy(format!("http://user:pa55@{}", proxy.address())).build().unwrap();
    call(&drata, &READ).receive_nothing().await.unwrap();
    assert_eq!((proxy.count(), service.count()), (1, 0));
    let request = &proxy.received()[0];
    assert_eq!(request.target, format!("{}/things", service.url()));
    assert!(request.headers.contains_key("proxy-authorization"));
    assert!(!format!("{drata:?} {:?}", service.builder().proxy("http://user:pa55@proxy")).contains("pa55"));
}

#[tokio::test]
async fn the_service_is_named_when_it_cannot_be_reached() {
    let gone = Server::script([Reply::ok(json!({}))]).await;
    let (drata, address) = (gone.client(), gone.address().to_owned());
    drop(gone);
    tokio::task::yield_now().await;
    let error = error_of(call(&drata, &READ)).await;
    assert!(error.to_string().contains(&address), "{error}");
}

#[test]
fn settings_that_cannot_work_are_errors_that_hold_no_secret() {
    let builder = || Drata::builder().api_key(KEY);
    for refused in [builder().proxy("http://user:pa55@"), builder().root_certificates("no certificate")] {
        let error = refused.build().unwrap_err();
        assert!(error.is_configuration(), "{error}");
        assert!(!format!("{error:?}").contains("pa55"), "{error:?}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_down_is_named() {
    let gone = Server::script([Reply::ok(json!({}))]).await;
    let proxy = gone.address().to_owned();
    drop(gone);
    tokio::task::yield_now().await;
    let service = Server::script([Reply::ok(json!({}))]).await;
    let drata = service.builder().proxy(format!("http://user:pa55@{proxy}")).build().unwrap();
    let error = error_of(call(&drata, &READ)).await;
    assert!(error.to_string().contains(&format!("through the proxy {proxy}")), "{error}");
    assert!(!error.to_string().contains("pa55"), "{error}");
}

#[test]
fn settings_say_what_is_wrong_with_them() {
    let builder = || Drata::builder().api_key(KEY);
    for (refused, expected) in [
        (Drata::builder(), "no API key was set"),
        (builder().base_url("api.drata.com"), "begin it with https://"),
        (builder().proxy("proxy.example.com:3128"), "another scheme"),
        (builder().base_url("http://127.0.0.1:1").proxy("http://proxy.example.com:3128"), "in clear"),
        (builder().client_certificate("no certificate"), "not PEM"),
    ] {
        let error = refused.build().unwrap_err();
        assert!(error.is_configuration() && error.to_string().contains(expected), "{error}");
    }
    // A short key leaves words alone.
    let error = Drata::builder().api_key("x").root_certificates("nonsense").build().unwrap_err();
    assert!(error.to_string().contains("expected"), "{error}");
}
