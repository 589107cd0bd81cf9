//! Who may do what: one readable table, and the row predicate that follows from it.

use super::def::{RegisterDef, Wing};
use super::ids::{AccountId, OrgId, RecordId};
use super::query::{RowClause, RowFilter};
use super::text::Text;
use super::time::Time;

/// What somebody wants to do with the records of a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// See.
    Read,
    /// Make.
    Create,
    /// Change, and take steps (a step may ask for certain roles besides).
    Write,
    /// End or withdraw.
    End,
    /// Erase personal data.
    Erase,
}

impl Action {
    /// All actions.
    pub const ALL: [Action; 5] =
        [Action::Read, Action::Create, Action::Write, Action::End, Action::Erase];

    /// Its name.
    pub const fn label(self) -> Text {
        match self {
            Action::Read => Text::new("見る", "See"),
            Action::Create => Text::new("登録する", "Make"),
            Action::Write => Text::new("変える", "Change"),
            Action::End => Text::new("終える", "End"),
            Action::Erase => Text::new("消去する", "Erase"),
        }
    }
}

/// On which records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// All but restricted cases of which one is no member.
    Open,
    /// Of the department one heads or belongs to.
    Department,
    /// Of cases one is a member of.
    Case,
    /// That belong to oneself or that one has made.
    Own,
    /// Of the cases named in the role or its audit (a time-boxed auditor), or all open ones where
    /// none is named; only in the registers that the audit opens.
    Audit,
    /// Of the audits that the role names.
    OwnAudit,
    /// Addressed to one's organisation as counterparty.
    Addressed,
}

/// Which registers a row speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// All.
    Everywhere,
    /// Those of a wing.
    Wing(Wing),
    /// These.
    Registers(&'static [&'static str]),
}

/// One row of the table: whoever holds the role may do this, here, on these.
#[derive(Debug)]
pub struct PolicyRow {
    /// Kind of role (`RoleKind` id), or `employee`, `counterparty`.
    pub role: &'static str,
    /// What.
    pub actions: &'static [Action],
    /// Where.
    pub place: Where,
    /// On which records.
    pub scope: Scope,
}

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// In which organisation.
    pub org: OrgId,
    /// Account.
    pub account: AccountId,
    /// Person record of that account.
    pub person: Option<RecordId>,
    /// Department of that person.
    pub department: Option<RecordId>,
    /// Kinds of role held now, `employee` or `counterparty` included.
    pub roles: Vec<&'static str>,
    /// Departments headed.
    pub heads: Vec<RecordId>,
    /// Cases an auditor's role names.
    pub audit_cases: Vec<RecordId>,
    /// Audits an auditor's role names.
    pub audits: Vec<RecordId>,
    /// Registers that these open; empty where they are not limited.
    pub audit_registers: Vec<String>,
    /// Contact record, for a counterparty's account.
    pub counterparty: Option<RecordId>,
    /// The instant for which this was worked out.
    pub at: Time,
}

impl Subject {
    /// Whether the person holds a kind of role now.
    pub fn has(&self, role: &str) -> bool {
        self.roles.contains(&role)
    }

    /// Whether an auditor's role lets look into a register: all of them, unless the audit that it
    /// names opens only some (NI-207). Other audits are not part of an audit.
    fn opened_to_audit(&self, def: &RegisterDef) -> bool {
        let named = !self.audits.is_empty();
        !(named && OF_AUDITS.contains(&def.id))
            && (self.audit_registers.is_empty() || self.audit_registers.iter().any(|r| r == def.id))
    }

    /// Whether an auditor's role is limited to some cases or registers.
    pub fn audit_is_limited(&self) -> bool {
        !self.audit_cases.is_empty() || !self.audit_registers.is_empty()
    }
}

const READ: &[Action] = &[Action::Read];
const KEEP: &[Action] = &[Action::Read, Action::Create, Action::Write];
const ALL: &[Action] = &[Action::Read, Action::Create, Action::Write, Action::End];

