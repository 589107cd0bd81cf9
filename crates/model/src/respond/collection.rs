//! Collection list (収集リスト): what is to be taken of each system in an incident, in which order,
//! and when it will be gone (NI-416, TK-61).

use super::evidence::Evidence;
use super::hold;
use super::incident::Incident;
use crate::govern::person::Person;
use crate::identify::system::System;
use crate::prepare::collection_guide::{self, Loss};
use crate::prepare::log_source::LogSource;
use crate::*;

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CollectionState {
    /// Not yet taken.
    #[choice(ja = "未収集", en = "To be taken", tone = "warning")]
    Open,
    /// Taken.
    #[choice(ja = "収集済み", en = "Taken", tone = "good")]
    Taken,
    /// Cannot be had.
    #[choice(ja = "取れない", en = "Cannot be had", tone = "danger")]
    Missing,
    /// It was there and is gone.
    #[choice(ja = "失われた", en = "Lost", tone = "danger")]
    Lost,
}

/// What kind of data it is (G7-32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum DataKind {
    /// Log.
    #[choice(ja = "ログ", en = "Log")]
    Log,
    /// Sample.
    #[choice(ja = "検体", en = "Sample")]
    Sample,
    /// Image of disk or memory.
    #[choice(ja = "ディスク・メモリの写し", en = "Image of disk or memory")]
    Image,
    /// Timeline.
    #[choice(ja = "時系列", en = "Timeline")]
    Timeline,
    /// Other.
    #[choice(ja = "その他", en = "Other")]
    Other,
}

/// How an item of the checklist stands (G7-32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// About to be overwritten.
    Vanishing,
    /// Not yet collected, or not to be had.
    Missing,
    /// Lost.
    Lost,
    /// Collected.
    Collected,
}

impl Standing {
    /// All four, the most urgent first.
    pub const ALL: [Standing; 4] =
        [Standing::Vanishing, Standing::Missing, Standing::Lost, Standing::Collected];

    /// Its name.
    pub const fn label(self) -> Text {
        match self {
            Standing::Vanishing => Text::new("もうすぐ上書き", "About to be overwritten"),
            Standing::Missing => Text::new("まだない", "Missing"),
            Standing::Lost => Text::new("失われた", "Lost"),
            Standing::Collected => Text::new("収集済み", "Collected"),
        }
    }
}

/// How an item stands at an instant. What was not taken before its time of overwriting counts as
/// lost until somebody has looked; what is due within `ahead` ms is about to go.
pub fn standing(item: &Record, now: Time, ahead: i64) -> Standing {
    match item.text("state") {
        "taken" => Standing::Collected,
        "lost" => Standing::Lost,
        "missing" => Standing::Missing,
        _ => match item.time("vanishes_at") {
            Some(at) if at <= now => Standing::Lost,
            Some(at) if at <= now.plus(ahead) => Standing::Vanishing,
            _ => Standing::Missing,
        },
    }
}

