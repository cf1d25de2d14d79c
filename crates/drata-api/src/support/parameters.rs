//! How the parameters of generated operations are checked and written: one method for each way of writing them.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::Value;

use super::call::{Call, Place, encoded};
use super::request::{Body, Form};
use super::validate::{Limited, Limits, Validate, Violation};
use super::wire::WireText;

#[allow(dead_code, reason = "which ways of writing occur is the contract's decision")]
impl Call {
    /// Fills a placeholder with several values, `separator` between them.
    pub(crate) fn path_joined<T: WireText>(
        self,
        name: &'static str,
        separator: char,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        self.path_several(name, "", separator.encode_utf8(&mut [0; 4]), values)
    }

    /// Fills a placeholder with several values, `before` the first and `between` two of them.
    pub(crate) fn path_several<T: WireText>(
        self,
        name: &'static str,
        before: &str,
        between: &str,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        let texts: Vec<String> = values.into_iter().map(|value| value.wire_text()).collect();
        self.path_parts(name, before, between, &texts)
    }

    /// Fills a placeholder after a check of its value.
    pub(crate) fn path_checked<T: WireText + Limited>(self, name: &'static str, value: T, limits: Limits) -> Self {
        let checked = value.check(&limits);
        self.path_text(name, &value.wire_text(), checked)
    }

    /// Asks for a vendor's kind of JSON.
    pub(crate) fn accept_json(mut self, media: &'static str) -> Self {
        self.request_mut().accept = Some(media);
        self
    }

    /// Fills a placeholder with a value behind `before`: `.7` or `;id=7`.
    pub(crate) fn path_behind(self, name: &'static str, before: &str, value: impl WireText) -> Self {
        self.path_parts(name, before, "", &[value.wire_text()])
    }

    /// Fills a placeholder with the properties of an object.
    pub(crate) fn path_properties(self, name: &'static str, within: char, value: &impl Serialize) -> Self {
        self.path_pairs(name, within, &written(value))
    }

    /// Fills a placeholder with the text of a value's JSON.
    pub(crate) fn path_json(self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Self {
        let text = json_text(value);
        self.path(name, text)
    }

    /// Sets a query parameter after a check of its value.
    pub(crate) fn query_checked<T: WireText + Limited>(&mut self, name: &'static str, value: T, limits: Limits) {
        self.check(Place::Query, name, value.check(&limits));
        self.query(name, value);
    }

    /// Sets a repeated query parameter, one pair for each value, replacing what was there.
    pub(crate) fn query_list<T: WireText + Limited>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = T>,
        limits: Limits,
    ) {
        let values: Vec<T> = values.into_iter().collect();
        self.check(Place::Query, name, values.check(&limits));
        let query = &mut self.request_mut().query;
        query.retain(|(other, _)| other != name);
        query.extend(values.iter().map(|value| (name.into(), value.wire_text())));
    }

    /// Sets a query parameter to several values, `separator` between them.
    pub(crate) fn query_joined<T: WireText + Limited>(
        &mut self,
        name: &'static str,
        separator: char,
        values: impl IntoIterator<Item = T>,
        limits: Limits,
    ) {
        let values: Vec<T> = values.into_iter().collect();
        self.check(Place::Query, name, values.check(&limits));
        self.query(name, joined(separator, values));
    }

    /// Sets a query parameter that is an object or a list of objects: one pair for each scalar within, its way in brackets,
    /// as `filters[0][id]=3`.
    pub(crate) fn query_nested<T: Serialize + Limited>(&mut self, name: &'static str, value: &T, limits: Limits) {
        self.check(Place::Query, name, value.check(&limits));
        self.query_nested_value(name, &written(value));
    }

    /// Sets a query parameter for each property of an object, under the property's name.
    pub(crate) fn query_spread<T: Serialize + Limited>(&mut self, value: &T) {
        self.check(Place::Query, "query", value.check(&Limits::NONE));
        self.query_spread_value(&written(value));
    }

