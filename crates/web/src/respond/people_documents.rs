//! Documents about people: the incident contact list (TK-89), the first-response card with the
//! report template and who has it (TK-37), the agreement of two teams (NI-426).

use super::document_pages::{all, paper, sheet};
use super::documents::{self, Body as Outside, Paper, RoleSheet};
use super::load;
use super::parts::{Html, Ui, render};
use crate::frame::Page;
use crate::guard;
use crate::input::Posted;
use crate::web::Web;
use crate::who::Signed;
use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use okiagari_app::AppError;
use okiagari_model::govern::{person::Person, role::Role};
use okiagari_model::prepare::contact::Contact;
use okiagari_model::prepare::printed_copy::{CopyKind, PrintedCopy, without_card};
use okiagari_model::prepare::team_plan::TeamPlan;
use okiagari_model::{
    Action, Body, Change, Choice, Record, RecordId, Register, Time, Wing, policy,
};
use sha2::{Digest, Sha256};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/documents/incident-contacts", get(contacts))
        .route("/documents/first-card", get(card).post(given))
        .route("/documents/two-teams/{id}", get(two_teams))
}

/// The three leads of a serious incident (TK-13), first on the list.
const LEADS: [&str; 3] = ["technical_lead", "pr_lead", "customer_lead"];
/// Roles that are called on the card, in order.
const CARD: [&str; 4] = ["reporting_desk", "security_manager", "it_manager", "unforeseen_owner"];

/// The incident contact list. Made of the same records as the emergency contact list: roles, people
/// and contacts; there is no second copy of a number.
#[derive(Debug, Clone)]
pub struct IncidentContacts {
    /// Head and foot.
    pub paper: Paper,
    /// The three leads; `None` where one is not named.
    pub leads: Vec<(String, Option<RoleSheet>)>,
    /// The other roles, in order of calling.
    pub others: Vec<RoleSheet>,
    /// Outside bodies, in order of calling.
    pub bodies: Vec<Outside>,
}

/// Makes the list.
pub fn incident_contacts(
    ui: &Ui,
    paper: Paper,
    roles: &[Record],
    people: &[Record],
    contacts: &[Record],
) -> IncidentContacts {
    let sheets = documents::role_sheets(ui, roles, people);
    let leads = LEADS
        .iter()
        .map(|kind| {
            let label = okiagari_model::govern::role::RoleKind::from_id(kind)
                .map_or_else(String::new, |k| k.label().get(ui.lang).to_owned());
            (label, sheets.iter().find(|s| s.kind_id == *kind).cloned())
        })
        .collect();
    let quiet = ["auditor", "administrator", "department_head"];
    let others = sheets
        .into_iter()
        .filter(|s| !LEADS.contains(&s.kind_id.as_str()) && !quiet.contains(&s.kind_id.as_str()))
        .collect();
    IncidentContacts { paper, leads, others, bodies: documents::bodies(ui, contacts) }
}

#[derive(Template)]
#[template(path = "respond/doc_incident_contacts.html")]
struct ContactsPage<'a> {
    ui: &'a Ui,
    doc: &'a IncidentContacts,
}

/// The list as a page to print.
pub fn contacts_page(ui: &Ui, doc: &IncidentContacts) -> Html {
    render(&ContactsPage { ui, doc })
}

async fn contacts(me: Signed) -> Response {
    me.run(|me| {
        let ui = load::ui(me);
        let (roles, people) = (all(me, Role::DEF, vec![])?, all(me, Person::DEF, vec![])?);
        let contacts = all(me, Contact::DEF, vec![])?;
        let doc = incident_contacts(&ui, paper(me, None)?, &roles, &people, &contacts);
        let title = me.t("インシデント対応連絡リスト", "Incident contact list");
        Ok(sheet(me, title, Wing::Prepare, &contacts_page(&ui, &doc)))
    })
    .await
}

/// The card with the report template, and who has it.
#[derive(Debug, Clone)]
pub struct FirstCard {
    /// Organisation.
    pub org: String,
    /// Whom to call, in order: role, name, number.
    pub calls: Vec<(String, String, String)>,
    /// Address of the report form.
    pub form: String,
    /// Version: a digest of what the card says.
    pub version: String,
    /// Who has this version: name and since when.
    pub have: Vec<(String, Time)>,
    /// Who has an older one: id, name, version.
    pub older: Vec<(String, String, String)>,
    /// Who has none: id and name.
    pub none: Vec<(String, String)>,
    /// Whether receipts may be recorded.
    pub may_record: bool,
}