/// One item of the list.
#[derive(Debug, Clone, Register)]
#[register(
    id = "collection",
    wing = Respond,
    menu = 15,
    ja = "収集リスト",
    en = "Collection list",
    question_ja = "まだ取っていないデータと、もうすぐ消えるデータはどれですか",
    question_en = "What has not been taken, and what will soon be gone?",
    about_ja = "影響を受けたシステムごとに、取るデータを手引きとログの収集元から並べます。ログは保存日数から、消える日時を数えます。",
    about_en = "What to take of each affected system, from its guide and its log sources. For logs the time of overwriting is worked out from their retention.",
    purpose_ja = "止める前と、上書きされる前に証拠を取るために使います。",
    purpose_en = "So that evidence is taken before the stop and before it is overwritten.",
    sort = "vanishes_at",
    flow = FLOW,
    retention_years = 10,
    meets = ["NI-416", "G7-32"]
)]
pub struct Collection {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// Data.
    #[field(ja = "データ", en = "Data", title, list, search)]
    pub data: String,
    /// Kind of data.
    #[field(ja = "データの種類", en = "Kind of data", list)]
    pub kind: Option<DataKind>,
    /// System.
    #[field(ja = "システム", en = "System", list)]
    pub system: Option<Ref<System>>,
    /// Device, where one is meant.
    #[field(ja = "機器", en = "Device", search)]
    pub device: Option<String>,
    /// Place in the order of taking.
    #[field(ja = "順番", en = "Order", list)]
    pub order: Option<i64>,
    /// What a stop does to it.
    #[field(ja = "止めたときの影響", en = "By a stop", list)]
    pub loss: Loss,
    /// Tool.
    #[field(ja = "道具", en = "Tool")]
    pub tool: Option<String>,
    /// Method.
    #[field(ja = "方法", en = "Method")]
    pub method: Option<String>,
    /// Steps.
    #[field(ja = "手順", en = "Steps")]
    pub steps: Option<Long>,
    /// Log source that it comes from.
    #[field(ja = "ログの収集元", en = "Log source")]
    pub source: Option<Ref<LogSource>>,
    /// When the oldest of it that matters is overwritten.
    #[field(ja = "上書きされる日時", en = "Overwritten at", list)]
    pub vanishes_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<CollectionState>,
    /// The evidence it became.
    #[field(ja = "証拠", en = "Evidence", system)]
    pub evidence: Option<Ref<Evidence>>,
    /// Who took it.
    #[field(ja = "取った人", en = "Taken by", system)]
    pub taken_by: Option<Ref<Person>>,
    /// When.
    #[field(ja = "取った日時", en = "Taken at", system)]
    pub taken_at: Option<Time>,
    /// Why it cannot be had.
    #[field(
        ja = "取れない・失われた理由",
        en = "Why it cannot be had, or was lost",
        max = 500,
        system
    )]
    pub why_missing: Option<String>,
}

impl Collection {
    /// Something to take of a system in a case.
    fn new(incident: Ref<Incident>, system: Ref<System>, data: String, loss: Loss) -> Self {
        Self {
            incident,
            data,
            kind: None,
            system: Some(system),
            device: None,
            order: None,
            loss,
            tool: None,
            method: None,
            steps: None,
            source: None,
            vanishes_at: None,
            state: None,
            evidence: None,
            taken_by: None,
            taken_at: None,
            why_missing: None,
        }
    }
}

/// Whether an item is still to be taken.
pub fn open(item: &Record) -> bool {
    !item.ended() && matches!(item.text("state"), "" | "open")
}

/// Whether an item is still to be taken and a stop would destroy or withhold it.
pub fn lost_by_stop(item: &Record) -> bool {
    open(item) && matches!(item.text("loss"), "destroyed" | "withheld")
}

/// What to take of a system, that is not on the list: first by its guide, in the guide's order, then
/// its logs. A log is gone when its retention has passed since `from`.
pub fn items(
    c: &RuleCtx<'_>,
    incident: &RecordId,
    system: &str,
    from: Time,
    known: &[&Record],
) -> Vec<NewRecord> {
    let there =
        |data: &str| known.iter().any(|k| k.text("system") == system && k.text("data") == data);
    let new = |data: &str, loss: Loss| {
        let (case, of) = (Ref::new(incident.clone()), Ref::new(RecordId::new(system)));
        Collection::new(case, of, data.to_owned(), loss)
    };
    let mut out = Vec::new();
    for guide in c.all("collection_guide").filter(|g| g.text("system") == system) {
        for row in collection_guide::in_order(guide) {
            let text = |f: &str| row.get(f).and_then(Value::as_str).unwrap_or_default();
            let given = |f: &str| Some(text(f).to_owned()).filter(|t| !t.is_empty());
            if there(text("data")) {
                continue;
            }
            let loss = Loss::from_id(text("loss")).unwrap_or(Loss::Destroyed);
            let mut item = new(text("data"), loss);
            item.order = row.get("order").and_then(Value::as_i64);
            (item.tool, item.method) = (given("tool"), given("method"));
            item.steps = given("steps").map(Long);
            out.push(NewRecord::of(&item));
        }
    }
    for source in c.all("log_source").filter(|l| l.text("system") == system) {
        if there(source.text("name")) {
            continue;
        }
        let mut item = new(source.text("name"), Loss::Overwritten);
        item.kind = Some(DataKind::Log);
        item.source = Some(Ref::new(source.id.clone()));
        item.vanishes_at = source.int("retention_days").map(|d| from.plus(d * DAY));
        out.push(NewRecord::of(&item));
    }
    out
}

