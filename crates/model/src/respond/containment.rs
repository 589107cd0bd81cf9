//! Containment and eradication (抑制・根絶), one record for each action: the means and its effect
//! weighed before, who decided and for how long, what was done and what came of it (JP-35, JP-36,
//! JP-37, TK-74, TK-79).

use super::evidence::Evidence;
use super::incident::Incident;
use crate::govern::authority::Authority;
use crate::govern::person::Person;
use crate::identify::system::System;
use crate::prepare::{stop_criterion::StopCriterion, stop_point::StopPoint};
use crate::*;

/// What the action is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Phase {
    /// The damage shall not spread.
    #[choice(ja = "抑制（広がりを止める）", en = "Containment", tone = "warning")]
    Containment,
    /// The cause shall go.
    #[choice(ja = "根絶（原因を取り除く）", en = "Eradication")]
    Eradication,
}

/// The means to choose from (JP-35).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Means {
    /// Communication with the outside is cut.
    #[choice(
        ja = "社外との通信を遮断する",
        en = "Cut communication with the outside",
        tone = "warning"
    )]
    CutOutside,
    /// A part of the network is cut off.
    #[choice(
        ja = "社内ネットワークの一部を切り離す",
        en = "Cut off part of the network",
        tone = "warning"
    )]
    CutNetwork,
    /// A device is taken off the network.
    #[choice(ja = "端末・機器を切り離す", en = "Take a device off the network")]
    IsolateDevice,
    /// A service is stopped.
    #[choice(ja = "サービスを止める", en = "Stop a service", tone = "danger")]
    StopService,
    /// A system is stopped.
    #[choice(ja = "システムを停止する", en = "Stop a system", tone = "danger")]
    StopSystem,
    /// Certain traffic is blocked.
    #[choice(ja = "特定の通信だけを止める", en = "Block certain traffic")]
    BlockTraffic,
    /// Accounts are suspended.
    #[choice(ja = "アカウントを止める", en = "Suspend accounts")]
    SuspendAccounts,
    /// Passwords and keys are changed.
    #[choice(ja = "パスワードや鍵を変える", en = "Change passwords and keys")]
    ChangeSecrets,
    /// A function is switched off.
    #[choice(ja = "一部の機能を止める", en = "Switch off a function")]
    DisableFunction,
    /// What was planted is removed.
    #[choice(ja = "マルウェアや不正なファイルを取り除く", en = "Remove malware")]
    RemoveMalware,
    /// A hole is closed.
    #[choice(ja = "修正を当てる・設定を直す", en = "Apply a fix or mend settings")]
    ApplyFix,
    /// A system or device is made anew.
    #[choice(ja = "初期化・再構築する", en = "Wipe and rebuild", tone = "danger")]
    Rebuild,
    /// Other.
    #[choice(ja = "その他", en = "Other")]
    Other,
}

impl Means {
    /// Whether something that people work with stops by it.
    pub fn stops(id: &str) -> bool {
        matches!(
            Means::from_id(id),
            Some(
                Means::CutOutside
                    | Means::CutNetwork
                    | Means::IsolateDevice
                    | Means::StopService
                    | Means::StopSystem
                    | Means::Rebuild
            )
        )
    }
}

/// Whether the damage still spreads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Spread {
    /// It stopped.
    #[choice(ja = "止まった", en = "Stopped", tone = "good")]
    Stopped,
    /// It goes on.
    #[choice(ja = "止まっていない", en = "Not stopped", tone = "danger")]
    GoesOn,
    /// Not yet known.
    #[choice(ja = "まだ分からない", en = "Not yet known", tone = "caution")]
    Unknown,
}

/// Where an action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ContainmentState {
    /// Being weighed.
    #[choice(ja = "検討中", en = "Being weighed", tone = "caution")]
    Planned,
    /// Decided.
    #[choice(ja = "決定", en = "Decided", tone = "warning")]
    Decided,
    /// Being carried out.
    #[choice(ja = "実施中", en = "Being carried out", tone = "warning")]
    Running,
    /// Carried out, in force.
    #[choice(ja = "実施済み", en = "Carried out", tone = "good")]
    Done,
    /// Goes on under a further decision.
    #[choice(ja = "延長（次の記録へ）", en = "Extended (see the next record)")]
    Extended,
    /// Undone.
    #[choice(ja = "解除", en = "Undone")]
    Lifted,
    /// Not done.
    #[choice(ja = "取りやめ", en = "Dropped")]
    Dropped,
}

