//! Obligations (期限付き義務): what the clocks open, done or late with proof.

use super::decision::Decision;
use super::incident::Incident;
use crate::govern::role::Role;
use crate::*;

/// Where an obligation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ObligationState {
    /// Open.
    #[choice(ja = "進行中", en = "Open", tone = "caution")]
    Open,
    /// Done.
    #[choice(ja = "完了", en = "Done", tone = "good")]
    Done,
    /// Withdrawn.
    #[choice(ja = "取り下げ", en = "Withdrawn")]
    Withdrawn,
}

/// An obligation with a due time.
#[derive(Debug, Clone, Register)]
#[register(
    id = "obligation",
    wing = Respond,
    menu = 8,
    ja = "期限付き義務",
    en = "Obligation",
    question_ja = "次の期限はどれですか",
    question_en = "Which deadline comes next?",
    about_ja = "届出や社内報告などの期限です。条件がそろうと自動で始まり、近づくと担当に、過ぎると代行者に知らせます。期限は、決定を記録したときだけ動かせます。",
    about_en = "Deadlines of filings and reports. They start by themselves; holders are warned, deputies told when late. Only a recorded decision moves one.",
    purpose_ja = "期限を守ったこと、遅れた理由を示すために残します。",
    purpose_en = "Shows that deadlines were met, or why not.",
    sort = "due_at",
    append_only,
    flow = FLOW,
    opens = &[super::paging_flow::WAKE_FOR_OVERDUE],
    retention_years = 10,
    meets = ["TK-72", "TK-68", "G7-89"]
)]
pub struct Obligation {
    /// Title.
    #[field(ja = "義務", en = "Obligation", title, list, search)]
    pub title: String,
    /// Title in English.
    #[field(ja = "義務（英語）", en = "Obligation in English", search)]
    pub title_en: Option<String>,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Record that started it.
    #[field(ja = "きっかけの記録", en = "Started by")]
    pub subject: Option<AnyRef>,
    /// Rule.
    #[field(ja = "期限の規則", en = "Clock rule", max = 80)]
    pub rule: Option<String>,
    /// Digest of the rule as it was used.
    #[field(ja = "規則の版（照合値）", en = "Rule version (digest)", max = 64)]
    pub rule_digest: Option<String>,
    /// Stage.
    #[field(ja = "段階", en = "Stage", max = 40)]
    pub stage: Option<String>,
    /// Counted from.
    #[field(ja = "起算の日時", en = "Counted from")]
    pub anchor_at: Option<Time>,
    /// Due at.
    #[field(ja = "期限", en = "Due", list)]
    pub due_at: Time,
    /// Warn at.
    #[field(ja = "予告の日時", en = "Warn at")]
    pub warn_at: Option<Time>,
    /// How it was counted.
    #[field(ja = "数え方", en = "How it was counted", max = 400)]
    pub explain: Option<String>,
    /// How it was counted, in English.
    #[field(ja = "数え方（英語）", en = "How it was counted, in English", max = 400)]
    pub explain_en: Option<String>,
    /// Responsible kind of role.
    #[field(ja = "責任を持つ役割の種類", en = "Responsible kind of role", max = 40)]
    pub role_kind: Option<String>,
    /// Responsible role.
    #[field(ja = "責任を持つ役割", en = "Responsible role", list)]
    pub role: Option<Ref<Role>>,
    /// Recipient.
    #[field(ja = "提出先", en = "Recipient", list)]
    pub recipient: Option<String>,
    /// Recipient in English.
    #[field(ja = "提出先（英語）", en = "Recipient in English")]
    pub recipient_en: Option<String>,
    /// Source.
    #[field(ja = "根拠", en = "Source", max = 400)]
    pub source: Option<String>,
    /// Source in English.
    #[field(ja = "根拠（英語）", en = "Source in English", max = 400)]
    pub source_en: Option<String>,
    /// Evidence mark of the source.
    #[field(ja = "根拠の確かさ", en = "Evidence of the source", max = 40)]
    pub evidence: Option<String>,
    /// A duty by law.
    #[field(ja = "法令による義務", en = "Duty by law")]
    pub legal: bool,
    /// Alarms given so far.
    #[field(ja = "知らせた回数", en = "Alarms given", system)]
    pub alarms: Option<i64>,
    /// Next alarm at.
    #[field(ja = "次に知らせる日時", en = "Next alarm at", list, system)]
    pub next_alarm_at: Option<Time>,
    /// Decision that moved it.
    #[field(ja = "期限を動かした決定", en = "Decision that moved it", system)]
    pub moved_by: Option<Ref<Decision>>,
    /// Done at.
    #[field(ja = "完了した日時", en = "Done at", system)]
    pub done_at: Option<Time>,
    /// Proof.
    #[field(
        ja = "完了の証拠",
        en = "Proof",
        system,
        help_ja = "受付番号など",
        help_en = "For example the receipt number"
    )]
    pub proof: Option<String>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<ObligationState>,
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "open",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "finish",
            label: Text::new("完了を記録する", "Record as done"),
            from: &["open"],
            to: "done",
            asks: &[("proof", true), ("done_at", false)],
            stamps: &["done_at"],
            meets: &["TK-72"],
            ..Transition::PLAIN
        },
        Transition {
            id: "withdraw",
            label: Text::new("取り下げる", "Withdraw"),
            from: &["open"],
            to: "withdrawn",
            reason: true,
            who: &["security_manager", "ciso", "executive", "coordinator"],
            ..Transition::PLAIN
        },
        Transition {
            id: "move",
            label: Text::new("期限を動かす", "Move the deadline"),
            from: &["open"],
            to: "open",
            asks: &[("due_at", true), ("moved_by", true)],
            reason: true,
            who: &["security_manager", "ciso", "executive", "coordinator"],
            ..Transition::PLAIN
        },
    ],
};

