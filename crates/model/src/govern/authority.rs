//! The authority table (権限表): who decides what, in quiet times and in an emergency.

use super::role::Role;
use crate::*;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Power {
    /// Collect information across departments.
    #[choice(ja = "部門を越えた情報収集", en = "Collect information across departments")]
    Collect,
    /// Cut or isolate a network.
    #[choice(ja = "ネットワークの遮断・隔離", en = "Cut or isolate a network")]
    Isolate,
    /// Halt a business.
    #[choice(ja = "事業・サービスの停止", en = "Halt a business or service")]
    Halt,
    /// A vote in the risk committee.
    #[choice(ja = "リスク委員会での一票", en = "One vote in the risk committee")]
    Vote,
    /// Raise to the next level.
    #[choice(ja = "上位への報告・昇格", en = "Raise to the next level")]
    Escalate,
    /// Tell outside parties.
    #[choice(ja = "社外への通知・公表", en = "Tell outside parties")]
    Disclose,
    /// Command the whole response.
    #[choice(ja = "緊急時の全体指揮", en = "Command the whole response")]
    Command,
    /// Resume.
    #[choice(ja = "再開の承認", en = "Approve the restart")]
    Resume,
}

/// In which situation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Situation {
    /// Quiet times.
    #[choice(ja = "平常時", en = "Quiet times")]
    Quiet,
    /// Emergency.
    #[choice(ja = "緊急時", en = "Emergency")]
    Emergency,
    /// Out of hours.
    #[choice(ja = "夜間・休日", en = "Out of hours")]
    OffHours,
}

/// One line of the authority table.
#[derive(Debug, Clone, Register)]
#[register(
    id = "authority",
    wing = Govern,
    menu = 5,
    ja = "判断の権限と基準",
    en = "Authority and criteria",
    question_ja = "この判断は、だれが、何を基準にしますか",
    question_en = "Who takes this decision, and by which criteria?",
    about_ja = "遮断・停止・公表などを、だれがどの重大度で決めるかを前もって決めます。インシデント画面がこの表に従います。",
    about_en = "Settles beforehand who decides to cut, halt or disclose at which severity. The incident screen follows this table.",
    purpose_ja = "緊急時に迷わず、権限のある人が判断するために使います。",
    purpose_en = "So that whoever has authority decides without delay.",
    sort = "power",
    meets = ["TK-15", "TK-16", "IPA-31", "JP-19"]
)]
pub struct Authority {
    /// What is decided.
    #[field(ja = "判断", en = "Decision", list)]
    pub power: Power,
    /// In words.
    #[field(ja = "内容", en = "In words", title, list, search)]
    pub name: String,
    /// Situation.
    #[field(ja = "場面", en = "Situation", list)]
    pub situation: Situation,
    /// From which severity.
    #[field(ja = "重大度", en = "From severity", list)]
    pub severity: Option<crate::respond::incident::Grade>,
    /// Who decides.
    #[field(ja = "決める役割", en = "Decided by", list)]
    pub decider: Option<Ref<Role>>,
    /// Who stands in.
    #[field(ja = "代わりに決める役割", en = "Stands in")]
    pub stand_in: Option<Ref<Role>>,
    /// Criteria.
    #[field(
        ja = "判断基準",
        en = "Criteria",
        search,
        help_ja = "自分で判断してよい条件と、上に上げる条件を書きます。",
        help_en = "When to judge by oneself, and when to raise it."
    )]
    pub criteria: Option<Long>,
    /// Approved on.
    #[field(ja = "承認日", en = "Approved on")]
    pub approved_on: Option<Date>,
    /// Tried on.
    #[field(ja = "想定事例で試した日", en = "Tried against a scenario on")]
    pub tried_on: Option<Date>,
}

/// Rules of the authority table.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "authority.decider",
        register: "authority",
        label: Text::new("決める人と基準がある", "Decider and criteria are set"),
        why: Text::new(
            "緊急時に、だれが何を基準に決めるかで止まらないためです。",
            "So that an emergency does not stall on who decides.",
        ),
        mend: Text::new(
            "決める役割と判断基準を入れてください。",
            "Give the role that decides, and the criteria.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            Verdict::when(
                !c.me.body.contains_key("decider") || !c.me.body.contains_key("criteria"),
                "decider",
                Text::new(
                    "決める役割か判断基準がありません。",
                    "The deciding role or the criteria are missing.",
                ),
            )
        },
        meets: &["TK-16", "JP-19"],
    },
    RuleDef {
        id: "authority.approved",
        register: "authority",
        label: Text::new(
            "権限は事前に承認され、事例で試されている",
            "Authority is approved and tried beforehand",
        ),
        why: Text::new(
            "使う前に承認し、公表された事例で試しておくと、本番で権限が疑われません。",
            "Approved and tried beforehand, authority is not questioned when it counts.",
        ),
        mend: Text::new(
            "承認日と、想定事例で試した日を入れてください。",
            "Give the day of approval and of the try-out.",
        ),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            let mut v = Verdict::ok();
            if !c.me.body.contains_key("approved_on") {
                v = v.and("approved_on", "まだ承認されていません。", "Not approved yet.");
            }
            if !c.me.body.contains_key("tried_on") {
                v = v.and(
                    "tried_on",
                    "想定事例でまだ試していません。",
                    "Not tried against a scenario yet.",
                );
            }
            v
        },
        meets: &["IPA-31"],
    },
];
