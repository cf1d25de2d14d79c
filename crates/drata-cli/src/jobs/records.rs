//! `drata records push`: the whole data set of a custom connection, as a session.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Map, Value, json};

use crate::args::globals::Globals;
use crate::failure::Failure;
use crate::session::Session;

/// The most bytes of a request: the service takes 5 MB.
const MOST_BYTES: usize = 4_000_000;
/// The most records of a request.
const MOST_RECORDS: usize = 500;

pub(super) fn command() -> Command {
    let push = Command::new("push")
        .about("Replace all records of a resource by those of a file, and say what became of each that was rejected")
        .long_about(
            "Uploads the records as a session and completes it when every one was accepted: then the session's records are\n\
             all that the resource has, and the others are deleted. If any was rejected the session is canceled and nothing\n\
             changes, unless --partial is given.",
        )
        .arg(Arg::new("path").required(true).value_name("FILE").value_parser(clap::value_parser!(PathBuf)).help("NDJSON, a JSON array, or CSV (.csv) with a header"))
        .arg(Arg::new("connection").long("connection").required(true).value_name("ID").value_parser(clap::value_parser!(i64)).help("The custom connection"))
        .arg(Arg::new("resource").long("resource").required(true).value_name("ID").value_parser(clap::value_parser!(i64)).help("Its resource"))
        .arg(Arg::new("session").long("session").value_name("NAME").help("The name of the session; made from the time by default"))
        .arg(Arg::new("partial").long("partial").action(ArgAction::SetTrue).help("Complete the session although records were rejected"));
    Command::new("records")
        .about("Records of custom connections")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(push)
}

/// A session of one resource.
struct Upload<'a> {
    session: &'a Session,
    connection: i64,
    resource: i64,
    name: String,
}

pub(super) async fn run(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let Some((_, matches)) = matches.subcommand() else { return Err(Failure::usage("records what?")) };
    let number = |name: &str| matches.get_one::<i64>(name).copied().unwrap_or_default();
    let path = matches.get_one::<PathBuf>("path").cloned().unwrap_or_default();
    // Read once before anything is sent: a broken line halfway would leave half a session behind.
    let mut count = 0_usize;
    for record in records(&path)? {
        record?;
        count += 1;
    }
    if count == 0 {
        return Err(Failure::usage(format!(
            "{} holds no record: completing an empty session would delete everything",
            path.display()
        )));
    }
    let session = Session::open(globals).await?;
    let name = matches
        .get_one::<String>("session")
        .cloned()
        .unwrap_or_else(|| format!("drata-cli-{}", jiff::Timestamp::now().as_millisecond()));
    let upload = Upload { session: &session, connection: number("connection"), resource: number("resource"), name };
    if globals.dry_run {
        session.screen.note(format!("not sent: {count} records as session {}", upload.name));
        return Ok(());
    }
    session.allow_write("records push")?;
    let of = format!("resource {} of connection {}", upload.resource, upload.connection);
    session.confirm(&format!("replace all records of {of} by {count} records: every other record is deleted")).await?;
    let outcome = upload.all(&path).await;
    let rejected = match outcome {
        Ok(rejected) => rejected,
        Err(failure) => {
            return Err(match upload.act("cancel").await {
                Ok(()) => failure.hint(format!("session {} was canceled, nothing changed", upload.name)),
                Err(_) => failure.hint(format!(
                    "session {} could not be canceled: `drata custom-data-records list-sessions` shows its state",
                    upload.name
                )),
            });
        }
    };
    if rejected == count || rejected > 0 && !matches.get_flag("partial") {
        upload.act("cancel").await?;
        return Err(Failure::other(format!(
            "{rejected} of {count} records were rejected: the session was canceled, nothing changed"
        )));
    }
    upload.act("complete").await?;
    session.wrote(&format!("{} records of {of}", count - rejected)).await;
    match rejected {
        0 => Ok(()),
        rejected => Err(Failure::other(format!("{rejected} of {count} records were rejected and are missing now"))),
    }
}

