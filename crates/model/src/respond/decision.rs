//! Decisions (決定). Corrected only by a further decision.

use super::incident::Incident;
use super::task::Task;
use crate::govern::{authority::Authority, person::Person};
use crate::prepare::contact::Contact;
use crate::*;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Topic {
    /// Containment.
    #[choice(ja = "封じ込め・遮断", en = "Containment")]
    Containment,
    /// Use a security company or other help from outside.
    #[choice(ja = "外部のセキュリティ会社などの利用", en = "Using outside security help")]
    OutsideHelp,
    /// Tell IPA.
    #[choice(ja = "IPAへの相談", en = "Telling IPA")]
    ReportIpa,
    /// Tell JPCERT/CC.
    #[choice(ja = "JPCERT/CCへの連絡", en = "Telling JPCERT/CC")]
    ReportJpcert,
    /// Tell an authority.
    #[choice(ja = "所管官庁・個人情報保護委員会への報告", en = "Filing with an authority")]
    Filing,
    /// Publish.
    #[choice(ja = "公表", en = "Publication")]
    Publication,
    /// Restart.
    #[choice(ja = "再開", en = "Restart")]
    Restart,
    /// Go on without taking evidence.
    #[choice(ja = "証拠を確保しない判断", en = "Going on without evidence")]
    NoEvidence,
    /// Move a deadline.
    #[choice(ja = "期限の変更", en = "Moving a deadline")]
    MoveDeadline,
    /// Erase personal data.
    #[choice(ja = "個人情報の消去", en = "Erasure of personal data")]
    Erasure,
    /// Other.
    #[choice(ja = "その他", en = "Other")]
    Other,
}

/// A decision.
#[derive(Debug, Clone, Register)]
#[register(
    id = "decision",
    wing = Respond,
    menu = 5,
    ja = "決定",
    en = "Decision",
    question_ja = "だれが、何を根拠に、何を決めましたか",
    question_en = "Who decided what, on which grounds?",
    about_ja = "問い、選択肢、その時点で分かっていたこと、決めた内容と人を残します。後から変えられません。",
    about_en = "The question, the options, what was known then, what was decided and by whom. Cannot be changed.",
    purpose_ja = "その時点の判断を、後から正しく示すために残します。",
    purpose_en = "Shows later, truly, what was decided on what was known.",
    sort = "decided_at",
    sort_down,
    append_only,
    opens = &[ASK_FOR_HELP],
    retention_years = 10,
    meets = ["G7-34", "TK-71", "NI-212", "TK-16"]
)]
pub struct Decision {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Topic.
    #[field(ja = "何についての決定か", en = "Topic", list)]
    pub topic: Topic,
    /// Question.
    #[field(ja = "問い", en = "Question", title, list, search)]
    pub question: String,
    /// Options.
    #[field(ja = "選択肢", en = "Options")]
    pub options: Vec<String>,
    /// What was known.
    #[field(ja = "その時点で分かっていたこと", en = "Known at the time", search)]
    pub known: Option<Long>,
    /// Decision.
    #[field(ja = "決めたこと", en = "Decision", list, search, max = 2000)]
    pub decision: Long,
    /// Whom to ask for help; only where help from outside is used.
    #[field(
        ja = "頼む相手（外部を利用する場合）",
        en = "Whom to ask (where outside help is used)",
        help_ja = "選ぶと、依頼の作業が開きます。利用しない場合は空にします。",
        help_en = "Opens the task of asking. Left empty where no help is used."
    )]
    pub helper: Option<Ref<Contact>>,
    /// Reason.
    #[field(ja = "理由", en = "Reason", max = 2000)]
    pub why: Option<Long>,
    /// Who.
    #[field(ja = "決めた人", en = "Decided by", list)]
    pub decider: Option<Ref<Person>>,
    /// Under which authority.
    #[field(ja = "根拠となる権限", en = "Authority")]
    pub authority: Option<Ref<Authority>>,
    /// When.
    #[field(ja = "決めた日時", en = "Decided at", list)]
    pub decided_at: Time,
    /// Conditions.
    #[field(ja = "条件", en = "Conditions")]
    pub conditions: Option<Long>,
    /// Review by.
    #[field(ja = "見直す日時", en = "Review by")]
    pub review_at: Option<Time>,
}

/// A decision to use help from outside opens the task of asking for it (JP-25).
const ASK_FOR_HELP: Follow = Follow {
    label: Text::new("外部への依頼の作業を開く", "Opens the task of asking for help"),
    inputs: &[Input::Out("helper")],
    open: |c| {
        let case = c.me.ids("incident");
        let (Some(incident), Some(helper)) = (case.first(), c.out("helper")) else {
            return Vec::new();
        };
        if c.me.text("topic") != Topic::OutsideHelp.id() {
            return Vec::new();
        }
        let name = helper.title();
        let mut task =
            Task::new(Ref::new(RecordId::new(*incident)), format!("{name}に支援を依頼する"));
        task.title_en = Some(format!("Ask {name} for help"));
        task.assignee = c.me.ids("decider").first().map(|p| Ref::new(RecordId::new(*p)));
        vec![NewRecord::of(&task)]
    },
    meets: &["JP-25"],
};
/// Rules of decisions.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "decision.inside",
        register: "decision",
        label: Text::new("判断したのは社内の人である", "The decision was taken inside"),
        why: Text::new(
            "作業は任せられても、判断は任せられないためです。",
            "Work can be contracted, judging cannot.",
        ),
        mend: Text::new(
            "社内の権限のある人が、あらためて決定を記録してください。",
            "Let somebody inside with authority record the decision again.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::Out("decider")],
        tells: &[],
        check: |c| {
            Verdict::when(
                c.out("decider").is_some_and(|p| p.flag("external")),
                "decider",
                Text::new("社外の人が決めたことになっています。", "Somebody from outside decided."),
            )
        },
        meets: &["IPA-138"],
    },
    RuleDef {
        id: "incident.lead_inside",
        register: "incident",
        label: Text::new("指揮しているのは社内の人である", "The lead is one of our own"),
        why: Text::new(
            "対応を委託しても、調整は社内に残すためです。",
            "Coordinating stays inside even when response is contracted.",
        ),
        mend: Text::new("指揮する人を社内から選んでください。", "Choose a lead from inside."),
        severity: Severity::Warning,
        inputs: &[Input::Out("lead")],
        tells: &[],
        check: |c| {
            Verdict::when(
                c.out("lead").is_some_and(|p| p.flag("external")),
                "lead",
                Text::new("社外の人が指揮しています。", "Somebody from outside is in the lead."),
            )
        },
        meets: &["IPA-138"],
    },
];