/// Registers of a case, apart from reports.
const CASE: &[&str] = &[
    "incident",
    "timeline_entry",
    "task",
    "play",
    "headquarters",
    "loss_account",
    "decision",
    "evidence",
    "obligation",
    "message",
    "analysis",
    "review",
    "improvement",
    "delivery",
    "disclosure",
    "notice_form",
    "publication",
    "restoration",
    "device_scan",
    "service_level",
    "closing",
    "access_entry",
    "plan_start",
    "triage",
    "event_share",
    "regroup",
    "case_order",
    "indicator",
    "log_merge",
    "effort",
    "escalation",
    "briefing",
    "urgent_check",
    "heightened_watch",
    "tamper_check",
    "sighting",
    "counsel",
    "counsel_note",
    "containment",
    "collection",
    "hold",
    "evidence_package",
    "paging",
    "handover",
    "response_team",
    "reconnection",
    "link",
    "isolated_part",
    "reconnect_phase",
    "gate_check",
    "departure",
    "impact",
    "repair_check",
    "wind_down",
    "client_terms",
    "client_requirement",
    "client_answer",
    "assurance_item",
    "attestation",
    "attestation_signature",
    "sealed_statement",
    "received_package",
    "attestation_delivery",
    "investigation_report",
    "contingency",
    "reconnection_decision",
    "test_transaction",
    "monitoring_plan",
    "update_rhythm",
    "status_update",
    "outside_page",
    "sharing_limit",
    "sector_group",
    "sector_meeting",
    "agency_guidance",
    "commitment",
    "case_request",
    "audit",
    "audit_finding",
    "audit_sample",
    "root_cause",
    "attack_method",
    "remediation",
    "safety_statement",
    "gateway_copy",
    "lesson_release",
];
/// Registers of an audit itself.
const OF_AUDITS: &[&str] = &["audit", "audit_finding", "audit_sample"];
/// Registers of those who take reports in and judge them.
const INTAKE: &[&str] = &["report", "triage", "event_share"];
/// Registers of those who speak to people outside.
const OUTSIDE: &[&str] = &[
    "message",
    "contact",
    "contact_check",
    "delivery",
    "disclosure",
    "notice_form",
    "notification",
    "publication",
];
/// Reference registers that everybody in the organisation may look up.
const SHARED: &[&str] = &[
    "organisation",
    "department",
    "person",
    "role",
    "contact",
    "printed_copy",
    "system",
    "playbook",
    "written_plan",
];

const fn row(
    role: &'static str,
    actions: &'static [Action],
    place: Where,
    scope: Scope,
) -> PolicyRow {
    PolicyRow { role, actions, place, scope }
}

