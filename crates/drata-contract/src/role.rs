//! What the name of a property says about its values.

use crate::dates::Moment;

/// The part a property plays in its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The row's own identifier.
    Id,
    /// An id that some other system has given.
    Key,
    /// `ownerId`, `controlIds`, `owner`, `controls`: points to rows of another resource.
    Reference(Noun),
    /// A person's first name.
    FirstName,
    /// A person's last name.
    LastName,
    /// A person's full name.
    PersonName,
    /// An email address.
    Email,
    /// A name that a system knows a person by.
    Handle,
    /// What a person does.
    JobTitle,
    /// A phone number.
    Phone,
    /// The name of the row.
    Name,
    /// The title of the row.
    Title,
    /// A sentence about the row.
    Description,
    /// A remark.
    Comment,
    /// A short code, such as `DCF-37`.
    Code,
    /// A name for addresses.
    Slug,
    /// An address.
    Url,
    /// A signed link to a file.
    SignedUrl,
    /// The name of a file.
    FileName,
    /// The content of a file.
    FileBuffer,
    /// The name of a company.
    Company,
    /// A domain.
    Domain,
    /// A postal address.
    Address,
    /// A city.
    City,
    /// A moment in the life of the row.
    At(Moment),
    /// Whether a connection works.
    Connected,
    /// How many there are.
    Count,
    /// A year.
    Year,
    /// An amount of money.
    Money,
    /// A number from 1 to 5.
    SmallNumber,
    /// A version.
    Version,
    /// A serial number.
    Serial,
    /// The address of a network interface.
    MacAddress,
    /// The version of an operating system.
    System,
    /// The model of a device.
    Model,
    /// A media type.
    Mime,
    /// A status.
    Status,
    /// A color.
    Color,
    /// A score.
    Score,
    /// The value of something that has a value and little else.
    Value,
    /// Nothing in particular.
    Plain,
}

/// A thing that other things point to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Noun {
    /// An asset.
    Asset,
    /// A connection.
    Connection,
    /// A control.
    Control,
    /// A device.
    Device,
    /// An item of the evidence library.
    Evidence,
    /// An event.
    Event,
    /// A framework.
    Framework,
    /// A monitoring test.
    Monitor,
    /// A person of the company, as Drata tracks them.
    Personnel,
    /// A policy.
    Policy,
    /// A risk register.
    Register,
    /// A requirement of a framework.
    Requirement,
    /// A risk.
    Risk,
    /// A task.
    Task,
    /// A user.
    User,
    /// A vendor.
    Vendor,
    /// A workspace.
    Workspace,
}

impl Noun {
    /// The resources it may stand for; the first that the contract lists is meant.
    pub const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Asset => &["assets"],
            Self::Connection => &["connections", "custom-connections"],
            Self::Control => &["controls"],
            Self::Device => &["devices"],
            Self::Evidence => &["evidence-library"],
            Self::Event => &["events"],
            Self::Framework => &["frameworks"],
            Self::Monitor => &["monitoring-tests"],
            Self::Personnel => &["personnel"],
            Self::Policy => &["policies"],
            Self::Register => &["risk-registers"],
            Self::Requirement => &["framework-requirements", "frameworks/requirements"],
            Self::Risk => &["risk-registers/risks"],
            Self::Task => &["tasks"],
            Self::User => &["users"],
            Self::Vendor => &["vendors"],
            Self::Workspace => &["workspaces"],
        }
    }

    /// The noun that a name such as `ownerIds`, `currentOwner` or `vendorId` points to.
    pub fn of(name: &str) -> Option<Self> {
        let base = name.trim_end_matches("[]");
        let base = base.strip_suffix("Ids").or_else(|| base.strip_suffix("Id")).unwrap_or(base);
        let base = base.to_ascii_lowercase();
        let noun = match base.strip_suffix('s').unwrap_or(&base) {
            "asset" => Self::Asset,
            "connection" => Self::Connection,
            "control" => Self::Control,
            "device" => Self::Device,
            "evidence" | "evidencelibrary" => Self::Evidence,
            "event" => Self::Event,
            "framework" => Self::Framework,
            "test" | "monitor" | "monitoringtest" => Self::Monitor,
            "personnel" | "person" | "employee" => Self::Personnel,
            "policy" | "policie" => Self::Policy,
            "register" | "riskregister" => Self::Register,
            "requirement" => Self::Requirement,
            "risk" => Self::Risk,
            "task" => Self::Task,
            "vendor" => Self::Vendor,
            "workspace" | "product" => Self::Workspace,
            other if is_person(other) => Self::User,
            _ => return None,
        };
        Some(noun)
    }
}

fn is_person(base: &str) -> bool {
    const PEOPLE: &[&str] = &[
        "user",
        "owner",
        "reviewer",
        "approver",
        "assignee",
        "designator",
        "auditor",
        "manager",
        "creator",
        "requester",
        "assignedto",
        "createdby",
        "updatedby",
        "lastupdatedby",
        "archivedby",
        "relationshipcontact",
        "requestor",
    ];
    PEOPLE.iter().any(|person| base.ends_with(person))
}

