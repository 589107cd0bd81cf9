//! What must hold before a plan or rule is approved.

use super::written_plan::{
    Actor, Characteristic, Drawn, FROZEN, FirstAction, Level, Part, PlanKind, Position, Walk,
    rows_of,
};
use crate::govern::person;
use crate::govern::role::{RoleKind, acting_person};
use crate::*;

const KEEPERS: &[&str] = &["security_manager", "it_manager", "ciso", "executive", "coordinator"];

fn kind(c: &RuleCtx<'_>) -> Option<PlanKind> {
    PlanKind::from_id(c.me.text("kind"))
}

/// Everything that parts are drawn from, and who the holders of positions are.
pub const DRAWN_FROM: &[Input] = &[
    Input::All("role"),
    Input::All("person"),
    Input::All("contact"),
    Input::All("system"),
    Input::All("authority"),
    Input::All("supplier"),
    Input::All("notification"),
    Input::All("playbook"),
];

/// Whether something stands where a part is drawn from.
pub fn stands(c: &RuleCtx<'_>, drawn: Drawn) -> bool {
    match drawn.register() {
        Some(register) => c.all(register).any(|r| drawn.says(r)),
        None => c.me.rows("levels").next().is_some(),
    }
}

/// Parts of a paper that are not settled: those in it, and those that were expected and are gone.
pub fn unsettled(me: &Record, lang: Lang, stands: impl Fn(Drawn) -> bool) -> Vec<String> {
    let parts: Vec<Part> = rows_of(me, "parts");
    let words = |p: &Part| match p.drawn {
        None => p.heading(lang).to_owned(),
        Some(from) => {
            let (part, from) = (p.heading(lang), from.label().get(lang));
            match lang {
                Lang::Ja => format!("{part}（台帳から引く「{from}」が空）"),
                Lang::En => format!("{part} (nothing registered to draw from: {from})"),
            }
        }
    };
    let open = parts.iter().filter(|p| !p.settled(&stands)).map(words);
    let gone = me.ids("expected").into_iter().filter(|k| !parts.iter().any(|p| p.key == **k));
    open.chain(gone.map(str::to_owned)).collect()
}

/// What a position lacks, by its name; a paper without any position lacks all.
pub fn empty_positions(c: &RuleCtx<'_>) -> Vec<(String, Text)> {
    let positions: Vec<Position> = rows_of(c.me, "positions");
    let mut missing: Vec<(String, Text)> = Vec::new();
    if positions.is_empty() {
        missing.push((String::new(), Text::new("職務が一つもない", "no position at all")));
    }
    for p in &positions {
        let mut lacks = |ja, en| missing.push((p.name.clone(), Text::new(ja, en)));
        let role = p.role.as_ref().and_then(|r| c.snap.get("role", r.id.as_str()));
        let Some(role) = role.filter(|r| !r.ended()) else {
            lacks("役割が決まっていない", "no role");
            continue;
        };
        match role.ids("holder").first().and_then(|id| c.snap.get("person", id)) {
            None => lacks("担当者がいない", "no holder"),
            Some(holder) if person::means(holder) == 0 => {
                lacks("担当者の連絡先がない", "no contact data of the holder");
            }
            Some(_) => {}
        }
        if role.ids("deputies").is_empty() {
            lacks("代行者がいない", "no deputy");
        }
        if p.authority.as_deref().is_none_or(|a| a.trim().is_empty()) {
            lacks("権限が書かれていない", "no authority");
        }
    }
    missing
}

const PARTS: Gate = Gate {
    id: "parts_settled",
    label: Text::new("求められる項目がすべて定まっている", "Every expected part is settled"),
    mend: Text::new(
        "空の項目を書くか、引く先の台帳に登録するか、別の文書の場所または定めない理由を入れてください。",
        "Write each empty part, register what it is drawn from, say where else it stands, or why it is left out.",
    ),
    inputs: DRAWN_FROM,
    holds: |c| {
        c.me.rows("parts").next().is_some()
            && unsettled(c.me, Lang::Ja, |d| stands(c, d)).is_empty()
    },
    meets: &["NI-142"],
};

