//! Plans and rules as shown: the overview, the drafting page, the paper to print.

use crate::html::Html;
use crate::respond::documents::Paper;
use crate::respond::parts::{Ui, render};
use askama::Template;
use okiagari_app::{Consideration, ShippedPaper};
use okiagari_model::govern::person::means;
use okiagari_model::govern::role::acting_person;
use okiagari_model::prepare::written_plan::{
    Characteristic, Drawn, FirstAction, Level, Part, Position, Walk, changed, rows_of,
};
use okiagari_model::prepare::written_plan_flow::{unsettled, walks};
use okiagari_model::{Choice, Lang, Record, validate};

/// A kind of paper in the overview.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Id of the shipped kind.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// Papers of that kind: id, name, chip, version.
    pub papers: Vec<(String, String, Html, Option<i64>)>,
}

/// One part on the drafting page.
#[derive(Debug, Clone)]
pub struct PartLine {
    /// Key.
    pub key: String,
    /// Heading.
    pub title: String,
    /// Requirement ids.
    pub requirements: String,
    /// What the author asks himself.
    pub question: String,
    /// Considerations beside it: `C3` and the question.
    pub beside: Vec<(String, String)>,
    /// What it says.
    pub text: String,
    /// Where else it stands.
    pub elsewhere: String,
    /// Why it is left out.
    pub left_out: String,
    /// Lines that the registers give.
    pub drawn: Option<Draw>,
    /// Whether it is settled.
    pub settled: bool,
    /// Its form is open.
    pub open: bool,
}

/// What the registers give for a part.
#[derive(Debug, Clone, Default)]
pub struct Draw {
    /// Name of the register or table.
    pub name: String,
    /// Id of the register.
    pub register: Option<&'static str>,
    /// Lines.
    pub lines: Vec<String>,
}

/// A position with whom it means now.
#[derive(Debug, Clone)]
pub struct PositionLine {
    /// Position.
    pub name: String,
    /// Holder or acting deputy, with telephone.
    pub holder: String,
    /// Deputies in order.
    pub deputies: String,
    /// Authority.
    pub authority: String,
}

/// Records that parts are drawn from.
#[derive(Debug, Default)]
pub struct Sources {
    /// Roles.
    pub roles: Vec<Record>,
    /// People.
    pub people: Vec<Record>,
    /// Contacts.
    pub contacts: Vec<Record>,
    /// Systems.
    pub systems: Vec<Record>,
    /// Authority table.
    pub authority: Vec<Record>,
    /// Suppliers.
    pub suppliers: Vec<Record>,
    /// Notification list.
    pub notifications: Vec<Record>,
    /// Playbooks.
    pub playbooks: Vec<Record>,
}

impl Sources {
    fn person(&self, id: &str) -> String {
        let found = self.people.iter().find(|p| p.id.as_str() == id);
        found.map_or_else(String::new, |p| {
            let phone = ["phone", "phone_off_hours", "mail", "other"];
            let phone = phone.iter().map(|f| p.text(f)).find(|t| !t.is_empty());
            match phone.filter(|_| means(p) > 0) {
                Some(phone) => format!("{} {phone}", p.text("name")),
                None => p.text("name").to_owned(),
            }
        })
    }

    /// What stands where a part is drawn from; none for the levels of the paper itself.
    fn standing(&self, drawn: Drawn) -> Vec<&Record> {
        let from = match drawn {
            Drawn::Roles => &self.roles,
            Drawn::Contacts => &self.contacts,
            Drawn::Order => &self.systems,
            Drawn::Authority => &self.authority,
            Drawn::Suppliers => &self.suppliers,
            Drawn::Notifications => &self.notifications,
            Drawn::Playbooks => &self.playbooks,
            Drawn::Levels => return Vec::new(),
        };
        let mut found: Vec<&Record> = from.iter().filter(|r| drawn.says(r)).collect();
        if drawn == Drawn::Order {
            found.sort_by_key(|s| s.int("rto"));
        }
        found
    }

    /// Whether something stands where a part is drawn from.
    fn stands(&self, drawn: Drawn, levels: &[Level]) -> bool {
        match drawn {
            Drawn::Levels => !levels.is_empty(),
            other => !self.standing(other).is_empty(),
        }
    }

    /// The lines that a part is drawn from.
    fn draw(&self, ui: &Ui, drawn: Drawn, levels: &[Level]) -> Draw {
        let fields: &[&str] = match drawn {
            Drawn::Roles | Drawn::Levels => &[],
            Drawn::Contacts => &["kind", "desk", "phone", "mail"],
            Drawn::Order => &["rto", "rpo"],
            Drawn::Authority => &["severity", "situation", "criteria"],
            Drawn::Suppliers => &["importance", "continuity", "continuity_on", "phone"],
            Drawn::Notifications => &["audience", "means", "timing"],
            Drawn::Playbooks => &["version"],
        };
        let of = |r: &Record| match drawn {
            Drawn::Roles => self.role(ui, r),
            _ => line(ui, r, fields),
        };
        let lines = match drawn {
            Drawn::Levels => levels.iter().map(|l| level(ui, l)).collect(),
            _ => self.standing(drawn).into_iter().map(of).collect(),
        };
        Draw { name: drawn.label().get(ui.lang).to_owned(), register: drawn.register(), lines }
    }

