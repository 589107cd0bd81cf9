//! The frame around pages: wings, top bar, heading, notices; and the plain frame of public pages.

use crate::assets::asset;
use crate::html::{Html, enc, esc, icon};
use crate::who::{Prefs, Signed};
use crate::{markup, put};
use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html as HtmlBody, IntoResponse, Response};
use okiagari_app::views::Frame;
use okiagari_model::govern::role::RoleKind;
use okiagari_model::{Action, Choice, Lang, REGISTERS, RegisterDef, Time, Wing, Zone, policy};
use std::fmt::Display;

/// A page inside the frame, filled step by step, then shown.
#[derive(Debug, Clone, Template)]
#[template(path = "base.html")]
pub struct Page {
    lang: Lang,
    prefs: Prefs,
    fragment: bool,
    here: String,
    title: String,
    org: String,
    person: String,
    role: String,
    now: Time,
    zone: Zone,
    wings: Vec<WingLink>,
    /// What the menu offers besides the wings.
    offers: Offers,
    wing: Option<Wing>,
    place: &'static str,
    next_due: Option<(Time, String, String)>,
    drill: bool,
    body_class: &'static str,
    main_attrs: Html,
    bare: bool,
    crumbs: Vec<(String, String)>,
    kind: Html,
    chips: Html,
    lead: String,
    actions: Html,
    notice: Html,
    revision: Option<u32>,
    query: String,
    status: StatusCode,
    body: Html,
}

/// A wing with its count of open findings.
#[derive(Debug, Clone)]
struct WingLink {
    wing: Wing,
    count: u32,
    registers: Vec<&'static RegisterDef>,
}

impl WingLink {
    fn new(wing: Wing) -> Self {
        let registers = REGISTERS.iter().copied().filter(|r| r.wing == wing).collect();
        Self { wing, count: 0, registers }
    }

    /// Those that stand in the menu at once; a rest of one is no rest.
    fn first(&self) -> &[&'static RegisterDef] {
        if self.registers.len() <= IN_MENU + 1 {
            return &self.registers;
        }
        &self.registers[..IN_MENU]
    }

    /// Those that stand behind "more".
    fn further(&self) -> &[&'static RegisterDef] {
        &self.registers[self.first().len()..]
    }
}

/// Registers of a wing that the menu shows at once.
const IN_MENU: usize = 9;

/// Pages that only some may open: the menu leads nobody to a refusal.
#[derive(Debug, Clone, Copy)]
struct Offers {
    organisation: bool,
    settings: bool,
    accounts: Option<&'static str>,
}

impl Page {
    /// A page for whoever asks. Reads the frame from the record unless only a part is asked for.
    pub fn of(me: &Signed, title: impl Into<String>) -> Self {
        let mut page = Self::blank(me.lang(), me.prefs, me.ctx.zone.clone(), me.web.app.now());
        page.title = title.into();
        page.fragment = me.fragment.is_some();
        page.here = me.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        page.person = me.session.display.clone();
        page.role = role_names(&me.ctx.subject.roles, me.lang());
        page.notice = done_notice(me);
        page.drill = me.ctx.subject.org.as_str().ends_with("-drill");
        page.offer(me);
        if !page.fragment {
            match me.web.app.frame(&me.ctx) {
                Ok(frame) => page = page.framed(frame),
                // The page itself may still be of use; the frame says less then.
                Err(e) => tracing::error!(error.cause = ?e, "the frame could not be read"),
            }
        }
        page
    }

    /// A page without anything read: for tests and for pages that are not inside an organisation.
    pub fn blank(lang: Lang, prefs: Prefs, zone: Zone, now: Time) -> Self {
        Self {
            lang,
            prefs,
            fragment: false,
            here: "/".into(),
            title: String::new(),
            org: String::new(),
            person: String::new(),
            role: String::new(),
            now,
            zone,
            wings: Wing::ALL.into_iter().map(WingLink::new).collect(),
            offers: Offers { organisation: true, settings: true, accounts: Some("/admin/people") },
            wing: None,
            place: "",
            next_due: None,
            drill: false,
            body_class: "app",
            main_attrs: Html::new(),
            bare: false,
            crumbs: Vec::new(),
            kind: Html::new(),
            chips: Html::new(),
            lead: String::new(),
            actions: Html::new(),
            notice: Html::new(),
            revision: None,
            query: String::new(),
            status: StatusCode::OK,
            body: Html::new(),
        }
    }