/// Makes the card. Its version changes exactly when what it says does.
pub fn first_card(
    ui: &Ui,
    (org, form): (String, String),
    roles: &[Record],
    people: &[Record],
    copies: &[Record],
) -> FirstCard {
    let sheets = documents::role_sheets(ui, roles, people);
    let mut calls = Vec::new();
    for kind in CARD {
        for s in sheets.iter().filter(|s| s.kind_id == kind) {
            for p in s.holder.iter().chain(s.deputies.first()) {
                let phone = p.means.first().map_or_else(String::new, |(_, how)| how.clone());
                if !calls.iter().any(|(_, name, _)| name == &p.name) {
                    calls.push((s.name.clone(), p.name.clone(), phone));
                }
            }
        }
    }
    let mut hash = Sha256::new();
    hash.update(TEXT.as_bytes());
    for part in [&org, &form].into_iter().chain(calls.iter().flat_map(|(a, b, c)| [a, b, c])) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let version: String = hash.finalize().iter().take(4).map(|b| format!("{b:02x}")).collect();
    let copies: Vec<&Record> = copies
        .iter()
        .filter(|c| c.text("kind") == CopyKind::FirstCard.id() && !c.ended())
        .collect();
    let newest = |id: &str| {
        let own = copies.iter().filter(|c| c.ids("holder") == [id]);
        own.max_by_key(|c| (c.time("printed_at"), c.leaf)).copied()
    };
    let lacking = without_card(people.iter(), &copies, &version);
    let mut card = FirstCard {
        org,
        calls,
        form,
        have: Vec::new(),
        older: Vec::new(),
        none: Vec::new(),
        version,
        may_record: false,
    };
    for p in people.iter().filter(|p| !p.ended() && !p.flag("external")) {
        let (id, name) = (p.id.as_str().to_owned(), p.text("name").to_owned());
        match (lacking.iter().any(|l| l.id == p.id), newest(&id)) {
            (false, Some(copy)) => {
                card.have.push((name, copy.time("printed_at").unwrap_or(copy.created_at)));
            }
            (_, Some(copy)) => card.older.push((id, name, copy.text("version").to_owned())),
            (_, None) => card.none.push((id, name)),
        }
    }
    card
}

/// The words of the card, so that a changed word is a new version.
const TEXT: &str = include_str!("../../templates/respond/doc_first_card.html");

#[derive(Template)]
#[template(path = "respond/doc_first_card.html")]
struct CardPage<'a> {
    ui: &'a Ui,
    card: &'a FirstCard,
}

/// The card as a page to print.
pub fn card_page(ui: &Ui, card: &FirstCard) -> Html {
    render(&CardPage { ui, card })
}

fn read_card(me: &Signed) -> Result<FirstCard, AppError> {
    let ui = load::ui(me);
    let host = me.headers.get("host").and_then(|h| h.to_str().ok()).unwrap_or("localhost");
    let origin = me.web.config.origin.clone().unwrap_or_else(|| format!("http://{host}"));
    let form = format!("{origin}/report/{}", me.ctx.subject.org);
    let org = me.web.app.frame(&me.ctx)?.org;
    let (roles, people) = (all(me, Role::DEF, vec![])?, all(me, Person::DEF, vec![])?);
    let copies = all(me, PrintedCopy::DEF, vec![])?;
    let mut card = first_card(&ui, (org, form), &roles, &people, &copies);
    card.may_record = policy::may(&me.ctx.subject, PrintedCopy::DEF, Action::Create);
    Ok(card)
}

async fn card(me: Signed) -> Response {
    me.run(|me| {
        let card = read_card(me)?;
        let title = me.t("初動カードと報告テンプレート", "First-response card and report template");
        Ok(sheet(me, title, Wing::Prepare, &card_page(&load::ui(me), &card)))
    })
    .await
}

/// Records who has received the card as it stands.
async fn given(me: Signed, Posted(form): Posted) -> Response {
    me.run(move |me| {
        let card = read_card(me)?;
        let lacking = |id: &str| {
            card.none.iter().any(|(p, _)| p == id) || card.older.iter().any(|(p, ..)| p == id)
        };
        for (_, id) in form.iter().filter(|(name, id)| name == "person" && lacking(id)) {
            let mut body = Body::new();
            let words = "初動カード・報告テンプレート / First-response card and report template";
            body.insert("document".into(), words.into());
            body.insert("kind".into(), CopyKind::FirstCard.id().into());
            body.insert("version".into(), card.version.as_str().into());
            body.insert("place".into(), "本人 / the person".into());
            body.insert("holder".into(), id.as_str().into());
            body.insert("printed_at".into(), me.web.app.now().millis().into());
            me.web
                .app
                .change(&me.ctx, Change::Create { def: PrintedCopy::DEF, body, reason: None })?;
        }
        Ok(guard::redirect("/documents/first-card"))
    })
    .await
}

#[derive(Template)]
#[template(path = "respond/doc_two_teams.html")]
struct TeamsPage<'a> {
    ui: &'a Ui,
    paper: &'a Paper,
    plan: &'a Record,
    decider: String,
    approved_by: String,
}

async fn two_teams(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let ui = load::ui(me);
        let view = me.web.app.record(&me.ctx, TeamPlan::DEF, &id, None)?;
        let name = |field: &str| {
            let id = view.record.ids(field).first().map(|id| (*id).to_owned());
            id.and_then(|id| view.names.get(Person::ID, &id).map(str::to_owned)).unwrap_or_default()
        };
        let paper = paper(me, Some(&view.record))?;
        let page = render(&TeamsPage {
            ui: &ui,
            paper: &paper,
            plan: &view.record,
            decider: name("decider"),
            approved_by: name("approved_by"),
        });
        Ok(Page::of(me, view.record.title())
            .wing(Wing::Prepare)
            .bare("app", Html::new())
            .show(&page))
    })
    .await
}
