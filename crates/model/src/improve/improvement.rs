//! Improvements (改善): from proposal to confirmed effect.

use super::review::{Review, Viewpoint};
use crate::govern::person::Person;
use crate::prepare::exercise::{Area, Exercise};
use crate::reconnect::reconnection::Reconnection;
use crate::respond::{
    decision::Decision,
    incident::{CauseClass, Incident},
    message::Message as Notice,
    report::Report,
};
use crate::*;

/// Category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Category {
    /// Technology.
    #[choice(ja = "技術", en = "Technology")]
    Technology,
    /// Operation.
    #[choice(ja = "運用", en = "Operation")]
    Operation,
    /// Education.
    #[choice(ja = "教育", en = "Education")]
    Education,
    /// Outsourcing.
    #[choice(ja = "外部委託", en = "Outsourcing")]
    Outsourcing,
}

/// Where an improvement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ImprovementState {
    /// Proposed.
    #[choice(ja = "提案", en = "Proposed", tone = "caution")]
    Proposed,
    /// Planned.
    #[choice(ja = "計画済み", en = "Planned", tone = "caution")]
    Planned,
    /// In progress.
    #[choice(ja = "実施中", en = "In progress", tone = "warning")]
    InProgress,
    /// Done.
    #[choice(ja = "実施済み", en = "Done")]
    Done,
    /// Effect confirmed.
    #[choice(ja = "効果を確認", en = "Effect confirmed", tone = "good")]
    Confirmed,
    /// Reflected in documents.
    #[choice(ja = "文書へ反映", en = "Reflected in documents", tone = "good")]
    Reflected,
    /// Closed.
    #[choice(ja = "終了", en = "Closed", tone = "good")]
    Closed,
    /// Dropped.
    #[choice(ja = "取りやめ", en = "Dropped")]
    Dropped,
}

/// What a lesson strengthens (G7-35).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Strengthens {
    /// Resilience against cyber attacks.
    #[choice(ja = "サイバー攻撃への強さ", en = "Cyber resilience")]
    Cyber,
    /// Resilience of operations.
    #[choice(ja = "業務の強さ", en = "Operational resilience")]
    Operational,
    /// Later reconnections.
    #[choice(ja = "次の再接続の進め方", en = "Later reconnections")]
    Reconnection,
}

/// An improvement.
#[derive(Debug, Clone, Register)]
#[register(
    id = "improvement",
    wing = Improve,
    menu = 2,
    ja = "改善",
    en = "Improvement",
    question_ja = "決めた改善は進んでいますか",
    question_en = "Do the improvements we decided on move?",
    about_ja = "振り返りや報告から出た改善を、担当・期限・確認方法を決めて最後まで追います。",
    about_en = "Improvements from reviews and reports, followed to the end with owner, date and way of confirming.",
    purpose_ja = "同じことを繰り返さないために使います。",
    purpose_en = "So that it does not happen again.",
    sort = "due_on",
    flow = FLOW,
    meets = ["TK-106", "TK-107", "TK-108", "IPA-03"]
)]
pub struct Improvement {
    /// Number.
    #[field(ja = "番号", en = "Number", list, search, auto_number = "K", system)]
    pub number: Option<String>,
    /// Measure.
    #[field(ja = "対策", en = "Measure", title, list, search)]
    pub measure: String,
    /// Case it comes from.
    #[field(ja = "きっかけのインシデント", en = "From incident", access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Report it comes from.
    #[field(ja = "きっかけの報告", en = "From report")]
    pub report: Option<Ref<Report>>,
    /// Review it comes from.
    #[field(ja = "きっかけの振り返り", en = "From review")]
    pub review: Option<Ref<Review>>,
    /// Exercise it comes from.
    #[field(ja = "きっかけの演習", en = "From exercise")]
    pub exercise: Option<Ref<Exercise>>,
    /// Reconnection case it comes from.
    #[field(ja = "きっかけの再接続案件", en = "From reconnection case")]
    pub reconnection: Option<Ref<Reconnection>>,
    /// Decisions it draws on.
    #[field(ja = "もとにした判断の記録", en = "Decisions it draws on")]
    pub from_decisions: Vec<Ref<Decision>>,
    /// Messages it draws on.
    #[field(ja = "もとにした連絡の記録", en = "Messages it draws on")]
    pub from_messages: Vec<Ref<Notice>>,
    /// What it strengthens.
    #[field(ja = "強くするもの", en = "What it strengthens")]
    pub strengthens: Many<Strengthens>,
    /// What it changes.
    #[field(ja = "直す対象", en = "What it changes")]
    pub changes: Option<Area>,
    /// Key of the cause it removes.
    #[field(ja = "原因の記号", en = "Cause key", max = 12)]
    pub cause_key: Option<String>,
    /// Cause class.
    #[field(ja = "原因の分類", en = "Cause class")]
    pub cause: Option<CauseClass>,
    /// Viewpoint.
    #[field(ja = "観点", en = "Viewpoint")]
    pub viewpoint: Option<Viewpoint>,
    /// Category.
    #[field(ja = "区分", en = "Category", list)]
    pub category: Option<Category>,
    /// Person in charge.
    #[field(ja = "担当", en = "In charge", list, access = "person")]
    pub owner: Option<Ref<Person>>,
    /// Due date.
    #[field(ja = "期限", en = "Due", list)]
    pub due_on: Option<Date>,
    /// Way of confirming.
    #[field(ja = "確認方法", en = "Way of confirming")]
    pub confirm_by: Option<String>,
    /// Fiscal year planned.
    #[field(ja = "計画年度", en = "Fiscal year planned", list)]
    pub fiscal_year: Option<i64>,
    /// Every fiscal year it was planned for; an item carried over counts in each.
    #[field(ja = "計画に入れた年度", en = "Years it was planned for", system)]
    pub years: Vec<String>,
    /// Progress notes.
    #[field(ja = "進捗メモ", en = "Progress")]
    pub progress: Option<Long>,
    /// Outside advice taken.
    #[field(ja = "受けた外部の助言", en = "Outside advice")]
    pub advice: Option<String>,
    /// Done at.
    #[field(ja = "実施した日時", en = "Done at", system)]
    pub done_at: Option<Time>,
    /// Effect confirmed by.
    #[field(ja = "効果を確認した人", en = "Effect confirmed by", system)]
    pub confirmed_by: Option<Ref<Person>>,
    /// Effect confirmed at.
    #[field(ja = "効果を確認した日時", en = "Effect confirmed at", system)]
    pub confirmed_at: Option<Time>,
    /// Result of confirming.
    #[field(ja = "確認の結果", en = "Result", system)]
    pub effect: Option<Long>,
    /// Documents changed.
    #[field(ja = "反映した文書と版", en = "Documents changed")]
    pub documents: Vec<String>,
    /// Number of carry-overs.
    #[field(ja = "繰り越し回数", en = "Carry-overs", system)]
    pub carry_overs: Option<i64>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<ImprovementState>,
}

