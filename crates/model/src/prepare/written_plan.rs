//! Plans and rules in writing (計画・規程): what must be laid down before something happens, who
//! carries it out, and which version is in force. One mechanism for every such paper: what a paper
//! of a kind is expected to say comes from `catalogs/documents/`.

use super::scenario::Scenario;
use super::written_plan_flow::FLOW;
use crate::govern::person::Person;
use crate::govern::role::{Role, RoleKind};
use crate::respond::incident::Grade;
use crate::*;

/// What kind of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Choice)]
pub enum PlanKind {
    /// First response in an emergency (NI-139).
    #[choice(ja = "コンティンジェンシープラン（CP）", en = "Contingency plan (CP)")]
    Cp,
    /// Recovery to the level that the business can live with (NI-140).
    #[choice(ja = "事業継続計画（BCP）", en = "Business continuity plan (BCP)")]
    Bcp,
    /// From there back to normal (NI-141).
    #[choice(ja = "事業復旧計画", en = "Business recovery plan")]
    RecoveryPlan,
    /// First-response manual (IPA-135).
    #[choice(ja = "初動対応マニュアル", en = "First-response manual")]
    FirstResponse,
    /// How executives are told (IPA-160).
    #[choice(ja = "経営層への報告規程", en = "Rules of reporting to executives")]
    ExecutiveReporting,
    /// What is told and handed outside, and what never is.
    #[choice(ja = "社外への公表・開示の規程", en = "Rules of telling and disclosing outside")]
    DisclosureRules,
    /// When and how JPCERT/CC and police are told (JP-59).
    #[choice(
        ja = "JPCERT/CC・警察への報告指針",
        en = "Guideline on reports to JPCERT/CC and police"
    )]
    OutsideReporting,
    /// What everybody does who has lost a device (JP-54).
    #[choice(ja = "紛失・盗難の報告規則", en = "Rules of reporting a loss")]
    LossReporting,
    /// What is done when displays and controls cannot be trusted (NI-457).
    #[choice(
        ja = "管理システムの改ざんが疑われるときの手順",
        en = "Procedures when a management system may be tampered with"
    )]
    TamperedManagement,
    /// How the whole firm stands in a crisis (IPA-148).
    #[choice(ja = "全社の危機対応の姿勢と体制", en = "Firm-wide stance and structure")]
    CrisisStance,
    /// Card or sheet for every employee.
    #[choice(ja = "全員に配る紙（カードなど）", en = "Card or sheet for everybody")]
    Card,
    /// Any other.
    #[choice(ja = "その他の計画・規程", en = "Other plan or rule")]
    Other,
}

/// Where a paper stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PlanState {
    /// Being written; not in force.
    #[choice(ja = "案", en = "Draft", tone = "caution")]
    Draft,
    /// In force.
    #[choice(ja = "承認済み", en = "Approved", tone = "good")]
    Approved,
    /// No longer used.
    #[choice(ja = "廃止", en = "Retired")]
    Retired,
}

/// What the registers know, so that nobody copies it into a paper by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Drawn {
    /// Roles with holders and deputies.
    #[choice(ja = "役割と代行者", en = "Roles and deputies")]
    Roles,
    /// Contacts outside.
    #[choice(ja = "連絡先", en = "Contacts")]
    Contacts,
    /// Systems with targets and order.
    #[choice(ja = "システムの復旧目標と順番", en = "Recovery targets and order of systems")]
    Order,
    /// Who decides what.
    #[choice(ja = "判断の権限と基準", en = "Authority and criteria")]
    Authority,
    /// Suppliers with their answers on continuity.
    #[choice(ja = "取引先・委託先の継続の備え", en = "Suppliers and their continuity")]
    Suppliers,
    /// Who is told of what.
    #[choice(ja = "通知先リスト", en = "Notification list")]
    Notifications,
    /// Playbooks in force.
    #[choice(ja = "承認済みの手順書", en = "Playbooks in force")]
    Playbooks,
    /// From which state who is told.
    #[choice(ja = "この文書の報告の基準", en = "Levels of this paper")]
    Levels,
}

