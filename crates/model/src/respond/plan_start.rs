//! A plan or rule put to work in an incident (計画の発動): which version, on which trigger, and the
//! first actions it opens.

use super::incident::Incident;
use super::task::Task;
use super::timeline_entry::{EntryKind, TimelineEntry};
use crate::govern::person::Person;
use crate::govern::role::{RoleKind, acting_person};
use crate::prepare::written_plan::{Actor, FirstAction, WrittenPlan, in_force, rows_of};
use crate::*;

/// What set it off (NI-145).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PlanTrigger {
    /// A failure of a service was recognised.
    #[choice(
        ja = "サービス障害を認識した",
        en = "A service failure was recognised",
        tone = "danger"
    )]
    Failure,
    /// The danger of one was recognised.
    #[choice(
        ja = "サービス障害のおそれを認識した",
        en = "The danger of a service failure was recognised",
        tone = "warning"
    )]
    Danger,
    /// The paper says itself when it applies: reports, disclosure, loss.
    #[choice(ja = "規程が定める場面になった", en = "The case that the rule provides for")]
    Rule,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum StartState {
    /// At work.
    #[choice(ja = "発動中", en = "At work", tone = "warning")]
    Active,
    /// Ended.
    #[choice(ja = "終了", en = "Ended", tone = "good")]
    Ended,
}

/// A plan at work in one incident.
#[derive(Debug, Clone, Register)]
#[register(
    id = "plan_start",
    wing = Respond,
    menu = 11,
    ja = "計画の発動",
    en = "Plan at work",
    question_ja = "どの計画を、何をきっかけに発動しましたか",
    question_en = "Which plan was started, and on which trigger?",
    about_ja = "インシデントで発動した計画・規程です。承認した版の「最初にすること」が作業として開きます。",
    about_en = "Plans and rules at work in an incident. The first actions of the approved version open as tasks.",
    purpose_ja = "どの版に、いつ、何をきっかけに従ったかを、後から示すために残します。",
    purpose_en = "Shows later which version was followed, since when and why.",
    sort = "started_at",
    sort_down,
    flow = FLOW,
    check = check,
    retention_years = 10
)]
pub struct PlanStart {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// Plan.
    #[field(ja = "計画・規程", en = "Plan or rule", list)]
    pub plan: Ref<WrittenPlan>,
    /// Trigger.
    #[field(ja = "きっかけ", en = "Trigger", list)]
    pub trigger: PlanTrigger,
    /// Recognised at.
    #[field(ja = "認識した日時", en = "Recognised at", list)]
    pub recognised_at: Time,
    /// By whom.
    #[field(ja = "認識した人", en = "Recognised by")]
    pub recognised_by: Option<Ref<Person>>,
    /// On which ground.
    #[field(ja = "根拠（見えたこと）", en = "Ground: what was seen", max = 2000)]
    pub ground: Long,
    /// Why it is followed although it was never approved.
    #[field(
        ja = "承認されていない計画を使う理由",
        en = "Why a plan that is not approved",
        help_ja = "承認された版がないときだけ必須です。",
        help_en = "Needed only where it has no approved version."
    )]
    pub why: Option<String>,
    /// Name as it was.
    #[field(ja = "名称", en = "Name", title, search, system)]
    pub name: Option<String>,
    /// Kind of paper.
    #[field(ja = "計画の種類", en = "Kind of paper", system)]
    pub paper_kind: Option<String>,
    /// Version in force.
    #[field(ja = "従う版", en = "Version followed", list, system)]
    pub version: Option<i64>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<StartState>,
    /// Started at.
    #[field(ja = "発動した日時", en = "Started at", list, system)]
    pub started_at: Option<Time>,
    /// Ended at.
    #[field(ja = "終えた日時", en = "Ended at", system)]
    pub ended_at: Option<Time>,
}

/// What was never approved has no version: then somebody says why it is followed all the same.
fn check(body: &Body) -> Vec<FieldProblem> {
    let why = body.get("why").and_then(Value::as_str).unwrap_or_default();
    if body.contains_key("version") || !why.trim().is_empty() {
        return Vec::new();
    }
    let text = Message::new(
        "承認された版がありません。使う理由を書いてください。",
        "It has no approved version. Give the reason for following it.",
    );
    vec![FieldProblem::new("why", "required", text)]
}

fn taken(c: &RuleCtx<'_>) -> Body {
    let Some(plan) = c.out("plan") else { return Body::new() };
    let version = plan.body.get("version").filter(|_| in_force(plan)).cloned();
    [
        ("name", plan.body.get("name").cloned()),
        ("paper_kind", plan.body.get("kind").cloned()),
        ("version", version),
    ]
    .into_iter()
    .filter_map(|(field, value)| Some((field.to_owned(), value?)))
    .collect()
}

