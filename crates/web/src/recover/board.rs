//! The recovery board (復旧ボード): every stopped system in the order of restoring, with its clock.

use crate::respond::parts::{Html, Ui, render};
use askama::Template;
use okiagari_model::identify::system::{effective_rto, graph, target};
use okiagari_model::recover::order::order;
use okiagari_model::recover::restoration::{self, WAY};
use okiagari_model::recover::{device_scan, restoration::RestorationState};
use okiagari_model::{Choice, Lang, MINUTE, Record, Time, validate};
use okiagari_press::chart::{Head, Level, LevelPoint, Meter, Tone, level, meter};
use std::rc::Rc;

/// A target with what is used of it.
#[derive(Debug, Clone, Default)]
pub struct Gauge {
    /// The bar; empty where there is no target.
    pub svg: Html,
    /// The same in words.
    pub words: String,
    /// Beyond the target.
    pub late: bool,
}

/// A step that may be next.
#[derive(Debug, Clone)]
pub struct Next {
    /// Where it is taken.
    pub href: String,
    /// The button.
    pub label: String,
    /// All that does not hold, and how to mend it.
    pub closed: Vec<(String, String)>,
    /// It goes forward, not back.
    pub forward: bool,
}

/// One system.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its restoration.
    pub id: String,
    /// Name.
    pub title: String,
    /// State as a chip.
    pub chip: Html,
    /// The nine states: name, and `done`, `current` or `later`.
    pub stages: Vec<(String, &'static str)>,
    /// Time.
    pub rto: Gauge,
    /// Data.
    pub rpo: Gauge,
    /// Owner.
    pub owner: String,
    /// What runs meanwhile.
    pub bridge: String,
    /// Why out of order.
    pub order_reason: String,
    /// What it waits for.
    pub needs: Vec<String>,
    /// Watched until.
    pub watch_until: Option<Time>,
    /// Steps.
    pub next: Vec<Next>,
}

/// The curve of one service.
#[derive(Debug, Clone)]
pub struct Curve {
    /// The picture.
    pub svg: Html,
    /// What it shows.
    pub finding: String,
    /// Columns of the table beneath.
    pub columns: Vec<String>,
    /// Rows of it.
    pub rows: Vec<Vec<String>>,
}

/// The scan of all devices.
#[derive(Debug, Clone)]
pub struct Scan {
    /// Its record.
    pub id: String,
    /// Devices not scanned, by name.
    pub left: Vec<String>,
    /// All is done.
    pub covered: bool,
}

/// The board.
#[derive(Debug, Clone)]
pub struct Board {
    /// The incident.
    pub incident: (String, String),
    /// Systems in order.
    pub lines: Vec<Line>,
    /// Circles of dependency, by name.
    pub circles: Vec<String>,
    /// Hit systems without a way back yet.
    pub waiting: Vec<(String, String)>,
    /// Manual work for these systems: id, business, trigger.
    pub works: Vec<(String, String, String)>,
    /// Device scan.
    pub scan: Option<Scan>,
    /// Containment that is in force, to be undone on the way: id, number and target, how.
    pub in_force: Vec<(String, String, String)>,
    /// Curves.
    pub curves: Vec<Curve>,
    /// The closing record, with its state.
    pub closing: Option<(String, Html)>,
    /// Whether entries may be made.
    pub may_write: bool,
}

/// What a board is made of.
pub struct BoardIn<'a> {
    /// The incident.
    pub incident: &'a Record,
    /// Its restorations, each with its steps.
    pub ways: Vec<(Record, Vec<Next>)>,
    /// All systems.
    pub systems: &'a [Rc<Record>],
    /// Adopted or drafted backups.
    pub backups: &'a [Record],
    /// Manual work.
    pub works: &'a [Record],
    /// Device scans of the incident.
    pub scans: &'a [Record],
    /// Containment of the incident.
    pub actions: &'a [Record],
    /// Service levels of the incident, oldest first.
    pub levels: &'a [Record],
    /// Closing records of the incident.
    pub closings: &'a [Record],
    /// Name of a person.
    pub person: &'a dyn Fn(&str) -> String,
    /// Whether entries may be made.
    pub may_write: bool,
}

