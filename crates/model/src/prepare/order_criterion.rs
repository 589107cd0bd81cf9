//! Criteria for several incidents at once (同時に起きたときの基準), set at planning time (NI-434).

use crate::*;

/// From what a criterion judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Factor {
    /// Effect on work.
    #[choice(ja = "業務への影響", en = "Effect on work")]
    Work,
    /// How much risk is tolerated.
    #[choice(ja = "受け入れられるリスク", en = "Risk tolerance")]
    Tolerance,
    /// People, time and money needed.
    #[choice(ja = "必要な人手・時間・費用", en = "Resources needed")]
    Resources,
    /// People's safety.
    #[choice(ja = "人の安全", en = "People's safety")]
    Safety,
    /// Duties by law and contract.
    #[choice(ja = "法令・契約上の義務", en = "Duties by law and contract")]
    Duty,
    /// Another.
    #[choice(ja = "その他", en = "Other")]
    Other,
}

/// A criterion.
#[derive(Debug, Clone, Register)]
#[register(
    id = "order_criterion",
    wing = Prepare,
    menu = 12,
    ja = "同時に起きたときの基準",
    en = "Criteria for several incidents",
    question_ja = "いくつも同時に起きたとき、何を基準に、どれから対応しますか",
    question_en = "When several happen at once, which comes first, and by what measure?",
    about_ja = "対応するかどうかと順番を決める基準です。起きる前に決めて承認しておき、「いま起きていること」の画面で当てはめます。",
    about_en = "Measures for whether to respond and in which order. Settled and approved beforehand, applied on the board of open incidents.",
    purpose_ja = "人手が足りないときに、迷わず順番を決めるために使います。",
    purpose_en = "So that the order is clear when hands are few.",
    sort = "name",
    check = check,
    meets = ["NI-434"]
)]
pub struct OrderCriterion {
    /// Name.
    #[field(ja = "基準", en = "Criterion", title, list, search)]
    pub name: String,
    /// From what it judges.
    #[field(ja = "見るもの", en = "Looks at", list)]
    pub factor: Factor,
    /// How to give points.
    #[field(
        ja = "点の付け方（0〜3）",
        en = "How points are given (0 to 3)",
        help_ja = "例: 3=全社の業務が止まる、2=一部が止まる、1=不便になる、0=影響なし",
        help_en = "For example: 3 all work stops, 2 part of it, 1 a nuisance, 0 no effect"
    )]
    pub scale: Long,
    /// Weight.
    #[field(ja = "重み（1〜5）", en = "Weight (1 to 5)", list)]
    pub weight: i64,
    /// Below this total one waits.
    #[field(
        ja = "これ未満の点なら、今は対応しない",
        en = "Below so many points: not now",
        help_ja = "この基準だけで対応を見合わせる場合に入れます。",
        help_en = "Where this criterion alone decides to hold back."
    )]
    pub least: Option<i64>,
    /// Approved on.
    #[field(ja = "承認日", en = "Approved on", list)]
    pub approved_on: Option<Date>,
}

fn check(body: &Body) -> Vec<FieldProblem> {
    let bad = |field: &str, range: std::ops::RangeInclusive<i64>| {
        let n = body.get(field).and_then(Value::as_i64)?;
        let say = Message::new(
            format!("{}〜{}で入れてください。", range.start(), range.end()),
            format!("Give {} to {}.", range.start(), range.end()),
        );
        (!range.contains(&n)).then(|| FieldProblem::new(field, "out_of_range", say))
    };
    [bad("weight", 1..=5), bad("least", 1..=3)].into_iter().flatten().collect()
}

/// Rules of the criteria.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "order_criterion.settled",
        register: "organisation",
        label: Text::new(
            "同時に起きたときの基準が、影響・リスク・人手の面から決まっている",
            "Criteria for several incidents cover effect, risk tolerance and resources",
        ),
        why: Text::new(
            "いくつも起きてから順番を話し合う時間はありません。",
            "There is no time to argue about the order once several happen.",
        ),
        mend: Text::new(
            "「同時に起きたときの基準」に、業務への影響・受け入れられるリスク・必要な人手の基準を登録してください。",
            "Register criteria on effect on work, risk tolerance and resources needed.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::All("order_criterion")],
        tells: &[],
        check: |c| {
            [Factor::Work, Factor::Tolerance, Factor::Resources]
                .into_iter()
                .filter(|f| !c.all("order_criterion").any(|o| o.text("factor") == f.id()))
                .map(Choice::label)
                .fold(Verdict::ok(), |v, label| {
                    v.and(
                        "",
                        format!("「{}」の基準がありません。", label.ja),
                        format!("There is no criterion on: {}.", label.en),
                    )
                })
        },
        meets: &["NI-434"],
    },
    RuleDef {
        id: "order_criterion.approved",
        register: "order_criterion",
        label: Text::new("基準は事前に承認されている", "The criterion was approved beforehand"),
        why: Text::new(
            "承認されていない順番は、その場で覆ります。",
            "An order that nobody approved is overturned on the spot.",
        ),
        mend: Text::new(
            "承認を受け、その日を入れてください。",
            "Have it approved and give the day.",
        ),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            Verdict::when(
                !c.me.body.contains_key("approved_on"),
                "approved_on",
                Text::new("まだ承認されていません。", "Not approved yet."),
            )
        },
        meets: &["NI-434"],
    },
];
