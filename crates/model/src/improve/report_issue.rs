//! Reports as they were given (渡した報告): what it bears on, an answer to every need, when it was
//! really delivered, to whom, and what came back (NI-217 to NI-222).

use super::report_plan::{ReportLanguage, ReportMethod, ReportPlan, Stakeholder};
use crate::govern::person::Person;
use crate::reconnect::parts::body_of;
use crate::respond::decision::Decision;
use crate::*;

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum IssueState {
    /// Being written.
    #[choice(ja = "作成中", en = "Being written", tone = "caution")]
    Draft,
    /// Settled.
    #[choice(ja = "確定・未提出", en = "Settled, not delivered", tone = "warning")]
    Settled,
    /// Delivered.
    #[choice(ja = "渡した", en = "Delivered", tone = "caution")]
    Delivered,
    /// Receipt confirmed.
    #[choice(ja = "受領を確認", en = "Receipt confirmed", tone = "good")]
    Confirmed,
}

/// The answer to one need.
#[derive(Debug, Clone, Rows)]
pub struct NeedAnswer {
    /// Key of the need.
    #[field(ja = "知りたいことの記号", en = "Key of the need", max = 12)]
    pub key: String,
    /// What is said.
    #[field(ja = "答え", en = "Answer", max = 2000)]
    pub text: Long,
}

/// A report.
#[derive(Debug, Clone, Register)]
#[register(
    id = "report_issue",
    wing = Improve,
    menu = 10,
    ja = "関係者への報告",
    en = "Report to stakeholders",
    question_ja = "だれに、いつ何を報告し、何が返ってきましたか",
    question_en = "What was reported to whom, when, and what came back?",
    about_ja = "計画に沿って作った報告を、目的と判断への関わり、渡した日時、受領の確認、相手の反応とともに残します。",
    about_en = "A report made by its plan: what it bears on, when it was delivered, whether receipt is confirmed, and how the reader responded.",
    purpose_ja = "報告が届き、判断に使われたかを確かめるために使います。",
    purpose_en = "Shows whether the report arrived and served a decision.",
    sort = "period_to",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["NI-217", "NI-218", "NI-220", "NI-221", "NI-222"]
)]
pub struct ReportIssue {
    /// Plan.
    #[field(ja = "報告の計画", en = "Report plan", list)]
    pub plan: Ref<ReportPlan>,
    /// Title.
    #[field(ja = "題名", en = "Title", title, list, search)]
    pub title: String,
    /// Period from.
    #[field(ja = "期間（初日）", en = "Period from")]
    pub period_from: Date,
    /// Period to.
    #[field(ja = "期間（末日）", en = "Period to", list)]
    pub period_to: Date,
    /// What it means for the objectives.
    #[field(
        ja = "目的にとっての意味",
        en = "What it means for the objectives",
        help_ja = "この期間の内容は、組織の目的の達成にどう響きますか。",
        help_en = "How what happened in the period bears on the organisation's objectives.",
        max = 2000
    )]
    pub objective_bearing: Option<Long>,
    /// What it means for the decision.
    #[field(ja = "判断にとっての意味", en = "What it means for the decision", max = 2000)]
    pub decision_bearing: Option<Long>,
    /// Answers.
    #[field(ja = "知りたいことへの答え", en = "Answers to the needs")]
    pub answers: Table<NeedAnswer>,
    /// Decision asked for.
    #[field(ja = "求める判断", en = "Decision asked for", max = 1000)]
    pub asks: Option<Long>,
    /// Options.
    #[field(ja = "選択肢と、それぞれの影響", en = "Options, and what each would mean", max = 2000)]
    pub options: Option<Long>,
    /// Written by.
    #[field(ja = "書いた人", en = "Written by")]
    pub writer: Option<Ref<Person>>,
    /// Latest useful time.
    #[field(ja = "役に立つ期限", en = "Of use until", list, system)]
    pub useful_until: Option<Time>,
    /// Settled at.
    #[field(ja = "確定した日時", en = "Settled at", system)]
    pub settled_at: Option<Time>,
    /// Recipient.
    #[field(ja = "受け取った人", en = "Recipient", list, system, personal, max = 120)]
    pub recipient: Option<String>,
    /// Method.
    #[field(ja = "渡した方法", en = "Method", system)]
    pub method: Option<ReportMethod>,
    /// Language.
    #[field(ja = "渡した言語", en = "Language", system)]
    pub language: Option<ReportLanguage>,
    /// Really delivered at.
    #[field(ja = "実際に渡した日時", en = "Delivered at", list, system)]
    pub delivered_at: Option<Time>,
    /// Real cost.
    #[field(ja = "実際の費用（円）", en = "Real cost (yen)", system)]
    pub cost: Option<Yen>,
    /// Who confirmed.
    #[field(ja = "受領を確認した人", en = "Receipt confirmed by", system, personal, max = 120)]
    pub confirmed_by: Option<String>,
    /// When.
    #[field(ja = "受領の確認日時", en = "Receipt confirmed at", list, system)]
    pub confirmed_at: Option<Time>,
    /// Response.
    #[field(
        ja = "相手の反応・次に知りたいこと",
        en = "Response, and what is wanted next",
        system,
        max = 2000
    )]
    pub response: Option<Long>,
    /// Decision that was taken on it.
    #[field(ja = "これをもとにした判断", en = "Decision taken on it", system)]
    pub decision: Option<Ref<Decision>>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<IssueState>,
}

