//! Stop points (遮断・停止ポイント): where communication can be cut or a system stopped, who decides
//! it, and the decision sheet that was filled in beforehand (NI-413, NI-414, NI-415).

use crate::govern::authority::{Authority, deciders};
use crate::govern::person::Person;
use crate::identify::system::System;
use crate::*;

/// What is done at the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CutKind {
    /// The link between two systems, or to the outside, is cut.
    #[choice(ja = "通信を遮断する", en = "Cut a link", tone = "warning")]
    CutLink,
    /// A system is stopped.
    #[choice(ja = "システムを停止する", en = "Stop a system", tone = "danger")]
    StopSystem,
    /// A system goes on alone.
    #[choice(ja = "切り離して単独で動かす", en = "Isolate, running alone", tone = "caution")]
    Isolate,
}

/// A place where a cut or a stop is possible.
#[derive(Debug, Clone, Register)]
#[register(
    id = "stop_point",
    wing = Prepare,
    menu = 6,
    ja = "遮断・停止ポイント",
    en = "Stop point",
    question_ja = "どこを止められ、だれが決め、何が止まりますか",
    question_en = "Where can we cut, who decides, and what stops?",
    about_ja = "ネットワークとシステムの構成から、遮断・停止できる場所を洗い出します。判断表も前もって埋めておきます。",
    about_en = "Places where a cut or stop is possible, found from the configuration, each with a decision sheet filled in beforehand.",
    purpose_ja = "緊急時に、影響を知ったうえで迷わず止めるために使います。",
    purpose_en = "So that a stop is decided without delay and with its effect known.",
    sort = "name",
    meets = ["NI-413", "NI-415"]
)]
pub struct StopPoint {
    /// Point.
    #[field(ja = "ポイント", en = "Point", title, list, search)]
    pub name: String,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: CutKind,
    /// Where it stands.
    #[field(ja = "システム", en = "System", list)]
    pub system: Ref<System>,
    /// The other end of the link; unset is the outside.
    #[field(
        ja = "相手のシステム",
        en = "Other end",
        help_ja = "通信の遮断で、空にすると社外との通信として図に出ます。",
        help_en = "For a cut: left empty, the picture shows the link to the outside."
    )]
    pub other: Option<Ref<System>>,
    /// What is done, step by step.
    #[field(ja = "操作", en = "Action", search)]
    pub action: Long,
    /// What it separates.
    #[field(ja = "切り離されるもの", en = "What it separates")]
    pub separates: Option<Long>,
    /// Who can do it.
    #[field(ja = "操作できる人", en = "Who can do it")]
    pub operators: Vec<Ref<Person>>,
    /// Whoever else can, outside included.
    #[field(ja = "ほかに操作できる人（委託先など）", en = "Others who can (supplier and so on)")]
    pub operators_else: Option<String>,
    /// How to undo it.
    #[field(ja = "元に戻す方法", en = "How to undo it")]
    pub undo: Option<Long>,
    /// The line of the authority table that names who decides.
    #[field(
        ja = "判断の権限（決める人と代行）",
        en = "Authority (decider and deputy)",
        help_ja = "「判断の権限と基準」の行を選びます。決める人は、その役割を持つ人です。",
        help_en = "A line of the authority table; the decider is whoever holds its role."
    )]
    pub authority: Option<Ref<Authority>>,
    /// When a stop is possible.
    #[field(ja = "止めてよい時", en = "When a stop is possible")]
    pub possible_when: Option<Long>,
    /// For how long, in minutes.
    #[field(ja = "止めていられる時間（分）", en = "For how long (minutes)")]
    pub longest: Option<Minutes>,
    /// What it affects.
    #[field(ja = "影響を受けるもの", en = "What it affects")]
    pub affects: Option<Long>,
    /// What stands in meanwhile.
    #[field(ja = "代わりの手段", en = "Substitutes")]
    pub substitutes: Option<Long>,
    /// When the sheet was last gone through.
    #[field(ja = "判断表を確かめた日", en = "Sheet gone through on", list)]
    pub sheet_on: Option<Date>,
}

