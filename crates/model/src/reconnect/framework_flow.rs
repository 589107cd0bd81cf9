//! Approval of a framework, and what is checked of it: readiness, differences, what is off.

use super::framework::PhaseKind;
use crate::*;

/// A field of a row.
pub fn cell<'a>(row: &'a Body, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The rows in force of a phase: what was approved (the draft before the first approval), less
/// what is switched off.
fn in_force<'a>(framework: &'a Record, approved: &str, draft: &str, phase: &str) -> Vec<&'a Body> {
    let off: Vec<&str> = framework.rows("off").map(|o| cell(o, "key")).collect();
    let field = if framework.body.contains_key("version") { approved } else { draft };
    let rows: Vec<&Body> = framework.rows(field).collect();
    rows.into_iter()
        .filter(|r| cell(r, "phase") == phase && !off.contains(&cell(r, "key")))
        .collect()
}

/// Criteria of a phase's gateway that are in force.
pub fn criteria<'a>(framework: &'a Record, phase: &str) -> Vec<&'a Body> {
    in_force(framework, "approved_criteria", "criteria", phase)
}

/// Preconditions of a phase that are in force.
pub fn preconditions<'a>(framework: &'a Record, phase: &str) -> Vec<&'a Body> {
    in_force(framework, "approved_preconditions", "preconditions", phase)
}

const COMPLETE: Gate = Gate {
    id: "every_phase_has_a_gateway",
    label: Text::new("五つの段階すべてに関門の基準がある", "All five phases have criteria"),
    mend: Text::new(
        "基準のない段階に、関門の基準としきい値を入れてください。",
        "Give criteria and thresholds to the phases that have none.",
    ),
    inputs: &[],
    holds: |c| {
        PhaseKind::ALL.iter().all(|k| c.me.rows("criteria").any(|r| cell(r, "phase") == k.id()))
    },
    meets: &[],
};

/// Draft, approved by a named person, revised, retired.
pub const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "approve",
            label: Text::new("承認する", "Approve"),
            from: &["draft", "approved"],
            to: "approved",
            asks: &[("approved_by", true)],
            counts: &["version"],
            fill: Some(|c| {
                let mut out: Body =
                    [("approved_at".to_owned(), c.now.millis().into())].into_iter().collect();
                for (to, from) in
                    [("approved_criteria", "criteria"), ("approved_preconditions", "preconditions")]
                {
                    out.insert(to.into(), c.me.body.get(from).cloned().unwrap_or(Value::Null));
                }
                out
            }),
            gates: &[COMPLETE],
            who: &["security_manager", "it_manager", "ciso", "executive", "coordinator"],
            meets: &["G7-05"],
            ..Transition::PLAIN
        },
        Transition {
            id: "retire",
            label: Text::new("廃止する", "Retire"),
            from: &["draft", "approved"],
            to: "retired",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};

/// Rules of frameworks.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "framework.ready",
        register: "framework",
        label: Text::new("再接続の備えができている", "Reconnection is prepared"),
        why: Text::new(
            "起きてから探すと、切れている時間がそのまま延びます。",
            "What is looked for only afterwards makes the outage longer.",
        ),
        mend: Text::new(
            "承認・連絡先・第三者・署名する人・代わりの取り決めをそろえてください。",
            "Settle approval, contacts, third party, signatories and contingency.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::Out("contacts"), Input::Out("assessors")],
        tells: &[],
        check: ready,
        meets: &["G7-08"],
    },
    RuleDef {
        id: "framework.differences",
        register: "framework",
        label: Text::new("比べる枠組みとの違い", "Differences from the framework compared"),
        why: Text::new(
            "基準が食い違うと、片方で通ったものがもう片方で止まります。",
            "Where frameworks disagree, what passes here is stopped there.",
        ),
        mend: Text::new(
            "対応づけを入れるか、違いを残す理由を相手と確かめてください。",
            "Map what corresponds, or agree with them why the difference stays.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::Out("compared")],
        tells: &[],
        check: differences,
        meets: &["G7-06"],
    },
    RuleDef {
        id: "framework.add_on",
        register: "framework",
        label: Text::new(
            "追加の枠組みは、元の枠組みを示している",
            "An add-on names the framework that it stands beside",
        ),
        why: Text::new(
            "何に足すのかが分からないと、抜けと重なりが見えません。",
            "Without what it adds to, neither gaps nor overlap show.",
        ),
        mend: Text::new("「比べる枠組み」を選んでください。", "Choose the framework compared."),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            let alone = c.me.text("profile") == "add_on" && !c.me.body.contains_key("compared");
            let text = Text::new("元の枠組みがありません。", "It names no other framework.");
            Verdict::when(alone, "compared", text)
        },
        meets: &["G7-07"],
    },
    RuleDef {
        id: "framework.changed",
        register: "framework",
        label: Text::new("承認した後の変更がない", "Nothing was changed after approval"),
        why: Text::new(
            "案件は承認した版に従います。書き換えただけでは使われません。",
            "Cases follow what was approved; an edit alone is not in force.",
        ),
        mend: Text::new("もう一度承認してください。", "Approve it again."),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            let changed = c.me.body.contains_key("version")
                && ["criteria", "preconditions"]
                    .iter()
                    .any(|f| c.me.body.get(*f) != c.me.body.get(&format!("approved_{f}")));
            let text = Text::new(
                "承認した版から基準か前提が変わっています。",
                "Criteria or preconditions differ from the approved version.",
            );
            Verdict::when(changed, "criteria", text)
        },
        meets: &["G7-05"],
    },
];

