//! The response room as values, and the pure functions that write it as HTML.
//!
//! Every part has an id of its own, so that the same function serves the whole page and the
//! fragments that are pushed to everybody who watches (`live`).

use super::parts::{Html, Ui, render};
use askama::Template;
use okiagari_app::views::waking::{Call, Named, Turn, Waking};
use okiagari_model::Time;

/// Replaced by the watcher's own person id when a fragment is sent. Text of
/// people is escaped, so it can never hold this.
pub const ME_PLACE: &str = "<me>";

/// The response room of one incident, ready to be written.
#[derive(Debug, Clone)]
pub struct Room {
    /// The incident.
    pub id: String,
    /// Its revision as shown, for edits.
    pub rev: u32,
    /// How many leaves of the record are in this picture.
    pub leaf: u64,
    /// How many leaves there were when all of it had been read.
    pub leaf_after: u64,
    /// Person id of who watches, or its place; empty where the account has none.
    pub me: String,
    /// Whether entries may be added.
    pub may_write: bool,
    /// `INC-0007`.
    pub number: String,
    /// Title.
    pub title: String,
    /// Kind of event.
    pub kind: String,
    /// Severity, stored name.
    pub severity: String,
    /// Severity as a chip.
    pub severity_chip: Html,
    /// State as a chip.
    pub state_chip: Html,
    /// No more steps are expected.
    pub over: bool,
    /// When it was noticed.
    pub detected_at: Option<Time>,
    /// When it ended.
    pub closed_at: Option<Time>,
    /// Who leads.
    pub lead: Option<String>,
    /// Sharing range; `true` for members only.
    pub sharing: (String, bool),
    /// A drill.
    pub drill: bool,
    /// Clocks, late first, then nearest.
    pub deadlines: Vec<Due>,
    /// Steps that lead out of the present state.
    pub steps: Vec<Step>,
    /// Playbooks being run.
    pub plays: super::play::Plays,
    /// Holds, collection list, containment.
    pub stops: super::stops::Stops,
    /// Tasks: open ones first.
    pub tasks: Vec<TaskLine>,
    /// Timeline, oldest first.
    pub entries: Vec<Entry>,
    /// Cursor to older entries.
    pub more: Option<String>,
    /// What is known, line by line.
    pub known: Vec<String>,
    /// What is not known.
    pub unknown: Vec<String>,
    /// What is being done.
    pub doing: Vec<String>,
    /// As of when these were written.
    pub situation_at: Option<Time>,
    /// Beside the timeline.
    pub side: super::side::Side,
    /// Next update due.
    pub next_update_at: Option<Time>,
    /// Systems that are hit.
    pub systems: Vec<SystemLine>,
    /// People: name and part.
    pub people: Vec<(String, String)>,
    /// Calls, handovers, teams, last words.
    pub waking: Waking,
    /// Messages that wait for somebody, then those sent.
    pub messages: Vec<MessageLine>,
    /// Decisions, newest first.
    pub decisions: Vec<DecisionLine>,
    /// Evidence, newest first.
    pub evidence: Vec<EvidenceLine>,
    /// Improvements and reviews: register, id, title.
    pub lessons: Vec<(String, String, String)>,
    /// Incidents merged into it or split from it, and past cases with what they teach.
    pub cases: Vec<CaseLine>,
    /// Entry that is being corrected: id and its words.
    pub correcting: Option<(String, String)>,
    /// Entry whose correction was just recorded: its draft can be forgotten.
    pub fixed: Option<String>,
    /// What was typed and could not be recorded, with the reason: it stays in the entry box.
    pub refused: Option<Refused>,
}

/// Another incident that this one has to do with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseLine {
    /// Its record.
    pub id: String,
    /// Its title.
    pub title: String,
    /// In what way.
    pub way: String,
    /// What was done then, line by line.
    pub taught: Vec<String>,
}

/// What could not be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong and how to mend it.
    pub why: String,
    /// What was typed.
    pub typed: String,
    /// The kind that was chosen.
    pub kind: String,
}

/// A clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// Obligation record, or the system for a recovery clock.
    pub id: String,
    /// Revision of the obligation.
    pub rev: u32,
    /// What is due.
    pub title: String,
    /// When.
    pub due_at: Time,
    /// Past its time and not done.
    pub late: bool,
    /// Done or withdrawn.
    pub over: bool,
    /// When it was done.
    pub done_at: Option<Time>,
    /// Proof of having done it.
    pub proof: String,
    /// Incident: id and title.
    pub incident: Option<(String, String)>,
    /// Responsible role.
    pub role: String,
    /// Who holds it now.
    pub holder: String,
    /// Whether that is who looks at it.
    pub mine: bool,
    /// To whom it goes.
    pub recipient: String,
    /// How it was counted.
    pub explain: String,
    /// Source.
    pub source: String,
    /// How sure the source is.
    pub evidence: String,
    /// A stopped system's recovery clock: nothing to record here.
    pub rto: bool,
    /// State as a chip.
    pub chip: Html,
}

