//! Rhythms of updates (定期連絡): who hears of the case, by which ways and how often in each phase
//! (G7-83, 85, 87).

use super::entry::{self, EntryState, stands};
use super::framework::PhaseKind;
use super::framework_flow::cell;
use super::parts::of_case;
use super::reconnection::Reconnection;
use super::sector_group::SectorGroup;
use super::status_update::{self, StatusUpdate};
use crate::govern::person::Person;
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::respond::message::{Audience, Channel};
use crate::*;

/// Who is kept informed (G7-83, 85, 88 to 91).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Choice)]
pub enum UpdateAudience {
    /// The other side of the cut.
    #[choice(ja = "相手組織（クライアント組織など）", en = "Clients, or the other side")]
    Clients,
    /// The group of the sector that coordinates.
    #[choice(ja = "業界の対応グループ", en = "Sector response group")]
    SectorGroup,
    /// The national cyber agency.
    #[choice(ja = "サイバーセキュリティ担当機関", en = "National cyber agency")]
    Agency,
    /// Financial authorities and regulators.
    #[choice(ja = "金融当局・監督官庁", en = "Authorities and regulators")]
    Regulators,
    /// Law enforcement.
    #[choice(ja = "警察などの法執行機関", en = "Law enforcement")]
    Police,
    /// Partners upstream and downstream.
    #[choice(ja = "サプライチェーンの取引先", en = "Partners in the supply chain")]
    SupplyChain,
}

impl UpdateAudience {
    /// The audience of the message that carries an update there.
    pub const fn message(self) -> Audience {
        match self {
            UpdateAudience::Clients => Audience::Customers,
            UpdateAudience::SectorGroup | UpdateAudience::SupplyChain => Audience::Partners,
            UpdateAudience::Agency => Audience::SecurityBody,
            UpdateAudience::Regulators => Audience::Authority,
            UpdateAudience::Police => Audience::Police,
        }
    }
}

/// One statement for many, or with one party alone (G7-45).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum UpdateMode {
    /// One statement for many.
    #[choice(ja = "多対一（同じ内容を多くの相手へ）", en = "Many-to-one: one statement for many")]
    Shared,
    /// With one party.
    #[choice(ja = "二者間（一つの相手とだけ）", en = "Bilateral: one party alone")]
    Bilateral,
}

/// The three kinds of channel (G7-87).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Choice)]
pub enum WayKind {
    /// Information sharing, such as an ISAC.
    #[choice(ja = "情報共有の経路（ISACなど）", en = "Information-sharing channel")]
    Sharing,
    /// Directly with each party.
    #[choice(ja = "個別の連絡", en = "Bilateral contact")]
    Direct,
    /// A place where many coordinate.
    #[choice(ja = "調整の場（共同の対策本部・共有基盤など）", en = "Coordination platform")]
    Platform,
}

/// All three.
pub const WAYS: [WayKind; 3] = [WayKind::Sharing, WayKind::Direct, WayKind::Platform];

/// One recipient and how it is reached.
#[derive(Debug, Clone, Rows)]
pub struct Way {
    /// Kind of channel.
    #[field(ja = "経路の種類", en = "Kind of channel")]
    pub kind: WayKind,
    /// Whom.
    #[field(ja = "届ける相手", en = "Recipient")]
    pub contact: Ref<Contact>,
    /// Means.
    #[field(ja = "手段", en = "Means")]
    pub means: Channel,
}

/// How often in one phase.
#[derive(Debug, Clone, Rows)]
pub struct PhaseRhythm {
    /// Phase.
    #[field(ja = "段階", en = "Phase")]
    pub phase: PhaseKind,
    /// Interval; the case sets it, no source does.
    #[field(ja = "間隔", en = "Interval")]
    pub every: Minutes,
}