fn ready(c: &RuleCtx<'_>) -> Verdict {
    let has = |f: &str| c.me.body.contains_key(f);
    let engaged = c.outs("assessors").into_iter().any(|a| a.body.contains_key("contract"));
    let reachable = c.outs("contacts");
    let known = !reachable.is_empty()
        && reachable
            .iter()
            .all(|r| ["phone", "mail", "web"].iter().any(|f| r.body.contains_key(*f)));
    [
        (
            c.me.text("state") == "approved",
            "state",
            Text::new("枠組みが承認されていません。", "It is not approved."),
        ),
        (known, "contacts", Text::new("連絡先が分かっていません。", "Contacts are not known.")),
        (
            engaged,
            "assessors",
            Text::new("契約のある第三者がいません。", "No third party is under contract."),
        ),
        (
            has("signatories"),
            "signatories",
            Text::new("署名する人が決まっていません。", "No signatory is named."),
        ),
        (
            has("contingency"),
            "contingency",
            Text::new("代わりの取り決めがありません。", "There is no contingency arrangement."),
        ),
    ]
    .into_iter()
    .filter(|(holds, ..)| !holds)
    .fold(Verdict::ok(), |v, (_, field, text)| v.and(field, text.ja, text.en))
}

/// What the other framework has and this one has not, or sees otherwise.
pub fn differences(c: &RuleCtx<'_>) -> Verdict {
    let Some(other) = c.out("compared") else { return Verdict::ok() };
    let mine = |theirs: &str| {
        let mapped = c.me.rows("mapping").find(|m| cell(m, "theirs") == theirs);
        mapped.map_or_else(|| theirs.to_owned(), |m| cell(m, "ours").to_owned())
    };
    let mut verdict = Verdict::ok();
    for there in other.rows("criteria") {
        let key = mine(cell(there, "key"));
        let text = cell(there, "text");
        match c.me.rows("criteria").find(|r| cell(r, "key") == key) {
            None => {
                verdict = verdict.and(
                    "criteria",
                    format!("相手の基準「{text}」に当たるものがありません。"),
                    format!("Nothing here corresponds to their criterion \"{text}\"."),
                );
            }
            Some(here) if cell(here, "needed") != cell(there, "needed") => {
                let (a, b) = (cell(here, "needed"), cell(there, "needed"));
                verdict = verdict.and(
                    "criteria",
                    format!("「{text}」の必要な値が違います（こちら {a}、相手 {b}）。"),
                    format!("\"{text}\" needs {a} here and {b} there."),
                );
            }
            Some(here) if mine(cell(there, "phase")) != cell(here, "phase") => {
                verdict = verdict.and(
                    "criteria",
                    format!("「{text}」が別の段階にあります。"),
                    format!("\"{text}\" stands in another phase."),
                );
            }
            Some(_) => {}
        }
    }
    for there in other.rows("terms") {
        let term = cell(there, "term");
        let known =
            c.me.rows("terms").any(|t| [cell(t, "term"), cell(t, "elsewhere")].contains(&term));
        if !known {
            verdict = verdict.and(
                "terms",
                format!("相手の用語「{term}」がこちらにありません。"),
                format!("Their term \"{term}\" is not linked to any here."),
            );
        }
    }
    verdict
}
