//! Evidence: what is given for it becomes a version, and the new version is the current one.

use serde_json::{Value, json};

use super::respond;
use super::write;
use crate::contract::resource::KindId;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;
use crate::state::files::StoredFile;
use crate::state::row::{Row, Within, Written};
use crate::state::store::Store;

const EVIDENCE: &str = "evidence-library";
const VERSIONS: &str = "evidence-library/versions";
const ARTIFACTS: &str = "evidence-library/artifacts";

/// What stands for a piece of evidence: a file, an address, a ticket.
struct Piece {
    kind: String,
    name: Option<String>,
    /// The address or the ticket, where there is no file.
    address: Value,
    ticket: Value,
    filed: Value,
    file: Option<StoredFile>,
}

/// Adds an item with one piece of evidence or none, the older way.
pub(super) fn create(call: &Call<'_>) -> Result<Reply, Failure> {
    let mut store = call.world.store_mut();
    let piece = single(call, &store)?;
    let row = write::create(call, &mut store, kind(call, EVIDENCE)?, call.workspace(), &properties(call))?;
    if let Some(piece) = piece {
        add(call, &mut store, row, None, piece)?;
    }
    settle(call, &mut store, row);
    drop(store);
    Ok(respond::row(call, row))
}

/// Changes an item; a piece of evidence in the body is its next version.
pub(super) fn update(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return super::plan::answer(call) };
    let mut store = call.world.store_mut();
    let piece = single(call, &store)?;
    write::apply(call, &mut store, row, &properties(call))?;
    if let Some(piece) = piece {
        let artifact = match kind(call, ARTIFACTS) {
            Ok(kind) => store
                .numbers(call.by(), kind, Within::parent(row.number))
                .iter()
                .next()
                .map(|number| Row { kind, number }),
            Err(_) => None,
        };
        add(call, &mut store, row, artifact, piece)?;
        settle(call, &mut store, row);
    }
    drop(store);
    Ok(respond::row(call, row))
}

/// Adds an item with several pieces of evidence.
pub(super) fn create_with_artifacts(call: &Call<'_>) -> Result<Reply, Failure> {
    let mut store = call.world.store_mut();
    let pieces = pieces(call, &store, "artifacts", "type")?;
    let row = write::create(call, &mut store, kind(call, EVIDENCE)?, call.workspace(), &properties(call))?;
    let requested = pieces.len();
    for (_, piece) in pieces {
        add(call, &mut store, row, None, piece)?;
    }
    settle(call, &mut store, row);
    drop(store);
    Ok(mutated(call, row, requested))
}

/// Changes an item and its artifacts: adds, archives, restores and replaces them.
pub(super) fn update_with_artifacts(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return super::plan::answer(call) };
    let mut store = call.world.store_mut();
    let new = pieces(call, &store, "newArtifacts", "artifactType")?;
    let replacing = pieces(call, &store, "replaceArtifacts", "artifactType")?;
    let past = artifacts(call, &store, row, "pastArtifacts")?;
    let current = artifacts(call, &store, row, "currentArtifacts")?;
    let replaced = replacing.iter().map(|(id, _)| artifact(call, &store, row, id.unwrap_or(0)));
    let replaced = replaced.collect::<Result<Vec<_>, _>>()?;
    let mut body = properties(call);
    // Controls are only added here.
    if let Some(Value::Array(added)) = body.get_mut("controlIds")
        && let Some(side) = call.world.catalog.relations.shown_by(row.kind, drata_contract::hash::text("control"))
    {
        let known = store.related(call.by(), side, row.number, call.workspace().unwrap_or(1));
        added.extend(known.iter().map(Value::from));
    }
    write::apply(call, &mut store, row, &body)?;
    let requested = new.len() + replacing.len();
    let is_touched = requested + past.len() + current.len() > 0;
    for (_, piece) in new {
        add(call, &mut store, row, None, piece)?;
    }
    for (artifact, (_, piece)) in replaced.into_iter().zip(replacing) {
        add(call, &mut store, row, Some(artifact), piece)?;
    }
    for (artifacts, archived) in [(past, call.world.now()), (current, Value::Null)] {
        for artifact in artifacts {
            store.set(artifact, "archivedAt", archived.clone());
        }
    }
    if is_touched {
        settle(call, &mut store, row);
    }
    drop(store);
    Ok(mutated(call, row, requested))
}

