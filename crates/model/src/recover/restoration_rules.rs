//! How restorations open by themselves, and what is found missing on the way.

use super::restoration::Restoration;
use crate::identify::system::{effective_rto, graph, target};
use crate::*;

/// Opens the way back of every system that the incident says to have stopped, and of every system
/// hit once the incident is contained; each once.
pub const OPEN_WAYS_BACK: Follow = Follow {
    label: Text::new("止まったシステムの復旧を開く", "Opens the way back of stopped systems"),
    inputs: &[Input::In("restoration", "incident"), Input::All("system")],
    open: |c| {
        let known: Vec<&str> =
            c.incoming("restoration", "incident").map(|r| r.text("system")).collect();
        let contained = c.me.body.contains_key("contained_at");
        let over = matches!(c.me.text("state"), "closed" | "false_alarm" | "merged");
        let mut seen: Vec<&str> = Vec::new();
        let effective = effective_rto(&graph(c.all("system")));
        c.me.rows("systems")
            .filter(|row| contained || row.contains_key("stopped_at"))
            .filter(|row| !row.contains_key("restored_at") && !over)
            .filter_map(|row| {
                let id = row.get("system")?.as_str()?;
                if known.contains(&id) || seen.contains(&id) {
                    return None;
                }
                seen.push(id);
                let system = c.snap.get("system", id)?;
                let stopped = row.get("stopped_at").and_then(Value::as_i64);
                Some(way_back(c, system, stopped, effective.get(id).copied()))
            })
            .collect()
    },
    meets: &["TK-81"],
};

fn way_back(c: &RuleCtx<'_>, system: &Record, stopped: Option<i64>, rto: Option<i64>) -> NewRecord {
    let mut body = Body::new();
    let mut put = |field: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(field.to_owned(), value);
        }
    };
    put("title", Some(system.title().into()));
    put("incident", Some(c.me.id.as_str().into()));
    put("system", Some(system.id.as_str().into()));
    put("importance", system.body.get("importance").cloned());
    put("failed_at", c.me.body.get("occurred_at").cloned());
    put("stopped_at", stopped.map(Value::from).or_else(|| Some(c.now.millis().into())));
    put("rto", rto.map(Value::from));
    put("rpo", target(system, "rpo").map(Value::from));
    // A drill's restorations are a drill's.
    put("drill", crate::core::metric::is_drill(c.me).then(|| true.into()));
    NewRecord { register: Restoration::ID, body, link_back: None }
}

/// The rules.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "restoration.watch",
        register: "restoration",
        label: Text::new("監視強化が期限どおりに締められている", "The watch is brought to its end"),
        why: Text::new(
            "戻ってくるマルウェアがあるため、見張りの結果を確かめてから通常運用に戻します。",
            "Some malware comes back, so the watch ends with its result, not by itself.",
        ),
        mend: Text::new(
            "監視の結果を書いて通常運用に戻すか、期間を延ばしてください。",
            "Write what the watch has shown and return to normal, or extend it.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &["csirt"],
        check: |c| match (c.me.text("state"), c.me.time("watch_until")) {
            ("watched", Some(until)) if c.now < until => Verdict::ok().check_at(until),
            ("watched", Some(_)) => Verdict::finding(
                "watch_until",
                "監視強化の期間が終わりました。結果が必要です。",
                "The time of watching is over; its result is needed.",
            ),
            _ => Verdict::ok(),
        },
        meets: &["JP-43"],
    },
    RuleDef {
        id: "restoration.unwatched",
        register: "restoration",
        label: Text::new("再開したシステムを見張っている", "What is back in service is watched"),
        why: Text::new(
            "再開の直後は、攻撃や感染がぶり返すことがあります。",
            "Attack or infection may flare up right after the restart.",
        ),
        mend: Text::new(
            "見張る人・兆候・終わりを決めて、監視を強めてください。",
            "Name watcher, signs and end, and begin the watch.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            Verdict::when(
                c.me.text("state") == "in_service",
                "watcher",
                Text::new(
                    "再開しましたが、まだ見張っていません。",
                    "In service, but not yet watched.",
                ),
            )
        },
        meets: &["JP-43"],
    },
];
