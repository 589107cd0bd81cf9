//! The one page for management, made from the record: what happened, what it affects, how the
//! response stands, what is to be decided. In the words of business, on one A4.

use super::documents::Paper;
use super::parts::{Html, Ui, option_of, render};
use super::room::{Due, Room};
use super::room_build::Lookup;
use super::side::yen;
use askama::Template;
use okiagari_model::respond::escalation;
use okiagari_model::{Record, Time};

/// A decision asked of management, or given by it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its record.
    pub id: String,
    /// What is to be decided.
    pub question: String,
    /// What it means for the business.
    pub meaning: String,
    /// How first response is handled.
    pub first_response: String,
    /// How recovery is handled.
    pub recovery: String,
    /// Options.
    pub options: Vec<String>,
    /// What those in charge advise.
    pub advice: String,
    /// By when.
    pub due_at: Option<Time>,
    /// Still open.
    pub open: bool,
    /// What was decided, why, by whom, when.
    pub decided: String,
    /// Why.
    pub why: String,
    /// By whom.
    pub decider: String,
    /// When.
    pub decided_at: Option<Time>,
}

/// The page.
#[derive(Debug, Clone)]
pub struct Executive {
    /// Head and foot.
    pub paper: Paper,
    /// The case.
    pub room: Room,
    /// What happened.
    pub happened: String,
    /// What it affects, line by line.
    pub effects: Vec<String>,
    /// What it means to others.
    pub others: String,
    /// How the response stands, in one sentence.
    pub stands: &'static str,
    /// Costs so far.
    pub costs: String,
    /// What is asked of management.
    pub asked: Vec<Asked>,
    /// Briefings: when, by whom, to whom.
    pub told: Vec<(Time, String, String)>,
}

/// How many deadlines stand on the sheet; the rest is counted. It stays one sheet on a long night.
const DEADLINES: usize = 4;

impl Executive {
    /// The deadlines that come first.
    pub fn first_due(&self) -> Vec<&Due> {
        self.room.deadlines.iter().filter(|d| !d.over).take(DEADLINES).collect()
    }

    /// How many more there are.
    pub fn more_due(&self) -> usize {
        let all = self.room.deadlines.iter().filter(|d| !d.over).count();
        all.saturating_sub(DEADLINES)
    }

    /// Whether a decision is still asked for.
    pub fn asks(&self) -> bool {
        self.asked.iter().any(|a| a.open)
    }

    /// Whether a decision has been given.
    pub fn was_decided(&self) -> bool {
        self.asked.iter().any(|a| !a.decided.is_empty())
    }
}

/// How the response stands, without a technical word.
pub fn stands(ui: &Ui, state: &str) -> &'static str {
    let (ja, en) = match state {
        "reported" => (
            "報告を受け、対応の体制を整えているところです。",
            "It has been reported; the response is being organised.",
        ),
        "organised" => (
            "体制を発足し、被害が広がらないようにしているところです。",
            "The response is organised and works on keeping the damage from growing.",
        ),
        "contained" => (
            "被害の広がりは止まり、原因を取り除いているところです。",
            "The damage no longer grows; the cause is being removed.",
        ),
        "eradicated" => (
            "原因は取り除かれ、業務を元に戻しているところです。",
            "The cause is removed; business is being brought back.",
        ),
        "recovered" => (
            "業務は元に戻り、再発しないかを見守っているところです。",
            "Business is back; we watch whether it comes again.",
        ),
        "evaluated" | "handed_over" => (
            "対応は終わり、再発防止を進めているところです。",
            "The response is over; measures against a repeat are under way.",
        ),
        "closed" => ("すべて終わりました。", "All is done."),
        "false_alarm" => ("被害はありませんでした。", "There was no damage."),
        _ => {
            ("気づいたばかりで、確かめているところです。", "Just noticed; it is being looked into.")
        }
    };
    ui.lang.t(ja, en)
}

/// Makes the page.
pub fn executive(
    ui: &Ui,
    paper: Paper,
    room: Room,
    incident: &Record,
    (escalations, briefings): (&[Record], &[Record]),
    names: &dyn Lookup,
) -> Executive {
    let person = |id: &str| names.name("person", id).unwrap_or_default();
    let first =
        |r: &Record, field: &str| r.ids(field).first().map_or_else(String::new, |p| person(p));
    let happened = match incident.text("summary") {
        "" => format!("{}：{}", ui.choice(incident, "kind"), incident.text("title")),
        told => told.to_owned(),
    };
    let totals = &room.side;
    let costs = if totals.yen > 0 { yen(ui, totals.yen) } else { String::new() };
    Executive {
        happened,
        effects: effects(ui, incident, &room),
        others: incident.text("effect_on_others").to_owned(),
        stands: stands(ui, incident.text("state")),
        costs,
        asked: escalations
            .iter()
            .filter(|e| !e.ended())
            .map(|e| Asked {
                id: e.id.as_str().to_owned(),
                question: e.text("question").to_owned(),
                meaning: e.text("meaning").to_owned(),
                first_response: e.text("first_response").to_owned(),
                recovery: e.text("recovery").to_owned(),
                options: e.ids("options").into_iter().map(str::to_owned).collect(),
                advice: e.text("advice").to_owned(),
                due_at: escalation::due_at(e),
                open: option_of(e, "state").is_none_or(|o| o.id == "asked"),
                decided: e.text("decided").to_owned(),
                why: e.text("why").to_owned(),
                decider: first(e, "decider"),
                decided_at: e.time("decided_at"),
            })
            .collect(),
        told: briefings
            .iter()
            .filter(|b| !b.ended())
            .filter_map(|b| {
                let told: Vec<String> = b.ids("told").into_iter().map(person).collect();
                Some((b.time("at")?, first(b, "by"), told.join(ui.t("、", ", "))))
            })
            .collect(),
        paper,
        room,
    }
}

