//! What a row is about, and the names that suit it.

use std::sync::OnceLock;

use super::companies;
use super::people::Person;
use crate::contract::Catalog;
use crate::contract::resource::KindId;
use crate::draw::Draw;

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    Person,
    Vendor,
    Control,
    Policy,
    Framework,
    Device,
    Asset,
    Risk,
    Test,
    Evidence,
    Document,
    Workspace,
    Task,
    Connection,
    Questionnaire,
    Note,
    Other,
}

/// What the rows of a kind are about.
pub(crate) fn of_kind(catalog: &Catalog, kind: KindId) -> Theme {
    static THEMES: OnceLock<Vec<Theme>> = OnceLock::new();
    let themes = THEMES.get_or_init(|| catalog.kinds().all().iter().map(|kind| Theme::of(&kind.key)).collect());
    themes.get(kind.place()).copied().unwrap_or(Theme::Other)
}

/// Words in names of resources and schemas, and the theme they stand for; the first that is found counts.
const WORDS: &[(&str, Theme)] = &[
    ("note", Theme::Note),
    ("document", Theme::Document),
    ("file", Theme::Document),
    ("questionnaire", Theme::Questionnaire),
    ("review", Theme::Questionnaire),
    ("user", Theme::Person),
    ("person", Theme::Person),
    ("owner", Theme::Person),
    ("auditor", Theme::Person),
    ("connection", Theme::Connection),
    ("risk", Theme::Risk),
    ("evidence", Theme::Evidence),
    ("test", Theme::Test),
    ("monitor", Theme::Test),
    ("task", Theme::Task),
    ("device", Theme::Device),
    ("app", Theme::Asset),
    ("asset", Theme::Asset),
    ("requirement", Theme::Control),
    ("control", Theme::Control),
    ("polic", Theme::Policy),
    ("framework", Theme::Framework),
    ("audit", Theme::Framework),
    ("vendor", Theme::Vendor),
    ("company", Theme::Vendor),
    ("workspace", Theme::Workspace),
];

impl Theme {
    /// The theme of a resource, a schema or a property by its name.
    pub(crate) fn of(name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        if lower == "trust-center/requests" {
            return Self::Person;
        }
        // The last segment says what a nested resource is: `vendors/documents` are documents.
        let last = lower.rsplit('/').next().unwrap_or(&lower);
        let found = WORDS.iter().find(|(word, _)| last.contains(word));
        found.map_or(Self::Other, |(_, theme)| *theme)
    }

    /// The name of the row with this number.
    pub(crate) fn name(self, seed: u64, number: u64, draw: Draw) -> String {
        let choices = match self {
            Self::Person => return Person::number(seed, number).full_name(),
            Self::Vendor => return companies::name(seed, number),
            Self::Connection => {
                return format!("{} {}", companies::name(seed, number), draw.pick(&["account", "tenant"]));
            }
            Self::Document => return format!("{}.pdf", draw.pick(DOCUMENTS)),
            Self::Device => return format!("{}'s {}", Person::number(seed, number).first_name(), draw.pick(MODELS)),
            Self::Workspace => return if number == 1 { "Main".to_owned() } else { companies::name(seed, number) },
            Self::Control => CONTROLS,
            Self::Policy => POLICIES,
            Self::Framework => FRAMEWORKS,
            Self::Asset => ASSETS,
            Self::Risk => RISKS,
            Self::Test => TESTS,
            Self::Evidence => EVIDENCE,
            Self::Task => TASKS,
            Self::Questionnaire => QUESTIONNAIRES,
            Self::Note | Self::Other => SUBJECTS,
        };
        // Rows of one theme have unlike names until the names run out; then they are numbered.
        let end = choices.len() as u64;
        let name = choices[usize::try_from(number.wrapping_add(seed) % end).unwrap_or(0)];
        match number / end {
            0 => name.to_owned(),
            again => format!("{name} {}", again + 1),
        }
    }
}

/// A sentence that could stand in a description.
pub(crate) fn sentence(draw: Draw) -> String {
    let (verb, subject) = (draw.named("verb").pick(VERBS), draw.named("subject").pick(SUBJECTS));
    format!("{verb} {} {}.", subject.to_lowercase(), draw.named("when").pick(WHEN))
}

/// A few words.
pub(crate) fn words(draw: Draw) -> String {
    draw.pick(SUBJECTS).to_owned()
}

/// A model of a computer.
pub(crate) fn model(draw: Draw) -> &'static str {
    draw.pick(MODELS)
}

