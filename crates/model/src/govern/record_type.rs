//! Types of record (記録の種類): what each costs, how it is reached, how long it is kept, why.

use crate::*;

/// How easily it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Ease {
    /// At once, by full search.
    #[choice(ja = "全文検索ですぐ見つかる", en = "At once, by full search", tone = "good")]
    FullSearch,
    /// By an index or a list.
    #[choice(ja = "台帳・目次からたどれる", en = "By an index or list")]
    Index,
    /// Only by leafing through.
    #[choice(ja = "一つずつめくって探す", en = "Only by leafing through", tone = "caution")]
    ByHand,
}

/// What happens when the retention period is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Disposal {
    /// A person is warned and decides.
    #[choice(ja = "知らせて、人が判断する", en = "Warn, a person decides")]
    Person,
    /// Personal data are erased by the program; the proof of the record stays.
    #[choice(ja = "個人情報を自動で消す", en = "Personal data are erased by the program")]
    Erase,
}

/// A type of record.
#[derive(Debug, Clone, Register)]
#[register(
    id = "record_type",
    wing = Govern,
    menu = 6,
    ja = "記録の種類",
    en = "Type of record",
    question_ja = "この記録は何のために、いつまで残しますか",
    question_en = "What is this record for, and how long is it kept?",
    about_ja = "記録の種類ごとに、目的、手間と費用、見方と探し方、保有期間を決めます。",
    about_en = "For each type: purpose, effort and cost, way of viewing and searching, retention.",
    purpose_ja = "残すこと自体を目的にせず、必要な記録を必要な期間だけ残すために使います。",
    purpose_en = "Keeps what is needed for as long as needed, and no longer.",
    sort = "name",
    meets = ["NI-213", "NI-214", "NI-215", "NI-216"]
)]
pub struct RecordType {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// Register of this product it stands for.
    #[field(
        ja = "対応する台帳",
        en = "Register",
        list,
        max = 40,
        help_ja = "台帳の識別名（例: incident）。",
        help_en = "The register's id, for example incident."
    )]
    pub register: Option<String>,
    /// Purpose of use.
    #[field(ja = "利用目的", en = "Purpose of use", list)]
    pub purpose: Option<String>,
    /// Cost and effort of making.
    #[field(ja = "作成の費用・手間", en = "Cost and effort to make")]
    pub cost_to_make: Option<String>,
    /// Cost and effort of keeping.
    #[field(ja = "維持の費用・手間", en = "Cost and effort to keep")]
    pub cost_to_keep: Option<String>,
    /// Way of viewing.
    #[field(ja = "閲覧の方法", en = "Way of viewing")]
    pub viewing: Option<String>,
    /// Search keys.
    #[field(ja = "探すときの手がかり", en = "Search keys")]
    pub search_keys: Option<String>,
    /// Ease of finding.
    #[field(ja = "探しやすさ", en = "Ease of finding")]
    pub search_ease: Option<Ease>,
    /// Medium.
    #[field(ja = "媒体", en = "Medium")]
    pub medium: Option<String>,
    /// Retention in years.
    #[field(
        ja = "保有期間（年）",
        en = "Retention (years)",
        list,
        help_ja = "終わった日から数えます。",
        help_en = "Counted from the day on which a record ended."
    )]
    pub retention_years: Option<i64>,
    /// What happens then.
    #[field(
        ja = "保有期間が過ぎたら",
        en = "When it is over",
        list,
        help_ja = "法的に保存する案件の記録は、どちらでも消えません。",
        help_en = "Records under a legal hold stay in either case."
    )]
    pub disposal: Option<Disposal>,
}

/// When the retention of a record of this type is over, where it has ended (NI-215): years are
/// counted on the calendar of the organisation.
pub fn over_at(record: &Record, years: i64, zone: &Zone) -> Option<Time> {
    let closed = record.def.flow.is_some_and(|f| f.is_end(record.text(f.field)));
    let end = match record.time(ENDED) {
        Some(at) => at,
        None if closed => record.updated_at,
        None => return None,
    };
    end.plus_months(years.checked_mul(12)?, zone)
}

