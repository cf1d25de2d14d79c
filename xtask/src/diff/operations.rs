//! How the operations differ: which came and went, and what changed on those that stayed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::Effect;
use super::comparison::{Comparison, Spot};
use super::reach::{Reach, Way, area, response_way};
use crate::document::{Document, Place, escape, items, members, text};
use crate::import::facts::{BETA, ENTITLEMENT, PERMISSION, PERMISSION_NAME};

const JSON: &str = "application/json";
const MULTIPART: &str = "multipart/form-data";

/// An operation of the old document and what became of it.
struct Pair<'a> {
    old: (Place, &'a Value),
    new: (Place, &'a Value),
}

impl Comparison<'_> {
    pub(super) fn operations(&mut self) {
        let (pairs, gone, come) = pair(self.old, self.new);
        for (place, operation) in gone {
            let reach = Reach::of(operation, Way::Request);
            let effect = Effect::both("the method is gone", "the service does not know the path any more");
            self.note("operation-removed", &spot(&place, &reach), "the operation is gone".to_owned(), effect);
        }
        for (place, operation) in come {
            let reach = Reach::of(operation, Way::Request);
            let what = format!("the operation {} is new", text(operation, "operationId"));
            self.note("operation-added", &spot(&place, &reach), what, Effect::ADDS);
        }
        self.areas();
        self.servers();
        for pair in pairs {
            self.operation(&pair);
        }
    }

    /// The addresses of the regions, which are written by hand in the SDK.
    fn servers(&mut self) {
        let all = |document: &Document| -> BTreeSet<String> {
            items(&document.0, "servers").iter().map(|server| text(server, "url").to_owned()).collect()
        };
        let (before, after) = (all(self.old), all(self.new));
        let reach = Reach::default();
        let spot = Spot {
            subject: "servers".to_owned(),
            within: String::new(),
            pointer: "/servers".to_owned(),
            reach: &reach,
        };
        for url in before.difference(&after) {
            let effect = Effect::run("a program for this region finds no service");
            self.note("server-removed", &spot, format!("{url} is gone"), effect);
        }
        for url in after.difference(&before) {
            self.note("server-added", &spot, format!("{url} is new"), Effect::ADDS);
        }
    }

    /// Areas that came and went, beside their operations: a module and a feature each.
    fn areas(&mut self) {
        let all = |document: &Document| -> BTreeMap<String, Reach> {
            let mut areas: BTreeMap<String, Reach> = BTreeMap::new();
            for (_, operation) in document.operations() {
                areas.entry(area(operation).to_owned()).or_default().join(&Reach::of(operation, Way::Request));
            }
            areas
        };
        let (before, after) = (all(self.old), all(self.new));
        for (areas, others, kind, what, effect) in [
            (
                &before,
                &after,
                "area-removed",
                "the area is gone",
                Effect::compile("its module and its feature are gone"),
            ),
            (&after, &before, "area-added", "the area is new", Effect::ADDS),
        ] {
            for (name, reach) in areas.iter().filter(|(name, _)| !others.contains_key(*name)) {
                let spot = Spot {
                    subject: format!("area {name}"),
                    within: String::new(),
                    pointer: "/paths".to_owned(),
                    reach,
                };
                self.note(kind, &spot, format!("{what}: {name}"), effect);
            }
        }
    }

    fn operation(&mut self, pair: &Pair<'_>) {
        let ((old_place, old), (place, new)) = (&pair.old, &pair.new);
        if old == new && old_place == place {
            return;
        }
        let mut request = Reach::of(old, Way::Request);
        request.join(&Reach::of(new, Way::Request));
        let spot = spot(place, &request);
        if template(&old_place.path) != template(&place.path) || old_place.method != place.method {
            let what = format!("moved here from {} {}", old_place.method.to_uppercase(), old_place.path);
            self.note("operation-moved", &spot, what, Effect::run("the service does not know the old path any more"));
        }
        if text(old, "operationId") != text(new, "operationId") {
            let what = format!("the operation {} is called {} now", text(old, "operationId"), text(new, "operationId"));
            self.note("operation-renamed", &spot, what, Effect::compile("the method may be called otherwise"));
        }
        if area(old) != area(new) {
            let what = format!("filed under {} instead of {}", area(new), area(old));
            self.note("operation-refiled", &spot, what, Effect::compile("the method moves to another module"));
        }
        self.marks(&spot, old, new);
        self.parameters(&spot, old, new);
        self.body(&spot, old, new);
        self.responses(place, old, new);
    }

    /// Permission, plan feature, beta and deprecation.
    fn marks(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let words =
            |operation: &Value, key: &str| operation.get(key).map_or_else(|| "none".to_owned(), Value::to_string);
        for (key, kind, what, reason) in [
            (PERMISSION, "permission", "the permission", "a key without it is refused"),
            (ENTITLEMENT, "entitlement", "the plan feature", "an account without it is refused"),
            ("security", "security", "a way to sign in beside the API key", "the API key alone may be refused"),
            (PERMISSION_NAME, "permission-name", "the permission's display name", ""),
            (BETA, "beta", "the beta mark", ""),
            ("deprecated", "deprecation", "the deprecation mark", ""),
        ] {
            if old.get(key) == new.get(key) {
                continue;
            }
            let breaks = !reason.is_empty() && new.get(key).is_some();
            let effect = if breaks { Effect::run(reason) } else { Effect::ADDS };
            self.note(kind, spot, format!("{what} was {} and is {}", words(old, key), words(new, key)), effect);
        }
    }

    fn parameters(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
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
                    true => Effect::ADDS,
                    false => {
                        Effect::both("the setter has another name", "the service ignores the old name without a word")
                    }
                };
                let what =
                    format!("{} parameter `{name}` is called `{}` now", text(parameter, "in"), text(other, "name"));
                self.note("parameter-renamed", &at(index), what, effect);
            } else {
                let effect = match in_path {
                    true => Effect::compile("an argument is gone"),
                    false => Effect::both("its setter is gone", "the service ignores it without a word"),
                };
                self.note(
                    "parameter-removed",
                    spot,
                    format!("{} parameter `{name}` is gone", text(parameter, "in")),
                    effect,
                );
            }
        }
        for (index, parameter) in come {
            let must = parameter["required"] == true;
            let effect = if must {
                Effect::both("a new required argument", "a request without it is refused")
            } else {
                Effect::ADDS
            };
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
                true => (
                    "parameter-required",
                    "is required now",
                    Effect::both("the setter becomes an argument", "a request without it is refused"),
                ),
                false => {
                    ("parameter-optional", "is not required any more", Effect::compile("the argument becomes a setter"))
                }
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
            self.note("deprecation", spot, what, Effect::ADDS);
        }
        let within = Spot { within: name.to_owned(), pointer: format!("{}/schema", spot.pointer), ..spot.clone() };
        self.schemas(&within, &old["schema"], &new["schema"]);
    }

    fn body(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let at = Spot { pointer: format!("{}/requestBody", spot.pointer), ..spot.clone() };
        let (before, after) = match (old.get("requestBody"), new.get("requestBody")) {
            (None, None) => return,
            (None, Some(_)) => {
                let effect = Effect::both("the method takes a body", "a request without it may be refused");
                return self.note("body-added", &at, "the operation takes a body now".to_owned(), effect);
            }
            (Some(_), None) => {
                let effect = Effect::both("the method takes no body", "the service ignores the body");
                return self.note("body-removed", spot, "the operation takes no body any more".to_owned(), effect);
            }
            (Some(before), Some(after)) => (before, after),
        };
        if before["required"] != after["required"] {
            // The SDK's methods always take the body, so either way it is sent.
            let what = if after["required"] == true { "is required now" } else { "is not required any more" };
            self.note("body-required", &at, format!("the body {what}"), Effect::ADDS);
        }
        let has = |body: &Value, media: &str| body["content"].get(media).is_some();
        let forms = |body: &Value| has(body, JSON) && has(body, MULTIPART);
        for (media, _) in members(after, "content").filter(|(media, _)| !has(before, media)) {
            let effect = match media.as_str() {
                MULTIPART if has(before, JSON) => {
                    Effect::compile("the form takes the method's name, the JSON gets `_json`")
                }
                JSON if has(before, MULTIPART) => Effect::ADDS,
                _ if members(before, "content").next().is_some() => Effect::ADDS,
                _ => Effect::compile("the method takes another body"),
            };
            let form = Spot { pointer: format!("{}/content/{}", at.pointer, escape(media)), ..at.clone() };
            self.note("body-form-added", &form, format!("the body may be {media} now"), effect);
        }
        for (media, _) in members(before, "content").filter(|(media, _)| !has(after, media)) {
            let compile =
                if forms(before) { "one of its two methods is gone" } else { "the method takes another body" };
            let effect = Effect::both(compile, "the service refuses the body");
            self.note("body-form-removed", &at, format!("the body may not be {media} any more"), effect);
        }
        for (media, content) in members(after, "content") {
            if let Some(old) = before["content"].get(media) {
                let pointer = format!("{}/content/{}/schema", at.pointer, escape(media));
                let within = Spot { subject: format!("body of {}", spot.subject), pointer, ..at.clone() };
                self.nulls(&within, &old["schema"], &content["schema"]);
                self.schemas(&within, &old["schema"], &content["schema"]);
            }
        }
    }

    fn responses(&mut self, place: &Place, old: &Value, new: &Value) {
        let subject = format!("{} {}", place.method.to_uppercase(), place.path);
        let reach_of = |way| {
            let mut reach = Reach::of(old, way);
            reach.join(&Reach::of(new, way));
            reach
        };
        let successes = |operation: &Value| {
            members(operation, "responses").filter(|(status, _)| response_way(status) == Way::Answer).count()
        };
        for (status, response) in members(new, "responses") {
            let reach = reach_of(response_way(status));
            let pointer = format!("{}/responses/{status}", place.pointer());
            let at = Spot { subject: format!("{status} of {subject}"), within: String::new(), pointer, reach: &reach };
            match old["responses"].get(status) {
                Some(before) => self.response(&at, before, response),
                // Any 2xx is a success to the SDK, and any other status an error.
                None => self.note("status-added", &at, format!("answers with {status} too"), Effect::ADDS),
            }
        }
        for (status, _) in
            members(old, "responses").filter(|(status, _)| new["responses"].get(status.as_str()).is_none())
        {
            let reach = reach_of(response_way(status));
            let at = Spot {
                subject: format!("{status} of {subject}"),
                within: String::new(),
                pointer: format!("{}/responses", place.pointer()),
                reach: &reach,
            };
            self.note("status-removed", &at, format!("does not answer with {status} any more"), Effect::ADDS);
        }
        // A success under another status is compared with the one it replaces.
        if successes(old) == 1 && successes(new) == 1 {
            let one =
                |operation| members(operation, "responses").find(|(status, _)| response_way(status) == Way::Answer);
            if let (Some((before, was)), Some((status, is))) = (one(old), one(new))
                && before != status
            {
                let reach = reach_of(Way::Answer);
                let pointer = format!("{}/responses/{status}", place.pointer());
                let at =
                    Spot { subject: format!("{status} of {subject}"), within: String::new(), pointer, reach: &reach };
                self.response(&at, was, is);
            }
        }
    }

    fn response(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let has = |response: &Value, media: &str| response.pointer(&format!("/content/{}", escape(media))).is_some();
        let error = spot.reach.ways.contains(&Way::Error);
        for (media, content) in members(new, "content") {
            let at = Spot { pointer: format!("{}/content/{}", spot.pointer, escape(media)), ..spot.clone() };
            match old["content"].get(media) {
                Some(before) => {
                    let schema = Spot { pointer: format!("{}/schema", at.pointer), ..at };
                    self.nulls(&schema, &before["schema"], &content["schema"]);
                    self.schemas(&schema, &before["schema"], &content["schema"]);
                }
                None => {
                    let first_json = media == JSON && !error;
                    let effect =
                        if first_json { Effect::compile("the method returns something") } else { Effect::ADDS };
                    self.note("answer-form-added", &at, format!("the answer may be {media} now"), effect);
                }
            }
        }
        for (media, _) in members(old, "content").filter(|(media, _)| !has(new, media)) {
            let effect = match error {
                true => Effect::ADDS,
                false => Effect::both("the method returns something else", "the answer has no such body any more"),
            };
            self.note("answer-form-removed", spot, format!("the answer is not {media} any more"), effect);
        }
    }
}

