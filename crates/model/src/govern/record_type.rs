//! Types of record (記録の種類): what each costs, how it is reached, how long it is kept, why.

use crate::*;

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
    /// Medium.
    #[field(ja = "媒体", en = "Medium")]
    pub medium: Option<String>,
    /// Retention in years.
    #[field(ja = "保有期間（年）", en = "Retention (years)", list)]
    pub retention_years: Option<i64>,
}

/// Rules of record types.
pub const RULES: &[RuleDef] = &[RuleDef {
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
        ["purpose", "cost_to_make", "cost_to_keep", "viewing", "retention_years"]
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
    meets: &["NI-213", "NI-214", "NI-215", "NI-216"],
}];

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
