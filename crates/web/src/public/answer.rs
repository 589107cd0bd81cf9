//! Answering a round (照会) without an account: the party asked sees its own line only.

use crate::respond::act::{Form, get};
use crate::respond::parts::{Html, Ui, render};
use askama::Template;

/// What the party asked sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Address of the page.
    pub action: String,
    /// Who asks.
    pub org: String,
    /// Subject.
    pub title: String,
    /// Question.
    pub question: String,
    /// Wanted by.
    pub due_on: String,
    /// What is on record of the party: label, value.
    pub facts: Vec<(String, String)>,
    /// Answered before: state and words.
    pub answered: Option<(String, String)>,
    /// The round is over.
    pub closed: bool,
    /// Just sent.
    pub sent: bool,
    /// What needs mending.
    pub problem: Option<String>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `confirmed` or `changed`.
    pub state: &'static str,
    /// In words.
    pub text: String,
}

/// Reads the form. A change without words says nothing, so it is not taken.
///
/// # Errors
/// `false`: nothing was chosen; `true`: the words are missing or too long.
pub fn read(form: &Form) -> Result<Answer, bool> {
    let text = get(form, "text").trim().to_owned();
    match get(form, "state") {
        "confirmed" => Ok(Answer { state: "confirmed", text }),
        "changed" if text.is_empty() || text.chars().count() > 200 => Err(true),
        "changed" => Ok(Answer { state: "changed", text }),
        _ => Err(false),
    }
}

#[derive(Template)]
#[template(path = "public/answer.html")]
struct Page<'a> {
    ui: &'a Ui,
    a: &'a Asked,
}

/// The page.
pub fn page(ui: &Ui, a: &Asked) -> Html {
    render(&Page { ui, a })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::respond::sample::{tidy, ui};
    use okiagari_model::Lang;

    #[test]
    fn a_change_needs_words_and_a_confirmation_none() {
        let form = |s: &str, t: &str| {
            vec![("state".to_owned(), s.to_owned()), ("text".to_owned(), t.to_owned())]
        };
        assert_eq!(read(&form("confirmed", "")).unwrap().state, "confirmed");
        assert_eq!(read(&form("changed", "番号が 03-9 に")).unwrap().text, "番号が 03-9 に");
        assert_eq!(read(&form("changed", " ")), Err(true));
        assert_eq!(read(&form("", "")), Err(false));
        assert_eq!(read(&form("changed", &"あ".repeat(201))), Err(true));
    }

    #[test]
    fn the_page_reads_in_both_languages() {
        for lang in [Lang::Ja, Lang::En] {
            let (ui, tag) = (ui(lang), lang.tag());
            let mut a = Asked {
                action: "/answer/r1/0/x".into(),
                org: "あさひ商店".into(),
                title: "連絡先の確認".into(),
                question: "番号は変わっていませんか".into(),
                due_on: "2026-12-01".into(),
                facts: vec![("電話".into(), "03-1".into())],
                ..Asked::default()
            };
            insta::assert_snapshot!(format!("answer_{tag}"), tidy(&page(&ui, &a)));
            a.sent = true;
            a.answered = Some((ui.t("確認済み", "Confirmed").into(), String::new()));
            insta::assert_snapshot!(format!("answered_{tag}"), tidy(&page(&ui, &a)));
            a.closed = true;
            assert!(!page(&ui, &a).0.contains("<form"));
        }
    }
}