fn spot<'r>(place: &Place, reach: &'r Reach) -> Spot<'r> {
    Spot {
        subject: format!("{} {}", place.method.to_uppercase(), place.path),
        within: String::new(),
        pointer: place.pointer(),
        reach,
    }
}

/// A path without the names of its placeholders: what the wire shows.
fn template(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

type Located<'a> = (Place, &'a Value);

/// Operations that are the same in both documents, by path and method, else by id; and those of one document only.
fn pair<'a>(old: &'a Document, new: &'a Document) -> (Vec<Pair<'a>>, Vec<Located<'a>>, Vec<Located<'a>>) {
    let mut gone: Vec<Located<'a>> = old.operations().collect();
    let mut come: Vec<Located<'a>> = new.operations().collect();
    let mut pairs = Vec::new();
    let by_place = |(place, _): &Located<'_>| format!("{} {}", place.method, template(&place.path));
    let by_id = |(_, operation): &Located<'_>| text(operation, "operationId").to_owned();
    for key in [&by_place as &dyn Fn(&Located<'_>) -> String, &by_id] {
        let mut keys: Vec<String> = come.iter().map(key).collect();
        let mut left = Vec::new();
        for one in gone {
            let wanted = key(&one);
            match keys.iter().position(|key| *key == wanted && !wanted.is_empty()) {
                Some(index) => {
                    keys.remove(index);
                    pairs.push(Pair { old: one, new: come.remove(index) });
                }
                None => left.push(one),
            }
        }
        gone = left;
    }
    (pairs, gone, come)
}
