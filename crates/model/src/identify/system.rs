//! Systems with their dependencies (システム).

use super::{Importance, supplier::Supplier};
use crate::govern::{department::Department, person::Person};
use crate::*;
use std::collections::BTreeMap;

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
    meets = ["TK-46"]
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
    /// Where it runs.
    #[field(ja = "場所（社内・クラウド・遠隔）", en = "Where it runs")]
    pub place: Option<String>,
}

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
            (s.id.as_str().to_owned(), (s.int("rto"), needs))
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
            match (c.me.int("rto"), effective.get(c.me.id.as_str())) {
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
