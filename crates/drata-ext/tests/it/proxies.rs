//! The way to the service.

use std::process::Command;

use drata_ext::{Drata, RetryPolicy};
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

/// Whether this process is one that a test started, whose environment names proxies, and the address of the service.
fn service_of_child() -> Option<String> {
    std::env::var("DRATA_TEST_SERVICE").ok()
}

/// Runs the test `name` of this file in a process of its own, since an environment is the whole process's.
async fn in_child(name: &str, service: &Server, environment: &[(&str, &str)]) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        child.env_remove(name).env_remove(name.to_uppercase());
    }
    child.args(["--exact", &format!("proxies::{name}")]).env("DRATA_TEST_SERVICE", service.url());
    child.envs(environment.iter().copied());
    let outcome = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&outcome.stdout).into_owned();
    assert!(outcome.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
async fn the_proxy_of_the_environment_is_asked_for_what_is_elsewhere_and_for_nothing_here() {
    const NAME: &str = "the_proxy_of_the_environment_is_asked_for_what_is_elsewhere_and_for_nothing_here";
    let never = |builder: drata_ext::Builder| builder.api_key(KEY).retry_policy(RetryPolicy::never()).build().unwrap();
    if let Some(service) = service_of_child() {
        let elsewhere = never(Drata::builder().base_url("https://drata.invalid/public"));
        let error = error_of(call(&elsewhere, &READ)).await;
        let here = never(Drata::builder().base_url(service));
        call(&here, &READ).receive_nothing().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let link = here.download("https://files.invalid/plan.pdf?signature=s1gned");
        let link_error = link.to_file(folder.path().join("plan.pdf")).await.unwrap_err();
        for error in [error, link_error] {
            let shown = format!("{error} {error:?}");
            assert!(error.is_connect() && error.to_string().contains("through the proxy 127.0.0.1:"), "{shown}");
            assert!(!shown.contains("pa55") && !shown.contains("s1gned"), "{shown}");
        }
        return;
    }
    let refused = || Reply::new(502, "text/plain", "not from here");
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let proxy = Server::script([refused()]).await;
        let service = Server::script([Reply::ok(json!({}))]).await;
        let address = format!("http://user:pa55@{}", proxy.address());
        in_child(NAME, &service, &[(variable, &address), ("HTTP_PROXY", &address)]).await;
        let asked: Vec<_> = proxy.received().into_iter().map(|asked| (asked.method, asked.target)).collect();
        let connect = |host: &str| ("CONNECT".to_owned(), format!("{host}:443"));
        assert_eq!(asked, [connect("drata.invalid"), connect("files.invalid")], "{variable}");
        assert!(proxy.received().iter().all(|asked| asked.headers.contains_key("proxy-authorization")));
        assert!(!format!("{:?}", proxy.received()).contains(KEY));
        assert_eq!(service.count(), 1);
    }
}

#[tokio::test]
async fn headers_of_the_program_s_go_with_every_request_but_for_those_that_are_not_its_to_set() {
    let service = Server::script([Reply::bad_gateway(), Reply::ok(json!({}))]).await;
    let mut builder = service.builder();
    for (name, value) in [("x-tenant", "blue"), ("authorization", "Basic x"), ("host", "evil"), ("content-length", "9")]
    {
        builder = builder.header(name.parse().unwrap(), value.parse().unwrap());
    }
    call(&builder.build().unwrap(), &READ).receive_nothing().await.unwrap();
    assert_eq!(service.count(), 2);
    for request in service.received() {
        let header = |name: &str| request.headers.get_all(name).iter().collect::<Vec<_>>();
        assert_eq!(header("x-tenant"), ["blue"]);
        assert_eq!(header("authorization"), [&format!("Bearer {KEY}")]);
        assert_eq!(header("host"), [service.address()]);
        assert!(header("content-length").is_empty());
    }
}
