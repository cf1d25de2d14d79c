//! Files that are uploaded first and named by a key afterwards.

use serde_json::{Value, json};

use super::respond;
use crate::data::dates;
use crate::draw::Draw;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::{NOT_SIMULATED, Reply};
use crate::state::files::{StoredFile, Upload};
use crate::state::store::Store;

/// Takes a file and answers with its key.
pub(super) fn take(call: &Call<'_>) -> Result<Reply, Failure> {
    let [file] = call.payload.files.as_slice() else {
        return Err(Failure::new(400, "exactly one of file and base64File is required"));
    };
    let stored = StoredFile { name: file.name.clone(), media: file.media.clone(), content: file.content.clone() };
    let mut store = call.world.store_mut();
    let key = key(call, &store, "evidence", &file.name);
    let upload = Upload { purpose: "evidence".to_owned(), media: None, name: file.name.clone(), file: Some(stored) };
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
    let expires = call.world.links.expires();
    let upload = Upload { purpose, media: text("contentType").map(str::to_owned), name, file: None };
    store.files.announce(key.clone(), upload);
    let address = call.world.links.sign_upload(&key, expires);
    let mut body = json!({ "presignedUrl": address, "objectKey": key, "expiresAt": dates::date_time(expires) });
    if call.payload.value["includeWebUploadUrl"] == true {
        body["webUploadUrl"] = address.into();
    }
    let (status, schema) = respond::success(call);
    let reply = Reply::json(status, body, schema);
    // What the upload is to bring about by itself is not acted out.
    let more = ["existingArtifactId", "addToEvidenceId", "createEvidence"];
    let is_more = more.iter().any(|name| call.payload.value.get(name).is_some_and(|value| !value.is_null()));
    Ok(if is_more { reply.with_header(NOT_SIMULATED.0, NOT_SIMULATED.1) } else { reply })
}

fn key(call: &Call<'_>, store: &Store, purpose: &str, name: &str) -> String {
    let draw = Draw(call.world.settings.seed).named("upload").within(store.files.uploads() as u64);
    let name: String =
        name.chars().filter(|letter| letter.is_ascii_alphanumeric() || ".-_".contains(*letter)).collect();
    // Keys hold at most 191 characters.
    let start = name.len().saturating_sub(100);
    format!("{purpose}/{}/{}", draw.uuid(), &name[start..])
}
