//! A scope: the one owner of the names that stand beside each other.

use std::collections::BTreeMap;

/// Names that the prelude, the runtime and its macros use where generated types stand.
pub(crate) const TYPES: &[&str] = &[
    "Access",
    "AsRef",
    "BTreeMap",
    "Box",
    "ByteStream",
    "Bytes",
    "Call",
    "Clone",
    "Client",
    "Copy",
    "Debug",
    "Default",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "Extra",
    "Fn",
    "From",
    "Id",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "ItemKey",
    "Iterator",
    "Limits",
    "List",
    "Map",
    "None",
    "Ok",
    "Operation",
    "Option",
    "Ord",
    "PageParts",
    "Paged",
    "PartialEq",
    "Patch",
    "ReadOnly",
    "ReadWrite",
    "Rejected",
    "Response",
    "Result",
    "Self",
    "Send",
    "Serialize",
    "Some",
    "String",
    "Sync",
    "Timestamp",
    "ToString",
    "Upload",
    "Value",
    "Vec",
];

/// Methods that every builder has, where its setters stand.
pub(crate) const SETTERS: &[&str] = &[
    "attempt_timeout",
    "call",
    "call_mut",
    "clone",
    "connect_timeout",
    "deadline",
    "extra_field",
    "extra_query",
    "into_future",
    "max_attempts",
    "new",
    "read_timeout",
    "rename_part",
    "retry_policy",
    "send",
    "send_optional",
    "send_response",
    "stream",
    "pages",
    "collect_all",
    "collect_lossy",
    "first",
    "by_page",
    "with_response",
];

/// What a struct of a response has beside its fields.
pub(crate) const RESPONSE_FIELDS: &[&str] = &["extra"];

/// What a struct of a request has beside the setters of its fields.
pub(crate) const REQUEST_FIELDS: &[&str] = &["new", "default", "validate", "check", "serialize", "clone", "eq"];

/// Methods of an area's handle, and of a version's, beside those that are generated.
pub(crate) const HANDLE: &[&str] = &["new", "clone"];

/// Modules of a version beside its areas.
pub(crate) const MODULES: &[&str] = &["ids", "new", "clone", "operations", "shared"];

/// Statics of an area's metadata.
pub(crate) const STATICS: &[&str] = &["ALL"];

/// Variants and constants of an open enumeration.
pub(crate) const VARIANTS: &[&str] = &["KNOWN", "Unrecognized", "Self"];

/// Names that stand beside each other, each given out once.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    reserved: &'static [&'static str],
    given: BTreeMap<String, String>,
}

impl Scope {
    /// A scope in which `reserved` are never given out.
    pub(crate) fn new(reserved: &'static [&'static str]) -> Self {
        Self { reserved, given: BTreeMap::new() }
    }

    /// Whether a name can be given out.
    pub(crate) fn is_free(&self, name: &str) -> bool {
        !self.reserved.contains(&name) && !self.given.contains_key(name)
    }

    /// Whose name it is.
    pub(crate) fn owner(&self, name: &str) -> Option<&str> {
        if self.reserved.contains(&name) { Some("the runtime") } else { self.given.get(name).map(String::as_str) }
    }

    /// Takes a name that was decided elsewhere, such as by the table.
    ///
    /// # Errors
    /// The owner that has it.
    pub(crate) fn claim(&mut self, name: &str, owner: &str) -> Result<(), String> {
        match self.owner(name) {
            Some(other) => Err(other.to_owned()),
            None => {
                self.given.insert(name.to_owned(), owner.to_owned());
                Ok(())
            }
        }
    }

    /// Gives out the first of the candidates that is free, else the last with a number behind it.
    pub(crate) fn give(&mut self, candidates: &[String], owner: &str) -> String {
        let free = candidates.iter().find(|candidate| self.is_free(candidate)).cloned();
        let name = free.unwrap_or_else(|| {
            let last = candidates.last().map_or("unnamed", String::as_str).trim_end_matches('_');
            let joint = if last.chars().any(|one| one.is_ascii_lowercase())
                && last.starts_with(|one: char| one.is_ascii_uppercase())
            {
                ""
            } else {
                "_"
            };
            // There are fewer names than numbers, so one of them is free.
            (2..).map(|number| format!("{last}{joint}{number}")).find(|name| self.is_free(name)).unwrap_or_default()
        });
        self.given.insert(name.clone(), owner.to_owned());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_given_once() {
        let mut scope = Scope::new(SETTERS);
        let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(scope.give(&of(&["sort"]), "sort"), "sort");
        assert_eq!(scope.give(&of(&["sort", "sort_list"]), "sort[]"), "sort_list");
        assert_eq!(scope.give(&of(&["sort"]), "Sort"), "sort_2");
        assert_eq!(scope.give(&of(&["send", "send_"]), "send"), "send_");
        assert_eq!(scope.claim("sort", "other"), Err("sort".to_owned()));
        let mut types = Scope::new(TYPES);
        assert_eq!(types.give(&of(&["Error", "ErrorModel"]), "Error"), "ErrorModel");
        assert_eq!(types.give(&of(&["Error", "ErrorModel"]), "error"), "ErrorModel2");
    }
}
