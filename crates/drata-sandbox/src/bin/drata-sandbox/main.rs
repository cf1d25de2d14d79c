//! An in-memory Drata as a program, for clients in any language.

mod fault_file;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use drata_sandbox::{Builder, Fault, Features, Permissions, RateLimit, RetryAfter, Sandbox};

/// Serves every operation of both versions of the Drata API from memory, with made-up data that follows from a seed.
///
/// Point a client at the printed base URL (DRATA_BASE_URL for the Rust client) with the printed key. Version 1 is served
/// at the base URL, version 2 below /v2 of it. Nothing is written to disk; a restart brings the first state back.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
struct Options {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8700)]
    port: u16,

    /// Address to listen on; anything but a loopback address needs --allow-remote as well
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,

    /// Listen on an address that other machines can reach; the API asks them for a key, /sandbox does not
    #[arg(long)]
    allow_remote: bool,

    /// Rows in each list; they cost nothing until they are asked for
    #[arg(long, default_value_t = 100)]
    records: u64,

    /// Rows in each list that belongs to a single row, such as the documents of a vendor
    #[arg(long, default_value_t = 5)]
    nested: u64,

    /// Connections, if there are to be more or fewer than --records
    #[arg(long)]
    connections: Option<u64>,

    /// Workspaces, each with lists of its own
    #[arg(long, default_value_t = 1)]
    workspaces: u64,

    /// What the data follows from: the same seed gives the same rows on every machine
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Milliseconds to delay every response by
    #[arg(long, default_value_t = 0, value_name = "MS")]
    latency_ms: u64,

    /// Requests allowed in a minute; the others get a 429
    #[arg(long, value_name = "REQUESTS")]
    rate_limit: Option<u32>,

    /// What a 429 says about when to come back
    #[arg(long, value_enum, default_value = "seconds")]
    retry_after: RetryAfterForm,

    /// A share of all requests that fail with a status, such as 503=0.05 for one in twenty; which ones follows from
    /// the seed. May be given several times
    #[arg(long, value_name = "STATUS=SHARE", value_parser = parse_error_rate)]
    error_rate: Vec<(u16, f64)>,

    /// A TOML file with things that go wrong; see below
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,

    /// A key and what it may do: all=KEY, read=KEY, or permissions joined by commas, such as
    /// connections-get,personnel-importing=KEY. May be given several times
    #[arg(long = "key", value_name = "PERMISSIONS=KEY", value_parser = parse_key)]
    keys: Vec<(Permissions, String)>,

    /// The paid features of the plan, joined by commas; all unless given, "none" for none. Operations of the others
    /// fail with 402
    #[arg(long, value_name = "FEATURES")]
    features: Option<String>,

    /// Behave as if the terms had not been accepted: every call fails with 412
    #[arg(long)]
    terms_not_accepted: bool,
}

const EXAMPLES: &str = "\
Examples:
  drata-sandbox
  drata-sandbox --port 8700 --records 1000 --seed 7 --latency-ms 20 --rate-limit 500 --key all=KEY
  curl -H 'Authorization: Bearer KEY' 'http://127.0.0.1:8700/public/connections?limit=5'

Faults, in a file for --faults:
  [[fault]]
  effect = \"html\"              # also: status, reset, truncated, slow-body, latency, repeated-cursor,
  status = 502                 #       missing-cursor, unknown-enum, extra-fields, missing-fields, text-ids
  operation = \"getConnections\" # or an identifier of the contract, or \"GET /connections\"; all when left out
  next = 2                     # at most two times; every = 5 and rate = 0.1 combine with it; always when left out
  afterwards = true            # the request has done what it asks for before the error comes
  # also: files = true for signed links, delay_ms for latency and slow-body, retry_after = \"30\" for status

Beside the API, for tests in any language and without a key:
  GET    /sandbox/requests     what was received, counted per operation, with what was against the contract
  DELETE /sandbox/requests     forget it
  POST   /sandbox/reset        bring the first state back
  GET    /openapi/v1.json      the contract as it is served here; also v2.json

