//! Assurance items (保証項目): the one evidence base behind an attestation. A piece is entered once
//! and stands in both views, list A (a to h) and list B (1 to 7) of the G7 paper (G7-63, 74, 75).

use super::parts::{OF_CASE, body_of};
use super::reconnection::Reconnection;
use crate::govern::person::Person;
use crate::respond::evidence::Evidence;
use crate::respond::incident::Incident;
use crate::*;

/// What a piece is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AssuranceTopic {
    /// a) Root cause.
    #[choice(ja = "a 根本原因の詳細", en = "a: Root cause in detail")]
    RootCause,
    /// b) Containment.
    #[choice(ja = "b 封じ込めが効いた証明", en = "b: Proof that containment worked")]
    Containment,
    /// c) Threat gone.
    #[choice(ja = "c 脅威が除かれた確認", en = "c: Confirmation that the threat is gone")]
    ThreatGone,
    /// d) Resilience restored.
    #[choice(
        ja = "d 主なシステムとデータの回復力が元に戻った証明",
        en = "d: Proof that main systems and data stores are as resilient as before"
    )]
    Resilience,
    /// e) Backup and recovery plan.
    #[choice(
        ja = "e 更新したバックアップ・復旧計画とその動き",
        en = "e: Updated backup and recovery plan, and how it works"
    )]
    BackupPlan,
    /// f) Test results.
    #[choice(
        ja = "f 上の対策が効くことを示す試験の結果",
        en = "f: Written test results that these measures work"
    )]
    TestResults,
    /// g) Lessons.
    #[choice(
        ja = "g 教訓と同種の事象への改善",
        en = "g: Lessons, and improvements against the like"
    )]
    Lessons,
    /// h) Monitoring.
    #[choice(
        ja = "h 監視の継続と対応できる備え",
        en = "h: Ongoing monitoring and readiness to respond"
    )]
    Monitoring,
    /// 2) Effects.
    #[choice(
        ja = "2 影響（サービス・データ・端末・サーバー・供給網など）",
        en = "2: Effects on services, data, endpoints, servers, supply chain and the like"
    )]
    Effects,
    /// 7) Further information.
    #[choice(ja = "7 そのほか必要とされた情報", en = "7: Further information asked for")]
    Further,
}

pub use super::statement_parts::B_PARTS;

impl AssuranceTopic {
    /// All topics, list A first.
    pub const ALL: [AssuranceTopic; 10] = [
        Self::RootCause,
        Self::Containment,
        Self::ThreatGone,
        Self::Resilience,
        Self::BackupPlan,
        Self::TestResults,
        Self::Lessons,
        Self::Monitoring,
        Self::Effects,
        Self::Further,
    ];

    /// Its letter in list A (G7-63); parts 2 and 7 of list B have no partner there.
    pub const fn a(self) -> Option<char> {
        Some(match self {
            Self::RootCause => 'a',
            Self::Containment => 'b',
            Self::ThreatGone => 'c',
            Self::Resilience => 'd',
            Self::BackupPlan => 'e',
            Self::TestResults => 'f',
            Self::Lessons => 'g',
            Self::Monitoring => 'h',
            Self::Effects | Self::Further => return None,
        })
    }

    /// The parts of list B in which it stands as well (G7-75).
    pub const fn b(self) -> &'static [u8] {
        match self {
            Self::RootCause => &[1, 6],
            Self::Containment | Self::ThreatGone => &[3, 5],
            Self::Resilience => &[3],
            Self::BackupPlan => &[3, 4],
            Self::TestResults => &[5],
            Self::Lessons => &[4, 6],
            Self::Monitoring => &[4],
            Self::Effects => &[2],
            Self::Further => &[7],
        }
    }

    /// Whether it is one of those that test results speak of (a to e).
    pub fn tested(self) -> bool {
        self.a().is_some_and(|c| c <= 'e')
    }
}

