//! `drata export`: every list that the key may read, as files; what is interrupted goes on.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Seek as _, Write};
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};
use clap_complete::ArgValueCandidates;
use drata_contract::Contract;
use drata_contract::operation::{ApiVersion, Operation, Place};
use drata_contract::resource::Plan;
use drata_ext::by_name::{Known, RawRow};
use drata_ext::{Checkpoint, ListExt as _};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::read::{workspace_option, workspaces};
use crate::args::area::{check_names, is_called};
use crate::args::candidates;
use crate::args::flags::kebab;
use crate::args::globals::Globals;
use crate::commands::list::columns;
use crate::failure::{Failure, Kind};
use crate::files::write_whole;
use crate::interrupt::Interrupt;
use crate::output::CsvRows;
use crate::session::Session;

/// Where the folder remembers how far it came.
const STATE: &str = ".drata-export.json";
/// What an export holds while it writes into the folder.
const LOCK: &str = ".drata-export.lock";
/// How many rows may be written twice after a crash: as many are between two notes of the place.
const BETWEEN: u64 = 1_000;

/// How far an export came.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct State {
    format: String,
    /// Whose lists they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    files: BTreeMap<String, Progress>,
}

/// How far a file came.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Progress {
    done: bool,
    rows: u64,
    bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checkpoint: Option<Checkpoint>,
    /// Why there is no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skipped: Option<String>,
}

pub(super) fn command() -> Command {
    Command::new("export")
        .about("Every list that the key may read, as files; the same command goes on where it was interrupted")
        .long_about(
            "Writes a file for each list of the account and of each workspace; of what both versions list, that of version 2.\n\
             Lists that belong to one row, such as the documents of a vendor, are not part of it. What the plan or a permission\n\
             refuses is skipped with a note, and asked for again by the next run. The same command in the same folder goes on\n\
             where it stopped; files that are complete are left as they are.",
        )
        .arg(Arg::new("folder").required(true).value_name("DIR").value_parser(clap::value_parser!(PathBuf)).help("The folder; made when it is not there"))
        .arg(Arg::new("format").long("format").value_name("FORMAT").value_parser(PossibleValuesParser::new(["ndjson", "csv"])).default_value("ndjson").help("ndjson or csv"))
        .arg(Arg::new("only").long("only").value_name("AREA").value_delimiter(',').help("Only these areas, such as vendors,risks").add(ArgValueCandidates::new(candidates::areas)))
        .arg(workspace_option())
}

/// A list to export.
struct Item {
    name: String,
    known: Known,
    workspace: Option<i64>,
}

pub(super) async fn run(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let folder = matches.get_one::<PathBuf>("folder").cloned().unwrap_or_default();
    let format = matches.get_one::<String>("format").map_or("ndjson", String::as_str);
    let only: Vec<&String> = matches.get_many::<String>("only").into_iter().flatten().collect();
    check_names(&only)?;
    let session = Session::open(globals).await?;
    fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, "made", &error))?;
    let _alone = lock(&folder)?;
    let mut state = load(&folder, format)?;
    session.same_account(&mut state.account, &format!("the export in {}", folder.display())).await?;
    let mut export = Export { session: &session, state, folder, csv: format == "csv" };
    let workspaces = workspaces(&session, matches.get_one::<i64>("workspace").copied()).await?;
    let items = items(&workspaces, format)?;
    let items = items
        .into_iter()
        .filter(|item| only.is_empty() || only.iter().any(|only| is_called(&item.known.operation.area, only)));
    let mut out = session.screen.report()?;
    for item in items {
        // What was refused may be allowed by now.
        if !export.state.files.get(&item.name).is_some_and(|progress| progress.done && progress.skipped.is_none()) {
            export.file(&item).await?;
        }
        let progress = &export.state.files[&item.name];
        out.row(&json!({ "file": item.name, "rows": progress.rows, "skipped": progress.skipped }))?;
    }
    out.finish()
}

/// Keeps the folder for this export alone, until what is returned is dropped.
fn lock(folder: &Path) -> Result<File, Failure> {
    let path = folder.join(LOCK);
    let file = OpenOptions::new().create(true).write(true).truncate(false).open(&path);
    let file = file.map_err(|error| Failure::file(&path, "written", &error))?;
    match fs4::FileExt::try_lock(&file) {
        Ok(()) => Ok(file),
        Err(fs4::TryLockError::WouldBlock) => Err(Failure::usage(format!(
            "another export writes into {}: wait for it, or take another folder",
            folder.display()
        ))),
        Err(fs4::TryLockError::Error(error)) => Err(Failure::file(&path, "locked", &error)),
    }
}

fn load(folder: &Path, format: &str) -> Result<State, Failure> {
    let path = folder.join(STATE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(State { format: format.to_owned(), ..State::default() });
        }
        Err(error) => return Err(Failure::file(&path, "read", &error)),
    };
    let state: State =
        serde_json::from_str(&text).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    match state.format == format {
        true => Ok(state),
        false => Err(Failure::usage(format!(
            "{} is an export as {}, not as {format}: take another folder",
            folder.display(),
            state.format
        ))),
    }
}

