//! The steps of a phase: begun in order or early with a reason, complete at its gateway.

use super::departure::Departure;
use super::entry::stands;
use super::framework::PhaseKind;
use super::framework_flow::{cell, criteria, preconditions};
use super::impact::Area;
use super::parts::of_case;
use super::repair_check;
use super::status_update::PLANNED;
use crate::*;

/// The inputs of all gates of phases.
const READ: &[Input] = &[
    Input::Out("reconnection"),
    Input::All("framework"),
    Input::All("reconnect_phase"),
    Input::Beside("reconnection", "gate_check", "reconnection"),
    Input::Beside("reconnection", "impact", "reconnection"),
    Input::Beside("reconnection", "repair_check", "reconnection"),
    Input::Beside("reconnection", "wind_down", "reconnection"),
    Input::Beside("reconnection", "link", "reconnection"),
];

/// The framework that the case follows, among those handed in.
pub fn framework<'a>(c: &RuleCtx<'a>) -> Option<&'a Record> {
    c.snap.get("framework", c.out("reconnection")?.text("framework"))
}

/// The criteria of a phase in its case: the framework's, less what was dropped, with what was
/// added or adapted (G7-46).
pub fn asked<'a>(framework: Option<&'a Record>, phase: &'a Record) -> Vec<&'a Body> {
    let kind = phase.text("kind");
    let own: Vec<&Body> = phase.rows("own_criteria").collect();
    let dropped: Vec<&str> = phase.rows("dropped").map(|d| cell(d, "key")).collect();
    let replaced = |key: &str| own.iter().any(|o| cell(o, "key") == key);
    let mut all: Vec<&Body> = framework
        .map(|f| criteria(f, kind))
        .unwrap_or_default()
        .into_iter()
        .filter(|r| !dropped.contains(&cell(r, "key")) && !replaced(cell(r, "key")))
        .collect();
    all.extend(own);
    all
}

/// The newest check of a criterion that still stands.
pub fn newest<'a>(
    checks: impl Iterator<Item = &'a Record>,
    phase: &Record,
    key: &str,
) -> Option<&'a Record> {
    checks
        .filter(|g| stands(g) && g.text("phase") == phase.id.as_str() && g.text("criterion") == key)
        .max_by_key(|g| (g.time("judged_at"), g.leaf))
}

/// The preconditions of a phase that neither hold nor were waived.
pub fn unmet<'a>(framework: Option<&'a Record>, phase: &Record) -> Vec<&'a Body> {
    let settled: Vec<&str> =
        phase.rows("held").chain(phase.rows("waived")).map(|r| cell(r, "key")).collect();
    let all = framework.map(|f| preconditions(f, phase.text("kind"))).unwrap_or_default();
    all.into_iter().filter(|p| !settled.contains(&cell(p, "key"))).collect()
}

/// The phases before this one, of the same case and part.
fn earlier<'a>(c: &RuleCtx<'a>) -> Vec<&'a Record> {
    let before = |p: &Record| p.int("place") < c.me.int("place");
    c.all("reconnect_phase")
        .filter(|p| {
            p.text("reconnection") == c.me.text("reconnection")
                && p.text("part") == c.me.text("part")
                && before(p)
        })
        .collect()
}

const FOLLOWED: Gate = Gate {
    id: "framework_followed",
    label: Text::new("案件が承認済みの枠組みに従う", "The case follows an approved framework"),
    mend: Text::new(
        "案件に枠組みを選び、枠組みを承認してください。",
        "Choose a framework for the case, and have it approved.",
    ),
    inputs: READ,
    holds: |c| framework(c).is_some_and(|f| f.text("state") == "approved"),
    meets: &[],
};

const OWNER: Gate = Gate {
    id: "accountable_named",
    label: Text::new("説明責任を持つ人が決まっている", "An accountable person is named"),
    mend: Text::new("この段階の説明責任を持つ人を選んでください。", "Name who answers for it."),
    inputs: &[],
    holds: |c| c.me.body.contains_key("accountable"),
    meets: &["G7-20"],
};

