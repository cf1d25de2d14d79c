//! Files within JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use drata_api::Upload;
use serde_json::{Value, json};

/// Returns the string of a field `base64File`, which holds a file where a body is JSON: in requests of the methods whose name ends in
/// `_json`. The form of the same operation streams its file instead, and suits all but small ones.
///
/// The media type follows from the extension of `file_name`.
///
/// ```
/// use drata_ext::base64_file;
///
/// let text = base64_file("hello.txt", "Hello");
/// assert_eq!(text, r#"{"base64String":"data:text/plain;base64,SGVsbG8=","filename":"hello.txt"}"#);
/// ```
pub fn base64_file(file_name: &str, content: impl AsRef<[u8]>) -> String {
    encoded(file_name, content.as_ref()).to_string()
}

/// Returns the string of a field `base64Files`: several files, each with its name, as [`base64_file`] has one.
///
/// ```
/// use drata_ext::base64_files;
///
/// let text = base64_files([("a.txt", "Hello"), ("b.pdf", "%PDF-1.4")]);
/// assert!(text.starts_with(r#"[{"base64String":"data:text/plain;base64,"#));
/// ```
pub fn base64_files<'a, C: AsRef<[u8]>>(files: impl IntoIterator<Item = (&'a str, C)>) -> String {
    let files = files.into_iter().map(|(file_name, content)| encoded(file_name, content.as_ref()));
    Value::Array(files.collect()).to_string()
}

fn encoded(file_name: &str, content: &[u8]) -> Value {
    let described = Upload::from_bytes(file_name, "");
    let url = format!("data:{};base64,{}", described.content_type(), STANDARD.encode(content));
    json!({ "base64String": url, "filename": file_name })
}