    /// Sets a query parameter to the text of a value's JSON.
    pub(crate) fn query_json(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) {
        self.query(name, json_text(value));
    }

    /// Sets a header parameter. Names are in lower case: HTTP does not care, and HTTP/2 wants them so.
    pub(crate) fn header(&mut self, name: &'static str, value: impl WireText) {
        self.header_text(name, &value.wire_text(), Ok(()));
    }

    /// Sets a header parameter after a check of its value.
    pub(crate) fn header_checked<T: WireText + Limited>(&mut self, name: &'static str, value: T, limits: Limits) {
        let checked = value.check(&limits);
        self.header_text(name, &value.wire_text(), checked);
    }

    /// Sets a header parameter to several values, `separator` between them.
    pub(crate) fn header_joined<T: WireText + Limited>(
        &mut self,
        name: &'static str,
        separator: char,
        values: impl IntoIterator<Item = T>,
        limits: Limits,
    ) {
        let values: Vec<T> = values.into_iter().collect();
        let checked = values.check(&limits);
        self.header_text(name, &joined(separator, values.iter()), checked);
    }

    /// Sets a header parameter to the properties of an object.
    pub(crate) fn header_pairs<T: Serialize + Limited>(
        &mut self,
        name: &'static str,
        within: char,
        value: &T,
        limits: Limits,
    ) {
        let checked = value.check(&limits);
        self.header_text(name, &property_texts(&written(value), within, str::to_owned), checked);
    }

    fn header_text(&mut self, name: &'static str, text: &str, checked: Result<(), Violation>) {
        let pair = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(text).ok());
        let rule = || Violation::new(format!("{text:?} cannot stand in a header: only visible ASCII can"));
        self.check(Place::Header, name, pair.as_ref().map(drop).ok_or_else(rule).and(checked));
        if let Some((name, value)) = pair {
            let headers = &mut self.request_mut().headers;
            headers.retain(|(other, _)| *other != name);
            headers.push((name, value));
        }
    }

    /// Sets a header parameter to the text of a value's JSON.
    pub(crate) fn header_json(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) {
        self.header(name, json_text(value));
    }

    /// Sets the JSON body after a check of it.
    pub(crate) fn body<T: Serialize + Limited + ?Sized>(mut self, body: &T, limits: Limits) -> Self {
        self.check(Place::Body, "", body.check(&limits));
        match serde_json::to_vec(body) {
            Ok(bytes) => self.request_mut().body = Body::Json(bytes.into()),
            Err(error) => {
                self.check(Place::Body, "", Err(Violation::new(format!("the body cannot be written as JSON: {error}"))))
            }
        }
        self
    }

    /// Sets the form body after a check of it.
    pub(crate) fn form<T: Validate + Into<Form>>(mut self, body: T) -> Self {
        self.check(Place::Body, "", body.validate());
        self.request_mut().body = Body::Form(body.into());
        self
    }

    /// Sets a body of any media type.
    pub(crate) fn raw(mut self, content_type: &'static str, content: impl Into<Bytes>) -> Self {
        self.request_mut().body = Body::Raw { content_type: content_type.into(), content: content.into() };
        self
    }
}

/// For calls of operations that are known by their names alone, which are written as the typed ones.
impl Call {
    /// Fills the placeholder `name` with several texts: `before` the first, and `between` two of them. Each is encoded alone, so
    /// that what it holds is never taken for what stands between.
    #[doc(hidden)]
    pub fn path_parts(mut self, name: &'static str, before: &str, between: &str, texts: &[String]) -> Self {
        let parts: Vec<String> = texts.iter().map(|text| encoded(text)).collect();
        let rule = || Violation::new("an empty list, or an empty text in one, cannot stand in a path".to_owned());
        let is_filled = !texts.is_empty() && texts.iter().all(|text| !text.is_empty());
        self.check(Place::Path, name, is_filled.then_some(()).ok_or_else(rule));
        match (before, parts.as_slice()) {
            // A lone text has to be more than dots.
            ("", [_]) => self.path_text(name, &texts[0], Ok(())),
            _ => {
                self.fill(name, &format!("{before}{}", parts.join(between)));
                self
            }
        }
    }

