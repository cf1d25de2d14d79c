//! What the vendor's document asks of a request, whether or not the service does.
//!
//! A correction says what the service needs, and the builders take no more. A server made from the document goes by the
//! document alone, so the minimal request of a sample holds what either asks for.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::words::sample_string;
use crate::document::{Document, items, text};

/// An operation in the contract as it was imported, before any correction.
pub(super) struct Documented<'a> {
    contract: &'a Document,
    facts: &'a Value,
}

impl<'a> Documented<'a> {
    /// The operation at this place; a correction may have added one that the contract lacks.
    pub(super) fn at(contract: &'a Document, path: &str, method: &str) -> Self {
        Self { contract, facts: &contract.0["paths"][path][method] }
    }

    /// Whether the document requires the parameter.
    pub(super) fn requires(&self, place: &str, name: &str) -> bool {
        let found =
            items(self.facts, "parameters").iter().find(|fact| fact["in"] == place && text(fact, "name") == name);
        found.is_some_and(|fact| fact["required"] == true)
    }

    /// The fields that the document requires of the body, beyond those of `effective`, each with an expression.
    pub(super) fn more_fields(&self, media: &str, effective: &Value) -> Vec<(&'a str, TokenStream)> {
        let schema = self.contract.resolve(&self.facts["requestBody"]["content"][media]["schema"]);
        let known = items(effective, "required");
        let names = items(schema, "required").iter().filter(|name| !known.contains(name)).filter_map(Value::as_str);
        names.map(|name| (name, self.value(&schema["properties"][name]))).collect()
    }

    fn value(&self, schema: &Value) -> TokenStream {
        let schema = self.contract.resolve(schema);
        match text(schema, "type") {
            "boolean" => quote!(true),
            "number" | "integer" => quote!(1),
            "string" => {
                let shown = sample_string(schema);
                quote!(#shown)
            }
            "array" => quote!(serde_json::json!([])),
            _ => quote!(serde_json::json!({})),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_only_the_document_asks_for_is_found() {
        let contract = Document(json!({
            "paths": { "/tickets": { "post": {
                "operationId": "createTicket",
                "parameters": [{ "name": "x-session", "in": "header", "required": true }, { "name": "q", "in": "query" }],
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Ticket" } } } },
            } } },
            "components": { "schemas": { "Ticket": {
                "type": "object",
                "required": ["title", "parsed", "count"],
                "properties": { "title": { "type": "string" }, "parsed": { "type": "object" }, "count": { "type": "number" } },
            } } },
        }));
        let documented = Documented::at(&contract, "/tickets", "post");
        assert!(documented.requires("header", "x-session"));
        assert!(!documented.requires("query", "q"));
        assert!(!documented.requires("query", "x-session"));

        let effective = json!({ "required": ["title"] });
        let found = documented.more_fields("application/json", &effective);
        let found: Vec<_> = found.iter().map(|(name, value)| (*name, value.to_string())).collect();
        assert_eq!(found, [("parsed", quote!(serde_json::json!({})).to_string()), ("count", "1".to_owned())]);
        assert!(Documented::at(&contract, "/tickets", "get").more_fields("application/json", &effective).is_empty());
    }
}
