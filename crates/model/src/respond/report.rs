//! Reports (報告), near-misses included.

use super::incident::{Grade, Incident, IncidentKind, Priority};
use crate::govern::{department::Department, person::Person};
use crate::identify::{asset::Asset, system::System};
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
    /// A vulnerability was found.
    #[choice(ja = "脆弱性の発見", en = "Vulnerability found", tone = "warning")]
    Vulnerability,
    /// A wrong setting, or a state open to abuse.
    #[choice(
        ja = "設定の誤り・悪用されうる状態",
        en = "Wrong setting or a state open to abuse",
        tone = "caution"
    )]
    Misconfiguration,
    /// Found by monitoring.
    #[choice(ja = "監視による検知", en = "Found by monitoring", tone = "warning")]
    Detected,
}

/// By which way a report came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Route {
    /// Typed in by whoever noticed, signed in.
    #[choice(ja = "社内の入力画面", en = "Form inside")]
    Form,
    /// The page for everybody.
    #[choice(ja = "公開の報告ページ", en = "Public page")]
    PublicForm,
    /// By telephone, typed in by whoever took the call.
    #[choice(ja = "電話", en = "Telephone")]
    Telephone,
    /// Said in person, typed in by whoever heard it.
    #[choice(ja = "口頭", en = "In person")]
    InPerson,
    /// By mail.
    #[choice(ja = "メール", en = "Mail")]
    Mail,
    /// By another program.
    #[choice(ja = "ほかのシステム", en = "Another system")]
    Program,
    /// From monitoring.
    #[choice(ja = "監視", en = "Monitoring")]
    Monitoring,
}

/// At which desk a report arrived first (JP-60).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Desk {
    /// Where reports go.
    #[choice(ja = "報告窓口", en = "Reporting desk")]
    Reporting,
    /// Customer desk.
    #[choice(ja = "お客様窓口", en = "Customer desk")]
    Customer,
    /// Public relations.
    #[choice(ja = "広報", en = "Public relations")]
    PublicRelations,
    /// General affairs.
    #[choice(ja = "総務", en = "General affairs")]
    GeneralAffairs,
    /// Another desk.
    #[choice(ja = "そのほかの窓口", en = "Another desk")]
    Other,
}

/// How a weakness is handled; its grade decides (NI-244).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Handling {
    /// Stop or shield at once, mend then.
    #[choice(
        ja = "すぐに止めるか守り、直す",
        en = "Stop or shield at once, then mend",
        tone = "danger"
    )]
    AtOnce,
    /// Mend before other work.
    #[choice(ja = "ほかの作業より先に直す", en = "Mend before other work", tone = "warning")]
    First,
    /// Mend as planned.
    #[choice(ja = "計画して直す", en = "Mend as planned", tone = "caution")]
    Planned,
    /// Mend with the next change.
    #[choice(ja = "次の変更のときに直す", en = "Mend with the next change")]
    NextChange,
}

impl Handling {
    /// What a grade asks for.
    pub const fn of(grade: Grade) -> Self {
        match grade {
            Grade::Critical => Handling::AtOnce,
            Grade::High => Handling::First,
            Grade::Medium => Handling::Planned,
            Grade::Low => Handling::NextChange,
        }
    }
}

/// One signal that a report was made of (NI-176).
#[derive(Debug, Clone, Rows)]
pub struct SignalRow {
    /// Source.
    #[field(ja = "出所", en = "Source")]
    pub source: String,
    /// When.
    #[field(ja = "日時", en = "When")]
    pub at: Time,
    /// On which asset.
    #[field(ja = "機器・システム", en = "Asset")]
    pub asset: Option<String>,
    /// Type.
    #[field(ja = "種類", en = "Type")]
    pub kind: String,
    /// In words.
    #[field(ja = "内容", en = "Text", max = 1000)]
    pub text: Option<String>,
    /// How grave.
    #[field(ja = "深刻さ", en = "Severity")]
    pub severity: Option<Grade>,
    /// Ids of the signals that it stands with.
    #[field(ja = "関係する信号", en = "Linked signals", max = 400)]
    pub linked: Option<String>,
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
    /// Watched, no verdict for good yet.
    #[choice(ja = "様子を見る", en = "Watched", tone = "caution")]
    Watching,
    /// A weakness that is being mended.
    #[choice(ja = "修正中", en = "Being mended", tone = "warning")]
    Fixing,
    /// A weakness that was mended.
    #[choice(ja = "修正済み", en = "Mended", tone = "good")]
    Fixed,
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
    flow = super::report_flow::FLOW,
    retention_years = 5,
    meets = ["TK-66", "TK-67", "TK-68", "JP-17", "JP-23", "IPA-03", "IPA-68", "IPA-69", "NI-243", "JP-60"]
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
    /// Organisation of whoever told us, for a notice from outside.
    #[field(ja = "知らせてくれた組織（社外の場合）", en = "Their organisation, if from outside")]
    pub reporter_org: Option<String>,
    /// By which way it came.
    #[field(
        ja = "届いた手段",
        en = "How it came",
        help_ja = "電話や口頭で聞いて代わりに入力するときに選びます。話した人は「連絡できる人の名前」に書きます。",
        help_en = "Choose it when you type in what somebody told you; name that person as the contact."
    )]
    pub route: Option<Route>,
    /// Desk at which it arrived.
    #[field(ja = "最初に届いた窓口", en = "Desk it arrived at", list)]
    pub desk: Option<Desk>,
    /// Systems concerned.
    #[field(ja = "関係するシステム", en = "Systems concerned")]
    pub systems: Vec<Ref<System>>,
    /// Information assets concerned.
    #[field(ja = "関係する情報資産", en = "Assets concerned")]
    pub assets: Vec<Ref<Asset>>,
    /// A drill.
    #[field(
        ja = "訓練",
        en = "Drill",
        help_ja = "訓練として扱い、本番の指標に数えません。",
        help_en = "Marked as a drill and left out of the figures."
    )]
    pub drill: bool,
    /// Who typed it in.
    #[field(ja = "入力した人", en = "Typed in by", system)]
    pub writer: Option<Ref<Person>>,
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
    /// Seriousness.
    #[field(ja = "深刻さ", en = "Seriousness", list, system)]
    pub severity: Option<Grade>,
    /// Urgency.
    #[field(ja = "急ぎの度合い", en = "Urgency", system)]
    pub urgency: Option<Priority>,
    /// How it is handled.
    #[field(ja = "扱い", en = "Handling", system)]
    pub handling: Option<Handling>,
    /// What became of it.
    #[field(ja = "結果", en = "Outcome", system, max = 2000)]
    pub outcome: Option<Long>,
    /// Past cases that help (JP-28).
    #[field(ja = "参考にする過去の案件", en = "Past cases used", system)]
    pub past_cases: Vec<Ref<Incident>>,
    /// Signals it was made of.
    #[field(ja = "もとになった信号", en = "Signals", system)]
    pub signals: Table<SignalRow>,
    /// The rule that joined them.
    #[field(ja = "組み合わせの規則", en = "Rule that joined them", system)]
    pub signal_rule: Option<Ref<crate::prepare::signal_rule::SignalRule>>,
    /// Digest of the mail that it came by, so that the same one changes nothing.
    #[field(ja = "受信メールの照合値", en = "Digest of the mail", system, max = 64)]
    pub source_digest: Option<String>,
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
    /// Graded at.
    #[field(ja = "深刻さを決めた日時", en = "Graded at", system)]
    pub graded_at: Option<Time>,
    /// Mended at.
    #[field(ja = "修正した日時", en = "Mended at", system)]
    pub fixed_at: Option<Time>,
}
