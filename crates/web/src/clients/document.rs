//! The attestation as a document in Japanese and English, drawn from its typed content.

use crate::respond::documents::Paper;
use crate::respond::parts::{Html, Ui, render};
use askama::Template;
use okiagari_model::reconnect::assurance_item::{AssuranceTopic, B_PARTS, ItemState};
use okiagari_model::reconnect::attestation::Scenario;
use okiagari_model::reconnect::attestation_signature::Responsibility;
use okiagari_model::reconnect::statement::{Piece, Statement};
use okiagari_model::{Choice, Lang, Record};

/// One piece as it is printed.
#[derive(Debug, Clone)]
pub struct Printed {
    /// Title.
    pub title: String,
    /// Words.
    pub text: String,
    /// State in words, with the date or the reason.
    pub state: String,
    /// How many pieces of evidence stand behind it.
    pub evidence: usize,
    /// Titles of what test results try.
    pub tests: Vec<String>,
}

/// One signature.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Name and post.
    pub name: String,
    /// Post.
    pub post: String,
    /// What for.
    pub duty: String,
    /// Authority shown.
    pub authority: String,
    /// When.
    pub at: String,
}

/// The document.
#[derive(Debug, Clone)]
pub struct Attested {
    /// Head and foot.
    pub paper: Paper,
    /// Content.
    pub said: Statement,
    /// State of the attestation in words.
    pub state: String,
    /// Whether it may be relied on.
    pub good: bool,
    /// From and until.
    pub valid: (String, String),
    /// Digest of the content; empty while it is a draft.
    pub digest: String,
    /// Signatures under this content.
    pub signatures: Vec<Signed>,
}

/// The signatures under a content.
pub fn signatures(ui: &Ui, of: &[Record], digest: &str) -> Vec<Signed> {
    let mut under: Vec<&Record> =
        of.iter().filter(|s| !digest.is_empty() && s.text("digest") == digest).collect();
    under.sort_by_key(|s| (s.time("signed_at"), s.id.clone()));
    under
        .into_iter()
        .map(|s| Signed {
            name: s.text("name").to_owned(),
            post: s.text("post").to_owned(),
            duty: duties(ui, s),
            authority: s.text("authority").to_owned(),
            at: s.time("signed_at").map_or_else(String::new, |t| ui.when(&t)),
        })
        .collect()
}

/// For what a signer answers, in words.
pub fn duties(ui: &Ui, of: &Record) -> String {
    let duties = of.ids("responsibility").into_iter().filter_map(Responsibility::from_id);
    duties.map(|r| r.label().get(ui.lang)).collect::<Vec<_>>().join(ui.t("、", ", "))
}

/// What a document says in one language.
#[derive(Debug, Clone)]
pub struct Words {
    /// The language's writer.
    pub ui: Ui,
    /// Scope line.
    pub scope: String,
    /// Scenario.
    pub scenario: String,
    /// List A: letter and name, pieces.
    pub a: Vec<(String, Vec<Printed>)>,
    /// List B: number, name and the pieces by title.
    pub b: Vec<(u8, String, Vec<Printed>)>,
    /// What is open.
    pub open: Vec<String>,
}

/// The words of a document in a language.
pub fn words(ui: &Ui, lang: Lang, said: &Statement) -> Words {
    let ui = Ui { lang, ..ui.clone() };
    let scope = match lang {
        Lang::En if !said.scope_en.is_empty() => &said.scope_en,
        _ => &said.scope,
    };
    let label = |t: AssuranceTopic| t.label().get(lang).to_owned();
    let letters = AssuranceTopic::ALL.into_iter().filter(|t| t.a().is_some());
    let a = letters
        .map(|t| (label(t), said.of_topic(t).map(|p| printed(&ui, said, p)).collect()))
        .collect();
    let b = B_PARTS
        .iter()
        .map(|(n, name)| {
            let of = said.of_part(*n).map(|p| printed(&ui, said, p)).collect();
            (*n, name.get(lang).to_owned(), of)
        })
        .collect();
    let scenario = Scenario::from_id(&said.scenario);
    Words {
        scope: scope.clone(),
        scenario: scenario.map_or_else(String::new, |s| s.label().get(lang).to_owned()),
        open: said.open_items(lang),
        a,
        b,
        ui,
    }
}

fn printed(ui: &Ui, said: &Statement, p: &Piece) -> Printed {
    let text = if ui.lang == Lang::En && !p.text_en.is_empty() { &p.text_en } else { &p.text };
    let state = ItemState::from_id(&p.state).map_or("", |s| s.label().get(ui.lang));
    let more = match ItemState::from_id(&p.state) {
        Some(ItemState::UnderWay) => ui.f("（予定 {}）", " (expected {})", &p.expected_on),
        Some(ItemState::NotApplicable) => ui.f("（理由 {}）", " (reason: {})", &p.why_not),
        _ => String::new(),
    };
    let held = ui.t("法的な理由により、内容を記していません。", "Held back for a legal reason.");
    let title = |id: &str| {
        let of = said.pieces.iter().find(|o| o.item == id);
        of.map_or_else(|| id.to_owned(), |o| o.title.clone())
    };
    Printed {
        title: p.title.clone(),
        text: if p.held_back { held.to_owned() } else { text.clone() },
        state: format!("{state}{more}"),
        evidence: p.evidence.len(),
        tests: p.tests.iter().map(|id| title(id)).collect(),
    }
}

#[derive(Template)]
#[template(path = "clients/attestation.html")]
struct AttestationPage<'a> {
    ui: &'a Ui,
    doc: &'a Attested,
    langs: &'a [Words],
}

/// The document: in the reader's language first, then in the other.
pub fn page(ui: &Ui, doc: &Attested) -> Html {
    let langs = [ui.lang, if ui.lang == Lang::Ja { Lang::En } else { Lang::Ja }]
        .map(|lang| words(ui, lang, &doc.said));
    render(&AttestationPage { ui, doc, langs: &langs })
}