impl Improvement {
    /// A measure with nothing else said yet.
    pub fn new(measure: impl Into<String>) -> Self {
        Self {
            number: None,
            measure: measure.into(),
            incident: None,
            report: None,
            review: None,
            exercise: None,
            reconnection: None,
            from_decisions: Vec::new(),
            from_messages: Vec::new(),
            strengthens: Many::default(),
            changes: None,
            cause_key: None,
            cause: None,
            viewpoint: None,
            category: None,
            owner: None,
            due_on: None,
            confirm_by: None,
            fiscal_year: None,
            years: Vec::new(),
            progress: None,
            advice: None,
            done_at: None,
            confirmed_by: None,
            confirmed_at: None,
            effect: None,
            documents: Vec::new(),
            carry_overs: None,
            state: None,
        }
    }
}

const PLANNED: Gate = Gate {
    id: "who_when_how",
    label: Text::new(
        "担当・期限・確認方法がある",
        "In charge, due date and way of confirming are given",
    ),
    mend: Text::new(
        "担当、期限、確認方法を入れてください。",
        "Give who is in charge, the date and the way of confirming.",
    ),
    inputs: &[],
    holds: |c| ["owner", "due_on", "confirm_by"].iter().all(|f| c.me.body.contains_key(*f)),
    meets: &["TK-107"],
};

