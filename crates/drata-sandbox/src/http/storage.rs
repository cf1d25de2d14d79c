//! The storage beside the API: files behind signed links, and addresses that take one.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, Method};

use crate::effects::{self, uploads};
use crate::exchange::reply::{Content, Reply};
use crate::exchange::world::World;
use crate::state::files::StoredFile;
use crate::state::signed::Refused;

/// Answers a request to the storage; what it did wrong is added to `violations`.
pub(crate) fn answer(
    world: &World,
    parts: &Parts,
    query: &[(String, String)],
    body: Bytes,
    violations: &mut Vec<String>,
) -> Reply {
    // A key is refused here, as the real storage refuses it.
    if parts.headers.contains_key(AUTHORIZATION) {
        violations.push("the key was sent to the storage of a signed link".to_owned());
        return refused(400, "InvalidArgument");
    }
    let answer = match parts.method {
        Method::GET => download(world, parts.uri.path(), query),
        Method::PUT => upload(world, parts.uri.path(), query, &parts.headers, body),
        _ => return refused(403, "AccessDenied"),
    };
    answer.unwrap_or_else(|why| match why {
        Refused::NoSuchFile => refused(404, "NoSuchKey"),
        Refused::WrongSignature => refused(403, "SignatureDoesNotMatch"),
        Refused::RanOut => refused(403, "AccessDenied"),
    })
}

fn download(world: &World, path: &str, query: &[(String, String)]) -> Result<Reply, Refused> {
    let file = world.links.open(world.catalog, &world.store(), path, query)?;
    Ok(Reply::new(200, Content::Bytes(file.media, file.content)))
}

/// Keeps a file for whoever names its key later. Its media type must be the one that was announced.
fn upload(
    world: &World,
    path: &str,
    query: &[(String, String)],
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Reply, Refused> {
    let key = world.links.open_upload(path, query)?;
    let mut store = world.store_mut();
    let upload = store.files.upload_mut(&key).ok_or(Refused::NoSuchFile)?;
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("application/octet-stream");
    if upload.media.as_deref().is_some_and(|announced| announced != media) {
        return Err(Refused::WrongSignature);
    }
    upload.file = Some(StoredFile { name: upload.name.clone(), media: media.to_owned(), content: body });
    let is_confirmed = query.iter().any(|(name, value)| format!("{name}={value}") == uploads::CONFIRMED);
    let then = upload.then.take_if(|_| is_confirmed);
    drop(store);
    let outcome = then.map_or(Ok(()), |then| effects::confirm(world, then));
    Ok(outcome.map_or_else(|failure| refused(failure.status, &failure.message), |()| Reply::empty(200)))
}

fn refused(status: u16, reason: &str) -> Reply {
    let page = format!("<?xml version=\"1.0\"?><Error><Code>{reason}</Code></Error>");
    Reply::new(status, Content::Bytes("application/xml".to_owned(), page.into()))
}
