//! The steps of an incident (TK-69), each with who, what must hold and what it opens.

use super::decision::Topic;
use super::task::Task;
use crate::*;

const RESPONDERS: &[&str] =
    &["csirt", "technical_lead", "security_manager", "it_manager", "ciso", "coordinator"];
const DECIDERS: &[&str] = &["security_manager", "ciso", "executive", "coordinator"];

const EVIDENCE_KEPT: Gate = Gate {
    id: "evidence_first",
    label: Text::new("証拠を先に確保している", "Evidence was taken first"),
    mend: Text::new(
        "証拠を登録するか、確保しない判断を決定として記録してください。ログは消さないでください。",
        "Register evidence, or record the decision not to take any. Do not clear logs.",
    ),
    inputs: &[Input::In("evidence", "incident"), Input::In("decision", "incident")],
    holds: |c| {
        c.incoming("evidence", "incident").next().is_some()
            || c.incoming("decision", "incident").any(|d| d.text("topic") == Topic::NoEvidence.id())
    },
    meets: &[],
};

const OUTSIDE_DECIDED: Gate = Gate {
    id: "outside_bodies",
    label: Text::new(
        "重大または広範なら、IPAとJPCERT/CCへの連絡の要否を決めている",
        "If grave or wide: telling IPA and JPCERT/CC has been decided",
    ),
    mend: Text::new(
        "決定の欄で「IPAへの相談」「JPCERT/CCへの連絡」について、はい・いいえと理由を記録してください。",
        "Record a decision, yes or no with the reason, on each of IPA and JPCERT/CC.",
    ),
    inputs: &[Input::In("decision", "incident")],
    holds: |c| {
        !c.me.flag("grave")
            || [Topic::ReportIpa, Topic::ReportJpcert].iter().all(|topic| {
                c.incoming("decision", "incident").any(|d| d.text("topic") == topic.id())
            })
    },
    meets: &["TK-71"],
};

const EVALUATED: Gate = Gate {
    id: "review_held",
    label: Text::new("事後評価の記録がある", "A post-event evaluation is on record"),
    mend: Text::new("振り返りの記録を追加してください。", "Add the record of the review meeting."),
    inputs: &[Input::In("review", "incident")],
    holds: |c| c.incoming("review", "incident").next().is_some(),
    meets: &["TK-102", "TK-103"],
};

const LESSONS_ROUTED: Gate = Gate {
    id: "lessons_routed",
    label: Text::new(
        "教訓が改善に渡っている、または「なし」と判断した人がいる",
        "Lessons are routed into improvements, or a named person judged \"none\"",
    ),
    mend: Text::new(
        "改善を登録するか、「教訓なし」と判断した人と理由を入れてください。",
        "Register an improvement, or name who judged that there is none, and why.",
    ),
    inputs: &[Input::In("improvement", "incident")],
    holds: |c| {
        c.incoming("improvement", "incident").next().is_some()
            || (c.me.body.contains_key("no_lessons_by")
                && !c.me.text("no_lessons_reason").is_empty())
    },
    meets: &["TK-03", "TK-102"],
};

const CAUSES_MEASURED: Gate = Gate {
    id: "causes_measured",
    label: Text::new("すべての原因に改善がある", "Every named cause has a measure"),
    mend: Text::new(
        "原因ごとに改善を登録してください。",
        "Register an improvement for each cause.",
    ),
    inputs: &[Input::In("improvement", "incident")],
    holds: |c| super::incident_rules::causes_without_measure(c).is_empty(),
    meets: &["TK-104"],
};

const TASKS_DONE: Gate = Gate {
    id: "obligations_settled",
    label: Text::new("期限付き義務がすべて完了か取り下げになっている", "No deadline is left open"),
    mend: Text::new(
        "残っている期限を完了にするか、理由を付けて取り下げてください。",
        "Finish the open deadlines, or withdraw them with a reason.",
    ),
    inputs: &[Input::In("obligation", "incident")],
    holds: |c| !c.incoming("obligation", "incident").any(|o| o.text("state") == "open"),
    meets: &[],
};

