//! Frameworks (再接続枠組み): phases, gateways, thresholds, roles and rules as data (G7-05).

use super::assessor::Assessor;
use super::reconnection::RiskScope;
use crate::govern::person::Person;
use crate::prepare::contact::Contact;
use crate::*;

/// For whom a framework speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum FrameworkLevel {
    /// One institution.
    #[choice(ja = "自社", en = "Institution")]
    Institution,
    /// A sector.
    #[choice(ja = "業界", en = "Sector")]
    Sector,
    /// A market.
    #[choice(ja = "市場", en = "Market")]
    Market,
    /// A country.
    #[choice(ja = "国", en = "Country")]
    Country,
}

/// How deep it goes (G7-07).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Profile {
    /// For a firm with nothing of its own.
    #[choice(ja = "軽量（自前の枠組みがない組織向け）", en = "Light: nothing of its own yet")]
    Light,
    /// All parts.
    #[choice(ja = "全体", en = "Whole")]
    Whole,
    /// Beside a framework that is already there.
    #[choice(ja = "追加（すでに枠組みがある組織向け）", en = "Add-on: beside one that it runs")]
    AddOn,
}

/// The four core phases and the one that follows them (G7-37).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Choice)]
pub enum PhaseKind {
    /// Assessment.
    #[choice(ja = "評価", en = "Assessment")]
    Assessment,
    /// Remediation.
    #[choice(ja = "修復", en = "Remediation")]
    Remediation,
    /// Assurance.
    #[choice(ja = "保証", en = "Assurance")]
    Assurance,
    /// Reconnection.
    #[choice(ja = "再接続", en = "Reconnection")]
    Reconnection,
    /// Recovery: business restart, outside the technical reconnection.
    #[choice(ja = "復旧", en = "Recovery")]
    Recovery,
}

impl PhaseKind {
    /// All five in their order.
    pub const ALL: [PhaseKind; 5] = [
        PhaseKind::Assessment,
        PhaseKind::Remediation,
        PhaseKind::Assurance,
        PhaseKind::Reconnection,
        PhaseKind::Recovery,
    ];

    /// Whether it belongs to the technical reconnection.
    pub const fn core(self) -> bool {
        !matches!(self, PhaseKind::Recovery)
    }

    /// The phase before.
    pub fn before(self) -> Option<PhaseKind> {
        let at = Self::ALL.iter().position(|k| *k == self)?;
        Self::ALL.get(at.checked_sub(1)?).copied()
    }
}

/// Where a framework stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum FrameworkState {
    /// Draft.
    #[choice(ja = "案", en = "Draft", tone = "caution")]
    Draft,
    /// Approved.
    #[choice(ja = "承認済み", en = "Approved", tone = "good")]
    Approved,
    /// No longer used.
    #[choice(ja = "廃止", en = "Retired")]
    Retired,
}

/// A term, and what another framework calls it.
#[derive(Debug, Clone, Rows)]
pub struct Term {
    /// Term.
    #[field(ja = "用語", en = "Term", max = 80)]
    pub term: String,
    /// In English.
    #[field(ja = "用語（英語）", en = "Term in English", max = 80)]
    pub term_en: String,
    /// Meaning.
    #[field(ja = "意味", en = "Meaning", max = 400)]
    pub meaning: String,
    /// Elsewhere.
    #[field(ja = "比べる枠組みでの呼び方", en = "Called in the framework compared", max = 80)]
    pub elsewhere: Option<String>,
}

/// What level is expected in a phase (G7-13).
#[derive(Debug, Clone, Rows)]
pub struct Guide {
    /// Phase.
    #[field(ja = "段階", en = "Phase")]
    pub phase: PhaseKind,
    /// How the impact is judged.
    #[field(ja = "影響の判断に求める水準", en = "How the impact is judged", max = 600)]
    pub impact: String,
    /// How repair is carried out.
    #[field(ja = "修復の進め方に求める水準", en = "How repair is carried out", max = 600)]
    pub repair: String,
    /// How confidence is won.
    #[field(ja = "市場の信頼を得る方法", en = "How confidence is won", max = 600)]
    pub confidence: String,
    /// What of it the client needs.
    #[field(
        ja = "クライアント組織の判断に要るもの",
        en = "What the client needs of it",
        max = 600
    )]
    pub client: String,
}

