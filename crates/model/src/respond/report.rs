//! Reports (報告), near-misses included.

use super::incident::{Grade, Incident, IncidentKind};
use super::message;
use crate::govern::{department::Department, person::Person, role};
use crate::*;

/// What is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ReportKind {
    /// Something odd.
    #[choice(ja = "おかしいと感じたこと", en = "Something odd", tone = "warning")]
    Odd,
    /// Nearly happened.
    #[choice(ja = "ヒヤリハット", en = "Near-miss", tone = "caution")]
    NearMiss,
    /// Breach of a rule.
    #[choice(ja = "ルールから外れたこと", en = "Breach of a rule", tone = "caution")]
    Breach,
    /// Notice from outside.
    #[choice(ja = "社外からの通報", en = "Notice from outside", tone = "warning")]
    Outside,
}

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ReportState {
    /// Received.
    #[choice(ja = "受付待ち", en = "Waiting for receipt", tone = "warning")]
    Received,
    /// Being looked at.
    #[choice(ja = "確認中", en = "Being looked at", tone = "caution")]
    Taken,
    /// Became an incident.
    #[choice(ja = "インシデントとして対応", en = "Handled as an incident", tone = "good")]
    Incident,
    /// Not an incident, kept.
    #[choice(ja = "インシデントではない", en = "Not an incident")]
    NotIncident,
    /// Near-miss, kept for improvement.
    #[choice(ja = "ヒヤリハットとして活用", en = "Used as a near-miss", tone = "good")]
    Learned,
}

/// A report.
#[derive(Debug, Clone, Register)]
#[register(
    id = "report",
    wing = Respond,
    menu = 1,
    ja = "報告",
    en = "Report",
    question_ja = "だれかが待っている報告はありますか",
    question_en = "Is somebody waiting for an answer to a report?",
    about_ja = "「何かおかしい」を、だれでもすぐ知らせられます。間違いでも構いません。報告した人が責められることはありません。",
    about_en = "Anyone can say quickly that something is odd. Being mistaken is fine; nobody is blamed for reporting.",
    purpose_ja = "早く気づき、小さな出来事からも学ぶために使います。",
    purpose_en = "To notice early and to learn from small events too.",
    sort = "reported_at",
    sort_down,
    flow = FLOW,
    retention_years = 5,
    meets = ["TK-66", "TK-67", "TK-68", "JP-17", "JP-23", "IPA-03", "IPA-68", "IPA-69"]
)]
pub struct Report {
    /// Number.
    #[field(ja = "受付番号", en = "Receipt number", list, search, auto_number = "R", system)]
    pub number: Option<String>,
    /// What happened.
    #[field(ja = "何に気づきましたか", en = "What did you notice?", search, max = 5000, personal)]
    pub what: Long,
    /// First line of it, for lists.
    #[field(ja = "要約", en = "Summary", title, list, search, system, personal, max = 80)]
    pub title: Option<String>,
    /// System or device.
    #[field(
        ja = "どこで（システム・端末・場所）",
        en = "Where (system, device, place)",
        list,
        search
    )]
    pub place: Option<String>,
    /// Noticed at.
    #[field(ja = "気づいた日時", en = "Noticed at")]
    pub detected_at: Option<Time>,
    /// Done so far.
    #[field(ja = "いまの状況・すでにしたこと", en = "Situation now, done so far", max = 2000)]
    pub situation: Option<Long>,
    /// Name of the person to contact.
    #[field(
        ja = "連絡できる人の名前",
        en = "Name of a contact",
        personal,
        help_ja = "書かなくても報告できます。",
        help_en = "You may leave this empty."
    )]
    pub reporter_name: Option<String>,
    /// How to reach that person.
    #[field(ja = "連絡先", en = "How to reach you", personal)]
    pub reporter_contact: Option<String>,
    /// Department.
    #[field(ja = "部門", en = "Department", list, access = "department")]
    pub department: Option<Ref<Department>>,
    /// Kind of report.
    #[field(ja = "報告の種類", en = "Kind of report", list)]
    pub kind: Option<ReportKind>,
    /// Kind of event, if known.
    #[field(ja = "事象の種類", en = "Kind of event")]
    pub event: Option<IncidentKind>,
    /// What nearly followed.
    #[field(ja = "起こりえた結果（ヒヤリハット）", en = "What nearly followed (near-miss)")]
    pub nearly: Option<Long>,
    /// Class of business effect.
    #[field(ja = "事業への影響の大きさ", en = "Class of business effect")]
    pub effect_class: Option<Grade>,
    /// Verified as one of us.
    #[field(ja = "本人確認済みの報告者", en = "Reporter verified", system)]
    pub verified: bool,
    /// Who has it.
    #[field(ja = "受け持つ人", en = "Owner", list, system)]
    pub owner: Option<Ref<Person>>,
    /// Incident it belongs to.
    #[field(ja = "インシデント", en = "Incident", list, system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Criterion used.
    #[field(ja = "判断に使った基準", en = "Criterion used", system)]
    pub criterion: Option<String>,
    /// What the reporter is told.
    #[field(ja = "報告者への返事", en = "Answer to the reporter", system, max = 2000)]
    pub answer: Option<Long>,
    /// Further words of the reporter.
    #[field(ja = "追加の知らせ", en = "Added later", system, personal)]
    pub additions: Vec<String>,
    /// Digest of the secret that lets the reporter add to it.
    #[field(ja = "追記用の照合値", en = "Digest of the secret", system, max = 64)]
    pub secret_digest: Option<String>,
    /// Evidence files that came with it.
    #[field(ja = "添付", en = "Files", system)]
    pub files: Vec<String>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<ReportState>,
    /// Reported at.
    #[field(ja = "報告日時", en = "Reported at", list, system)]
    pub reported_at: Option<Time>,
    /// Received at.
    #[field(ja = "受け付けた日時", en = "Received at", system)]
    pub received_at: Option<Time>,
    /// Judged at.
    #[field(ja = "判断した日時", en = "Judged at", system)]
    pub judged_at: Option<Time>,
}

