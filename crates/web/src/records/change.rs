//! Making a record and changing one.

use super::{Offers, own_href, record, register};
use crate::frame::Page;
use crate::guard::redirect;
use crate::html::{Html, enc, esc};
use crate::input::{Pairs, Posted, get, query};
use crate::put;
use crate::render::form::{Around, Ask, form, typed_fields};
use crate::render::read::{body_of, pairs_of, patch_of, tidy};
use crate::render::widget::Control;
use crate::render::{Titles, View, value};
use crate::who::Signed;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use okiagari_app::{AppError, Receipt, RecordView};
use okiagari_model::{
    Action, Body, Change, FieldDef, FieldProblem, Message, RecordId, RegisterDef, policy,
};
use sha2::{Digest, Sha256};

/// Titles of the few records that a form names and no picker offers.
struct Lookup<'a>(&'a Signed);

impl Titles for Lookup<'_> {
    fn title(&self, register: &str, id: &str) -> Option<String> {
        let def = okiagari_model::register(register)?;
        let view = self.0.web.app.record(&self.0.ctx, def, &RecordId::parse(id)?, None).ok()?;
        Some(view.record.title())
    }
}

/// A form as a page.
pub(super) struct FormPage<'a> {
    pub me: &'a Signed,
    pub def: &'static RegisterDef,
    /// The record it is about: where it is shown, and its title.
    pub of: Option<(String, String)>,
    pub title: String,
    pub lead: String,
    pub asks: Vec<Ask>,
    pub around: Around,
    pub pairs: Pairs,
    pub problems: Vec<FieldProblem>,
    pub above: Html,
    pub status: StatusCode,
}

impl FormPage<'_> {
    pub(super) fn show(mut self) -> Response {
        let (me, def) = (self.me, self.def);
        let fields: Vec<&'static FieldDef> = self.asks.iter().map(|a| a.field).collect();
        self.pairs = with_buttons(&fields, &self.pairs);
        self.around.owner = owner(me);
        let titles = Lookup(me);
        let view =
            View { lang: me.lang(), zone: &me.ctx.zone, now: me.web.app.now(), titles: &titles };
        let offers = Offers::narrowed(me, def, &self.pairs);
        let options = |r: &str| offers.of(r);
        let control = Control { view, pairs: &self.pairs, options: &options };
        let body = form(&control, &self.asks, &self.around, &self.problems, &self.above);
        let mut page = Page::of(me, self.title.clone())
            .wing(def.wing)
            .crumb(def.label.get(me.lang()), format!("/r/{}", def.id))
            .lead(self.lead)
            .status(self.status);
        if let Some((href, title)) = self.of {
            page = page.crumb(title, href);
        }
        page.crumb(self.title, "").show(&body)
    }

    pub(super) fn refused(mut self, error: &AppError) -> Response {
        if error.status() >= 500 {
            tracing::error!(error.cause = ?error, "a change could not be kept");
        }
        self.status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT);
        match error {
            AppError::Fields(problems) => self.problems = problems.clone(),
            other => {
                let lang = self.me.lang();
                let title = crate::error::title(lang, self.status);
                let notice = crate::error::notice("danger", title, other.message().get(lang));
                self.above =
                    Html(notice.0.replace("<h1", "<p").replace("</h1>", "</p>") + &self.above.0);
            }
        }
        self.show()
    }
}

/// Whose draft it is, so that two people at one browser do not see each other's: opaque.
fn owner(me: &Signed) -> String {
    let digest = Sha256::digest(me.session.account.as_str().as_bytes());
    digest.iter().take(8).map(|b| format!("{b:02x}")).collect()
}

