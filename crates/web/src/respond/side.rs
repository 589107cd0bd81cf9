//! Beside the timeline: indicators, merged logs, escalations, urgent checks, hours and costs. An
//! empty part is one line.

use super::parts::{Html, Ui, option_of, render};
use super::room::Room;
use super::room_build::Lookup;
use askama::Template;
use okiagari_app::views::RoomSide;
use okiagari_model::respond::escalation;
use okiagari_model::respond::indicator::IndicatorState;
use okiagari_model::{Choice, Record, Time};

/// An escalation to management.
#[derive(Debug, Clone, PartialEq)]
pub struct EscalationLine {
    /// Its id.
    pub id: String,
    /// What is to be decided.
    pub question: String,
    /// By when.
    pub due_at: Option<Time>,
    /// Not decided yet.
    pub open: bool,
    /// State as a chip.
    pub chip: Html,
    /// What was decided.
    pub decided: String,
    /// By whom.
    pub decider: String,
}

/// A record with a word behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct SideLine {
    /// Where it is.
    pub href: String,
    /// Its name.
    pub title: String,
    /// What is said of it.
    pub word: String,
    /// State as a chip.
    pub chip: Html,
}

/// Beside the timeline, ready to be written.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// Indicators by state: chip and number.
    pub indicators: Vec<(Html, u64)>,
    /// Merged logs.
    pub merges: Vec<SideLine>,
    /// Escalations.
    pub escalations: Vec<EscalationLine>,
    /// Checks: management systems, urgent ones, heightened watches, investigation lists.
    pub checks: Vec<SideLine>,
    /// Minutes of work.
    pub minutes: i64,
    /// Yen.
    pub yen: i64,
    /// Of these, estimated.
    pub estimated: i64,
    /// Lines that the situation could take from the record: known, unknown, doing.
    pub drafts: [Vec<String>; 3],
}

impl Side {
    /// Hours and costs in words; empty where nothing is on record.
    pub fn effort(&self, ui: &Ui) -> String {
        let mut parts = Vec::new();
        if self.minutes > 0 {
            parts.push(okiagari_model::validate::minutes(self.minutes, ui.lang));
        }
        if self.yen > 0 {
            parts.push(yen(ui, self.yen));
        }
        if self.estimated > 0 {
            parts.push(ui.f("（うち見込み {}）", "({} of it estimated)", yen(ui, self.estimated)));
        }
        parts.join(ui.t("、", ", "))
    }
}

/// `1,234,000円`, `JPY 1,234,000`.
pub fn yen(ui: &Ui, amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}{}", ui.f("{}円", "JPY {}", out))
}

fn line(ui: &Ui, r: &Record, word: String) -> SideLine {
    let chip = if r.def.flow.is_some() { ui.state(r, "state") } else { Html::default() };
    SideLine { href: format!("/r/{}/{}", r.def.id, r.id), title: r.title(), word, chip }
}

/// From records to what is shown; ended ones are left out.
pub fn side(ui: &Ui, from: &RoomSide, names: &dyn Lookup) -> Side {
    let name = |r: &Record, field: &str| {
        let id = r.ids(field).first().map(|id| (*id).to_owned());
        id.and_then(|id| names.name("person", &id)).unwrap_or_default()
    };
    let there = |list: &[Record]| list.iter().filter(|r| !r.ended()).cloned().collect::<Vec<_>>();
    let mut checks: Vec<SideLine> =
        there(&from.tampers).iter().map(|r| line(ui, r, r.def.label.get(ui.lang).into())).collect();
    checks.extend(there(&from.checks).iter().map(|r| line(ui, r, r.def.label.get(ui.lang).into())));
    for w in there(&from.watches) {
        let until = w.time("until").map_or_else(String::new, |t| ui.short(&t));
        checks.push(line(ui, &w, ui.f("監視の強化 {}まで", "heightened until {}", until)));
    }
    for i in there(&from.investigations) {
        let word = format!("{} {}", ui.t("調査リスト", "investigation list"), i.text("minimum"));
        checks.push(line(ui, &i, word));
    }
    let merges = there(&from.merges);
    Side {
        indicators: IndicatorState::DEF
            .options
            .iter()
            .filter_map(|o| Some((ui.state_option(o), *from.indicators.get(o.id)?)))
            .collect(),
        merges: merges
            .iter()
            .map(|m| {
                let lines = m.int("lines").unwrap_or(0);
                let skew = m.int("skew_seconds").unwrap_or(0);
                let word = ui
                    .t("{n}行、時計のずれ {s}秒、{z}", "{n} lines, skew {s} s, {z}")
                    .replace("{n}", &lines.to_string())
                    .replace("{s}", &format!("{skew:+}"))
                    .replace("{z}", m.text("zone"));
                line(ui, m, word)
            })
            .collect(),
        escalations: there(&from.escalations)
            .iter()
            .map(|e| EscalationLine {
                id: e.id.as_str().to_owned(),
                question: e.text("question").to_owned(),
                due_at: escalation::due_at(e),
                open: option_of(e, "state").is_none_or(|o| o.id == "asked"),
                chip: ui.state(e, "state"),
                decided: e.text("decided").to_owned(),
                decider: name(e, "decider"),
            })
            .collect(),
        checks,
        minutes: from.totals.minutes,
        yen: from.totals.yen,
        estimated: from.totals.estimated,
        drafts: [Vec::new(), Vec::new(), Vec::new()],
    }
}

