//! How the parameters of an operation differ.

use serde_json::Value;

use super::change::Effect;
use super::comparison::{Comparison, Spot};
use crate::document::{items, text};

impl Comparison<'_> {
    pub(super) fn parameters(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let key = |parameter: &Value| (text(parameter, "in").to_owned(), text(parameter, "name").to_owned());
        let all = |operation| items(operation, "parameters").iter().enumerate();
        let find = |operation, wanted: &Value| all(operation).find(|(_, one)| key(one) == key(wanted));
        let gone: Vec<&Value> = all(old).map(|(_, one)| one).filter(|one| find(new, one).is_none()).collect();
        let mut come: Vec<(usize, &Value)> = all(new).filter(|(_, one)| find(old, one).is_none()).collect();
        let at = |index: usize| Spot { pointer: format!("{}/parameters/{index}", spot.pointer), ..spot.clone() };

        for parameter in gone {
            let alike =
                |other: &Value| ["in", "required", "schema"].iter().all(|key| parameter.get(key) == other.get(key));
            let in_path = text(parameter, "in") == "path";
            let renamed: Vec<usize> = (0..come.len()).filter(|index| alike(come[*index].1)).collect();
            let name = text(parameter, "name");
            if let [only] = renamed.as_slice() {
                let (index, other) = come.remove(*only);
                let effect = match in_path {
                    // An argument by position, and a placeholder that the wire does not show.
                    true => Effect::COMPATIBLE,
                    false => Effect::run("the service ignores the old name without a word"),
                };
                let what =
                    format!("{} parameter `{name}` is called `{}` now", text(parameter, "in"), text(other, "name"));
                self.note("parameter-renamed", &at(index), what, effect);
            } else {
                let effect = match in_path {
                    true => Effect::COMPATIBLE,
                    false => Effect::run("the service ignores it without a word"),
                };
                self.note(
                    "parameter-removed",
                    spot,
                    format!("{} parameter `{name}` is removed", text(parameter, "in")),
                    effect,
                );
            }
        }
        for (index, parameter) in come {
            let must = parameter["required"] == true;
            let effect = if must { Effect::run("a request without it is rejected") } else { Effect::COMPATIBLE };
            let kind = if must { "required-parameter-added" } else { "parameter-added" };
            let what = format!(
                "{}{} parameter `{}` is new",
                if must { "required " } else { "" },
                text(parameter, "in"),
                text(parameter, "name")
            );
            self.note(kind, &at(index), what, effect);
        }
        for (index, after) in all(new) {
            if let Some((_, before)) = find(old, after) {
                self.parameter(&at(index), before, after);
            }
        }
    }

    fn parameter(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let name = text(new, "name");
        let must = |parameter: &Value| parameter["required"] == true || text(parameter, "in") == "path";
        if must(old) != must(new) {
            let (kind, what, effect) = match must(new) {
                true => ("parameter-required", "is required now", Effect::run("a request without it is rejected")),
                false => ("parameter-optional", "is not required any more", Effect::COMPATIBLE),
            };
            self.note(kind, spot, format!("{} parameter `{name}` {what}", text(new, "in")), effect);
        }
        if old.get("style") != new.get("style") {
            let what = format!("parameter `{name}` is written in another style");
            self.note("parameter-style", spot, what, Effect::run("the service reads what is sent otherwise"));
        }
        let mark = |parameter: &Value| parameter.get("deprecated") == Some(&Value::Bool(true));
        if mark(old) != mark(new) {
            let what = format!("parameter `{name}` is {} deprecated", if mark(new) { "now" } else { "no longer" });
            self.note("deprecation", spot, what, Effect::COMPATIBLE);
        }
        let within = Spot { within: name.to_owned(), pointer: format!("{}/schema", spot.pointer), ..spot.clone() };
        self.schemas(&within, &old["schema"], &new["schema"]);
    }
}