/// What a list is asked of.
#[derive(Clone, Copy)]
enum Reach {
    Account,
    Workspace,
}

/// Returns none for a list that needs another identifier than a workspace's.
fn reach(operation: &Operation) -> Option<Reach> {
    let mut required = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.required || parameter.place == Place::Path)
        .map(|parameter| parameter.name.as_str());
    match (required.next(), required.next()) {
        (None, _) => Some(Reach::Account),
        (Some("workspaceId"), None) => Some(Reach::Workspace),
        _ => None,
    }
}

/// Every list that needs no identifier but a workspace's, in the order of their names; one of version 1 where version 2 has
/// none of its kind in its area that needs no other identifier either.
fn items(workspaces: &[i64], format: &str) -> Result<Vec<Item>, Failure> {
    let both = Contract::shared().map_err(Failure::other)?;
    let listed = |version: ApiVersion| {
        both.operations.iter().filter(move |operation| operation.version == version).filter_map(|operation| {
            match &operation.plan {
                Plan::List { kind, .. } if operation.paging.is_some() => Some((operation, *kind)),
                _ => None,
            }
        })
    };
    // A list that needs another identifier is not exported, so it stands in for none of version 1. Nor does one of another
    // area: custom connections are connections, and not all of them.
    let reached = |version| listed(version).filter_map(|(operation, kind)| Some((operation, kind, reach(operation)?)));
    let in_v2: Vec<_> = reached(ApiVersion::V2).map(|(operation, kind, _)| (kind, &operation.area)).collect();
    let newer = reached(ApiVersion::V2);
    let older = reached(ApiVersion::V1).filter(|(operation, kind, _)| !in_v2.contains(&(*kind, &operation.area)));
    let mut items = Vec::new();
    for (operation, _, reach) in newer.chain(older) {
        let base = format!("{}-{}-{}", operation.version.as_str(), kebab(&operation.area), kebab(&operation.name));
        let known = Known::new(both, operation);
        match reach {
            Reach::Account => items.push(Item { name: format!("{base}.{format}"), known, workspace: None }),
            Reach::Workspace => items.extend(workspaces.iter().map(|workspace| Item {
                name: format!("{base}.workspace-{workspace}.{format}"),
                known,
                workspace: Some(*workspace),
            })),
        }
    }
    items.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(items)
}

struct Export<'a> {
    session: &'a Session,
    state: State,
    folder: PathBuf,
    csv: bool,
}

