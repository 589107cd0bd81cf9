//! Attack methods (攻撃の手口, TTP): identified early, with indicators and confidence, and passed to
//! regulators and the sector (G7-51, G7-52).

use super::message::{Audience, Message as Notice};
use super::{evidence::Evidence, incident::Incident, indicator::Indicator};
use crate::*;

/// What an attacker is after with it. The names are those of MITRE ATT&CK's tactics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
#[expect(missing_docs, reason = "the names are those of ATT&CK")]
pub enum Tactic {
    #[choice(ja = "偵察", en = "Reconnaissance")]
    Reconnaissance,
    #[choice(ja = "資源の準備", en = "Resource development")]
    ResourceDevelopment,
    #[choice(ja = "初期侵入", en = "Initial access")]
    InitialAccess,
    #[choice(ja = "実行", en = "Execution")]
    Execution,
    #[choice(ja = "永続化", en = "Persistence")]
    Persistence,
    #[choice(ja = "権限昇格", en = "Privilege escalation")]
    PrivilegeEscalation,
    #[choice(ja = "防御の回避", en = "Defence evasion")]
    DefenceEvasion,
    #[choice(ja = "認証情報の入手", en = "Credential access")]
    CredentialAccess,
    #[choice(ja = "内部の探索", en = "Discovery")]
    Discovery,
    #[choice(ja = "横展開", en = "Lateral movement")]
    LateralMovement,
    #[choice(ja = "収集", en = "Collection")]
    Collection,
    #[choice(ja = "遠隔操作", en = "Command and control")]
    CommandAndControl,
    #[choice(ja = "持ち出し", en = "Exfiltration")]
    Exfiltration,
    #[choice(ja = "影響", en = "Impact")]
    Impact,
}

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Confidence {
    /// Low.
    #[choice(ja = "低い", en = "Low", tone = "caution")]
    Low,
    /// Medium.
    #[choice(ja = "中くらい", en = "Medium")]
    Medium,
    /// High.
    #[choice(ja = "高い", en = "High", tone = "good")]
    High,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum MethodState {
    /// Identified.
    #[choice(ja = "見きわめた・未共有", en = "Identified, not passed on", tone = "warning")]
    Identified,
    /// Passed on.
    #[choice(ja = "当局と業界に共有", en = "Passed to regulators and sector", tone = "good")]
    Shared,
    /// Not confirmed after all.
    #[choice(ja = "取り下げ", en = "Withdrawn")]
    Withdrawn,
}

/// A method.
#[derive(Debug, Clone, Register)]
#[register(
    id = "attack_method",
    wing = Respond,
    menu = 24,
    ja = "攻撃の手口（TTP）",
    en = "Attack method (TTP)",
    question_ja = "攻撃者は何をし、次に何をしそうですか",
    question_en = "What does the attacker do, and what may come next?",
    about_ja = "目的（戦術）・技術・具体的な手順を、痕跡と確かさとともに早めに残し、当局と業界に共有します。",
    about_en = "Tactic, technique and procedure with indicators and confidence, early on; then passed to regulators and the sector.",
    purpose_ja = "次に来るものを見越し、同じ手口の広がりを止めるために使います。",
    purpose_en = "For seeing what comes next, and stopping it elsewhere.",
    sort = "identified_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-51", "G7-52"]
)]
pub struct AttackMethod {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// Technique.
    #[field(ja = "技術", en = "Technique", title, list, search, max = 200)]
    pub technique: String,
    /// Its id.
    #[field(
        ja = "技術の番号",
        en = "Id of the technique",
        list,
        search,
        max = 16,
        help_ja = "ATT&CKの番号。例: T1566.001",
        help_en = "That of ATT&CK, for example T1566.001"
    )]
    pub technique_id: Option<String>,
    /// Tactic.
    #[field(ja = "戦術", en = "Tactic", list)]
    pub tactic: Tactic,
    /// Procedure.
    #[field(
        ja = "手順（実際に行われたこと）",
        en = "Procedure: what was done",
        search,
        max = 2000
    )]
    pub procedure: Long,
    /// Indicators.
    #[field(ja = "痕跡", en = "Indicators")]
    pub indicators: Vec<Ref<Indicator>>,
    /// Evidence.
    #[field(ja = "証拠", en = "Evidence")]
    pub evidence: Vec<Ref<Evidence>>,
    /// Confidence.
    #[field(ja = "確かさ", en = "Confidence", list)]
    pub confidence: Confidence,
    /// When it was used.
    #[field(ja = "使われた日時", en = "Used at")]
    pub used_at: Option<Time>,
    /// When it was identified.
    #[field(ja = "見きわめた日時", en = "Identified at", list)]
    pub identified_at: Option<Time>,
    /// What may come next.
    #[field(ja = "次に起こりうること", en = "What may come next", max = 1000)]
    pub next: Option<Long>,
    /// How it can be contained.
    #[field(ja = "封じ込め方", en = "How it can be contained", max = 1000)]
    pub containable: Option<Long>,
    /// Message to regulators.
    #[field(ja = "当局への連絡", en = "Message to regulators", system)]
    pub to_regulator: Option<Ref<Notice>>,
    /// Message to the sector.
    #[field(ja = "業界への連絡", en = "Message to the sector", system)]
    pub to_sector: Option<Ref<Notice>>,
    /// Passed on at.
    #[field(ja = "共有した日時", en = "Passed on at", list, system)]
    pub shared_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<MethodState>,
}