/// The first actions in force, as tasks for whoever acts in the role.
fn first(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let (Some(plan), Some(incident)) = (c.out("plan"), c.out("incident")) else {
        return Vec::new();
    };
    let mut opened = vec![NewRecord::of(&logged(c, plan, incident))];
    let field = if in_force(plan) { "approved_actions" } else { "first_actions" };
    let actions: Vec<FirstAction> = rows_of(plan, field);
    opened.extend(actions.into_iter().map(|a| NewRecord::of(&task(c, incident, plan, a))));
    opened
}

fn task(c: &RuleCtx<'_>, incident: &Record, plan: &Record, action: FirstAction) -> Task {
    let (ja, en) = (action.who.label().ja, action.who.label().en);
    let mut task = Task::new(Ref::new(incident.id.clone()), format!("{ja}：{}", action.text));
    task.title_en = action.text_en.map(|t| format!("{en}: {t}"));
    let role = action.role.or((action.who == Actor::Management).then_some(RoleKind::Executive));
    task.assignee = match role {
        Some(kind) => holder(c, kind).map(Ref::new),
        None => incident.ids("lead").first().map(|p| Ref::new(RecordId::new(*p))),
    };
    task.due_at = action.minutes.map(|m| c.now.plus(m.0 * MINUTE));
    task.note = Some(Long(plan.text("name").to_owned()));
    task
}

/// Whoever acts in a role of a kind now.
pub fn holder(c: &RuleCtx<'_>, kind: RoleKind) -> Option<RecordId> {
    c.all("role").filter(|r| r.text("kind") == kind.id()).find_map(|r| acting_person(r, c.now))
}

/// The start stands in the sequence of the incident as well.
fn logged(c: &RuleCtx<'_>, plan: &Record, incident: &Record) -> TimelineEntry {
    let trigger = PlanTrigger::from_id(c.me.text("trigger")).unwrap_or(PlanTrigger::Rule).label();
    let name = plan.text("name");
    let (ja, en) = match c.me.int("version") {
        Some(v) => (format!("第{v}版"), format!("version {v}")),
        None => ("（未承認）".to_owned(), "(not approved)".to_owned()),
    };
    let text = format!(
        "「{name}」{ja}を発動（{}） / \"{}\" {en} put to work ({})",
        trigger.ja,
        if plan.text("name_en").is_empty() { name } else { plan.text("name_en") },
        trigger.en
    );
    let case = Ref::new(incident.id.clone());
    let mut entry = TimelineEntry::new(case, c.now, EntryKind::Action, text);
    entry.person = c.me.ids("recognised_by").first().map(|p| Ref::new(RecordId::new(*p)));
    entry.about = Some(AnyRef { register: WrittenPlan::ID.to_owned(), id: plan.id.clone() });
    entry
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "active",
    start: Start {
        stamps: &["started_at"],
        inputs: &[Input::Out("plan")],
        fill: Some(taken),
        follows: &[Follow {
            label: Text::new(
                "最初にすることを作業として開き、時系列に残す",
                "Opens the first actions as tasks and notes it in the sequence",
            ),
            inputs: &[Input::Out("plan"), Input::Out("incident"), Input::All("role")],
            open: first,
            meets: &["NI-145", "NI-146"],
        }],
    },
    transitions: &[Transition {
        id: "end",
        label: Text::new("この計画を終える", "End this plan"),
        from: &["active"],
        to: "ended",
        stamps: &["ended_at"],
        reason: true,
        ..Transition::PLAIN
    }],
};

/// Topics of decisions after which a body outside is told.
const OUTSIDE: [&str; 2] = ["report_ipa", "report_jpcert"];

/// Rules of plans at work.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "incident.outside_guideline",
    register: "incident",
    label: Text::new(
        "JPCERT/CC・警察への報告は、社内の指針に沿っている",
        "Reports to JPCERT/CC and police follow the internal guideline",
    ),
    why: Text::new(
        "いつ、どう報告するかを指針どおりに進めたことを、案件で示せるようにします。",
        "The case shows that the guideline on when and how to report was followed.",
    ),
    mend: Text::new(
        "「計画の発動」で、承認された報告指針を選んでください。指針の手順が作業として開きます。",
        "Choose the approved guideline under \"Plan at work\"; its steps open as tasks.",
    ),
    severity: Severity::Warning,
    inputs: &[
        Input::In("decision", "incident"),
        Input::In("message", "incident"),
        Input::In("plan_start", "incident"),
    ],
    tells: &[],
    check: |c| {
        let told = c.incoming("message", "incident").any(|m| {
            matches!(m.text("audience"), "police" | "security_body") && m.text("state") != "draft"
        });
        let decided =
            c.incoming("decision", "incident").any(|d| OUTSIDE.contains(&d.text("topic")));
        let followed = c
            .incoming("plan_start", "incident")
            .any(|s| s.text("paper_kind") == "outside_reporting");
        Verdict::when(
            (told || decided) && !followed,
            "",
            Text::new(
                "外部の機関への報告を扱っていますが、社内の指針に沿ったことが記録されていません。",
                "A report to a body outside is dealt with, and nothing shows that the guideline was followed.",
            ),
        )
    },
    meets: &["JP-59"],
}];