/// Whether it was finished, or is, after its time.
pub fn late(o: &Record, now: Time) -> bool {
    match (o.text("state"), o.time("due_at"), o.time("done_at")) {
        ("done", Some(due), Some(done)) => done > due,
        ("open", Some(due), _) => now > due,
        _ => false,
    }
}

/// Shown as soon as a value changes that the running clock was started or computed by.
fn drift(c: &RuleCtx<'_>) -> Verdict {
    use crate::core::clock::DriftKind;
    let Some(drift) = c.snap.drift() else { return Verdict::ok() };
    let limit =
        |lang| drift.limit.as_ref().map_or_else(String::new, |limit| limit.at.show(lang, c.zone));
    let (ja, en) = (limit(Lang::Ja), limit(Lang::En));
    match drift.kind {
        DriftKind::Condition => Verdict::finding(
            "rule",
            "この期限を始めた条件が、いまの記録では成り立ちません。確かめて決めてください。",
            "What started this deadline no longer holds by the record. Confirm or decide anew.",
        ),
        DriftKind::Start => Verdict::finding(
            "anchor_at",
            format!(
                "起算の日時が変わりました。いまの記録で数えると {ja} です。確かめて決めてください。"
            ),
            format!(
                "The instant it is counted from has changed; by the record it would be {en}. Confirm or decide anew."
            ),
        ),
        DriftKind::Limit => Verdict::finding(
            "due_at",
            format!(
                "期限を計算した値が変わりました。いまの記録で数えると {ja} です。確かめて決めてください。"
            ),
            format!(
                "This deadline was computed from a value that has changed; by the record it would be {en}. Confirm or decide anew."
            ),
        ),
    }
}

/// Rules of obligations.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "obligation.unconfirmed",
        register: "obligation",
        label: Text::new(
            "法令の期限が自社に当てはまると確かめてある",
            "A duty by law is confirmed to apply",
        ),
        why: Text::new(
            "確かめるまで、この期限では呼び出しを行いません。黙って見過ごさないための表示です。",
            "Until then this deadline wakes nobody. It is shown so that it does not pass in silence.",
        ),
        mend: Text::new(
            "初期設定の「届出の期限」で、当てはまるかどうかを選んでください。",
            "Say in the first-start guide, under deadlines, whether it applies.",
        ),
        severity: Severity::Serious,
        inputs: &[Input::All("setting")],
        tells: &[],
        check: |c| {
            let key = format!("{}{}", crate::govern::setting::CLOCK_APPLIES, c.me.text("rule"));
            Verdict::when(
                c.me.flag("legal") && c.me.text("state") == "open" && !c.settings.is_set(&key),
                "rule",
                Text::new(
                    "この法定期限が自社に当てはまるか、まだ確かめられていません。",
                    "Nobody has said yet whether this duty applies to us.",
                ),
            )
        },
        meets: &["TK-72"],
    },
    RuleDef {
        id: "obligation.drift",
        register: "obligation",
        label: Text::new(
            "期限のもとになった値が変わっていない",
            "The values that the deadline was computed from still hold",
        ),
        why: Text::new(
            "期限は自動では動きません。もとの値が変わったときは、人が確かめて決めます。",
            "Deadlines do not move by themselves. When a value behind one changes, a person decides.",
        ),
        mend: Text::new(
            "決定を記録し、「期限を動かす」で確かめた期限を入れてください（同じ日時でもかまいません）。不要になったものは取り下げてください。",
            "Record a decision and confirm or set the limit with \"Move the deadline\" (it may stay the same), or withdraw it.",
        ),
        severity: Severity::Serious,
        inputs: &[Input::Out("subject"), Input::Clocks, Input::All("setting")],
        tells: &["security_manager"],
        check: drift,
        meets: &[],
    },
    RuleDef {
        id: "obligation.late",
        register: "obligation",
        label: Text::new("期限を守っている", "Deadlines are met"),
        why: Text::new(
            "届出の遅れは、それ自体が問題になります。",
            "A late filing is a problem of its own.",
        ),
        mend: Text::new(
            "すぐに提出し、遅れた理由を記録してください。",
            "File at once and record why it is late.",
        ),
        severity: Severity::Serious,
        inputs: &[],
        tells: &[],
        check: |c| {
            let Some(due) = c.me.time("due_at") else { return Verdict::ok() };
            if c.me.text("state") == "open" && c.now <= due {
                return Verdict::ok().check_at(due.plus(1));
            }
            if !late(c.me, c.now) {
                return Verdict::ok();
            }
            Verdict::finding("due_at", "期限を過ぎています。", "Past the deadline.")
        },
        meets: &["TK-72"],
    },
];
