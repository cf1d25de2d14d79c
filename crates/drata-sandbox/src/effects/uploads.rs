//! Files that are uploaded first and named by a key afterwards.

use serde_json::{Value, json};

use super::respond;
use crate::data::dates;
use crate::draw::Draw;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;
use crate::state::files::{StoredFile, Then, Upload};
use crate::state::row::Row;
use crate::state::store::Store;

/// Takes a file and answers with its key.
pub(super) fn take(call: &Call<'_>) -> Result<Reply, Failure> {
    let [file] = call.payload.files.as_slice() else {
        return Err(Failure::new(400, "the form must hold one file"));
    };
    let stored = StoredFile { name: file.name.clone(), media: file.media.clone(), content: file.content.clone() };
    let mut store = call.world.store_mut();
    let key = key(call, &store, "evidence", &file.name);
    let upload =
        Upload { purpose: "evidence".to_owned(), media: None, name: file.name.clone(), file: Some(stored), then: None };
    store.files.announce(key.clone(), upload);
    let body = json!({
        "fileKey": key,
        "originalFilename": file.name,
        "mimeType": file.media,
        "fileSize": file.content.len(),
    });
    let (status, schema) = respond::success(call);
    Ok(Reply::json(status, body, schema))
}

/// Hands out an address that takes one file, without the key of the API, for a while.
pub(super) fn announce(call: &Call<'_>) -> Result<Reply, Failure> {
    let text = |name: &str| call.payload.value.get(name).and_then(Value::as_str);
    let purpose = text("purpose").unwrap_or("evidence").to_owned();
    let name = text("fileName").unwrap_or("upload").to_owned();
    let mut store = call.world.store_mut();
    let key = key(call, &store, &purpose, &name);
    let then = then(call, &store, &key, &name)?;
    let expires = call.world.links.expires();
    let upload = Upload { purpose, media: text("contentType").map(str::to_owned), name, file: None, then };
    store.files.announce(key.clone(), upload);
    let address = call.world.links.sign_upload(&key, expires);
    let mut body = json!({ "presignedUrl": address, "objectKey": key, "expiresAt": dates::date_time(expires) });
    if call.payload.value["includeWebUploadUrl"] == true {
        // What arrives there has been confirmed by whoever dropped it.
        body["webUploadUrl"] = format!("{address}&{CONFIRMED}").into();
    }
    let (status, schema) = respond::success(call);
    Ok(Reply::json(status, body, schema))
}

/// What the upload is to bring about once it is confirmed: a version, an artifact or an item of evidence.
fn then(call: &Call<'_>, store: &Store, key: &str, name: &str) -> Result<Option<Then>, Failure> {
    let body = &call.payload.value;
    let number = |name: &str| body.get(name).and_then(Value::as_u64);
    let created = body.get("createEvidence").filter(|item| !item.is_null());
    let (version, artifact) = (number("existingArtifactId"), number("addToEvidenceId"));
    let is_several = body["multiArtifact"] == true;
    let refused = |what: &str| Err(Failure::new(400, what));
    match (version, artifact, created) {
        (None, None, None) if !is_several => return Ok(None),
        _ if body["includeWebUploadUrl"] != true => {
            return refused("includeWebUploadUrl must be true for what an upload brings about by itself");
        }
        (Some(_), Some(_), _) => return refused("existingArtifactId excludes addToEvidenceId"),
        (_, None, None) if is_several => return refused("multiArtifact needs addToEvidenceId or createEvidence"),
        (_, Some(_), Some(_)) => return refused("createEvidence excludes addToEvidenceId"),
        (_, _, Some(_)) if !is_several => return refused("createEvidence needs multiArtifact"),
        _ => {}
    }
    let kinds = call.world.catalog.kinds();
    let kind = |key: &str| kinds.by_key(key).ok_or_else(|| Failure::new(404, format!("the contract has no {key}")));
    let there = |row: Row| {
        let is_there = store.has(call.by(), row, None);
        is_there.then_some(row).ok_or_else(|| Failure::missing(&kinds.get(row.kind).key, &row.number.to_string()))
    };
    let workspace = number("workspaceId").ok_or_else(|| Failure::new(400, "workspaceId is required for evidence"))?;
    let workspace = there(Row { kind: kind("workspaces")?, number: workspace })?;
    let today = dates::date(call.world.clock.now());
    let file =
        json!({ "type": "S3_FILE", "artifactType": "S3_FILE", "fileKey": key, "artifactName": name, "filedAt": today });
    let then = |operation, anchors, body| Ok(Some(Then { operation, anchors, body }));
    if let Some(mut item) = created.cloned() {
        item["artifacts"] = json!([file]);
        return then("createEvidence", vec![workspace], item);
    }
    let mut file = file;
    let (item, list) = match version {
        Some(number) => {
            let artifact = there(Row { kind: kind("evidence-library/artifacts")?, number })?;
            file["existingArtifactId"] = number.into();
            let item = store.above(artifact).ok_or_else(|| Failure::missing("evidence", &number.to_string()))?;
            (item, "replaceArtifacts")
        }
        None => (Row { kind: kind("evidence-library")?, number: artifact.unwrap_or(0) }, "newArtifacts"),
    };
    there(item)?;
    then("updateEvidence", vec![workspace, item], json!({ list: [file] }))
}

/// What an upload page adds to the address: the person who dropped the file has confirmed it.
pub(crate) const CONFIRMED: &str = "confirmed=true";

fn key(call: &Call<'_>, store: &Store, purpose: &str, name: &str) -> String {
    let draw = Draw(call.world.settings.seed).named("upload").within(store.files.uploads() as u64);
    let name: String =
        name.chars().filter(|letter| letter.is_ascii_alphanumeric() || ".-_".contains(*letter)).collect();
    // Keys hold at most 191 characters.
    let start = name.len().saturating_sub(100);
    format!("{purpose}/{}/{}", draw.uuid(), &name[start..])
}