/// The instant from which logs matter: when it happened, else when it was noticed.
pub fn matters_from(incident: &Record, now: Time) -> Time {
    incident.time("occurred_at").or(incident.time("detected_at")).unwrap_or(now)
}

/// Puts what is to be taken of the affected systems on the list, each once.
pub const OPEN_LIST: Follow = Follow {
    label: Text::new("収集リストを作る", "Makes the collection list"),
    inputs: &[
        Input::In("collection", "incident"),
        Input::All("collection_guide"),
        Input::All("log_source"),
    ],
    open: |c| {
        if matches!(c.me.text("state"), "closed" | "false_alarm") {
            return Vec::new();
        }
        let known: Vec<&Record> = c.incoming("collection", "incident").collect();
        let from = matters_from(c.me, c.now);
        let mut systems: Vec<&str> =
            c.me.rows("systems").filter_map(|r| r.get("system")?.as_str()).collect();
        systems.sort_unstable();
        systems.dedup();
        systems.into_iter().flat_map(|s| items(c, &c.me.id, s, from, &known)).collect()
    },
    meets: &["NI-416"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "open",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "take",
            label: Text::new("収集した", "Taken"),
            from: &["open", "missing", "lost"],
            to: "taken",
            asks: &[("taken_by", true), ("evidence", false), ("taken_at", false)],
            stamps: &["taken_at"],
            meets: &["NI-416"],
            ..Transition::PLAIN
        },
        Transition {
            id: "miss",
            label: Text::new("取れない", "Cannot be had"),
            from: &["open"],
            to: "missing",
            asks: &[("why_missing", true)],
            ..Transition::PLAIN
        },
        Transition {
            id: "lose",
            label: Text::new("失われた", "Lost"),
            from: &["open", "missing"],
            to: "lost",
            asks: &[("why_missing", true)],
            meets: &["G7-32"],
            ..Transition::PLAIN
        },
    ],
};

/// Rules of the list.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "collection.vanishing",
    register: "collection",
    label: Text::new("上書きされる前に取っている", "It is taken before it is overwritten"),
    why: Text::new(
        "保存日数を過ぎたログは、後から取り戻せません。",
        "Logs past their retention cannot be had back.",
    ),
    mend: Text::new(
        "複製を取るか、保存元の自動削除を止めてください。",
        "Take a copy, or stop deletion at the source.",
    ),
    severity: Severity::Serious,
    inputs: &[Input::Beside("incident", "hold", "incident")],
    tells: &["csirt", "technical_lead"],
    check: |c| {
        let Some(at) = c.me.time("vanishes_at").filter(|_| open(c.me)) else {
            return Verdict::ok();
        };
        // Where deletion has been stopped at the source, nothing vanishes.
        let kept = |h: &Record| {
            hold::in_force(h)
                && h.text("system") == c.me.text("system")
                && h.body.contains_key("stopped_at")
        };
        if c.beside("incident", "hold", "incident").any(kept) {
            return Verdict::ok();
        }
        let warn = at.plus(-3 * DAY);
        if c.now < warn {
            return Verdict::ok().check_at(warn);
        }
        if c.now < at {
            let (ja, en) = (at.show(Lang::Ja, c.zone), at.show(Lang::En, c.zone));
            return Verdict::finding(
                "vanishes_at",
                format!("{ja}に上書きされます。"),
                format!("It will be overwritten at {en}."),
            )
            .check_at(at);
        }
        Verdict::finding(
            "vanishes_at",
            "保存日数を過ぎました。残っているか確かめてください。",
            "Its retention has passed; see whether it is still there.",
        )
    },
    meets: &["TK-61"],
}];