/// One action.
#[derive(Debug, Clone, Register)]
#[register(
    id = "containment",
    wing = Respond,
    menu = 13,
    ja = "抑制・根絶の記録",
    en = "Containment and eradication",
    question_ja = "何を止め、だれが決め、いつまで続けますか",
    question_en = "What was stopped, who decided, and for how long?",
    about_ja = "抑制と根絶の措置を一件ずつ残します。業務への影響を考えてから決め、期限が来る前に見直します。訂正は新しい記録で行います。",
    about_en = "One record for each action. Its effect on business is weighed before, it is reviewed before its time is up, and corrected only by a further record.",
    purpose_ja = "止めすぎを防ぎ、何をしたかを後から順に示すために残します。",
    purpose_en = "Prevents stopping too much, and shows later, in order, what was done.",
    sort = "created_at",
    flow = super::containment_flow::FLOW,
    opens = &[super::containment_flow::OPEN_LIST],
    append_only,
    retention_years = 10,
    meets = ["JP-35", "TK-79", "NI-188"]
)]
pub struct Containment {
    /// Number.
    #[field(ja = "番号", en = "Number", list, search, auto_number = "CT", system)]
    pub number: Option<String>,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// Target.
    #[field(ja = "対象", en = "Target", title, list, search)]
    pub target: String,
    /// Phase.
    #[field(ja = "目的", en = "Purpose", list)]
    pub phase: Phase,
    /// Means.
    #[field(ja = "手段", en = "Means", list)]
    pub means: Means,
    /// System.
    #[field(ja = "システム", en = "System")]
    pub system: Option<Ref<System>>,
    /// Device.
    #[field(ja = "機器の名前", en = "Device", search)]
    pub device: Option<String>,
    /// Point of the plan.
    #[field(ja = "遮断・停止ポイント", en = "Stop point")]
    pub stop_point: Option<Ref<StopPoint>>,
    /// Criterion it follows.
    #[field(ja = "当てはまる停止基準", en = "Stop criterion")]
    pub criterion: Option<Ref<StopCriterion>>,
    /// What is done.
    #[field(ja = "すること", en = "Action", search)]
    pub action: Option<Long>,
    /// What it shall bring.
    #[field(ja = "期待する効果", en = "Expected effect")]
    pub expected: Option<Long>,
    /// How to undo it.
    #[field(ja = "元に戻す方法", en = "How to undo it")]
    pub undo: Option<Long>,
    /// How far the damage reaches, as known.
    #[field(ja = "いま分かっている範囲", en = "Scope as known")]
    pub scope: Option<Long>,
    /// Stage, from 1.
    #[field(
        ja = "段階（1から）",
        en = "Stage (from 1)",
        help_ja = "小さく止めて様子を見てから、次の段階に進みます。",
        help_en = "Stop little, look, then go on to the next stage."
    )]
    pub stage: Option<i64>,
    /// Business processes hit.
    #[field(
        ja = "影響する業務",
        en = "Business processes hit",
        help_ja = "無ければ「なし」と、その根拠を書きます。",
        help_en = "If none, say so and why."
    )]
    pub processes: Option<Long>,
    /// Customers hit.
    #[field(ja = "影響するお客さま・取引先", en = "Customers hit")]
    pub customers: Option<Long>,
    /// Estimated cost in yen.
    #[field(ja = "費用・損失の見込み（円）", en = "Estimated cost (yen)")]
    pub cost: Option<Yen>,
    /// The line of the authority table it is decided by.
    #[field(ja = "根拠となる権限", en = "Authority")]
    pub authority: Option<Ref<Authority>>,
    /// Record that this one corrects.
    #[field(ja = "訂正する記録", en = "Corrects")]
    pub corrects: Option<Ref<Containment>>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<ContainmentState>,
    /// Who decided.
    #[field(ja = "決めた人", en = "Decided by", list, system)]
    pub decider: Option<Ref<Person>>,
    /// Why somebody decided whom the authority table does not name.
    #[field(
        ja = "権限表に無い人が決めた理由",
        en = "Why somebody outside the table decided",
        max = 500,
        system
    )]
    pub outside_table: Option<String>,
    /// When.
    #[field(ja = "決めた日時", en = "Decided at", system)]
    pub decided_at: Option<Time>,
    /// When it ends or is looked at again.
    #[field(ja = "終わり、または見直す日時", en = "Ends or is reviewed at", list, system)]
    pub review_at: Option<Time>,
    /// The same as minutes from the decision, for the clock.
    #[field(ja = "終わり・見直しまでの時間（分）", en = "End or review within (minutes)", system)]
    pub review_within: Option<Minutes>,
    /// When it was.
    #[field(ja = "見直した日時", en = "Reviewed at", system)]
    pub reviewed_at: Option<Time>,
    /// Who carries it out.
    #[field(ja = "実施する人", en = "Carried out by", system)]
    pub operator: Option<Ref<Person>>,
    /// Started at.
    #[field(ja = "始めた日時", en = "Started at", list, system)]
    pub started_at: Option<Time>,
    /// Evidence taken before.
    #[field(ja = "先に取った証拠", en = "Evidence taken before", system)]
    pub evidence: Vec<Ref<Evidence>>,
    /// Who decided to go on without.
    #[field(ja = "証拠なしで進めると決めた人", en = "Decided to go on without evidence", system)]
    pub no_evidence_by: Option<Ref<Person>>,
    /// Why.
    #[field(ja = "証拠なしで進める理由", en = "Why without evidence", max = 500, system)]
    pub no_evidence_why: Option<String>,
    /// Logs are kept.
    #[field(
        ja = "イベントログとアクセス履歴を、消さずに残している",
        en = "Event logs and access history are kept, not cleared",
        system
    )]
    pub logs_kept: bool,
    /// Why not all could be taken before.
    #[field(
        ja = "収集を待たずに止める理由",
        en = "Why it cannot wait for the collection",
        max = 500,
        help_ja = "残りの収集は、止めた後も時間の許すかぎり続けます。",
        help_en = "The collection goes on after the stop as long as time allows.",
        system
    )]
    pub hurry: Option<String>,
    /// Ended at.
    #[field(ja = "終えた日時", en = "Ended at", system)]
    pub ended_at: Option<Time>,
    /// What came of it.
    #[field(ja = "結果", en = "Result", system)]
    pub result: Option<Long>,
    /// What it did to business.
    #[field(ja = "業務に実際に出た影響", en = "Effect on business as seen", system)]
    pub effect_seen: Option<Long>,
    /// Whether the damage still spreads.
    #[field(ja = "広がりは止まったか", en = "Spread", list, system)]
    pub spread: Option<Spread>,
    /// Next end or review.
    #[field(ja = "次に終わる、または見直す日時", en = "Next end or review", system)]
    pub next_review_at: Option<Time>,
    /// Who extended it.
    #[field(ja = "延ばすと決めた人", en = "Extended by", system)]
    pub extended_by: Option<Ref<Person>>,
    /// Record that this one continues.
    #[field(ja = "続きである記録", en = "Continues", system)]
    pub continues: Option<Ref<Containment>>,
    /// Undone at.
    #[field(ja = "元に戻した日時", en = "Undone at", system)]
    pub lifted_at: Option<Time>,
    /// How it went.
    #[field(ja = "元に戻した結果", en = "How undoing it went", system)]
    pub undone: Option<Long>,
}

