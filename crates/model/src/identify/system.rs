//! Systems with their dependencies (システム).

use super::bia::Bia;
use super::{Importance, supplier::Supplier};
use crate::govern::{department::Department, person::Person};
use crate::*;
use std::collections::BTreeMap;

/// Where a system stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Stage {
    /// Planned or being designed.
    #[choice(ja = "企画・設計中", en = "Planned or in design", tone = "caution")]
    Design,
    /// In use.
    #[choice(ja = "利用中", en = "In use")]
    InUse,
    /// Being changed.
    #[choice(ja = "変更中", en = "Being changed", tone = "caution")]
    Changing,
}

/// Whether the recovery targets are approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum TargetState {
    /// Not yet approved: they serve for the time being.
    #[choice(ja = "未承認（仮の目標）", en = "Not approved (provisional)", tone = "caution")]
    Provisional,
    /// Approved by management.
    #[choice(ja = "承認済み", en = "Approved", tone = "good")]
    Approved,
}

/// A system that business rests on.
#[derive(Debug, Clone, Register)]
#[register(
    id = "system",
    wing = Identify,
    menu = 2,
    ja = "システム",
    en = "System",
    question_ja = "どれを、いつまでに、どの順で戻しますか",
    question_en = "Which do we bring back, by when, in which order?",
    about_ja = "業務を支えるシステムと、それが頼る別のシステムを登録します。目標時間は依存関係をたどって計算します。",
    about_en = "Systems that business rests on, and what they depend on. Targets are worked out along the dependencies.",
    purpose_ja = "復旧の順番と目標時間を決めるために使います。",
    purpose_en = "Decides the order and the targets of restoration.",
    sort = "rank",
    flow = FLOW,
    meets = ["TK-46", "TK-42", "NI-147"]
)]
pub struct System {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// What it does.
    #[field(ja = "用途", en = "What it does", search)]
    pub purpose: Option<String>,
    /// Importance.
    #[field(ja = "重要度", en = "Importance", list)]
    pub importance: Option<Importance>,
    /// RTO.
    #[field(
        ja = "目標復旧時間（RTO・分）",
        en = "RTO (minutes)",
        list,
        help_ja = "止まってから戻すまでに許される時間です。",
        help_en = "Longest tolerable stop."
    )]
    pub rto: Option<Minutes>,
    /// RPO.
    #[field(
        ja = "目標復旧時点（RPO・分）",
        en = "RPO (minutes)",
        help_ja = "失ってもよいデータの長さです。",
        help_en = "Longest tolerable loss of data."
    )]
    pub rpo: Option<Minutes>,
    /// Recovery rank.
    #[field(ja = "復旧する順", en = "Recovery rank", list)]
    pub rank: Option<i64>,
    /// Recovery owner.
    #[field(ja = "復旧責任者", en = "Recovery owner", list, access = "person")]
    pub owner: Option<Ref<Person>>,
    /// Deputy of the recovery owner.
    #[field(ja = "復旧責任者の代行", en = "Deputy of the recovery owner")]
    pub deputy: Option<Ref<Person>>,
    /// Department.
    #[field(ja = "部門", en = "Department", access = "department")]
    pub department: Option<Ref<Department>>,
    /// Systems it depends on.
    #[field(ja = "頼っているシステム", en = "Depends on")]
    pub depends_on: Vec<Ref<System>>,
    /// Supplier.
    #[field(ja = "委託先・提供元", en = "Supplier")]
    pub supplier: Option<Ref<Supplier>>,
    /// Alternative means.
    #[field(ja = "止まったときの代わり", en = "Alternative while stopped")]
    pub alternative: Option<Long>,
    /// When the alternative begins.
    #[field(ja = "代わりを始める条件", en = "Alternative begins when")]
    pub alternative_starts: Option<String>,
    /// When it ends.
    #[field(ja = "代わりをやめる条件", en = "Alternative ends when")]
    pub alternative_ends: Option<String>,
    /// What 100 percent means (NI-147).
    #[field(ja = "平時のサービス水準", en = "Normal service level")]
    pub level_normal: Option<String>,
    /// Level that must never be fallen below, percent of normal.
    #[field(ja = "最低限必要な水準（平時を100）", en = "Minimum level (percent of normal)")]
    pub level_minimum: Option<i64>,
    /// Level to be back at within the target time, percent of normal.
    #[field(
        ja = "目標時間内に戻す水準（平時を100）",
        en = "Level to be back at in time (percent)"
    )]
    pub level_acceptable: Option<i64>,
    /// A control system.
    #[field(
        ja = "制御系（OT）",
        en = "Control system (OT)",
        help_ja = "工場・設備を動かすシステムです。止まると、登録した専門家を対応に加えます。",
        help_en = "It runs plant or equipment. When hit, the specialists on record are brought in."
    )]
    pub ot: bool,
    /// Where it runs.
    #[field(ja = "場所（社内・クラウド・遠隔）", en = "Where it runs")]
    pub place: Option<String>,
    /// Where it stands in its life.
    #[field(ja = "段階", en = "Stage")]
    pub stage: Option<Stage>,
    /// Analysis that the targets rest on.
    #[field(ja = "もとにした業務影響度分析", en = "Business impact analysis", system)]
    pub bia: Option<Ref<Bia>>,
    /// Whether the targets are approved.
    #[field(ja = "目標の承認", en = "Targets", system)]
    pub targets: Option<TargetState>,
    /// The target in effect.
    #[field(ja = "承認済みのRTO（分）", en = "RTO in effect (minutes)", system)]
    pub approved_rto: Option<Minutes>,
    /// The target in effect.
    #[field(ja = "承認済みのRPO（分）", en = "RPO in effect (minutes)", system)]
    pub approved_rpo: Option<Minutes>,
    /// The target that held before.
    #[field(ja = "前のRTO（分）", en = "Former RTO (minutes)", system)]
    pub former_rto: Option<Minutes>,
    /// The target that held before.
    #[field(ja = "前のRPO（分）", en = "Former RPO (minutes)", system)]
    pub former_rpo: Option<Minutes>,
    /// Approved by.
    #[field(ja = "目標を承認した人", en = "Targets approved by", system)]
    pub targets_by: Option<Ref<Person>>,
    /// Approved at.
    #[field(ja = "目標を承認した日時", en = "Targets approved at", system)]
    pub targets_at: Option<Time>,
}