const POSITIONS: Gate = Gate {
    id: "positions_filled",
    label: Text::new(
        "職務ごとに担当・代行・連絡先・権限がある",
        "Every position has holder, deputy, contact data and authority",
    ),
    mend: Text::new(
        "空の職務に役割と権限を入れ、役割の台帳で担当者・代行者・連絡先をそろえてください。",
        "Give role and authority, and complete holder, deputies and contact data in the register of roles.",
    ),
    inputs: &[Input::All("role"), Input::All("person")],
    holds: |c| empty_positions(c).is_empty(),
    meets: &["NI-143"],
};

const REVIEW: Gate = Gate {
    id: "author_and_review",
    label: Text::new("作成者と見直しの間隔がある", "Author and review interval are given"),
    mend: Text::new(
        "作成者と、見直しの間隔（日）を入れてください。",
        "Give the author and the interval of review in days.",
    ),
    inputs: &[],
    holds: |c| c.me.body.contains_key("author") && c.me.int("review_days").is_some_and(|d| d > 0),
    meets: &[],
};

/// Characteristics that a paper says nothing about.
pub fn not_walked(me: &Record) -> Vec<&'static ChoiceOption> {
    let walk: Vec<Walk> = rows_of(me, "walk");
    let said = |id: &str| {
        walk.iter().any(|w| w.characteristic.id() == id && !w.taken_up.trim().is_empty())
    };
    Characteristic::DEF.options.iter().filter(|o| !said(o.id)).collect()
}

/// Whether a paper of this kind has to reckon with the seven characteristics.
pub fn walks(kind: PlanKind) -> bool {
    matches!(kind, PlanKind::Cp | PlanKind::Bcp)
}

const SEVEN: Gate = Gate {
    id: "seven_walked",
    label: Text::new(
        "CPとBCPは、攻撃の七つの特性をすべて検討している",
        "CP and BCP: all seven characteristics have been considered",
    ),
    mend: Text::new(
        "残った特性について、この計画での扱いか、関係しない理由を書いてください。",
        "For each that is left, write how the plan takes it up or why it does not matter.",
    ),
    inputs: &[],
    holds: |c| !kind(c).is_some_and(walks) || not_walked(c.me).is_empty(),
    meets: &["NI-144"],
};

const FIRST: Gate = Gate {
    id: "first_actions",
    label: Text::new(
        "CPは、経営層と職員が最初にすることを短く定めている",
        "CP: short first actions for management and for staff",
    ),
    mend: Text::new(
        "「最初にすること」に、経営層と職員それぞれを一つ以上、各十項目以内で入れてください。",
        "Give one to ten first actions each for management and for staff.",
    ),
    inputs: &[],
    holds: |c| {
        let actions: Vec<FirstAction> = rows_of(c.me, "first_actions");
        let of = |who: Actor| actions.iter().filter(|a| a.who == who).count();
        kind(c) != Some(PlanKind::Cp)
            || [Actor::Management, Actor::Staff].iter().all(|w| (1..=10).contains(&of(*w)))
    },
    meets: &["NI-146"],
};

const SUPPLY: Gate = Gate {
    id: "suppliers_answered",
    label: Text::new(
        "BCPは、重要な取引先が関わるサービスと、継続の備えを確かめている",
        "BCP: critical suppliers are linked to services and have answered on continuity",
    ),
    mend: Text::new(
        "重要度「高」の取引先に、支えるシステムと継続の備えを入れてください。",
        "Give the systems concerned and the continuity answer for each supplier of high importance.",
    ),
    inputs: &[Input::All("supplier")],
    holds: |c| {
        kind(c) != Some(PlanKind::Bcp) || !c.all("supplier").any(crate::identify::supplier::silent)
    },
    meets: &["NI-148"],
};

/// Heads of the structure in an emergency.
const HEADS: &[&str] = &["executive", "coordinator"];

const APPROVED_BY_HEAD: Gate = Gate {
    id: "approved_by_head",
    label: Text::new(
        "経営層への報告規程は、緊急時の責任者が承認する",
        "Rules of reporting to executives are approved by the head of the emergency structure",
    ),
    mend: Text::new(
        "経営者または全体統括の役割を持つ人を、承認した人にしてください。",
        "Name somebody who acts as executive or overall coordinator.",
    ),
    inputs: &[Input::All("role")],
    holds: |c| {
        let by = c.me.ids("approved_by").first().map(|p| RecordId::new(*p));
        kind(c) != Some(PlanKind::ExecutiveReporting)
            || c.all("role")
                .filter(|r| HEADS.contains(&r.text("kind")))
                .any(|r| acting_person(r, c.now).is_some() && acting_person(r, c.now) == by)
    },
    meets: &["IPA-160"],
};

