//! What the name of a property says about its values.

use crate::dates::Moment;
use crate::hash;

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

/// Declares [`Noun`]: each noun with the endings of names that mean it and the resources it may stand for.
macro_rules! nouns {
    ($($(#[$doc:meta])* $noun:ident: $endings:expr => $kinds:expr,)+) => {
        /// A thing that other things point to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Noun {
            $($(#[$doc])* $noun,)+
        }

        impl Noun {
            /// All nouns.
            pub const ALL: &[Self] = &[$(Self::$noun,)+];

            /// The resources it may stand for; where no row around says otherwise, the first that the contract lists.
            pub const fn kinds(self) -> &'static [&'static str] {
                match self {
                    $(Self::$noun => $kinds,)+
                }
            }
        }

        /// The endings of names, without `Id` and plural and in lower case, and what they mean.
        const ENDINGS: &[(&[&str], Noun)] = &[$(($endings, Noun::$noun),)+];
    };
}

// The first noun with a fitting ending is meant; an ending that begins with `=` is a whole name.
nouns! {
    /// A version of a policy.
    PolicyVersion: &["policyversion", "=currentversion", "=latestversion"] => &["policies/policy-versions"],
    /// A version of something that has versions.
    Version: &["=version"] => &["evidence-library/versions", "policies/policy-versions"],
    /// A policy version in one language.
    Language: &["=language", "policylanguageversion"] => &["policies/policy-versions/languages"],
    /// A part of an item of evidence.
    Artifact: &["=artifact"] => &["evidence-library/artifacts"],
    /// A document of a user, a device, a vendor or a risk.
    Document: &["=document"] => &["users/documents", "devices/documents", "vendors/documents", "risk-registers/risks/documents"],
    /// A note on a control or a risk.
    Note: &["=note"] => &["controls/notes", "risk-registers/risks/notes"],
    /// An application on a device.
    App: &["=app"] => &["devices/apps"],
    /// A review of a vendor's security.
    SecurityReview: &["securityreview"] => &["vendors/security-reviews"],
    /// A resource of a custom connection.
    CustomResource: &["customresource", "=resource"] => &["connections/resources"],
    /// A session of custom data.
    Session: &["=session"] => &["connections/resources/sessions"],
    /// The definition of a custom field.
    CustomField: &["=customfield", "customfielddefinition"] => &["custom-field-definitions"],
    /// A control of the control library.
    ControlTemplate: &["controltemplate"] => &["control-library"],
    /// An audit.
    Audit: &["=audit"] => &["audits"],
    /// A request of an auditor, or for documents of the trust center.
    Request: &["auditrequest", "customerrequest", "=request"] => &["audits/requests", "trust-center/requests"],
    /// A group of people.
    Group: &["=group", "personnelgroup"] => &["groups"],
    /// A role of users.
    UserRole: &["=role"] => &["roles"],
    /// A type of vendors that the account defines.
    VendorType: &["vendortype"] => &["vendor-types"],
    /// An asset.
    Asset: &["=asset"] => &["assets"],
    /// A connection.
    Connection: &["connection"] => &["connections"],
    /// A control.
    Control: &["=control", "associatedcontrol"] => &["controls"],
    /// A device.
    Device: &["=device"] => &["devices"],
    /// Evidence that was given to a control alone.
    ExternalEvidence: &["externalevidence"] => &["controls/external-evidence"],
    /// An item of the evidence library.
    Evidence: &["=evidence", "evidencelibrary", "=validreport", "=invalidreport", "=report"]
        => &["evidence-library"],
    /// An event.
    Event: &["=event"] => &["events"],
    /// A framework.
    Framework: &["=framework"] => &["frameworks"],
    /// A monitoring test.
    Monitor: &["=test", "=monitor", "monitoringtest", "=validtest", "=invalidtest"] => &["monitoring-tests"],
    /// A person of the company, as Drata tracks them.
    Personnel: &["=personnel", "=person", "=employee"] => &["personnel"],
    /// A policy.
    Policy: &["policy"] => &["policies"],
    /// A risk register.
    Register: &["=register", "riskregister"] => &["risk-registers"],
    /// A requirement of a framework.
    Requirement: &["requirement"] => &["frameworks/requirements"],
    /// A risk.
    Risk: &["=risk"] => &["risk-registers/risks"],
    /// A task.
    Task: &["=task"] => &["tasks"],
    /// A vendor.
    Vendor: &["=vendor"] => &["vendors"],
    /// A workspace.
    Workspace: &["=workspace", "=product", "linkedworkspace"] => &["workspaces"],
    /// A user.
    User: PEOPLE => &["users"],
}

/// Endings of names that mean a user.
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
    "reasonprovider",
];

impl Noun {
    /// The stem of the property that is called as the noun is, such as `policy`.
    pub fn stem(self) -> u64 {
        let endings = ENDINGS.iter().find(|(_, noun)| *noun == self).map_or(&[][..], |(endings, _)| endings);
        hash::text(endings.first().map_or("", |ending| ending.trim_start_matches('=')))
    }

    /// The noun that a name such as `ownerIds`, `currentOwner` or `vendorId` points to.
    pub fn of(name: &str) -> Option<Self> {
        let base = singular(name);
        let means = |ending: &str| match ending.strip_prefix('=') {
            Some(whole) => base == whole,
            None => base.ends_with(ending),
        };
        let found = ENDINGS.iter().find(|(endings, _)| endings.iter().any(|ending| means(ending)));
        found.map(|(_, noun)| *noun)
    }
}

/// A name without `Id`, `Ids` and plural, in lower case.
fn singular(name: &str) -> String {
    let base = name.trim_end_matches("[]");
    let base = base.strip_suffix("Ids").or_else(|| base.strip_suffix("Id")).unwrap_or(base).to_ascii_lowercase();
    match base.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => base.strip_suffix('s').map(str::to_owned).unwrap_or(base),
    }
}