const IN_ORDER: Gate = Gate {
    id: "earlier_complete",
    label: Text::new("前の段階が終わっている", "The phases before are complete"),
    mend: Text::new(
        "前の段階の関門に到達するか、理由を残して先に始めてください。",
        "Reach the gateway before, or begin early with a reason.",
    ),
    inputs: READ,
    holds: |c| earlier(c).iter().all(|p| p.text("state") == "complete"),
    meets: &["G7-38"],
};

const EARLIER_BEGUN: Gate = Gate {
    id: "earlier_begun",
    label: Text::new("前の段階は始まっている", "The phases before have begun"),
    mend: Text::new("前の段階を先に始めてください。", "Begin the phase before first."),
    inputs: READ,
    holds: |c| {
        let before = earlier(c);
        !before.is_empty() && before.iter().all(|p| p.text("state") != "waiting")
    },
    meets: &["G7-39"],
};

const PREPARED: Gate = Gate {
    id: "preconditions",
    label: Text::new(
        "始める前の前提を満たしたか、名前を残して免除した",
        "Preconditions hold or were waived by name",
    ),
    mend: Text::new(
        "前提ごとに、確かめたことか、免除した人と理由を入れてください。",
        "For each, give what shows it, or who waived it and why.",
    ),
    inputs: READ,
    holds: |c| unmet(framework(c), c.me).is_empty(),
    meets: &["G7-41"],
};

const GATEWAY: Gate = Gate {
    id: "gateway_reached",
    label: Text::new("関門の基準すべてに達した", "All criteria of the gateway are reached"),
    mend: Text::new(
        "基準ごとに関門の確認を登録し、達したことを示してください。",
        "Enter a gateway check for each criterion that shows it is reached.",
    ),
    inputs: READ,
    holds: |c| {
        let asked = asked(framework(c), c.me);
        !asked.is_empty()
            && asked.iter().all(|r| {
                newest(c.beside("reconnection", "gate_check", "reconnection"), c.me, cell(r, "key"))
                    .is_some_and(|g| g.text("verdict") == "reached")
            })
    },
    meets: &["G7-44"],
};

const IMPACT: Gate = Gate {
    id: "five_areas_known",
    label: Text::new(
        "業務・技術・市場・顧客・サプライチェーンの影響が分かっている",
        "Impact on operations, technology, market, customers and supply chain is known",
    ),
    mend: Text::new(
        "五つの領域それぞれに影響の記録を登録してください。",
        "Enter an impact record for each of the five areas.",
    ),
    inputs: READ,
    holds: |c| {
        let known = |area: Area| {
            c.beside("reconnection", "impact", "reconnection")
                .any(|i| stands(i) && i.text("area") == area.id())
        };
        c.me.text("kind") != PhaseKind::Assessment.id() || Area::ALL.into_iter().all(known)
    },
    meets: &["G7-53"],
};

const RETESTED: Gate = Gate {
    id: "first_entry_retested",
    label: Text::new(
        "最初の侵入経路を修復後に試し直し、入れなかった",
        "The first way in was tried again after repair, and held",
    ),
    mend: Text::new(
        "修復の確認に、侵入経路の再試験の合格を登録してください。",
        "Enter a repair check of the first way in that passed.",
    ),
    inputs: READ,
    holds: |c| {
        c.me.text("kind") != PhaseKind::Remediation.id()
            || repair_check::passed(
                c.beside("reconnection", "repair_check", "reconnection"),
                "entry",
            )
    },
    meets: &["G7-55"],
};

const AGREE: Gate = Gate {
    id: "repaired_parts_agree",
    label: Text::new(
        "修復した五種類の部品どうしが合うと確かめた",
        "Agreement among repaired parts of five kinds is shown",
    ),
    mend: Text::new(
        "システム・ライブラリ・参照データ・ハードウェア・その他の確認を登録してください。要らないものは「確認は不要」にします。",
        "Enter checks of systems, libraries, reference data, hardware and others; \"not needed\" where so.",
    ),
    inputs: READ,
    holds: |c| {
        c.me.text("kind") != PhaseKind::Remediation.id()
            || repair_check::KINDS.iter().all(|k| {
                repair_check::passed(c.beside("reconnection", "repair_check", "reconnection"), k)
            })
    },
    meets: &["G7-59"],
};