impl Drawn {
    /// The register that it is drawn from; none for the levels, which stand in the paper itself.
    pub const fn register(self) -> Option<&'static str> {
        Some(match self {
            Drawn::Roles => "role",
            Drawn::Contacts => "contact",
            Drawn::Order => "system",
            Drawn::Authority => "authority",
            Drawn::Suppliers => "supplier",
            Drawn::Notifications => "notification",
            Drawn::Playbooks => "playbook",
            Drawn::Levels => return None,
        })
    }

    /// Whether a record of that register says something for it: a system does with a target, a
    /// playbook once it is in force.
    pub fn says(self, record: &Record) -> bool {
        !record.ended()
            && match self {
                Drawn::Order => record.int("rto").is_some(),
                Drawn::Playbooks => record.text("state") == "approved",
                _ => true,
            }
    }
}

/// The seven characteristics of attacks that a plan has to reckon with (NISC, annex C).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Characteristic {
    /// C1.
    #[choice(ja = "人の意図がある", en = "There is intent behind it")]
    Intent,
    /// C2.
    #[choice(ja = "手口が高度になる", en = "Methods grow more advanced")]
    Advancing,
    /// C3.
    #[choice(ja = "被害が急に広がる", en = "Damage may spread fast")]
    Spreading,
    /// C4.
    #[choice(ja = "執拗に続く", en = "It may be persistent")]
    Persistent,
    /// C5.
    #[choice(ja = "同時に何か所も起きる", en = "It may strike several places at once")]
    Simultaneous,
    /// C6.
    #[choice(ja = "気づきにくい", en = "It may be hard to detect")]
    Hidden,
    /// C7.
    #[choice(ja = "判断や操作を誤らせる", en = "It may provoke wrong judgement")]
    Misleading,
}

/// Whose first actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Actor {
    /// Management.
    #[choice(ja = "経営層", en = "Management")]
    Management,
    /// Staff.
    #[choice(ja = "職員", en = "Staff")]
    Staff,
}

/// One part that a paper is expected to have.
#[derive(Debug, Clone, PartialEq, Eq, Rows)]
pub struct Part {
    /// Short key; ties it to the catalogue.
    #[field(ja = "記号", en = "Key", max = 24)]
    pub key: String,
    /// Heading.
    #[field(ja = "項目", en = "Part", max = 80)]
    pub title: String,
    /// Heading in English.
    #[field(ja = "項目（英語）", en = "Part, in English", max = 120)]
    pub title_en: Option<String>,
    /// Requirement ids that expect it.
    #[field(ja = "元になる要件", en = "Expected by")]
    pub requirements: Vec<String>,
    /// What the registers know of it.
    #[field(ja = "台帳から引く内容", en = "Drawn from")]
    pub drawn: Option<Drawn>,
    /// What the paper says.
    #[field(ja = "内容", en = "Text", max = 6000)]
    pub text: Option<Long>,
    /// Where an existing document of another name says it (NI-142).
    #[field(ja = "別の文書での場所（文書名・章）", en = "Said elsewhere (document, section)")]
    pub elsewhere: Option<String>,
    /// Why it is left out.
    #[field(ja = "定めない理由", en = "Why it is left out", max = 300)]
    pub left_out: Option<String>,
}

impl Part {
    /// Whether it is settled: written, drawn from a register in which something stands, said
    /// elsewhere, or left out with a reason.
    pub fn settled(&self, stands: impl Fn(Drawn) -> bool) -> bool {
        let said = |t: &Option<String>| t.as_deref().is_some_and(|t| !t.trim().is_empty());
        self.drawn.is_some_and(stands)
            || self.text.as_ref().is_some_and(|t| !t.0.trim().is_empty())
            || said(&self.elsewhere)
            || said(&self.left_out)
    }

    /// Its heading.
    pub fn heading(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.title,
            Lang::En => self.title_en.as_deref().unwrap_or(&self.title),
        }
    }
}