/// Whether the levels keep trifles away from executives and let the CISO gather first.
fn levels_fit(levels: &[Level]) -> bool {
    let to = |kind: RoleKind| levels.iter().filter(move |l| l.to == kind);
    let top = to(RoleKind::Executive).map(|l| l.from as usize).min();
    let Some(top) = top else { return false };
    top > crate::respond::incident::Grade::Low as usize
        && to(RoleKind::Executive).all(|e| {
            to(RoleKind::Ciso).any(|s| s.from as usize <= e.from as usize && s.minutes <= e.minutes)
        })
}

const LEVELS: Gate = Gate {
    id: "levels_fit",
    label: Text::new(
        "どの状態をどこまで知らせるかがあり、軽い件は経営層に上げず、CISOが先に集める",
        "Levels say who is told; trifles stay below; the CISO gathers first",
    ),
    mend: Text::new(
        "「報告の基準」に、経営者は重大度「中」以上、CISOはそれ以下の重大度から同じかより早い時間で入れてください。",
        "Give levels: the executive from medium or higher, the CISO from the same or a lower severity and no later.",
    ),
    inputs: &[],
    holds: |c| {
        kind(c) != Some(PlanKind::ExecutiveReporting)
            || levels_fit(&rows_of::<Level>(c.me, "levels"))
    },
    meets: &["IPA-136"],
};

const TRIED: Gate = Gate {
    id: "tried_on_scenario",
    label: Text::new(
        "経営層への報告規程は、想定シナリオで試している",
        "Rules of reporting to executives were tried on a scenario",
    ),
    mend: Text::new("試したシナリオを選んでください。", "Choose the scenario it was tried on."),
    inputs: &[],
    holds: |c| kind(c) != Some(PlanKind::ExecutiveReporting) || !c.me.ids("scenarios").is_empty(),
    meets: &["IPA-160"],
};

fn frozen(c: &RuleCtx<'_>) -> Body {
    let now: Value = c.now.millis().into();
    let copies = FROZEN
        .iter()
        .map(|(from, to)| ((*to).to_owned(), c.me.body.get(*from).cloned().unwrap_or(Value::Null)));
    copies
        .chain([("approved_at".to_owned(), now.clone()), ("reviewed_at".to_owned(), now)])
        .collect()
}

/// The parts expected are those it begins with; from then on none can fall out unnoticed.
fn expected(c: &RuleCtx<'_>) -> Body {
    let parts: Vec<Part> = rows_of(c.me, "parts");
    let keys: Vec<Value> = parts.into_iter().map(|p| Value::from(p.key)).collect();
    if keys.is_empty() || c.me.text("made_from").is_empty() {
        return Body::new();
    }
    [("expected".to_owned(), Value::Array(keys))].into_iter().collect()
}

/// The steps of a plan or rule.
pub const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: Start { stamps: &[], inputs: &[], fill: Some(expected), follows: &[] },
    transitions: &[
        Transition {
            id: "approve",
            label: Text::new("この内容で承認する", "Approve as it stands"),
            from: &["draft", "approved", "retired"],
            to: "approved",
            asks: &[("approved_by", true)],
            counts: &["version"],
            fill: Some(frozen),
            gates: &[
                PARTS,
                POSITIONS,
                REVIEW,
                SEVEN,
                FIRST,
                SUPPLY,
                LEVELS,
                TRIED,
                APPROVED_BY_HEAD,
            ],
            who: KEEPERS,
            ..Transition::PLAIN
        },
        Transition {
            id: "review",
            label: Text::new("見直した", "Reviewed"),
            from: &["approved"],
            to: "approved",
            asks: &[("review_result", true)],
            fill: Some(|c| {
                [("reviewed_at".to_owned(), c.now.millis().into())].into_iter().collect()
            }),
            who: KEEPERS,
            ..Transition::PLAIN
        },
        Transition {
            id: "retire",
            label: Text::new("使うのをやめる", "Retire"),
            from: &["draft", "approved"],
            to: "retired",
            reason: true,
            who: KEEPERS,
            ..Transition::PLAIN
        },
    ],
};