/// Makes the board.
pub fn board(ui: &Ui, input: BoardIn<'_>) -> Board {
    let name = |id: &str| {
        let found = input.systems.iter().find(|s| s.id.as_str() == id);
        found.map_or_else(|| id.to_owned(), |s| s.title())
    };
    let wanted: Vec<&str> = input.ways.iter().map(|(w, _)| w.text("system")).collect();
    let order = order(input.systems, &wanted);
    let mut ways: Vec<&(Record, Vec<Next>)> =
        input.ways.iter().filter(|(w, _)| w.text("state") != "withdrawn").collect();
    ways.sort_by_key(|(w, _)| order.place(w.text("system")).unwrap_or(usize::MAX));
    let rto = effective_rto(&graph(input.systems.iter().map(Rc::as_ref)));
    let lines = ways
        .iter()
        .map(|(way, next)| {
            let system = input.systems.iter().find(|s| s.id.as_str() == way.text("system"));
            let rto = rto.get(way.text("system")).copied();
            line(ui, &input, way, next, system.map(Rc::as_ref), rto)
        })
        .collect();
    let waiting = input
        .incident
        .rows("systems")
        .filter(|row| !row.contains_key("restored_at"))
        .filter_map(|row| row.get("system")?.as_str())
        .filter(|id| !wanted.contains(id))
        .map(|id| (id.to_owned(), name(id)))
        .collect();
    let works = input
        .works
        .iter()
        .filter(|w| w.ids("systems").iter().any(|s| wanted.contains(s)))
        .map(|w| (w.id.as_str().to_owned(), w.title(), w.text("trigger").to_owned()))
        .collect();
    Board {
        incident: (input.incident.id.as_str().to_owned(), input.incident.title()),
        lines,
        circles: order
            .circles
            .iter()
            .map(|c| c.iter().map(|id| name(id)).collect::<Vec<_>>().join(" ⇄ "))
            .collect(),
        waiting,
        works,
        scan: input.scans.first().map(|s| Scan {
            id: s.id.as_str().to_owned(),
            left: device_scan::uncovered(s),
            covered: device_scan::covered(s, ui.now),
        }),
        in_force: input
            .actions
            .iter()
            .filter(|a| okiagari_model::respond::containment::in_force(a))
            .map(|a| (a.id.as_str().to_owned(), a.title(), a.text("undo").to_owned()))
            .collect(),
        curves: curves(ui, &input),
        closing: input.closings.first().map(|c| (c.id.as_str().to_owned(), ui.state(c, "state"))),
        may_write: input.may_write,
    }
}

fn line(
    ui: &Ui,
    input: &BoardIn<'_>,
    way: &Record,
    next: &[Next],
    system: Option<&Record>,
    rto: Option<i64>,
) -> Line {
    let away: Vec<&str> = input
        .ways
        .iter()
        .filter(|(w, _)| restoration::away(w))
        .map(|(w, _)| w.text("system"))
        .collect();
    let needs = system.map_or_else(Vec::new, |s| s.ids("depends_on"));
    let title = |id: &str| {
        let found = input.systems.iter().find(|s| s.id.as_str() == id);
        found.map_or_else(|| id.to_owned(), |s| s.title())
    };
    Line {
        id: way.id.as_str().to_owned(),
        title: way.text("title").to_owned(),
        chip: ui.state(way, "state"),
        stages: stages(ui, way),
        rto: rto_gauge(ui, way, rto),
        rpo: rpo_gauge(ui, way, system.and_then(|s| target(s, "rpo")), input.backups),
        owner: system
            .and_then(|s| s.ids("owner").first().map(|p| (input.person)(p)))
            .unwrap_or_default(),
        bridge: bridge(ui, way, system),
        order_reason: way.text("order_reason").to_owned(),
        needs: needs.iter().filter(|n| away.contains(n)).map(|n| title(n)).collect(),
        watch_until: way.time("watch_until").filter(|_| way.text("state") == "watched"),
        next: next.to_vec(),
    }
}

