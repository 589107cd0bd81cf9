//! Writing from a template, how a message went, report forms, and the mail server's password.

use super::document_pages::all;
use super::load;
use crate::frame::Page;
use crate::guard::redirect;
use crate::html::{Html, enc, esc};
use crate::input::Posted;
use crate::put;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use okiagari_app::AppError;
use okiagari_model::respond::delivery::Delivery;
use okiagari_model::respond::incident::Incident;
use okiagari_model::respond::message::{Audience, Message, Stage};
use okiagari_model::{Action, Choice, Cond, Lang, RecordId, Register, Wing, policy};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/room/{id}/write", get(choose).post(write))
        .route("/documents/message/{id}", get(letter))
        .route("/documents/forms/{form}/{id}/{stage}", get(form))
        .route("/settings-mail", get(password_ask))
        .route("/settings-mail/password", post(password))
}

fn word<T: Choice>(id: &str, lang: Lang) -> String {
    T::DEF.option(id).map_or(id, |o| o.label.get(lang)).to_owned()
}

async fn choose(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let case = me.web.app.record(&me.ctx, Incident::DEF, &id, None)?.record;
        let mut out = Html::new();
        put!(
            out,
            "<form class=\"form\" method=\"post\"><div class=\"field\"><label for=\"template\">{}</label><select class=\"input w-l\" id=\"template\" name=\"template\">",
            me.t("相手と段階", "Audience and stage")
        );
        for t in me.web.app.templates(&me.ctx)? {
            put!(
                out,
                "<option value=\"{}\">{} ・ {} ・ {}</option>",
                esc(&t.id),
                esc(&word::<Audience>(&t.audience, me.lang())),
                esc(&word::<Stage>(&t.stage, me.lang())),
                esc(&t.name)
            );
        }
        put!(
            out,
            "</select></div><fieldset class=\"field\"><legend>{}</legend><div class=\"choices is-row\"><label class=\"choice\"><input type=\"radio\" name=\"lang\" value=\"ja\" checked><span class=\"choice-text\"><b>日本語</b></span></label><label class=\"choice\"><input type=\"radio\" name=\"lang\" value=\"en\"><span class=\"choice-text\"><b lang=\"en\">English</b></span></label></div></fieldset><div class=\"form-end\"><button class=\"btn btn-primary\">{}</button></div></form>",
            me.t("文面の言語", "Language of the text"),
            me.t("下書きを作る", "Make the draft")
        );
        put!(
            out,
            "<section class=\"part\"><h2>{}</h2><ul>",
            me.t("届出・相談の様式（案件の記録から埋まります）", "Report forms, filled from the case")
        );
        for f in okiagari_app::speak::forms()? {
            put!(out, "<li>{}:", esc(f.title.get(me.lang())));
            for stage in Stage::DEF.options {
                put!(
                    out,
                    " <a href=\"/documents/forms/{}/{}/{}\">{}</a>",
                    enc(&f.id),
                    enc(id.as_str()),
                    stage.id,
                    esc(stage.label.get(me.lang()))
                );
            }
            out.raw("</li>");
        }
        out.raw("</ul></section>");
        let lead = me.t(
            "案件の記録から文面を埋めます。分からない項目は「確認中」になります。",
            "Filled from the case. What is not known is written as \"being confirmed\".",
        );
        Ok(Page::of(me, me.t("文例から連絡を書く", "Write from a template"))
            .wing(Wing::Respond)
            .crumb(case.title(), format!("/room/{}", enc(id.as_str())))
            .crumb(me.t("文例から書く", "Write"), "")
            .lead(lead)
            .show(&out))
    })
    .await
}

async fn write(me: Signed, Path(id): Path<String>, posted: Posted) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let lang = if posted.get("lang") == "en" { Lang::En } else { Lang::Ja };
        let (receipt, _) = me.web.app.draft_from(&me.ctx, &id, posted.get("template"), lang)?;
        Ok(redirect(&format!(
            "/r/message/{}/edit?done=made&leaf={}",
            enc(receipt.id.as_str()),
            receipt.leaf
        )))
    })
    .await
}

/// The message as a sheet, with how each delivery went: for paper when mail is down, and for files.
async fn letter(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let ui = load::ui(me);
        let m = me.web.app.record(&me.ctx, Message::DEF, &id, None)?.record;
        let mut rows = all(me, Delivery::DEF, vec![Cond::eq("message", id.as_str())])?;
        rows.sort_by_key(|d| (d.time("at"), d.leaf));
        let mut out = Html::new();
        put!(
            out,
            "<article class=\"sheet prose\"><p class=\"screen-only actions\"><button class=\"btn btn-primary\" type=\"button\" data-print>{}</button> <a class=\"btn btn-quiet\" href=\"/r/message/{}\">{}</a></p><h1>{}</h1><p>{} {} {}</p>{}",
            me.t("印刷する", "Print"),
            enc(id.as_str()),
            me.t("連絡の画面へ", "To the message"),
            esc(m.text("subject")),
            ui.state(&m, "state"),
            esc(&ui.choice(&m, "tlp")),
            esc(&ui.choice(&m, "audience")),
            ui.lines(m.text("text"))
        );
        put!(out, "<h2>{}</h2>", me.t("伝達の記録", "Deliveries"));
        if rows.is_empty() {
            put!(out, "<p class=\"quiet\">{}</p>", me.t("まだありません。", "None yet."));
        } else {
            put!(
                out,
                "<table class=\"table is-dense\"><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
                me.t("日時", "When"),
                me.t("相手", "Recipient"),
                me.t("手段", "Means"),
                me.t("結果", "Result"),
                me.t("返事", "Answer")
            );
            for d in &rows {
                let at = d.time("at").map_or_else(String::new, |t| ui.when(&t));
                let said = [d.text("server_answer"), d.text("answer")].join(" ");
                put!(
                    out,
                    "<tr><td class=\"nowrap\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                    esc(&at),
                    esc(d.text("recipient")),
                    esc(&ui.choice(d, "channel")),
                    ui.state(d, "result"),
                    esc(said.trim())
                );
            }
            out.raw("</tbody></table>");
        }
        put!(
            out,
            "<p class=\"screen-only actions\"><a class=\"btn\" href=\"/r/delivery/new?message={}\">{}</a></p><p class=\"quiet\">{} {}</p></article>",
            enc(id.as_str()),
            me.t("電話・書面・相手の窓口で伝えたことを記録する", "Record a call, paper or their web form"),
            me.t("版", "Revision"),
            m.rev
        );
        let title = me.t("連絡票", "Message sheet");
        Ok(Page::of(me, title).wing(Wing::Respond).bare("app", Html::new()).show(&out))
    })
    .await
}

