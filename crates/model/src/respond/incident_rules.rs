//! Rules of incidents.

use crate::*;

/// Causes of the incident that no improvement is tied to, as (key, text).
pub fn causes_without_measure(c: &RuleCtx<'_>) -> Vec<(String, String)> {
    let measured: Vec<&str> =
        c.incoming("improvement", "incident").map(|i| i.text("cause_key")).collect();
    c.me.rows("causes")
        .filter_map(|row| {
            let key = row.get("key")?.as_str()?;
            let text = row.get("text").and_then(Value::as_str).unwrap_or_default();
            (!measured.contains(&key)).then(|| (key.to_owned(), text.to_owned()))
        })
        .collect()
}

/// Improvements that are tied to no cause of the incident.
pub fn measures_without_cause<'a>(c: &RuleCtx<'a>) -> Vec<&'a Record> {
    let keys: Vec<&str> =
        c.me.rows("causes").filter_map(|row| row.get("key").and_then(Value::as_str)).collect();
    c.incoming("improvement", "incident").filter(|i| !keys.contains(&i.text("cause_key"))).collect()
}

fn open(c: &RuleCtx<'_>) -> bool {
    !matches!(c.me.text("state"), "closed" | "false_alarm" | "merged")
}

/// The rules.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "incident.measures",
        register: "incident",
        label: Text::new("原因と改善が対応している", "Causes and measures match"),
        why: Text::new(
            "原因に効く対策だけが再発を防ぎます。どちらか一方だけのものを一覧にします。",
            "Only a measure aimed at a cause prevents a repeat. Whatever stands alone is listed.",
        ),
        mend: Text::new(
            "改善に原因の記号を付けるか、足りない改善・原因を追加してください。",
            "Give the improvement its cause's key, or add what is missing.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::In("improvement", "incident")],
        tells: &[],
        check: |c| {
            let v = causes_without_measure(c).into_iter().fold(Verdict::ok(), |v, (key, text)| {
                v.and(
                    "causes",
                    format!("原因 {key}「{text}」に対する改善がありません。"),
                    format!("Cause {key} (\"{text}\") has no measure."),
                )
            });
            measures_without_cause(c).into_iter().fold(v, |v, i| {
                v.and(
                    "causes",
                    format!("改善「{}」はどの原因にも結び付いていません。", i.title()),
                    format!("Improvement \"{}\" is tied to no cause.", i.title()),
                )
            })
        },
        meets: &["G7-50", "TK-104"],
    },
    RuleDef {
        id: "incident.lead",
        register: "incident",
        label: Text::new("指揮する人がいる", "Somebody leads"),
        why: Text::new(
            "次の判断を待つ人が出ないようにするためです。",
            "So that nobody waits for a decision that nobody takes.",
        ),
        mend: Text::new(
            "体制を発足し、指揮する人を決めてください。",
            "Start the organisation and name the lead.",
        ),
        severity: Severity::Serious,
        inputs: &[],
        tells: &[],
        check: |c| {
            Verdict::when(
                open(c) && !c.me.body.contains_key("lead"),
                "lead",
                Text::new("指揮する人が決まっていません。", "Nobody leads yet."),
            )
        },
        meets: &["JP-22"],
    },
    RuleDef {
        id: "incident.outside_help",
        register: "incident",
        label: Text::new(
            "外部の専門会社に頼むかを決めている",
            "Whether outside help is used has been decided",
        ),
        why: Text::new(
            "自分たちだけで抱えると、調査も封じ込めも遅れます。",
            "Keeping it to ourselves delays both analysis and containment.",
        ),
        mend: Text::new(
            "決定の欄で「外部のセキュリティ会社などの利用」について、はい・いいえと理由を記録してください。",
            "Record a decision, yes or no with the reason, on using outside security help.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::In("decision", "incident")],
        tells: &[],
        check: |c| {
            let decided = |d: &Record| {
                d.text("topic") == super::decision::Topic::OutsideHelp.id()
                    && d.body.contains_key("decider")
                    && !d.text("why").trim().is_empty()
            };
            Verdict::when(
                matches!(c.me.text("state"), "organised" | "contained" | "eradicated")
                    && !c.incoming("decision", "incident").any(decided),
                "",
                Text::new(
                    "外部の専門会社に頼むか、まだ決めていません。",
                    "Whether to use outside help has not been decided.",
                ),
            )
        },
        meets: &["JP-25"],
    },
    RuleDef {
        id: "incident.rto",
        register: "incident",
        label: Text::new(
            "止まったシステムが目標時間内に戻る",
            "Stopped systems return within target",
        ),
        why: Text::new(
            "業務が耐えられる時間を越える前に、次の手を打つためです。",
            "So that the next move comes before business can bear no more.",
        ),
        mend: Text::new(
            "復旧を急ぐか、代わりの手段に切り替え、責任者と経営者に知らせてください。",
            "Speed up, or switch to the alternative, and tell owner and management.",
        ),
        severity: Severity::Serious,
        inputs: &[Input::All("system"), Input::In("restoration", "incident")],
        tells: &["technical_lead", "executive"],
        check: rto,
        meets: &["TK-46"],
    },
    RuleDef {
        id: "incident.personal_data",
        register: "incident",
        label: Text::new(
            "漏えいの可能性を知った日時がある",
            "The moment of knowing of a possible leak is given",
        ),
        why: Text::new(
            "法定の報告期限はこの日時から数えます。",
            "The statutory deadline counts from it.",
        ),
        mend: Text::new(
            "「漏えいの可能性を知った日時」を入れてください。",
            "Give the moment at which the possible leak became known.",
        ),
        severity: Severity::Serious,
        inputs: &[],
        tells: &[],
        check: |c| {
            Verdict::when(
                c.me.flag("personal_data") && c.me.time("personal_data_at").is_none(),
                "personal_data_at",
                Text::new(
                    "報告期限を数え始める日時がありません。",
                    "The deadline has no starting moment.",
                ),
            )
        },
        meets: &["TK-72"],
    },
];