/// The table. Whatever is not in it is refused.
pub const POLICY: &[PolicyRow] = &[
    // Everybody inside: look things up, report, do one's own tasks.
    row("employee", READ, Where::Registers(SHARED), Scope::Open),
    row("employee", &[Action::Read, Action::Create], Where::Registers(&["report"]), Scope::Own),
    row("employee", KEEP, Where::Registers(&["task", "improvement"]), Scope::Own),
    row("employee", READ, Where::Registers(CASE), Scope::Case),
    row("employee", KEEP, Where::Registers(&["loss_account"]), Scope::Own),
    // Whoever is told of a detection acknowledges it.
    row("employee", &[Action::Read, Action::Write], Where::Registers(&["event_share"]), Scope::Own),
    row(
        "employee",
        &[Action::Read, Action::Create],
        Where::Registers(&["acknowledgement"]),
        Scope::Own,
    ),
    row(
        "employee",
        KEEP,
        Where::Registers(&[
            "timeline_entry",
            "evidence",
            "decision",
            "task",
            "analysis",
            "message",
            "delivery",
            "notice_form",
            "restoration",
            "device_scan",
            "service_level",
            "indicator",
            "log_merge",
            "effort",
            "escalation",
            "briefing",
            "tamper_check",
            "sighting",
            "counsel",
            "counsel_note",
            "containment",
            "collection",
            "paging",
            "handover",
            "root_cause",
            "attack_method",
            "remediation",
        ]),
        Scope::Case,
    ),
    row("employee", READ, Where::Registers(&["asset", "person"]), Scope::Department),
    // Whoever is named in an internal audit works on it.
    row("employee", &[Action::Read, Action::Write], Where::Registers(&["audit"]), Scope::Case),
    row("employee", KEEP, Where::Registers(&["audit_finding", "audit_sample"]), Scope::Case),
    // Responders.
    row("csirt", KEEP, Where::Wing(Wing::Respond), Scope::Open),
    row("csirt", KEEP, Where::Wing(Wing::Recover), Scope::Open),
    row("csirt", KEEP, Where::Wing(Wing::Reconnect), Scope::Open),
    row("csirt", KEEP, Where::Wing(Wing::Improve), Scope::Open),
    row("csirt", KEEP, Where::Wing(Wing::Prepare), Scope::Open),
    row("csirt", KEEP, Where::Wing(Wing::Identify), Scope::Open),
    row("csirt", READ, Where::Wing(Wing::Govern), Scope::Open),
    row("technical_lead", KEEP, Where::Wing(Wing::Respond), Scope::Open),
    row("technical_lead", KEEP, Where::Wing(Wing::Recover), Scope::Open),
    row("technical_lead", KEEP, Where::Wing(Wing::Reconnect), Scope::Open),
    row("technical_lead", KEEP, Where::Wing(Wing::Improve), Scope::Open),
    row("technical_lead", KEEP, Where::Wing(Wing::Identify), Scope::Open),
    row("technical_lead", READ, Where::Everywhere, Scope::Open),
    row("reporting_desk", KEEP, Where::Registers(INTAKE), Scope::Open),
    row("unforeseen_owner", KEEP, Where::Registers(INTAKE), Scope::Open),
    row(
        "reporting_desk",
        READ,
        Where::Registers(&["incident_criterion", "signal_rule"]),
        Scope::Open,
    ),
    row(
        "unforeseen_owner",
        READ,
        Where::Registers(&["incident_criterion", "signal_rule"]),
        Scope::Open,
    ),
    row("security_manager", ALL, Where::Everywhere, Scope::Open),
    row("it_manager", ALL, Where::Everywhere, Scope::Open),
    row("ciso", ALL, Where::Everywhere, Scope::Open),
    row("coordinator", KEEP, Where::Everywhere, Scope::Open),
    row("pr_lead", KEEP, Where::Registers(OUTSIDE), Scope::Open),
    row("pr_lead", READ, Where::Wing(Wing::Respond), Scope::Open),
    row("customer_lead", KEEP, Where::Registers(OUTSIDE), Scope::Open),
    row("customer_lead", READ, Where::Wing(Wing::Respond), Scope::Open),
    row(
        "general_affairs",
        KEEP,
        Where::Registers(&[
            "contact",
            "printed_copy",
            "round",
            "person",
            "timeline_entry",
            "acknowledgement",
            "exercise",
        ]),
        Scope::Open,
    ),
    row("general_affairs", READ, Where::Wing(Wing::Respond), Scope::Open),
    row("pr_lead", READ, Where::Wing(Wing::Reconnect), Scope::Open),
    row("customer_lead", READ, Where::Wing(Wing::Reconnect), Scope::Open),
    // Management sees, and decides.
    row("executive", READ, Where::Everywhere, Scope::Open),
    row(
        "executive",
        KEEP,
        Where::Registers(&[
            "decision",
            "authority",
            "message",
            "publication",
            "disclosure",
            "escalation",
            "briefing",
            "counsel",
            "counsel_note",
            "containment",
            "hold",
        ]),
        Scope::Open,
    ),
    // It approves targets and restarts, confirms that an incident is over, and looks at figures.
    row(
        "executive",
        KEEP,
        Where::Registers(&["system", "restoration", "closing", "kpi", "backup", "written_plan"]),
        Scope::Open,
    ),
    // It decides on connecting again.
    row("executive", KEEP, Where::Wing(Wing::Reconnect), Scope::Open),
    // A department head sees the own department, and can neither end nor hide its reports.
    row("department_head", KEEP, Where::Registers(&["asset", "system"]), Scope::Department),
    row(
        "department_head",
        READ,
        Where::Registers(&["report", "incident", "person"]),
        Scope::Department,
    ),
    // Audit: read only, for a limited time, limited to the cases named.
    row("auditor", READ, Where::Everywhere, Scope::Audit),
    // Of an audit that the role names: its own working papers, findings and samples.
    row("auditor", READ, Where::Registers(OF_AUDITS), Scope::OwnAudit),
    row(
        "auditor",
        &[Action::Create],
        Where::Registers(&["audit_finding", "audit_sample"]),
        Scope::OwnAudit,
    ),
    // The administrator runs the program and keeps people, roles and settings; not the cases.
    row("administrator", ALL, Where::Wing(Wing::Govern), Scope::Open),
    row(
        "administrator",
        &[Action::Read, Action::Erase],
        Where::Registers(&["person"]),
        Scope::Open,
    ),
    row("security_manager", &[Action::Erase], Where::Everywhere, Scope::Open),
    // Outside: only what is addressed to oneself or to all counterparties.
    row(
        "counterparty",
        READ,
        Where::Registers(&[
            "message",
            "client_terms",
            "client_requirement",
            "attestation_delivery",
            "safety_statement",
            "gateway_copy",
        ]),
        Scope::Addressed,
    ),
];