impl Role {
    /// The role of the property with this name.
    pub fn of(name: &str) -> Self {
        exact(name).or_else(|| Noun::of(name).map(Self::Reference)).or_else(|| by_ending(name)).unwrap_or(Self::Plain)
    }
}

fn exact(name: &str) -> Option<Role> {
    let role = match name {
        "id" => Role::Id,
        "firstName" | "firstname" => Role::FirstName,
        "lastName" | "lastname" => Role::LastName,
        "managerName" | "contactAtVendor" | "completedBy" | "reviewer" | "externalOwnerName" => Role::PersonName,
        "username" | "entryId" | "managerId" | "identityId" => Role::Handle,
        "jobTitle" => Role::JobTitle,
        "phoneNumber" | "phone" => Role::Phone,
        "name" | "displayName" | "label" | "shortName" | "legalName" | "clientAlias" | "policyName" | "testName" => {
            Role::Name
        }
        "title" | "question" => Role::Title,
        "message" | "comment" | "note" | "notes" | "reason" | "rationale" | "changesExplanation" => Role::Comment,
        "code" | "evidenceTemplateCode" | "riskId" => Role::Code,
        "slug" | "frameworkSlug" => Role::Slug,
        "signedUrl" | "downloadUrl" | "downloadPdfUrl" => Role::SignedUrl,
        "fileName" | "filename" | "originalFileName" | "originalFilename" => Role::FileName,
        "fileBuffer" => Role::FileBuffer,
        "company" | "companyName" | "accountName" | "cpaFirm" | "providerName" => Role::Company,
        "domain" => Role::Domain,
        "address" => Role::Address,
        "city" | "location" | "stateCountry" | "stateOrCountry" | "region" => Role::City,
        "createdAt" | "created_at" | "dateSent" | "requestedAt" => Role::At(Moment::Created),
        "updatedAt" | "updated_at" | "lastCheck" | "lastCheckedAt" => Role::At(Moment::Updated),
        "failedAt" => Role::At(Moment::Failed),
        "connected" => Role::Connected,
        "year" => Role::Year,
        "cost" | "annualSpend" => Role::Money,
        "version" | "subVersion" | "minorVersion" | "agentVersion" | "composedVersion" => Role::Version,
        "serialNumber" => Role::Serial,
        "macAddress" => Role::MacAddress,
        "osVersion" | "platformVersion" => Role::System,
        "model" => Role::Model,
        "mimeType" => Role::Mime,
        "value" => Role::Value,
        "status" | "state" => Role::Status,
        "color" | "bgColor" => Role::Color,
        "logo" | "activeLogo" | "inactiveLogo" => Role::Url,
        "impact" | "likelihood" | "residualImpact" | "residualLikelihood" | "tier" => Role::SmallNumber,
        _ => return None,
    };
    Some(role)
}

fn by_ending(name: &str) -> Option<Role> {
    let lower = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    let role = if ends(&["email", "emails"]) {
        Role::Email
    } else if ends(&["description", "guidance", "summary", "activity", "explanation", "details", "about"]) {
        Role::Description
    } else if ends(&["url", "uri", "href", "link"]) {
        Role::Url
    } else if ends(&["score"]) {
        Role::Score
    } else if ends(&["count", "total", "amount", "events"]) || lower.starts_with("num") || lower.starts_with("total") {
        Role::Count
    } else if name.ends_with("At") || name.ends_with("Date") || name.starts_with("date") {
        Role::At(moment(&lower))
    } else if ends(&["name"]) {
        Role::Name
    } else {
        return lower.ends_with("id").then_some(Role::Key);
    };
    Some(role)
}

fn moment(lower: &str) -> Moment {
    let holds = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if holds(&["deleted", "archived", "removed", "disconnected", "separat", "outofscope"]) {
        Moment::Gone
    } else if holds(&["renew", "expire", "deadline", "due", "anticipated", "end"]) {
        Moment::Future
    } else if holds(&["start", "hire"]) {
        Moment::Start
    } else {
        Moment::Between
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_hold() {
        for (name, role) in [
            ("id", Role::Id),
            ("ownerId", Role::Reference(Noun::User)),
            ("controlIds", Role::Reference(Noun::Control)),
            ("currentOwner", Role::Reference(Noun::User)),
            ("policies", Role::Reference(Noun::Policy)),
            ("contactsEmail", Role::Email),
            ("renewalDate", Role::At(Moment::Future)),
            ("archivedAt", Role::At(Moment::Gone)),
            ("publishedAt", Role::At(Moment::Between)),
            ("currentDescription", Role::Description),
            ("riskCount", Role::Count),
            ("isReady", Role::Plain),
        ] {
            assert_eq!(Role::of(name), role, "{name}");
        }
    }
}