impl Upload<'_> {
    /// Uploads every record; each that is rejected is a row of output.
    async fn all(&self, path: &Path) -> Result<usize, Failure> {
        let mut out = self.session.screen.rows(None)?;
        let mut batch: Vec<(usize, Value)> = Vec::new();
        let (mut bytes, mut rejected) = (0, 0);
        for (place, record) in records(path)?.enumerate() {
            let record = record?;
            let size = record.to_string().len() + 1;
            if !batch.is_empty() && (batch.len() == MOST_RECORDS || bytes + size > MOST_BYTES) {
                rejected += self.batch(&batch, &mut out).await?;
                batch.clear();
                bytes = 0;
            }
            bytes += size;
            batch.push((place + 1, record));
        }
        rejected += self.batch(&batch, &mut out).await?;
        out.finish()?;
        Ok(rejected)
    }

    async fn batch(&self, batch: &[(usize, Value)], out: &mut crate::output::Rows) -> Result<usize, Failure> {
        let data: Vec<&Value> = batch.iter().map(|(_, record)| record).collect();
        let call = self.call("v2::custom_data_records::upload_to_session")?.body(json!({ "data": data }));
        let results = call.send().await?.json()?;
        let results = match results {
            Value::Array(all) => all,
            Value::Null => Vec::new(),
            one => vec![one],
        };
        let mut rejected = 0;
        for (place, result) in results.iter().enumerate() {
            // The status of an element says nothing: `error` alone does.
            let Some(error) = result.get("error").filter(|error| !error.is_null()) else { continue };
            let Some((number, record)) = batch.get(place) else { continue };
            rejected += 1;
            // The record itself may hold what belongs in no log.
            out.row(
                &json!({ "record": number, "id": record["id"], "error": error["message"], "code": error["code"] }),
            )?;
        }
        Ok(rejected)
    }

    async fn act(&self, action: &str) -> Result<(), Failure> {
        let call = self.call("v2::custom_data_records::perform_session_action")?.field("action", action);
        call.send().await?;
        Ok(())
    }

    fn call(&self, name: &str) -> Result<drata_ext::by_name::NamedCall, Failure> {
        let call = self.session.drata.operation(name)?;
        Ok(call
            .set("connectionId", self.connection)
            .set("resourceId", self.resource)
            .set("sessionId", self.name.as_str()))
    }
}

type Records = Box<dyn Iterator<Item = Result<Value, Failure>>>;

/// The records of a file, one by one.
fn records(path: &Path) -> Result<Records, Failure> {
    let file = File::open(path).map_err(|error| Failure::file(path, "read", &error))?;
    let name = path.display().to_string();
    let invalid =
        move |place: String, problem: &dyn std::fmt::Display| Failure::usage(format!("{name}, {place}: {problem}"));
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
        let mut reader = csv::Reader::from_reader(BufReader::new(file));
        let header = reader.headers().map_err(|error| invalid("header".to_owned(), &error))?.clone();
        return Ok(Box::new(reader.into_records().enumerate().map(move |(place, record)| {
            let record = record.map_err(|error| invalid(format!("record {}", place + 1), &error))?;
            let fields = header.iter().zip(record.iter()).map(|(name, value)| (name.to_owned(), Value::from(value)));
            Ok(Value::Object(fields.collect::<Map<_, _>>()))
        })));
    }
    let mut reader = BufReader::new(file);
    let start = reader.fill_buf().map_err(|error| Failure::file(path, "read", &error))?;
    if start.trim_ascii_start().starts_with(b"[") {
        let all: Vec<Value> =
            serde_json::from_reader(reader).map_err(|error| invalid("the array".to_owned(), &error))?;
        return Ok(Box::new(all.into_iter().enumerate().map(move |(place, record)| match record.is_object() {
            true => Ok(record),
            false => Err(invalid(format!("item {}", place + 1), &"a record is an object")),
        })));
    }
    Ok(Box::new(reader.lines().enumerate().filter_map(move |(place, line)| {
        let at = format!("line {}", place + 1);
        match line {
            Ok(line) if line.trim().is_empty() => None,
            Ok(line) => Some(match serde_json::from_str::<Value>(&line) {
                Ok(record) if record.is_object() => Ok(record),
                Ok(_) => Err(invalid(at, &"a record is an object")),
                Err(error) => Err(invalid(at, &error)),
            }),
            Err(error) => Some(Err(invalid(at, &error))),
        }
    })))
}
