//! All clients of a case on one page, or one of them alone: who asks for what, what it has been
//! told, how long it can wait, and what stands between it and its link.

use crate::respond::parts::{Html, Ui, render};
use askama::Template;
use okiagari_model::reconnect::assurance_item::{AssuranceTopic, B_PARTS, topic};
use okiagari_model::reconnect::attestation_delivery::real;
use okiagari_model::reconnect::client_requirement::{answer_minutes, gate_open, waiting};
use okiagari_model::reconnect::contingency::fewest_days;
use okiagari_model::reconnect::framework::PhaseKind;
use okiagari_model::{Choice, Record, Time, validate};

/// Something with a page of its own: id, name, state.
#[derive(Debug, Clone)]
pub struct Thing {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its state as a chip.
    pub chip: Html,
    /// A few words more.
    pub note: String,
}

/// One client.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its contact.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it wants: id of the terms, attestation, whether it is a must, rule, standard.
    pub terms: Option<Terms>,
    /// Its own gates: phase and chip.
    pub gates: Vec<(String, Html)>,
    /// Requirements without an answer, and all.
    pub asks: (usize, usize),
    /// Mean time to an answer.
    pub answer_time: String,
    /// The attestation it was shown last.
    pub held: Option<Thing>,
    /// Its links, each with the days left and the decision.
    pub links: Vec<LinkLine>,
}

/// What a client wants.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Its id.
    pub id: String,
    /// Which attestation.
    pub wish: String,
    /// The rule that makes it a must; empty where it is none.
    pub rule: String,
    /// Its standard.
    pub standard: String,
}

/// One link of a client.
#[derive(Debug, Clone)]
pub struct LinkLine {
    /// The link.
    pub link: Thing,
    /// Days that the arrangements still hold.
    pub days: Option<i64>,
    /// The decision.
    pub decision: Option<Thing>,
    /// Tests.
    pub tests: Vec<Thing>,
    /// Watches.
    pub watches: Vec<Thing>,
}

/// One requirement in the combined list.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The requirement.
    pub thing: Thing,
    /// Of whom.
    pub client: String,
    /// Round trips.
    pub rounds: i64,
    /// Asked at.
    pub asked_at: Option<Time>,
    /// Wanted by, while it waits.
    pub wanted_by: Option<Time>,
    /// Whether it waits for an answer.
    pub waiting: bool,
    /// Whether the next stage of the link waits for it.
    pub holds: bool,
}

/// What several clients ask about one thing.
#[derive(Debug, Clone)]
pub struct Group {
    /// About what.
    pub label: String,
    /// The requirements, oldest first.
    pub asks: Vec<Ask>,
    /// How many of them wait.
    pub open: usize,
}

/// One line of list A or B.
#[derive(Debug, Clone)]
pub struct Line {
    /// Letter or number.
    pub sign: String,
    /// What it is.
    pub label: String,
    /// Its items.
    pub items: Vec<Thing>,
    /// Whether something lacks.
    pub lacks: bool,
}

/// The page.
#[derive(Debug, Clone)]
pub struct Board {
    /// The case: id and title.
    pub case: (String, String),
    /// The one client that is shown, where it is one.
    pub only: String,
    /// Clients.
    pub clients: Vec<Client>,
    /// The combined list.
    pub groups: Vec<Group>,
    /// Approved answers that can be used.
    pub answers: Vec<Thing>,
    /// List A.
    pub a: Vec<Line>,
    /// List B.
    pub b: Vec<Line>,
    /// Attestations.
    pub attestations: Vec<Thing>,
    /// Mean time to an answer over all clients.
    pub answer_time: String,
    /// Whether entries may be made.
    pub may_write: bool,
}

/// What the page is made of: records of the case.
pub struct BoardIn<'a> {
    /// The case.
    pub case: &'a Record,
    /// Show only this client; empty for all.
    pub only: &'a str,
    /// Contacts.
    pub contacts: &'a [Record],
    /// Links of the case.
    pub links: &'a [Record],
    /// Terms.
    pub terms: &'a [Record],
    /// Requirements.
    pub asks: &'a [Record],
    /// Answers.
    pub answers: &'a [Record],
    /// Assurance items.
    pub items: &'a [Record],
    /// Attestations.
    pub attestations: &'a [Record],
    /// Attestations shown.
    pub deliveries: &'a [Record],
    /// Contingency arrangements.
    pub stand_ins: &'a [Record],
    /// Decisions.
    pub decisions: &'a [Record],
    /// Tests.
    pub tests: &'a [Record],
    /// Watches.
    pub watches: &'a [Record],
    /// Whether entries may be made.
    pub may_write: bool,
}

