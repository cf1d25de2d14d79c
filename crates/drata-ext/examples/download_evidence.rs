//! Downloads the current version of the first evidence that has a file.
//!
//! `cargo run --example download_evidence -- FOLDER`

mod support;

use std::path::{Path, PathBuf};

use drata_ext::ListExt;
use drata_sandbox::Sandbox;
use support::Account;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let account = Account::connect(Sandbox::builder().records(500)).await?;
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    // A program that only reads holds a client that only reads.
    let drata = account.drata.read_only();
    let library = drata.v1().evidence_library();
    let Some(workspace) = drata.v1().workspaces().list().first().await? else {
        return Err("the account has no workspace".into());
    };

    let mut items = library.list(workspace.id).stream();
    while let Some(item) = items.next().await {
        let evidence = match item {
            Err(error) if error.is_item() => continue,
            other => other?,
        };
        let Some(version) = evidence.versions.iter().find(|version| version.current) else { continue };
        // Links live for minutes, so each is asked for right before it is used.
        let link = match library.get_download_url(workspace.id, evidence.id, version.id).send().await {
            Ok(link) => link,
            // Links and tickets are evidence too, but there is nothing to download.
            Err(error) if error.is_not_found() || error.is_bad_request() => continue,
            Err(error) => return Err(error.into()),
        };
        // A name from elsewhere is a name, not a way into other folders.
        let name = version.metadata.as_ref().and_then(|metadata| metadata.original_file_name.as_deref());
        let name = name.and_then(|name| Path::new(name).file_name());
        let path = name.map_or_else(|| folder.join(format!("evidence-{}", evidence.id)), |name| folder.join(name));
        let size = drata.download(link.signed_url).to_file(&path).await?;
        println!("{:?}: {size} bytes in {}", evidence.name, path.display());
        return Ok(());
    }
    println!("No evidence has a file.");
    Ok(())
}