impl Export<'_> {
    /// Exports one list, from where it stopped; anew where the service no longer knows that place.
    async fn file(&mut self, item: &Item) -> Result<(), Failure> {
        let before = self.state.files.get(&item.name).map_or(0, |progress| progress.rows);
        let goes_on = self.state.files.get(&item.name).is_some_and(|progress| progress.checkpoint.is_some());
        match self.rows(item).await {
            Err(failure) if goes_on && is_refused(&failure) => {
                // A place that did lead on is not what the service refuses.
                if self.state.files.get(&item.name).is_some_and(|progress| progress.rows != before) {
                    return Err(failure);
                }
                self.session.screen.note(format!("{} begins anew: {failure}", item.name));
                self.state.files.remove(&item.name);
                self.rows(item).await
            }
            outcome => outcome,
        }
    }

    async fn rows(&mut self, item: &Item) -> Result<(), Failure> {
        let mut call = self.session.drata.operation(item.known.meta.rust_path)?;
        if let Some(workspace) = item.workspace {
            call = call.set("workspaceId", workspace);
        }
        let progress = self.state.files.entry(item.name.clone()).or_default();
        if progress.skipped.is_some() {
            *progress = Progress::default();
        }
        let part = self.folder.join(format!("{}.part", item.name));
        let mut items = call.list::<RawRow>()?.stream();
        if let Some(checkpoint) = &progress.checkpoint {
            items = items.resume(checkpoint)?;
        }
        let file = begin(&part, progress.bytes).map_err(|error| Failure::file(&part, "written", &error))?;
        let mut writer = Writer::new(file, self.csv.then(|| columns(item.known)).flatten(), progress.bytes);
        let interrupt = Interrupt::listen();
        let mut since = 0;
        loop {
            let row = tokio::select! {
                biased;
                row = items.next() => row,
                () = interrupt.wait() => {
                    self.note_place(item, &mut writer, items.checkpoint())?;
                    return Err(Failure::interrupted("interrupted").hint("the same command goes on from here"));
                }
            };
            match row {
                Some(Ok(row)) => {
                    writer.row(&row).map_err(|failure| incomplete(&part, failure))?;
                    since += 1;
                    self.state.files.entry(item.name.clone()).or_default().rows += 1;
                    if since == BETWEEN {
                        since = 0;
                        self.note_place(item, &mut writer, items.checkpoint())?;
                    }
                }
                Some(Err(error)) => {
                    let place = items.checkpoint().or_else(|| error.checkpoint().cloned());
                    let failure = Failure::from(error);
                    if matches!(failure.kind(), Kind::Permission | Kind::NotFound) {
                        return self.skip(item, &part, &failure);
                    }
                    self.note_place(item, &mut writer, place)?;
                    return Err(failure.hint("the same command goes on from here"));
                }
                None => break,
            }
        }
        writer.finish().map_err(|failure| incomplete(&part, failure))?;
        if let Some(lost) = writer.lost() {
            self.session.screen.note(format!("{}: not in the columns: {lost}; as NDJSON they are there", item.name));
        }
        let whole = self.folder.join(&item.name);
        fs::rename(&part, &whole).map_err(|error| Failure::file(&whole, "written", &error))?;
        let progress = self.state.files.entry(item.name.clone()).or_default();
        (progress.done, progress.checkpoint) = (true, None);
        self.save()
    }

    /// Remembers that there is nothing to export, and why.
    fn skip(&mut self, item: &Item, part: &Path, failure: &Failure) -> Result<(), Failure> {
        let _ = fs::remove_file(part);
        let status = failure.error().and_then(drata_ext::Error::status).map_or(0, |status| status.as_u16());
        let why = match status {
            404 => "404: the account has no such list".to_owned(),
            402 => format!("402: needs the plan feature {}", item.known.operation.entitlements.join(", ")),
            _ => format!("{status}: needs {}", item.known.meta.permission_name),
        };
        self.session.screen.note(format!("{} is skipped, {why}", item.name));
        let progress = Progress { done: true, skipped: Some(why), ..Progress::default() };
        self.state.files.insert(item.name.clone(), progress);
        self.save()
    }

    /// Notes how far a file came: what is on the disk, and where the list goes on.
    fn note_place(&mut self, item: &Item, writer: &mut Writer, place: Option<Checkpoint>) -> Result<(), Failure> {
        let bytes = writer.flush()?;
        let progress = self.state.files.entry(item.name.clone()).or_default();
        // Without a place to go on from, the file begins anew.
        match place {
            Some(place) => (progress.bytes, progress.checkpoint) = (bytes, Some(place)),
            None => *progress = Progress::default(),
        }
        self.save()
    }

    fn save(&self) -> Result<(), Failure> {
        let text = serde_json::to_string(&self.state).map_err(|error| Failure::other(error.to_string()))?;
        write_whole(&self.folder.join(STATE), text.as_bytes())
    }
}

/// A file that could not be written to its end, such as on a disk that is full.
fn incomplete(part: &Path, failure: Failure) -> Failure {
    failure.hint(format!("{} is incomplete, and the same command goes on from its last note", part.display()))
}

/// Whether the service refused the request itself, as it does with a cursor that it no longer knows.
fn is_refused(failure: &Failure) -> bool {
    let status = failure.error().and_then(drata_ext::Error::status);
    failure.kind() == Kind::Rejected && status.is_some_and(|status| status.is_client_error())
}

/// Opens a file and cuts it where the last note of the place was.
fn begin(path: &Path, bytes: u64) -> std::io::Result<File> {
    let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(path)?;
    file.set_len(bytes)?;
    file.seek(std::io::SeekFrom::End(0))?;
    Ok(file)
}

/// Rows on their way to a file.
enum Writer {
    Ndjson(BufWriter<File>),
    Csv(Box<CsvRows<BufWriter<File>>>),
}

impl Writer {
    fn new(file: File, columns: Option<Vec<String>>, bytes: u64) -> Self {
        let file = BufWriter::with_capacity(64 * 1024, file);
        match columns {
            Some(columns) => Self::Csv(Box::new(CsvRows::new(file, Some(columns), false).continued(bytes > 0))),
            None => Self::Ndjson(file),
        }
    }

    fn row(&mut self, row: &RawRow) -> Result<(), Failure> {
        match self {
            Self::Ndjson(out) if !row.get().contains(['\n', '\r']) => Ok(writeln!(out, "{}", row.get())?),
            Self::Ndjson(out) => Ok(writeln!(out, "{}", row.to_value())?),
            Self::Csv(out) => out.row(&row.to_value()),
        }
    }

    /// Writes what is buffered; returns the length of the file.
    fn flush(&mut self) -> Result<u64, Failure> {
        let file = match self {
            Self::Ndjson(out) => {
                out.flush()?;
                out.get_ref()
            }
            Self::Csv(out) => {
                out.flush()?;
                out.inner().get_ref()
            }
        };
        Ok(file.metadata()?.len())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        match self {
            Self::Ndjson(out) => Ok(out.flush()?),
            Self::Csv(out) => out.finish(),
        }
    }

    /// The fields that rows had and the columns have not.
    fn lost(&self) -> Option<String> {
        match self {
            Self::Csv(out) if !out.lost().is_empty() => Some(out.lost().join(", ")),
            _ => None,
        }
    }
}
