//! `cargo xtask inventory`: every operation, one a line.

use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use serde_json::{Value, json};

use super::codegen::api;
use crate::model::{Api, Operation};
use crate::version::Version;

/// Lists every operation of both versions.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Columns for a person.
    Text,
    /// One JSON object a line.
    Json,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    for version in Version::ALL {
        let api = api(version)?;
        for operation in api.operations() {
            // The JSON alternative of a form is another way into an operation that has its line already.
            if operation.json_alternative {
                continue;
            }
            match args.format {
                Format::Json => println!("{}", line(&api, operation)),
                Format::Text => println!(
                    "{:<52} {:<6} {:<90} {}",
                    api.rust_path(operation),
                    operation.method.to_uppercase(),
                    operation.path,
                    operation.meta.permission
                ),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(api: &Api, operation: &Operation) -> Value {
    let meta = &operation.meta;
    let pagination = match &operation.paging {
        None => "none",
        Some(paging) if paging.by_cursor => "cursor",
        Some(_) => "number",
    };
    let successes: Vec<Value> =
        meta.successes.iter().map(|(status, media)| json!({ "status": status, "media_type": media })).collect();
    json!({
        "version": api.version.name(),
        "operation_id": operation.id,
        "method": operation.method.to_uppercase(),
        "path": operation.path,
        "area": operation.area,
        "rust_path": api.rust_path(operation),
        "permission": meta.permission,
        "permission_name": meta.permission_name,
        "entitlement": meta.entitlement,
        "beta": meta.beta,
        "pagination": pagination,
        "body_forms": meta.bodies,
        "success_forms": successes,
    })
}
