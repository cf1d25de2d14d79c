//! `drata sandbox`: serves an account in memory.

use std::net::{Ipv4Addr, SocketAddr};

use clap::{Arg, ArgMatches, Command};
use drata_sandbox::Sandbox;

use crate::args::globals::Globals;
use crate::args::values::{at_least_one, whole};
use crate::failure::Failure;
use crate::output::Screen;

pub(crate) fn command() -> Command {
    let number = |name: &'static str, default: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("N")
            .default_value(default)
            .value_parser(whole(0..=u64::MAX))
            .allow_negative_numbers(true)
    };
    Command::new("sandbox")
        .about("Serve an account in memory, until Ctrl-C")
        .after_help("Every operation of both versions, with made-up data. Point this program or any client at it:\n\n  DRATA_BASE_URL=http://127.0.0.1:8700/public DRATA_API_KEY=drata-sandbox-key-0001 drata vendors list")
        .arg(
            Arg::new("port")
                .long("port")
                .value_name("PORT")
                .default_value("8700")
                .value_parser(whole(0..=65_535))
                .allow_negative_numbers(true)
                .help("Port of this machine to listen on; 0 takes a free one"),
        )
        .arg(number("seed", "1").help("What the data follows from"))
        .arg(number("records", "100").help("Rows in each list"))
        .arg(number("workspaces", "1").value_parser(at_least_one).help("Workspaces, each with lists of its own"))
}

pub(crate) async fn run(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let number = |name: &str| matches.get_one::<u64>(name).copied().unwrap_or(1);
    let port = matches.get_one::<u64>("port").and_then(|port| u16::try_from(*port).ok()).unwrap_or(8700);
    let sandbox = Sandbox::builder()
        .seed(number("seed"))
        .records(number("records"))
        .workspaces(number("workspaces"))
        .address(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .start()
        .await
        .map_err(|error| {
            Failure::other(format!("port {port} cannot be listened on: {error}; --port 0 takes a free one"))
        })?;
    Screen::new(globals).show(&serde_json::json!({ "baseUrl": sandbox.base_url(), "apiKey": sandbox.api_key() }))?;
    // It runs until the process is told to stop.
    std::future::pending().await
}
