//! Detected events shared with departments at once (検知の共有), each acknowledged (NI-177).

use super::incident::Incident;
use super::report::{Report, ReportKind};
use crate::govern::{department::Department, person::Person};
use crate::*;

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ShareState {
    /// Told, not acknowledged.
    #[choice(ja = "確認待ち", en = "Waiting for acknowledgement", tone = "warning")]
    Told,
    /// Acknowledged.
    #[choice(ja = "確認済み", en = "Acknowledged", tone = "good")]
    Acknowledged,
}

/// What one department was told of one event.
#[derive(Debug, Clone, Register)]
#[register(
    id = "event_share",
    wing = Respond,
    menu = 10,
    ja = "検知の共有",
    en = "Shared detection",
    question_ja = "関係する部門は、検知した事象を確かめましたか",
    question_en = "Have the departments concerned acknowledged what was detected?",
    about_ja = "監視が検知した事象を、関係するシステムの部門の責任者へすぐに知らせます。部門は確かめたことを記録します。そのほかの報告も、ここから手で共有できます。",
    about_en = "What monitoring detects is told at once to the heads of the departments whose systems are concerned; each acknowledges. Other reports can be shared by hand.",
    purpose_ja = "部門が知らないまま被害が広がるのを防ぐために使います。",
    purpose_en = "So that no department is hit without having been told.",
    sort = "shared_at",
    sort_down,
    flow = FLOW,
    retention_years = 5,
    meets = ["NI-177"]
)]
pub struct EventShare {
    /// The report.
    #[field(ja = "報告", en = "Report", list)]
    pub report: Ref<Report>,
    /// What is shared.
    #[field(ja = "知らせる内容", en = "What is told", title, list, search, personal)]
    pub text: String,
    /// Department.
    #[field(ja = "部門", en = "Department", list)]
    pub department: Option<Ref<Department>>,
    /// Who is told.
    #[field(ja = "知らせる人", en = "Who is told", list, access = "person")]
    pub person: Ref<Person>,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Told at.
    #[field(ja = "知らせた日時", en = "Told at", list, system)]
    pub shared_at: Option<Time>,
    /// Acknowledged at.
    #[field(ja = "確かめた日時", en = "Acknowledged at", list, system)]
    pub acknowledged_at: Option<Time>,
    /// What the department does about it.
    #[field(
        ja = "部門で確かめたこと・すること",
        en = "What the department found or does",
        system,
        max = 1000
    )]
    pub done: Option<Long>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<ShareState>,
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "told",
    start: Start { stamps: &["shared_at"], ..Start::PLAIN },
    transitions: &[Transition {
        id: "acknowledge",
        label: Text::new("確かめた", "Acknowledge"),
        from: &["told"],
        to: "acknowledged",
        asks: &[("done", false)],
        stamps: &["acknowledged_at"],
        meets: &["NI-177"],
        ..Transition::PLAIN
    }],
};

/// For what monitoring found: one for each department that owns a system concerned and has a head.
pub fn shares(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    if c.me.text("kind") != ReportKind::Detected.id() {
        return Vec::new();
    }
    let systems = c.outs("systems");
    let own = c.me.ids("department").into_iter();
    let mut departments: Vec<&str> =
        own.chain(systems.iter().flat_map(|s| s.ids("department"))).collect();
    departments.sort_unstable();
    departments.dedup();
    c.all("department")
        .filter(|d| departments.contains(&d.id.as_str()))
        .filter_map(|d| Some((d, d.ids("head").first().map(|p| RecordId::new(*p))?)))
        .map(|(d, head)| {
            NewRecord::of(&EventShare {
                report: Ref::new(c.me.id.clone()),
                text: c.me.text("title").chars().take(200).collect(),
                department: Some(Ref::new(d.id.clone())),
                person: Ref::new(head),
                incident: c.me.ids("incident").first().map(|id| Ref::new(RecordId::new(*id))),
                shared_at: Some(c.now),
                acknowledged_at: None,
                done: None,
                state: Some(ShareState::Told),
            })
        })
        .collect()
}

/// Rules of shared detections.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "event_share.acknowledged",
    register: "event_share",
    label: Text::new("共有した部門が期限までに確かめている", "The department acknowledged in time"),
    why: Text::new(
        "届いただけでは、手が打たれたか分からないためです。",
        "That it arrived does not say that anybody acts on it.",
    ),
    mend: Text::new(
        "電話で部門に確かめ、「確かめた」を記録してください。",
        "Call the department, and record the acknowledgement.",
    ),
    severity: Severity::Serious,
    inputs: &[Input::All("setting")],
    tells: &["security_manager", "reporting_desk"],
    check: |c| {
        let (Some(told), "told") = (c.me.time("shared_at"), c.me.text("state")) else {
            return Verdict::ok();
        };
        let minutes = c.settings.int("report.share_minutes");
        let limit = told.plus(minutes * MINUTE);
        if c.now < limit {
            return Verdict::ok().check_at(limit);
        }
        Verdict::finding(
            "acknowledged_at",
            format!("知らせてから{minutes}分、部門の確認がありません。"),
            format!("Not acknowledged within {minutes} minutes."),
        )
    },
    meets: &["NI-177"],
}];