/// What the incident affects, each a sentence.
fn effects(ui: &Ui, incident: &Record, room: &Room) -> Vec<String> {
    let mut lines = Vec::new();
    for s in room.systems.iter().filter(|s| s.restored_at.is_none()) {
        let since = s.stopped_at.map_or_else(String::new, |t| ui.dated(&t));
        lines.push(match s.stopped_at {
            Some(_) => ui
                .t("「{s}」が{t}から使えません。", "\"{s}\" has been out of use since {t}.")
                .replace("{s}", &s.name)
                .replace("{t}", &since),
            None => ui.f("「{}」に影響が出ています。", "\"{}\" is affected.", &s.name),
        });
    }
    let effects = incident.def.field("effects").zip(incident.body.get("effects"));
    if let Some((field, value)) = effects {
        let shown = okiagari_model::validate::show(field, value, ui.lang, &ui.zone);
        lines.push(ui.f("事業への影響：{}", "Effect on business: {}", shown));
    }
    if incident.flag("personal_data") {
        lines.push(
            ui.t(
                "個人情報が漏れたおそれがあり、国への報告に期限があります。",
                "Personal data may have leaked; the report to the authority has a deadline.",
            )
            .to_owned(),
        );
    }
    if incident.flag("grave") {
        lines.push(ui.t("被害は重大または広範です。", "The damage is grave or wide.").to_owned());
    }
    lines
}

#[derive(Template)]
#[template(path = "respond/doc_executive.html")]
struct Markup<'a> {
    ui: &'a Ui,
    doc: &'a Executive,
}

/// The page to print.
pub fn page(ui: &Ui, doc: &Executive) -> Html {
    render(&Markup { ui, doc })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::respond::sample::{NOW, a_room, incident, names, record, ui};
    use okiagari_model::{Lang, MINUTE};
    use serde_json::json;

    fn of(lang: Lang) -> String {
        let ui = ui(lang);
        let mut case = incident("organised");
        case.body.insert("summary".into(), "朝から注文を受けられません。".into());
        case.body.insert("effects".into(), json!(["stop"]));
        case.body.insert("effect_on_others".into(), "出荷が二日遅れます。".into());
        let asked = record(
            "escalation",
            "x1",
            50,
            json!({"incident": "i1", "question": "通販を止めて調べるか", "meaning": "一日の売上は200万円",
                "first_response": "外部との通信を切る", "recovery": "控えから三日で戻す",
                "options": ["止める", "続ける"], "advice": "止める", "within": 60,
                "asked_at": NOW.plus(-20 * MINUTE).millis(), "state": "asked"}),
        );
        let given = record(
            "escalation",
            "x2",
            51,
            json!({"incident": "i1", "question": "お客様に知らせるか", "meaning": "m", "first_response": "f",
                "recovery": "r", "options": ["知らせる", "待つ"], "within": 30, "state": "decided",
                "asked_at": NOW.plus(-90 * MINUTE).millis(), "decided": "今日中に知らせる", "why": "信用を守る",
                "decider": "p1", "decided_at": NOW.plus(-60 * MINUTE).millis()}),
        );
        let told = record(
            "briefing",
            "b1",
            52,
            json!({"incident": "i1", "happened": "h", "effect": "e", "response": "r", "by": "p1",
                "told": ["p2"], "at": NOW.millis()}),
        );
        let paper = Paper {
            org: "あさひ商店".into(),
            rev: 3,
            leaf: 40,
            commitment: String::new(),
            by: "佐藤 花".into(),
        };
        let names = names();
        let doc =
            executive(&ui, paper, a_room(&ui, None), &case, (&[asked, given], &[told]), &names);
        page(&ui, &doc).0
    }

    #[test]
    fn management_reads_what_happened_what_it_affects_and_how_the_response_stands() {
        let ja = of(Lang::Ja);
        for part in [
            "朝から注文を受けられません。",
            "から使えません。",
            "業務の停止",
            "出荷が二日遅れます。",
            "体制を発足し、被害が広がらないようにしているところです。",
            "佐藤 花",
        ] {
            assert!(ja.contains(part), "{part} is not in {ja}");
        }
        assert!(of(Lang::En).contains("works on keeping the damage from growing"));
        let words = ui(Lang::Ja);
        let states = [
            "detected",
            "reported",
            "organised",
            "contained",
            "eradicated",
            "recovered",
            "evaluated",
            "handed_over",
            "closed",
            "false_alarm",
        ];
        let mut said: Vec<&str> = states.iter().map(|s| stands(&words, s)).collect();
        said.dedup();
        assert_eq!(said.len(), 9, "every stage is told apart");
        for technical in ["封じ込め", "根絶", "マルウェア", "IOC"] {
            assert!(said.iter().all(|s| !s.contains(technical)));
        }
    }

    #[test]
    fn what_is_asked_of_management_has_meaning_handling_options_deadline_and_decision() {
        let ja = of(Lang::Ja);
        for part in [
            "通販を止めて調べるか",
            "一日の売上は200万円",
            "外部との通信を切る",
            "控えから三日で戻す",
            "続ける",
            "あと <b>40</b>分",
            "今日中に知らせる",
            "信用を守る",
        ] {
            assert!(ja.contains(part), "{part} is not in {ja}");
        }
    }
}