    fn role(&self, ui: &Ui, role: &Record) -> String {
        let holder = acting_person(role, ui.now).map(|id| self.person(id.as_str()));
        let holder = holder.unwrap_or_else(|| ui.t("未定", "nobody yet").to_owned());
        format!("{}：{holder}", role.text("name"))
    }

    /// Positions with holders and deputies of today.
    pub fn positions(&self, ui: &Ui, positions: &[Position]) -> Vec<PositionLine> {
        positions
            .iter()
            .map(|p| {
                let role = p.role.as_ref().and_then(|r| self.roles.iter().find(|x| x.id == r.id));
                let holder = role
                    .and_then(|r| acting_person(r, ui.now))
                    .map(|id| self.person(id.as_str()))
                    .unwrap_or_default();
                let deputies: Vec<String> = role
                    .map(|r| r.ids("deputies").into_iter().map(|d| self.person(d)).collect())
                    .unwrap_or_default();
                PositionLine {
                    name: p.name.clone(),
                    holder,
                    deputies: deputies.join(" → "),
                    authority: p.authority.clone().unwrap_or_default(),
                }
            })
            .collect()
    }
}

fn line(ui: &Ui, record: &Record, fields: &[&str]) -> String {
    let shown = fields.iter().filter_map(|f| {
        let field = record.def.field(f)?;
        let value = record.body.get(*f)?;
        let text = validate::show(field, value, ui.lang, &ui.zone);
        let text = text.lines().next().unwrap_or_default().to_owned();
        (!text.is_empty()).then_some(text)
    });
    let rest: Vec<String> = shown.collect();
    let name = record.title();
    if rest.is_empty() { name } else { format!("{name}（{}）", rest.join(" ・ ")) }
}

fn level(ui: &Ui, l: &Level) -> String {
    let state = l.state.as_deref().map(|s| ui.own_words(s).to_owned()).unwrap_or_default();
    let (from, to) = (l.from.label().get(ui.lang), l.to.label().get(ui.lang));
    match ui.lang {
        Lang::Ja => format!("重大度「{from}」以上 → {to}に{}分以内 {state}", l.minutes.0),
        Lang::En => format!("{from} and above → {to} within {} min. {state}", l.minutes.0),
    }
}

/// The name of a paper in the language.
pub fn name(ui: &Ui, paper: &Record) -> String {
    let en = paper.text("name_en");
    if ui.lang == Lang::En && !en.is_empty() { en } else { paper.text("name") }.to_owned()
}

/// The own half of a text that holds both languages, one a line.
pub fn half(ui: &Ui, text: &str) -> String {
    match text.split_once('\n') {
        Some((ja, en)) if !ja.is_ascii() && en.is_ascii() => ui.t(ja, en).to_owned(),
        _ => text.to_owned(),
    }
}

/// The parts of a paper, `field` being those written or those in force.
pub fn parts(
    ui: &Ui,
    paper: &Record,
    (field, levels): (&str, &str),
    shipped: Option<&ShippedPaper>,
    considerations: &[Consideration],
    sources: &Sources,
    open: &str,
) -> Vec<PartLine> {
    let levels: Vec<Level> = rows_of(paper, levels);
    rows_of::<Part>(paper, field)
        .into_iter()
        .map(|p| {
            let question = shipped
                .and_then(|s| s.parts.iter().find(|q| q.key == p.key))
                .map(|q| q.question.get(ui.lang).to_owned());
            let beside = considerations
                .iter()
                .flat_map(|c| c.questions.iter().map(move |q| (c, q)))
                .filter(|(_, q)| walk_kind(paper) && q.parts.contains(&p.key))
                .map(|(c, q)| (c.code.clone(), q.text.get(ui.lang).to_owned()))
                .collect();
            PartLine {
                title: p.heading(ui.lang).to_owned(),
                requirements: p.requirements.join(", "),
                question: question.unwrap_or_default(),
                beside,
                text: p.text.as_ref().map(|t| half(ui, &t.0)).unwrap_or_default(),
                elsewhere: p.elsewhere.clone().unwrap_or_default(),
                left_out: p.left_out.clone().unwrap_or_default(),
                drawn: p.drawn.map(|d| sources.draw(ui, d, &levels)),
                settled: p.settled(|d| sources.stands(d, &levels)),
                open: open == p.key,
                key: p.key,
            }
        })
        .collect()
}

fn walk_kind(paper: &Record) -> bool {
    use okiagari_model::prepare::written_plan::PlanKind;
    PlanKind::from_id(paper.text("kind")).is_some_and(walks)
}

