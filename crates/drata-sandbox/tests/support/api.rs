//! A client of one sandbox, as short as tests want it.

#![allow(dead_code, reason = "each test file uses a part")]

use drata_sandbox::Sandbox;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

pub(crate) struct Api {
    pub(crate) sandbox: Sandbox,
    client: Client,
}

impl Api {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox, client: Client::new() }
    }

    pub(crate) async fn start() -> Self {
        Self::new(Sandbox::start().await.expect("a port"))
    }

    /// A request with the key; the path stands below `/public`.
    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = method.parse().expect("a method");
        self.client.request(method, format!("{}{path}", self.sandbox.base_url())).bearer_auth(self.sandbox.api_key())
    }

    pub(crate) async fn send(&self, method: &str, path: &str) -> Response {
        self.request(method, path).send().await.expect("an answer")
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let response = self.send("GET", path).await;
        let status = response.status();
        let text = response.text().await.expect("a body");
        assert!(status.is_success(), "GET {path}: {status} {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// The status and the body of a GET.
    pub(crate) async fn try_get(&self, path: &str) -> (u16, Value) {
        answer(self.send("GET", path).await).await
    }

    pub(crate) async fn json(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        answer(self.request(method, path).json(&body).send().await.expect("an answer")).await
    }
}

/// The status and the body; null when there is none.
pub(crate) async fn answer(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// The ids of the rows of a list.
pub(crate) fn ids(list: &Value) -> Vec<u64> {
    list["data"].as_array().expect("rows").iter().map(|row| row["id"].as_u64().expect("an id")).collect()
}