async fn form(me: Signed, Path((form, id, stage)): Path<(String, String, String)>) -> Response {
    me.run(move |me| {
        let id = RecordId::parse(&id).ok_or(AppError::NotFound)?;
        let ui = load::ui(me);
        let filled = me.web.app.fill_form(&me.ctx, &form, &id, &stage)?;
        let missing = filled.rows.iter().filter(|(_, v)| v.is_none()).count();
        let mut out = Html::new();
        put!(
            out,
            "<article class=\"sheet prose\"><p class=\"screen-only actions\"><button class=\"btn btn-primary\" type=\"button\" data-print>{}</button> <a class=\"btn btn-quiet\" href=\"/room/{}\">{}</a></p><h1>{}</h1><p>{}: {} ・ {} ・ {}</p>",
            me.t("印刷する", "Print"),
            enc(id.as_str()),
            me.t("対応の部屋へ", "To the room"),
            esc(filled.form.title.get(me.lang())),
            me.t("提出先", "Recipient"),
            esc(filled.form.recipient.get(me.lang())),
            esc(&word::<Stage>(&stage, me.lang())),
            esc(&filled.case.title())
        );
        put!(out, "<table class=\"table\"><tbody>");
        for (label, value) in &filled.rows {
            put!(out, "<tr><th scope=\"row\">{}</th>", esc(label.get(me.lang())));
            match value {
                Some(v) => put!(out, "<td>{}</td></tr>", ui.lines(v)),
                None => put!(
                    out,
                    "<td><span class=\"blank\" data-missing>{}</span></td></tr>",
                    me.t("未記入（確認中）", "missing (being confirmed)")
                ),
            }
        }
        put!(
            out,
            "</tbody></table><p class=\"quiet\">{} {missing}</p><h2>{}</h2>",
            me.t("まだ埋まっていない項目の数：", "Items still missing:"),
            me.t("この様式で果たす期限付き義務", "Obligations that this form serves")
        );
        if filled.obligations.is_empty() {
            put!(out, "<p class=\"quiet\">{}</p>", me.t("いまはありません。", "None at present."));
        }
        out.raw("<ul>");
        for o in &filled.obligations {
            let due = o.time("due_at").map_or_else(String::new, |t| ui.when(&t));
            put!(
                out,
                "<li><a href=\"/r/obligation/{}\">{}</a> {} {} {}</li>",
                enc(o.id.as_str()),
                esc(&o.title()),
                esc(&due),
                ui.state(o, "state"),
                esc(o.text("proof"))
            );
        }
        out.raw("</ul></article>");
        let title = filled.form.title.get(me.lang()).to_owned();
        Ok(Page::of(me, title).wing(Wing::Respond).bare("app", Html::new()).show(&out))
    })
    .await
}

async fn password_ask(me: Signed) -> Response {
    me.run(|me| {
        let def = okiagari_model::govern::setting::Setting::DEF;
        if !policy::may(&me.ctx.subject, def, Action::Write) {
            return Err(AppError::Forbidden("change"));
        }
        let set = me.web.app.has_mail_password(&me.ctx.subject.org)?;
        let mut out = Html::new();
        put!(
            out,
            "<p>{}</p><form class=\"form\" method=\"post\" action=\"/settings-mail/password\" autocomplete=\"off\"><div class=\"field\"><label for=\"password\">{}</label><p class=\"hint\">{}</p><input class=\"input w-m\" type=\"password\" id=\"password\" name=\"password\" autocomplete=\"new-password\" maxlength=\"200\"></div><div class=\"form-end\"><button class=\"btn btn-primary\">{}</button><a class=\"btn btn-quiet\" href=\"/settings\">{}</a></div></form>",
            if set {
                me.t("パスワードは設定されています。", "A password is set.")
            } else {
                me.t("パスワードはまだ設定されていません。", "No password is set yet.")
            },
            me.t("メールサーバーのパスワード", "Password of the mail server"),
            me.t(
                "封をして保管し、画面にも記録にも出しません。空のまま保存すると消えます。",
                "Kept sealed; shown on no page and in no record. Saved empty, it is removed."
            ),
            me.t("保存する", "Save"),
            me.t("設定へ", "To the settings")
        );
        Ok(Page::of(me, me.t("連絡の送信", "Sending")).place("settings").show(&out))
    })
    .await
}

async fn password(me: Signed, posted: Posted) -> Response {
    me.run(move |me| {
        me.web.app.change_mail_password(&me.ctx, posted.get("password"))?;
        Ok(redirect("/settings-mail?done=saved"))
    })
    .await
}