/// Whether a reference field of a record holds an id.
fn of(record: &Record, field: &str, id: &str) -> bool {
    record.ids(field).first() == Some(&id)
}

fn thing(ui: &Ui, r: &Record, note: String) -> Thing {
    Thing { id: r.id.to_string(), name: r.title(), chip: ui.state(r, "state"), note }
}

fn things(ui: &Ui, records: &[Record], field: &str, id: &str) -> Vec<Thing> {
    let of = records.iter().filter(|r| of(r, field, id));
    of.map(|r| thing(ui, r, String::new())).collect()
}

/// Makes the page of the records.
pub fn board(ui: &Ui, input: &BoardIn<'_>) -> Board {
    let wanted = |id: &str| input.only.is_empty() || input.only == id;
    let mut ids: Vec<&str> = Vec::new();
    let named = [(input.links, "counterparty"), (input.terms, "client"), (input.asks, "client")];
    for (records, field) in named {
        for id in records.iter().flat_map(|r| r.ids(field)) {
            if !ids.contains(&id) && wanted(id) {
                ids.push(id);
            }
        }
    }
    let name = |id: &str| {
        let found = input.contacts.iter().find(|c| c.id.as_str() == id);
        found.map_or_else(|| ui.t("相手組織", "Client").to_owned(), |c| c.text("name").to_owned())
    };
    let mut clients: Vec<Client> =
        ids.into_iter().map(|id| client(ui, input, id, name(id))).collect();
    clients.sort_by(|a, b| a.name.cmp(&b.name));
    let asks: Vec<&Record> =
        input.asks.iter().filter(|r| r.ids("client").first().is_some_and(|c| wanted(c))).collect();
    let usable = input.answers.iter().filter(|a| {
        okiagari_model::reconnect::client_answer::usable(a)
            && a.ids("client").first().is_none_or(|c| wanted(c))
    });
    Board {
        case: (input.case.id.to_string(), input.case.title()),
        only: if input.only.is_empty() { String::new() } else { name(input.only) },
        answers: usable
            .map(|a| thing(ui, a, ui.f("第{}版", "version {}", a.int("version").unwrap_or(1))))
            .collect(),
        groups: groups(ui, &asks, &name),
        a: lines_a(ui, input.items),
        b: lines_b(ui, input.items),
        attestations: input
            .attestations
            .iter()
            .map(|a| thing(ui, a, ui.f("第{}版", "version {}", a.int("version").unwrap_or(1))))
            .collect(),
        answer_time: time_words(ui, answer_minutes(asks.iter().copied(), None)),
        may_write: input.may_write,
        clients,
    }
}

fn time_words(ui: &Ui, minutes: Option<i64>) -> String {
    minutes.map_or_else(String::new, |m| validate::minutes(m, ui.lang))
}

fn client(ui: &Ui, input: &BoardIn<'_>, id: &str, name: String) -> Client {
    let mine: Vec<&Record> = input.asks.iter().filter(|r| of(r, "client", id)).collect();
    let phases = PhaseKind::DEF.options.iter().filter_map(|o| PhaseKind::from_id(o.id));
    let gates = phases
        .filter_map(|p| {
            let chip = match gate_open(mine.iter().copied(), id, p)? {
                true => ui.chip("done", ui.t("開", "Open")),
                false => ui.chip("waiting", ui.t("閉", "Closed")),
            };
            Some((p.label().get(ui.lang).to_owned(), chip))
        })
        .collect();
    let newest = |records: &'_ [Record]| {
        let mine = records.iter().filter(|r| of(r, "client", id));
        mine.max_by_key(|r| (r.created_at, r.id.clone())).cloned()
    };
    let shown: Vec<Record> = input.deliveries.iter().filter(|d| real(d)).cloned().collect();
    Client {
        terms: newest(input.terms).map(|t| Terms {
            id: t.id.to_string(),
            wish: ui.choice(&t, "attestation"),
            rule: if t.flag("mandatory") { t.text("rule").to_owned() } else { String::new() },
            standard: t.text("standard").to_owned(),
        }),
        gates,
        asks: (mine.iter().filter(|r| waiting(r)).count(), mine.len()),
        answer_time: time_words(ui, answer_minutes(mine.iter().copied(), None)),
        held: newest(&shown)
            .map(|d| thing(ui, &d, ui.f("第{}版", "version {}", d.int("version").unwrap_or(1)))),
        links: input
            .links
            .iter()
            .filter(|l| of(l, "counterparty", id))
            .map(|l| link(ui, input, l))
            .collect(),
        id: id.to_owned(),
        name,
    }
}