const SYSTEMS_BACK: Gate = Gate {
    id: "systems_back",
    label: Text::new(
        "止まったシステムがすべて再開している",
        "All stopped systems are back in service",
    ),
    mend: Text::new(
        "復旧の画面で、残りのシステムを再開まで進めてください。",
        "Bring the rest back into service on the recovery board.",
    ),
    inputs: &[Input::In("restoration", "incident")],
    holds: |c| !c.incoming("restoration", "incident").any(crate::recover::restoration::away),
    meets: &["TK-81"],
};

const WATCH_OVER: Gate = Gate {
    id: "watch_over",
    label: Text::new("復旧後の監視がすべて終わっている", "Every watch after recovery has ended"),
    mend: Text::new(
        "監視の結果を確かめ、すべてのシステムを通常運用に戻してください。",
        "See what the watch has shown and return every system to normal.",
    ),
    inputs: &[Input::In("restoration", "incident")],
    holds: |c| !c.incoming("restoration", "incident").any(crate::recover::restoration::open),
    meets: &["JP-43"],
};

const REALLY_OVER: Gate = Gate {
    id: "really_over",
    label: Text::new("終結の確認が済んでいる", "That it is over has been confirmed"),
    mend: Text::new(
        "「恒久対策と終結の確認」で、真の原因・亜種・ほかへの影響などを確かめてください。",
        "Confirm cause, variants, other effects and the rest in \"Permanent measures and closing\".",
    ),
    inputs: &[Input::In("closing", "incident")],
    holds: |c| {
        c.incoming("closing", "incident").next().is_some()
            && c.incoming("closing", "incident").all(|r| r.text("state") == "confirmed")
    },
    meets: &["JP-44"],
};