/// Archives an artifact or restores it.
pub(super) fn act_on_artifact(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return super::plan::answer(call) };
    let archived = if call.payload.value["action"] == "archive" { call.world.now() } else { Value::Null };
    let mut store = call.world.store_mut();
    store.set(row, "archivedAt", archived);
    store.above(row).into_iter().for_each(|item| settle(call, &mut store, item));
    drop(store);
    Ok(respond::row(call, row))
}

/// Says whether an item has what it needs: an artifact that is not archived.
fn settle(call: &Call<'_>, store: &mut Store, item: Row) {
    let Ok(kind) = kind(call, ARTIFACTS) else { return };
    let painter = call.painter(store);
    let archived = |number| {
        let schema = call.world.catalog.kinds().get(kind).schema?;
        painter.field(Row { kind, number }, schema, "archivedAt")
    };
    let all = store.numbers(call.by(), kind, Within::parent(item.number));
    let is_ready = all.iter().any(|number| archived(number).is_none_or(|archived| archived.is_null()));
    store.set(item, "status", if is_ready { "READY" } else { "NEEDS_ARTIFACT" });
}

/// The properties of a body that are the item's own.
fn properties(call: &Call<'_>) -> Written {
    const NOT_ITS_OWN: &[&str] = &[
        "url",
        "ticketUrl",
        "fileKey",
        "filedAt",
        "source",
        "artifacts",
        "newArtifacts",
        "pastArtifacts",
        "currentArtifacts",
        "replaceArtifacts",
    ];
    let mut body = call.payload.properties();
    body.retain(|name, _| !NOT_ITS_OWN.contains(&name.as_str()));
    body
}

/// The one piece of evidence that a body of the older way may hold.
fn single(call: &Call<'_>, store: &Store) -> Result<Option<Piece>, Failure> {
    let body = call.payload.properties();
    let given =
        |name: &str| body.get(name).filter(|value| value.as_str().is_some_and(|text| !text.is_empty())).cloned();
    let filed = body.get("filedAt").cloned().unwrap_or(Value::Null);
    let piece = |kind: &str, address, file: Option<StoredFile>| Piece {
        kind: kind.to_owned(),
        name: file.as_ref().map(|file| file.name.clone()),
        address,
        ticket: given("ticketUrl").unwrap_or(Value::Null),
        filed: filed.clone(),
        file,
    };
    let mut found = Vec::new();
    for file in &call.payload.files {
        let file = StoredFile { name: file.name.clone(), media: file.media.clone(), content: file.content.clone() };
        found.push(piece("S3_FILE", Value::Null, Some(file)));
    }
    if let Some(Value::String(key)) = given("fileKey") {
        found.push(piece("S3_FILE", Value::Null, Some(uploaded(store, &key)?)));
    }
    found.extend(given("url").map(|url| piece("URL", url, None)));
    found.extend(given("ticketUrl").map(|ticket| piece("TICKET_PROVIDER", ticket, None)));
    if found.len() > 1 {
        return Err(Failure::new(400, "only one of file, base64File, fileKey, url and ticketUrl can be the evidence"));
    }
    Ok(found.pop())
}

/// The pieces of evidence in a list of the body, each with the artifact that it replaces.
fn pieces(call: &Call<'_>, store: &Store, list: &str, kind: &str) -> Result<Vec<(Option<u64>, Piece)>, Failure> {
    let items = call.payload.value.get(list).and_then(Value::as_array);
    let read = |(place, item): (usize, &Value)| {
        let text = |name: &str| item.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let wanted =
            |name: &str, kind: &str| Failure::new(400, format!("{list}[{place}].{name} is required for {kind}"));
        let kind = text(kind).unwrap_or_default();
        let file = match (kind, text("fileKey")) {
            ("S3_FILE", None) => return Err(wanted("fileKey", kind)),
            ("S3_FILE", Some(key)) => Some(uploaded(store, key)?),
            _ => None,
        };
        let address = match kind {
            "URL" => text("url").ok_or_else(|| wanted("url", kind))?.into(),
            "TICKET_PROVIDER" => text("ticketUrl").map_or(Value::Null, Into::into),
            _ => text("url").map_or(Value::Null, Into::into),
        };
        let name = text("artifactName").map(str::to_owned).or_else(|| file.as_ref().map(|file| file.name.clone()));
        let filed = item.get("filedAt").cloned().unwrap_or(Value::Null);
        let replaces = item.get("existingArtifactId").and_then(Value::as_u64);
        let ticket = text("ticketUrl").map_or(Value::Null, Into::into);
        Ok((replaces, Piece { kind: kind.to_owned(), name, address, ticket, filed, file }))
    };
    items.into_iter().flatten().enumerate().map(read).collect()
}

