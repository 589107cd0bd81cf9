//! Collection guides (収集手引き): what a stop of a system destroys or withholds, and how it is taken
//! before (NI-417).

use crate::identify::system::System;
use crate::*;

/// What becomes of data by a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Loss {
    /// A stop destroys it: memory, processes, connections.
    #[choice(ja = "止めると消える", en = "Destroyed by a stop", tone = "danger")]
    Destroyed,
    /// It cannot be had while the system is stopped.
    #[choice(ja = "止めている間は取れない", en = "Out of reach during a stop", tone = "warning")]
    Withheld,
    /// It is overwritten by and by.
    #[choice(ja = "古いものから上書きされる", en = "Overwritten by and by", tone = "caution")]
    Overwritten,
    /// It stays.
    #[choice(ja = "止めても残る", en = "Stays")]
    Stays,
}

/// One kind of data of a system.
#[derive(Debug, Clone, Rows)]
pub struct GuideItem {
    /// Place in the order of taking, from 1.
    #[field(ja = "順番", en = "Order")]
    pub order: i64,
    /// Data.
    #[field(ja = "データ", en = "Data", max = 120)]
    pub data: String,
    /// What becomes of it.
    #[field(ja = "止めたときの影響", en = "By a stop")]
    pub loss: Loss,
    /// Tool.
    #[field(ja = "道具", en = "Tool", max = 200)]
    pub tool: String,
    /// Method.
    #[field(ja = "方法", en = "Method", max = 200)]
    pub method: Option<String>,
    /// Steps.
    #[field(ja = "手順", en = "Steps", max = 1000)]
    pub steps: String,
    /// Minutes it takes.
    #[field(ja = "かかる時間（分）", en = "Takes (minutes)")]
    pub minutes: Option<Minutes>,
}

/// The guide of one system.
#[derive(Debug, Clone, Register)]
#[register(
    id = "collection_guide",
    wing = Prepare,
    menu = 8,
    ja = "収集手引き",
    en = "Collection guide",
    question_ja = "止める前に、何を、どの順に、どう取りますか",
    question_en = "What is taken before a stop, in which order, and how?",
    about_ja = "システムごとに、止めると消えるデータや取れなくなるデータと、その取り方を決めておきます。",
    about_en = "For each system the data that a stop destroys or withholds, and how to take it.",
    purpose_ja = "遮断や停止の前に、証拠を取りこぼさないために使います。",
    purpose_en = "So that no evidence is lost by a cut or a stop.",
    sort = "name",
    meets = ["NI-417"]
)]
pub struct CollectionGuide {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// System.
    #[field(ja = "システム", en = "System", list)]
    pub system: Ref<System>,
    /// What is taken.
    #[field(ja = "取るデータ", en = "Data to take")]
    pub items: Table<GuideItem>,
    /// Tried on.
    #[field(ja = "実際に試した日", en = "Tried on", list)]
    pub tried_on: Option<Date>,
}

/// The items of a guide in the order of taking.
pub fn in_order(guide: &Record) -> Vec<&Body> {
    let mut items: Vec<&Body> = guide.rows("items").collect();
    items.sort_by_key(|i| i.get("order").and_then(Value::as_i64).unwrap_or(i64::MAX));
    items
}

/// Rules of guides.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "collection_guide.both",
    register: "collection_guide",
    label: Text::new(
        "消えるデータと、取れなくなるデータの両方がある",
        "Both what is destroyed and what is withheld are in it",
    ),
    why: Text::new(
        "メモリやプロセスは止めると消え、止めている間は取れないログもあります。",
        "Memory and processes are lost by a stop, and some logs are out of reach during it.",
    ),
    mend: Text::new(
        "このシステムで無いと分かっていれば、「止めても残る」として、その旨を書いてください。",
        "Where the system has none, add a row that stays and says so.",
    ),
    severity: Severity::Notice,
    inputs: &[],
    tells: &[],
    check: |c| {
        let has = |l: Loss| {
            c.me.rows("items").any(|r| r.get("loss").and_then(Value::as_str) == Some(l.id()))
        };
        let mut v = Verdict::ok();
        if has(Loss::Stays) {
            return v;
        }
        if !has(Loss::Destroyed) {
            v = v.and(
                "items",
                "止めると消えるデータがありません。",
                "Nothing that a stop destroys.",
            );
        }
        if !has(Loss::Withheld) && !has(Loss::Overwritten) {
            v = v.and(
                "items",
                "止めている間は取れないデータがありません。",
                "Nothing that a stop withholds.",
            );
        }
        v
    },
    meets: &["NI-417"],
}];
