//! Reconnection cases (再接続案件): the two sides, the goal, the two tracks (G7-01, G7-03, G7-10,
//! G7-12).

use super::framework::Framework;
use super::phase;
use crate::govern::person::Person;
use crate::improve::improvement::{Improvement, assigned};
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::*;

/// On which side this organisation stands in the case (G7-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CaseSide {
    /// Cut off because of its incident.
    #[choice(ja = "侵害された組織", en = "Compromised organisation", tone = "danger")]
    Compromised,
    /// Decides on connecting again.
    #[choice(ja = "クライアント組織", en = "Client organisation", tone = "caution")]
    Client,
}

/// The three checkable properties of data supplied (G7-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Integrity {
    /// Correct.
    #[choice(ja = "正しい（値が合っている）", en = "Correct")]
    Correct,
    /// Genuine.
    #[choice(ja = "本物（出所が確か）", en = "Genuine")]
    Genuine,
    /// Not wrongly altered.
    #[choice(ja = "不正に変えられていない", en = "Not wrongly altered")]
    Unaltered,
}

/// Which risks the case is about (G7-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum RiskScope {
    /// Technical and cyber risk only.
    #[choice(ja = "技術・サイバーのリスクだけ", en = "Technical and cyber risk only")]
    Cyber,
    /// Business risk and restart as well.
    #[choice(ja = "事業のリスクと業務の再開も含む", en = "Business risk and restart as well")]
    Business,
}

/// Where one of the two tracks stands (G7-12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Track {
    /// Not begun.
    #[choice(ja = "まだ始めていない", en = "Not begun")]
    Waiting,
    /// Under way.
    #[choice(ja = "進行中", en = "Under way", tone = "caution")]
    UnderWay,
    /// Done.
    #[choice(ja = "完了", en = "Done", tone = "good")]
    Done,
}

/// Where the case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CaseState {
    /// Open.
    #[choice(ja = "進行中", en = "Open", tone = "warning")]
    Open,
    /// Closed.
    #[choice(ja = "終了", en = "Closed", tone = "good")]
    Closed,
}