/// The text of one cell of a row.
fn cell<'a>(row: &'a Body, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Needs of the plan without an answer in the report, by their words.
pub fn unanswered<'a>(plan: &'a Record, report: &Record) -> Vec<&'a str> {
    let said = |key: &str| {
        report.rows("answers").any(|a| cell(a, "key") == key && !cell(a, "text").trim().is_empty())
    };
    plan.rows("needs").filter(|n| !said(cell(n, "key"))).map(|n| cell(n, "need")).collect()
}

const BEARS: Gate = Gate {
    id: "bears_on",
    label: Text::new(
        "目的と判断にとっての意味が書かれている",
        "It says how it bears on the objectives and on a decision",
    ),
    mend: Text::new(
        "「目的にとっての意味」と「判断にとっての意味」を入れ、計画の目的と判断も埋めてください。",
        "Give both meanings here, and objective and decision in the plan.",
    ),
    inputs: &[Input::Out("plan")],
    holds: |c| {
        let here = ["objective_bearing", "decision_bearing"];
        let there = ["objective", "decision"];
        here.iter().all(|f| c.me.body.contains_key(*f))
            && c.out("plan").is_some_and(|p| there.iter().all(|f| p.body.contains_key(*f)))
    },
    meets: &["NI-222"],
};

const ANSWERS_ALL: Gate = Gate {
    id: "every_need",
    label: Text::new(
        "相手が知りたいこと・求めることのすべてに答えている",
        "Every need and demand of the reader is answered",
    ),
    mend: Text::new(
        "計画にある記号ごとに、答えを入れてください。",
        "Give an answer for each key of the plan.",
    ),
    inputs: &[Input::Out("plan")],
    holds: |c| c.out("plan").is_some_and(|p| unanswered(p, c.me).is_empty()),
    meets: &["NI-219"],
};

const DECIDABLE: Gate = Gate {
    id: "decidable",
    label: Text::new(
        "経営層への報告は、求める判断と選択肢を示している",
        "A report to management states the decision asked for and the options",
    ),
    mend: Text::new(
        "求める判断と、選択肢ごとの影響を入れてください。",
        "Give the decision asked for, and what each option would mean.",
    ),
    inputs: &[Input::Out("plan")],
    holds: |c| {
        let management =
            c.out("plan").is_some_and(|p| p.text("stakeholder") == Stakeholder::Management.id());
        !management || ["asks", "options"].iter().all(|f| c.me.body.contains_key(*f))
    },
    meets: &["NI-218"],
};