/// The target in effect, `rto` or `rpo`, in minutes: the approved value; before the first approval
/// the typed one serves (TK-43).
pub fn target(system: &Record, field: &str) -> Option<i64> {
    if system.text("targets") == TargetState::Approved.id() {
        system.int(if field == "rto" { "approved_rto" } else { "approved_rpo" })
    } else {
        system.int(field)
    }
}

const RESTS_ON_BIA: Gate = Gate {
    id: "rests_on_bia",
    label: Text::new("業務影響度分析をもとにしている", "The targets rest on an impact analysis"),
    mend: Text::new(
        "このシステムを含む業務影響度分析を選んでください。目標は、許される停止時間とデータの損失を超えられません。",
        "Choose an analysis that covers this system; targets may not exceed its tolerable stop and loss.",
    ),
    inputs: &[],
    holds: |c| {
        let Some(bia) = c.snap.get("bia", c.me.text("bia")) else { return false };
        let within = |target: &str, limit: &str| match (c.me.int(target), bia.int(limit)) {
            (Some(t), Some(l)) => t <= l,
            (t, _) => t.is_some(),
        };
        bia.ids("systems").contains(&c.me.id.as_str())
            && within("rto", "tolerable_stop")
            && within("rpo", "tolerable_loss")
    },
    meets: &["TK-43"],
};

// Holds what the gate above reads, so that the form counts as the place to mend that one.
const TARGETS_GIVEN: Gate = Gate {
    id: "targets_given",
    label: Text::new("RTO と RPO が入っている", "RTO and RPO are given"),
    mend: Text::new("先に RTO と RPO を入れてください。", "Give RTO and RPO first."),
    inputs: &[Input::All("bia")],
    holds: |c| c.me.int("rto").is_some() && c.me.int("rpo").is_some(),
    meets: &[],
};

