//! The page of a register: its question, the list, what can be done with it.

use super::filter::Asked;
use super::{Offers, may, register};
use crate::frame::Page;
use crate::guard::{cookie, redirect, set_cookie};
use crate::html::{Html, enc, esc, icon};
use crate::input::Posted;
use crate::put;
use crate::render::View;
use crate::render::table::Table;
use crate::who::{Signed, own_place};
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use okiagari_app::sheets::Format;
use okiagari_app::{AppError, ListPage, ListRequest};
use okiagari_model::{Action, FieldDef, RegisterDef, policy};

pub async fn page(me: Signed, Path(id): Path<String>) -> Response {
    me.run(move |me| {
        let def = register(&id)?;
        let asked = Asked::read(def, me.uri.query().unwrap_or_default(), &me.ctx.zone)?;
        let request = request(me, &asked)?;
        let page = match &request {
            Some(request) => Some(me.web.app.list(&me.ctx, request)?),
            None => None,
        };
        let columns = chosen(&me.headers, def);
        let body = body(me, &asked, page.as_ref(), &columns);
        let lead = def.about.get(me.lang());
        Ok(Page::of(me, def.label.get(me.lang()))
            .wing(def.wing)
            .crumb(def.label.get(me.lang()), "")
            .lead(lead)
            .actions(actions(me, &asked))
            .show(&body))
    })
    .await
}

/// The request for the store; `None` where the instant asked for lies before the first leaf.
fn request(me: &Signed, asked: &Asked) -> Result<Option<ListRequest>, AppError> {
    let as_of = match asked.at {
        None => None,
        Some(at) => match me.web.app.leaf_at(&me.ctx, at)? {
            Some(leaf) => Some(leaf),
            None => return Ok(None),
        },
    };
    Ok(Some(ListRequest {
        conds: asked.conds(&me.ctx.zone)?,
        search: Some(asked.words.clone()).filter(|w| !w.trim().is_empty()),
        sort: asked.sort.clone(),
        after: asked.after.clone(),
        as_of,
        include_ended: asked.ended,
        ..ListRequest::first(asked.def, asked.limit)
    }))
}

fn actions(me: &Signed, asked: &Asked) -> Html {
    let def = asked.def;
    let mut out = Html::new();
    if def.id == "playbook" {
        put!(
            out,
            "<a class=\"btn\" href=\"/playbooks/shipped\">{}</a>",
            me.t("見本から選ぶ", "Choose a shipped one")
        );
    }
    let shipped = match def.id {
        "written_plan" => Some(("/plans", me.t("そろえる文書を見る", "See what is expected"))),
        "scenario" => Some(("/scenarios/shipped", me.t("見本から選ぶ", "Choose a shipped one"))),
        _ => None,
    };
    if let Some((href, words)) = shipped {
        put!(out, "<a class=\"btn\" href=\"{href}\">{words}</a>");
    }
    if may(me, def, Action::Create) {
        put!(
            out,
            "<a class=\"btn btn-primary\" href=\"/r/{}/new\">{}</a>",
            def.id,
            esc(&me.t("{}を登録する", "Register: {}").replace("{}", def.label.get(me.lang())))
        );
    }
    let query = asked.query();
    put!(
        out,
        "<a class=\"btn btn-quiet\" href=\"/r/{0}/export.csv?{1}\">CSV</a><a class=\"btn btn-quiet\" href=\"/r/{0}/export.xlsx?{1}\">Excel</a>",
        def.id,
        esc(&query)
    );
    if may(me, def, Action::Create) && !def.append_only {
        put!(
            out,
            "<a class=\"btn btn-quiet\" href=\"/r/{}/import\">{}</a>",
            def.id,
            me.t("取り込む", "Import")
        );
    }
    out
}