fn stages(ui: &Ui, way: &Record) -> Vec<(String, &'static str)> {
    let here = WAY.iter().position(|s| *s == way.text("state")).unwrap_or(0);
    WAY.iter()
        .enumerate()
        .filter_map(|(n, id)| {
            let step = match n.cmp(&here) {
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal => "current",
                std::cmp::Ordering::Greater => "later",
            };
            let state = RestorationState::from_id(id)?;
            Some((state.label().get(ui.lang).to_owned(), step))
        })
        .collect()
}

fn bridge(ui: &Ui, way: &Record, system: Option<&Record>) -> String {
    if way.body.contains_key("bridge") {
        let how: String = way.text("bridge_how").chars().take(120).collect();
        return format!("{}：{how}", ui.choice(way, "bridge"));
    }
    match system.map(|s| s.text("alternative")).filter(|a| !a.is_empty()) {
        Some(plan) => ui.f("計画：{}", "Plan: {}", plan),
        None => ui.t("計画がありません", "No plan").to_owned(),
    }
}

/// How long it has been away, against its target and those of all that depends on it.
fn rto_gauge(ui: &Ui, way: &Record, target: Option<i64>) -> Gauge {
    let Some(stopped) = way.time("stopped_at") else { return Gauge::default() };
    let until = way.time("in_service_at").unwrap_or(ui.now);
    let used = (until.since(stopped) / MINUTE).max(0);
    // What held when it stopped is what the recovery is judged by once it is over.
    let target =
        if way.time("in_service_at").is_some() { way.int("rto").or(target) } else { target };
    let state = if way.time("in_service_at").is_some() {
        ui.t("停止していた時間", "away for")
    } else {
        ui.t("停止して", "away for")
    };
    gauge(ui, &format!("rto-{}", way.id), state, used, target)
}

/// How much data are lost: reached where known, otherwise what the last backup would give.
fn rpo_gauge(ui: &Ui, way: &Record, target: Option<i64>, backups: &[Record]) -> Gauge {
    let target = way.int("rpo").or(target);
    let id = format!("rpo-{}", way.id);
    if let Some(lost) = restoration::lost_minutes(way) {
        return gauge(ui, &id, ui.t("失ったデータ", "data lost"), lost, target);
    }
    let failed = way.time("failed_at").or(way.time("stopped_at"));
    let last = backups
        .iter()
        .filter(|b| b.text("system") == way.text("system"))
        .filter_map(|b| b.time("last_success_at"))
        .filter(|t| failed.is_some_and(|f| *t <= f))
        .max();
    match (failed, last) {
        (Some(failed), Some(last)) => {
            let lost = failed.since(last) / MINUTE;
            gauge(
                ui,
                &id,
                ui.t("最後の控えに戻すと失う", "to the last backup, would lose"),
                lost,
                target,
            )
        }
        _ => Gauge {
            words: ui.t("控えの記録がありません", "No backup on record").to_owned(),
            ..Gauge::default()
        },
    }
}