/// The steps.
pub const FLOW: Workflow = Workflow {
    field: "state",
    initial: "detected",
    start: Start { stamps: &["detected_at"], inputs: &[], fill: None, follows: &[] },
    transitions: &[
        Transition {
            id: "report",
            label: Text::new("報告を受けた", "Reported"),
            from: &["detected"],
            to: "reported",
            stamps: &["reported_at", "aware_at"],
            who: RESPONDERS,
            meets: &["TK-69"],
            ..Transition::PLAIN
        },
        Transition {
            id: "organise",
            label: Text::new("体制を発足する", "Start the organisation"),
            from: &["detected", "reported"],
            to: "organised",
            asks: &[
                ("severity", true),
                ("priority", true),
                ("lead", true),
                ("members", false),
                ("sharing", true),
                ("criterion", false),
                ("grave", false),
                ("personal_data", false),
                ("personal_data_at", false),
            ],
            stamps: &["reported_at", "aware_at", "organised_at"],
            reason: true,
            follows: &[
                Follow {
                    label: Text::new("最初にする作業を開く", "Opens the first tasks"),
                    inputs: &[],
                    open: first_tasks,
                    meets: &["TK-14", "TK-72"],
                },
                super::incident_levels::TELL_BY_LEVEL,
                super::tamper_check::OPEN,
            ],
            who: RESPONDERS,
            meets: &["TK-69", "JP-20", "JP-21", "JP-22", "JP-24"],
            ..Transition::PLAIN
        },
        Transition {
            id: "contain",
            label: Text::new("封じ込めた", "Contained"),
            from: &["organised"],
            to: "contained",
            asks: &[("logs_kept", true)],
            stamps: &["contained_at"],
            reason: true,
            gates: &[OUTSIDE_DECIDED, EVIDENCE_KEPT],
            who: RESPONDERS,
            meets: &["TK-69", "TK-61"],
            ..Transition::PLAIN
        },
        Transition {
            id: "eradicate",
            label: Text::new("根絶した", "Eradicated"),
            from: &["contained"],
            to: "eradicated",
            asks: &[("logs_kept_after", true)],
            stamps: &["eradicated_at"],
            reason: true,
            gates: &[OUTSIDE_DECIDED],
            who: RESPONDERS,
            meets: &["TK-69", "TK-61"],
            ..Transition::PLAIN
        },
        Transition {
            id: "recover",
            label: Text::new("復旧した", "Recovered"),
            from: &["eradicated"],
            to: "recovered",
            asks: &[("systems", false)],
            stamps: &["recovered_at"],
            reason: true,
            gates: &[OUTSIDE_DECIDED, SYSTEMS_BACK],
            who: DECIDERS,
            meets: &["TK-69"],
            ..Transition::PLAIN
        },
        Transition {
            id: "spread",
            label: Text::new("再び広がった", "It spread again"),
            from: &["contained", "eradicated", "recovered"],
            to: "organised",
            reason: true,
            // Logs are confirmed anew at the next containment.
            fill: Some(|_| {
                ["logs_kept", "logs_kept_after"]
                    .map(|f| (f.to_owned(), Value::Null))
                    .into_iter()
                    .collect()
            }),
            who: RESPONDERS,
            ..Transition::PLAIN
        },
        Transition {
            id: "evaluate",
            label: Text::new("事後評価を終えた", "Evaluated"),
            from: &["recovered"],
            to: "evaluated",
            asks: &[("causes", false)],
            stamps: &["evaluated_at"],
            gates: &[EVALUATED],
            who: RESPONDERS,
            meets: &["TK-69", "TK-102", "TK-103"],
            ..Transition::PLAIN
        },
        Transition {
            id: "hand_over",
            label: Text::new("改善へ引き継ぐ", "Hand over to improvement"),
            from: &["evaluated"],
            to: "handed_over",
            asks: &[("no_lessons_by", false), ("no_lessons_reason", false)],
            gates: &[LESSONS_ROUTED, CAUSES_MEASURED],
            who: RESPONDERS,
            meets: &["TK-69", "TK-03", "TK-104"],
            ..Transition::PLAIN
        },
        Transition {
            id: "close",
            label: Text::new("終了する", "Close"),
            from: &["handed_over"],
            to: "closed",
            stamps: &["closed_at"],
            reason: true,
            gates: &[EVALUATED, LESSONS_ROUTED, TASKS_DONE, WATCH_OVER, REALLY_OVER],
            who: DECIDERS,
            meets: &["TK-69", "TK-03", "TK-102", "JP-43", "JP-44"],
            ..Transition::PLAIN
        },
        Transition {
            id: "false_alarm",
            label: Text::new("誤検知とする", "False alarm"),
            from: &["detected", "reported", "organised"],
            to: "false_alarm",
            stamps: &["closed_at"],
            reason: true,
            who: RESPONDERS,
            meets: &["TK-69", "JP-23"],
            ..Transition::PLAIN
        },
    ],
};

fn first_tasks(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let mut texts = vec![
        ("影響範囲を確かめる", "Find out how far it reaches"),
        ("証拠（ログ・画面・端末）を確保する", "Take evidence (logs, screens, devices)"),
        ("封じ込めの方法と事業への影響を決める", "Decide on containment and its business effect"),
        ("関係者への連絡を始める", "Start telling those concerned"),
    ];
    if c.me.flag("personal_data") {
        texts.push((
            "個人情報保護委員会への報告を準備する（必須）",
            "Prepare the report to the personal-data authority (mandatory)",
        ));
    }
    texts.push((
        "外部のセキュリティ会社などに頼むかを決め、決定に残す",
        "Decide whether to use outside security help, and record the decision",
    ));
    texts
        .into_iter()
        .map(|(ja, en)| {
            let mut task = Task::new(Ref::new(c.me.id.clone()), ja);
            task.title_en = Some(en.to_owned());
            task.assignee = c.me.ids("lead").first().map(|p| Ref::new(RecordId::new(*p)));
            NewRecord::of(&task)
        })
        .collect()
}