    /// Fills the placeholder `name` with the properties of an object, apart by commas.
    #[doc(hidden)]
    pub fn path_pairs(mut self, name: &'static str, within: char, object: &Value) -> Self {
        let text = property_texts(object, within, encoded);
        let rule = || Violation::new("an object without properties cannot stand in a path".to_owned());
        self.check(Place::Path, name, (!text.is_empty()).then_some(()).ok_or_else(rule));
        self.fill(name, &text);
        self
    }

    /// Sets a query parameter that is an object or a list of objects: one pair for each scalar within, its way in brackets,
    /// as `filters[0][id]=3`.
    #[doc(hidden)]
    pub fn query_nested_value(&mut self, name: &str, value: &Value) {
        let prefix = format!("{name}[");
        let query = &mut self.request_mut().query;
        query.retain(|(other, _)| other != name && !other.starts_with(&prefix));
        let mut pairs = Vec::new();
        nest(name.to_owned(), value, &mut pairs);
        query.extend(pairs.into_iter().map(|(name, value)| (name.into(), value)));
    }

    /// Sets a query parameter for each property of an object, under the property's name.
    #[doc(hidden)]
    pub fn query_spread_value(&mut self, value: &Value) {
        let mut pairs = Vec::new();
        for (name, value) in value.as_object().into_iter().flatten() {
            nest(name.clone(), value, &mut pairs);
        }
        let query = &mut self.request_mut().query;
        query.retain(|(other, _)| !pairs.iter().any(|(name, _)| name == other));
        query.extend(pairs.into_iter().map(|(name, value)| (name.into(), value)));
    }
}

/// The texts of several values, `separator` between them.
#[allow(dead_code, reason = "which ways of writing occur is the contract's decision")]
fn joined<T: WireText>(separator: char, values: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = values.into_iter().map(|value| value.wire_text()).collect();
    texts.join(separator.encode_utf8(&mut [0; 4]))
}

/// The properties of an object as one text, apart by commas: `a=1,b=2` with `=` between a name and its value.
#[doc(hidden)]
pub fn property_texts(object: &Value, within: char, encode: impl Fn(&str) -> String) -> String {
    let properties = object.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let texts = properties.map(|(name, value)| format!("{}{within}{}", encode(name), encode(&value.wire_text())));
    texts.collect::<Vec<_>>().join(",")
}

/// Request types write maps with string keys, which cannot fail.
fn written(value: &(impl Serialize + ?Sized)) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn json_text(value: &(impl Serialize + ?Sized)) -> String {
    written(value).to_string()
}

