//! Rules over the picture of an incident as a whole: the next update, the completeness of its
//! record, contradictions between sources, services whose extent is unknown.

use super::sighting;
use crate::*;

/// Whether somebody may be behind it, so that what is seen may be meant to deceive.
pub fn attack(incident: &Record) -> bool {
    matches!(
        incident.text("kind"),
        "cyber_attack" | "information_leak" | "unauthorised_access" | "malware"
    )
}

/// Whether the response goes on.
pub fn going_on(incident: &Record) -> bool {
    !matches!(
        incident.text("state"),
        "recovered" | "evaluated" | "handed_over" | "closed" | "false_alarm" | "merged"
    ) && !incident.ended()
}

/// What the record of an incident still lacks once it is recovered (IPA-134): field and label.
pub fn lacking(c: &RuleCtx<'_>) -> Vec<(&'static str, Text)> {
    let has = |f: &str| c.me.body.contains_key(f);
    let decided = c
        .incoming("decision", "incident")
        .any(|d| d.body.contains_key("decider") && !d.text("decision").is_empty());
    let told =
        c.incoming("message", "incident").any(|m| matches!(m.text("state"), "sent" | "answered"));
    let prevented = c.incoming("improvement", "incident").next().is_some() || has("no_lessons_by");
    let closed = c.me.text("state") != "closed" || has("closed_at");
    [
        (
            has("detection"),
            "detection",
            Text::new("気づいた手段（社内・外部の通報）", "noticed inside or by outside notice"),
        ),
        (has("detected_at"), "detected_at", Text::new("気づいた日時", "when it was noticed")),
        (has("notice_channel"), "notice_channel", Text::new("知らせを受けた経路", "channel")),
        (has("summary"), "summary", Text::new("事実", "facts")),
        (has("assets") || has("systems"), "assets", Text::new("対象の資産・システム", "assets")),
        (has("effects"), "effects", Text::new("影響", "effect")),
        (has("severity"), "severity", Text::new("重大度", "severity")),
        (decided, "", Text::new("決定と決めた人", "decisions and deciders")),
        (has("contained_at"), "contained_at", Text::new("とった対処", "actions")),
        (told, "", Text::new("行った連絡", "contacts made")),
        (has("causes"), "causes", Text::new("原因", "cause")),
        (prevented, "", Text::new("再発防止", "prevention")),
        (closed, "closed_at", Text::new("終了", "closure")),
    ]
    .into_iter()
    .filter(|(there, ..)| !there)
    .map(|(_, field, label)| (field, label))
    .collect()
}