fn link(ui: &Ui, input: &BoardIn<'_>, link: &Record) -> LinkLine {
    let id = link.id.as_str();
    let stand_ins = input.stand_ins.iter().filter(|c| of(c, "link", id));
    let decision = input
        .decisions
        .iter()
        .filter(|d| of(d, "link", id))
        .max_by_key(|d| (d.created_at, d.id.clone()));
    LinkLine {
        link: thing(ui, link, String::new()),
        days: fewest_days(stand_ins, ui.now, &ui.zone),
        decision: decision.map(|d| thing(ui, d, ui.choice(d, "decision"))),
        tests: things(ui, input.tests, "link", id),
        watches: things(ui, input.watches, "link", id),
    }
}

/// By topic, so that one answer serves all who ask the same; what waits comes first.
fn groups(ui: &Ui, asks: &[&Record], name: &dyn Fn(&str) -> String) -> Vec<Group> {
    let topics = AssuranceTopic::ALL.into_iter().map(Some).chain([None]);
    let mut groups: Vec<Group> = topics
        .filter_map(|t| {
            let mut of: Vec<&&Record> =
                asks.iter().filter(|r| AssuranceTopic::from_id(r.text("topic")) == t).collect();
            if of.is_empty() {
                return None;
            }
            of.sort_by_key(|r| (r.time("asked_at"), r.id.clone()));
            let label = match t {
                Some(t) => t.label().get(ui.lang),
                None => ui.t("そのほか", "Other"),
            };
            let asks: Vec<Ask> = of.into_iter().map(|r| ask(ui, r, name)).collect();
            let open = asks.iter().filter(|a| a.waiting).count();
            Some(Group { label: label.to_owned(), asks, open })
        })
        .collect();
    groups.sort_by_key(|g| std::cmp::Reverse(g.open));
    groups
}

fn ask(ui: &Ui, r: &Record, name: &dyn Fn(&str) -> String) -> Ask {
    let waits = waiting(r);
    Ask {
        thing: thing(ui, r, r.text("not_enough").to_owned()),
        client: r.ids("client").first().map_or_else(String::new, |c| name(c)),
        rounds: r.int("rounds").unwrap_or(0),
        asked_at: r.time("asked_at"),
        wanted_by: r.time("wanted_by").filter(|_| waits),
        waiting: waits,
        holds: waits && r.flag("holds_stage"),
    }
}

fn line(ui: &Ui, sign: String, label: &str, items: Vec<&Record>) -> Line {
    let settled = okiagari_model::reconnect::assurance_item::settled;
    Line {
        sign,
        label: label.to_owned(),
        lacks: items.is_empty() || items.iter().any(|i| !settled(i)),
        items: items.into_iter().map(|i| thing(ui, i, i.text("expected_on").to_owned())).collect(),
    }
}

fn lines_a(ui: &Ui, items: &[Record]) -> Vec<Line> {
    let letters = AssuranceTopic::ALL.into_iter().filter(|t| t.a().is_some());
    letters
        .map(|t| {
            let label = t.label().get(ui.lang);
            // The letter stands in a column of its own.
            let words =
                label.trim_start_matches(|c: char| c.is_ascii_lowercase() && Some(c) == t.a());
            let words = words.trim_start_matches([':', ' ']);
            let of = items.iter().filter(|i| topic(i) == Some(t)).collect();
            line(ui, t.a().map(String::from).unwrap_or_default(), words, of)
        })
        .collect()
}

fn lines_b(ui: &Ui, items: &[Record]) -> Vec<Line> {
    let parts = B_PARTS.iter();
    parts
        .map(|(n, label)| {
            let of = items.iter().filter(|i| topic(i).is_some_and(|t| t.b().contains(n)));
            line(ui, n.to_string(), label.get(ui.lang), of.collect())
        })
        .collect()
}

#[derive(Template)]
#[template(path = "clients/board.html")]
struct BoardPage<'a> {
    ui: &'a Ui,
    board: &'a Board,
}

/// The page.
pub fn page(ui: &Ui, board: &Board) -> Html {
    render(&BoardPage { ui, board })
}