/// One running clock of a stopped system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RtoClock {
    /// The system.
    pub system: RecordId,
    /// Its name.
    pub name: String,
    /// When it stopped.
    pub stopped_at: Time,
    /// When it must be back (own target and those of all that depends on it).
    pub due_at: Time,
}

/// The clocks of all systems of the incident that are stopped and not back (TK-46).
/// `ways` are the restorations of the incident: one that is in service stops its clock.
pub fn rto_clocks(me: &Record, systems: &[std::rc::Rc<Record>], ways: &[&Record]) -> Vec<RtoClock> {
    let graph = crate::identify::system::graph(systems.iter().map(std::rc::Rc::as_ref));
    let effective = crate::identify::system::effective_rto(&graph);
    let mut clocks: Vec<RtoClock> = me
        .rows("systems")
        .filter(|row| !row.contains_key("restored_at"))
        .filter_map(|row| {
            let id = row.get("system")?.as_str()?;
            let back =
                |w: &&Record| w.text("system") == id && !crate::recover::restoration::away(w);
            if ways.iter().any(back) {
                return None;
            }
            let stopped_at = Time::from_millis(row.get("stopped_at")?.as_i64()?);
            let minutes = *effective.get(id)?;
            let name = systems.iter().find(|s| s.id.as_str() == id).map(|s| s.title())?;
            let due_at = stopped_at.plus(minutes * MINUTE);
            Some(RtoClock { system: RecordId::new(id), name, stopped_at, due_at })
        })
        .collect();
    clocks.sort_by_key(|c| c.due_at);
    clocks
}

fn rto(c: &RuleCtx<'_>) -> Verdict {
    if !open(c) {
        return Verdict::ok();
    }
    let ways: Vec<&Record> = c.incoming("restoration", "incident").collect();
    rto_clocks(c.me, c.snap.set("system"), &ways).into_iter().fold(Verdict::ok(), |v, clock| {
        // Owner and management are told when a quarter of the time is left.
        let warn = clock.due_at.plus(-clock.due_at.since(clock.stopped_at) / 4);
        if c.now < warn {
            return v.check_at(warn);
        }
        let left = clock.due_at.since(c.now) / MINUTE;
        if left > 0 {
            v.and(
                "systems",
                format!("{}の目標復旧時間まであと{left}分です。", clock.name),
                format!("{} must be back in {left} minutes.", clock.name),
            )
            .check_at(clock.due_at)
        } else {
            v.and(
                "systems",
                format!("{}が目標復旧時間を{}分過ぎています。", clock.name, -left),
                format!("{} is {} minutes past its recovery target.", clock.name, -left),
            )
        }
    })
}
