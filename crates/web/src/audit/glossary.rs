//! The vocabulary as a page and as a file to share with other organisations (G7-16).

use crate::frame::Page;
use crate::records::download;
use crate::respond::document_pages::all;
use crate::respond::load;
use crate::respond::parts::{Ui, render};
use crate::web::Web;
use crate::who::Signed;
use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use okiagari_model::reconnect::framework::Framework;
use okiagari_model::vocabulary::{TERMS, Term};
use okiagari_model::{Cond, Record, Register};
use okiagari_press::{Column, ColumnKind, Sheet, to_csv};

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/glossary", get(page)).route("/glossary.csv", get(csv))
}

#[derive(Template)]
#[template(path = "audit/glossary.html")]
struct Glossary<'a> {
    ui: &'a Ui,
    terms: &'static [Term],
    /// Id and name of a framework in force, with its own terms.
    frameworks: &'a [(String, String, Vec<[String; 4]>)],
}

/// The terms of a framework: term, in English, meaning, what another framework calls it.
fn own_terms(framework: &Record) -> Vec<[String; 4]> {
    let cell = |row: &okiagari_model::Body, field: &str| {
        row.get(field).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
    };
    let fields = ["term", "term_en", "meaning", "elsewhere"];
    framework.rows("terms").map(|row| fields.map(|f| cell(row, f))).collect()
}

async fn page(me: Signed) -> Response {
    me.run(|me| {
        let ui = load::ui(me);
        // Terms of frameworks in force, with what others call them.
        let frameworks: Vec<_> = all(me, Framework::DEF, vec![Cond::eq("state", "approved")])?
            .iter()
            .map(|f| (f.id.as_str().to_owned(), f.own_title(me.lang()).to_owned(), own_terms(f)))
            .collect();
        let body = render(&Glossary { ui: &ui, terms: TERMS, frameworks: &frameworks });
        Ok(Page::of(me, me.t("用語", "Vocabulary"))
            .lead(me.t(
                "画面と文書は、どれもこの用語で書かれています。相手と言葉を合わせるときに渡せます。",
                "Every page and document is written in these terms. Hand them to others to speak alike.",
            ))
            .show(&body))
    })
    .await
}

async fn csv(me: Signed) -> Response {
    me.run(|_| {
        let columns = ["id", "ja", "en", "meaning_ja", "meaning_en"];
        let rows = TERMS.iter().map(|t| {
            [t.id, t.term.ja, t.term.en, t.meaning.ja, t.meaning.en].map(Into::into).into()
        });
        let sheet = Sheet {
            title: "vocabulary".into(),
            columns: columns.map(|c| Column::new(c, c, ColumnKind::Text)).into(),
            rows: rows.collect(),
        };
        Ok(download(to_csv(&sheet), "text/csv; charset=utf-8", "vocabulary.csv"))
    })
    .await
}
