//! What help says of an operation.

use drata_ext::by_name::Known;

use super::flags::kebab;

/// The words that call an operation: `v2 risks create`.
pub(crate) fn command_name(known: Known) -> String {
    let operation = known.operation;
    format!("{} {} {}", operation.version.as_str(), kebab(&operation.area), kebab(&operation.name))
}

/// What an operation does and needs, for help.
pub(crate) fn facts(known: Known) -> String {
    let Known { operation, meta, .. } = known;
    let mut lines = vec![operation.doc.trim().to_owned(), String::new()];
    lines.push(format!("  request     {} {}{}", operation.method, meta.version.path_prefix(), operation.path));
    lines.push(format!("  permission  {} ({})", operation.permission_name, operation.permissions.join(", ")));
    if !operation.entitlements.is_empty() {
        lines.push(format!("  plan        {}", operation.entitlements.join(", ")));
    }
    if let Some(paging) = &operation.paging {
        let by = if paging.by_cursor { "by cursor" } else { "by number" };
        lines.push(format!("  pages       {by}, at most {} rows each", paging.max_size));
    }
    if let Some(replaces) = &operation.replaces {
        lines.push(format!("  replaces    {replaces}"));
    }
    if operation.beta {
        lines.push("  beta        Drata may change it without notice".to_owned());
    }
    if operation.deprecated {
        lines.push("  deprecated".to_owned());
    }
    lines.push(format!("  library     {}", meta.rust_path));
    lines.join("\n")
}

/// The first sentence of a description.
pub(crate) fn first_sentence(doc: &str) -> &str {
    let end = doc.find(". ").map_or(doc.len(), |end| end);
    doc[..end].trim_end_matches('.').lines().next().unwrap_or_default()
}