    /// Leaves out of the menu what this person may not see.
    fn offer(&mut self, me: &Signed) {
        let reads = |r: &RegisterDef| policy::may(&me.ctx.subject, r, Action::Read);
        for wing in &mut self.wings {
            wing.registers.retain(|r| reads(r));
        }
        let named = |id: &str| okiagari_model::register(id).is_some_and(reads);
        self.offers = Offers {
            organisation: named("organisation"),
            settings: named("setting"),
            accounts: if crate::pages::may_administer(me) {
                Some("/admin/people")
            } else if crate::pages::may_see_policy(me) {
                Some("/admin/policy")
            } else {
                None
            },
        };
    }

    fn framed(mut self, frame: Frame) -> Self {
        self.org = frame.org;
        for (wing, count) in frame.wing_counts {
            if let Some(link) = self.wings.iter_mut().find(|l| l.wing == wing) {
                link.count = count;
            }
        }
        self.next_due = frame.next_due;
        self
    }

    /// The sentence that says what the page is for.
    #[must_use]
    pub fn lead(mut self, text: impl Into<String>) -> Self {
        self.lead = text.into();
        self
    }

    /// The wing it belongs to; it also begins the breadcrumb.
    #[must_use]
    pub fn wing(mut self, wing: Wing) -> Self {
        self.wing = Some(wing);
        let label = wing.label().get(self.lang);
        self.crumb(label, format!("/w/{}", wing.id()))
    }

    /// Which entry of the menus it is: `home`, `missing`, `search`, `deadlines`, `settings`, ….
    #[must_use]
    pub fn place(mut self, place: &'static str) -> Self {
        self.place = place;
        self
    }

    /// A step of the breadcrumb.
    #[must_use]
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push((label.into(), href.into()));
        self
    }

    /// The main action and those beside it.
    #[must_use]
    pub fn actions(mut self, actions: Html) -> Self {
        self.actions = actions;
        self
    }

    /// What stands before and after the title of a record.
    #[must_use]
    pub fn record(mut self, kind: Html, chips: Html, revision: u32) -> Self {
        self.kind = kind;
        self.chips = chips;
        self.revision = Some(revision);
        self
    }

    /// What was typed into the search.
    #[must_use]
    pub fn query(mut self, text: impl Into<String>) -> Self {
        self.query = text.into();
        self
    }

    /// A notice above the page.
    #[must_use]
    pub fn notice(mut self, notice: &Html) -> Self {
        self.notice.raw(&notice.0);
        self
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Class of the body, attributes of `<main>`, and no heading of the frame's own: for pages
    /// that are built otherwise (the response room, homes).
    #[must_use]
    pub fn bare(mut self, body_class: &'static str, main_attrs: Html) -> Self {
        self.body_class = body_class;
        self.main_attrs = main_attrs;
        self.bare = true;
        self
    }

    /// The answer. `body` is markup, already escaped.
    pub fn show(mut self, body: &impl Display) -> Response {
        self.body = Html(body.to_string());
        let status = self.status;
        answer(self.markup(), status, self.lang)
    }

    /// As markup.
    pub fn markup(&self) -> String {
        self.render().unwrap_or_else(|e| {
            // Writing into a string cannot fail; should it ever, the page says so.
            format!("<!doctype html><p>{}</p>", esc(&e.to_string()))
        })
    }

    fn t<'a>(&self, ja: &'a str, en: &'a str) -> &'a str {
        self.lang.t(ja, en)
    }

    fn asset(&self, name: &str) -> String {
        asset(name)
    }

    fn icon(&self, name: &str) -> Html {
        icon(name)
    }

    fn pref_href(&self, pair: &str) -> String {
        let joiner = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{joiner}{pair}", self.here)
    }

    fn count(&self, at: &Time) -> Html {
        countdown(*at, self.now, self.lang, &self.zone)
    }

    fn printed(&self) -> String {
        self.now.show(self.lang, &self.zone)
    }

    fn is_wing(&self, link: &WingLink) -> bool {
        self.wing == Some(link.wing)
    }

    fn is_place(&self, place: &str) -> bool {
        self.place == place
    }

    fn other(&self) -> Lang {
        match self.lang {
            Lang::Ja => Lang::En,
            Lang::En => Lang::Ja,
        }
    }
}

/// The names of kinds of role.
pub fn role_names(roles: &[&str], lang: Lang) -> String {
    let name = |role: &&str| match *role {
        "employee" => lang.t("従業員", "Employee").to_owned(),
        "counterparty" => lang.t("相手組織", "Counterparty").to_owned(),
        kind => RoleKind::from_id(kind).map_or(kind, |k| k.label().get(lang)).to_owned(),
    };
    let special: Vec<String> =
        roles.iter().filter(|r| **r != "employee" || roles.len() == 1).map(name).collect();
    special.join(lang.t("、", ", "))
}

