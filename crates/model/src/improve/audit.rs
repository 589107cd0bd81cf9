//! Audits (監査): scope, criteria, auditor, window of access, result; internal ones on a rhythm,
//! experts from outside limited to the one audit (NI-206, NI-207).

use crate::govern::person::Person;
use crate::respond::{evidence::Evidence, incident::Incident};
use crate::*;

/// By whom an audit is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AuditKind {
    /// By people of the organisation.
    #[choice(ja = "内部監査", en = "Internal audit")]
    Internal,
    /// By people from outside.
    #[choice(ja = "外部監査", en = "External audit")]
    External,
}

/// What an audit says as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AuditGrade {
    /// In proper state.
    #[choice(ja = "適切", en = "In proper state", tone = "good")]
    Proper,
    /// Proper but for some points.
    #[choice(ja = "一部に改善が要る", en = "Proper but for some points", tone = "caution")]
    Partly,
    /// Not in proper state.
    #[choice(ja = "不適切", en = "Not in proper state", tone = "danger")]
    Improper,
}

/// Where an audit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AuditState {
    /// Planned.
    #[choice(ja = "計画", en = "Planned", tone = "caution")]
    Planned,
    /// Under way.
    #[choice(ja = "実施中", en = "Under way", tone = "warning")]
    UnderWay,
    /// Reported.
    #[choice(ja = "報告済み・是正中", en = "Reported, being followed up", tone = "caution")]
    Reported,
    /// Closed.
    #[choice(ja = "終了", en = "Closed", tone = "good")]
    Closed,
}

/// Who sees an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AuditRange {
    /// Whoever may look into audits.
    #[choice(ja = "監査を見てよい人", en = "Whoever may look into audits")]
    Open,
    /// The auditors alone, as long as that is needed.
    #[choice(ja = "監査する人だけ", en = "The auditors alone", tone = "danger")]
    Auditors,
}

/// An audit.
#[derive(Debug, Clone, Register)]
#[register(
    id = "audit",
    wing = Improve,
    menu = 6,
    ja = "監査",
    en = "Audit",
    question_ja = "対策が適切に保たれているかを、だれが、いつ確かめますか",
    question_en = "Who checks, and when, that the security work stays in proper state?",
    about_ja = "監査ごとに、範囲・基準・監査する人・実施日・証拠・評価を残します。外部の専門家には、この監査の台帳と案件だけを、期間を区切って見せます。",
    about_en = "Each audit with scope, criteria, auditor, day, evidence and grade. Experts from outside see the registers and cases of this audit only, for a limited time.",
    purpose_ja = "対策が決めたとおりに保たれているかを、定期的に確かめるために使います。",
    purpose_en = "For checking at regular intervals that the work is kept as it was laid down.",
    sort = "planned_on",
    sort_down,
    flow = FLOW,
    check = check,
    retention_years = 10,
    meets = ["NI-206", "NI-207"]
)]
pub struct Audit {
    /// Number.
    #[field(ja = "番号", en = "Number", list, search, auto_number = "AUD", system)]
    pub number: Option<String>,
    /// Title.
    #[field(ja = "監査の名称", en = "Audit", title, list, search)]
    pub title: String,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: AuditKind,
    /// Scope.
    #[field(ja = "範囲", en = "Scope", max = 2000)]
    pub scope: Long,
    /// Criteria.
    #[field(
        ja = "基準",
        en = "Criteria",
        max = 2000,
        help_ja = "何に照らして適切かを判断しますか。規程や枠組みの名前と版を書きます。",
        help_en = "By what it is judged: names and versions of rules or frameworks."
    )]
    pub criteria: Long,
    /// Auditor.
    #[field(ja = "監査する人", en = "Auditor", list)]
    pub lead: Ref<Person>,
    /// Others who take part, experts from outside among them.
    #[field(ja = "ともに監査する人・外部の専門家", en = "Others, experts from outside")]
    pub members: Vec<Ref<Person>>,
    /// Who sees it.
    #[field(ja = "見える範囲", en = "Seen by", access = "restricted")]
    pub seen_by: Option<AuditRange>,
    /// Day planned.
    #[field(ja = "予定日", en = "Planned for", list)]
    pub planned_on: Date,
    /// Registers that may be read.
    #[field(
        ja = "見てよい台帳",
        en = "Registers open to it",
        help_ja = "台帳の識別名を一行に一つ。空のときは、すべての台帳です。",
        help_en = "Ids of registers, one a line. Empty: all of them."
    )]
    pub registers: Vec<String>,
    /// Cases that may be read.
    #[field(
        ja = "見てよい案件",
        en = "Cases open to it",
        help_ja = "選ぶと、その案件の記録だけになります。",
        help_en = "Where any is chosen, records of these cases only."
    )]
    pub cases: Vec<Ref<Incident>>,
    /// Access begins.
    #[field(ja = "閲覧の開始", en = "Access from")]
    pub access_from: Option<Time>,
    /// Access ends.
    #[field(
        ja = "閲覧の終了",
        en = "Access until",
        help_ja = "監査の役割にこの監査を選ぶと、この時刻に閲覧が自動で終わります。",
        help_en = "A role of auditor that names this audit ends by itself at this time."
    )]
    pub access_until: Option<Time>,
    /// Day held.
    #[field(ja = "実施日", en = "Held on", list, system)]
    pub held_on: Option<Date>,
    /// Evidence.
    #[field(ja = "証拠", en = "Evidence")]
    pub evidence: Vec<Ref<Evidence>>,
    /// Evidence, in words.
    #[field(ja = "確かめたもの", en = "What was looked at", max = 2000)]
    pub looked_at: Option<Long>,
    /// Grade.
    #[field(ja = "総合評価", en = "Grade", list, system)]
    pub grade: Option<AuditGrade>,
    /// Conclusion.
    #[field(ja = "結論", en = "Conclusion", system, max = 4000)]
    pub conclusion: Option<Long>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<AuditState>,
    /// Reported at.
    #[field(ja = "報告した日時", en = "Reported at", system)]
    pub reported_at: Option<Time>,
    /// Closed at.
    #[field(ja = "終了した日時", en = "Closed at", system)]
    pub closed_at: Option<Time>,
}