impl Due {
    /// Who is meant, in one line.
    pub fn who(&self) -> String {
        let parts = [self.role.as_str(), self.holder.as_str()];
        let parts: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        parts.join(" ")
    }
}

/// A step of the workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its id.
    pub id: String,
    /// The button.
    pub label: String,
    /// It can be taken now, by who looks at it.
    pub open: bool,
    /// A reason must be typed.
    pub reason: bool,
    /// Fields must be filled in.
    pub asks: bool,
    /// Conditions that do not hold: what, how to mend, where.
    pub closed: Vec<(String, String, String)>,
    /// Roles that may, where who looks at it may not.
    pub roles: String,
    /// What it opens.
    pub follows: Vec<String>,
}

/// A task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskLine {
    /// Its id.
    pub id: String,
    /// Its revision.
    pub rev: u32,
    /// What.
    pub title: String,
    /// Who.
    pub assignee: String,
    /// By when.
    pub due_at: Option<Time>,
    /// `open`, `doing`, `done`, `dropped`.
    pub state: String,
    /// Result, or why it was dropped.
    pub note: String,
    /// When it was finished.
    pub done_at: Option<Time>,
    /// It is a step of a playbook, shown there.
    pub of_play: bool,
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Record id.
    pub id: String,
    /// Register, for the link.
    pub register: String,
    /// `note decision task evidence message system`.
    pub kind: &'static str,
    /// Its word.
    pub word: String,
    /// When it happened.
    pub at: Time,
    /// When it became known, where that was later than it happened.
    pub known_at: Option<Time>,
    /// Where it comes from, if not typed as it happened: a log with its source, a note on paper.
    pub origin: Option<String>,
    /// When it was written down, where much later.
    pub written_at: Option<Time>,
    /// Who.
    pub who: String,
    /// What.
    pub text: String,
    /// Further facts: label, value.
    pub facts: Vec<(String, String)>,
    /// Words of the entry that it corrects.
    pub corrects: Option<(String, String)>,
    /// A later entry corrects it.
    pub corrected: bool,
    /// Leaf.
    pub leaf: u64,
    /// It may be corrected by a further entry.
    pub correctable: bool,
    /// Day heading before it.
    pub day: Option<String>,
}

/// A system that is hit.
#[derive(Debug, Clone, PartialEq)]
pub struct SystemLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Stopped at.
    pub stopped_at: Option<Time>,
    /// Restored at.
    pub restored_at: Option<Time>,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageLine {
    /// Its id.
    pub id: String,
    /// Its revision.
    pub rev: u32,
    /// Subject.
    pub subject: String,
    /// To whom.
    pub to: String,
    /// By which means.
    pub channel: String,
    /// Sharing limit, stored name and shown.
    pub tlp: Option<(String, String)>,
    /// `draft approved sent answered`.
    pub state: String,
    /// State as a chip.
    pub chip: Html,
    /// Who looks at it may approve.
    pub may_approve: bool,
    /// The program can send it itself.
    pub sendable: bool,
    /// Who does not have it for certain, and how the last try went.
    pub missed: Vec<(String, Html)>,
    /// An answer is awaited.
    pub awaited: bool,
    /// When it was sent.
    pub sent_at: Option<Time>,
    /// The text.
    pub text: String,
}

/// A decision.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionLine {
    /// Its id.
    pub id: String,
    /// Topic.
    pub topic: String,
    /// Question.
    pub question: String,
    /// Options.
    pub options: Vec<String>,
    /// What was known.
    pub known: String,
    /// What was decided.
    pub decision: String,
    /// Why.
    pub why: String,
    /// By whom.
    pub decider: String,
    /// When.
    pub decided_at: Option<Time>,
    /// Review by.
    pub review_at: Option<Time>,
}

/// An item of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// Size as text.
    pub size: String,
    /// Taken by.
    pub taken_by: String,
    /// Taken at.
    pub taken_at: Option<Time>,
    /// Where it is kept.
    pub storage: String,
    /// SHA-256.
    pub hash: String,
    /// A file can be had.
    pub file: bool,
    /// Number of hand-overs and the last receiver.
    pub custody: Option<(usize, String)>,
}

impl Room {
    /// Key of the draft of the entry box: a correction is kept apart from an ordinary entry.
    pub fn draft(&self) -> String {
        match &self.correcting {
            Some((entry, _)) => format!("room:{}:{entry}", self.id),
            None => format!("room:{}", self.id),
        }
    }

    /// Why the last action was refused.
    pub fn why(&self) -> Option<&str> {
        self.refused.as_ref().map(|r| r.why.as_str())
    }

    /// What stays in the entry box.
    pub fn typed(&self) -> &str {
        self.refused.as_ref().map_or("", |r| r.typed.as_str())
    }