const FLOW: Workflow = Workflow {
    field: "targets",
    initial: "provisional",
    start: Start::PLAIN,
    transitions: &[Transition {
        id: "approve_targets",
        label: Text::new("目標を承認する", "Approve the targets"),
        from: &["provisional", "approved"],
        to: "approved",
        asks: &[("bia", true), ("targets_by", true)],
        fill: Some(|c| {
            let value = |f: &str| c.me.body.get(f).cloned().unwrap_or(Value::Null);
            [
                ("former_rto", value("approved_rto")),
                ("former_rpo", value("approved_rpo")),
                ("approved_rto", value("rto")),
                ("approved_rpo", value("rpo")),
                ("targets_at", c.now.millis().into()),
            ]
            .into_iter()
            .map(|(f, v)| (f.to_owned(), v))
            .collect()
        }),
        reason: true,
        gates: &[TARGETS_GIVEN, RESTS_ON_BIA],
        who: &["executive", "ciso"],
        meets: &["TK-43"],
        ..Transition::PLAIN
    }],
};

/// A system in the graph: own RTO in minutes, and the systems it depends on.
pub type Node = (Option<i64>, Vec<String>);

/// Effective RTO of every system: the shortest of its own and those of all systems that depend
/// on it, since these cannot be back before it (TK-46). Cycles are allowed. Minutes.
pub fn effective_rto(graph: &BTreeMap<String, Node>) -> BTreeMap<String, i64> {
    let mut effective: BTreeMap<String, i64> =
        graph.iter().filter_map(|(id, (rto, _))| rto.map(|r| (id.clone(), r))).collect();
    let mut queue: Vec<String> = effective.keys().cloned().collect();
    while let Some(id) = queue.pop() {
        let Some(&limit) = effective.get(&id) else { continue };
        let Some((_, needs)) = graph.get(&id) else { continue };
        for need in needs.iter().filter(|n| graph.contains_key(*n)) {
            if effective.get(need).is_none_or(|&r| limit < r) {
                effective.insert(need.clone(), limit);
                queue.push(need.clone());
            }
        }
    }
    effective
}

/// The graph that [`effective_rto`] works on, from current records.
pub fn graph<'a>(systems: impl Iterator<Item = &'a Record>) -> BTreeMap<String, Node> {
    systems
        .filter(|s| !s.ended())
        .map(|s| {
            let needs = s.ids("depends_on").into_iter().map(str::to_owned).collect();
            (s.id.as_str().to_owned(), (target(s, "rto"), needs))
        })
        .collect()
}

/// Derived values of systems.
pub const DERIVED: &[DerivedDef] = &[DerivedDef {
    id: "effective_rto",
    register: "system",
    label: Text::new("実際に必要な復旧時間", "Effective RTO"),
    formula: Text::new(
        "このシステムと、これを頼るすべてのシステムの目標のうち、最も短いもの。",
        "The shortest of its own target and those of all systems that depend on it.",
    ),
    unit: Unit::Minutes,
    inputs: &[Input::All("system")],
    compute: |c| effective_rto(&graph(c.all("system"))).get(c.me.id.as_str()).copied(),
    meets: &["TK-46"],
}];

