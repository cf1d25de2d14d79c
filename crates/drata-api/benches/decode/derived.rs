//! What a program would write by hand for the same answers: closed enumerations, texts for times, nothing kept beyond.

#![allow(dead_code, reason = "fields are read from JSON, and by nobody")]

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub(crate) struct Page<T> {
    data: Vec<T>,
    page: i64,
    limit: i64,
    total: i64,
}

#[derive(Deserialize)]
pub(crate) struct CursorPage<T> {
    data: Vec<T>,
    pagination: Pagination,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    cursor: Option<String>,
    total_count: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Connection {
    id: i64,
    client_type: ClientType,
    state: ConnectionState,
    connected: bool,
    connected_at: Option<String>,
    failed_at: Option<String>,
    client_id: Option<String>,
    client_alias: Option<String>,
    alias_updated_at: Option<String>,
    deleted_at: Option<String>,
    provider_types: Option<Vec<ConnectionProviderType>>,
    code: Option<i64>,
    group_label: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConnectionProviderType {
    value: String,
    is_enabled: bool,
}

/// The ones that occur: a hand-written program knows those it uses.
#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ClientType {
    Google,
    Aws,
    Okta,
    Jira,
    Github,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ConnectionState {
    Active,
    Misconfigured,
    ConfiguredPendingConfirmation,
    InProgress,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Vendor {
    id: i64,
    name: String,
    category: Option<VendorCategory>,
    risk: Option<VendorRisk>,
    r#type: Option<VendorKind>,
    critical: Option<bool>,
    status: Option<VendorStatus>,
    location: Option<String>,
    url: Option<String>,
    privacy_url: Option<String>,
    terms_url: Option<String>,
    trust_center_url: Option<String>,
    trust_center_provider: Option<String>,
    services_provided: Option<String>,
    data_stored: Option<String>,
    has_pii: bool,
    password_policy: Option<VendorPasswordPolicy>,
    password_requires_min_length: bool,
    password_min_length: Option<i64>,
    password_requires_number: bool,
    password_requires_symbol: bool,
    password_mfa_enabled: bool,
    contact_at_vendor: Option<String>,
    contacts_email: Option<String>,
    notes: Option<String>,
    logo_url: Option<String>,
    created_at: String,
    updated_at: String,
    is_sub_processor: bool,
    is_sub_processor_active: bool,
    archived_at: Option<String>,
    renewal_date: Option<String>,
    renewal_schedule_type: Option<RenewalScheduleType>,
    renewal_date_status: Option<String>,
    confirmed_at: Option<String>,
    shared_account_id: Option<String>,
    is_drata_user: Option<bool>,
    events: Option<i64>,
    integrations: Option<Vec<Value>>,
    cost: Option<String>,
    operational_impact: Option<String>,
    environment_access: Option<String>,
    impact_level: Option<String>,
    data_accessed_or_processed_list: Option<Vec<String>>,
    user: Option<User>,
    documents: Option<Vec<Value>>,
    last_questionnaire: Option<Questionnaire>,
    latest_security_reviews: Option<Vec<Value>>,
    vendor_relationship_contact: Option<User>,
    reviews: Option<Vec<Value>>,
    custom_fields: Option<Vec<Value>>,
    #[serde(rename = "_links")]
    links: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum VendorCategory {
    Engineering,
    Product,
    Marketing,
    Cs,
    Sales,
    Finance,
    Hr,
    Administrative,
    Security,
    Legal,
    InformationTechnology,
    None,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum VendorRisk {
    None,
    Low,
    Moderate,
    High,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum VendorKind {
    Vendor,
    Supplier,
    Contractor,
    Partner,
    Other,
    None,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum VendorStatus {
    Prospective,
    Active,
    Archived,
    Approved,
    Rejected,
    Flagged,
    OnHold,
    Offboarded,
    UnderReview,
    None,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum VendorPasswordPolicy {
    UsernamePassword,
    Sso,
    Ldap,
    None,
    NotApplicable,
    Scim,
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum RenewalScheduleType {
    OneMonth,
    TwoMonths,
    ThreeMonths,
    SixMonths,
    OneYear,
    Custom,
    None,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: i64,
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    created_at: String,
    updated_at: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Questionnaire {
    vendor_id: i64,
    send_at: String,
    sent_email: String,
    file: String,
    responded_at: String,
    response_id: i64,
    is_manual_upload: bool,
    completed_by: String,
}