/// How the paper takes up one characteristic (NI-144).
#[derive(Debug, Clone, PartialEq, Eq, Rows)]
pub struct Walk {
    /// Which.
    #[field(ja = "攻撃の特性", en = "Characteristic")]
    pub characteristic: Characteristic,
    /// How, or why it does not matter here.
    #[field(ja = "この計画での扱い", en = "How this plan takes it up", max = 1000)]
    pub taken_up: String,
}

/// One position of the organisation that carries the paper out (NI-143). Holder, deputies and
/// contact data come from the role, so that they are never out of date here.
#[derive(Debug, Clone, Rows)]
pub struct Position {
    /// Position.
    #[field(ja = "職務", en = "Position", max = 80)]
    pub name: String,
    /// The role that holds it.
    #[field(ja = "役割", en = "Role")]
    pub role: Option<Ref<Role>>,
    /// What it may decide.
    #[field(ja = "権限", en = "Authority", max = 300)]
    pub authority: Option<String>,
}

/// One thing to be done first (NI-146).
#[derive(Debug, Clone, PartialEq, Eq, Rows)]
pub struct FirstAction {
    /// Whose.
    #[field(ja = "だれが", en = "Whose")]
    pub who: Actor,
    /// What.
    #[field(ja = "すること", en = "What to do", max = 120)]
    pub text: String,
    /// In English.
    #[field(ja = "すること（英語）", en = "In English", max = 160)]
    pub text_en: Option<String>,
    /// By role.
    #[field(ja = "役割", en = "Role")]
    pub role: Option<RoleKind>,
    /// Within how many minutes.
    #[field(ja = "何分以内", en = "Within (minutes)")]
    pub minutes: Option<Minutes>,
}

/// From which state who is told (IPA-136).
#[derive(Debug, Clone, PartialEq, Eq, Rows)]
pub struct Level {
    /// From this severity on.
    #[field(ja = "重大度（これ以上）", en = "From severity")]
    pub from: Grade,
    /// Told.
    #[field(ja = "知らせる役割", en = "Who is told")]
    pub to: RoleKind,
    /// Within how many minutes.
    #[field(ja = "何分以内", en = "Within (minutes)")]
    pub minutes: Minutes,
    /// In words.
    #[field(ja = "目安となる状態", en = "State, in words", max = 200)]
    pub state: Option<String>,
}