/// SHA-256 over the table, its first half in hexadecimal. Every leaf names it, so that the record
/// shows by which table a change was allowed.
pub fn table_digest() -> &'static str {
    use sha2::{Digest, Sha256};
    static DIGEST: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let table: String = POLICY.iter().map(|row| format!("{row:?}\n")).collect();
        Sha256::digest(table.as_bytes()).iter().take(16).map(|b| format!("{b:02x}")).collect()
    });
    &DIGEST
}

impl Where {
    /// Whether a register is meant.
    pub fn covers(&self, def: &RegisterDef) -> bool {
        match self {
            Where::Everywhere => true,
            Where::Wing(wing) => def.wing == *wing,
            Where::Registers(list) => list.contains(&def.id),
        }
    }
}

/// The rows a subject may act on in a register: nothing unless a row of the table says so.
pub fn rows(subject: &Subject, def: &RegisterDef, action: Action) -> RowFilter {
    let mut clauses: Vec<RowClause> = Vec::new();
    for clause in granted(subject, def, action) {
        if !clauses.contains(&clause) {
            clauses.push(clause);
        }
    }
    RowFilter { clauses }
}

/// Whether the subject may act at all in a register.
pub fn may(subject: &Subject, def: &RegisterDef, action: Action) -> bool {
    granted(subject, def, action).next().is_some()
}

/// What each row of the table gives that fits, one after the other.
fn granted<'a>(
    subject: &'a Subject,
    def: &'a RegisterDef,
    action: Action,
) -> impl Iterator<Item = RowClause> + 'a {
    POLICY
        .iter()
        .filter(move |row| {
            row.actions.contains(&action)
                && row.place.covers(def)
                && subject.has(row.role)
                && (row.scope != Scope::Audit || subject.opened_to_audit(def))
        })
        .flat_map(|row| given(subject, row.scope))
}

/// What a scope comes to for a subject: at most two clauses.
fn given(subject: &Subject, scope: Scope) -> impl Iterator<Item = RowClause> + use<> {
    let member = || subject.person.clone().map(RowClause::CaseMember);
    let both = match scope {
        Scope::Open => [Some(RowClause::Unrestricted), member()],
        Scope::Department => {
            let heads = subject.heads.iter().cloned();
            let departments: Vec<_> = heads.chain(subject.department.clone()).collect();
            [(!departments.is_empty()).then_some(RowClause::Departments(departments)), None]
        }
        Scope::Case => [member(), None],
        Scope::Own => [
            Some(RowClause::Author(subject.account.as_str().to_owned())),
            subject.person.clone().map(RowClause::Person),
        ],
        Scope::Audit if subject.audit_cases.is_empty() => [Some(RowClause::Unrestricted), None],
        Scope::Audit => [Some(RowClause::Cases(subject.audit_cases.clone())), None],
        Scope::OwnAudit => {
            let audits = subject.audits.clone();
            [(!audits.is_empty()).then_some(RowClause::Cases(audits)), None]
        }
        Scope::Addressed => [subject.counterparty.clone().map(RowClause::Counterparty), None],
    };
    both.into_iter().flatten()
}