const DESK: &[&str] = &[
    "reporting_desk",
    "csirt",
    "security_manager",
    "it_manager",
    "ciso",
    "coordinator",
    "unforeseen_owner",
];

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "received",
    start: Start {
        stamps: &["reported_at", "detected_at"],
        inputs: &[Input::All("role")],
        fill: Some(fill),
        follows: &[Follow {
            label: Text::new(
                "IT管理責任者・経営者・外部のIT支援会社へ知らせる",
                "Tells IT management, top management and the external IT support",
            ),
            inputs: &[Input::All("role")],
            open: tell_three,
            meets: &["TK-67"],
        }],
    },
    transitions: &[
        Transition {
            id: "take",
            label: Text::new("受け付ける", "Take it"),
            from: &["received"],
            to: "taken",
            asks: &[("owner", false)],
            stamps: &["received_at"],
            who: DESK,
            meets: &["TK-68", "JP-22"],
            ..Transition::PLAIN
        },
        Transition {
            id: "open_incident",
            label: Text::new("インシデントとして対応する", "Handle as an incident"),
            from: &["received", "taken"],
            to: "incident",
            asks: &[("event", true), ("criterion", false), ("answer", false)],
            stamps: &["received_at", "judged_at"],
            reason: true,
            follows: &[Follow {
                label: Text::new("インシデントを開く", "Opens an incident"),
                inputs: &[],
                open: open_incident,
                meets: &["JP-20"],
            }],
            who: DESK,
            meets: &["JP-19", "JP-20", "TK-14"],
            ..Transition::PLAIN
        },
        Transition {
            id: "join",
            label: Text::new("既にあるインシデントに加える", "Join an open incident"),
            from: &["received", "taken"],
            to: "incident",
            asks: &[("incident", true), ("answer", false)],
            stamps: &["received_at", "judged_at"],
            who: DESK,
            ..Transition::PLAIN
        },
        Transition {
            id: "not_incident",
            label: Text::new("インシデントではないと判断する", "Judge: not an incident"),
            from: &["received", "taken"],
            to: "not_incident",
            asks: &[("criterion", false), ("answer", true)],
            stamps: &["received_at", "judged_at"],
            reason: true,
            who: DESK,
            meets: &["JP-20", "JP-23"],
            ..Transition::PLAIN
        },
        Transition {
            id: "learn",
            label: Text::new("ヒヤリハットとして活かす", "Use as a near-miss"),
            from: &["received", "taken"],
            to: "learned",
            asks: &[("nearly", true), ("effect_class", true), ("answer", true)],
            stamps: &["received_at", "judged_at"],
            who: DESK,
            meets: &["IPA-68", "IPA-03"],
            ..Transition::PLAIN
        },
    ],
};

/// Summary line, kind, and an owner: the reporting desk, or whoever answers for the unforeseen.
fn fill(c: &RuleCtx<'_>) -> Body {
    let mut body = Body::new();
    let first: String =
        c.me.text("what").lines().next().unwrap_or_default().chars().take(60).collect();
    body.insert("title".into(), first.into());
    body.insert("kind".into(), ReportKind::Odd.id().into());
    let known = c.me.body.contains_key("event") && c.me.text("event") != IncidentKind::Other.id();
    let order: &[&str] = if known {
        &["reporting_desk", "security_manager", "unforeseen_owner", "coordinator"]
    } else {
        &["unforeseen_owner", "reporting_desk", "security_manager", "coordinator"]
    };
    let owner = order.iter().find_map(|kind| holder(c, kind));
    if let Some(owner) = owner {
        body.insert("owner".into(), owner.as_str().into());
    }
    body
}

fn holder(c: &RuleCtx<'_>, kind: &str) -> Option<RecordId> {
    c.all("role").filter(|r| r.text("kind") == kind).find_map(|r| role::acting_person(r, c.now))
}

