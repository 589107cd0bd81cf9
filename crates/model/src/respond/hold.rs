//! Holds (保全): from the opening of an incident nothing of the affected targets is deleted until a
//! named person lifts it (TK-61).

use super::incident::Incident;
use crate::govern::person::Person;
use crate::identify::system::System;
use crate::prepare::log_source::LogSource;
use crate::*;

/// Where a hold stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum HoldState {
    /// Nothing may be deleted.
    #[choice(ja = "保全中", en = "Held", tone = "caution")]
    Held,
    /// Lifted.
    #[choice(ja = "解除", en = "Lifted")]
    Lifted,
}

/// Logs and data of one target that stay. Opened by the program with the incident.
#[derive(Debug, Clone, Register)]
#[register(
    id = "hold",
    wing = Respond,
    menu = 14,
    ja = "ログ・データの保全",
    en = "Hold",
    question_ja = "どのログとデータを、いま消さずに残していますか",
    question_en = "Which logs and data are kept from deletion?",
    about_ja = "インシデントを登録すると、案件の記録と、影響を受けたシステムのログ・データの保全が始まります。名前のある人が解くまで続きます。",
    about_en = "Begins with an incident: its records, and logs and data of the affected systems, stay until a named person lifts the hold.",
    purpose_ja = "調べる前に証拠が自動で消えることを防ぎます。",
    purpose_en = "Keeps evidence from being deleted before anybody has looked.",
    sort = "held_at",
    sort_down,
    flow = FLOW,
    append_only,
    retention_years = 10,
    meets = ["TK-61"]
)]
pub struct Hold {
    /// Target.
    #[field(ja = "対象", en = "Target", title, list, search)]
    pub title: String,
    /// Target in English.
    #[field(ja = "対象（英語）", en = "Target in English")]
    pub title_en: Option<String>,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// System; unset for the records of the case.
    #[field(ja = "システム", en = "System", list)]
    pub system: Option<Ref<System>>,
    /// Its log sources.
    #[field(ja = "ログの収集元", en = "Log sources")]
    pub sources: Vec<Ref<LogSource>>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<HoldState>,
    /// Since.
    #[field(ja = "保全を始めた日時", en = "Held since", list, system)]
    pub held_at: Option<Time>,
    /// How deletion was stopped at the source.
    #[field(ja = "自動削除の止め方", en = "How deletion was stopped", max = 500, system)]
    pub stopped_how: Option<String>,
    /// Who stopped it.
    #[field(ja = "止めたことを確かめた人", en = "Confirmed by", system)]
    pub stopped_by: Option<Ref<Person>>,
    /// When.
    #[field(ja = "止めたことを確かめた日時", en = "Confirmed at", system)]
    pub stopped_at: Option<Time>,
    /// Who lifted it.
    #[field(ja = "保全を解いた人", en = "Lifted by", list, system)]
    pub lifted_by: Option<Ref<Person>>,
    /// When.
    #[field(ja = "保全を解いた日時", en = "Lifted at", system)]
    pub lifted_at: Option<Time>,
}

/// Whether a hold is in force.
pub fn in_force(hold: &Record) -> bool {
    !hold.ended() && hold.text("state") != HoldState::Lifted.id()
}

/// Begins the hold of a case and of each of its systems, each once. A drill holds nothing.
pub const OPEN_HOLDS: Follow = Follow {
    label: Text::new("ログとデータの保全を始める", "Holds logs and data"),
    inputs: &[Input::In("hold", "incident"), Input::All("log_source"), Input::All("system")],
    open: |c| {
        if crate::core::metric::is_drill(c.me)
            || matches!(c.me.text("state"), "closed" | "false_alarm")
        {
            return Vec::new();
        }
        let known: Vec<&str> = c.incoming("hold", "incident").map(|h| h.text("system")).collect();
        let mut out = Vec::new();
        if !known.contains(&"") {
            out.push(hold(c, None));
        }
        let mut seen: Vec<&str> = Vec::new();
        for id in c.me.rows("systems").filter_map(|r| r.get("system")?.as_str()) {
            if !known.contains(&id) && !seen.contains(&id) {
                seen.push(id);
                out.extend(c.snap.get("system", id).map(|s| hold(c, Some(s))));
            }
        }
        out
    },
    meets: &["TK-61"],
};

