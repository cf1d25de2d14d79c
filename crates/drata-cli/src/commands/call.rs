//! A call of one operation, from its command line to its output.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use drata_contract::schema::Property;
use drata_ext::Upload;
use drata_ext::by_name::{Known, NamedCall};
use http::Method;
use serde_json::Value;

use super::list;
use crate::args::about::command_name;
use crate::args::globals::Globals;
use crate::args::inputs::{Input, Target, inputs};
use crate::failure::Failure;
use crate::files::{read_text, text_of};
use crate::json;
use crate::output::Screen;
use crate::session::Session;

/// The longest body that is read.
const LONGEST_BODY: u64 = 64 * 1024 * 1024;

/// Runs the operation that `matches` are the arguments of.
pub(crate) async fn run(known: Known, matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let session = Session::open(globals).await?;
    let call = fill(&session, known, matches)?;
    if globals.dry_run {
        return dry_run(&session, &call);
    }
    if known.operation.is_read() {
        return read(&session, call, matches).await;
    }
    write(&session, call).await
}

/// The call with the values of the command line.
pub(crate) fn fill(session: &Session, known: Known, matches: &ArgMatches) -> Result<NamedCall, Failure> {
    let mut call = session.drata.operation(known.meta.rust_path)?;
    if let Some(given) = matches.try_get_one::<String>("json").ok().flatten() {
        call = call.body(read_json(given)?);
    }
    for Input { flag, target, many } in inputs(known) {
        match target {
            Target::File(file) => {
                for path in matches.get_many::<PathBuf>(&flag).into_iter().flatten() {
                    call = call.file(&file.name, upload(path)?);
                }
            }
            Target::Parameter(parameter) => {
                if let Some(value) = value(matches, &flag, many) {
                    call = call.set(&parameter.name, value);
                }
            }
            Target::Field(field) => {
                if let Some(value) = value(matches, &flag, many) {
                    call = call.field(&field.name, value);
                }
            }
        }
    }
    Ok(call)
}

fn value(matches: &ArgMatches, flag: &str, many: bool) -> Option<Value> {
    let mut values = matches.get_many::<Value>(flag)?.cloned();
    if many { Some(Value::Array(values.collect())) } else { values.next() }
}

/// A file to send; that it is there is checked before anything is sent.
pub(crate) fn upload(path: &Path) -> Result<Upload, Failure> {
    let meta = std::fs::metadata(path)
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())))?;
    if meta.is_dir() {
        return Err(Failure::usage(format!("{} is a folder, not a file", path.display())));
    }
    Ok(Upload::from_path(path))
}

/// JSON from a file, from standard input (`-`), or as it is written.
pub(crate) fn read_json(given: &str) -> Result<Value, Failure> {
    let invalid = |name: &str, error: serde_json::Error| Failure::usage(format!("{name} is not JSON: {error}"));
    if given == "-" {
        let text = text_of(std::io::stdin(), "standard input", LONGEST_BODY)?;
        return json::read(&text).map_err(|error| invalid("standard input", error));
    }
    if given.trim_start().starts_with(['{', '[']) {
        return json::read(given).map_err(|error| invalid("--json", error));
    }
    let text = read_text(Path::new(given), LONGEST_BODY).map_err(|failure| {
        failure.hint(match given.strip_prefix('@') {
            Some(path) => format!("a file is named without @, as --json {path}"),
            None => "JSON itself begins with { or [".to_owned(),
        })
    })?;
    json::read(&text).map_err(|error| invalid(given, error))
}

/// Shows the request that would be sent.
pub(crate) fn dry_run(session: &Session, call: &NamedCall) -> Result<(), Failure> {
    show_request(call)?;
    session.screen.note(format!("not sent; it would go to {}", session.account));
    Ok(())
}

/// Shows a request, without the key.
pub(crate) fn show_request(call: &NamedCall) -> Result<(), Failure> {
    use std::io::Write as _;
    let request = call.request()?.to_string();
    let mut out = Screen::out();
    writeln!(out, "{}", crate::output::clean::block(&request))?;
    Ok(out.flush()?)
}

async fn read(session: &Session, call: NamedCall, matches: &ArgMatches) -> Result<(), Failure> {
    let accept = matches.try_get_one::<String>("accept").ok().flatten();
    let known = call.known();
    let media = known.meta.successes.iter().map(|(_, media)| *media);
    let chosen = media.clone().find(|media| accept.is_some_and(|accept| accept == media));
    let only_text = || {
        media
            .clone()
            .find(|media| !media.is_empty())
            .filter(|_| !media.clone().any(|media| media == "application/json"))
    };
    if let Some(media) = chosen.filter(|media| *media != "application/json").or_else(only_text) {
        return stream(session, call, media).await;
    }
    if call.is_list() {
        return list::run(session, call, matches).await;
    }
    let response = call.send().await?;
    session.screen.show(&response.json()?)
}

/// Writes a response that is no JSON as it arrives.
async fn stream(session: &Session, call: NamedCall, media: &'static str) -> Result<(), Failure> {
    use futures_util::StreamExt as _;
    use std::io::Write as _;
    let mut body = call.stream_as(media).await?;
    let mut out = Screen::out();
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        match session.screen.terminal {
            // A character that is cut between two chunks is shown as a replacement, on a terminal alone.
            true => out.write_all(crate::output::clean::block(&String::from_utf8_lossy(&chunk)).as_bytes())?,
            false => out.write_all(&chunk)?,
        }
    }
    Ok(out.flush()?)
}

async fn write(session: &Session, call: NamedCall) -> Result<(), Failure> {
    let known = call.known();
    let request = call.request()?;
    let line = request.to_string().lines().next().unwrap_or_default().to_owned();
    session.allow_write(&command_name(known))?;
    if let Some(warning) = destroys(known, &call) {
        session.confirm(&format!("{line}\n{warning}")).await?;
    }
    let response = call.send().await?;
    let body = response.json()?;
    if !body.is_null() {
        session.screen.show(&body)?;
    }
    session.wrote(&format!("{} {line}", response.status.as_u16())).await;
    match refused(&body) {
        0 => Ok(()),
        count => Err(Failure::other(format!("{count} of the records were rejected: see `error` in the response"))),
    }
}

/// What a call takes away, if it does.
pub(crate) fn destroys(known: Known, call: &NamedCall) -> Option<String> {
    if known.operation.method == Method::DELETE {
        return Some("deletes this for good".to_owned());
    }
    if let Some(replaces) = &known.operation.replaces {
        return Some(replaces.to_string());
    }
    if known.operation.method != Method::PUT {
        return None;
    }
    // A list of identifiers in an update is the whole list: what it does not name is no longer linked.
    let schemas = &known.contract.schemas;
    let bodies = [known.operation.json_body(), known.operation.form_body()];
    let sets =
        bodies.into_iter().flatten().filter_map(|body| schemas.object(body)).flat_map(|object| &object.properties);
    let is_set = |property: &&Property| {
        let items = schemas.items(property.schema);
        items.is_some_and(|items| schemas.object(items).is_none() && schemas.items(items).is_none())
    };
    let names: Vec<&str> =
        sets.filter(is_set).map(|property| &*property.name).filter(|name| call.has_field(name)).collect();
    let set = names.first()?;
    Some(format!("replaces all {set}: what is not named is removed"))
}

/// How many elements of a successful response say that they were rejected.
fn refused(body: &Value) -> usize {
    let is_error = |item: &&Value| item.get("error").is_some_and(|error| !error.is_null());
    body.as_array().into_iter().flatten().filter(is_error).count()
}
