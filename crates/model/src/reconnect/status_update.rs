//! Updates of a case (フェーズごとの更新): planned by a rhythm, put together from the case, approved,
//! issued as one frozen text (G7-83 to G7-92).

use super::attestation::Attestation;
use super::framework::PhaseKind;
use super::parts::body_of;
use super::phase::Phase;
use super::reconnection::Reconnection;
use super::status_update_flow::FLOW;
use super::told::Told;
use super::update_rhythm::{UpdateRhythm, every};
use crate::govern::person::Person;
use crate::prepare::contact::Contact;
use crate::respond::evidence::Evidence;
use crate::respond::incident::Incident;
use crate::*;

/// Where an update stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum UpdateState {
    /// Planned.
    #[choice(ja = "予定", en = "Planned", tone = "caution")]
    Planned,
    /// Put together.
    #[choice(ja = "まとめた（未発行）", en = "Put together, not issued", tone = "warning")]
    Prepared,
    /// Issued.
    #[choice(ja = "発行済み", en = "Issued", tone = "good")]
    Issued,
    /// Left out.
    #[choice(ja = "出さないと決めた", en = "Left out")]
    Skipped,
}

/// A request to those who read it.
#[derive(Debug, Clone, Rows)]
pub struct Ask {
    /// What.
    #[field(ja = "お願いすること", en = "Request", max = 300)]
    pub what: String,
    /// In English.
    #[field(ja = "英語", en = "In English", max = 300)]
    pub what_en: Option<String>,
    /// By when.
    #[field(ja = "いつまでに", en = "By")]
    pub by_on: Option<Date>,
}

/// An update.
#[derive(Debug, Clone, Register)]
#[register(
    id = "status_update",
    wing = Reconnect,
    menu = 30,
    ja = "状況の更新",
    en = "Status update",
    question_ja = "次の更新はいつ、だれに出しますか",
    question_en = "When is the next update due, and for whom?",
    about_ja = "段階ごとの状況を、案件の記録からまとめて知らせます。段階が始まると次の更新が予定に入ります。発行した内容は固定され、どの経路にも同じ版が届きます。",
    about_en = "How a phase stands, put together from the case. A phase that begins plans the next one. What is issued is frozen, and the same version goes by every way.",
    purpose_ja = "だれに何をいつ知らせたかを、どの相手にも同じ内容で示すために使います。",
    purpose_en = "Shows what was told to whom and when, the same to everybody.",
    sort = "due_at",
    sort_down,
    flow = FLOW,
    check = check,
    retention_years = 10,
    meets = ["G7-86"]
)]
pub struct StatusUpdate {
    /// Number.
    #[field(ja = "番号", en = "Number", list, system, auto_number = "SU")]
    pub number: Option<String>,
    /// Title.
    #[field(ja = "名称", en = "Name", title, list, search, max = 200)]
    pub title: String,
    /// In English.
    #[field(ja = "名称（英語）", en = "Name in English", max = 200)]
    pub title_en: Option<String>,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Rhythm that it belongs to.
    #[field(ja = "定期連絡", en = "Rhythm", list)]
    pub rhythm: Ref<UpdateRhythm>,
    /// Phase that it tells of.
    #[field(ja = "段階", en = "Phase", list)]
    pub phase: Ref<Phase>,
    /// Which one in this phase.
    #[field(ja = "第何回", en = "Which one", system)]
    pub round: Option<i64>,
    /// Planned at.
    #[field(ja = "予定に入れた日時", en = "Planned at", system)]
    pub planned_at: Option<Time>,
    /// Due after.
    #[field(ja = "予定に入れてから出すまで", en = "Due after", system)]
    pub due_within: Option<Minutes>,
    /// Due at.
    #[field(ja = "出す期限", en = "Due", list, system)]
    pub due_at: Option<Time>,
    /// In words.
    #[field(
        ja = "いまの状況（文章）",
        en = "How things stand, in words",
        max = 4000,
        help_ja = "段階・基準・変化・見込みの日は、案件の記録から載ります。ここには補いだけを書きます。一つの相手の事情は書きません。",
        help_en = "Phase, criteria, changes and dates come from the case. Add only what they do not say; nothing of one party alone."
    )]
    pub words: Option<Long>,
    /// The same in English.
    #[field(ja = "いまの状況（英語）", en = "The same in English", max = 4000)]
    pub words_en: Option<Long>,
    /// Requests.
    #[field(ja = "お願いすること", en = "Requests")]
    pub requests: Table<Ask>,
    /// Assurance that can be given.
    #[field(ja = "添える認証書", en = "Attestation given with it")]
    pub attestation: Option<Ref<Attestation>>,
    /// Evidence handed over with it.
    #[field(
        ja = "渡した証拠（警察など）",
        en = "Evidence handed over with it",
        help_ja = "受け渡しを証拠の記録に残してから発行します。",
        help_en = "Record each hand-over at the evidence before issuing."
    )]
    pub evidence: Vec<Ref<Evidence>>,
    /// Written by.
    #[field(ja = "まとめた人", en = "Put together by")]
    pub writer: Option<Ref<Person>>,
    /// The content.
    #[field(ja = "内容（固定）", en = "Content, frozen", system, max = 100_000)]
    pub content: Option<Long>,
    /// Its digest.
    #[field(
        ja = "内容の照合値（SHA-256）",
        en = "Digest of the content (SHA-256)",
        system,
        max = 64
    )]
    pub digest: Option<String>,
    /// Prepared at.
    #[field(ja = "まとめた日時", en = "Put together at", system)]
    pub prepared_at: Option<Time>,
    /// Approved by.
    #[field(ja = "承認した人", en = "Approved by", system)]
    pub approved_by: Option<Ref<Person>>,
    /// Issued at.
    #[field(ja = "発行した日時", en = "Issued at", list, system)]
    pub issued_at: Option<Time>,
    /// Digest of what was typed, as issued.
    #[field(ja = "発行した文面の照合値", en = "Digest of the words as issued", system, max = 64)]
    pub as_issued: Option<String>,
    /// Why it is left out.
    #[field(ja = "出さない理由", en = "Why it is left out", system, max = 500)]
    pub skipped_why: Option<String>,
    /// Issued or left out at.
    #[field(ja = "済んだ日時", en = "Settled at", system)]
    pub settled_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<UpdateState>,
}