const WOUND_DOWN: Gate = Gate {
    id: "wind_down_agreed",
    label: Text::new(
        "対応を段階的に終える計画に、社外の関係者と合意した",
        "The plan to wind the response down is agreed with outside stakeholders",
    ),
    mend: Text::new(
        "終息計画の各手順に、日付と合意した相手を入れて合意にしてください。",
        "Give each step of the wind-down plan its day and who agreed, then mark it agreed.",
    ),
    inputs: READ,
    holds: |c| {
        c.me.text("kind") != PhaseKind::Recovery.id()
            || c.beside("reconnection", "wind_down", "reconnection")
                .any(|w| w.text("state") == "agreed")
    },
    meets: &["G7-82"],
};

const LINKS_BACK: Gate = Gate {
    id: "links_back",
    label: Text::new(
        "復旧の前に、接続がすべて戻ったか、再接続しないと決まった",
        "Every link is back or declined before recovery ends",
    ),
    mend: Text::new("残っている接続を進めてください。", "Take the open links on."),
    inputs: READ,
    holds: |c| {
        c.me.text("kind") != PhaseKind::Recovery.id()
            || !c.beside("reconnection", "link", "reconnection").any(super::link::away)
    },
    meets: &["G7-81"],
};

/// An early beginning is a departure from the default order, entered at once (G7-09, G7-39).
const LOG_OVERLAP: Follow = Follow {
    label: Text::new("枠組みとの違いとして残す", "Enters it as a departure"),
    inputs: &[],
    open: |c| {
        let text = |f: &str| c.me.text(f).to_owned();
        let unfinished = text("overlap_unfinished");
        let risk = text("overlap_risk");
        let mut body = Body::new();
        for (field, value) in [
            ("reconnection", text("reconnection")),
            ("phase", c.me.id.as_str().to_owned()),
            ("kind", "overlap".to_owned()),
            (
                "done",
                format!("前の段階が終わる前に始めた: {unfinished}").chars().take(500).collect(),
            ),
            ("why", format!("{}／{risk}", text("overlap_why")).chars().take(1000).collect()),
            ("approver", text("overlap_approver")),
        ] {
            body.insert(field.to_owned(), value.into());
        }
        body.insert("at".to_owned(), c.now.millis().into());
        if let Some(incident) = c.me.body.get("incident") {
            body.insert("incident".to_owned(), incident.clone());
        }
        vec![NewRecord { register: Departure::ID, body, link_back: None }]
    },
    meets: &["G7-09", "G7-39"],
};

/// The way of a phase.
pub const FLOW: Workflow = Workflow {
    field: "state",
    initial: "waiting",
    start: Start {
        inputs: &[Input::Out("reconnection")],
        fill: Some(|c| {
            let mut out = of_case(c);
            let kind = PhaseKind::from_id(c.me.text("kind"));
            let place = PhaseKind::ALL.iter().position(|k| Some(*k) == kind);
            let place = place.and_then(|p| i64::try_from(p + 1).ok());
            out.extend(place.map(|p| ("place".to_owned(), p.into())));
            out
        }),
        ..Start::PLAIN
    },
    transitions: &[
        Transition {
            id: "begin",
            label: Text::new("段階を始める", "Begin"),
            from: &["waiting"],
            to: "open",
            asks: &[("accountable", true), ("held", false), ("waived", false)],
            stamps: &["begun_at"],
            gates: &[FOLLOWED, IN_ORDER, OWNER, PREPARED],
            follows: &[PLANNED],
            who: super::link::DECIDERS,
            meets: &["G7-38"],
            ..Transition::PLAIN
        },
        Transition {
            id: "begin_early",
            label: Text::new("前の段階と重ねて始める", "Begin early, overlapping"),
            from: &["waiting"],
            to: "open",
            asks: &[
                ("accountable", true),
                ("overlap_why", true),
                ("overlap_unfinished", true),
                ("overlap_risk", true),
                ("overlap_approver", true),
                ("held", false),
                ("waived", false),
            ],
            stamps: &["begun_at"],
            gates: &[FOLLOWED, EARLIER_BEGUN, PREPARED],
            follows: &[LOG_OVERLAP, PLANNED],
            who: super::link::DECIDERS,
            meets: &["G7-39"],
            ..Transition::PLAIN
        },
        Transition {
            id: "complete",
            label: Text::new("関門に到達した", "Gateway reached"),
            from: &["open"],
            to: "complete",
            stamps: &["completed_at"],
            gates: &[FOLLOWED, IN_ORDER, GATEWAY, IMPACT, RETESTED, AGREE, LINKS_BACK, WOUND_DOWN],
            who: super::link::DECIDERS,
            meets: &[],
            ..Transition::PLAIN
        },
        Transition {
            id: "reopen",
            label: Text::new("開き直す", "Reopen"),
            from: &["complete"],
            to: "open",
            counts: &["reopened"],
            fill: Some(|_| [("completed_at".to_owned(), Value::Null)].into_iter().collect()),
            reason: true,
            follows: &[PLANNED],
            who: super::link::DECIDERS,
            ..Transition::PLAIN
        },
    ],
};

