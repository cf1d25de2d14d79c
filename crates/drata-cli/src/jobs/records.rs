//! `drata records push`: the whole data set of a custom connection, as a session.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};
use drata_ext::by_name::NamedCall;
use serde_json::{Map, Value, json};

use crate::args::globals::Globals;
use crate::args::values::id;
use crate::commands::call::show_request;
use crate::failure::{Failure, Kind};
use crate::interrupt::Interrupt;
use crate::json;
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
        .arg(Arg::new("connection").long("connection").required(true).value_name("ID").value_parser(id).help("The custom connection"))
        .arg(Arg::new("resource").long("resource").required(true).value_name("ID").value_parser(id).help("Its resource"))
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
        return upload.show(&path, count);
    }
    session.allow_write("records push")?;
    let of = format!("resource {} of connection {}", upload.resource, upload.connection);
    session.confirm(&format!("replace all records of {of} by {count} records: every other record is deleted")).await?;
    // An open session keeps others from being begun, so that it is canceled also when the user interrupts.
    let interrupt = Interrupt::listen();
    let outcome = tokio::select! {
        outcome = upload.all(&path) => outcome,
        () = interrupt.wait() => Err(Failure::interrupted("interrupted")),
    };
    let rejected = match outcome {
        Ok(rejected) => rejected,
        Err(failure) => {
            return Err(match upload.act("cancel").await {
                Ok(()) => failure.hint(format!("session {} was canceled, nothing changed", upload.name)),
                Err(missing) if missing.kind() == Kind::NotFound => failure.hint("no session began, nothing changed"),
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
    /// Shows every request that would be sent.
    fn show(&self, path: &Path, count: usize) -> Result<(), Failure> {
        let upload = |batch: &[(usize, Value)]| show_request(&self.upload(batch)?);
        let mut batch = Batch::default();
        for (place, record) in records(path)?.enumerate() {
            if let Some(full) = batch.add(place + 1, record?) {
                upload(&full)?;
            }
        }
        upload(&batch.records)?;
        show_request(&self.action("complete")?)?;
        let Self { session, name, .. } = self;
        session.screen.note(format!("not sent: {count} records as session {name} would go to {}", session.account));
        Ok(())
    }

    /// Uploads every record; each that is rejected is a row of output.
    async fn all(&self, path: &Path) -> Result<usize, Failure> {
        let mut out = self.session.screen.report()?;
        let mut batch = Batch::default();
        let mut rejected = 0;
        for (place, record) in records(path)?.enumerate() {
            if let Some(full) = batch.add(place + 1, record?) {
                rejected += self.batch(&full, &mut out).await?;
            }
        }
        rejected += self.batch(&batch.records, &mut out).await?;
        out.finish()?;
        Ok(rejected)
    }

    async fn batch(&self, batch: &[(usize, Value)], out: &mut crate::output::Rows) -> Result<usize, Failure> {
        let results = self.upload(batch)?.send().await?.json()?;
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
        self.action(action)?.send().await?;
        Ok(())
    }

    fn action(&self, action: &str) -> Result<NamedCall, Failure> {
        Ok(self.call("v2::custom_data_records::perform_session_action")?.field("action", action))
    }

    fn upload(&self, batch: &[(usize, Value)]) -> Result<NamedCall, Failure> {
        let data: Vec<&Value> = batch.iter().map(|(_, record)| record).collect();
        Ok(self.call("v2::custom_data_records::upload_to_session")?.body(json!({ "data": data })))
    }

    fn call(&self, name: &str) -> Result<NamedCall, Failure> {
        let call = self.session.drata.operation(name)?;
        Ok(call
            .set("connectionId", self.connection)
            .set("resourceId", self.resource)
            .set("sessionId", self.name.as_str()))
    }
}

/// Records on their way into one request, each with its number.
#[derive(Default)]
struct Batch {
    records: Vec<(usize, Value)>,
    bytes: usize,
}

impl Batch {
    /// Adds a record; returns those before it where they fill a request.
    fn add(&mut self, number: usize, record: Value) -> Option<Vec<(usize, Value)>> {
        let size = record.to_string().len() + 1;
        let is_full = self.records.len() == MOST_RECORDS || self.bytes + size > MOST_BYTES;
        let full = (is_full && !self.records.is_empty()).then(|| std::mem::take(self).records);
        self.bytes += size;
        self.records.push((number, record));
        full
    }
}

type Records = Box<dyn Iterator<Item = Result<Value, Failure>>>;

/// The records of a file, one by one.
fn records(path: &Path) -> Result<Records, Failure> {
    let missing = |error| Failure::usage(format!("{} cannot be read: {error}", path.display()));
    let file = File::open(path).map_err(missing)?;
    let name = path.display().to_string();
    let invalid =
        move |place: String, problem: &dyn std::fmt::Display| Failure::usage(format!("{name}, {place}: {problem}"));
    let unreadable = |error: std::io::Error| Failure::file(path, "read", &error);
    let mut reader = BufReader::new(file);
    // A mark of the encoding belongs to no record.
    if reader.fill_buf().map_err(unreadable)?.starts_with("\u{feff}".as_bytes()) {
        reader.consume('\u{feff}'.len_utf8());
    }
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
        let mut reader = csv::Reader::from_reader(reader);
        let header = reader.headers().map_err(|error| invalid("header".to_owned(), &error))?.clone();
        let twice = header.iter().enumerate().find(|(place, name)| header.iter().take(*place).any(|one| one == *name));
        if let Some((_, name)) = twice {
            return Err(invalid("header".to_owned(), &format!("{name:?} stands twice")));
        }
        return Ok(Box::new(reader.into_records().enumerate().map(move |(place, record)| {
            let record = record.map_err(|error| invalid(format!("record {}", place + 1), &error))?;
            let fields = header.iter().zip(record.iter()).map(|(name, value)| (name.to_owned(), Value::from(value)));
            Ok(Value::Object(fields.collect::<Map<_, _>>()))
        })));
    }
    if reader.fill_buf().map_err(unreadable)?.trim_ascii_start().starts_with(b"[") {
        let mut text = String::new();
        reader.read_to_string(&mut text).map_err(unreadable)?;
        let all = json::read(&text).map_err(|error| invalid("the array".to_owned(), &error))?;
        let all = all.as_array().cloned().unwrap_or_default();
        return Ok(Box::new(all.into_iter().enumerate().map(move |(place, record)| match record.is_object() {
            true => Ok(record),
            false => Err(invalid(format!("item {}", place + 1), &"a record is an object")),
        })));
    }
    Ok(Box::new(reader.lines().enumerate().filter_map(move |(place, line)| {
        let at = format!("line {}", place + 1);
        match line {
            Ok(line) if line.trim().is_empty() => None,
            Ok(line) => Some(match json::read(&line) {
                Ok(record) if record.is_object() => Ok(record),
                Ok(_) => Err(invalid(at, &"a record is an object")),
                // Of one line, the parser says that it is the first.
                Err(error) => Err(invalid(at, &error.to_string().replace(" at line 1 column ", " at column "))),
            }),
            Err(error) => Some(Err(invalid(at, &error))),
        }
    })))
}