/// SHA-256 in hex of what was typed into an update, as it stands.
pub fn typed(body: &Body) -> String {
    let fields = ["words", "words_en", "requests", "attestation", "evidence", "rhythm", "phase"];
    let values: Vec<String> =
        fields.iter().map(|f| body.get(*f).map(ToString::to_string).unwrap_or_default()).collect();
    Told::digest(&values.join("\n"))
}

/// What was issued stands: its words are not edited afterwards.
fn check(body: &Body) -> Vec<FieldProblem> {
    let text = |f: &str| body.get(f).and_then(Value::as_str).unwrap_or_default();
    if text("as_issued").is_empty() || text("as_issued") == typed(body) {
        return Vec::new();
    }
    let text = Message::new(
        "発行した更新は書き換えられません。次の更新で訂正してください。",
        "What was issued is not rewritten. Correct it in the next update.",
    );
    vec![FieldProblem::new("words", "wrong_value", text)]
}

/// Whether an update waits to be issued.
pub fn due(update: &Record) -> bool {
    !update.ended() && matches!(update.text("state"), "planned" | "prepared")
}

/// Whether its time has passed without it.
pub fn missed(update: &Record, now: Time) -> bool {
    due(update) && update.time("due_at").is_some_and(|t| now > t)
}

/// The next update of a rhythm in a phase; `None` where the rhythm sets no interval for it.
pub fn plan(rhythm: &Record, phase: &Record, round: i64, now: Time) -> Option<NewRecord> {
    let minutes = every(rhythm, phase.text("kind"))?;
    let kind = PhaseKind::from_id(phase.text("kind"))?.label();
    let name = |lang: Lang| {
        let of = rhythm.own_title(lang);
        let text = match lang {
            Lang::Ja => format!("{of}（{} 第{round}回）", kind.ja),
            Lang::En => format!("{of} ({}, {round})", kind.en),
        };
        Value::from(text.chars().take(200).collect::<String>())
    };
    let mut body = body_of([
        ("title", name(Lang::Ja)),
        ("title_en", name(Lang::En)),
        ("reconnection", rhythm.text("reconnection").into()),
        ("rhythm", rhythm.id.as_str().into()),
        ("phase", phase.id.as_str().into()),
        ("round", round.into()),
        ("planned_at", now.millis().into()),
        ("due_within", minutes.into()),
        ("due_at", now.plus(minutes * MINUTE).millis().into()),
    ]);
    body.extend(rhythm.body.get("incident").map(|i| ("incident".to_owned(), i.clone())));
    Some(NewRecord { register: StatusUpdate::ID, body, link_back: None })
}

/// The updates that a phase plans when it is opened: one for each rhythm that tells of it and has
/// none under way.
pub fn plan_phase(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    if !c.me.text("part").is_empty() {
        return Vec::new();
    }
    let under_way: Vec<&Record> = c
        .beside("reconnection", StatusUpdate::ID, "reconnection")
        .filter(|u| due(u) && u.text("phase") == c.me.id.as_str())
        .collect();
    c.beside("reconnection", UpdateRhythm::ID, "reconnection")
        .filter(|r| super::update_rhythm::runs(r))
        .filter(|r| !under_way.iter().any(|u| u.text("rhythm") == r.id.as_str()))
        .filter_map(|r| plan(r, c.me, 1, c.now))
        .collect()
}

/// Opened with a phase.
pub const PLANNED: Follow = Follow {
    label: Text::new("この段階の更新を予定に入れます", "Plans the updates of this phase"),
    inputs: &[
        Input::Beside("reconnection", "update_rhythm", "reconnection"),
        Input::Beside("reconnection", "status_update", "reconnection"),
    ],
    open: plan_phase,
    meets: &["G7-83", "G7-85"],
};

/// The newest update that was issued in a rhythm, another than this one.
pub fn before<'a>(
    updates: impl IntoIterator<Item = &'a Record>,
    rhythm: &str,
    me: &RecordId,
) -> Option<&'a Record> {
    updates
        .into_iter()
        .filter(|u| u.text("rhythm") == rhythm && u.id != *me && u.text("state") == "issued")
        .max_by_key(|u| (u.time("issued_at"), u.leaf))
}

/// The content as it was frozen; `None` before that.
pub fn frozen(update: &Record) -> Option<Told> {
    Told::parse(update.text("content"))
}

/// Contacts that a rhythm reaches.
pub fn recipients(rhythm: &Record) -> Vec<RecordId> {
    let mut out: Vec<RecordId> = Vec::new();
    for row in rhythm.rows("ways") {
        let id = RecordId::new(super::framework_flow::cell(row, "contact"));
        if !out.contains(&id) {
            out.push(id);
        }
    }
    out
}

/// The name of a contact among those handed in.
pub fn name_of<'a>(contacts: &[&'a Record], id: &RecordId) -> Option<&'a str> {
    contacts.iter().find(|c| c.def.id == Contact::ID && c.id == *id).map(|c| c.text("name"))
}