const DOCUMENTS: Gate = Gate {
    id: "documents_named",
    label: Text::new("反映した文書が書かれている", "The documents changed are named"),
    mend: Text::new("反映した文書と版を入れてください。", "Name the documents and their versions."),
    inputs: &[],
    holds: |c| c.me.body.contains_key("documents"),
    meets: &["TK-107"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "proposed",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "plan",
            label: Text::new("計画に入れる", "Plan"),
            from: &["proposed"],
            to: "planned",
            asks: &[
                ("owner", true),
                ("due_on", true),
                ("confirm_by", true),
                ("fiscal_year", false),
            ],
            fill: Some(years),
            gates: &[PLANNED],
            meets: &["TK-107", "TK-126"],
            ..Transition::PLAIN
        },
        Transition {
            id: "start",
            label: Text::new("始める", "Start"),
            from: &["planned"],
            to: "in_progress",
            meets: &["TK-107"],
            ..Transition::PLAIN
        },
        Transition {
            id: "finish",
            label: Text::new("実施した", "Done"),
            from: &["in_progress", "planned"],
            to: "done",
            asks: &[("progress", false)],
            stamps: &["done_at"],
            meets: &["TK-107"],
            ..Transition::PLAIN
        },
        Transition {
            id: "confirm",
            label: Text::new("効果を確認した", "Effect confirmed"),
            from: &["done"],
            to: "confirmed",
            asks: &[("confirmed_by", true), ("effect", true)],
            stamps: &["confirmed_at"],
            who: &["it_manager"],
            meets: &["TK-107", "TK-14"],
            ..Transition::PLAIN
        },
        Transition {
            id: "ineffective",
            label: Text::new("効果がなかった", "No effect"),
            from: &["done"],
            to: "in_progress",
            asks: &[("effect", true)],
            reason: true,
            who: &["it_manager"],
            meets: &["TK-107"],
            ..Transition::PLAIN
        },
        Transition {
            id: "reflect",
            label: Text::new("文書へ反映した", "Reflected in documents"),
            from: &["confirmed"],
            to: "reflected",
            asks: &[("documents", true)],
            gates: &[DOCUMENTS],
            meets: &["TK-107"],
            ..Transition::PLAIN
        },
        Transition {
            id: "close",
            label: Text::new("終了する", "Close"),
            from: &["reflected"],
            to: "closed",
            meets: &["TK-107"],
            ..Transition::PLAIN
        },
        Transition {
            id: "carry_over",
            label: Text::new("次年度へ繰り越す", "Carry over to next year"),
            from: &["proposed", "planned", "in_progress"],
            to: "planned",
            asks: &[("fiscal_year", true)],
            counts: &["carry_overs"],
            fill: Some(years),
            reason: true,
            gates: &[PLANNED],
            meets: &["TK-107", "TK-108", "TK-126"],
            ..Transition::PLAIN
        },
        Transition {
            id: "drop",
            label: Text::new("取りやめる", "Drop"),
            from: &["proposed", "planned", "in_progress"],
            to: "dropped",
            reason: true,
            meets: &["TK-126"],
            ..Transition::PLAIN
        },
    ],
};

/// Whether a lesson is settled: given to somebody with date and way of confirming, or dropped with a
/// reason (G7-35).
pub fn assigned(lesson: &Record) -> bool {
    lesson.ended()
        || lesson.text("state") == ImprovementState::Dropped.id()
        || ["owner", "due_on", "confirm_by"].iter().all(|f| lesson.body.contains_key(*f))
}

/// The fiscal year of a day, by its first month.
pub fn fiscal_year_of(day: Date, first_month: i64) -> i64 {
    let day = day.civil();
    let year = i64::from(day.year());
    if i64::from(day.month()) >= first_month { year } else { year - 1 }
}

/// The year it is planned for now, besides those before (TK-126).
fn years(c: &RuleCtx<'_>) -> Body {
    let due = Date::parse(c.me.text("due_on"));
    let year =
        c.me.int("fiscal_year")
            .or_else(|| due.map(|d| fiscal_year_of(d, c.settings.int("fiscal_month"))));
    let mut years: Vec<String> = c.me.ids("years").into_iter().map(str::to_owned).collect();
    if let Some(year) = year.map(|y| y.to_string())
        && !years.contains(&year)
    {
        years.push(year);
    }
    let mut body = Body::new();
    body.insert("years".into(), years.into());
    if let Some(year) = year {
        body.insert("fiscal_year".into(), year.into());
    }
    body
}

/// Rules of improvements.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "improvement.late",
        register: "improvement",
        label: Text::new("改善が期限内に進んでいる", "Improvements keep their dates"),
        why: Text::new(
            "決めたまま止まると、同じことがまた起きます。",
            "What was decided and then rests will happen again.",
        ),
        mend: Text::new(
            "進捗を書くか、理由を付けて次年度へ繰り越してください。",
            "Note the progress, or carry it over with a reason.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            if !matches!(c.me.text("state"), "proposed" | "planned" | "in_progress") {
                return Verdict::ok();
            }
            let Some(due) = Time::parse(&format!("{}T23:59", c.me.text("due_on")), c.zone) else {
                return Verdict::ok();
            };
            if c.now <= due {
                return Verdict::ok().check_at(due.plus(MINUTE));
            }
            Verdict::finding("due_on", "期限を過ぎています。", "Past its date.")
        },
        meets: &["TK-106"],
    },
    RuleDef {
        id: "improvement.progress",
        register: "improvement",
        label: Text::new("進捗を定期的に確かめている", "Progress is looked at regularly"),
        why: Text::new(
            "点検と点検の間も、止まっている改善に気づくためです。",
            "So that an improvement at rest is noticed between inspections.",
        ),
        mend: Text::new("進捗を書いてください。", "Note the progress."),
        severity: Severity::Notice,
        inputs: &[Input::All("setting")],
        tells: &[],
        check: |c| {
            if !matches!(c.me.text("state"), "planned" | "in_progress") {
                return Verdict::ok();
            }
            let days = c.settings.int("improvement.progress_days");
            let limit = c.me.updated_at.plus(days * DAY);
            if c.now < limit {
                return Verdict::ok().check_at(limit);
            }
            Verdict::finding(
                "progress",
                format!("{days}日以上、進捗がありません。"),
                format!("No progress noted for {days} days or more."),
            )
        },
        meets: &["TK-109"],
    },
];