/// A reconnection case.
#[derive(Debug, Clone, Register)]
#[register(
    id = "reconnection",
    wing = Reconnect,
    menu = 1,
    ja = "再接続案件",
    en = "Reconnection case",
    question_ja = "切り離された接続を、どこまで戻しましたか",
    question_en = "How far are the cut links on their way back?",
    about_ja = "データの完全性を疑わせるインシデントで接続が切られたときに開きます。切られた側でも、切った側でも使います。",
    about_en = "Opened when an incident that puts data in doubt has led to links being cut, on either side of the cut.",
    purpose_ja = "評価から復旧までを双方が同じ段階で進め、再接続の根拠を残すために使います。",
    purpose_en = "Both sides go from assessment to recovery by the same phases, and the grounds stay on record.",
    sort = "opened_at",
    sort_down,
    flow = FLOW,
    check = check,
    retention_years = 10,
    meets = ["G7-01", "G7-03", "G7-10"]
)]
pub struct Reconnection {
    /// Number.
    #[field(ja = "番号", en = "Number", list, system, auto_number = "RC")]
    pub number: Option<String>,
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// Our side.
    #[field(ja = "当社の立場", en = "Our side", list)]
    pub side: CaseSide,
    /// The incident, where it is ours.
    #[field(
        ja = "インシデント",
        en = "Incident",
        list,
        access = "case",
        help_ja = "侵害された側では必須です。",
        help_en = "Needed on the compromised side."
    )]
    pub incident: Option<Ref<Incident>>,
    /// The compromised organisation, where we are a client.
    #[field(
        ja = "侵害された組織",
        en = "Compromised organisation",
        list,
        help_ja = "クライアント組織の側では必須です。",
        help_en = "Needed on the client's side."
    )]
    pub counterparty: Option<Ref<Contact>>,
    /// Integrity in doubt.
    #[field(ja = "疑われているデータの完全性", en = "Integrity in doubt")]
    pub integrity: Many<Integrity>,
    /// What happened, in a sentence free of blame.
    #[field(ja = "何が起きたか", en = "What happened", search, max = 2000)]
    pub summary: Option<Long>,
    /// The framework it follows.
    #[field(ja = "従う枠組み", en = "Framework followed", list)]
    pub framework: Option<Ref<Framework>>,
    /// Goal.
    #[field(
        ja = "到達点（どこまで戻し、何を伝えたいか）",
        en = "Goal: what to reach and what to tell others",
        max = 2000
    )]
    pub goal: Long,
    /// Which risks.
    #[field(ja = "対象のリスク", en = "Risks covered", list)]
    pub scope: RiskScope,
    /// The line that stands on everything issued.
    #[field(
        ja = "範囲の一文（出す文書すべてに載ります）",
        en = "Scope line, on everything issued",
        max = 300
    )]
    pub scope_line: String,
    /// The same in English.
    #[field(ja = "範囲の一文（英語）", en = "Scope line in English", max = 300)]
    pub scope_line_en: Option<String>,
    /// Accountable for the whole.
    #[field(ja = "説明責任を持つ人", en = "Accountable person", list)]
    pub accountable: Ref<Person>,
    /// Known.
    #[field(ja = "分かっていること", en = "Known", max = 2000)]
    pub known: Option<Long>,
    /// Not known.
    #[field(ja = "分かっていないこと", en = "Not known", max = 2000)]
    pub unknown: Option<Long>,
    /// Being done.
    #[field(ja = "していること", en = "Being done", max = 2000)]
    pub doing: Option<Long>,
    /// Next update.
    #[field(ja = "次の更新の予定", en = "Next update due", list)]
    pub next_update_at: Option<Time>,
    /// Links the technical response with the rest (G7-94).
    #[field(ja = "技術側の連絡担当", en = "Liaison, technical side")]
    pub technical_liaison: Option<Ref<Person>>,
    /// The same on the operational and strategic side.
    #[field(ja = "業務・戦略側の連絡担当", en = "Liaison, operational side")]
    pub operational_liaison: Option<Ref<Person>>,
    /// Rules that apply to their work together.
    #[field(
        ja = "連携で従う国・業界の決まり",
        en = "Rules of country and sector for working together",
        max = 1000
    )]
    pub liaison_rules: Option<Long>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<CaseState>,
    /// Technical track.
    #[field(ja = "技術面の再接続", en = "Technical re-linking", list, system)]
    pub technical: Option<Track>,
    /// What it rests on.
    #[field(ja = "技術面の完了の根拠", en = "Ground for technical completion", system, max = 1000)]
    pub technical_ground: Option<Long>,
    /// Business track.
    #[field(ja = "業務の再開", en = "Return of business", list, system)]
    pub business: Option<Track>,
    /// What it rests on.
    #[field(ja = "業務の再開の根拠", en = "Ground for return of business", system, max = 1000)]
    pub business_ground: Option<Long>,
    /// Opened at.
    #[field(ja = "開いた日時", en = "Opened at", list, system)]
    pub opened_at: Option<Time>,
    /// Technically done at.
    #[field(ja = "技術面を終えた日時", en = "Technical track done at", system)]
    pub technical_done_at: Option<Time>,
    /// Business restart begun at.
    #[field(ja = "業務の再開を始めた日時", en = "Business restart begun at", system)]
    pub business_begun_at: Option<Time>,
    /// Business done at.
    #[field(ja = "業務の再開を終えた日時", en = "Business track done at", system)]
    pub business_done_at: Option<Time>,
    /// Why there is no lesson.
    #[field(ja = "教訓は無いと判断した理由", en = "Why there is no lesson", system, max = 1000)]
    pub lessons_none: Option<Long>,
    /// Closed at.
    #[field(ja = "終えた日時", en = "Closed at", system)]
    pub closed_at: Option<Time>,
}

/// Each side names the other end: its own incident, or the organisation that has one.
fn check(body: &Body) -> Vec<FieldProblem> {
    let (field, text) = match body.get("side").and_then(Value::as_str) {
        Some("compromised") => (
            "incident",
            Message::new(
                "侵害された側の案件には、インシデントを選んでください。",
                "On the compromised side, choose the incident.",
            ),
        ),
        Some("client") => (
            "counterparty",
            Message::new(
                "クライアント組織の側の案件には、侵害された組織を選んでください。",
                "On the client's side, choose the compromised organisation.",
            ),
        ),
        _ => return Vec::new(),
    };
    if body.contains_key(field) {
        return Vec::new();
    }
    vec![FieldProblem::new(field, "required", text)]
}

