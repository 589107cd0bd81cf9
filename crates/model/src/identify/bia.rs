//! Business impact analysis (業務影響度分析, TK-41).

use super::Importance;
use super::system::System;
use crate::govern::{department::Department, person::Person};
use crate::*;

/// What a stop of some length does.
#[derive(Debug, Clone, Rows)]
pub struct Impact {
    /// Length of stop.
    #[field(ja = "停止時間（分）", en = "Stop (minutes)")]
    pub after: Minutes,
    /// How grave.
    #[field(ja = "影響の大きさ", en = "How grave")]
    pub grade: Importance,
    /// Effect.
    #[field(ja = "影響", en = "Effect", max = 500)]
    pub text: String,
}

/// A business impact analysis.
#[derive(Debug, Clone, Register)]
#[register(
    id = "bia",
    wing = Identify,
    menu = 4,
    ja = "業務影響度分析（BIA）",
    en = "Business impact analysis",
    question_ja = "この業務は、どれだけ止まると耐えられませんか",
    question_en = "How long a stop can this business not bear?",
    about_ja = "業務ごとに、支えるシステムと、停止時間ごとの影響を登録します。目標復旧時間はここから決めます。",
    about_en = "For each business: the systems behind it and what a stop does as it lasts. Targets follow from it.",
    purpose_ja = "復旧の目標と順番を、業務への影響から決めるために使います。",
    purpose_en = "So that targets and order follow from the effect on business.",
    sort = "business",
    meets = ["TK-41", "TK-44"]
)]
pub struct Bia {
    /// Business.
    #[field(ja = "業務", en = "Business", title, list, search)]
    pub business: String,
    /// Department.
    #[field(ja = "部門", en = "Department", list, access = "department")]
    pub department: Option<Ref<Department>>,
    /// Systems behind it.
    #[field(ja = "支えるシステム", en = "Systems behind it", list)]
    pub systems: Vec<Ref<System>>,
    /// Effect by length of stop.
    #[field(ja = "停止時間ごとの影響", en = "Effect by length of stop")]
    pub impacts: Table<Impact>,
    /// Peak periods.
    #[field(ja = "忙しい時期", en = "Peak periods")]
    pub peaks: Option<String>,
    /// Tolerable stop.
    #[field(ja = "許される停止時間（分）", en = "Tolerable stop (minutes)", list)]
    pub tolerable_stop: Option<Minutes>,
    /// Tolerable loss.
    #[field(ja = "許されるデータの損失（分）", en = "Tolerable loss of data (minutes)", list)]
    pub tolerable_loss: Option<Minutes>,
    /// Duties by law or contract.
    #[field(ja = "法令・契約上の義務", en = "Duties by law or contract")]
    pub duties: Option<Long>,
    /// Assessor.
    #[field(ja = "分析した人", en = "Assessor", list)]
    pub assessor: Option<Ref<Person>>,
    /// Day.
    #[field(ja = "分析した日", en = "Assessed on", list)]
    pub assessed_on: Option<Date>,
}

/// An example of targets, to begin from (TK-44).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// System.
    pub system: Text,
    /// Importance.
    pub importance: Importance,
    /// Minutes.
    pub rto: i64,
    /// Minutes.
    pub rpo: i64,
    /// Who restores.
    pub by: Text,
}

const HOURS: i64 = 60;
const DAYS: i64 = 24 * HOURS;

/// The shipped examples (TK-44).
pub const EXAMPLES: [Example; 4] = [
    Example {
        system: Text::new("会計・給与", "Accounting and payroll"),
        importance: Importance::High,
        rto: 12 * HOURS,
        rpo: DAYS,
        by: Text::new("IT担当者", "IT person"),
    },
    Example {
        system: Text::new("顧客・受発注", "Customers and orders"),
        importance: Importance::High,
        rto: 24 * HOURS,
        rpo: DAYS,
        by: Text::new("IT担当者", "IT person"),
    },
    Example {
        system: Text::new("社内文書共有", "Internal document sharing"),
        importance: Importance::Medium,
        rto: 48 * HOURS,
        rpo: 3 * DAYS,
        by: Text::new("委託先", "External vendor"),
    },
    Example {
        system: Text::new("広報・メール", "Publicity and mail"),
        importance: Importance::Low,
        rto: 72 * HOURS,
        rpo: 7 * DAYS,
        by: Text::new("総務", "General affairs"),
    },
];

/// The rules.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "bia.complete",
    register: "bia",
    label: Text::new(
        "影響・限度・分析した人がそろっている",
        "Effects, limits and assessor are given",
    ),
    why: Text::new(
        "そろわない分析からは、目標を決められません。",
        "No target can rest on half an analysis.",
    ),
    mend: Text::new("空いている項目を埋めてください。", "Fill what is empty."),
    severity: Severity::Warning,
    inputs: &[],
    tells: &[],
    check: |c| {
        [
            ("systems", "支えるシステムがありません。", "No systems are named."),
            (
                "impacts",
                "停止時間ごとの影響がありません。",
                "Effects by length of stop are missing.",
            ),
            ("tolerable_stop", "許される停止時間がありません。", "The tolerable stop is missing."),
            (
                "tolerable_loss",
                "許されるデータの損失がありません。",
                "The tolerable loss is missing.",
            ),
            ("assessor", "分析した人がいません。", "No assessor is named."),
            ("assessed_on", "分析した日がありません。", "The day is missing."),
        ]
        .iter()
        .filter(|(f, _, _)| !c.me.body.contains_key(*f))
        .fold(Verdict::ok(), |v, (f, ja, en)| v.and(f, *ja, *en))
    },
    meets: &["TK-41"],
}];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_examples_carry_the_values_of_the_handbook() {
        let got: Vec<_> = EXAMPLES
            .iter()
            .map(|e| (e.system.ja, e.importance, e.rto / 60, e.rpo / (24 * 60), e.by.ja))
            .collect();
        assert_eq!(
            got,
            [
                ("会計・給与", Importance::High, 12, 1, "IT担当者"),
                ("顧客・受発注", Importance::High, 24, 1, "IT担当者"),
                ("社内文書共有", Importance::Medium, 48, 3, "委託先"),
                ("広報・メール", Importance::Low, 72, 7, "総務"),
            ]
        );
    }
}