/// The rules.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "incident.next_update",
        register: "incident",
        label: Text::new("次の状況共有が時間どおりに出る", "The next update comes in time"),
        why: Text::new(
            "知らせが途切れると、周りは勝手に動くか、不安になります。",
            "When updates stop, people act on their own or grow anxious.",
        ),
        mend: Text::new(
            "対応の部屋で状況のまとめを書き直し、次の時刻を決めてください。",
            "Write the situation anew in the room and set the next time.",
        ),
        severity: Severity::Serious,
        inputs: &[],
        tells: &["csirt", "coordinator"],
        check: |c| {
            let (true, Some(due)) = (going_on(c.me), c.me.time("next_update_at")) else {
                return Verdict::ok();
            };
            if c.now < due {
                return Verdict::ok().check_at(due);
            }
            Verdict::finding(
                "next_update_at",
                "次の状況共有の時刻を過ぎています。",
                "The next update is overdue.",
            )
        },
        meets: &[],
    },
    RuleDef {
        id: "incident.record_complete",
        register: "incident",
        label: Text::new("インシデントの記録に欠けがない", "The record of the incident is whole"),
        why: Text::new(
            "後から分析し、説明し、同じことを防ぐには、決まった項目がそろっている必要があります。",
            "Analysis, accounts and prevention need the whole set of facts.",
        ),
        mend: Text::new("挙がった項目を埋めてください。", "Fill in what is named."),
        severity: Severity::Warning,
        inputs: &[
            Input::In("decision", "incident"),
            Input::In("message", "incident"),
            Input::In("improvement", "incident"),
        ],
        tells: &[],
        check: |c| {
            let due =
                matches!(c.me.text("state"), "recovered" | "evaluated" | "handed_over" | "closed");
            if !due || c.me.flag("drill") {
                return Verdict::ok();
            }
            lacking(c).into_iter().fold(Verdict::ok(), |v, (field, label)| {
                v.and(
                    field,
                    format!("記録に「{}」がありません。", label.ja),
                    format!("The record lacks: {}.", label.en),
                )
            })
        },
        meets: &["IPA-134"],
    },
    RuleDef {
        id: "incident.contradictions",
        register: "incident",
        label: Text::new(
            "監視の記録どうしが食い違っていない",
            "Monitoring sources do not contradict",
        ),
        why: Text::new(
            "食い違いは、記録が消されたか、監視がだまされたしるしです。",
            "A contradiction is a sign that a record was wiped or a watch deceived.",
        ),
        mend: Text::new(
            "「監視の突き合わせ」で記録を比べ、食い違いの理由を確かめて入れてください。",
            "Compare in \"Comparison of monitoring sources\", find out why they differ, and say so.",
        ),
        severity: Severity::Serious,
        inputs: &[Input::In("sighting", "incident")],
        tells: &["technical_lead", "csirt"],
        check: |c| {
            let all: Vec<&Record> = c.incoming("sighting", "incident").collect();
            let mut sources: Vec<&str> = all.iter().map(|r| r.text("source").trim()).collect();
            sources.sort_unstable();
            sources.dedup();
            let compared = sources.len() >= 2;
            let due = attack(c.me)
                && matches!(c.me.text("state"), "contained" | "eradicated")
                && !compared;
            let verdict = if due {
                Verdict::finding(
                    "",
                    "監視の記録どうしをまだ比べていません。二つ以上の記録を比べてください。",
                    "Monitoring sources have not been compared yet; compare at least two.",
                )
            } else {
                Verdict::ok()
            };
            sighting::contradictions(&all).into_iter().fold(verdict, |v, (a, b)| {
                let (object, event) = (a.text("object"), a.text("event"));
                let (yes, no) = (a.text("source"), b.text("source"));
                v.and(
                    "",
                    format!("{object}の「{event}」: {yes}には記録があり、{no}にはありません。"),
                    format!("{object}, \"{event}\": {yes} has it, {no} has not."),
                )
            })
        },
        meets: &["NI-456"],
    },
    RuleDef {
        id: "incident.investigation",
        register: "incident",
        label: Text::new(
            "範囲が分からないサービスに調査リストがある",
            "Services of unknown extent have an investigation list",
        ),
        why: Text::new(
            "範囲が分からないまま最低限のサービスを続けるには、何を調べるかが決まっている必要があります。",
            "To hold the least service while the extent is unknown, what to look at must be settled.",
        ),
        mend: Text::new(
            "調査リストの台帳に、そのサービスの項目・方法・担当を登録してください。",
            "Register items, methods and people for that service as an investigation list.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("investigation")],
        tells: &[],
        check: |c| {
            if !attack(c.me) || !going_on(c.me) || c.me.flag("extent_known") {
                return Verdict::ok();
            }
            let listed: Vec<&str> = c.all("investigation").flat_map(|l| l.ids("service")).collect();
            c.me.rows("systems")
                .filter_map(|r| r.get("system")?.as_str())
                .filter(|id| !listed.contains(id))
                .fold(Verdict::ok(), |v, _| {
                    v.and(
                        "systems",
                        "影響を受けたシステムに、調査リストのないものがあります。",
                        "An affected system has no investigation list.",
                    )
                })
        },
        meets: &["NI-406"],
    },
];