const LINKS_SETTLED: Gate = Gate {
    id: "links_settled",
    label: Text::new(
        "すべての接続が、再接続済みか「再接続しない」に決まっている",
        "Every link is reconnected or declined",
    ),
    mend: Text::new(
        "残っている接続を進めるか、再接続しないと決めてください。",
        "Take the open links on, or decide not to reconnect them.",
    ),
    inputs: &[Input::In("link", "reconnection")],
    holds: |c| {
        let mut links = c.incoming("link", "reconnection").peekable();
        links.peek().is_some() && !links.any(super::link::away)
    },
    meets: &["G7-12"],
};

const BOTH_DONE: Gate = Gate {
    id: "both_done",
    label: Text::new("技術面と業務の両方が終わっている", "Both tracks are done"),
    mend: Text::new(
        "技術面の再接続と業務の再開を、それぞれ終えてください。",
        "End the technical re-linking and the return of business, each by itself.",
    ),
    inputs: &[],
    holds: |c| ["technical", "business"].iter().all(|t| c.me.text(t) == Track::Done.id()),
    meets: &["G7-12"],
};

const LESSONS: Gate = Gate {
    id: "lessons_settled",
    label: Text::new(
        "教訓がすべて担当に渡されたか、「無い」と判断されている",
        "Every lesson is assigned, or it was judged that there is none",
    ),
    mend: Text::new(
        "教訓を改善に登録し、担当・期限・確認方法を決めてください。無ければ、その理由を入れてください。",
        "Enter lessons as improvements with owner, date and way of confirming; or say why there is none.",
    ),
    inputs: &[
        Input::In("improvement", "reconnection"),
        Input::Beside("incident", "improvement", "incident"),
    ],
    holds: |c| {
        let own = c.incoming(Improvement::ID, "reconnection");
        let mut lessons = own.chain(c.beside("incident", Improvement::ID, "incident")).peekable();
        match lessons.peek() {
            None => c.me.body.contains_key("lessons_none"),
            Some(_) => lessons.all(assigned),
        }
    },
    meets: &["G7-35"],
};

fn set(field: &str, track: Track) -> Body {
    [(field.to_owned(), track.id().into())].into_iter().collect()
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "open",
    start: Start {
        stamps: &["opened_at"],
        fill: Some(|_| {
            let mut out = set("technical", Track::UnderWay);
            out.extend(set("business", Track::Waiting));
            out
        }),
        follows: &[
            Follow {
                label: Text::new("五つの段階を開く", "Opens the five phases"),
                inputs: &[],
                open: |c| phase::open(c, "new", None),
                meets: &["G7-37"],
            },
            super::commitment::DUTIES,
        ],
        ..Start::PLAIN
    },
    transitions: &[
        Transition {
            id: "technical_done",
            label: Text::new("技術面の再接続を終える", "End the technical re-linking"),
            from: &["open"],
            to: "open",
            asks: &[("technical_ground", true)],
            stamps: &["technical_done_at"],
            fill: Some(|_| set("technical", Track::Done)),
            gates: &[LINKS_SETTLED],
            who: super::link::DECIDERS,
            meets: &["G7-12"],
            ..Transition::PLAIN
        },
        Transition {
            id: "begin_business",
            label: Text::new("業務の再開を始める", "Begin the return of business"),
            from: &["open"],
            to: "open",
            stamps: &["business_begun_at"],
            fill: Some(|_| set("business", Track::UnderWay)),
            who: super::link::DECIDERS,
            meets: &["G7-12"],
            ..Transition::PLAIN
        },
        Transition {
            id: "business_done",
            label: Text::new("業務の再開を終える", "End the return of business"),
            from: &["open"],
            to: "open",
            asks: &[("business_ground", true)],
            stamps: &["business_done_at"],
            fill: Some(|_| set("business", Track::Done)),
            who: super::link::DECIDERS,
            meets: &["G7-12"],
            ..Transition::PLAIN
        },
        Transition {
            id: "close",
            label: Text::new("案件を終える", "Close the case"),
            from: &["open"],
            to: "closed",
            asks: &[("lessons_none", false)],
            stamps: &["closed_at"],
            reason: true,
            gates: &[BOTH_DONE, LESSONS],
            who: super::link::DECIDERS,
            ..Transition::PLAIN
        },
    ],
};