/// One characteristic on the drafting page.
#[derive(Debug, Clone)]
pub struct WalkLine {
    /// Stored name.
    pub id: &'static str,
    /// Name.
    pub name: String,
    /// Its nature.
    pub nature: String,
    /// What follows.
    pub key_point: String,
    /// How the paper takes it up.
    pub taken_up: String,
    /// Its form is open.
    pub open: bool,
}

/// The seven characteristics with what the paper says of each; none for papers that need not.
pub fn walk(ui: &Ui, paper: &Record, all: &[Consideration], open: &str) -> Vec<WalkLine> {
    if !walk_kind(paper) {
        return Vec::new();
    }
    let said: Vec<Walk> = rows_of(paper, "walk");
    Characteristic::DEF
        .options
        .iter()
        .map(|o| {
            let c = all.iter().find(|c| c.id == o.id);
            let said = said.iter().find(|w| w.characteristic.id() == o.id);
            WalkLine {
                id: o.id,
                name: o.label.get(ui.lang).to_owned(),
                nature: c.map(|c| c.nature.get(ui.lang).to_owned()).unwrap_or_default(),
                key_point: c.map(|c| c.key_point.get(ui.lang).to_owned()).unwrap_or_default(),
                taken_up: said.map(|w| w.taken_up.clone()).unwrap_or_default(),
                open: open == o.id,
            }
        })
        .collect()
}

/// First actions: whose, what, within how many minutes.
pub fn actions(ui: &Ui, paper: &Record, field: &str) -> Vec<(String, String, String)> {
    rows_of::<FirstAction>(paper, field)
        .into_iter()
        .map(|a| {
            let en = a.text_en.clone().unwrap_or_else(|| a.text.clone());
            let role = a.role.map(|r| r.label().get(ui.lang)).unwrap_or_default();
            let who = a.who.label().get(ui.lang);
            let who = if role.is_empty() { who.to_owned() } else { format!("{who}（{role}）") };
            let within = a.minutes.map(|m| ui.f("{}分以内", "within {} min", m.0));
            (who, ui.t(&a.text, &en).to_owned(), within.unwrap_or_default())
        })
        .collect()
}

/// The drafting page of a paper.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Id.
    pub id: String,
    /// Revision.
    pub rev: u32,
    /// State.
    pub chip: Html,
    /// What it is for.
    pub about: String,
    /// Approved version.
    pub version: Option<i64>,
    /// Parts.
    pub parts: Vec<PartLine>,
    /// How many parts are not settled.
    pub left: usize,
    /// Characteristics.
    pub walk: Vec<WalkLine>,
    /// Positions.
    pub positions: Vec<PositionLine>,
    /// First actions.
    pub actions: Vec<(String, String, String)>,
    /// Something is written that is not approved.
    pub changed: bool,
    /// May write.
    pub may_write: bool,
    /// Everybody has to know it.
    pub for_everybody: bool,
    /// Who asks may confirm it now.
    pub may_confirm: bool,
    /// Who asks has confirmed the version in force.
    pub confirmed: bool,
    /// People who have not confirmed it yet; none where that may not be seen.
    pub unaware: Vec<String>,
    /// What was refused.
    pub problem: Option<String>,
}

/// Counts what is left and whether something waits for approval.
pub fn left(paper: &Record, sources: &Sources) -> (usize, bool) {
    let levels: Vec<Level> = rows_of(paper, "levels");
    let open = unsettled(paper, Lang::Ja, |d| sources.stands(d, &levels));
    (open.len(), changed(paper))
}

/// The paper to print: the version in force, or the draft where there is none.
#[derive(Debug, Clone)]
pub struct Printed {
    /// Head and foot.
    pub paper: Paper,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// What it is for.
    pub about: String,
    /// Version in force.
    pub version: Option<i64>,
    /// Approved at, in words.
    pub approved: String,
    /// Author.
    pub author: String,
    /// Approver.
    pub approver: String,
    /// Review interval in days.
    pub review_days: Option<i64>,
    /// Scenarios it was tried on.
    pub scenarios: String,
    /// Parts.
    pub parts: Vec<PartLine>,
    /// Positions.
    pub positions: Vec<PositionLine>,
    /// First actions.
    pub actions: Vec<(String, String, String)>,
    /// Levels of reporting.
    pub levels: Vec<String>,
}

/// The levels in words.
pub fn levels(ui: &Ui, paper: &Record, field: &str) -> Vec<String> {
    rows_of::<Level>(paper, field).iter().map(|l| level(ui, l)).collect()
}

macro_rules! pages {
    ($($(#[$doc:meta])* $function:ident $name:ident $path:literal $value:ty;)*) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> { ui: &'a Ui, doc: &'a $value }
        $(#[$doc])*
        pub fn $function(ui: &Ui, doc: &$value) -> Html { render(&$name { ui, doc }) }
    )*};
}

pages! {
    /// The overview.
    overview_page OverviewPage "prepare/papers.html" Vec<Offer>;
    /// The drafting page.
    draft_page DraftPage "prepare/paper.html" Draft;
    /// The paper to print.
    printed_page PrintedPage "prepare/doc_paper.html" Printed;
}