fn tell_three(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    ["it_manager", "executive", "external_support"]
        .into_iter()
        .filter_map(|kind| c.all("role").find(|r| r.text("kind") == kind))
        .map(|role| {
            let subject = format!("新しい報告 / New report: {}", c.me.text("title"));
            NewRecord::of(&message::notice(role, subject, c.me.text("what"), c.now, c.me))
        })
        .collect()
}

fn open_incident(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let mut body = Body::new();
    body.insert("title".into(), c.me.text("title").into());
    body.insert("summary".into(), c.me.text("what").into());
    for (to, from) in [
        ("kind", "event"),
        ("department", "department"),
        ("detected_at", "detected_at"),
        ("reported_at", "reported_at"),
        ("lead", "owner"),
    ] {
        if let Some(v) = c.me.body.get(from) {
            body.insert(to.into(), v.clone());
        }
    }
    body.insert("aware_at".into(), c.now.millis().into());
    body.insert("detection".into(), "employee_report".into());
    body.insert("state".into(), "reported".into());
    vec![NewRecord { register: Incident::ID, body, link_back: None }.linked_from("incident")]
}

/// Rules of reports.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "report.owner",
        register: "report",
        label: Text::new("すべての報告に受け持つ人がいる", "Every report has an owner"),
        why: Text::new(
            "想定外の報告も、だれかが必ず見るようにするためです。",
            "So that even the unforeseen is looked at by somebody.",
        ),
        mend: Text::new(
            "受け持つ人を決めてください。「想定外の受け皿」の役割に担当を置くと自動で決まります。",
            "Name an owner. With a holder for the unforeseen it is done by itself.",
        ),
        severity: Severity::Serious,
        inputs: &[],
        tells: &[],
        check: |c| {
            Verdict::when(
                matches!(c.me.text("state"), "received" | "taken")
                    && !c.me.body.contains_key("owner"),
                "owner",
                Text::new("受け持つ人がいません。", "Nobody has taken it."),
            )
        },
        meets: &["JP-06"],
    },
    RuleDef {
        id: "report.delay",
        register: "report",
        label: Text::new("気づいてから速やかに報告されている", "Reported promptly after noticing"),
        why: Text::new(
            "遅れの原因（窓口が分からない、言いにくい）を減らすためです。報告者を責めるものではありません。",
            "To remove what delays reports, such as an unknown desk. It does not blame the reporter.",
        ),
        mend: Text::new(
            "報告しにくかった理由を尋ね、改善に登録してください。",
            "Ask what made it hard to report, and register an improvement.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::All("setting")],
        tells: &[],
        check: |c| {
            let limit = c.settings.int("report.delay_minutes");
            match (c.me.time("detected_at"), c.me.time("reported_at")) {
                (Some(seen), Some(told)) if told.since(seen) > limit * MINUTE => Verdict::finding(
                    "reported_at",
                    format!(
                        "気づいてから報告まで{}分かかりました（目安 {limit}分）。",
                        told.since(seen) / MINUTE
                    ),
                    format!(
                        "{} minutes from noticing to reporting (limit {limit}).",
                        told.since(seen) / MINUTE
                    ),
                ),
                _ => Verdict::ok(),
            }
        },
        meets: &["TK-68"],
    },
    RuleDef {
        id: "report.waiting",
        register: "report",
        label: Text::new("報告が期限内に受け付けられている", "The report is taken in time"),
        why: Text::new(
            "報告した人を待たせず、被害を広げないためです。",
            "So that the reporter does not wait and damage does not spread.",
        ),
        mend: Text::new(
            "報告を開き、受け付けるか判断してください。",
            "Open the report; take it or judge it.",
        ),
        severity: Severity::Serious,
        inputs: &[Input::All("setting")],
        tells: &["security_manager", "unforeseen_owner"],
        check: |c| {
            let (Some(told), "received") = (c.me.time("reported_at"), c.me.text("state")) else {
                return Verdict::ok();
            };
            let limit = told.plus(c.settings.int("report.receipt_minutes") * MINUTE);
            if c.now < limit {
                return Verdict::ok().check_at(limit);
            }
            Verdict::finding(
                "state",
                format!("報告から{}分、まだ受け付けられていません。", c.now.since(told) / MINUTE),
                format!("Waiting for {} minutes.", c.now.since(told) / MINUTE),
            )
            .check_at(c.now.plus(10 * MINUTE))
        },
        meets: &["TK-68"],
    },
    RuleDef {
        id: "report.answered",
        register: "report",
        label: Text::new("報告者に結果を返している", "The reporter was told the result"),
        why: Text::new("結果が返ると、次も報告しやすくなります。", "Who hears back reports again."),
        mend: Text::new("報告者への返事を書いてください。", "Write the answer to the reporter."),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            Verdict::when(
                c.me.time("judged_at").is_some() && !c.me.body.contains_key("answer"),
                "answer",
                Text::new(
                    "報告者への返事がまだありません。",
                    "The reporter has not been answered yet.",
                ),
            )
        },
        meets: &["IPA-68"],
    },
];