fn gauge(ui: &Ui, id: &str, state: &str, used: i64, target: Option<i64>) -> Gauge {
    let minutes = |m: i64| validate::minutes(m, ui.lang);
    let Some(target) = target else {
        let none = ui.t("目標なし", "no target");
        return Gauge {
            words: format!("{state} {}（{none}）", minutes(used)), ..Gauge::default()
        };
    };
    let late = used > target;
    let rest = if late {
        ui.f("{}超過", "{} over", minutes(used - target))
    } else {
        ui.f("あと{}", "{} left", minutes(target - used))
    };
    let goal = ui.f("目標 {}", "target {}", minutes(target));
    let words = format!("{state} {} ・ {goal} ・ {rest}", minutes(used));
    let tone = if late {
        Tone::Danger
    } else if used * 4 > target * 3 {
        Tone::Warning
    } else {
        Tone::Good
    };
    let head = Head::new(id, words.clone(), words.clone(), press(ui));
    Gauge { svg: Html(meter(&Meter { head, used, allowed: target, tone })), words, late }
}

fn press(ui: &Ui) -> okiagari_press::Lang {
    match ui.lang {
        Lang::Ja => okiagari_press::Lang::Ja,
        Lang::En => okiagari_press::Lang::En,
    }
}

fn curves(ui: &Ui, input: &BoardIn<'_>) -> Vec<Curve> {
    let mut ids: Vec<&str> = Vec::new();
    for l in input.levels {
        if !ids.contains(&l.text("system")) {
            ids.push(l.text("system"));
        }
    }
    ids.into_iter().filter_map(|id| curve(ui, input, id)).collect()
}

fn curve(ui: &Ui, input: &BoardIn<'_>, id: &str) -> Option<Curve> {
    let mut points: Vec<&Record> = input.levels.iter().filter(|l| l.text("system") == id).collect();
    points.sort_by_key(|l| l.time("at"));
    let (first, last) = (points.first()?, points.last()?);
    let start = first.time("at")?;
    let system = input.systems.iter().find(|s| s.id.as_str() == id)?;
    let way = input.ways.iter().map(|(w, _)| w).find(|w| w.text("system") == id);
    let due = way.and_then(|w| {
        let due = w.time("stopped_at")?.plus(w.int("rto")? * MINUTE);
        Some((due.since(start), ui.f("{} まで（RTO）", "by {} (RTO)", ui.short(&due))))
    });
    let bound = |field: &str, ja: &str, en: &str| {
        system.int(field).map(|v| (v, ui.f(ja, en, format!("{v}%"))))
    };
    let finding = ui.f("{}：", "{}: ", system.title())
        + &ui.f("いまの水準は平時の{}", "now at {} of normal", format!("{}%", last.int("level")?));
    let spec = Level {
        head: Head::new(
            format!("level-{id}"),
            finding.clone(),
            ui.t(
                "水準の変わり目を段で表します。番号は表の行です。",
                "Steps at each turning point; numbers are rows of the table.",
            ),
            press(ui),
        ),
        points: points.iter().filter_map(|l| point(ui, l, start)).collect(),
        end_ms: ui.now.since(start),
        target: bound("level_acceptable", "BCPの目標水準 {}", "BCP target level {}"),
        minimum: bound("level_minimum", "最低限の水準 {}", "minimum level {}"),
        due,
    };
    let drawn = level(&spec);
    Some(Curve {
        svg: Html(drawn.svg),
        finding,
        columns: drawn.table.columns,
        rows: drawn.table.rows,
    })
}

fn point(ui: &Ui, l: &Record, start: Time) -> Option<LevelPoint> {
    let at = l.time("at")?;
    Some(LevelPoint {
        at_ms: at.since(start),
        when: ui.short(&at),
        level: l.int("level")?,
        phase: ui.choice(l, "phase"),
        note: l.text("note").to_owned(),
        tone: match l.text("phase") {
            "attack" | "fall" => Tone::Danger,
            "abnormality" => Tone::Warning,
            "recovery" => Tone::Good,
            _ => Tone::Caution,
        },
    })
}

#[derive(Template)]
#[template(path = "recover/board.html")]
struct Page<'a> {
    ui: &'a Ui,
    board: &'a Board,
}

/// The page: what stands inside `<main>`.
pub fn page(ui: &Ui, board: &Board) -> Html {
    render(&Page { ui, board })
}
