//! The panels of the response room for containment and for the collection list.

use super::parts::{Html, Ui, render};
use super::room::Room;
use super::room_build::Lookup;
use askama::Template;
use okiagari_app::views::StopsView;
use okiagari_model::respond::containment::{self, Means};
use okiagari_model::{Choice, Record, Time, govern::role::RoleKind, validate};

/// A step that lies ahead: address, label, and what is still closed with how to mend it.
pub type Ahead = (String, String, Vec<(String, String)>);

/// One action.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionLine {
    /// Its id.
    pub id: String,
    /// `CT-3`.
    pub number: String,
    /// Target.
    pub target: String,
    /// Means.
    pub means: String,
    /// State, stored name.
    pub state: String,
    /// State as a chip.
    pub chip: Html,
    /// Containment or eradication.
    pub phase: String,
    /// Something that people work with stops by it.
    pub stops: bool,
    /// Its stage.
    pub stage: Option<i64>,
    /// Who decided.
    pub decider: String,
    /// Who carries it out.
    pub operator: String,
    /// End or review, while it is in force.
    pub review_at: Option<Time>,
    /// Whether the damage still spreads.
    pub spread: Html,
    /// Facts for the printed record: label and value, in order.
    pub facts: Vec<(String, String)>,
    /// Steps: address, label, conditions that do not hold (what, how to mend).
    pub next: Vec<Ahead>,
}

/// An item of the collection list.
#[derive(Debug, Clone, PartialEq)]
pub struct CollectLine {
    /// Its id.
    pub id: String,
    /// Data.
    pub data: String,
    /// System or device.
    pub of: String,
    /// What a stop does to it, as a chip.
    pub loss: Html,
    /// Tool, method and steps.
    pub how: String,
    /// When it is overwritten; only where that is near.
    pub vanishes_at: Option<Time>,
}

/// A hold.
#[derive(Debug, Clone, PartialEq)]
pub struct HoldLine {
    /// Its id.
    pub id: String,
    /// Target.
    pub title: String,
    /// Deletion at the source has been stopped, or there is no source.
    pub kept: bool,
}

/// A point of the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PointLine {
    /// Its id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it separates.
    pub separates: String,
    /// What it affects.
    pub affects: String,
    /// For how long.
    pub longest: String,
    /// Whom to ask, in order.
    pub deciders: Vec<String>,
    /// Address of a draft with what the plan says filled in.
    pub draft: String,
}

/// What the two panels show.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stops {
    /// Holds in force.
    pub holds: Vec<HoldLine>,
    /// To be taken.
    pub open: Vec<CollectLine>,
    /// Taken.
    pub taken: usize,
    /// Cannot be had.
    pub missing: usize,
    /// Actions, oldest first.
    pub actions: Vec<ActionLine>,
    /// Points of the plan.
    pub points: Vec<PointLine>,
}

impl Stops {
    /// Actions that wait for somebody or are in force, newest first.
    pub fn live(&self) -> Vec<&ActionLine> {
        let live = |a: &&ActionLine| {
            matches!(a.state.as_str(), "planned" | "decided" | "running") || a.review_at.is_some()
        };
        self.actions.iter().rev().filter(live).collect()
    }

    /// Holds whose source may still delete.
    pub fn unconfirmed(&self) -> Vec<&HoldLine> {
        self.holds.iter().filter(|h| !h.kept).collect()
    }

    /// The rest.
    pub fn over(&self) -> Vec<&ActionLine> {
        let live = self.live();
        self.actions.iter().filter(|a| !live.iter().any(|l| l.id == a.id)).collect()
    }
}

/// Makes the panels' values.
pub fn stops(ui: &Ui, incident: &Record, view: &StopsView, names: &dyn Lookup) -> Stops {
    let name = |r: &Record, field: &str, register: &str| {
        let id = r.ids(field).first().map(|id| (*id).to_owned());
        id.map_or_else(String::new, |id| names.name(register, &id).unwrap_or(id))
    };
    let none = Vec::new();
    let actions = view.actions.iter().enumerate().map(|(n, a)| {
        let steps = view.steps.get(n).unwrap_or(&none);
        let next = steps.iter().filter(|s| s.role_ok).map(|s| {
            let closed = if s.open { &[][..] } else { &s.closed[..] };
            let closed = closed
                .iter()
                .map(|g| (g.label.get(ui.lang).to_owned(), g.mend.get(ui.lang).to_owned()));
            let href =
                format!("/r/containment/{}/step/{}?back=/room/{}", a.id, s.step.id, incident.id);
            (href, s.step.label.get(ui.lang).to_owned(), closed.collect())
        });
        ActionLine {
            id: a.id.as_str().to_owned(),
            number: a.text("number").to_owned(),
            target: a.text("target").to_owned(),
            means: ui.choice(a, "means"),
            state: if a.text("state").is_empty() { "planned" } else { a.text("state") }.to_owned(),
            chip: ui.state(a, "state"),
            phase: ui.choice(a, "phase"),
            stops: Means::stops(a.text("means")),
            stage: a.int("stage"),
            decider: name(a, "decider", "person"),
            operator: name(a, "operator", "person"),
            review_at: a.time("review_at").filter(|_| containment::in_force(a)),
            spread: ui.state(a, "spread"),
            facts: facts(ui, a, names),
            next: next.collect(),
        }
    });
    let actions: Vec<ActionLine> = actions.collect();
    let soon = ui.now.plus(7 * okiagari_model::DAY);
    let open = view.open.iter().map(|i| {
        let how = [i.text("tool"), i.text("method"), i.text("steps")];
        let how: Vec<&str> = how.into_iter().filter(|t| !t.is_empty()).collect();
        CollectLine {
            id: i.id.as_str().to_owned(),
            data: i.text("data").to_owned(),
            of: match i.text("device") {
                "" => name(i, "system", "system"),
                device => device.to_owned(),
            },
            loss: ui.state(i, "loss"),
            how: how.join(ui.t("／", " / ")),
            vanishes_at: i.time("vanishes_at").filter(|t| *t < soon),
        }
    });
    let holds = view.holds.iter().map(|h| HoldLine {
        id: h.id.as_str().to_owned(),
        title: h.own_title(ui.lang).to_owned(),
        kept: h.text("system").is_empty() || h.body.contains_key("stopped_at"),
    });
    let points = view.points.iter().zip(&view.deciders).map(|(p, who)| PointLine {
        id: p.id.as_str().to_owned(),
        name: p.text("name").to_owned(),
        separates: p.text("separates").to_owned(),
        affects: p.text("affects").to_owned(),
        longest: p.int("longest").map_or_else(String::new, |m| validate::minutes(m, ui.lang)),
        deciders: who.clone(),
        draft: draft(incident, p),
    });
    Stops {
        holds: holds.collect(),
        open: open.collect(),
        taken: view.taken,
        missing: view.missing,
        points: points.collect(),
        actions,
    }
}