/// What names of one meaning have in common, hashed: `ownerId`, `ownersIds`, `ownerUserIds` and `owners` have one stem.
pub fn stem(name: &str) -> u64 {
    let base = singular(name);
    let base = base.strip_suffix('s').unwrap_or(&base);
    let base = base.strip_prefix("current").filter(|base| !base.is_empty()).unwrap_or(base);
    let person = base.strip_suffix("user").filter(|person| !person.is_empty());
    hash::text(person.unwrap_or(base))
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
        "updatedAt" | "updated_at" | "lastUpdatedAt" => Role::At(Moment::Updated),
        "failedSince" => Role::At(Moment::Failed),
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

/// Words in the names of dates and the moments they tell; the first that is found counts.
const MOMENTS: &[(&[&str], Moment)] = &[
    (&["renew", "expire", "deadline", "due", "anticipated", "next", "enddate", "endsat", "until"], Moment::Future),
    (
        &["deleted", "archived", "removed", "canceled", "disconnected", "separat", "outofscope", "terminat"],
        Moment::Gone,
    ),
    (&["fail", "error", "overdue"], Moment::Failed),
    (
        &["complet", "finish", "accepted", "acknowledged", "resolved", "closed", "answered", "responded", "decided"],
        Moment::Completed,
    ),
    (&["published"], Moment::Published),
    (&["approved", "confirmed", "agreed"], Moment::Approved),
    (&["start", "hire"], Moment::Start),
];

fn moment(lower: &str) -> Moment {
    let holds = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    MOMENTS.iter().find(|(words, _)| holds(words)).map_or(Moment::Between, |(_, moment)| *moment)
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
            ("publishedAt", Role::At(Moment::Published)),
            ("currentDescription", Role::Description),
            ("riskCount", Role::Count),
            ("isReady", Role::Plain),
        ] {
            assert_eq!(Role::of(name), role, "{name}");
        }
    }
}
