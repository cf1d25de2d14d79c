//! How the body and the responses of an operation differ.

use serde_json::Value;

use super::change::Effect;
use super::comparison::{Comparison, Spot};
use super::reach::{Reach, Way, response_way};
use crate::document::{Place, escape, members};

impl Comparison<'_> {
    pub(super) fn body(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let at = Spot { pointer: format!("{}/requestBody", spot.pointer), ..spot.clone() };
        let (before, after) = match (old.get("requestBody"), new.get("requestBody")) {
            (None, None) => return,
            (None, Some(_)) => {
                let effect = Effect::run("a request without it may be rejected");
                return self.note("body-added", &at, "the operation takes a body now".to_owned(), effect);
            }
            (Some(_), None) => {
                let effect = Effect::run("the service ignores the body");
                return self.note("body-removed", spot, "the operation takes no body any more".to_owned(), effect);
            }
            (Some(before), Some(after)) => (before, after),
        };
        if before["required"] != after["required"] {
            // The SDK's methods always take the body, so either way it is sent.
            let what = if after["required"] == true { "is required now" } else { "is not required any more" };
            self.note("body-required", &at, format!("the body {what}"), Effect::COMPATIBLE);
        }
        let has = |body: &Value, media: &str| body["content"].get(media).is_some();
        for (media, _) in members(after, "content").filter(|(media, _)| !has(before, media)) {
            let form = Spot { pointer: format!("{}/content/{}", at.pointer, escape(media)), ..at.clone() };
            self.note("body-form-added", &form, format!("the body may be {media} now"), Effect::COMPATIBLE);
        }
        for (media, _) in members(before, "content").filter(|(media, _)| !has(after, media)) {
            let effect = Effect::run("the service rejects the body");
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
            members(operation, "responses").filter(|(status, _)| response_way(status) == Way::Response).count()
        };
        for (status, response) in members(new, "responses") {
            let reach = reach_of(response_way(status));
            let pointer = format!("{}/responses/{status}", place.pointer());
            let at = Spot { subject: format!("{status} of {subject}"), within: String::new(), pointer, reach: &reach };
            match old["responses"].get(status) {
                Some(before) => self.response(&at, before, response),
                // Any 2xx is a success to the SDK, and any other status an error.
                None => self.note("status-added", &at, format!("responds with {status} too"), Effect::COMPATIBLE),
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
            self.note("status-removed", &at, format!("does not respond with {status} any more"), Effect::COMPATIBLE);
        }
        // A success under another status is compared with the one it replaces.
        if successes(old) == 1 && successes(new) == 1 {
            let one =
                |operation| members(operation, "responses").find(|(status, _)| response_way(status) == Way::Response);
            if let (Some((before, was)), Some((status, is))) = (one(old), one(new))
                && before != status
            {
                let reach = reach_of(Way::Response);
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
                    self.note(
                        "response-form-added",
                        &at,
                        format!("the response may be {media} now"),
                        Effect::COMPATIBLE,
                    );
                }
            }
        }
        for (media, _) in members(old, "content").filter(|(media, _)| !has(new, media)) {
            let effect = match error {
                true => Effect::COMPATIBLE,
                false => Effect::run("the response has no such body any more"),
            };
            self.note("response-form-removed", spot, format!("the response is not {media} any more"), effect);
        }
    }
}