/// The form of a new action with what the plan says of the point already in it.
fn draft(incident: &Record, point: &Record) -> String {
    let means = match point.text("kind") {
        "stop_system" => Means::StopSystem,
        "isolate" => Means::CutNetwork,
        _ if point.text("other").is_empty() => Means::CutOutside,
        _ => Means::CutNetwork,
    };
    let fields = [
        ("incident", incident.id.as_str()),
        ("phase", "containment"),
        ("means", means.id()),
        ("target", point.text("name")),
        ("system", point.text("system")),
        ("stop_point", point.id.as_str()),
        ("authority", point.text("authority")),
        ("action", point.text("action")),
        ("undo", point.text("undo")),
        ("processes", point.text("affects")),
    ];
    let query: Vec<String> = fields
        .iter()
        // A long text is copied from the plan by hand; an address cannot hold it.
        .filter(|(_, v)| !v.is_empty() && v.chars().count() <= 200)
        .map(|(f, v)| format!("{f}={}", crate::html::enc(v)))
        .collect();
    format!("/r/containment/new?{}", query.join("&"))
}

/// What the record of an action states, in the order of what happened (TK-79).
const FACTS: [&str; 25] = [
    "phase",
    "means",
    "action",
    "scope",
    "stage",
    "expected",
    "processes",
    "customers",
    "cost",
    "decider",
    "outside_table",
    "decided_at",
    "review_at",
    "operator",
    "evidence",
    "no_evidence_by",
    "no_evidence_why",
    "hurry",
    "started_at",
    "ended_at",
    "result",
    "effect_seen",
    "spread",
    "undo",
    "undone",
];

fn facts(ui: &Ui, a: &Record, names: &dyn Lookup) -> Vec<(String, String)> {
    let mut facts: Vec<(String, String)> = FACTS
        .iter()
        .filter_map(|f| {
            let field = a.def.field(f)?;
            let value = a.body.get(*f)?;
            let register = match *f {
                "decider" | "operator" | "no_evidence_by" => Some("person"),
                "evidence" => Some("evidence"),
                _ => None,
            };
            let text = match register {
                Some(register) => {
                    let ids = a.ids(f);
                    let named = ids
                        .iter()
                        .map(|id| names.name(register, id).unwrap_or_else(|| (*id).to_owned()));
                    named.collect::<Vec<_>>().join(ui.t("、", ", "))
                }
                None => validate::show(field, value, ui.lang, &ui.zone),
            };
            Some((field.label.get(ui.lang).to_owned(), text))
        })
        .collect();
    for (field, label) in
        [("corrects", ui.t("訂正する記録", "Corrects")), ("continues", ui.t("続き", "Continues"))]
    {
        if let Some(id) = a.ids(field).first() {
            let named = names.name("containment", id).unwrap_or_else(|| (*id).to_owned());
            facts.push((label.to_owned(), named));
        }
    }
    facts
}

/// Kinds of role that lift a hold, in words.
pub fn lifters(ui: &Ui) -> String {
    let who = okiagari_model::register("hold").and_then(|d| d.flow?.transition("lift"));
    let names: Vec<&str> = who
        .into_iter()
        .flat_map(|t| t.who)
        .filter_map(|r| RoleKind::from_id(r))
        .map(|r| r.label().get(ui.lang))
        .collect();
    names.join(ui.t("、", ", "))
}

/// The caution that stands with every stop (IPA-139).
pub fn caution(ui: &Ui) -> &'static str {
    okiagari_model::prepare::stop_criterion::CAUTION.get(ui.lang)
}

#[derive(Template)]
#[template(path = "respond/room_containment.html")]
struct Containment<'a> {
    ui: &'a Ui,
    room: &'a Room,
}

/// Actions, and where one could cut (`#room-containment`).
pub fn containment(ui: &Ui, room: &Room) -> Html {
    render(&Containment { ui, room })
}

#[derive(Template)]
#[template(path = "respond/room_collection.html")]
struct Collection<'a> {
    ui: &'a Ui,
    room: &'a Room,
}

/// Holds, what is to be taken, and packages (`#room-collection`).
pub fn collection(ui: &Ui, room: &Room) -> Html {
    render(&Collection { ui, room })
}
