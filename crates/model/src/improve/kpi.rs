//! Figures as they were reviewed (KPI, TK-129).

use crate::core::metric::Better;
use crate::govern::person::Person;
use crate::*;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Source {
    /// Worked out from the registers.
    #[choice(ja = "台帳から計算", en = "From the registers", tone = "good")]
    Computed,
    /// Typed in.
    #[choice(ja = "手入力", en = "Typed in", tone = "caution")]
    Typed,
}

/// Whether the target was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Met {
    /// Met.
    #[choice(ja = "達成", en = "Met", tone = "good")]
    Met,
    /// Not met.
    #[choice(ja = "未達", en = "Not met", tone = "warning")]
    NotMet,
    /// Not measurable.
    #[choice(ja = "測れません", en = "Not measurable")]
    NotMeasurable,
    /// No target.
    #[choice(ja = "目標なし", en = "No target")]
    NoTarget,
}

/// A figure of a period, kept with what stood behind it.
#[derive(Debug, Clone, Register)]
#[register(
    id = "kpi",
    wing = Improve,
    menu = 5,
    ja = "KPIの記録",
    en = "KPI record",
    question_ja = "目標に届きましたか。経営者はいつ見ましたか",
    question_en = "Was the target met, and when did management look?",
    about_ja = "指標の画面から、値と根拠の記録をその時点のまま残します。手で入れた値には印が付きます。",
    about_en = "Kept from the page of figures with the records behind it. Values typed in are marked.",
    purpose_ja = "年度ごとの達成を、後から根拠とともに示すために残します。",
    purpose_en = "Shows later, with its basis, what each year came to.",
    sort = "period",
    sort_down,
    flow = FLOW,
    meets = ["TK-129"]
)]
pub struct Kpi {
    /// Name.
    #[field(ja = "指標", en = "Figure", title, list, search)]
    pub name: String,
    /// Metric it was worked out by.
    #[field(ja = "指標の記号", en = "Metric", max = 80, system)]
    pub metric: Option<String>,
    /// Formula.
    #[field(ja = "計算のしかた", en = "Formula", max = 500)]
    pub formula: String,
    /// Period.
    #[field(ja = "期間", en = "Period", list, max = 60)]
    pub period: String,
    /// Value; unset where it cannot be measured.
    #[field(ja = "値", en = "Value", list)]
    pub value: Option<i64>,
    /// Unit.
    #[field(ja = "単位", en = "Unit", max = 20)]
    pub unit: Option<String>,
    /// Target.
    #[field(ja = "目標", en = "Target", list)]
    pub target: Option<i64>,
    /// Met or not.
    #[field(ja = "達成", en = "Met", list)]
    pub met: Option<Met>,
    /// Where the value comes from.
    #[field(ja = "値の出どころ", en = "Source", list, system)]
    pub source: Option<Source>,
    /// Records behind it.
    #[field(ja = "もとになった記録", en = "Records behind it", system)]
    pub behind: Vec<String>,
    /// Comment.
    #[field(ja = "コメント", en = "Comment")]
    pub comment: Option<Long>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<KpiState>,
    /// Reviewed by.
    #[field(ja = "確認した経営者", en = "Reviewed by", system)]
    pub reviewed_by: Option<Ref<Person>>,
    /// Reviewed at.
    #[field(ja = "経営者が確認した日時", en = "Reviewed at", system)]
    pub reviewed_at: Option<Time>,
}

/// Whether management has looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum KpiState {
    /// Kept.
    #[choice(ja = "記録済み", en = "Kept", tone = "caution")]
    Kept,
    /// Reviewed.
    #[choice(ja = "経営者が確認済み", en = "Reviewed by management", tone = "good")]
    Reviewed,
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "kept",
    start: Start {
        stamps: &[],
        inputs: &[],
        // Whatever the program has not worked out itself is typed in, and says so.
        fill: Some(|_| {
            let mut body = Body::new();
            body.insert("source".into(), Source::Typed.id().into());
            body
        }),
        follows: &[],
    },
    transitions: &[Transition {
        id: "review",
        label: Text::new("経営者として確認した", "Reviewed by management"),
        from: &["kept"],
        to: "reviewed",
        asks: &[("reviewed_by", true), ("comment", false)],
        stamps: &["reviewed_at"],
        who: &["executive", "ciso"],
        meets: &["TK-129"],
        ..Transition::PLAIN
    }],
};

/// Targets of the metrics that have one (TK-124, TK-126): metric and value. The mean time to
/// recovery is held against the year before (TK-125).
pub const TARGETS: [(&str, i64); 2] = [("drills", 2), ("improvement_rate", 80)];

/// The target of a metric in a year, where there is one.
pub fn target_of(metric: &str, before: Option<i64>) -> Option<i64> {
    match metric {
        // Shorter than the year before: one minute less is enough.
        "mttr_main" => before.map(|b| (b - 1).max(0)),
        _ => TARGETS.iter().find(|(m, _)| *m == metric).map(|(_, t)| *t),
    }
}

/// Whether a value meets its target.
pub fn met(better: Better, value: Option<i64>, target: Option<i64>) -> Met {
    match (value, target) {
        (None, _) => Met::NotMeasurable,
        (_, None) => Met::NoTarget,
        (Some(v), Some(t)) => {
            let ok = match better {
                Better::More => v >= t,
                Better::Less => v <= t,
            };
            if ok { Met::Met } else { Met::NotMet }
        }
    }
}

/// A figure as a record to keep.
pub fn kept(def: &MetricDef, period: &str, now: &Measured, before: Option<i64>) -> Kpi {
    let target = target_of(def.id, before);
    Kpi {
        name: def.label.ja.to_owned(),
        metric: Some(def.id.to_owned()),
        formula: def.formula.ja.to_owned(),
        period: period.to_owned(),
        value: now.value,
        unit: Some(
            match def.unit {
                Unit::Count => "件",
                Unit::Minutes => "分",
                Unit::Percent => "%",
            }
            .to_owned(),
        ),
        target,
        met: Some(met(def.better, now.value, target)),
        source: Some(Source::Computed),
        behind: now.behind.iter().take(200).map(|id| format!("{}/{id}", def.register)).collect(),
        comment: None,
        state: None,
        reviewed_by: None,
        reviewed_at: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_without_recovery_is_not_measurable_and_a_longer_one_misses_its_target() {
        let target = target_of("mttr_main", Some(60));
        assert_eq!(met(Better::Less, None, target), Met::NotMeasurable);
        assert_eq!(met(Better::Less, Some(60), target), Met::NotMet);
        assert_eq!(met(Better::Less, Some(59), target), Met::Met);
        assert_eq!(met(Better::Less, Some(59), target_of("mttr_main", None)), Met::NoTarget);
        assert_eq!(met(Better::More, Some(2), target_of("drills", None)), Met::Met);
        assert_eq!(met(Better::More, Some(79), target_of("improvement_rate", None)), Met::NotMet);
    }
}