/// Lines that the record offers for the situation and that it does not say yet: facts and open
/// questions of the analysis, work that is under way.
pub fn drafts(
    ui: &Ui,
    analysis: &[Record],
    tasks: &[Record],
    said: [&[String]; 3],
) -> [Vec<String>; 3] {
    let there = |r: &&Record| !r.ended();
    let mut lines: [Vec<String>; 3] = Default::default();
    for a in analysis.iter().filter(there) {
        match a.text("certainty") {
            "fact" => lines[0].push(a.text("statement").to_owned()),
            _ => lines[1].push(ui.f("{}（推定）", "{} (assumed)", a.text("statement"))),
        }
        lines[1].extend(a.ids("open_questions").into_iter().map(str::to_owned));
    }
    for t in tasks.iter().filter(there).filter(|t| t.text("state") == "doing") {
        lines[2].push(ui.own_words(t.own_title(ui.lang)).to_owned());
    }
    for (list, said) in lines.iter_mut().zip(said) {
        list.retain(|l| !l.trim().is_empty() && !said.contains(l));
        list.truncate(20);
    }
    lines
}

#[derive(Template)]
#[template(path = "respond/room_side.html")]
struct SidePart<'a> {
    ui: &'a Ui,
    room: &'a Room,
    side: &'a Side,
}

/// The panel (`#room-side`).
pub fn panel(ui: &Ui, room: &Room) -> Html {
    render(&SidePart { ui, room, side: &room.side })
}

#[derive(Template)]
#[template(path = "respond/room_brief.html")]
struct BriefPart<'a> {
    ui: &'a Ui,
    room: &'a Room,
}

/// The situation in short, on top of the room (`#room-brief`).
pub fn brief(ui: &Ui, room: &Room) -> Html {
    render(&BriefPart { ui, room })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::respond::sample::{record, ui};
    use okiagari_model::Lang;
    use serde_json::json;

    #[test]
    fn the_record_offers_facts_questions_and_work_under_way_once() {
        let ui = ui(Lang::Ja);
        let analysis = [
            record(
                "analysis",
                "a1",
                1,
                json!({"statement": "VPN装置から入られた", "certainty": "fact",
                "open_questions": ["いつからか"]}),
            ),
            record(
                "analysis",
                "a2",
                2,
                json!({"statement": "認証情報が漏れた", "certainty": "assumed"}),
            ),
        ];
        let tasks = [
            record("task", "t1", 3, json!({"title": "通信を止める", "state": "doing"})),
            record("task", "t2", 4, json!({"title": "連絡する", "state": "open"})),
        ];
        let said = ["VPN装置から入られた".to_owned()];
        let [known, unknown, doing] = drafts(&ui, &analysis, &tasks, [&said, &[], &[]]);
        assert!(known.is_empty(), "it is said already");
        assert_eq!(unknown, ["いつからか", "認証情報が漏れた（推定）"]);
        assert_eq!(doing, ["通信を止める"]);
    }

    #[test]
    fn amounts_are_read_in_groups_of_three() {
        assert_eq!(yen(&ui(Lang::Ja), 1_234_000), "1,234,000円");
        assert_eq!(yen(&ui(Lang::En), 900), "JPY 900");
    }
}
