//! Calls every operation of a version once, with the least request that is valid, and prints a line of JSON for each.

use std::io::{self, Write as _};
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, ValueEnum};
use drata_api::Client;
use drata_ext::{ApiVersion, Drata, RateLimiter, RetryPolicy};
use drata_tests::{AtRoot, Summary, exercise, selection, stands_at_root};
use futures_util::StreamExt as _;

/// Calls every operation through the typed API and prints what came of it, a line of JSON each, then a summary.
///
/// It writes and deletes, so it is for mock servers and for the sandbox, where what was deleted is missing in the next run
/// until `POST /sandbox/reset` brings it back.
///
/// Exits with 1 when a call did not go well, and with 2 when there was nothing to call.
#[derive(Parser)]
struct Args {
    /// The version of the API.
    #[arg(long)]
    version: Version,
    /// The address that both versions stand below, such as http://127.0.0.1:8700/public; or, for a server of one version
    /// alone, the address that its paths stand below.
    #[arg(long)]
    base_url: String,
    /// The key to send; by default, that of the sandbox.
    #[arg(long, env = "DRATA_API_KEY", hide_env_values = true, default_value = "drata-sandbox-key-0001")]
    api_key: String,
    /// Only the operations of this area, such as `connections`.
    #[arg(long)]
    area: Option<String>,
    /// Only the operation with this identifier of the vendor's.
    #[arg(long, value_name = "OPERATION_ID")]
    only: Option<String>,
    /// How many times to call each.
    #[arg(long, default_value_t = 1)]
    repeat: usize,
    /// How many calls may be on their way together.
    #[arg(long, default_value_t = 1)]
    concurrency: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum Version {
    V1,
    V2,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(args: &Args) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let version = match args.version {
        Version::V1 => ApiVersion::V1,
        Version::V2 => ApiVersion::V2,
    };
    // Every answer counts as it came: no second try, no wait.
    let drata = Drata::builder()
        .api_key(&args.api_key)
        .base_url(&args.base_url)
        .retry_policy(RetryPolicy::never())
        .rate_limiter(RateLimiter::unlimited())
        .build()?;
    let samples: Vec<_> = selection(version, args.area.as_deref(), args.only.as_deref()).collect();
    if samples.is_empty() {
        return Err(
            "no operation fits --area and --only: area names are those of the modules, such as `connections`".into()
        );
    }
    let client = if stands_at_root(drata.client(), version).await {
        Client::new(AtRoot(Arc::clone(drata.client().transport())))
    } else {
        drata.client().clone()
    };
    let mut lines = pin!(exercise(&client, samples.into_iter(), args.repeat, args.concurrency));
    let mut out = io::stdout().lock();
    let mut summary = Summary::default();
    while let Some(line) = lines.next().await {
        summary.count(&line);
        writeln!(out, "{}", serde_json::to_string(&line)?)?;
    }
    writeln!(out, "{}", serde_json::to_string(&summary)?)?;
    Ok(if summary.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