/// What the buttons for rows ask for where there are no scripts.
fn with_buttons(fields: &[&'static FieldDef], pairs: &[(String, String)]) -> Pairs {
    let dropped = get(pairs, "_drop").rsplit_once('.').map(|(f, n)| format!("{f}[{n}]."));
    let mut out: Pairs = pairs
        .iter()
        .filter(|(n, _)| dropped.as_deref().is_none_or(|d| !n.starts_with(d)))
        .cloned()
        .collect();
    let add = get(pairs, "_add");
    if let Some(field) = fields.iter().find(|f| f.id == add)
        && let okiagari_model::FieldKind::Rows(columns) = field.kind
        && let Some(first) = columns.first()
    {
        let next = crate::render::read::row_numbers(field, &out).last().map_or(0, |n| n + 1);
        out.push((format!("{add}[{next}].{}", first.id), String::new()));
    }
    out
}

/// Whether a button only asks for the form again.
pub(super) fn only_again(posted: &Posted) -> bool {
    ["_add", "_drop", "_search"].iter().any(|b| posted.0.iter().any(|(n, _)| n == b))
}

fn asks(fields: &[&'static FieldDef]) -> Vec<Ask> {
    fields.iter().map(|f| Ask { field: f, required: f.required }).collect()
}

/// A fresh key, so that a form sent twice makes one record.
pub(super) fn fresh_key(me: &Signed) -> String {
    me.web.app.env().random::<16>().iter().map(|b| format!("{b:02x}")).collect()
}

fn new_page<'a>(me: &'a Signed, def: &'static RegisterDef, pairs: Pairs) -> FormPage<'a> {
    let label = def.label.get(me.lang());
    let key = match get(&pairs, "_key") {
        "" => fresh_key(me),
        key => key.chars().take(64).collect(),
    };
    let evidence = def.id == "evidence";
    let mut above = Html::new();
    if evidence {
        above = super::upload::file_field(me);
    }
    FormPage {
        me,
        def,
        of: None,
        title: me.t("{}を登録する", "Register: {}").replace("{}", label),
        lead: def.about.get(me.lang()).to_owned(),
        asks: asks(&typed_fields(def)),
        around: Around {
            action: format!("/r/{}/new", def.id),
            draft: format!("{}:new", def.id),
            hidden: vec![("_key", key)],
            submit: me.t("登録する", "Register").to_owned(),
            cancel: format!("/r/{}", def.id),
            files: evidence,
            reason: (!evidence).then_some(false),
            ..Around::default()
        },
        pairs,
        problems: Vec::new(),
        above,
        status: StatusCode::OK,
    }
}

pub async fn new_evidence(me: Signed) -> Response {
    new(me, Path("evidence".to_owned())).await
}

pub async fn new(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let def = register(&id)?;
        if !policy::may(&me.ctx.subject, def, Action::Create) {
            return Err(AppError::Forbidden("create"));
        }
        // Values of the address stand in the form: `/r/task/new?incident=…`.
        let fields = typed_fields(def);
        let pairs = query(me.uri.query().unwrap_or_default())
            .into_iter()
            .filter(|(n, _)| fields.iter().any(|f| f.id == n))
            .collect();
        Ok(new_page(me, def, pairs).show())
    })
    .await
}

pub async fn create(me: Signed, Path(id): Path<String>, posted: Posted) -> Response {
    me.run(move |me| {
        let def = register(&id)?;
        if !policy::may(&me.ctx.subject, def, Action::Create) {
            return Err(AppError::Forbidden("create"));
        }
        if only_again(&posted) {
            return Ok(new_page(me, def, posted.0).show());
        }
        let fields = typed_fields(def);
        let pairs = tidy(&fields, &posted.0);
        let (body, problems) = body_of(&fields, &pairs, &me.ctx.zone);
        let page = new_page(me, def, pairs.clone());
        if !problems.is_empty() {
            return Ok(page.refused(&AppError::Fields(problems)));
        }
        let digest = digest_of(&pairs);
        let key = get(&pairs, "_key");
        let change = Change::Create { def, body, reason: said(posted.get("_reason")) };
        let done = if key.is_empty() {
            me.web.app.change(&me.ctx, change)
        } else {
            me.web.app.change_once(&me.ctx, change, &format!("form-{key}"), &digest)
        };
        match done {
            Ok(receipt) => Ok(after(def, &receipt, "made", &format!("{}:new", def.id))),
            Err(e) => Ok(page.refused(&e)),
        }
    })
    .await
}

/// A reason that was given.
fn said(reason: &str) -> Option<String> {
    let reason = reason.trim();
    (!reason.is_empty()).then(|| reason.to_owned())
}