/// A rhythm.
#[derive(Debug, Clone, Register)]
#[register(
    id = "update_rhythm",
    wing = Reconnect,
    menu = 31,
    ja = "定期連絡",
    en = "Rhythm of updates",
    question_ja = "だれに、どの間隔で、どの経路で状況を知らせますか",
    question_en = "Who is told how things stand, how often and by which ways?",
    about_ja = "案件ごとに、知らせる相手と段階ごとの間隔を決めます。段階が始まると次の更新が予定に入り、出さないまま期限を過ぎると遅れとして見えます。",
    about_en = "Audience and interval in each phase, set by the case. A phase that begins plans the next update; one that is missed shows as late.",
    purpose_ja = "相手を待たせず、どの相手にも同じ内容を伝えるために使います。",
    purpose_en = "So that nobody waits in the dark, and everybody is told the same.",
    sort = "title",
    flow = FLOW,
    opens = &[PLAN_OPEN_PHASES],
    check = check,
    retention_years = 10,
    meets = ["G7-83"]
)]
pub struct UpdateRhythm {
    /// Title.
    #[field(ja = "名称", en = "Name", title, list, search, max = 120)]
    pub title: String,
    /// In English.
    #[field(ja = "名称（英語）", en = "Name in English", max = 120)]
    pub title_en: Option<String>,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Audiences: one update serves all of them (G7-85).
    #[field(ja = "知らせる相手の種類", en = "Audiences", list)]
    pub audiences: Many<UpdateAudience>,
    /// Mode.
    #[field(ja = "知らせ方", en = "Mode", list)]
    pub mode: UpdateMode,
    /// The one party, where bilateral.
    #[field(
        ja = "相手（二者間のとき）",
        en = "Party, where bilateral",
        help_ja = "この相手の接続の状況も載ります。ほかの相手には出ません。",
        help_en = "The update also tells of this party's links. Nobody else gets it."
    )]
    pub client: Option<Ref<Contact>>,
    /// The group that it goes through.
    #[field(ja = "通す業界の対応グループ", en = "Through the sector group")]
    pub group: Option<Ref<SectorGroup>>,
    /// Recipients.
    #[field(ja = "届け先と経路", en = "Recipients and ways")]
    pub ways: Table<Way>,
    /// Interval in each phase.
    #[field(ja = "段階ごとの間隔", en = "Interval in each phase")]
    pub phases: Table<PhaseRhythm>,
    /// Who sees to it.
    #[field(ja = "担当", en = "Owner", list)]
    pub owner: Ref<Person>,
    /// Whom readers turn to.
    #[field(ja = "読む人の問い合わせ先", en = "Contact for readers", max = 300)]
    pub contact: String,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<EntryState>,
}

fn check(body: &Body) -> Vec<FieldProblem> {
    let mut out = Vec::new();
    let has = |f: &str| body.contains_key(f);
    let text = |f: &str| body.get(f).and_then(Value::as_str).unwrap_or_default();
    let audiences = body.get("audiences").and_then(Value::as_array);
    let to_group = audiences.is_some_and(|a| a.iter().any(|v| v == "sector_group"));
    if audiences.is_none_or(Vec::is_empty) {
        let text = Message::new("相手の種類を一つ以上選んでください。", "Choose an audience.");
        out.push(FieldProblem::new("audiences", "required", text));
    }
    if text("mode") == UpdateMode::Bilateral.id() && !has("client") {
        let text = Message::new("二者間の相手を選んでください。", "Choose the one party.");
        out.push(FieldProblem::new("client", "required", text));
    }
    if text("mode") == UpdateMode::Shared.id() && has("client") {
        let text = Message::new(
            "多対一では、一つの相手を選びません。",
            "One statement for many names no single party.",
        );
        out.push(FieldProblem::new("client", "wrong_value", text));
    }
    if to_group && !has("group") {
        let text = Message::new("業界の対応グループを選んでください。", "Choose the sector group.");
        out.push(FieldProblem::new("group", "required", text));
    }
    if text("mode") == UpdateMode::Bilateral.id() && has("client") {
        let rows = body.get("ways").and_then(Value::as_array).into_iter().flatten();
        let other = rows.filter_map(Value::as_object).any(|w| {
            cell(w, "kind") != WayKind::Direct.id() || cell(w, "contact") != text("client")
        });
        if other {
            let text = Message::new(
                "二者間の内容は、その相手へ個別に届けるだけにしてください。",
                "What is bilateral goes to that party directly and to nobody else.",
            );
            out.push(FieldProblem::new("ways", "wrong_value", text));
        }
    }
    out
}

/// The interval that a rhythm sets for a phase, in minutes; `None` where it sets none.
pub fn every(rhythm: &Record, phase: &str) -> Option<i64> {
    let row = rhythm.rows("phases").find(|r| cell(r, "phase") == phase)?;
    row.get("every").and_then(Value::as_i64).filter(|m| *m > 0)
}

/// Whether a rhythm runs: it stands and has not ended.
pub fn runs(rhythm: &Record) -> bool {
    stands(rhythm)
}

/// A rhythm that is made, or gets a further phase, plans the update of each phase that is open.
const PLAN_OPEN_PHASES: Follow = Follow {
    label: Text::new(
        "進行中の段階の更新を予定に入れます",
        "Plans the update of each phase that is open",
    ),
    inputs: &[
        Input::Out("reconnection"),
        Input::Beside("reconnection", "reconnect_phase", "reconnection"),
        Input::In("status_update", "rhythm"),
    ],
    open: |c| {
        if !runs(c.me) {
            return Vec::new();
        }
        let planned: Vec<&Record> = c.incoming(StatusUpdate::ID, "rhythm").collect();
        c.beside("reconnection", "reconnect_phase", "reconnection")
            .filter(|p| p.text("state") == "open" && p.text("part").is_empty())
            .filter(|p| !planned.iter().any(|u| u.text("phase") == p.id.as_str()))
            .filter_map(|p| status_update::plan(c.me, p, 1, c.now))
            .collect()
    },
    meets: &["G7-83"],
};

