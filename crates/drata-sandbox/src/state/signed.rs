//! Links to files that carry no key and run out.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::clock::Clock;
use super::files::StoredFile;
use super::row::Row;
use super::store::Store;
use crate::contract::Catalog;
use crate::draw;

/// Where the links point to, below the server's root and outside the API.
const ROOT: &str = "/files/";
/// Where addresses that take a file point to.
const UPLOADS: &str = "/uploads/";

/// Makes and checks links.
#[derive(Debug)]
pub(crate) struct Links {
    /// Scheme, host and port.
    pub(crate) base: String,
    pub(crate) secret: u64,
    pub(crate) lifetime: Duration,
    pub(crate) clock: Clock,
}

/// Why a link is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    NoSuchFile,
    WrongSignature,
    RanOut,
}

impl Links {
    /// A link to the file of a row.
    pub(crate) fn sign(&self, row: Option<Row>, name: &str) -> String {
        let (kind, number) = row.map_or((0, 0), |row| (row.kind.place(), row.number));
        let lifetime = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX);
        let expires = self.clock.now().as_second().saturating_add(lifetime);
        let signature = self.signature(kind, number, expires);
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
        format!("{}{ROOT}{kind}/{number}/{name}?expires={expires}&signature={signature:016x}", self.base)
    }

    /// When a link that is made now runs out.
    pub(crate) fn expires(&self) -> Timestamp {
        let lifetime = SignedDuration::try_from(self.lifetime).unwrap_or(SignedDuration::MAX);
        let now = self.clock.now();
        now.checked_add(lifetime).unwrap_or(Timestamp::MAX)
    }

    /// An address that takes the file with this key until then.
    pub(crate) fn sign_upload(&self, key: &str, expires: Timestamp) -> String {
        let name = utf8_percent_encode(key, NON_ALPHANUMERIC);
        let signature = self.upload_signature(key, expires.as_second());
        let expires = expires.as_second();
        format!("{}{UPLOADS}{name}?expires={expires}&signature={signature:016x}", self.base)
    }

    /// The key of the file that an address takes.
    pub(crate) fn open_upload(&self, path: &str, query: &[(String, String)]) -> Result<String, Refused> {
        let name = path.strip_prefix(UPLOADS).ok_or(Refused::NoSuchFile)?;
        let key = percent_decode_str(name).decode_utf8_lossy().into_owned();
        let text = |name: &str| query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let expires: i64 = text("expires").and_then(|text| text.parse().ok()).ok_or(Refused::WrongSignature)?;
        if text("signature") != Some(&format!("{:016x}", self.upload_signature(&key, expires))) {
            return Err(Refused::WrongSignature);
        }
        if self.clock.now().as_second() >= expires {
            return Err(Refused::RanOut);
        }
        Ok(key)
    }

    fn upload_signature(&self, key: &str, expires: i64) -> u64 {
        draw::mix(draw::mix(self.secret, draw::text(key)), expires.unsigned_abs())
    }

    /// The file that a request for a link's path and query is about.
    pub(crate) fn open(
        &self,
        catalog: &Catalog,
        store: &Store,
        path: &str,
        query: &[(String, String)],
    ) -> Result<StoredFile, Refused> {
        let parts: Vec<_> = path.strip_prefix(ROOT).ok_or(Refused::NoSuchFile)?.split('/').collect();
        let [kind, number, name] = parts[..] else { return Err(Refused::NoSuchFile) };
        let number: u64 = number.parse().map_err(|_| Refused::NoSuchFile)?;
        let place: usize = kind.parse().map_err(|_| Refused::NoSuchFile)?;
        let text = |name: &str| query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let expires: i64 = text("expires").and_then(|text| text.parse().ok()).ok_or(Refused::WrongSignature)?;
        let signature = format!("{:016x}", self.signature(place, number, expires));
        if text("signature") != Some(&signature) {
            return Err(Refused::WrongSignature);
        }
        if self.clock.now().as_second() >= expires {
            return Err(Refused::RanOut);
        }
        let kind = catalog.kinds().all().get(place).and_then(|kind| catalog.kinds().by_key(&kind.key));
        let uploaded = kind.and_then(|kind| store.files.of(Row { kind, number }));
        let name = percent_decode_str(name).decode_utf8_lossy();
        Ok(uploaded.cloned().unwrap_or_else(|| made_up(&name)))
    }

    /// The name of a row's file.
    pub(crate) fn file_name(&self, store: &Store, row: Option<Row>) -> String {
        let uploaded = row.and_then(|row| store.files.of(row));
        match (uploaded, row) {
            (Some(file), _) => file.name.clone(),
            (None, Some(row)) => format!("document-{}.pdf", row.number),
            (None, None) => "document.pdf".to_owned(),
        }
    }

    fn signature(&self, kind: usize, number: u64, expires: i64) -> u64 {
        let parts = [kind as u64, number, expires.unsigned_abs()];
        parts.into_iter().fold(draw::mix(self.secret, 0), draw::mix)
    }
}

/// Whether a path is that of a link.
pub(crate) fn is_link(path: &str) -> bool {
    path.starts_with(ROOT) || path.starts_with(UPLOADS)
}

/// The file of a seeded row: an empty page.
fn made_up(name: &str) -> StoredFile {
    const PAGE: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
        2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
        3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
    StoredFile { name: name.to_owned(), media: "application/pdf".to_owned(), content: PAGE.into() }
}