fn sent(m: &Record) -> bool {
    matches!(m.text("state"), "sent" | "answered")
}

const PASSED_ON: Gate = Gate {
    id: "passed_to_both",
    label: Text::new(
        "当局と業界の両方に、この案件の連絡が送られている",
        "Messages of this case have gone to both regulators and the sector",
    ),
    mend: Text::new(
        "所管官庁・警察などへの連絡と、同業者・専門機関への連絡を送ってから選んでください。",
        "Send one to authority or police and one to peers or expert bodies, then choose them.",
    ),
    inputs: &[Input::Out("to_regulator"), Input::Out("to_sector")],
    holds: |c| {
        let fits = |field: &str, audiences: &[Audience]| {
            c.out(field).is_some_and(|m| {
                sent(m)
                    && m.ids("incident") == c.me.ids("incident")
                    && Audience::from_id(m.text("audience")).is_some_and(|a| audiences.contains(&a))
            })
        };
        fits("to_regulator", &[Audience::Authority, Audience::Police])
            && fits("to_sector", &[Audience::Partners, Audience::SecurityBody])
    },
    meets: &["G7-52"],
};

const FORESIGHT: Gate = Gate {
    id: "next_and_containable",
    label: Text::new(
        "次に起こりうることと、封じ込め方が書かれている",
        "It says what may come next and how it can be contained",
    ),
    mend: Text::new("両方を書いてください。", "Give both."),
    inputs: &[],
    holds: |c| ["next", "containable"].iter().all(|f| c.me.body.contains_key(*f)),
    meets: &["G7-52"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "identified",
    start: Start { stamps: &["identified_at"], ..Start::PLAIN },
    transitions: &[
        Transition {
            id: "share",
            label: Text::new("当局と業界に共有した", "Passed to regulators and the sector"),
            from: &["identified"],
            to: "shared",
            asks: &[("to_regulator", true), ("to_sector", true)],
            stamps: &["shared_at"],
            gates: &[FORESIGHT, PASSED_ON],
            meets: &["G7-52"],
            ..Transition::PLAIN
        },
        Transition {
            id: "withdraw",
            label: Text::new("取り下げる", "Withdraw"),
            from: &["identified", "shared"],
            to: "withdrawn",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};

/// Rules of methods.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "incident.methods",
        register: "incident",
        label: Text::new(
            "攻撃の手口を早いうちに見きわめている",
            "The attack's methods are identified early",
        ),
        why: Text::new(
            "手口が分からないと、次に狙われる所を守れません。",
            "Without the methods nobody can guard what is next.",
        ),
        mend: Text::new(
            "「攻撃の手口」に、痕跡と確かさをつけて登録してください。",
            "Enter the methods with indicators and confidence.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::In("attack_method", "incident"), Input::All("setting")],
        tells: &["technical_lead"],
        check: |c| {
            let attack = c.me.text("kind") == "cyber_attack"
                && !matches!(c.me.text("state"), "closed" | "false_alarm" | "merged");
            let known =
                c.incoming("attack_method", "incident").any(|m| m.text("state") != "withdrawn");
            let Some(aware) = c.me.time("aware_at").filter(|_| attack && !known) else {
                return Verdict::ok();
            };
            let hours = c.settings.int("attack_method.hours");
            let limit = aware.plus(hours * HOUR);
            if c.now < limit {
                return Verdict::ok().check_at(limit);
            }
            Verdict::finding(
                "",
                format!("認知から{hours}時間を過ぎましたが、攻撃の手口の記録がありません。"),
                format!("{hours} hours since it became known, and no attack method is on record."),
            )
        },
        meets: &["G7-51"],
    },
    RuleDef {
        id: "attack_method.grounded",
        register: "attack_method",
        label: Text::new("手口に痕跡か証拠がある", "A method has its indicators or evidence"),
        why: Text::new(
            "痕跡の無い手口は、ほかの組織が探せません。",
            "Without indicators nobody else can look for it.",
        ),
        mend: Text::new("痕跡か証拠を選んでください。", "Choose indicators or evidence."),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            let none = c.me.ids("indicators").is_empty() && c.me.ids("evidence").is_empty();
            Verdict::when(
                none && c.me.text("state") != "withdrawn",
                "indicators",
                Text::new("痕跡も証拠もありません。", "Neither indicators nor evidence."),
            )
        },
        meets: &["G7-51"],
    },
];