fn check(body: &Body) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    let named = body.get("registers").and_then(Value::as_array).into_iter().flatten();
    for id in named.filter_map(Value::as_str).filter(|id| crate::register(id).is_none()) {
        let text = Message::new(
            format!("「{id}」という台帳はありません。"),
            format!("There is no register \"{id}\"."),
        );
        problems.push(FieldProblem::new("registers", "wrong_value", text));
    }
    let at = |f: &str| body.get(f).and_then(Value::as_i64);
    if let (Some(from), Some(until)) = (at("access_from"), at("access_until"))
        && from >= until
    {
        let text = Message::new("終了は開始より後にしてください。", "It ends after it begins.");
        problems.push(FieldProblem::new("access_until", "wrong_value", text));
    }
    problems
}

/// Whether an audit lets its auditors look at an instant: not closed, and inside its window.
pub fn open_at(audit: &Record, now: Time) -> bool {
    !audit.ended()
        && audit.text("state") != AuditState::Closed.id()
        && audit.time("access_from").is_none_or(|t| now >= t)
        && audit.time("access_until").is_some_and(|t| now < t)
}

const OWN_PEOPLE: Gate = Gate {
    id: "internal_auditor",
    label: Text::new("内部監査は、社内の人が監査する", "An internal audit is led from inside"),
    mend: Text::new(
        "監査する人を社内の人にするか、種類を外部監査にしてください。",
        "Choose an auditor from inside, or make it an external audit.",
    ),
    inputs: &[Input::Out("lead")],
    holds: |c| {
        c.me.text("kind") != AuditKind::Internal.id()
            || c.out("lead").is_some_and(|p| !p.flag("external"))
    },
    meets: &["NI-206"],
};

const WINDOW: Gate = Gate {
    id: "window",
    label: Text::new(
        "外部の人が加わる監査は、閲覧の終わりと、見てよい台帳か案件が決まっている",
        "Where people from outside take part: an end of access, and registers or cases open to them",
    ),
    mend: Text::new(
        "閲覧の終了と、見てよい台帳か案件を入れてください。",
        "Give the end of access, and the registers or cases.",
    ),
    inputs: &[Input::Out("lead"), Input::Out("members")],
    holds: |c| {
        let mut people = c.outs("lead").into_iter().chain(c.outs("members"));
        !people.any(|p| p.flag("external"))
            || (c.me.body.contains_key("access_until")
                && !(c.me.ids("registers").is_empty() && c.me.ids("cases").is_empty()))
    },
    meets: &["NI-207"],
};

const LOOKED: Gate = Gate {
    id: "evidence_named",
    label: Text::new(
        "証拠か確かめたものが書かれている",
        "Evidence, or what was looked at, is given",
    ),
    mend: Text::new("何を見て判断したかを入れてください。", "Say what the result rests on."),
    inputs: &[Input::In("audit_sample", "audit")],
    holds: |c| {
        !c.me.ids("evidence").is_empty()
            || c.me.body.contains_key("looked_at")
            || c.incoming("audit_sample", "audit").next().is_some()
    },
    meets: &["NI-206"],
};