/// What a decision sheet holds.
pub const SHEET: [&str; 4] = ["possible_when", "longest", "affects", "substitutes"];

fn missing(c: &RuleCtx<'_>, fields: &[&'static str]) -> Verdict {
    fields.iter().filter(|f| !c.me.body.contains_key(**f)).fold(Verdict::ok(), |v, f| {
        let label = StopPoint::DEF.field(f).map_or(Text::new("", ""), |d| d.label);
        v.and(f, format!("「{}」がありません。", label.ja), format!("\"{}\" is missing.", label.en))
    })
}

/// Rules of stop points.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "stop_point.done",
        register: "stop_point",
        label: Text::new(
            "だれが操作し、何が切れ、どう戻すかが分かる",
            "Who does it, what it separates and how to undo it are known",
        ),
        why: Text::new(
            "操作できる人と戻し方が分からないと、止めることも戻すこともできません。",
            "Without somebody who can, and a way back, nothing is stopped or brought back.",
        ),
        mend: Text::new(
            "操作できる人、切り離されるもの、元に戻す方法を入れてください。",
            "Give who can do it, what it separates, and how to undo it.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            let v = missing(c, &["separates", "undo"]);
            if c.me.body.contains_key("operators") || c.me.body.contains_key("operators_else") {
                return v;
            }
            v.and("operators", "操作できる人がいません。", "Nobody is named who can do it.")
        },
        meets: &["NI-413"],
    },
    RuleDef {
        id: "stop_point.decider",
        register: "stop_point",
        label: Text::new("決める人と代行がいる", "A decider and a deputy are named"),
        why: Text::new(
            "サービスに大きく響く判断なので、ポイントごとに決める人が要ります。",
            "Service may suffer heavily, so each point has its decider.",
        ),
        mend: Text::new(
            "権限の行を選び、その役割に人と代行を置いてください。",
            "Choose a line of the authority table, and put a holder and a deputy in its role.",
        ),
        severity: Severity::Serious,
        inputs: &[Input::All("authority"), Input::All("role")],
        tells: &[],
        check: |c| {
            let line = c.me.ids("authority").first().and_then(|id| c.snap.get("authority", id));
            let Some(line) = line.filter(|l| !l.ended()) else {
                return Verdict::finding(
                    "authority",
                    "決める人を示す権限の行がありません。",
                    "No line of the authority table says who decides.",
                );
            };
            match deciders(line, |id| c.snap.get("role", id), c.now).len() {
                0 => Verdict::finding("authority", "決める人がいません。", "Nobody decides."),
                1 => Verdict::finding("authority", "代行がいません。", "There is no deputy."),
                _ => Verdict::ok(),
            }
        },
        meets: &["NI-414"],
    },
    RuleDef {
        id: "stop_point.sheet",
        register: "stop_point",
        label: Text::new("判断表が埋まっている", "The decision sheet is filled in"),
        why: Text::new(
            "いつ、どれだけ止められ、何に響くかは、平時にしか落ち着いて調べられません。",
            "When, how long and at what price a stop is possible can only be found out in quiet times.",
        ),
        mend: Text::new(
            "止めてよい時、時間、影響、代わりの手段を入れてください。",
            "Give when, for how long, what it affects, and the substitutes.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| missing(c, &SHEET),
        meets: &["NI-415"],
    },
    RuleDef {
        id: "stop_point.guide",
        register: "stop_point",
        label: Text::new(
            "止める前に取るデータが分かる",
            "What to collect before the stop is known",
        ),
        why: Text::new(
            "止めると消えるデータは、止めた後では取れません。",
            "What a stop destroys cannot be had afterwards.",
        ),
        mend: Text::new(
            "このシステムの収集手引きを作ってください。",
            "Make a collection guide for the system.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::All("collection_guide")],
        tells: &[],
        check: |c| {
            let mine = |g: &Record| g.text("system") == c.me.text("system");
            Verdict::when(
                !c.all("collection_guide").any(mine),
                "system",
                Text::new("収集手引きがありません。", "There is no collection guide."),
            )
        },
        meets: &["NI-417"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::decide::unsaved;
    use serde_json::json;
    use std::rc::Rc;

    fn record(def: &'static RegisterDef, id: &str, body: Value) -> Rc<Record> {
        let Value::Object(body) = body else { panic!("a body is an object") };
        Rc::new(Record { id: RecordId::new(id), ..unsaved(def, &body, Time::default()) })
    }

    fn found(rule: &str, point: &Record, snap: &Snapshot) -> Vec<&'static str> {
        let (zone, settings) = (Zone::tokyo(), Settings::default());
        let now = Time::default();
        let c = RuleCtx { now, zone: &zone, me: point, snap, settings: &settings, actor: None };
        let rule = RULES.iter().find(|r| r.id == rule).unwrap();
        (rule.check)(&c).findings.into_iter().map(|f| f.field).collect()
    }

    fn point(more: Value) -> Rc<Record> {
        let mut body = json!({"name": "社外との境界", "kind": "cut_link", "system": "net",
            "action": "境界装置の上り口を閉じる"});
        if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
            body.extend(more);
        }
        record(StopPoint::DEF, "p", body)
    }

    /// NI-413, NI-415: every field of point and sheet is missed by name.
    #[test]
    fn a_point_says_who_what_and_how_back_and_its_sheet_is_complete() {
        let snap = Snapshot::new();
        let bare = point(json!({}));
        assert_eq!(found("stop_point.done", &bare, &snap), ["separates", "undo", "operators"]);
        assert_eq!(found("stop_point.sheet", &bare, &snap), SHEET);
        let full = point(json!({"separates": "社内全体と社外", "undo": "上り口を開ける",
            "operators_else": "回線会社", "possible_when": "夜間", "longest": 240,
            "affects": "受注", "substitutes": "電話"}));
        assert!(found("stop_point.done", &full, &snap).is_empty());
        assert!(found("stop_point.sheet", &full, &snap).is_empty());
    }

    /// NI-414: a decider by name, and a deputy besides.
    #[test]
    fn every_point_has_a_named_decider_and_a_deputy() {
        let mut snap = Snapshot::new();
        let line = |body: Value| record(Authority::DEF, "a", body);
        let role = |id: &str, body: Value| record(crate::govern::role::Role::DEF, id, body);
        let chosen = point(json!({"authority": "a"}));
        assert_eq!(found("stop_point.decider", &point(json!({})), &snap), ["authority"]);
        snap.set_all("authority", vec![line(json!({"decider": "r1"}))]);
        assert_eq!(found("stop_point.decider", &chosen, &snap), ["authority"], "nobody");
        snap.set_all("role", vec![role("r1", json!({"holder": "ann"}))]);
        assert_eq!(found("stop_point.decider", &chosen, &snap), ["authority"], "no deputy");
        snap.set_all("role", vec![role("r1", json!({"holder": "ann", "deputies": ["bo"]}))]);
        assert!(found("stop_point.decider", &chosen, &snap).is_empty());
        snap.set_all(
            "role",
            vec![role("r1", json!({"holder": "ann"})), role("r2", json!({"holder": "cy"}))],
        );
        let both = line(json!({"decider": "r1", "stand_in": "r2"}));
        snap.set_all("authority", vec![both.clone()]);
        assert!(found("stop_point.decider", &chosen, &snap).is_empty());
        let names = deciders(&both, |id| snap.get("role", id), Time::default());
        assert_eq!(names, [RecordId::new("ann"), RecordId::new("cy")]);
    }
}