/// Records of the type whose retention is over or nearly so, and the next instant to look.
fn retention(c: &RuleCtx<'_>) -> Verdict {
    let day = c.now.plus(DAY);
    let Some(years) = c.me.int("retention_years").filter(|y| *y > 0) else { return Verdict::ok() };
    let ahead = c.settings.int("record.warn_days") * DAY;
    let (mut over, mut soon, mut first) = (0, 0, None::<Time>);
    for record in c.snap.aged() {
        let Some(at) = over_at(record, years, c.zone) else { continue };
        if at <= c.now {
            over += 1;
        } else if at.plus(-ahead) <= c.now {
            soon += 1;
            first = Some(first.map_or(at, |f| f.min(at)));
        }
    }
    let mut verdict = Verdict::ok().check_at(first.map_or(day, |f| f.min(day)));
    if over > 0 {
        verdict = verdict.and(
            "retention_years",
            format!("保有期間（{years}年）を過ぎた記録が{over}件あります。"),
            format!("{over} record(s) are past their {years} years."),
        );
    }
    if let Some(day) = first.and_then(|at| at.date(c.zone)) {
        verdict = verdict.and(
            "retention_years",
            format!("{soon}件が、早いもので{day}に保有期間を終えます。"),
            format!("{soon} record(s) reach the end of their retention, the first on {day}."),
        );
    }
    verdict
}

/// Rules of record types.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "record_type.complete",
        register: "record_type",
        label: Text::new(
            "目的・費用・見方・保有期間がそろっている",
            "Purpose, cost, access and retention are given",
        ),
        why: Text::new(
            "記録ごとの負担と使い道を比べられるようにするためです。",
            "So that burden and use of each record can be weighed.",
        ),
        mend: Text::new("空いている欄を埋めてください。", "Fill in the empty fields."),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            [
                "purpose",
                "cost_to_make",
                "cost_to_keep",
                "viewing",
                "search_keys",
                "search_ease",
                "medium",
                "retention_years",
            ]
            .iter()
            .filter(|f| !c.me.body.contains_key(**f))
            .filter_map(|f| c.me.def.field(f))
            .fold(Verdict::ok(), |v, f| {
                v.and(
                    f.id,
                    format!("「{}」が空いています。", f.label.ja),
                    format!("\"{}\" is empty.", f.label.en),
                )
            })
        },
        meets: &["NI-213", "NI-214", "NI-216"],
    },
    RuleDef {
        id: RETENTION,
        register: "record_type",
        label: Text::new("保有期間を過ぎた記録がない", "No record is kept past its time"),
        why: Text::new(
            "必要な期間だけ残すと決めた記録を、決めたとおりに扱うためです。",
            "So that what was to be kept for a time is kept for that time and no longer.",
        ),
        mend: Text::new(
            "まだ要る記録なら保有期間を延ばし、要らなければ個人情報を消してください。自動で消す設定もできます。",
            "Lengthen the period if they are needed, or erase their personal data; the program can do it by itself.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::Aged, Input::All("setting")],
        tells: &["general_affairs"],
        check: retention,
        meets: &["NI-215"],
    },
];

/// The rule on whose clock records are disposed of.
pub const RETENTION: &str = "record_type.retention";

/// Registers of the main job for which no type of record has been described.
pub fn missing_types(c: &RuleCtx<'_>) -> Verdict {
    ["report", "incident", "timeline_entry", "decision", "evidence", "message", "improvement"]
        .iter()
        .filter(|id| !c.all("record_type").any(|t| t.text("register") == **id))
        .filter_map(|id| crate::register(id))
        .fold(Verdict::ok(), |v, def| {
            v.and(
                "",
                format!("「{}」の利用目的と保有期間が決まっていません。", def.label.ja),
                format!("Purpose and retention of \"{}\" are not settled.", def.label.en),
            )
        })
}