/// The scalars within a value, each under its way in brackets.
fn nest(name: String, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| nest(format!("{name}[{index}]"), item, pairs));
        }
        Value::Object(members) => {
            members.iter().for_each(|(key, member)| nest(format!("{name}[{key}]"), member, pairs));
        }
        Value::String(text) => pairs.push((name, text.clone())),
        scalar => pairs.push((name, scalar.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use http::Method;
    use serde_json::json;

    use super::*;
    use crate::{ApiVersion, Client, Error, Request, SendFuture, Transport};

    #[derive(Debug)]
    struct Nowhere;

    impl Transport for Nowhere {
        fn send(&self, request: Request) -> SendFuture<'_> {
            Box::pin(ready(Err(Error::invalid(request.operation, "nowhere".to_owned()))))
        }
    }

    fn call(change: impl FnOnce(&mut Call)) -> String {
        let mut call = Call::from_request(&Client::new(Nowhere), Request::new(ApiVersion::V2, Method::GET, "/things"));
        change(&mut call);
        call.violation().map_or_else(|| call.to_string(), |problem| format!("not sent: {problem}"))
    }

    #[test]
    fn each_style_is_written_as_the_contract_says() {
        let filters = json!([{ "id": 3, "value": "x" }, { "id": 4, "values": ["y", true] }]);
        let cases = [
            (call(|call| call.query_list("ids[]", [1, 2], Limits::NONE)), "ids[]=1&ids[]=2"),
            (call(|call| call.query_joined("ids", ',', [1, 2], Limits::NONE)), "ids=1,2"),
            (
                call(|call| call.query_nested("filters", &filters, Limits::NONE)),
                "filters[0][id]=3&filters[0][value]=x&filters[1][id]=4&filters[1][values][0]=y&filters[1][values][1]=true",
            ),
            (call(|call| call.query_spread(&json!({ "a": 1, "b": { "c": 2 } }))), "a=1&b[c]=2"),
            (call(|call| call.query_json("where", &json!({ "a": 1 }))), "where={\"a\":1}"),
        ];
        for (written, expected) in cases {
            assert_eq!(written, format!("GET /v2/things?{expected}"));
        }
        assert_eq!(call(|call| call.header("x-ids", joined(',', [1, 2]))), "GET /v2/things\nx-ids: 1,2");
    }

    #[test]
    fn a_parameter_set_again_replaces_what_was_there() {
        let again = call(|call| {
            call.query_nested("f", &json!([{ "a": 1 }, { "a": 2 }]), Limits::NONE);
            call.query("fa", "kept");
            call.query_nested("f", &json!([{ "a": 3 }]), Limits::NONE);
            call.query_list("ids[]", [1, 2], Limits::NONE);
            call.query_list("ids[]", [3], Limits::NONE);
        });
        assert_eq!(again, "GET /v2/things?fa=kept&f[0][a]=3&ids[]=3");
    }

    #[test]
    fn a_check_does_not_undo_another_one() {
        let limits = Limits::NONE.max_length(9);
        // One value has two rules.
        assert!(call(|call| call.header_joined("x-ids", ',', ["a\nb".to_owned()], limits)).starts_with("not sent"));
        // Two places have a parameter of one name.
        let places = call(|call| {
            *call = call.clone().path_checked("id", "", limits);
            call.query_checked("id", 1, Limits::NONE);
            call.header_checked("id", "b", limits);
        });
        assert_eq!(places, "not sent: id \"\" cannot stand in a path");
    }

    #[test]
    fn values_outside_their_limits_are_not_sent() {
        assert_eq!(
            call(|call| *call = call.clone().path_checked("sessionId", "1", Limits::NONE.min_length(3))),
            "not sent: sessionId has 1 characters, 3 are needed"
        );
        assert_eq!(
            call(|call| call.query_checked("size", 501, Limits::NONE.minimum(1.0).maximum(500.0))),
            "not sent: size 501 is outside 1..=500"
        );
        assert_eq!(
            call(|call| call.query_checked("share", 0.6, Limits::NONE.minimum(0.1).maximum(0.5))),
            "not sent: share 0.6 is outside 0.1..=0.5"
        );
        assert!(
            !call(|call| call.query_checked("share", 0.3, Limits::NONE.minimum(0.1).maximum(0.5))).contains("not sent")
        );
        assert_eq!(
            call(|call| call.query_list("ids[]", ["a".to_owned(), "toolong".to_owned()], Limits::NONE.max_length(3))),
            "not sent: ids[][1] has 7 characters, 3 are allowed"
        );
        // What was wrong is right once it is set again.
        let corrected = call(|call| {
            call.query_checked("size", 501, Limits::NONE.maximum(500.0));
            call.query_checked("size", 50, Limits::NONE.maximum(500.0));
        });
        assert_eq!(corrected, "GET /v2/things?size=50");
    }
}