/// Where an item stands (G7-64).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ItemState {
    /// Not begun.
    #[choice(ja = "未着手", en = "Not begun", tone = "warning")]
    Open,
    /// Under way.
    #[choice(ja = "進行中", en = "Under way", tone = "caution")]
    UnderWay,
    /// Done.
    #[choice(ja = "完了（証拠あり）", en = "Done, with evidence", tone = "good")]
    Done,
    /// Not applicable.
    #[choice(ja = "対象外", en = "Not applicable")]
    NotApplicable,
}

/// What kind of control an item shows (G7-25).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ControlKind {
    /// Technical.
    #[choice(ja = "技術的な対策", en = "Technical control")]
    Technical,
    /// Procedural.
    #[choice(ja = "手続きの対策", en = "Procedural control")]
    Procedural,
}

/// What an item proves (G7-26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ProofKind {
    /// That something was done.
    #[choice(ja = "行ったこと", en = "That work was done", tone = "caution")]
    Work,
    /// That it has its effect.
    #[choice(ja = "効き目", en = "That it has its effect", tone = "good")]
    Effect,
}

/// To whom the words may go (G7-21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ShareWith {
    /// All clients of the case.
    #[choice(ja = "案件のすべての相手組織", en = "All clients of the case")]
    Clients,
    /// Nobody outside.
    #[choice(ja = "社外には出さない", en = "Nobody outside", tone = "danger")]
    Nobody,
}

/// One piece of assurance.
#[derive(Debug, Clone, Register)]
#[register(
    id = "assurance_item",
    wing = Reconnect,
    menu = 12,
    ja = "保証項目",
    en = "Assurance item",
    question_ja = "安全だと言える根拠は、どこまでそろいましたか",
    question_en = "How much of what shows that we are safe is there?",
    about_ja = "認証書に載せる根拠を一つずつ登録します。一度書けば、八項目（a〜h）と七つの部分（1〜7）の両方に載ります。",
    about_en = "The pieces an attestation is made of. Entered once, each stands in both views: a to h, and parts 1 to 7.",
    purpose_ja = "証拠のある項目、途中の項目、対象外の項目を、ごまかさずに示すために使います。",
    purpose_en = "Shows plainly what is evidenced, what is under way and what does not apply.",
    sort = "topic",
    flow = FLOW,
    check = check,
    retention_years = 10,
    meets = ["G7-63", "G7-74", "G7-75"]
)]
pub struct AssuranceItem {
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Topic.
    #[field(ja = "何についての項目か", en = "Topic", list)]
    pub topic: AssuranceTopic,
    /// Title.
    #[field(ja = "題名", en = "Title", title, list, search)]
    pub title: String,
    /// What can be said.
    #[field(
        ja = "言えること（認証書に載ります）",
        en = "What can be said (goes into the attestation)",
        search,
        max = 4000
    )]
    pub statement: Option<Long>,
    /// The same in English.
    #[field(ja = "言えること（英語）", en = "The same in English", max = 4000)]
    pub statement_en: Option<Long>,
    /// Kind of control.
    #[field(ja = "対策の種類", en = "Kind of control", list)]
    pub controls: Option<ControlKind>,
    /// What it proves.
    #[field(ja = "証明すること", en = "What it proves")]
    pub proves: Option<ProofKind>,
    /// Evidence.
    #[field(ja = "証拠", en = "Evidence")]
    pub evidence: Vec<Ref<Evidence>>,
    /// For test results: the items among a to e that they test.
    #[field(
        ja = "この試験が確かめる項目（fのとき）",
        en = "Items that these tests try (for f)",
        help_ja = "a〜eの項目から選びます。",
        help_en = "Chosen among the items a to e."
    )]
    pub tests: Vec<Ref<AssuranceItem>>,
    /// In charge.
    #[field(ja = "担当", en = "In charge", list)]
    pub owner: Option<Ref<Person>>,
    /// To whom the words may go.
    #[field(ja = "伝えてよい範囲", en = "May be told to")]
    pub share: Option<ShareWith>,
    /// Why they are held back.
    #[field(ja = "伝えられない法的な理由", en = "Legal reason for holding back", max = 500)]
    pub share_reason: Option<String>,
    /// Until when.
    #[field(ja = "いつまで伝えられないか", en = "Held back until")]
    pub share_until: Option<Date>,
    /// Whether telling that something is held back is itself barred.
    #[field(
        ja = "伝えていないこと自体も言えない",
        en = "Even that it is held back must not be told"
    )]
    pub share_silent: bool,
    /// The requirement that asked for it.
    #[field(ja = "求めた固有の要件", en = "Requirement that asked for it", system)]
    pub asked_by: Option<Ref<super::client_requirement::ClientRequirement>>,
    /// Expected on.
    #[field(ja = "完了の予定日", en = "Expected on", list, system)]
    pub expected_on: Option<Date>,
    /// Why it does not apply.
    #[field(ja = "対象外の理由", en = "Why it does not apply", system, max = 1000)]
    pub why_not: Option<Long>,
    /// Done at.
    #[field(ja = "完了した日時", en = "Done at", system)]
    pub done_at: Option<Time>,
    /// How often it was reopened.
    #[field(ja = "やり直した回数", en = "Times reopened", system)]
    pub reopened: Option<i64>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<ItemState>,
}

