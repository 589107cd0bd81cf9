//! What is checked of plans and rules all the time.

use super::written_plan::{PlanKind, PlanState, changed, in_force};
use super::written_plan_flow::{DRAWN_FROM, empty_positions, not_walked, stands, unsettled, walks};
use crate::*;

/// Papers that every organisation is expected to have in force.
const EXPECTED: [PlanKind; 4] =
    [PlanKind::Cp, PlanKind::Bcp, PlanKind::LossReporting, PlanKind::OutsideReporting];

/// Rules of plans and rules.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "written_plan.complete",
        register: "written_plan",
        label: Text::new("求められる項目・体制がそろっている", "Parts and positions are complete"),
        why: Text::new(
            "空の項目や空の職務があると、緊急時にそこで止まります。",
            "An empty part or position is where an emergency comes to a halt.",
        ),
        mend: Text::new(
            "下書きの画面で、名指しされた項目と職務を埋めてください。",
            "Fill the parts and positions named, on the drafting page.",
        ),
        severity: Severity::Warning,
        inputs: DRAWN_FROM,
        tells: &[],
        check: complete,
        meets: &[],
    },
    RuleDef {
        id: "written_plan.approved",
        register: "written_plan",
        label: Text::new("書いた内容が承認されている", "What is written has been approved"),
        why: Text::new(
            "対応で使われるのは承認した版です。",
            "A response uses the approved version.",
        ),
        mend: Text::new("内容を確かめて承認してください。", "Check it and approve it."),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            Verdict::when(
                c.me.text("state") != PlanState::Retired.id() && changed(c.me),
                "state",
                Text::new(
                    "まだ承認されていない内容があります。",
                    "Something in it has not been approved yet.",
                ),
            )
        },
        meets: &[],
    },
    RuleDef {
        id: "written_plan.reviewed",
        register: "written_plan",
        label: Text::new("期限どおり見直されている", "Reviewed in time"),
        why: Text::new(
            "古い計画は、今の体制や連絡先と合わなくなります。",
            "An old plan no longer fits today's organisation and contacts.",
        ),
        mend: Text::new(
            "見直して結果を残すか、直して承認し直してください。",
            "Review it and record the result, or change it and approve it anew.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &["security_manager"],
        check: reviewed,
        meets: &["IPA-148"],
    },
    RuleDef {
        id: "written_plan.known",
        register: "written_plan",
        label: Text::new(
            "全員が、いまの版を読んで確認している",
            "Everybody has confirmed the version in force",
        ),
        why: Text::new(
            "規則は、知らない人には無いのと同じです。",
            "A rule is none to those who do not know it.",
        ),
        mend: Text::new(
            "まだの人に知らせ、本人に確認してもらうか、紙で確認した人を記録してください。",
            "Tell those who are left, and have them confirm, or record who confirmed on paper.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::In("acknowledgement", "paper"), Input::All("person")],
        tells: &[],
        check: |c| {
            if !in_force(c.me) || !c.me.flag("for_everybody") {
                return Verdict::ok();
            }
            let left = super::acknowledgement::unaware(
                c.me,
                c.incoming("acknowledgement", "paper"),
                c.all("person"),
            );
            if left.is_empty() {
                return Verdict::ok();
            }
            let names: Vec<String> = left.iter().take(5).map(|p| p.text("name").into()).collect();
            Verdict::finding(
                "for_everybody",
                format!("{}人がまだ確認していません（{} など）。", left.len(), names.join("、")),
                format!("{} have not confirmed it yet ({}, …).", left.len(), names.join(", ")),
            )
        },
        meets: &["JP-54"],
    },
    RuleDef {
        id: "organisation.papers",
        register: "organisation",
        label: Text::new(
            "前もって決めておく計画・規程が承認されている",
            "The papers that must exist beforehand are approved",
        ),
        why: Text::new(
            "起きてから決めると、判断が遅れ、人によって動きが変わります。",
            "What is settled only when it happens comes late and differs from person to person.",
        ),
        mend: Text::new(
            "「計画・規程」で見本から始め、書いて承認してください。別の名前の文書があれば、項目ごとに場所を入れられます。",
            "Begin from a shipped kind under \"Plan or rule\", write it and have it approved. Documents of other names can be mapped part by part.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::All("written_plan")],
        tells: &[],
        check: papers,
        meets: &["NI-139", "NI-140", "NI-141", "JP-54", "JP-59"],
    },
];

fn complete(c: &RuleCtx<'_>) -> Verdict {
    if c.me.text("state") == PlanState::Retired.id() {
        return Verdict::ok();
    }
    let mut verdict = Verdict::ok();
    let left = |lang| unsettled(c.me, lang, |d| stands(c, d));
    let (ja, en) = (left(Lang::Ja), left(Lang::En));
    for (ja, en) in ja.iter().zip(&en) {
        verdict = verdict.and(
            "parts",
            format!("「{ja}」がまだ定まっていません。"),
            format!("\"{en}\" is not settled yet."),
        );
    }
    if PlanKind::from_id(c.me.text("kind")).is_some_and(walks) {
        for left in not_walked(c.me) {
            verdict = verdict.and(
                "walk",
                format!("攻撃の特性「{}」をまだ検討していません。", left.label.ja),
                format!("The characteristic \"{}\" has not been considered.", left.label.en),
            );
        }
    }
    empty_positions(c).into_iter().fold(verdict, |v, (name, lack)| {
        let (ja, en) = match name.as_str() {
            "" => (lack.ja.to_owned(), lack.en.to_owned()),
            name => (format!("「{name}」：{}", lack.ja), format!("\"{name}\": {}", lack.en)),
        };
        v.and("positions", format!("{ja}。"), format!("{en}."))
    })
}

fn reviewed(c: &RuleCtx<'_>) -> Verdict {
    let (Some(last), Some(days)) = (c.me.time("reviewed_at"), c.me.int("review_days")) else {
        return Verdict::ok();
    };
    if !in_force(c.me) {
        return Verdict::ok();
    }
    let due = last.plus(days * DAY);
    if c.now < due {
        return Verdict::ok().check_at(due);
    }
    let over = c.now.since(due) / DAY;
    Verdict::finding(
        "reviewed_at",
        format!("見直しの期限を{over}日過ぎています。"),
        format!("The review is {over} days overdue."),
    )
}

/// Kinds of paper that are missing: those expected of everybody, and the recovery plan wherever
/// there is a BCP.
fn papers(c: &RuleCtx<'_>) -> Verdict {
    let has =
        |kind: PlanKind| c.all("written_plan").any(|p| in_force(p) && p.text("kind") == kind.id());
    let mut verdict = Verdict::ok();
    let mut missing: Vec<PlanKind> = EXPECTED.into_iter().filter(|k| !has(*k)).collect();
    if has(PlanKind::Bcp) && !has(PlanKind::RecoveryPlan) {
        missing.push(PlanKind::RecoveryPlan);
    }
    for kind in missing {
        let label = kind.label();
        verdict = verdict.and(
            "",
            format!("承認された「{}」がありません。", label.ja),
            format!("There is no approved paper of the kind \"{}\".", label.en),
        );
    }
    verdict
}