fn hold(c: &RuleCtx<'_>, system: Option<&Record>) -> NewRecord {
    let sources = match system {
        Some(s) => c
            .all("log_source")
            .filter(|l| l.text("system") == s.id.as_str())
            .map(|l| Ref::new(l.id.clone()))
            .collect(),
        None => Vec::new(),
    };
    NewRecord::of(&Hold {
        title: system
            .map_or_else(|| "案件の記録と証拠".into(), |s| format!("{}のログとデータ", s.title())),
        title_en: Some(system.map_or_else(
            || "Records and evidence of the case".into(),
            |s| format!("Logs and data of {}", s.title()),
        )),
        incident: Ref::new(c.me.id.clone()),
        system: system.map(|s| Ref::new(s.id.clone())),
        sources,
        state: None,
        held_at: Some(c.now),
        stopped_how: None,
        stopped_by: None,
        stopped_at: None,
        lifted_by: None,
        lifted_at: None,
    })
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "held",
    start: Start { stamps: &["held_at"], inputs: &[], fill: None, follows: &[] },
    transitions: &[
        Transition {
            id: "confirm",
            label: Text::new("自動削除を止めたと確かめた", "Deletion is stopped at the source"),
            from: &["held"],
            to: "held",
            asks: &[("stopped_by", true), ("stopped_how", true)],
            stamps: &["stopped_at"],
            meets: &["TK-61"],
            ..Transition::PLAIN
        },
        Transition {
            id: "lift",
            label: Text::new("保全を解く", "Lift the hold"),
            from: &["held"],
            to: "lifted",
            asks: &[("lifted_by", true)],
            stamps: &["lifted_at"],
            reason: true,
            who: &["security_manager", "ciso", "executive", "it_manager"],
            meets: &["TK-61"],
            ..Transition::PLAIN
        },
    ],
};

/// Rules of holds.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "hold.source",
        register: "hold",
        label: Text::new(
            "保存元の自動削除が止まっている",
            "Automatic deletion is stopped at the source",
        ),
        why: Text::new(
            "ログは古いものから上書きされ、調べるころには無くなります。",
            "Logs are overwritten by and by, and are gone when somebody looks.",
        ),
        mend: Text::new(
            "ログの保存期間を延ばすか複製を取り、保全の画面で「確かめた」を記録してください。",
            "Extend retention or take copies, then record the confirmation on the hold.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            Verdict::when(
                in_force(c.me)
                    && c.me.body.contains_key("system")
                    && !c.me.body.contains_key("stopped_at"),
                "stopped_at",
                Text::new(
                    "保存元の自動削除を止めたか、まだ確かめていません。",
                    "Nobody has confirmed that deletion is stopped at the source.",
                ),
            )
        },
        meets: &["TK-61"],
    },
    RuleDef {
        id: "hold.over",
        register: "hold",
        label: Text::new("終わった案件の保全を見直している", "Holds of closed cases are looked at"),
        why: Text::new(
            "必要のない保全は、消すべき個人情報も残し続けます。",
            "A hold that nobody needs keeps personal data that should go.",
        ),
        mend: Text::new(
            "要らなければ、理由を書いて解いてください。",
            "Lift it, with the reason, where it is not needed.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::Out("incident")],
        tells: &[],
        check: |c| {
            let over = |i: &Record| matches!(i.text("state"), "closed" | "false_alarm");
            Verdict::when(
                in_force(c.me) && c.out("incident").is_some_and(over),
                "state",
                Text::new(
                    "案件は終わりましたが、保全が続いています。",
                    "The case is over and the hold goes on.",
                ),
            )
        },
        meets: &[],
    },
];