fn digest_of(pairs: &[(String, String)]) -> String {
    let mut hasher = Sha256::new();
    for (name, value) in pairs {
        hasher.update(name.len().to_be_bytes());
        hasher.update(name);
        hasher.update(value.len().to_be_bytes());
        hasher.update(value);
    }
    hasher.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// To the record, with what was done and the draft that may be forgotten.
pub(super) fn after(def: &RegisterDef, receipt: &Receipt, done: &str, draft: &str) -> Response {
    redirect(&format!(
        "{}?done={done}&leaf={}&draft={}",
        own_href(def, &receipt.id),
        receipt.leaf,
        enc(draft)
    ))
}

fn edit_page<'a>(me: &'a Signed, view: &RecordView, pairs: Pairs) -> FormPage<'a> {
    let def = view.record.def;
    let href = own_href(def, &view.record.id);
    FormPage {
        me,
        def,
        of: Some((href.clone(), view.record.title())),
        title: me.t("直す", "Edit").to_owned(),
        lead: String::new(),
        asks: asks(&typed_fields(def)),
        around: Around {
            action: format!("{href}/edit"),
            draft: format!("{}:{}", def.id, view.record.id),
            rev: Some(view.current_rev),
            submit: me.t("保存する", "Save").to_owned(),
            cancel: href,
            reason: Some(false),
            ..Around::default()
        },
        pairs,
        problems: Vec::new(),
        above: Html::new(),
        status: StatusCode::OK,
    }
}

fn changeable(me: &Signed, view: &RecordView) -> Result<(), AppError> {
    if view.record.def.append_only {
        return Err(AppError::AppendOnly);
    }
    if view.record.ended() {
        return Err(AppError::Ended);
    }
    if !view.may.contains(&Action::Write) {
        tracing::debug!(account.id = %me.session.account, "may not change");
        return Err(AppError::Forbidden("change"));
    }
    Ok(())
}

pub async fn edit(me: Signed, Path((register, id)): Path<(String, String)>) -> Response {
    me.run(move |me| {
        let (def, id) = record(&register, &id)?;
        let view = me.web.app.record(&me.ctx, def, &id, None)?;
        changeable(me, &view)?;
        let pairs = pairs_of(&typed_fields(def), &view.record.body, &me.ctx.zone);
        Ok(edit_page(me, &view, pairs).show())
    })
    .await
}

pub async fn save(
    me: Signed,
    Path((register, id)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    me.run(move |me| {
        let (def, id) = record(&register, &id)?;
        let view = me.web.app.record(&me.ctx, def, &id, None)?;
        changeable(me, &view)?;
        if only_again(&posted) {
            let mut page = edit_page(me, &view, posted.0.clone());
            page.around.rev = posted.get("_rev").parse().ok();
            return Ok(page.show());
        }
        let seen: u32 = posted.get("_rev").parse().map_err(|_| no_revision())?;
        save_typed(me, &view, seen, &posted)
    })
    .await
}

fn no_revision() -> AppError {
    AppError::field(
        "_rev",
        "required",
        "どの版を見て直したのかが分かりません。画面を開き直してください。",
        "The revision you saw is missing. Open the page again.",
    )
}

fn save_typed(
    me: &Signed,
    view: &RecordView,
    seen: u32,
    posted: &Posted,
) -> Result<Response, AppError> {
    let def = view.record.def;
    let named: Vec<&str> = posted.get("_fields").split(',').collect();
    let fields: Vec<&'static FieldDef> =
        typed_fields(def).into_iter().filter(|f| named.contains(&f.id)).collect();
    let pairs = tidy(&fields, &posted.0);
    let (typed, problems) = body_of(&fields, &pairs, &me.ctx.zone);
    let mut page = edit_page(me, view, pairs);
    page.around.rev = Some(seen);
    if !problems.is_empty() {
        return Ok(page.refused(&AppError::Fields(problems)));
    }
    let before =
        if seen == view.current_rev { view.record.body.clone() } else { as_seen(me, view, seen)? };
    let mut patch = patch_of(&fields, &typed, &before);
    patch.retain(|field, _| posted.get(&format!("_keep.{field}")) != "theirs");
    if seen != view.current_rev {
        return Ok(conflict(me, view, &before, &patch, posted));
    }
    let href = own_href(def, &view.record.id);
    if patch.is_empty() {
        return Ok(redirect(&format!("{href}?done=same&draft={}", enc(&page.around.draft))));
    }
    let change = Change::Edit {
        def,
        id: view.record.id.clone(),
        rev: seen,
        patch: patch.clone(),
        reason: said(posted.get("_reason")),
    };
    match me.web.app.change(&me.ctx, change) {
        Ok(receipt) => Ok(after(def, &receipt, "saved", &page.around.draft)),
        Err(AppError::Conflict { .. }) => {
            let now = me.web.app.record(&me.ctx, def, &view.record.id, None)?;
            Ok(conflict(me, &now, &before, &patch, posted))
        }
        Err(e) => Ok(page.refused(&e)),
    }
}

/// The body as it was at the revision that the person saw: the present one with later changes
/// undone.
fn as_seen(me: &Signed, view: &RecordView, seen: u32) -> Result<Body, AppError> {
    let mut body = view.record.body.clone();
    let mut before = None;
    'all: loop {
        let entries = me.web.app.history(&me.ctx, view.record.def, &view.record.id, before, 100)?;
        if entries.is_empty() {
            break;
        }
        for entry in &entries {
            if entry.rev <= seen {
                break 'all;
            }
            for change in &entry.changes {
                match &change.old {
                    Some(old) => body.insert(change.field.id.to_owned(), old.clone()),
                    None => body.remove(change.field.id),
                };
            }
            before = Some(entry.rev);
        }
    }
    Ok(body)
}

