//! Judgements to tell people outside (社外に知らせる判断). Corrected only by a further one.

use super::incident::Incident;
use crate::govern::person::Person;
use crate::prepare::contact::Contact;
use crate::*;

/// Grounds for telling (JP-31).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Ground {
    /// Society expects it.
    #[choice(ja = "社会から求められる", en = "Expected by society")]
    Society,
    /// Official rules demand it.
    #[choice(ja = "法令・公的な規則で決まっている", en = "Laid down by official rules")]
    Rules,
    /// It softens the effect on the business.
    #[choice(ja = "事業への影響を和らげる", en = "Softens the business impact")]
    Impact,
    /// Others may be hit in the same way.
    #[choice(ja = "ほかでも同じことが起こりうる", en = "The like is expected elsewhere")]
    Elsewhere,
}

/// How widely (JP-32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Range {
    /// Society at large.
    #[choice(ja = "社会全体", en = "Society at large")]
    Society,
    /// Outside bodies such as the authority in charge.
    #[choice(ja = "所管官庁などの外部機関", en = "Outside bodies such as the authority")]
    Bodies,
    /// Customers only.
    #[choice(ja = "顧客だけ", en = "Customers only")]
    Customers,
    /// The trade or partners who may be hit too (JP-26).
    #[choice(
        ja = "同じ被害が考えられる同業者・取引先",
        en = "Peers and partners who may be hit too"
    )]
    Peers,
    /// Other sites or departments of our own (JP-26).
    #[choice(ja = "社内のほかの拠点・部門", en = "Our own other sites")]
    OwnSites,
}

/// By which means (JP-33).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Means {
    /// Own web site.
    #[choice(ja = "自社のウェブサイト", en = "Own web site")]
    Website,
    /// Media such as newspapers.
    #[choice(ja = "新聞などの報道機関", en = "Media such as newspapers")]
    Media,
    /// Press conference.
    #[choice(ja = "記者会見", en = "Press conference")]
    PressConference,
    /// To each one alone.
    #[choice(ja = "個別の連絡", en = "To each one alone")]
    Individually,
    /// Other.
    #[choice(ja = "その他", en = "Other")]
    Other,
}

/// A judgement whether, to whom and by which means people outside are told.
#[derive(Debug, Clone, Register)]
#[register(
    id = "disclosure",
    wing = Respond,
    menu = 21,
    ja = "社外に知らせる判断",
    en = "Judgement on telling outside",
    question_ja = "社外に知らせますか。だれに、どの手段で",
    question_en = "Do we tell people outside? Whom, and how?",
    about_ja = "知らせる・知らせないの判断を、根拠・範囲・手段とともに残します。知らせない判断も理由とともに残ります。後から変えられません。",
    about_en = "Whether to tell, on which grounds, how widely and by which means. A no is kept with its reason too. Cannot be changed.",
    purpose_ja = "公表・通知の判断を、後から説明するために残します。",
    purpose_en = "Explains later why somebody was told, or not.",
    sort = "decided_at",
    sort_down,
    append_only,
    retention_years = 10,
    check = check,
    meets = ["JP-26", "JP-31", "JP-32", "JP-33"]
)]
pub struct Disclosure {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", access = "case", list)]
    pub incident: Ref<Incident>,
    /// Question.
    #[field(ja = "何を判断したか", en = "What was judged", title, list, search)]
    pub question: String,
    /// Yes or no.
    #[field(ja = "知らせる", en = "Tell them", list)]
    pub tell: bool,
    /// Grounds.
    #[field(ja = "根拠", en = "Grounds")]
    pub grounds: Many<Ground>,
    /// Reason.
    #[field(ja = "理由", en = "Reason", max = 2000)]
    pub why: Long,
    /// Range.
    #[field(ja = "範囲", en = "Range", list)]
    pub range: Many<Range>,
    /// Bodies by name.
    #[field(
        ja = "相手（名指し）",
        en = "Bodies by name",
        help_ja = "メンバーだけの案件では、ここに名前のある相手にだけ連絡できます。",
        help_en = "In a case for members only, nobody outside but these can be written to."
    )]
    pub parties: Vec<Ref<Contact>>,
    /// Means.
    #[field(ja = "手段", en = "Means", list)]
    pub means: Many<Means>,
    /// Why the means suits.
    #[field(ja = "その手段でよい理由", en = "Why the means suits", max = 2000)]
    pub means_why: Option<Long>,
    /// Who.
    #[field(ja = "判断した人", en = "Judged by", list)]
    pub decider: Ref<Person>,
    /// When.
    #[field(ja = "判断した日時", en = "Judged at", list)]
    pub decided_at: Time,
}

/// A yes needs grounds, range and means; a no its reason, which is a required field anyway.
fn check(body: &Body) -> Vec<FieldProblem> {
    if body.get("tell").and_then(Value::as_bool) != Some(true) {
        return Vec::new();
    }
    let empty = |f: &str| body.get(f).and_then(Value::as_array).is_none_or(Vec::is_empty);
    [
        ("grounds", "根拠を一つ以上選んでください。", "Tick at least one ground."),
        ("range", "知らせる範囲を選んでください。", "Choose how widely."),
        ("means", "手段を選んでください。", "Choose the means."),
    ]
    .into_iter()
    .filter(|(f, ..)| empty(f))
    .map(|(f, ja, en)| FieldProblem::new(f, "required", Message::new(ja, en)))
    .collect()
}

/// Rules of telling people outside.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "incident.disclosure",
    register: "incident",
    label: Text::new(
        "封じ込めまでに、社外に知らせるかを判断している",
        "By containment it has been judged whether to tell people outside",
    ),
    why: Text::new(
        "早すぎると不安を広げ、遅すぎると隠したと受け取られます。被害を封じ込めた時が目安です。",
        "Too early breeds fear, too late looks like a cover-up. Containment is the point of reference.",
    ),
    mend: Text::new(
        "「社外に知らせる判断」に、知らせる・知らせないと理由を記録してください。",
        "Record the judgement, yes or no, with its reason.",
    ),
    severity: Severity::Warning,
    inputs: &[Input::In("disclosure", "incident")],
    tells: &["pr_lead"],
    check: |c| {
        let due = c.me.time("contained_at").is_some() && c.me.text("state") != "false_alarm";
        let judged = c.incoming(Disclosure::ID, "incident").next().is_some();
        Verdict::when(
            due && !judged,
            "contained_at",
            Text::new(
                "封じ込めましたが、社外に知らせるかの判断がまだ記録されていません。",
                "Contained, and no judgement on telling people outside is on record yet.",
            ),
        )
    },
    meets: &["JP-31", "IPA-152"],
}];
