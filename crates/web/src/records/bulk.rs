//! Changing one field of many records: chosen, previewed, then done.

use super::{Offers, register};
use crate::frame::Page;
use crate::html::{Html, esc};
use crate::input::Posted;
use crate::put;
use crate::render::form::{Ask, one, typed_fields};
use crate::render::read::{body_of, tidy};
use crate::render::widget::Control;
use crate::render::{View, value};
use crate::who::{Signed, own_place};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use okiagari_app::{AppError, Names, RecordView};
use okiagari_model::{Action, Body, FieldDef, FieldProblem, RecordId, RegisterDef, Value};

struct Work<'a> {
    me: &'a Signed,
    def: &'static RegisterDef,
    posted: &'a Posted,
    records: Vec<RecordView>,
}

pub async fn bulk(me: Signed, Path(id): Path<String>, posted: Posted) -> Response {
    me.run(move |me| {
        let def = register(&id)?;
        if def.append_only {
            return Err(AppError::AppendOnly);
        }
        let ids: Vec<RecordId> = posted.all("id").filter_map(RecordId::parse).collect();
        if ids.is_empty() {
            return Err(super::change::about(
                "id",
                "変える記録を選んでください。",
                "Choose the records to change.",
            ));
        }
        if ids.len() > 500 {
            return Err(crate::error::input(
                "一度に変えられるのは500件までです。",
                "Up to 500 records at once.",
            ));
        }
        let records = ids
            .iter()
            .map(|id| me.web.app.record(&me.ctx, def, id, None))
            .collect::<Result<Vec<_>, _>>()?;
        let work = Work { me, def, posted: &posted, records };
        match posted.get("_do") {
            "preview" => work.preview(),
            "apply" => work.apply(&ids),
            _ => Ok(work.ask(None, &[])),
        }
    })
    .await
}