/// Whether an action is decided or carried out and not over.
pub fn in_force(r: &Record) -> bool {
    !r.ended() && matches!(r.text("state"), "decided" | "running" | "done")
}

/// Rules of actions.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "containment.lapsed",
        register: "containment",
        label: Text::new("措置の期限を見過ごしていない", "No action outlives its time unseen"),
        why: Text::new(
            "一時の措置がそのまま残ると、業務の被害も、抜け道も残ります。",
            "A stopgap that stays goes on hurting business, or opens a hole.",
        ),
        mend: Text::new(
            "元に戻すか、理由を書いて延ばしてください。",
            "Undo it, or extend it with the reason.",
        ),
        severity: Severity::Serious,
        inputs: &[],
        tells: &["csirt", "technical_lead"],
        check: |c| match c.me.time("review_at").filter(|_| in_force(c.me)) {
            Some(at) if c.now < at => Verdict::ok().check_at(at),
            Some(_) => Verdict::finding(
                "review_at",
                "決めた期限を過ぎています。終えるか、延ばすかを決めてください。",
                "Its time is up. Decide whether it ends or goes on.",
            ),
            None => Verdict::ok(),
        },
        meets: &["JP-37"],
    },
    RuleDef {
        id: "containment.spreads",
        register: "containment",
        label: Text::new("広がりが止まったと確かめている", "That the spread stopped is known"),
        why: Text::new(
            "止まっていなければ、次の段階が要ります。",
            "If it goes on, a further stage is needed.",
        ),
        mend: Text::new("次の段階の措置を検討してください。", "Weigh an action of the next stage."),
        severity: Severity::Warning,
        inputs: &[Input::Beside("incident", "containment", "incident"), Input::Out("incident")],
        tells: &[],
        check: |c| {
            let later = |r: &Record| r.text("state") != "dropped" && r.created_at > c.me.created_at;
            let over = c
                .out("incident")
                .is_some_and(|i| !matches!(i.text("state"), "detected" | "reported" | "organised"));
            Verdict::when(
                c.me.text("state") == "done"
                    && c.me.text("phase") == Phase::Containment.id()
                    && c.me.text("spread") != Spread::Stopped.id()
                    && !over
                    && !c.beside("incident", "containment", "incident").any(later),
                "spread",
                Text::new(
                    "広がりが止まったと、まだ言えません。",
                    "It cannot be said yet that the spread stopped.",
                ),
            )
        },
        meets: &["NI-188"],
    },
];
