//! `drata mcp`: a server of the Model Context Protocol over standard input and output.

mod answer;
mod confirm;
mod server;
mod tools;

use clap::Command;
use rmcp::ServiceExt as _;
use rmcp::model::ProtocolVersion;

use crate::args::globals::Globals;
use crate::failure::Failure;
use crate::session::Session;

/// The command.
pub(crate) fn command() -> Command {
    let versions: Vec<&str> = ProtocolVersion::KNOWN_VERSIONS.iter().map(ProtocolVersion::as_str).collect();
    Command::new("mcp")
        .about("Serve an assistant: a server of the Model Context Protocol over standard input and output")
        .after_help(format!(
            "Tools: find and describe operations, call those that read, list rows page by page, and the jobs status, failing and\n\
             evidence due. It is read-only unless it is started with --write; then deletions and replacements need the\n\
             confirmation of the person at the client, or --yes at the start. Speaks the revisions {}.",
            versions.join(", ")
        ))
}

/// Serves until the client closes standard input.
pub(crate) async fn run(globals: &Globals) -> Result<(), Failure> {
    let session = Session::open(globals).await?;
    let stopped = |problem: String| Failure::other(format!("the server stopped: {problem}"));
    let account = session.account_name().await;
    let server = server::Server::new(session, account);
    let service = match server.serve(rmcp::transport::stdio()).await {
        Ok(service) => service,
        // A client that goes before it has said anything is no failure.
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(stopped(error.to_string())),
    };
    service.waiting().await.map_err(|error| stopped(error.to_string()))?;
    Ok(())
}