fn check(body: &Body) -> Vec<FieldProblem> {
    let held = body.get("share").and_then(Value::as_str) == Some(ShareWith::Nobody.id());
    if held && !body.contains_key("share_reason") {
        let text = Message::new(
            "伝えられない理由を入れてください。",
            "Give the reason for holding it back.",
        );
        return vec![FieldProblem::new("share_reason", "required", text)];
    }
    still_evidenced(body)
}

/// What is done is evidenced, and stays so: no edit takes away what the step asked for (G7-64).
fn still_evidenced(body: &Body) -> Vec<FieldProblem> {
    let is = |field: &str, value: &str| body.get(field).and_then(Value::as_str) == Some(value);
    if !is("state", ItemState::Done.id()) {
        return Vec::new();
    }
    let tests = is("topic", AssuranceTopic::TestResults.id()).then_some("tests");
    ["statement", "evidence"]
        .into_iter()
        .chain(tests)
        .filter(|f| !body.contains_key(*f))
        .map(|f| {
            let text = Message::new(
                "完了には必要です。外すときは、先に「やり直す」を行ってください。",
                "Needed for what is done. Open it again before taking it away.",
            );
            FieldProblem::new(f, "required", text)
        })
        .collect()
}

/// Whether the words of an item are held back on a day (G7-21).
pub fn held_back(item: &Record, now: Time, zone: &Zone) -> bool {
    item.text("share") == ShareWith::Nobody.id()
        && match super::parts::days_until(item.text("share_until"), now, zone) {
            Some(days) => days >= 0,
            None => true,
        }
}

/// Its topic.
pub fn topic(item: &Record) -> Option<AssuranceTopic> {
    AssuranceTopic::from_id(item.text("topic"))
}

/// Whether nothing is left to do: done with evidence, or not applicable with a reason.
pub fn settled(item: &Record) -> bool {
    matches!(item.text("state"), "done" | "not_applicable")
}

/// What the two views still lack (G7-75).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Topics of list A without a settled item, or with an unsettled one.
    pub a: Vec<AssuranceTopic>,
    /// Parts of list B of which something is not settled.
    pub b: Vec<u8>,
}

/// The gaps in both views, from one base.
pub fn gaps<'a>(items: impl IntoIterator<Item = &'a Record>) -> Gaps {
    let items: Vec<&Record> = items.into_iter().filter(|i| !i.ended()).collect();
    let lacks = |t: AssuranceTopic| {
        let mut of = items.iter().filter(|i| topic(i) == Some(t)).peekable();
        of.peek().is_none() || of.any(|i| !settled(i))
    };
    let lacking: Vec<AssuranceTopic> =
        AssuranceTopic::ALL.into_iter().filter(|t| lacks(*t)).collect();
    let b = B_PARTS.iter().map(|(n, _)| *n);
    Gaps {
        b: b.filter(|n| lacking.iter().any(|t| t.b().contains(n))).collect(),
        a: lacking.into_iter().filter(|t| t.a().is_some()).collect(),
    }
}