impl Work<'_> {
    fn view(&self) -> View<'_> {
        static NONE: crate::render::NoTitles = crate::render::NoTitles;
        View {
            lang: self.me.lang(),
            zone: &self.me.ctx.zone,
            now: self.me.web.app.now(),
            titles: &NONE,
        }
    }

    fn page(&self, title: &str) -> Page {
        Page::of(self.me, title)
            .wing(self.def.wing)
            .crumb(self.def.label.get(self.me.lang()), format!("/r/{}", self.def.id))
            .crumb(title, "")
    }

    fn hidden(&self) -> Html {
        let mut out = Html::new();
        for v in &self.records {
            put!(
                out,
                "<input type=\"hidden\" name=\"id\" value=\"{}\">",
                esc(v.record.id.as_str())
            );
        }
        put!(
            out,
            "<input type=\"hidden\" name=\"_back\" value=\"{}\">",
            esc(own_place(self.posted.get("_back")))
        );
        out
    }

    fn fields(&self) -> Vec<&'static FieldDef> {
        typed_fields(self.def).into_iter().filter(|f| !f.title).collect()
    }

    fn field(&self) -> Option<&'static FieldDef> {
        let id = self.posted.get("_field");
        self.fields().into_iter().find(|f| f.id == id)
    }

    /// Which field, then its new value and the reason.
    fn ask(&self, field: Option<&'static FieldDef>, problems: &[FieldProblem]) -> Response {
        let (me, field) = (self.me, field.or_else(|| self.field()));
        let mut out = Html::new();
        put!(
            out,
            "<form class=\"form\" id=\"form\" method=\"post\" action=\"/r/{}/bulk\">{}",
            self.def.id,
            self.hidden()
        );
        match field {
            None => {
                put!(
                    out,
                    "<div class=\"field\"><label for=\"_field\">{}</label><select class=\"input w-m\" id=\"_field\" name=\"_field\">",
                    me.t("変える項目", "Field to change")
                );
                for f in self.fields() {
                    put!(
                        out,
                        "<option value=\"{}\">{}</option>",
                        f.id,
                        esc(f.label.get(me.lang()))
                    );
                }
                put!(
                    out,
                    "</select></div><div class=\"form-end\"><button class=\"btn btn-primary\" name=\"_do\" value=\"field\">{}</button></div>",
                    me.t("次へ", "Next")
                );
            }
            Some(field) => {
                let offers = Offers::new(me);
                let options = |r: &str| offers.of(r);
                let control =
                    Control { view: self.view(), pairs: &self.posted.0, options: &options };
                let ask = Ask { field, required: field.required };
                out.raw(&crate::render::form::summary(&control, &[ask], problems).0);
                put!(
                    out,
                    "<input type=\"hidden\" name=\"_field\" value=\"{}\">{}",
                    field.id,
                    one(&control, &ask, problems)
                );
                put!(
                    out,
                    "<div class=\"field\" id=\"f-_reason\"><label for=\"_reason\">{} <span class=\"must\">{}</span></label><textarea class=\"input\" id=\"_reason\" name=\"_reason\" rows=\"2\">\n{}</textarea></div><div class=\"form-end\"><button class=\"btn btn-primary\" name=\"_do\" value=\"preview\">{}</button></div>",
                    me.t("理由", "Reason"),
                    me.t("必須", "required"),
                    esc(self.posted.get("_reason")),
                    me.t("変わるところを確かめる", "Preview")
                );
            }
        }
        put!(out, "</form><h2>{}</h2><ul>", me.t("選んだ記録", "Chosen records"));
        for v in &self.records {
            put!(out, "<li>{}</li>", esc(&v.record.title()));
        }
        out.raw("</ul>");
        let status =
            if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        self.page(me.t("まとめて変える", "Change many")).status(status).show(&out)
    }

    fn typed(&self) -> Result<(&'static FieldDef, Option<Value>), Vec<FieldProblem>> {
        let Some(field) = self.field() else {
            let AppError::Fields(p) =
                super::change::about("_field", "変える項目を選んでください。", "Choose the field.")
            else {
                return Err(Vec::new());
            };
            return Err(p);
        };
        let pairs: Vec<(String, String)> = tidy(&[field], &self.posted.0)
            .into_iter()
            .filter(|(n, _)| n == field.id || n.starts_with(&format!("{}[", field.id)))
            .collect();
        let (mut body, mut problems) = body_of(&[field], &pairs, &self.me.ctx.zone);
        if self.posted.get("_reason").trim().is_empty()
            && let AppError::Fields(p) =
                super::change::about("_reason", "理由を書いてください。", "Please give the reason.")
        {
            problems.extend(p);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok((field, body.remove(field.id)))
    }

    fn preview(&self) -> Result<Response, AppError> {
        let (field, new) = match self.typed() {
            Ok(typed) => typed,
            Err(problems) => return Ok(self.ask(self.field(), &problems)),
        };
        let me = self.me;
        let names = self.names(field, new.as_ref());
        let view = View { titles: &names, ..self.view() };
        let shown = |v: Option<&Value>, titles: &Names| match v {
            Some(v) => esc(&value::plain(&View { titles, ..view }, field, v)).to_string(),
            None => format!("<span class=\"blank\">{}</span>", me.t("空", "empty")),
        };
        let mut out = Html::new();
        put!(
            out,
            "<div class=\"table-wrap\"><table class=\"table is-cards\"><thead><tr><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
            me.t("記録", "Record"),
            me.t("いま", "Now"),
            me.t("変更後", "After")
        );
        for v in &self.records {
            put!(
                out,
                "<tr><th scope=\"row\">{}</th><td><del>{}</del></td><td><ins>{}</ins></td></tr>",
                esc(&v.record.title()),
                shown(v.record.body.get(field.id), &v.names),
                shown(new.as_ref(), &names)
            );
        }
        put!(
            out,
            "</tbody></table></div><form method=\"post\" action=\"/r/{}/bulk\">{}",
            self.def.id,
            self.hidden()
        );
        for (n, v) in self.posted.0.iter().filter(|(n, _)| {
            n == field.id
                || n.starts_with(&format!("{}[", field.id))
                || n == "_reason"
                || n == "_field"
        }) {
            put!(out, "<input type=\"hidden\" name=\"{}\" value=\"{}\">", esc(n), esc(v));
        }
        put!(
            out,
            "<div class=\"form-end\"><button class=\"btn btn-primary\" name=\"_do\" value=\"apply\">{}</button><button class=\"btn\" name=\"_do\" value=\"field\">{}</button><a class=\"btn btn-quiet\" href=\"{}\">{}</a></div></form>",
            me.t("{}件を変える", "Change {}").replace("{}", &self.records.len().to_string()),
            me.t("直す", "Go back"),
            esc(own_place(self.posted.get("_back"))),
            me.t("やめる", "Cancel")
        );
        Ok(self.page(me.t("変わるところ", "What will change")).show(&out))
    }

    /// Titles for the new value, looked up where it names records.
    fn names(&self, field: &'static FieldDef, new: Option<&Value>) -> Names {
        let mut body = Body::new();
        if let Some(v) = new {
            body.insert(field.id.to_owned(), v.clone());
        }
        let Some(first) = self.records.first() else { return Names::default() };
        let probe = okiagari_model::Record { body, ..first.record.clone() };
        let found = self.me.web.app.store().read(|tx| Names::of(tx, &self.me.ctx, [&probe]));
        found.unwrap_or_default()
    }

    fn apply(&self, ids: &[RecordId]) -> Result<Response, AppError> {
        let (field, new) = match self.typed() {
            Ok(typed) => typed,
            Err(problems) => return Ok(self.ask(self.field(), &problems)),
        };
        if !okiagari_model::policy::may(&self.me.ctx.subject, self.def, Action::Write) {
            return Err(AppError::Forbidden("change"));
        }
        let mut patch = Body::new();
        patch.insert(field.id.to_owned(), new.unwrap_or(Value::Null));
        let me = self.me;
        let result =
            me.web.app.bulk(&me.ctx, self.def, ids, &patch, self.posted.get("_reason").trim())?;
        let mut out = Html::new();
        put!(
            out,
            "<div class=\"notice\" data-tone=\"{}\" role=\"status\"><p class=\"notice-title\">{}</p></div>",
            if result.failed.is_empty() { "good" } else { "caution" },
            me.t("{}件を変えました", "{} changed").replace("{}", &result.done.len().to_string())
        );
        if !result.failed.is_empty() {
            put!(out, "<h2>{}</h2><ul>", me.t("変えられなかったもの", "Not changed"));
            for (id, why) in &result.failed {
                let title = self
                    .records
                    .iter()
                    .find(|v| v.record.id == *id)
                    .map_or_else(|| id.short().to_owned(), |v| v.record.title());
                put!(
                    out,
                    "<li><a href=\"{}\">{}</a>: {}</li>",
                    super::own_href(self.def, id),
                    esc(&title),
                    esc(why.get(me.lang()))
                );
            }
            out.raw("</ul>");
        }
        put!(
            out,
            "<p><a class=\"btn\" href=\"{}\">{}</a></p>",
            esc(own_place(self.posted.get("_back"))),
            me.t("一覧へ戻る", "Back to the list")
        );
        Ok(self.page(me.t("まとめて変えました", "Changed")).show(&out))
    }
}
