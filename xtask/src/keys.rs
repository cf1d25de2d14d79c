//! The keys that this project writes into documents, beside OpenAPI's own.
//!
//! Some are facts that the import saves from the vendor's prose, some are what an overlay may say, and some are notes that
//! the plain document passes on to the model. The model is typed: no key is read after it.

/// Facts: of the vendor's own, or saved from the vendor's prose and samples.
pub(crate) const PERMISSION: &str = "x-drata-permissions";
pub(crate) const PERMISSION_NAME: &str = "x-drata-permission-name";
pub(crate) const ENTITLEMENT: &str = "x-drata-entitlement";
pub(crate) const BETA: &str = "x-drata-beta";
/// The operation id of what takes the place of a deprecated operation.
pub(crate) const SUCCESSOR: &str = "x-drata-successor";
/// The type that a sample shows where it contradicts the declared one.
pub(crate) const OBSERVED: &str = "x-observed-type";

/// Descriptions: the overlay's, or those that the model makes of it.
pub(crate) const DOC: &str = "description";
/// The descriptions of the areas, by tag.
pub(crate) const AREA_DOCS: &str = "x-area-docs";
/// Which version to take of the areas that both have, by tag.
pub(crate) const AREA_VERSIONS: &str = "x-area-versions";
/// The examples of the areas, by tag.
pub(crate) const AREA_EXAMPLES: &str = "x-area-examples";
/// The forms of an identifier, by the overlay: the name of the form and its prefix.
pub(crate) const ID_FORMS: &str = "x-id-forms";
/// The name of an argument or of a field, by the overlay.
pub(crate) const ARGUMENT: &str = "x-rust-name";
/// An operation that writes the same when it is sent twice, by the overlay.
pub(crate) const UPSERT: &str = "x-upsert";
/// What an operation replaces as a whole, so that a program asks before it is called, by the overlay.
pub(crate) const REPLACES: &str = "x-replaces";
/// A form that the vendor does not document beside the JSON body that it does, by the overlay.
pub(crate) const UNDOCUMENTED_FORM: &str = "x-undocumented-form";
/// The file that a sample call sends, by the overlay.
pub(crate) const SAMPLE: &str = "x-sample";

/// How many of some fields of an object may have a value, by the overlay or by a choice of the vendor's.
pub(crate) const FIELD_RULES: &str = "x-field-rules";

/// Notes of the plain document: whether a value may be null, whatever became of its `nullable`.
pub(crate) const NULLABLE: &str = "x-nullable";
/// The limits of a value, set aside.
pub(crate) const LIMITS: &str = "x-limits";
/// The name that the rules give to a schema declared in place.
pub(crate) const RULE_NAME: &str = "x-rule-name";
/// The field or parameter whose values an enumeration declared in place holds.
pub(crate) const STANDS_IN: &str = "x-stands-in";
/// The documented successes: a list of `[status, media type]`.
pub(crate) const SUCCESSES: &str = "x-successes";
/// The media types of a request body.
pub(crate) const BODIES: &str = "x-bodies";
/// The media type of a body that is sent as it is.
pub(crate) const RAW_BODY: &str = "x-raw-body";
/// The operation that sends the form, beside one that sends JSON.
pub(crate) const FORM: &str = "x-form";
/// The operation that sends JSON, beside one that sends the form.
pub(crate) const JSON_ALTERNATIVE: &str = "x-json-alternative";
/// The vendor's kind of JSON that a response has.
pub(crate) const ACCEPT: &str = "x-accept";
/// How a parameter is written.
pub(crate) const STYLE: &str = "x-style";
/// How an operation pages.
pub(crate) const PAGING: &str = "x-paging";