/// A file that was uploaded before and is named by its key.
fn uploaded(store: &Store, key: &str) -> Result<StoredFile, Failure> {
    let upload = store.files.upload(key).filter(|upload| upload.purpose == "evidence");
    let missing = || Failure::new(400, format!("fileKey {key:?} names no uploaded file"));
    upload.and_then(|upload| upload.file.clone()).ok_or_else(missing)
}

/// Adds a version of an item, as a new artifact or as the next version of one.
fn add(call: &Call<'_>, store: &mut Store, item: Row, artifact: Option<Row>, piece: Piece) -> Result<(), Failure> {
    let mut written = Written::new();
    let file = piece.file.as_ref();
    for (name, value) in [
        ("name", json!(piece.name)),
        ("artifactName", json!(piece.name)),
        ("type", json!(piece.kind)),
        ("artifactType", json!(piece.kind)),
        ("filedAt", piece.filed),
        ("updatedAt", call.world.now()),
        ("ticketUrl", piece.ticket),
        ("extension", json!(file.map(StoredFile::extension))),
        (
            "metadata",
            json!({
                "originalFile": file.map(|file| &file.name),
                "originalFileName": file.map(|file| &file.name),
                "mimeType": file.map(|file| &file.media),
                "extension": file.map(StoredFile::extension),
            }),
        ),
    ] {
        written.insert(name.to_owned(), value);
    }
    // The link to a file is made anew for every response.
    if !piece.address.is_null() {
        written.insert("source".to_owned(), piece.address);
    }
    let mut made = written.clone();
    made.insert("createdAt".to_owned(), call.world.now());
    let version = store.create(kind(call, VERSIONS)?, Some(item.number), made.clone());
    let artifact = match (artifact, kind(call, ARTIFACTS)) {
        (Some(row), _) => {
            let before = store.written(row).and_then(|written| written.get("artifactVersion")?.as_u64()).unwrap_or(1);
            written.insert("artifactVersion".to_owned(), (before + 1).into());
            store.write(row, written);
            Some(row)
        }
        (None, Ok(kind)) => {
            made.insert("artifactVersion".to_owned(), 1.into());
            made.insert("archivedAt".to_owned(), Value::Null);
            Some(store.create(kind, Some(item.number), made))
        }
        (None, Err(_)) => None,
    };
    if let Some(file) = piece.file {
        artifact.into_iter().for_each(|artifact| store.files.keep(artifact, file.clone()));
        store.files.keep(version, file);
    }
    Ok(())
}

/// The artifacts of an item that a list of the body names.
fn artifacts(call: &Call<'_>, store: &Store, item: Row, list: &str) -> Result<Vec<Row>, Failure> {
    let ids = call.payload.value.get(list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64);
    ids.map(|id| artifact(call, store, item, id)).collect()
}

fn artifact(call: &Call<'_>, store: &Store, item: Row, number: u64) -> Result<Row, Failure> {
    let row = Row { kind: kind(call, ARTIFACTS)?, number };
    let is_there = store.has(call.by(), row, Some(item.number));
    if is_there { Ok(row) } else { Err(Failure::missing(ARTIFACTS, &number.to_string())) }
}

fn mutated(call: &Call<'_>, row: Row, requested: usize) -> Reply {
    respond::row_with(call, row, &[("artifactsRequested", requested.into()), ("artifactsCreated", requested.into())])
}

fn kind(call: &Call<'_>, key: &str) -> Result<KindId, Failure> {
    call.world.catalog.kinds().by_key(key).ok_or_else(|| Failure::new(404, format!("the contract has no {key}")))
}
