//! Where a contract came from: `source.json` beside it.

use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What was imported, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Provenance {
    /// The name of the file, without folders: those are of one person's machine.
    pub(crate) file: String,
    /// The day of the import, `YYYY-MM-DD` in UTC.
    pub(crate) imported: String,
    pub(crate) bytes: usize,
    pub(crate) sha256: String,
    /// What there is to say of the document, such as that its facts were transcribed.
    pub(crate) note: Option<String>,
}

impl Provenance {
    pub(crate) fn new(path: &Path, contents: &[u8], today: String, note: Option<String>) -> Self {
        let digest = Sha256::digest(contents);
        Self {
            file: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            imported: today,
            bytes: contents.len(),
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            note,
        }
    }

    /// Whether `recorded`, the text of a `source.json`, is of the same bytes.
    pub(crate) fn is_recorded_in(&self, recorded: &str) -> bool {
        serde_json::from_str::<Value>(recorded).is_ok_and(|recorded| {
            recorded["sha256"] == *self.sha256
                && (self.note.is_none() || recorded["note"].as_str() == self.note.as_deref())
        })
    }

    pub(crate) fn to_text(&self) -> String {
        let mut value =
            json!({ "file": self.file, "imported": self.imported, "bytes": self.bytes, "sha256": self.sha256 });
        if let Some(note) = &self.note {
            value["note"] = note.clone().into();
        }
        format!("{value:#}\n")
    }
}
