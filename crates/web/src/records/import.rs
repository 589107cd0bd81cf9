//! A sheet coming in: chosen, looked at row by row, then applied.

use super::register;
use crate::frame::Page;
use crate::html::{Html, chip, esc, icon};
use crate::put;
use crate::who::Signed;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use okiagari_app::AppError;
use okiagari_app::sheets::{ImportPreview, ImportRow, RowAction};
use okiagari_model::{Action, RegisterDef, policy};

/// Rows shown of a preview: those with problems first.
const SHOWN: usize = 500;

fn allowed(me: &Signed, id: &str) -> Result<&'static RegisterDef, AppError> {
    let def = register(id)?;
    if !policy::may(&me.ctx.subject, def, Action::Create) {
        return Err(AppError::Forbidden("import"));
    }
    Ok(def)
}

fn page(me: &Signed, def: &'static RegisterDef, status: StatusCode, body: &Html) -> Response {
    let title = me.t("{}を取り込む", "Import: {}").replace("{}", def.label.get(me.lang()));
    let lead = me.t(
        "CSVまたはExcelを選ぶと、保存する前に、行ごとの変化と直すところを見せます。同じファイルを2回取り込んでも増えません。",
        "Choose CSV or Excel. Before anything is stored you see what each row does and what needs mending. The same file twice changes nothing.",
    );
    Page::of(me, title.clone())
        .wing(def.wing)
        .crumb(def.label.get(me.lang()), format!("/r/{}", def.id))
        .crumb(title, "")
        .lead(lead)
        .status(status)
        .show(body)
}

pub async fn ask(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let def = allowed(me, &id)?;
        Ok(page(me, def, StatusCode::OK, &choose(me, def)))
    })
    .await
}

fn choose(me: &Signed, def: &RegisterDef) -> Html {
    let mut out = Html::new();
    put!(
        out,
        "<form class=\"form\" method=\"post\" action=\"/r/{0}/import\" enctype=\"multipart/form-data\"><div class=\"drop\" data-upload data-upload-max=\"{1}\"><label for=\"file\">{2}<b>{3}</b><span>{4}</span></label><input type=\"file\" id=\"file\" name=\"file\" accept=\".csv,.tsv,.xlsx,text/csv\" required><ul class=\"drop-list\" data-upload-list></ul></div><div class=\"form-end\"><button class=\"btn btn-primary\">{5}</button><a class=\"btn btn-quiet\" href=\"/r/{0}\">{6}</a></div></form><p class=\"quiet\"><a href=\"/r/{0}/export.xlsx\">{7}</a></p>",
        def.id,
        me.web.config.import_max,
        icon("upload"),
        me.t("CSVかExcelのファイルを選ぶ", "Choose a CSV or Excel file"),
        me.t("1行目は項目名です", "The first row holds the field names"),
        me.t("中身を確かめる", "Look at it"),
        me.t("やめる", "Cancel"),
        me.t(
            "いまの一覧をExcelで取り出して、ひな形にする",
            "Take the present list as Excel for a template"
        )
    );
    out
}

/// What an import form sends: the file, or the one kept in the page, and whether to apply it.
#[derive(Default)]
struct Sent {
    name: String,
    bytes: Vec<u8>,
    apply: bool,
}

async fn read(form: &mut Multipart) -> Result<Sent, StatusCode> {
    let mut sent = Sent::default();
    while let Some(field) = form.next_field().await.map_err(|e| e.status())? {
        let part = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(str::to_owned);
        let data = field.bytes().await.map_err(|e| e.status())?;
        match part.as_str() {
            "file" => {
                sent.name = file.unwrap_or_default();
                sent.bytes = data.to_vec();
            }
            "name" => sent.name = String::from_utf8_lossy(&data).into_owned(),
            "kept" => sent.bytes = STANDARD.decode(&data).map_err(|_| StatusCode::BAD_REQUEST)?,
            "apply" => sent.apply = true,
            _ => {}
        }
    }
    Ok(sent)
}

pub async fn take(me: Signed, Path(id): Path<String>, mut form: Multipart) -> Response {
    let Sent { name, bytes, apply } = match read(&mut form).await {
        Ok(sent) if sent.bytes.len() > me.web.config.import_max => {
            return crate::error::plain(me.lang(), StatusCode::PAYLOAD_TOO_LARGE, false);
        }
        Ok(sent) => sent,
        Err(status) => return crate::error::plain(me.lang(), status, false),
    };
    me.run(move |me| {
        let def = allowed(me, &id)?;
        if bytes.is_empty() {
            let (ja, en) = ("ファイルを選んでください。", "Choose a file.");
            return Err(super::change::about("file", ja, en));
        }
        let app = &me.web.app;
        let done = if apply {
            app.import_apply(&me.ctx, def, &bytes, &name)
        } else {
            app.import_preview(&me.ctx, def, &bytes, &name)
        };
        match done {
            Ok(preview) => {
                let body = if apply {
                    result(me, def, &preview)
                } else {
                    looked_at(me, def, &preview, &bytes, &name)
                };
                Ok(page(me, def, StatusCode::OK, &body))
            }
            Err(e) => {
                let title = me.t("読めませんでした", "It could not be read");
                let mut out = crate::error::notice("danger", title, e.message().get(me.lang()));
                out.raw(&choose(me, def).0);
                let status =
                    StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
                Ok(page(me, def, status, &out))
            }
        }
    })
    .await
}