    /// Whether a kind of entry is the chosen one.
    pub fn chosen(&self, kind: &str) -> bool {
        self.refused.as_ref().map_or(kind == "note", |r| r.kind == kind)
    }

    /// The nearest clock that is still open.
    pub fn next_due(&self) -> Option<&Due> {
        self.deadlines.iter().find(|d| !d.over)
    }

    /// Steps, tasks and clocks that wait: the count on the tab.
    pub fn waiting(&self) -> usize {
        self.deadlines.iter().filter(|d| !d.over).count()
            + self.tasks.iter().filter(|t| t.is_open()).count()
    }

    /// Person id for hidden fields.
    pub fn me(&self) -> Html {
        if self.me == ME_PLACE {
            return Html(self.me.clone());
        }
        Html(super::parts::esc(&self.me))
    }
}

impl TaskLine {
    /// Still to be done.
    pub fn is_open(&self) -> bool {
        matches!(self.state.as_str(), "open" | "doing")
    }

    /// The word of the style sheet.
    pub fn look(&self) -> &'static str {
        match self.state.as_str() {
            "done" => "done",
            "dropped" => "ended",
            "doing" => "active",
            _ => "open",
        }
    }
}

impl EvidenceLine {
    /// The first signs of the hash, for reading aloud.
    pub fn hash_short(&self) -> &str {
        self.hash.get(..16).unwrap_or(&self.hash)
    }
}

macro_rules! room_parts {
    ($($(#[$doc:meta])* $function:ident $name:ident $path:literal;)*) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> {
            ui: &'a Ui,
            room: &'a Room,
        }
        $(#[$doc])*
        pub fn $function(ui: &Ui, room: &Room) -> Html {
            render(&$name { ui, room })
        }
    )*};
}

room_parts! {
    /// The whole room: what stands inside `<main>`.
    page Page "respond/room.html";
    /// Severity, elapsed, next deadline, lead, sharing range (`#room-facts`).
    facts Facts "respond/room_facts.html";
    /// Clocks (`#room-deadlines`).
    deadlines Deadlines "respond/room_deadlines.html";
    /// Steps (`#room-steps`).
    steps Steps "respond/room_steps.html";
    /// Tasks (`#tasks`).
    tasks Tasks "respond/room_tasks.html";
    /// Known, unknown, next update (`#room-known`).
    known Known "respond/room_known.html";
    /// Systems and people (`#room-systems`).
    systems Systems "respond/room_systems.html";
    /// Other incidents that belong to it (`#room-cases`).
    cases Cases "respond/room_cases.html";
    /// Calls, handovers, teams (`#room-waking`).
    waking WakingPart "respond/room_waking.html";
    /// Messages (`#room-messages`).
    messages Messages "respond/room_messages.html";
    /// Decisions (`#room-decisions`).
    decisions Decisions "respond/room_decisions.html";
    /// Evidence and lessons (`#room-evidence`).
    evidence EvidencePart "respond/room_evidence.html";
    /// The entry box (`#entry`).
    entry_box EntryBox "respond/room_entry_box.html";
}

/// How many leaves the page shows, as the entry box sends it (`#entry-leaf`): the same words sent
/// twice from one picture are one entry, from a later picture another.
pub fn entry_leaf(_ui: &Ui, room: &Room) -> Html {
    crate::markup!(
        "<input type=\"hidden\" name=\"leaf\" id=\"entry-leaf\" value=\"{}\">",
        room.leaf
    )
}

/// A call still waits for an answer.
fn waits(call: &Call) -> bool {
    matches!(call.record.text("state"), "calling" | "unanswered")
}

/// How one turn of a call went.
fn turn_words<'a>(ui: &'a Ui, turn: &Turn) -> &'a str {
    match (turn.passed_on.as_str(), turn.sent.as_str()) {
        ("declined", _) => ui.t("受けられない", "cannot take it"),
        ("not_reached", _) => ui.t("つながらない", "not reached"),
        (_, "accepted") => ui.t("電話に送った", "sent to the telephone"),
        (_, "") => ui.t("呼び出した", "called"),
        (_, "refused") => ui.t("送れなかった", "could not be sent"),
        (_, _) => ui.t("届いたか分からない", "unknown whether it arrived"),
    }
}

/// What is open at a handover, in words.
fn open_things(handover: &Named) -> Vec<String> {
    let text = |row: &okiagari_model::Body| Some(row.get("text")?.as_str()?.to_owned());
    handover.record.rows("open").filter_map(text).collect()
}

#[derive(Template)]
#[template(path = "respond/room_entry.html")]
struct EntryPart<'a> {
    ui: &'a Ui,
    room: &'a Room,
    e: &'a Entry,
}

/// One line of the timeline (`#e-…`).
pub fn entry(ui: &Ui, room: &Room, e: &Entry) -> Html {
    render(&EntryPart { ui, room, e })
}