const FOLLOWED_UP: Gate = Gate {
    id: "findings_closed",
    label: Text::new("指摘がすべて閉じている", "Every finding is closed"),
    mend: Text::new(
        "残っている指摘に、回答と処置を入れて閉じてください。",
        "Take the open findings through reply and action to their end.",
    ),
    inputs: &[Input::In("audit_finding", "audit")],
    holds: |c| c.incoming("audit_finding", "audit").all(|f| f.text("state") == "closed"),
    meets: &["NI-206"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "planned",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "begin",
            label: Text::new("監査を始める", "Begin the audit"),
            from: &["planned"],
            to: "under_way",
            gates: &[OWN_PEOPLE, WINDOW],
            meets: &["NI-206", "NI-207"],
            ..Transition::PLAIN
        },
        Transition {
            id: "report",
            label: Text::new("結果を報告する", "Report the result"),
            from: &["under_way"],
            to: "reported",
            asks: &[("held_on", true), ("grade", true), ("conclusion", true), ("looked_at", false)],
            stamps: &["reported_at"],
            gates: &[LOOKED],
            meets: &["NI-206"],
            ..Transition::PLAIN
        },
        Transition {
            id: "close",
            label: Text::new("監査を終える", "Close the audit"),
            from: &["reported"],
            to: "closed",
            stamps: &["closed_at"],
            gates: &[FOLLOWED_UP],
            meets: &["NI-206"],
            ..Transition::PLAIN
        },
    ],
};

/// The day of the last internal audit that was reported.
fn last_internal<'a>(audits: impl Iterator<Item = &'a Record>) -> Option<&'a str> {
    audits
        .filter(|a| a.text("kind") == AuditKind::Internal.id())
        .map(|a| a.text("held_on"))
        .filter(|d| !d.is_empty())
        .max()
}

/// Rules of audits.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "organisation.audit",
    register: "organisation",
    label: Text::new("内部監査を定期的に行っている", "Internal audits are held at intervals"),
    why: Text::new(
        "決めた対策は、確かめないと少しずつ崩れます。",
        "What was laid down slips by and by unless somebody looks.",
    ),
    mend: Text::new(
        "内部監査を計画して実施し、結果を報告してください。間隔は設定で変えられます。",
        "Plan and hold an internal audit and report it. The interval is a setting.",
    ),
    severity: Severity::Warning,
    inputs: &[Input::All("audit"), Input::All("setting")],
    tells: &[],
    check: |c| {
        let months = c.settings.int("audit.months");
        let planned = c.all("audit").any(|a| {
            a.text("kind") == AuditKind::Internal.id()
                && matches!(a.text("state"), "planned" | "under_way")
                && Time::parse(&format!("{}T23:59", a.text("planned_on")), c.zone)
                    .is_some_and(|t| c.now <= t)
        });
        let last = last_internal(c.all("audit"));
        let due = last
            .and_then(|day| Time::parse(&format!("{day}T00:00"), c.zone))
            .and_then(|t| t.plus_months(months, c.zone));
        match due {
            Some(due) if c.now < due => Verdict::ok().check_at(due),
            _ if planned => Verdict::ok().check_at(c.now.plus(DAY)),
            Some(_) => Verdict::finding(
                "",
                format!("最後の内部監査から{months}か月を過ぎました。次の予定もありません。"),
                format!(
                    "More than {months} months since the last internal audit, and none is planned."
                ),
            ),
            None => Verdict::finding(
                "",
                "内部監査の実施も予定もありません。",
                "No internal audit has been held, and none is planned.",
            ),
        }
    },
    meets: &["NI-206"],
}];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::decide::unsaved;

    #[test]
    fn an_audit_lets_look_from_its_first_to_its_last_instant_and_never_once_closed() {
        let at = Time::from_millis;
        let body = |state: &str, until: Option<i64>| {
            let mut body = Body::new();
            body.insert("state".into(), state.into());
            body.insert("access_from".into(), 10.into());
            body.extend(until.map(|t| ("access_until".to_owned(), t.into())));
            unsaved(Audit::DEF, &body, at(0))
        };
        let audit = body("under_way", Some(20));
        let open: Vec<bool> = [9, 10, 19, 20].map(|t| open_at(&audit, at(t))).to_vec();
        assert_eq!(open, [false, true, true, false]);
        assert!(!open_at(&body("closed", Some(20)), at(15)));
        assert!(!open_at(&body("under_way", None), at(15)), "without an end nobody looks");
    }

    #[test]
    fn only_registers_that_exist_can_be_opened_to_an_audit() {
        let mut body = Body::new();
        body.insert("registers".into(), vec!["decision", "no_such"].into());
        let fields: Vec<String> = check(&body).into_iter().map(|p| p.field).collect();
        assert_eq!(fields, ["registers"]);
    }
}