/// A time that runs: what is left (kept true by the script) and when.
pub fn countdown(due: Time, now: Time, lang: Lang, zone: &Zone) -> Html {
    let left = due.since(now);
    let minutes = left.abs() / okiagari_model::MINUTE;
    let (days, hours, rest) = (minutes / 1440, minutes % 1440 / 60, minutes % 60);
    let (d, h, m) = (lang.t("日", "d"), lang.t("時間", "h"), lang.t("分", "min"));
    let words = match (days, hours) {
        (3.., _) => format!("<b>{days}</b>{d}"),
        (1.., _) => format!("<b>{days}</b>{d}<b>{hours}</b>{h}"),
        (0, 1..) => format!("<b>{hours}</b>{h}<b>{rest}</b>{m}"),
        _ => format!("<b>{rest}</b>{m}"),
    };
    let text = match (left < 0, lang) {
        (true, Lang::Ja) => format!("{words}超過"),
        (true, Lang::En) => format!("{words} late"),
        (false, Lang::Ja) => format!("あと {words}"),
        (false, Lang::En) => words,
    };
    let class = if left < 0 {
        " is-late"
    } else if left < okiagari_model::HOUR {
        " is-soon"
    } else {
        ""
    };
    let at = match (due.date(zone), now.date(zone)) {
        (Some(a), Some(b)) if a != b => {
            format!("{}/{} {}", a.civil().month(), a.civil().day(), due.show_clock(zone))
        }
        _ => due.show_clock(zone),
    };
    markup!(
        "<time class=\"count{class}\" datetime=\"{}\" data-due=\"{}\"><span class=\"count-left\">{text}</span> <span class=\"count-at\">({at})</span></time>",
        due.rfc3339(),
        due.millis()
    )
}

/// What a page says after something was done: `?done=saved&leaf=42&draft=asset:new`.
fn done_notice(me: &Signed) -> Html {
    let query = crate::input::query(me.uri.query().unwrap_or_default());
    let get = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let lang = me.lang();
    let text = match get("done") {
        Some("saved") => lang.t("保存しました", "Saved"),
        Some("made") => lang.t("登録しました", "Registered"),
        Some("step") => lang.t("進めました", "Done"),
        Some("ended") => lang.t("終了しました", "Ended"),
        Some("erased") => lang.t("消去しました", "Erased"),
        Some("same") => lang.t("変わったところはありません", "Nothing was changed"),
        _ => return Html::new(),
    };
    let draft = get("draft").unwrap_or_default();
    let mut out = Html::new();
    put!(out, "<div class=\"notice\" data-tone=\"good\" role=\"status\"");
    if !draft.is_empty() {
        put!(out, " data-draft-done=\"{}\"", esc(draft));
    }
    put!(out, "><p class=\"notice-title\">{text}</p>");
    if let Some(leaf) = get("leaf").and_then(|l| l.parse::<u64>().ok()) {
        put!(
            out,
            "<p>{}</p>",
            lang.t("証跡 #{} に残りました。", "Kept as leaf #{} of the record.")
                .replace("{}", &leaf.to_string())
        );
    }
    out.raw("</div>");
    out
}

/// A page of people without an account, and of sign-in.
#[derive(Template)]
#[template(path = "public.html")]
struct PublicPage<'a> {
    lang: Lang,
    prefs: Prefs,
    title: &'a str,
    org: &'a str,
    wide: bool,
    body: &'a dyn Display,
}

impl PublicPage<'_> {
    fn t<'a>(&self, ja: &'a str, en: &'a str) -> &'a str {
        self.lang.t(ja, en)
    }

    fn asset(&self, name: &str) -> String {
        asset(name)
    }

    fn markup(&self) -> Html {
        Html(self.body.to_string())
    }
}

/// A page without the frame. `body` is markup, already escaped.
pub fn public(prefs: Prefs, title: &str, body: &dyn Display, status: StatusCode) -> Response {
    public_of(prefs, title, "", false, body, status)
}

/// A page without the frame, for an organisation, wide where it needs the room.
pub fn public_of(
    prefs: Prefs,
    title: &str,
    org: &str,
    wide: bool,
    body: &dyn Display,
    status: StatusCode,
) -> Response {
    let page = PublicPage { lang: prefs.lang, prefs, title, org, wide, body };
    let text =
        page.render().unwrap_or_else(|e| format!("<!doctype html><p>{}</p>", esc(&e.to_string())));
    answer(text, status, prefs.lang)
}

fn answer(text: String, status: StatusCode, lang: Lang) -> Response {
    let language = HeaderValue::from_static(lang.tag());
    (status, [(header::CONTENT_LANGUAGE, language)], HtmlBody(text)).into_response()
}

/// Where a record is shown.
pub fn record_href(register: &str, id: &str) -> String {
    match register {
        "incident" => format!("/room/{}", enc(id)),
        _ => format!("/r/{register}/{}", enc(id)),
    }
}