fn counts(me: &Signed, p: &ImportPreview) -> String {
    me.t(
        "新しく登録 {new} 件、変更 {change} 件、変わらない {same} 件、直すところがある {bad} 件",
        "{new} new, {change} changed, {same} the same, {bad} to mend",
    )
    .replace("{new}", &p.count(RowAction::New).to_string())
    .replace("{change}", &p.count(RowAction::Change).to_string())
    .replace("{same}", &p.count(RowAction::Same).to_string())
    .replace("{bad}", &p.count(RowAction::Refused).to_string())
}

fn looked_at(me: &Signed, def: &RegisterDef, p: &ImportPreview, bytes: &[u8], name: &str) -> Html {
    let mut out = Html::new();
    let bad = p.count(RowAction::Refused);
    put!(
        out,
        "<div class=\"notice\" data-tone=\"{}\" role=\"status\"><p class=\"notice-title\">{}</p><p>{}</p></div>",
        if bad == 0 { "info" } else { "caution" },
        esc(&counts(me, p)),
        me.t("まだ何も保存していません。", "Nothing is stored yet.")
    );
    let unknown: Vec<String> =
        p.columns.iter().filter(|(_, f)| f.is_none()).map(|(n, _)| esc(n).to_string()).collect();
    if !unknown.is_empty() {
        put!(
            out,
            "<p>{} {}</p>",
            me.t("使わない列：", "Columns not used:"),
            unknown.join(me.t("、", ", "))
        );
    }
    let work = p.count(RowAction::New) + p.count(RowAction::Change);
    if work > 0 {
        put!(
            out,
            "<form method=\"post\" action=\"/r/{}/import\" enctype=\"multipart/form-data\"><input type=\"hidden\" name=\"name\" value=\"{}\"><input type=\"hidden\" name=\"kept\" value=\"{}\"><div class=\"form-end\"><button class=\"btn btn-primary\" name=\"apply\" value=\"1\">{}</button><a class=\"btn btn-quiet\" href=\"/r/{}/import\">{}</a></div></form>",
            def.id,
            esc(name),
            STANDARD.encode(bytes),
            me.t("{}件を取り込む", "Import {}").replace("{}", &work.to_string()),
            def.id,
            me.t("別のファイルにする", "Another file")
        );
    }
    out.raw(&rows(me, &p.rows).0);
    if bad > 0 || work == 0 {
        put!(
            out,
            "<p><a class=\"btn\" href=\"/r/{}/import\">{}</a></p>",
            def.id,
            me.t("直したファイルを選ぶ", "Choose the mended file")
        );
    }
    out
}

fn result(me: &Signed, def: &RegisterDef, p: &ImportPreview) -> Html {
    let bad = p.count(RowAction::Refused);
    let mut out = Html::new();
    put!(
        out,
        "<div class=\"notice\" data-tone=\"{}\" role=\"status\"><p class=\"notice-title\">{}</p><p>{}</p></div>",
        if bad == 0 { "good" } else { "caution" },
        me.t("取り込みました", "Imported"),
        esc(&counts(me, p))
    );
    if bad > 0 {
        let refused: Vec<ImportRow> =
            p.rows.iter().filter(|r| r.action == RowAction::Refused).cloned().collect();
        out.raw(&rows(me, &refused).0);
    }
    put!(
        out,
        "<p><a class=\"btn btn-primary\" href=\"/r/{}\">{}</a></p>",
        def.id,
        me.t("一覧を見る", "See the list")
    );
    out
}

fn rows(me: &Signed, list: &[ImportRow]) -> Html {
    let mut sorted: Vec<&ImportRow> = list.iter().collect();
    sorted.sort_by_key(|r| (r.action != RowAction::Refused, r.line));
    let mut out = Html::new();
    put!(
        out,
        "<div class=\"table-wrap\"><table class=\"table is-cards\"><thead><tr><th class=\"num\">{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
        me.t("行", "Row"),
        me.t("すること", "What happens"),
        me.t("記録", "Record"),
        me.t("直すところ", "To mend")
    );
    for row in sorted.iter().take(SHOWN) {
        let mark = match row.action {
            RowAction::New => chip("open", me.t("新しく登録", "New")),
            RowAction::Change => chip("active", me.t("変更", "Change")),
            RowAction::Same => chip("ended", me.t("変わらない", "Same")),
            RowAction::Refused => chip("late", me.t("直す", "Mend")),
        };
        put!(
            out,
            "<tr><td class=\"num\">{}</td><td>{mark}</td><td>{}</td><td>",
            row.line,
            esc(&row.title)
        );
        for p in &row.problems {
            put!(out, "<p class=\"error\">{}</p>", esc(p.message.get(me.lang())));
        }
        out.raw("</td></tr>");
    }
    out.raw("</tbody></table></div>");
    if sorted.len() > SHOWN {
        put!(
            out,
            "<p class=\"quiet\">{}</p>",
            me.t("ほか{}行", "{} more rows").replace("{}", &(sorted.len() - SHOWN).to_string())
        );
    }
    out
}