const FLOW: Workflow = Workflow {
    start: Start { inputs: &[Input::Out("reconnection")], fill: Some(of_case), ..Start::PLAIN },
    ..entry::FLOW
};

/// Rules of rhythms.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "update_rhythm.ways",
        register: "update_rhythm",
        label: Text::new(
            "三種類の経路で届く（二者間は個別だけ）",
            "It reaches people over three kinds of channel; bilateral ones directly",
        ),
        why: Text::new(
            "一つの経路だけでは、止まったときや相手が見ていないときに届きません。",
            "A single channel fails when it is down or nobody looks.",
        ),
        mend: Text::new(
            "情報共有の経路・個別の連絡・調整の場のうち、足りない届け先を足してください。",
            "Add recipients for the kinds that lack: sharing, direct, platform.",
        ),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            if !runs(c.me) {
                return Verdict::ok();
            }
            let bilateral = c.me.text("mode") == UpdateMode::Bilateral.id();
            WAYS.iter()
                .filter(|k| !bilateral || **k == WayKind::Direct)
                .filter(|k| !c.me.rows("ways").any(|w| cell(w, "kind") == k.id()))
                .fold(Verdict::ok(), |v, k| {
                    let l = k.label();
                    v.and(
                        "ways",
                        format!("「{}」の届け先がありません。", l.ja),
                        format!("No recipient by \"{}\".", l.en),
                    )
                })
        },
        meets: &["G7-87"],
    },
    RuleDef {
        id: "reconnect_phase.rhythm",
        register: "reconnect_phase",
        label: Text::new(
            "進行中の段階に、相手へ知らせる間隔が決まっている",
            "An open phase has a rhythm in which others are told",
        ),
        why: Text::new(
            "知らせが途切れると、相手は判断できず不安になります。",
            "Where updates stop, the other side cannot decide.",
        ),
        mend: Text::new(
            "定期連絡に、この段階の間隔を入れてください。",
            "Give the interval of this phase in a rhythm of updates.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::Beside("reconnection", "update_rhythm", "reconnection")],
        tells: &[],
        check: |c| {
            let open = c.me.text("state") == "open" && c.me.text("part").is_empty();
            let kind = c.me.text("kind");
            let set = c
                .beside("reconnection", "update_rhythm", "reconnection")
                .any(|r| runs(r) && every(r, kind).is_some());
            Verdict::when(
                open && !set,
                "next_update_at",
                Text::new(
                    "この段階の状況を知らせる間隔が、どの相手にも決まっていません。",
                    "No audience has an interval for updates in this phase.",
                ),
            )
        },
        meets: &["G7-83"],
    },
    RuleDef {
        id: "update_rhythm.downstream",
        register: "update_rhythm",
        label: Text::new(
            "届け先の先の取引先にも知らせが及ぶ",
            "Partners further downstream are reached too",
        ),
        why: Text::new(
            "止まっていることを知らないまま、その先の取引先に影響が広がるためです。",
            "Without word of the disruption it spreads to those further downstream.",
        ),
        mend: Text::new(
            "その先の取引先を届け先に足してください。",
            "Add the downstream partners to the recipients.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::All("contact")],
        tells: &[],
        check: downstream,
        meets: &["G7-91"],
    },
];

/// Those whom the recipients of a supply-chain rhythm pass things on to, and who are no recipients.
fn downstream(c: &RuleCtx<'_>) -> Verdict {
    if !runs(c.me) || !c.me.ids("audiences").contains(&UpdateAudience::SupplyChain.id()) {
        return Verdict::ok();
    }
    let told: Vec<&str> = c.me.rows("ways").map(|w| cell(w, "contact")).collect();
    let mut missing: Vec<&Record> = Vec::new();
    for contact in c.all("contact").filter(|k| told.contains(&k.id.as_str())) {
        for next in contact.ids("downstream") {
            let found = c.all("contact").find(|k| k.id.as_str() == next);
            if let Some(found) = found.filter(|f| !told.contains(&f.id.as_str()))
                && !missing.iter().any(|m| m.id == found.id)
            {
                missing.push(found);
            }
        }
    }
    missing.iter().fold(Verdict::ok(), |v, m| {
        let name = m.text("name");
        v.and(
            "ways",
            format!("その先の取引先「{name}」が届け先にありません。"),
            format!("The downstream partner {name} is not among the recipients."),
        )
    })
}