const POINTS_AT_TESTED: Gate = Gate {
    id: "points_at_tested",
    label: Text::new(
        "試験の結果は、a〜eのどれを確かめたかを示している",
        "Test results point at the items among a to e that they test",
    ),
    mend: Text::new(
        "「この試験が確かめる項目」に、同じ案件のa〜eの項目を選んでください。",
        "Under \"Items that these tests try\", choose items a to e of this case.",
    ),
    inputs: &[Input::Out("tests")],
    holds: |c| {
        if topic(c.me) != Some(AssuranceTopic::TestResults) {
            return true;
        }
        let tested = c.outs("tests");
        !tested.is_empty()
            && tested.iter().all(|t| {
                topic(t).is_some_and(AssuranceTopic::tested)
                    && t.ids("reconnection") == c.me.ids("reconnection")
            })
    },
    meets: &["G7-64"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "open",
    start: OF_CASE,
    transitions: &[
        Transition {
            id: "schedule",
            label: Text::new("予定日を決めて進める", "Set the date and go on"),
            from: &["open", "under_way"],
            to: "under_way",
            asks: &[("expected_on", true)],
            meets: &["G7-64"],
            ..Transition::PLAIN
        },
        Transition {
            id: "finish",
            label: Text::new("証拠がそろった", "Evidenced"),
            from: &["open", "under_way"],
            to: "done",
            stamps: &["done_at"],
            gates: &[POINTS_AT_TESTED],
            meets: &["G7-64"],
            ..Transition::PLAIN
        },
        Transition {
            id: "set_aside",
            label: Text::new("対象外にする", "Not applicable"),
            from: &["open", "under_way"],
            to: "not_applicable",
            asks: &[("why_not", true)],
            meets: &["G7-64"],
            ..Transition::PLAIN
        },
        Transition {
            id: "reopen",
            label: Text::new("やり直す", "Open again"),
            from: &["done", "not_applicable"],
            to: "under_way",
            asks: &[("expected_on", true)],
            counts: &["reopened"],
            fill: Some(|_| body_of([("done_at", Value::Null), ("why_not", Value::Null)])),
            reason: true,
            meets: &["G7-40"],
            ..Transition::PLAIN
        },
    ],
};

const OF: &[Input] = &[Input::In("assurance_item", "reconnection")];

/// The items of a case that is compromised, open and has begun to collect them.
fn collected<'a>(c: &RuleCtx<'a>) -> Option<Vec<&'a Record>> {
    let items: Vec<&Record> = c.incoming("assurance_item", "reconnection").collect();
    let at_work = c.me.text("side") == "compromised" && c.me.text("state") == "open";
    (at_work && !items.is_empty()).then_some(items)
}

/// Whether a control of a kind is in place with evidence.
fn control(items: &[&Record], kind: ControlKind) -> bool {
    items.iter().any(|i| i.text("state") == "done" && i.text("controls") == kind.id())
}