fn body(
    me: &Signed,
    asked: &Asked,
    page: Option<&ListPage>,
    columns: &[&'static FieldDef],
) -> Html {
    let offers = Offers::new(me);
    let options = |r: &str| offers.of(r);
    let empty = okiagari_app::Names::default();
    let view = View {
        lang: me.lang(),
        zone: &me.ctx.zone,
        now: me.web.app.now(),
        titles: page.map_or(&empty, |p| &p.names),
    };
    let mut out = Html::new();
    out.raw("<section class=\"register\" id=\"list\">");
    if let Some(page) = page {
        out.raw(&question(&view, asked, page).0);
    }
    views(&view, asked, &mut out);
    out.raw(&asked.bar(&view, &options).0);
    match page {
        Some(page) if !page.records.is_empty() => filled(me, &view, asked, page, columns, &mut out),
        Some(_) if asked.plain() && asked.after.is_none() => teach(me, &view, asked.def, &mut out),
        _ => put!(
            out,
            "<p class=\"quiet\">{} <a href=\"/r/{}\" data-fragment=\"#list\">{}</a></p>",
            view.t("この条件に合う記録はありません。", "Nothing meets these conditions."),
            asked.def.id,
            view.t("条件をすべて外す", "Drop all conditions")
        ),
    }
    past(&view, asked, &mut out);
    out.raw("</section>");
    out
}

/// The question of the register, and its answer where the order gives one.
fn question(view: &View<'_>, asked: &Asked, page: &ListPage) -> Html {
    let def = asked.def;
    let mut out = Html::new();
    put!(out, "<div class=\"question\"><h2>{}</h2>", esc(def.question.get(view.lang)));
    let (by, _) = def.sort;
    if asked.plain()
        && asked.sort.is_none()
        && asked.after.is_none()
        && let Some(field) = def.field(by).filter(|f| !f.title)
        && !page.records.is_empty()
    {
        let first: Vec<String> = page
            .records
            .iter()
            .filter(|r| r.body.contains_key(by))
            .take(3)
            .map(|r| {
                let href = crate::frame::record_href(def.id, r.id.as_str());
                format!("<a href=\"{href}\">{}</a>", esc(&r.title()))
            })
            .collect();
        let label = esc(field.label.get(view.lang)).to_string();
        if first.is_empty() {
            put!(
                out,
                "<p>{}</p>",
                view.t(
                    "「{}」がどの記録でもまだ決まっていません。決めると、ここに答えが出ます。",
                    "\"{}\" is not set on any record yet. Set it, and the answer appears here."
                )
                .replace("{}", &label)
            );
        } else {
            put!(
                out,
                "<p>{}{}</p>",
                first.join(view.t(" → ", " → ")),
                view.t("（並び：{}）", " (by {})").replace("{}", &label)
            );
        }
    }
    out.raw("</div>");
    out
}

fn views(view: &View<'_>, asked: &Asked, out: &mut Html) {
    let current = |on: bool| if on { " aria-current=\"true\"" } else { "" };
    put!(
        out,
        "<nav class=\"views\" aria-label=\"{}\"><a href=\"/r/{}\" data-fragment=\"#list\"{}>{}</a>",
        view.t("見かた", "Views"),
        asked.def.id,
        current(asked.plain()),
        view.t("いまのもの", "Current")
    );
    put!(
        out,
        "<a href=\"{}\" data-fragment=\"#list\"{}>{}</a>",
        esc(&asked.href(&[("ended", if asked.ended { "" } else { "1" })])),
        current(asked.ended),
        view.t("終了したものも", "With ended ones")
    );
    put!(
        out,
        "<a href=\"/missing?register={}\">{}</a></nav>",
        asked.def.id,
        view.t("この台帳の不備", "What is missing here")
    );
}

fn filled(
    me: &Signed,
    view: &View<'_>,
    asked: &Asked,
    page: &ListPage,
    columns: &[&'static FieldDef],
    out: &mut Html,
) {
    put!(
        out,
        "<p class=\"register-count\" aria-live=\"polite\"><b>{}{}</b> {}</p>",
        page.total.count,
        if page.total.more { view.t("件以上", "+") } else { view.t("件", "") },
        view.t("のうち {} 件を表示", "in all, {} shown")
            .replace("{}", &page.records.len().to_string())
    );
    let sort_href = |by: &str| asked.href(&[("sort", by)]);
    let def_sort = asked.def.sort;
    let sort = asked.sort.as_ref().map_or(def_sort, |(f, d)| (f.as_str(), *d));
    let choose = may(me, asked.def, Action::Write) && !asked.def.append_only && asked.at.is_none();
    let table = Table { def: asked.def, columns, page, sort, sort_href: &sort_href, choose };
    if choose {
        put!(
            out,
            "<form method=\"post\" action=\"/r/{0}/bulk\" data-bulk><input type=\"hidden\" name=\"_back\" value=\"{1}\"><div class=\"bulk-bar\" data-bulk-bar><p><b data-bulk-count>0</b> {2}</p><div class=\"actions\"><button class=\"btn btn-small\" name=\"_do\" value=\"ask\">{3}</button></div></div>",
            asked.def.id,
            esc(&asked.href(&[])),
            view.t("件を選択中", "chosen"),
            view.t("選んだものをまとめて変える", "Change the chosen")
        );
    }
    out.raw(&table.draw(view).0);
    if choose {
        out.raw("</form>");
    }
    pages(view, asked, page, out);
    columns_form(view, asked, columns, out);
}

fn pages(view: &View<'_>, asked: &Asked, page: &ListPage, out: &mut Html) {
    put!(out, "<nav class=\"pages\" aria-label=\"{}\">", view.t("ページ", "Pages"));
    if asked.after.is_some() {
        let (last, rest) = asked.back.split_last().map_or(("", &[][..]), |(l, r)| (l.as_str(), r));
        let back = rest.join("~");
        let last = if last == "-" { "" } else { last };
        put!(
            out,
            "<a class=\"btn btn-small\" rel=\"prev\" href=\"{}\" data-fragment=\"#list\">{}</a>",
            esc(&asked.href(&[("after", last), ("back", &back)])),
            view.t("前へ", "Previous")
        );
    }
    put!(
        out,
        "<span>{}</span>",
        view.t("{}件ずつ", "{} a page").replace("{}", &asked.limit.to_string())
    );
    if let Some(next) = &page.next {
        let mut back: Vec<&str> = asked.back.iter().map(String::as_str).collect();
        back.push(asked.after.as_deref().unwrap_or("-"));
        let from = back.len().saturating_sub(12);
        let back = back.get(from..).unwrap_or_default().join("~");
        put!(
            out,
            "<a class=\"btn btn-small\" rel=\"next\" href=\"{}\" data-fragment=\"#list\">{}</a>",
            esc(&asked.href(&[("after", next), ("back", &back)])),
            view.t("次へ", "Next")
        );
    }
    out.raw("</nav>");
}

fn columns_form(view: &View<'_>, asked: &Asked, columns: &[&'static FieldDef], out: &mut Html) {
    put!(
        out,
        "<details class=\"part screen-only\"><summary>{}</summary><form method=\"post\" action=\"/r/{}/columns\"><input type=\"hidden\" name=\"_back\" value=\"{}\"><div class=\"checks-list\">",
        view.t("表示する列を選ぶ", "Choose columns"),
        asked.def.id,
        esc(&asked.href(&[]))
    );
    for f in asked.def.fields.iter().filter(|f| !f.title) {
        put!(
            out,
            "<label class=\"tick\"><input type=\"checkbox\" name=\"c\" value=\"{}\"{}><span>{}</span></label>",
            f.id,
            if columns.iter().any(|c| c.id == f.id) { " checked" } else { "" },
            esc(f.label.get(view.lang))
        );
    }
    put!(
        out,
        "</div><div class=\"actions\"><button class=\"btn btn-small\">{}</button></div></form></details>",
        view.t("この列で表示する", "Show these")
    );
}

fn teach(me: &Signed, view: &View<'_>, def: &'static RegisterDef, out: &mut Html) {
    put!(
        out,
        "<div class=\"empty\">{}<h2>{}</h2><p>{}</p><p>{}</p><div class=\"actions\">",
        crate::markup!(
            "<svg class=\"icon empty-icon\" aria-hidden=\"true\"><use href=\"{}#{}\"/></svg>",
            crate::assets::asset("icons.svg"),
            def.wing.id()
        ),
        esc(&view
            .t("まだ{}がありません", "No records yet: {}")
            .replace("{}", def.label.get(view.lang))),
        esc(def.about.get(view.lang)),
        esc(def.purpose.get(view.lang))
    );
    if may(me, def, Action::Create) {
        first_entry(view, def, out);
        put!(
            out,
            "<a class=\"btn btn-primary\" href=\"/r/{}/new\">{}{}</a>",
            def.id,
            icon("plus"),
            view.t("最初の1件を登録する", "Register the first")
        );
    }
    out.raw("</div></div>");
}

/// What a good first entry holds, from the fields themselves: those that must be given and those
/// that the list shows, each with its help or what it takes; and what comes after it.
fn first_entry(view: &View<'_>, def: &'static RegisterDef, out: &mut Html) {
    let fields = crate::render::form::typed_fields(def);
    let good: Vec<_> = fields.iter().filter(|f| f.required || f.list).take(6).collect();
    if good.is_empty() {
        return;
    }
    put!(
        out,
        "</div><details class=\"empty-example\" open><summary>{}</summary><dl class=\"facts is-tight\">",
        view.t("はじめの1件に書くこと", "What a good first entry holds")
    );
    for f in good {
        let help = f.help.get(view.lang);
        let hint = if help.is_empty() { takes(view, f) } else { help.to_owned() };
        put!(
            out,
            "<div><dt>{}{}</dt><dd>{}</dd></div>",
            esc(f.label.get(view.lang)),
            if f.required { view.t("（必須）", " (required)") } else { "" },
            esc(&hint)
        );
    }
    let checks = okiagari_model::rules().filter(|r| r.register == def.id).count();
    let next = if checks > 0 {
        view.t(
            "登録すると、足りないところが「不備」に出ます。一つずつ埋めれば仕上がります。",
            "Once it is registered, what is still missing shows as findings; mend them one by one.",
        )
    } else {
        view.t(
            "登録すると、一覧と検索に出て、ほかの記録から選べるようになります。",
            "Once it is registered, it is listed, found, and can be chosen from other records.",
        )
    };
    put!(out, "</dl><p>{next}</p></details><div class=\"actions\">");
}

/// What a field takes, in words.
fn takes(view: &View<'_>, f: &okiagari_model::FieldDef) -> String {
    use okiagari_model::FieldKind as K;
    let of = |r: &str| {
        okiagari_model::register(r).map_or(String::new(), |d| d.label.get(view.lang).to_owned())
    };
    match f.kind {
        K::Choice(c) | K::Choices(c) => {
            let some = c.options.iter().take(3).map(|o| o.label.get(view.lang));
            some.collect::<Vec<_>>().join(view.t("・", ", ")) + view.t(" など", ", …")
        }
        K::Ref(r) | K::Refs(r) => view.t("「{}」から選ぶ", "chosen from: {}").replace("{}", &of(r)),
        K::AnyRef => view.t("ほかの記録から選ぶ", "another record").to_owned(),
        K::Date => view.t("日付", "a day").to_owned(),
        K::Time => view.t("日時", "day and time").to_owned(),
        K::Minutes => view.t("分で入れる（例: 60）", "minutes, for example 60").to_owned(),
        K::Yen => view.t("円で入れる", "an amount in yen").to_owned(),
        K::Int => view.t("数", "a number").to_owned(),
        K::Bool => view.t("はい・いいえ", "yes or no").to_owned(),
        K::Rows(_) => view.t("行を足して書く", "line by line").to_owned(),
        K::Text | K::Texts => view.t("短い言葉で", "a few words").to_owned(),
        K::LongText => view.t("文章で", "in sentences").to_owned(),
    }
}

fn past(view: &View<'_>, asked: &Asked, out: &mut Html) {
    match asked.at {
        Some(at) => put!(
            out,
            "<div class=\"asof is-past\"><p><b>{}</b> {}</p><a class=\"btn btn-small\" href=\"{}\">{}</a></div>",
            esc(&at.show(view.lang, view.zone)),
            view.t("の姿です", "— as it was then"),
            esc(&asked.href(&[("at", "")])),
            view.t("今に戻る", "Back to now")
        ),
        None => put!(
            out,
            "<form class=\"asof\" method=\"get\" action=\"/r/{}\"><label for=\"at\">{}</label><input class=\"input\" type=\"datetime-local\" id=\"at\" name=\"at\"><button class=\"btn btn-small\">{}</button></form>",
            asked.def.id,
            view.t("この日時の姿を見る", "See it as it was at"),
            view.t("見る", "See")
        ),
    }
}

fn cookie_name(def: &RegisterDef) -> String {
    format!("okiagari_cols_{}", def.id)
}

/// The columns chosen in this browser, or those of the definition.
fn chosen(headers: &HeaderMap, def: &'static RegisterDef) -> Vec<&'static FieldDef> {
    let listed: Vec<&'static FieldDef> = cookie(headers, &cookie_name(def))
        .map(|c| c.split('.').filter_map(|id| def.field(id)).collect())
        .unwrap_or_default();
    if listed.is_empty() { def.fields.iter().filter(|f| f.list).collect() } else { listed }
}

pub async fn columns(me: Signed, Path(id): Path<String>, posted: Posted) -> Response {
    let Ok(def) = register(&id) else { return crate::error::page(&me, &AppError::NotFound) };
    let ids: Vec<&str> = posted.all("c").filter_map(|c| def.field(c)).map(|f| f.id).collect();
    let mut response = redirect(own_place(posted.get("_back")));
    set_cookie(&me.web, &mut response, &cookie_name(def), &ids.join("."), Some(34_560_000), true);
    response
}

pub async fn csv(me: Signed, Path(id): Path<String>) -> Response {
    export(me, id, Format::Csv).await
}

pub async fn xlsx(me: Signed, Path(id): Path<String>) -> Response {
    export(me, id, Format::Xlsx).await
}

async fn export(me: Signed, id: String, format: Format) -> Response {
    me.run(move |me| {
        let def = register(&id)?;
        let asked = Asked::read(def, me.uri.query().unwrap_or_default(), &me.ctx.zone)?;
        if !policy::may(&me.ctx.subject, def, Action::Read) {
            return Err(AppError::Forbidden("read"));
        }
        let request = request(me, &asked)?.ok_or(AppError::NotFound)?;
        let request = ListRequest { after: None, ..request };
        let bytes = me.web.app.export(&me.ctx, &request, format)?;
        let (kind, ext) = match format {
            Format::Csv => ("text/csv; charset=utf-8", "csv"),
            Format::Xlsx => {
                ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
            }
        };
        let day = me.web.app.now().date(&me.ctx.zone).map_or_else(String::new, |d| d.to_string());
        Ok(download(bytes, kind, &format!("{}-{day}.{ext}", def.id)))
    })
    .await
}

/// A file to be kept, with a name for any script.
pub fn download(bytes: Vec<u8>, kind: &str, name: &str) -> Response {
    let ascii: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' })
        .collect();
    let place = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{}", enc(name));
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, place)], bytes)
        .into_response()
}
