//! The paragraph for `CHANGELOG.md`, in the words of those who use the SDK.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::compare::Changes;
use crate::compare::wire::Class;
use crate::model::Api;

/// What a reader of the changelog gets to know: of each version, what changed and its newer model.
pub(super) fn paragraph(releases: &[(&Changes, Option<&Api>)]) -> String {
    let (mut added, mut changed, mut removed) = (Vec::new(), Vec::new(), Vec::new());
    for (changes, api) in releases {
        let Some(surface) = &changes.surface else { continue };
        added.extend(additions(&surface.added, *api));
        changed.extend(surface.changed.iter().map(|(item, was, is)| format!("`{item}` is `{is}` instead of `{was}`.")));
        let breaks = changes.wire.iter().filter(|change| change.class() == Class::Run);
        changed.extend(breaks.filter_map(|change| {
            Some(format!("{}, {}: {} ({}).", changes.version.name(), change.subject, change.what, change.effect.run?))
        }));
        removed.extend(surface.removed.iter().map(|item| format!("`{item}`.")));
    }
    let mut out = String::new();
    for (heading, lines) in [("Added", added), ("Changed", changed), ("Removed", removed)] {
        if !lines.is_empty() {
            let _ = write!(out, "### {heading}\n\n");
            lines.iter().for_each(|line| out += &format!("- {line}\n"));
            out.push('\n');
        }
    }
    if out.is_empty() { "Nothing that a user of the SDK would notice.\n".to_owned() } else { out }
}

/// New areas with their operations, new operations area by area, and what is new of old things in one line each.
fn additions(items: &[String], api: Option<&Api>) -> Vec<String> {
    let mut lines = Vec::new();
    let areas = api.into_iter().flat_map(|api| api.areas.iter().map(move |area| (api, area)));
    for (api, area) in areas {
        let module = format!("{}::{}", api.module, area.name);
        let is_new = items.contains(&module);
        let new = area.operations.iter().map(|one| api.rust_path(one)).filter(|path| is_new || items.contains(path));
        let new: Vec<String> = new.map(|path| format!("`{path}`")).collect();
        if is_new {
            lines.push(format!("`{module}`, a new area behind the feature `{}`: {}.", area.feature, new.join(", ")));
        } else if !new.is_empty() {
            lines.push(format!("{}.", new.join(", ")));
        }
    }
    let mut parts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for item in items {
        // A field of a type, a setter of a builder, a variant: the type as such is new with its area or its operation.
        let Some((owner, part)) = item.rsplit_once('.').or_else(|| item.rsplit_once("::")) else { continue };
        let is_part =
            owner.rsplit("::").next().is_some_and(|name| name.starts_with(|one: char| one.is_ascii_uppercase()));
        if is_part {
            let parts = parts.entry(owner.replace("::builder::", "::")).or_default();
            let part = format!("`{part}`");
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
    }
    lines.extend(parts.into_iter().map(|(owner, parts)| format!("`{owner}` gains {}.", parts.join(", "))));
    lines
}