/// Rules of systems.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "system.targets",
        register: "system",
        label: Text::new("目標時間と復旧責任者がある", "Targets and recovery owner are set"),
        why: Text::new(
            "いつまでに、だれが戻すかを決めておくためです。",
            "So that it is settled who brings it back by when.",
        ),
        mend: Text::new(
            "RTO、RPO、復旧責任者を入れてください。",
            "Give RTO, RPO and the recovery owner.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            [
                ("rto", "目標復旧時間（RTO）がありません。", "No RTO is set."),
                ("rpo", "目標復旧時点（RPO）がありません。", "No RPO is set."),
                ("owner", "復旧責任者がいません。", "No recovery owner is named."),
            ]
            .iter()
            .filter(|(f, _, _)| !c.me.body.contains_key(*f))
            .fold(Verdict::ok(), |v, (f, ja, en)| v.and(f, *ja, *en))
        },
        meets: &["TK-46"],
    },
    RuleDef {
        id: "system.dependency_rto",
        register: "system",
        label: Text::new(
            "頼られているシステムの目標が間に合う",
            "Targets fit what depends on them",
        ),
        why: Text::new(
            "頼っている先が戻らなければ、このシステムも戻りません。",
            "What depends on a system cannot be back before it.",
        ),
        mend: Text::new(
            "RTO を短くするか、頼る側の RTO を見直してください。",
            "Shorten this RTO, or review that of the dependents.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("system")],
        tells: &[],
        check: |c| {
            let effective = effective_rto(&graph(c.all("system")));
            match (target(c.me, "rto"), effective.get(c.me.id.as_str())) {
                (Some(own), Some(&needed)) if needed < own => Verdict::finding(
                    "rto",
                    format!(
                        "目標は{own}分ですが、頼っている側に合わせると{needed}分以内が必要です。"
                    ),
                    format!("The target is {own} minutes, but what depends on it needs {needed}."),
                ),
                _ => Verdict::ok(),
            }
        },
        meets: &["TK-46"],
    },
    RuleDef {
        id: "system.targets_approved",
        register: "system",
        label: Text::new("変えた目標が承認されている", "Changed targets are approved"),
        why: Text::new(
            "経営者が承認するまで、前の目標が有効です。",
            "Until management approves, the former targets hold.",
        ),
        mend: Text::new(
            "経営者かCISOに目標の承認を求めてください。",
            "Ask management or the CISO to approve the targets.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            if c.me.text("targets") != TargetState::Approved.id() {
                return Verdict::ok();
            }
            [("rto", "approved_rto", "RTO"), ("rpo", "approved_rpo", "RPO")]
                .iter()
                .filter(|(typed, held, _)| c.me.int(typed) != c.me.int(held))
                .fold(Verdict::ok(), |v, (typed, held, name)| {
                    let held = c.me.int(held).unwrap_or_default();
                    v.and(
                        typed,
                        format!("{name} の変更は未承認です。いま有効なのは{held}分です。"),
                        format!("The change of {name} is not approved; {held} minutes hold."),
                    )
                })
        },
        meets: &["TK-43"],
    },
    RuleDef {
        id: "system.design_check",
        register: "system",
        label: Text::new(
            "新しい・変更するシステムの設計を点検している",
            "New or changed systems were checked at design",
        ),
        why: Text::new(
            "攻撃に耐え、すぐ戻せるかは、作る前に決まります。",
            "How it withstands and how fast it returns is settled before it is built.",
        ),
        mend: Text::new("設計時の点検を登録してください。", "Register the design check."),
        severity: Severity::Warning,
        inputs: &[Input::In("design_check", "system")],
        tells: &[],
        check: |c| {
            let asked = matches!(c.me.text("stage"), "design" | "changing");
            Verdict::when(
                asked && c.incoming("design_check", "system").next().is_none(),
                "stage",
                Text::new("設計時の点検がありません。", "There is no design check."),
            )
        },
        meets: &["TK-48"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_directory_inherits_the_shortest_target_along_a_chain_with_a_cycle() {
        let graph: BTreeMap<String, Node> = [
            ("shop", Some(240), vec!["directory"]),
            ("directory", Some(1_440), vec!["network"]),
            ("network", None, vec!["directory"]),
            ("wiki", Some(2_880), vec!["directory"]),
        ]
        .into_iter()
        .map(|(id, rto, needs)| {
            (id.to_owned(), (rto, needs.into_iter().map(str::to_owned).collect()))
        })
        .collect();
        let got = effective_rto(&graph);
        assert_eq!(got["shop"], 240);
        assert_eq!(got["directory"], 240);
        assert_eq!(got["network"], 240);
        assert_eq!(got["wiki"], 2_880);
    }
}
