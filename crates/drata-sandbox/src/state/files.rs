//! Files, byte by byte as they were uploaded.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::Value;

use super::row::Row;

/// A file.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub(crate) name: String,
    pub(crate) media: String,
    pub(crate) content: Bytes,
}

impl StoredFile {
    /// The ending of the name with its dot, such as `.pdf`; empty when the name has none.
    pub(crate) fn extension(&self) -> &str {
        self.name.rfind('.').map_or("", |dot| &self.name[dot..])
    }
}

/// A file that was announced, or uploaded and not yet named by a row.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// What the file may be named for, such as `evidence`.
    pub(crate) purpose: String,
    /// The media type that the upload must have.
    pub(crate) media: Option<String>,
    pub(crate) name: String,
    /// The file, once it is there.
    pub(crate) file: Option<StoredFile>,
    /// What a confirmed upload brings about by itself.
    pub(crate) then: Option<Then>,
}

/// A call that a confirmed upload makes by itself, with the file's key in it.
#[derive(Clone, Debug)]
pub(crate) struct Then {
    /// The identifier of the operation, in its short form.
    pub(crate) operation: &'static str,
    /// The rows that its path names.
    pub(crate) anchors: Vec<Row>,
    pub(crate) body: Value,
}

/// The files of a sandbox.
#[derive(Debug, Default)]
pub(crate) struct Files {
    by_row: HashMap<Row, StoredFile>,
    /// Uploads by their keys.
    uploads: HashMap<String, Upload>,
}

impl Files {
    /// The file of a row: each version has its own.
    pub(crate) fn of(&self, row: Row) -> Option<&StoredFile> {
        self.by_row.get(&row)
    }

    /// Gives a row its file.
    pub(crate) fn keep(&mut self, row: Row, file: StoredFile) {
        self.by_row.insert(row, file);
    }

    pub(crate) fn remove(&mut self, row: Row) {
        self.by_row.remove(&row);
    }

    /// Announces an upload.
    pub(crate) fn announce(&mut self, key: String, upload: Upload) {
        self.uploads.insert(key, upload);
    }

    pub(crate) fn upload(&self, key: &str) -> Option<&Upload> {
        self.uploads.get(key)
    }

    pub(crate) fn upload_mut(&mut self, key: &str) -> Option<&mut Upload> {
        self.uploads.get_mut(key)
    }

    /// How many uploads there were.
    pub(crate) fn uploads(&self) -> usize {
        self.uploads.len()
    }
}