/// Rules of assurance items: the three tests of credible assurance, and both views.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "reconnection.assurance_gaps",
        register: "reconnection",
        label: Text::new("保証の両方の見方がそろっている", "Both views of assurance are complete"),
        why: Text::new(
            "相手組織は、どちらの一覧からも確かめるためです。",
            "Clients check by either list.",
        ),
        mend: Text::new(
            "足りない保証項目を登録し、証拠をそろえるか、対象外の理由を入れてください。",
            "Make the items that lack, and evidence them or say why they do not apply.",
        ),
        severity: Severity::Notice,
        inputs: OF,
        tells: &[],
        check: |c| {
            let Some(items) = collected(c) else { return Verdict::ok() };
            let gaps = gaps(items);
            let mut verdict = Verdict::ok();
            if !gaps.a.is_empty() {
                let list: String = gaps
                    .a
                    .iter()
                    .filter_map(|t| t.a())
                    .map(String::from)
                    .collect::<Vec<_>>()
                    .join(", ");
                verdict = verdict.and(
                    "",
                    format!("一覧Aで足りない項目: {list}"),
                    format!("Lacking in list A: {list}"),
                );
            }
            if !gaps.b.is_empty() {
                let list = gaps.b.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                verdict = verdict.and(
                    "",
                    format!("一覧Bで足りない部分: {list}"),
                    format!("Lacking in list B: {list}"),
                );
            }
            verdict
        },
        meets: &["G7-75"],
    },
    RuleDef {
        id: "reconnection.assurance_controls",
        register: "reconnection",
        label: Text::new(
            "技術的な対策と手続きの対策の両方に証拠がある",
            "Technical and procedural controls are both evidenced",
        ),
        why: Text::new(
            "どちらか一方だけでは、守りは続きません。",
            "Either alone does not keep the defence up.",
        ),
        mend: Text::new(
            "対策の種類を付けた保証項目を、それぞれ証拠とともに完了してください。",
            "Complete an item of each kind of control, with evidence.",
        ),
        severity: Severity::Warning,
        inputs: OF,
        tells: &[],
        check: |c| {
            let Some(items) = collected(c) else { return Verdict::ok() };
            let mut verdict = Verdict::ok();
            for kind in [ControlKind::Technical, ControlKind::Procedural] {
                if !control(&items, kind) {
                    let label = kind.label();
                    verdict = verdict.and(
                        "",
                        format!("{}の証拠がありません。", label.ja),
                        format!("No evidence: {}.", label.en.to_lowercase()),
                    );
                }
            }
            verdict
        },
        meets: &["G7-25"],
    },
    RuleDef {
        id: "reconnection.assurance_cause",
        register: "reconnection",
        label: Text::new(
            "根本原因への手当てに、効き目の証明がある",
            "The root cause is dealt with, with proof of effect",
        ),
        why: Text::new(
            "作業した記録だけでは、同じことが起きないとは言えません。",
            "A record of work does not show that it will not happen again.",
        ),
        mend: Text::new(
            "根本原因の保証項目を、「効き目」を証明する証拠とともに完了してください。",
            "Complete an item on the root cause whose evidence proves the effect.",
        ),
        severity: Severity::Warning,
        inputs: OF,
        tells: &[],
        check: |c| {
            let Some(items) = collected(c) else { return Verdict::ok() };
            let shown = items.iter().any(|i| {
                topic(i) == Some(AssuranceTopic::RootCause)
                    && i.text("state") == "done"
                    && i.text("proves") == ProofKind::Effect.id()
            });
            Verdict::when(
                !shown,
                "",
                Text::new(
                    "根本原因への手当てが効いている証明がありません。",
                    "Nothing proves yet that dealing with the root cause has its effect.",
                ),
            )
        },
        meets: &["G7-26"],
    },
    RuleDef {
        id: "reconnection.assurance_future",
        register: "reconnection",
        label: Text::new(
            "今後のインシデントへの対策がとられている",
            "Measures against a future incident are taken",
        ),
        why: Text::new(
            "つなぎ直した後に同じことが起きると、信頼は戻りません。",
            "If it happens again after reconnecting, confidence does not return.",
        ),
        mend: Text::new(
            "教訓と改善（g）と監視の継続（h）の保証項目を完了してください。",
            "Complete the items on improvements (g) and on ongoing monitoring (h).",
        ),
        severity: Severity::Warning,
        inputs: OF,
        tells: &[],
        check: |c| {
            let Some(items) = collected(c) else { return Verdict::ok() };
            let done = |t| items.iter().any(|i| topic(i) == Some(t) && i.text("state") == "done");
            let both = done(AssuranceTopic::Lessons) && done(AssuranceTopic::Monitoring);
            Verdict::when(
                !both,
                "",
                Text::new(
                    "今後への対策（g・h）の証拠がそろっていません。",
                    "Measures for the future (g, h) are not both evidenced.",
                ),
            )
        },
        meets: &["G7-27"],
    },
];