Answers whose effect the sandbox does not act out carry the header x-drata-sandbox-effect: not-simulated.";

/// The forms of `Retry-After`.
#[derive(Clone, Copy, clap::ValueEnum)]
enum RetryAfterForm {
    /// Seconds until the minute is over
    Seconds,
    /// An HTTP date
    Date,
    /// Nothing
    None,
}

impl From<RetryAfterForm> for RetryAfter {
    fn from(form: RetryAfterForm) -> Self {
        match form {
            RetryAfterForm::Seconds => Self::Seconds,
            RetryAfterForm::Date => Self::Date,
            RetryAfterForm::None => Self::None,
        }
    }
}

fn parse_key(text: &str) -> Result<(Permissions, String), String> {
    let (permissions, key) = text.split_once('=').ok_or("a key is given as PERMISSIONS=KEY, such as all=KEY")?;
    if key.is_empty() {
        return Err("the key is empty".to_owned());
    }
    let permissions = match permissions {
        "all" => Permissions::All,
        "read" => Permissions::Read,
        names => Permissions::only(names.split(',').filter(|name| !name.is_empty())),
    };
    Ok((permissions, key.to_owned()))
}

fn parse_error_rate(text: &str) -> Result<(u16, f64), String> {
    let wrong = || "an error rate is given as STATUS=SHARE, such as 503=0.05".to_owned();
    let (status, share) = text.split_once('=').ok_or_else(wrong)?;
    let status = status.parse().ok().filter(|status| (400..=599).contains(status)).ok_or_else(wrong)?;
    let share = share.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or_else(wrong)?;
    Ok((status, share))
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("drata-sandbox: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> Result<(), String> {
    if !options.host.is_loopback() && !options.allow_remote {
        return Err(format!("{} can be reached from other machines; add --allow-remote to mean it", options.host));
    }
    let address = SocketAddr::new(options.host, options.port);
    let sandbox = builder(options)?.start().await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("{address} is in use; choose another with --port, or 0 for a free one")
        }
        _ => format!("cannot listen on {address}: {error}"),
    })?;
    // Whoever reads the next line may ask for the end at once.
    let stopped = stopped();
    println!("drata-sandbox serves v1 at {0} and v2 at {0}/v2", sandbox.base_url());
    println!("key: {}", sandbox.api_key());
    println!("stop it with Ctrl-C");
    stopped.await;
    sandbox.shutdown().await;
    Ok(())
}

fn builder(options: Options) -> Result<Builder, String> {
    let mut builder = Sandbox::builder()
        .address(SocketAddr::new(options.host, options.port))
        .records(options.records)
        .nested(options.nested)
        .workspaces(options.workspaces)
        .seed(options.seed)
        .latency(Duration::from_millis(options.latency_ms))
        .terms_accepted(!options.terms_not_accepted);
    if let Some(connections) = options.connections {
        builder = builder.connections(connections);
    }
    if let Some(requests) = options.rate_limit {
        builder = builder.rate_limit(RateLimit::per_minute(requests).retry_after(options.retry_after.into()));
    }
    if let Some(features) = options.features {
        let names = features.split(',').filter(|name| !matches!(*name, "" | "none"));
        builder = builder.features(Features::only(names));
    }
    for (permissions, key) in options.keys {
        builder = builder.key(key, permissions);
    }
    for (status, share) in options.error_rate {
        builder = builder.fault(Fault::status(status).rate(share));
    }
    let faults: Vec<Fault> = options.faults.as_deref().map(fault_file::read).transpose()?.unwrap_or_default();
    Ok(faults.into_iter().fold(builder, Builder::fault))
}

/// Waits for Ctrl-C or a request to terminate. It listens from the moment it is called, not from the first poll.
fn stopped() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    async move {
        #[cfg(unix)]
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        let _ = tokio::signal::ctrl_c().await;
    }
}