const MODELS: &[&str] =
    &["MacBook Pro", "MacBook Air", "ThinkPad X1", "Latitude 7450", "Surface Laptop", "Framework 13"];
const DOCUMENTS: &[&str] = &[
    "training-certificate",
    "background-check",
    "signed-agreement",
    "disk-encryption",
    "penetration-test-report",
    "architecture-diagram",
    "meeting-minutes",
    "insurance-certificate",
];
const CONTROLS: &[&str] = &[
    "Access Reviewed Quarterly",
    "Production Access Restricted",
    "Backups Tested",
    "Change Approval Required",
    "Code Reviewed Before Release",
    "Customer Data Encrypted at Rest",
    "Data Encrypted in Transit",
    "Disk Encryption",
    "Employee Background Checks",
    "Firewall Rules Reviewed",
    "Incident Response Exercised",
    "Intrusion Detection",
    "Least Privilege",
    "Malware Protection",
    "Multi-Factor Authentication",
    "Onboarding Checklist",
    "Offboarding Within One Day",
    "Password Manager Required",
    "Penetration Test Yearly",
    "Risk Assessment Yearly",
    "Screen Lock",
    "Security Training Completed",
    "Vendor Reviews",
    "Vulnerability Scans",
];
const POLICIES: &[&str] = &[
    "Acceptable Use Policy",
    "Access Control Policy",
    "Asset Management Policy",
    "Backup Policy",
    "Encryption Policy",
    "Business Continuity Plan",
    "Code of Conduct",
    "Data Classification Policy",
    "Data Retention Policy",
    "Incident Response Plan",
    "Password Policy",
    "Physical Security Policy",
    "Risk Assessment Policy",
    "Software Development Policy",
    "Vendor Management Policy",
    "Vulnerability Management Policy",
];
const FRAMEWORKS: &[&str] = &[
    "SOC 2",
    "ISO 27001",
    "HIPAA",
    "GDPR",
    "PCI DSS",
    "NIST CSF",
    "CCPA",
    "ISO 27701",
    "NIST 800-53",
    "CMMC",
    "DORA",
    "Cyber Essentials",
];
const ASSETS: &[&str] = &[
    "Billing database",
    "Build server",
    "Customer portal",
    "Data warehouse",
    "Employee directory",
    "Git server",
    "Load balancer",
    "Mail gateway",
    "Object storage",
    "Payment gateway",
    "Search cluster",
    "Support desk",
];
const RISKS: &[&str] = &[
    "Cloud region becomes unavailable",
    "Credentials are phished",
    "Customer data leaks through logs",
    "Key person leaves",
    "Laptop is stolen",
    "Ransomware stops production",
    "Supplier goes out of business",
    "Unpatched server is exploited",
    "Backups cannot be restored",
    "Insider copies source code",
];
const TESTS: &[&str] = &[
    "Antivirus installed on devices",
    "Backups run daily",
    "Branch protection enabled",
    "Databases encrypted",
    "Devices lock their screens",
    "Former employees have no access",
    "Hard disks encrypted",
    "Logs kept for a year",
    "MFA on identity provider",
    "MFA on version control",
    "Policies acknowledged",
    "Storage not public",
    "Training completed on time",
    "Web traffic uses TLS",
];
const EVIDENCE: &[&str] = &[
    "Access review",
    "Architecture diagram",
    "Backup restore log",
    "Board minutes",
    "Change tickets",
    "Disaster recovery test",
    "Firewall configuration",
    "Penetration test report",
    "Risk register export",
    "Training records",
];
const TASKS: &[&str] = &[
    "Approve access review",
    "Collect training records",
    "Renew penetration test",
    "Review firewall rules",
    "Send vendor questionnaire",
    "Test backup restore",
    "Update incident plan",
    "Rotate signing keys",
];
const QUESTIONNAIRES: &[&str] =
    &["Security questionnaire", "Privacy questionnaire", "Yearly vendor review", "SOC 2 report review"];
const SUBJECTS: &[&str] = &[
    "Access to production",
    "Customer data",
    "Backup copies",
    "Audit logs",
    "Encryption keys",
    "Employee devices",
    "Release approvals",
    "Vendor contracts",
    "Network segments",
    "Incident records",
    "Service accounts",
    "Security training",
];
const VERBS: &[&str] = &["Reviews", "Documents", "Restricts", "Monitors", "Tests", "Protects", "Tracks", "Confirms"];
const WHEN: &[&str] = &[
    "every quarter",
    "once a year",
    "before each release",
    "within one working day",
    "for all teams",
    "with the owner's approval",
    "as the policy requires",
    "and keeps the result for the auditor",
];