/// What must hold when a phase is entered (G7-41).
#[derive(Debug, Clone, Rows)]
pub struct Precondition {
    /// Key.
    #[field(ja = "記号", en = "Key", max = 40)]
    pub key: String,
    /// Phase.
    #[field(ja = "段階", en = "Phase")]
    pub phase: PhaseKind,
    /// What.
    #[field(ja = "始める前に要ること", en = "What must hold at entry", max = 400)]
    pub text: String,
    /// In English.
    #[field(ja = "英語", en = "In English", max = 400)]
    pub text_en: Option<String>,
}

/// A criterion of a gateway with its threshold (G7-42, G7-44).
#[derive(Debug, Clone, Rows)]
pub struct Criterion {
    /// Key.
    #[field(ja = "記号", en = "Key", max = 40)]
    pub key: String,
    /// Phase.
    #[field(ja = "段階", en = "Phase")]
    pub phase: PhaseKind,
    /// What.
    #[field(ja = "関門の基準", en = "Criterion", max = 400)]
    pub text: String,
    /// In English.
    #[field(ja = "英語", en = "In English", max = 400)]
    pub text_en: Option<String>,
    /// Measure.
    #[field(ja = "測るもの", en = "Measure", max = 200)]
    pub measure: String,
    /// Value needed.
    #[field(ja = "必要な値", en = "Value needed", max = 120)]
    pub needed: String,
}

/// Who does what.
#[derive(Debug, Clone, Rows)]
pub struct Duty {
    /// Role.
    #[field(ja = "役割", en = "Role", max = 120)]
    pub role: String,
    /// Duty.
    #[field(ja = "担うこと", en = "Duty", max = 400)]
    pub duty: String,
}

/// How often whom is told.
#[derive(Debug, Clone, Rows)]
pub struct Telling {
    /// Phase.
    #[field(ja = "段階", en = "Phase")]
    pub phase: PhaseKind,
    /// Audience.
    #[field(ja = "知らせる相手", en = "Audience", max = 120)]
    pub audience: String,
    /// Rhythm.
    #[field(ja = "間隔", en = "Rhythm", max = 80)]
    pub rhythm: String,
}

/// When the sector helps, and how (G7-14).
#[derive(Debug, Clone, Rows)]
pub struct SectorHelp {
    /// Situation.
    #[field(ja = "どんなとき", en = "In which situation", max = 300)]
    pub situation: String,
    /// With its main stakeholders.
    #[field(ja = "主な関係者との協力", en = "Between it and its main stakeholders", max = 300)]
    pub stakeholders: String,
    /// Among all others affected.
    #[field(ja = "影響を受けた他の組織どうしの共有", en = "Among all others affected", max = 300)]
    pub others: String,
}

/// A person who may sign.
#[derive(Debug, Clone, Rows)]
pub struct Signatory {
    /// Who.
    #[field(ja = "署名する人", en = "Signatory")]
    pub person: Ref<Person>,
    /// Responsible for what.
    #[field(ja = "責任の範囲", en = "Responsible for", max = 200)]
    pub duty: String,
}

/// A part that is switched off (G7-07).
#[derive(Debug, Clone, Rows)]
pub struct Off {
    /// Key.
    #[field(ja = "使わない基準・前提の記号", en = "Key switched off", max = 40)]
    pub key: String,
    /// Who.
    #[field(ja = "決めた人", en = "Decided by")]
    pub by: Ref<Person>,
    /// When.
    #[field(ja = "決めた日", en = "Decided on")]
    pub on: Date,
    /// Why.
    #[field(ja = "理由", en = "Why", max = 400)]
    pub why: String,
}

/// What corresponds to what in the framework compared (G7-06).
#[derive(Debug, Clone, Rows)]
pub struct Mapping {
    /// Ours.
    #[field(ja = "こちらの記号・段階", en = "Key or phase here", max = 80)]
    pub ours: String,
    /// Theirs.
    #[field(ja = "相手の記号・段階", en = "Key or phase there", max = 80)]
    pub theirs: String,
}

