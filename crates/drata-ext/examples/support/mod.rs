//! What the examples share: a client for the account of `DRATA_API_KEY` or, without one, for a sandbox.

use drata_ext::{Builder, Drata, Error};
use drata_sandbox::Sandbox;

/// A client, and the sandbox that it talks to, if it does.
pub(crate) struct Account {
    /// The client.
    pub(crate) drata: Drata,
    /// Kept alive for as long as the client is used.
    #[allow(dead_code, reason = "most examples only keep it")]
    pub(crate) sandbox: Option<Sandbox>,
}

impl Account {
    /// The account that the environment names or, without `DRATA_API_KEY`, `sandbox` in this process.
    pub(crate) async fn connect(sandbox: drata_sandbox::Builder) -> Result<Self, Error> {
        if std::env::var_os("DRATA_API_KEY").is_some_and(|key| !key.is_empty()) {
            let drata = Builder::from_env()?.user_agent_suffix("drata-examples").build()?;
            return Ok(Self { drata, sandbox: None });
        }
        let sandbox = sandbox.start().await.map_err(|error| Error::io("the sandbox cannot be started", error))?;
        eprintln!("DRATA_API_KEY is not set: this is the sandbox, an in-memory Drata with invented data.\n");
        let drata = Drata::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
        Ok(Self { drata, sandbox: Some(sandbox) })
    }
}