/// Two people edited: both versions side by side, the form filled with the person's own changes
/// over the present state, to be saved again.
fn conflict(
    me: &Signed,
    view: &RecordView,
    before: &Body,
    mine: &Body,
    posted: &Posted,
) -> Response {
    let def = view.record.def;
    let mut merged = view.record.body.clone();
    for (field, new) in mine {
        if new.is_null() {
            merged.remove(field);
        } else {
            merged.insert(field.clone(), new.clone());
        }
    }
    let mut pairs = pairs_of(&typed_fields(def), &merged, &me.ctx.zone);
    pairs.push(("_reason".into(), posted.get("_reason").into()));
    let mut page = edit_page(me, view, pairs);
    page.status = StatusCode::CONFLICT;
    page.above = side_by_side(me, view, before, mine);
    page.show()
}

fn side_by_side(me: &Signed, view: &RecordView, before: &Body, mine: &Body) -> Html {
    let titles = Lookup(me);
    let v = View { lang: me.lang(), zone: &me.ctx.zone, now: me.web.app.now(), titles: &titles };
    let text = AppError::Conflict { seen: 0, now: view.current_rev }.message();
    let mut out = Html::new();
    put!(
        out,
        "<div class=\"notice conflict\" data-tone=\"caution\" role=\"alert\" tabindex=\"-1\" data-focus><p class=\"notice-title\">{}</p><p>{}</p><div class=\"table-wrap\"><table class=\"table conflict-table\"><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
        v.t("同じ記録を、ほかの人が先に変えました", "Somebody else changed this record first"),
        esc(text.get(v.lang)),
        v.t("項目", "Field"),
        v.t("あなた", "You"),
        v.t("相手", "They"),
        v.t("残すもの", "Keep")
    );
    let present = &view.record.body;
    let cell = |f: &'static FieldDef, value: Option<&okiagari_model::Value>| match value {
        Some(value) if !value.is_null() => esc(&value::plain(&v, f, value)).to_string(),
        _ => format!("<span class=\"blank\">{}</span>", v.t("空", "empty")),
    };
    for field in typed_fields(view.record.def) {
        let theirs = before.get(field.id) != present.get(field.id);
        let my = mine.get(field.id);
        if !theirs && my.is_none() {
            continue;
        }
        put!(
            out,
            "<tr><th scope=\"row\"><a href=\"#f-{}\">{}</a></th>",
            field.id,
            esc(field.label.get(v.lang))
        );
        put!(out, "<td>{}</td>", cell(field, my.or(before.get(field.id))));
        put!(out, "<td>{}</td><td>", cell(field, present.get(field.id)));
        match (my.is_some(), theirs) {
            (true, true) => put!(
                out,
                "<label class=\"tick\"><input type=\"radio\" name=\"_keep.{0}\" value=\"mine\" checked><span>{1}</span></label> <label class=\"tick\"><input type=\"radio\" name=\"_keep.{0}\" value=\"theirs\"><span>{2}</span></label>",
                field.id,
                v.t("あなた", "Yours"),
                v.t("相手", "Theirs")
            ),
            (true, false) => put!(out, "{}", v.t("あなたの変更", "Your change")),
            _ => put!(out, "{}", v.t("相手の変更", "Their change")),
        }
        out.raw("</td></tr>");
    }
    out.raw("</tbody></table></div></div>");
    out
}

/// A message about a place that is no field of the register.
pub(super) fn about(field: &str, ja: &str, en: &str) -> AppError {
    AppError::Fields(vec![FieldProblem::new(field, "required", Message::new(ja, en))])
}
