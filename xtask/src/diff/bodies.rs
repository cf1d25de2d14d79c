//! How the body and the answers of an operation differ.

use serde_json::Value;

use super::change::Effect;
use super::comparison::{Comparison, Spot};
use super::reach::{Reach, Way, response_way};
use crate::document::{JSON, MULTIPART, Place, escape, members};

impl Comparison<'_> {
    pub(super) fn body(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
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

    pub(super) fn responses(&mut self, place: &Place, old: &Value, new: &Value) {
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