/// Until when a report of this period is of use, by its plan.
fn useful_until(c: &RuleCtx<'_>) -> Body {
    let days = c.out("plan").and_then(|p| p.int("useful_days"));
    let end = Time::parse(&format!("{}T23:59", c.me.text("period_to")), c.zone);
    match (end, days) {
        (Some(end), Some(days)) => {
            body_of([("useful_until", end.plus(days * DAY).millis().into())])
        }
        _ => Body::new(),
    }
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: Start { inputs: &[Input::Out("plan")], fill: Some(useful_until), ..Start::PLAIN },
    transitions: &[
        Transition {
            id: "settle",
            label: Text::new("報告を確定する", "Settle the report"),
            from: &["draft"],
            to: "settled",
            stamps: &["settled_at"],
            gates: &[BEARS, ANSWERS_ALL, DECIDABLE],
            meets: &["NI-218", "NI-219", "NI-222"],
            ..Transition::PLAIN
        },
        Transition {
            id: "deliver",
            label: Text::new("渡したことを記録する", "Record the delivery"),
            from: &["settled"],
            to: "delivered",
            asks: &[
                ("recipient", true),
                ("method", true),
                ("language", true),
                ("delivered_at", false),
                ("cost", false),
            ],
            stamps: &["delivered_at"],
            meets: &["NI-220", "NI-221"],
            ..Transition::PLAIN
        },
        Transition {
            id: "confirm",
            label: Text::new("受領と反応を記録する", "Record receipt and response"),
            from: &["delivered"],
            to: "confirmed",
            asks: &[("confirmed_by", true), ("response", false), ("decision", false)],
            stamps: &["confirmed_at"],
            meets: &["NI-217", "NI-221"],
            ..Transition::PLAIN
        },
        Transition {
            id: "rewrite",
            label: Text::new("書き直す", "Write it anew"),
            from: &["settled"],
            to: "draft",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};

/// Rules of reports.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "report_issue.useful",
        register: "report_issue",
        label: Text::new("役に立つ期限までに渡している", "It is delivered while it is of use"),
        why: Text::new(
            "判断の後に届いた報告は、使われません。",
            "What arrives after the decision is not used.",
        ),
        mend: Text::new(
            "すぐに渡すか、計画の期限を見直してください。",
            "Deliver it now, or look at the plan's time again.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            let Some(until) = c.me.time("useful_until") else { return Verdict::ok() };
            let text = Text::new(
                "役に立つ期限を過ぎています。",
                "It is past the time until which it is of use.",
            );
            match c.me.time("delivered_at") {
                Some(at) => Verdict::when(at > until, "delivered_at", text),
                None if c.now <= until => Verdict::ok().check_at(until.plus(1)),
                None => Verdict::when(true, "useful_until", text),
            }
        },
        meets: &["NI-220"],
    },
    RuleDef {
        id: "report_issue.confirmed",
        register: "report_issue",
        label: Text::new("受領を確かめている", "Its receipt is confirmed"),
        why: Text::new(
            "届いたか分からない報告は、対話になりません。",
            "A report of which nobody knows whether it arrived is no conversation.",
        ),
        mend: Text::new(
            "相手に確かめ、反応とともに記録してください。",
            "Ask the reader, and record the response.",
        ),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            if c.me.text("state") != IssueState::Delivered.id() {
                return Verdict::ok();
            }
            let limit = c.me.time("delivered_at").map(|t| t.plus(7 * DAY));
            match limit {
                Some(limit) if c.now < limit => Verdict::ok().check_at(limit),
                _ => Verdict::finding(
                    "confirmed_at",
                    "渡してから7日たちましたが、受領が確かめられていません。",
                    "Delivered seven days ago, and its receipt is not confirmed.",
                ),
            }
        },
        meets: &["NI-221"],
    },
];