/// A plan or rule in writing.
#[derive(Debug, Clone, Register)]
#[register(
    id = "written_plan",
    wing = Prepare,
    menu = 5,
    ja = "計画・規程",
    en = "Plan or rule",
    question_ja = "起きる前に決めておく文書は、そろって承認されていますか",
    question_en = "Are the papers that must exist beforehand complete and approved?",
    about_ja = "コンティンジェンシープラン、BCP、報告の規程などです。書くべき項目を見ながら書き、承認した版が対応で使われます。",
    about_en = "Contingency plan, BCP, rules of reporting and the like: written along the parts expected; the approved version is what a response uses.",
    purpose_ja = "緊急時に、だれが何をするかを前もって決めておくために使います。",
    purpose_en = "Settles beforehand who does what in an emergency.",
    sort = "kind",
    flow = FLOW,
    retention_years = 10
)]
pub struct WrittenPlan {
    /// Name; it may differ from the name of its kind (NI-142).
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// Name in English.
    #[field(ja = "名称（英語）", en = "Name in English", search)]
    pub name_en: Option<String>,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: PlanKind,
    /// What it is for.
    #[field(ja = "目的", en = "What it is for")]
    pub about: Option<Long>,
    /// Parts.
    #[field(ja = "項目", en = "Parts")]
    pub parts: Table<Part>,
    /// Keys of the parts expected when it was begun.
    #[field(ja = "求められる項目（記号）", en = "Parts expected", system)]
    pub expected: Vec<String>,
    /// The seven characteristics, one by one.
    #[field(ja = "攻撃の七つの特性への備え", en = "The seven characteristics")]
    pub walk: Table<Walk>,
    /// Positions.
    #[field(ja = "実行する体制", en = "Positions")]
    pub positions: Table<Position>,
    /// First actions.
    #[field(ja = "最初にすること", en = "First actions")]
    pub first_actions: Table<FirstAction>,
    /// Levels of reporting.
    #[field(ja = "報告の基準", en = "Levels of reporting")]
    pub levels: Table<Level>,
    /// Scenarios it rests on and was tried on.
    #[field(ja = "試した想定シナリオ", en = "Scenarios it was tried on")]
    pub scenarios: Vec<Ref<Scenario>>,
    /// Everybody inside has to know it.
    #[field(
        ja = "全員が読んで確認する",
        en = "Everybody reads and confirms it",
        help_ja = "承認した版ごとに、まだ確認していない人が分かります。",
        help_en = "For each approved version it shows who has not confirmed it yet."
    )]
    pub for_everybody: bool,
    /// Author.
    #[field(ja = "作成者", en = "Author", list)]
    pub author: Option<Ref<Person>>,
    /// Review interval.
    #[field(ja = "見直しの間隔（日）", en = "Review every (days)")]
    pub review_days: Option<i64>,
    /// The shipped kind it was made from, `id@version`.
    #[field(ja = "元にした見本", en = "Made from", max = 80)]
    pub made_from: Option<String>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<PlanState>,
    /// Number of the approved version.
    #[field(ja = "承認した版", en = "Approved version", list, system)]
    pub version: Option<i64>,
    /// Approved by.
    #[field(ja = "承認した人", en = "Approved by", system)]
    pub approved_by: Option<Ref<Person>>,
    /// Approved at.
    #[field(ja = "承認した日時", en = "Approved at", list, system)]
    pub approved_at: Option<Time>,
    /// Last reviewed.
    #[field(ja = "最後に見直した日時", en = "Last reviewed at", system)]
    pub reviewed_at: Option<Time>,
    /// Result of the review.
    #[field(ja = "見直しの結果", en = "Result of the review", system)]
    pub review_result: Option<String>,
    /// Parts in force.
    #[field(ja = "承認済みの項目", en = "Parts in force", system)]
    pub approved_parts: Table<Part>,
    /// Positions in force.
    #[field(ja = "承認済みの体制", en = "Positions in force", system)]
    pub approved_positions: Table<Position>,
    /// First actions in force.
    #[field(ja = "承認済みの最初の行動", en = "First actions in force", system)]
    pub approved_actions: Table<FirstAction>,
    /// Levels in force.
    #[field(ja = "承認済みの報告の基準", en = "Levels in force", system)]
    pub approved_levels: Table<Level>,
}

impl WrittenPlan {
    /// A paper of a kind with nothing in it yet.
    pub fn new(name: impl Into<String>, kind: PlanKind) -> Self {
        Self {
            name: name.into(),
            name_en: None,
            kind,
            about: None,
            parts: Table::default(),
            expected: Vec::new(),
            walk: Table::default(),
            positions: Table::default(),
            first_actions: Table::default(),
            levels: Table::default(),
            scenarios: Vec::new(),
            for_everybody: false,
            author: None,
            review_days: None,
            made_from: None,
            state: None,
            version: None,
            approved_by: None,
            approved_at: None,
            reviewed_at: None,
            review_result: None,
            approved_parts: Table::default(),
            approved_positions: Table::default(),
            approved_actions: Table::default(),
            approved_levels: Table::default(),
        }
    }
}

/// The rows of a table of a paper; none where they cannot be read.
pub fn rows_of<T: RowType>(record: &Record, field: &str) -> Vec<T> {
    read_field::<Table<T>>(&record.body, field).unwrap_or_default().0
}

/// Whether a paper is in force.
pub fn in_force(record: &Record) -> bool {
    !record.ended() && record.text("state") == PlanState::Approved.id()
}

/// Pairs of what is written and what is in force.
pub const FROZEN: [(&str, &str); 4] = [
    ("parts", "approved_parts"),
    ("positions", "approved_positions"),
    ("first_actions", "approved_actions"),
    ("levels", "approved_levels"),
];

/// Whether something was changed since it was approved.
pub fn changed(record: &Record) -> bool {
    FROZEN.iter().any(|(now, then)| record.body.get(*now) != record.body.get(*then))
}