/// Rules of phases.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "reconnect_phase.departures",
        register: "reconnect_phase",
        label: Text::new(
            "枠組みと違うところは、理由と承認とともに残してある",
            "Each departure from the framework is logged",
        ),
        why: Text::new(
            "紙と実際の差は、業界に思わぬ影響を与えます。",
            "A gap between paper and practice has effects on the sector that nobody meant.",
        ),
        mend: Text::new(
            "「枠組みとの違い」に、その記号で登録してください。",
            "Enter a departure with that key.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::In("departure", "phase")],
        tells: &[],
        check: departures,
        meets: &["G7-09"],
    },
    RuleDef {
        id: "reconnect_phase.situation",
        register: "reconnect_phase",
        label: Text::new(
            "開いている段階の状況と次の更新が分かる",
            "An open phase states its situation and next update",
        ),
        why: Text::new(
            "双方が同じ状況を見ていないと、判断が食い違います。",
            "Without one view of the situation the two sides decide apart.",
        ),
        mend: Text::new(
            "責任者、分かっていること、いないこと、していること、次の更新を入れてください。",
            "Give the accountable person, known, not known, being done and the next update.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: situation,
        meets: &["G7-20"],
    },
];

fn departures(c: &RuleCtx<'_>) -> Verdict {
    let logged: Vec<&str> =
        c.incoming("departure", "phase").filter(|d| stands(d)).map(|d| d.text("key")).collect();
    let mut verdict = Verdict::ok();
    for field in ["waived", "dropped", "own_criteria"] {
        for key in c.me.rows(field).map(|r| cell(r, "key")).filter(|k| !logged.contains(k)) {
            let name = match field {
                "waived" => "waived",
                "dropped" => "dropped",
                _ => "own_criteria",
            };
            verdict = verdict.and(
                name,
                format!("「{key}」が枠組みと違います。その記録がありません。"),
                format!("\"{key}\" departs from the framework, and no departure is logged."),
            );
        }
    }
    verdict
}

fn situation(c: &RuleCtx<'_>) -> Verdict {
    if c.me.text("state") != "open" {
        return Verdict::ok();
    }
    let fields = ["accountable", "known", "unknown", "doing", "next_update_at"];
    let v = fields.iter().filter(|f| !c.me.body.contains_key(**f)).fold(Verdict::ok(), |v, f| {
        let (ja, en) = c.me.def.field(f).map_or((*f, *f), |d| (d.label.ja, d.label.en));
        v.and(f, format!("「{ja}」がありません。"), format!("\"{en}\" is missing."))
    });
    match c.me.time("next_update_at") {
        Some(due) if due <= c.now => {
            v.and("next_update_at", "次の更新の予定を過ぎています。", "The next update is overdue.")
        }
        Some(due) => v.check_at(due),
        None => v,
    }
}