/// A framework.
#[derive(Debug, Clone, Register)]
#[register(
    id = "framework",
    wing = Reconnect,
    menu = 3,
    ja = "再接続枠組み",
    en = "Framework",
    question_ja = "再接続を、どの段階と基準で進めますか",
    question_en = "By which phases and criteria do we reconnect?",
    about_ja = "平時に決めておく、再接続の段階・関門・しきい値・役割です。見本から始め、承認した版に案件が従います。",
    about_en = "Phases, gateways, thresholds and roles, settled in peace time. Begin with the shipped one; cases follow what was approved.",
    purpose_ja = "起きてから基準を争わずに済むよう、先に合意しておくために使います。",
    purpose_en = "So that nobody argues about criteria once it has happened.",
    sort = "name",
    flow = super::framework_flow::FLOW,
    retention_years = 10,
    meets = ["G7-05", "G7-06", "G7-07", "G7-10", "G7-13", "G7-14", "G7-16"]
)]
pub struct Framework {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// In English.
    #[field(ja = "名称（英語）", en = "Name in English")]
    pub title_en: Option<String>,
    /// Level.
    #[field(ja = "だれの枠組みか", en = "Level", list)]
    pub level: FrameworkLevel,
    /// Profile.
    #[field(ja = "深さ", en = "Profile", list)]
    pub profile: Profile,
    /// Aim.
    #[field(ja = "目的", en = "Aim", max = 2000)]
    pub aim: Long,
    /// What the compromised organisation wants to reach and to tell.
    #[field(
        ja = "到達点と、他者に伝えたいこと",
        en = "Goal, and what others are told",
        max = 2000
    )]
    pub goal: Long,
    /// Which risks.
    #[field(ja = "対象のリスク", en = "Risks covered", list)]
    pub scope: RiskScope,
    /// Scope line.
    #[field(ja = "範囲の一文", en = "Scope line", max = 300)]
    pub scope_line: String,
    /// Terms.
    #[field(ja = "用語", en = "Terms")]
    pub terms: Table<Term>,
    /// Guidance.
    #[field(ja = "段階ごとの手引き", en = "Guidance for each phase")]
    pub guides: Table<Guide>,
    /// Preconditions.
    #[field(ja = "段階に入る前提", en = "Preconditions of phases")]
    pub preconditions: Table<Precondition>,
    /// Criteria.
    #[field(ja = "関門の基準としきい値", en = "Gateway criteria and thresholds")]
    pub criteria: Table<Criterion>,
    /// Roles.
    #[field(ja = "役割", en = "Roles")]
    pub roles: Table<Duty>,
    /// Communication.
    #[field(ja = "連絡の決まり", en = "Rules of communication")]
    pub telling: Table<Telling>,
    /// Sector.
    #[field(ja = "業界の協力と情報共有", en = "Sector cooperation and sharing")]
    pub sector: Table<SectorHelp>,
    /// Risk appetite.
    #[field(ja = "リスク選好度", en = "Risk appetite", max = 2000)]
    pub appetite: Option<Long>,
    /// Business particulars.
    #[field(ja = "事業の特性", en = "Business particulars", max = 2000)]
    pub particulars: Option<Long>,
    /// Switched off.
    #[field(ja = "使わない部分", en = "Parts switched off")]
    pub off: Table<Off>,
    /// The one it is compared with.
    #[field(ja = "比べる枠組み", en = "Compared with")]
    pub compared: Option<Ref<Framework>>,
    /// What corresponds.
    #[field(ja = "対応づけ", en = "What corresponds")]
    pub mapping: Table<Mapping>,
    /// Contacts that are needed.
    #[field(ja = "再接続で連絡する相手", en = "Contacts for reconnecting")]
    pub contacts: Vec<Ref<Contact>>,
    /// Third party retained.
    #[field(ja = "頼む第三者", en = "Third party retained")]
    pub assessors: Vec<Ref<Assessor>>,
    /// Signatories.
    #[field(ja = "認証書に署名する人", en = "Signatories")]
    pub signatories: Table<Signatory>,
    /// Contingency arrangements.
    #[field(ja = "切れている間の代わりの取り決め", en = "Contingency arrangements", max = 2000)]
    pub contingency: Option<Long>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<FrameworkState>,
    /// Version.
    #[field(ja = "版", en = "Version", list, system)]
    pub version: Option<i64>,
    /// Approved by.
    #[field(ja = "承認した人", en = "Approved by", system)]
    pub approved_by: Option<Ref<Person>>,
    /// Approved at.
    #[field(ja = "承認した日時", en = "Approved at", list, system)]
    pub approved_at: Option<Time>,
    /// What was approved.
    #[field(ja = "承認した基準", en = "Criteria approved", system)]
    pub approved_criteria: Table<Criterion>,
    /// What was approved.
    #[field(ja = "承認した前提", en = "Preconditions approved", system)]
    pub approved_preconditions: Table<Precondition>,
    /// The shipped one it was made from.
    #[field(ja = "元にした見本", en = "Made from", system, max = 60)]
    pub made_from: Option<String>,
}
