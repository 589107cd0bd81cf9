//! Reporting without an account: the form, the receipt, following a report, the paper form.

use crate::respond::act::{Form, get};
use crate::respond::parts::{Html, Ui, render};
use askama::Template;
use okiagari_model::{FieldProblem, Message, Time, Zone};

/// The form with what was typed so far.
#[derive(Debug, Clone, Default)]
pub struct ReportForm {
    /// Address the form is sent to.
    pub action: String,
    /// Name of the organisation.
    pub org: String,
    /// What people who report are promised, in the organisation's words.
    pub promise: String,
    /// Whom to call when it is urgent.
    pub phone: String,
    /// Reports are taken here; if not, only whom to call is shown.
    pub open: bool,
    /// Signed in: the name is known, and the report counts as verified.
    pub verified: Option<String>,
    /// Instant at which the form was written, in milliseconds; sent back with it.
    pub asked_at: i64,
    /// Where the blank paper form is.
    pub paper: String,
    /// Where a report is followed.
    pub follow: String,
    /// What was typed.
    pub what: String,
    /// Where.
    pub place: String,
    /// When, as typed.
    pub at: String,
    /// Situation.
    pub situation: String,
    /// Name.
    pub name: String,
    /// Contact.
    pub contact: String,
    /// Nearly happened.
    pub nearly: bool,
    /// A weakness was found: a vulnerability, a wrong setting, a state open to abuse.
    pub weakness: bool,
    /// What needs mending.
    pub problems: Vec<(String, String)>,
}

impl ReportForm {
    /// What is wrong with a field.
    pub fn problem(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|(f, _)| f == field).map(|(_, m)| m.as_str())
    }

    /// Takes over what was typed, so that nothing is lost when something needs mending.
    pub fn keep(&mut self, form: &Form) {
        let of = |name: &str| get(form, name).to_owned();
        self.what = of("what");
        self.place = of("place");
        self.at = of("at");
        self.situation = of("situation");
        self.name = of("name");
        self.contact = of("contact");
        self.nearly = !of("nearly").is_empty();
        self.weakness = !of("weakness").is_empty();
    }

    /// Takes over the problems, in the reader's language.
    pub fn wrong(&mut self, ui: &Ui, problems: &[FieldProblem]) {
        let field = |f: &str| match f {
            "detected_at" => "at".to_owned(),
            "reporter_name" => "name".to_owned(),
            "reporter_contact" => "contact".to_owned(),
            other => other.to_owned(),
        };
        self.problems =
            problems.iter().map(|p| (field(&p.field), p.message.get(ui.lang).to_owned())).collect();
    }
}

/// A report as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// What was noticed.
    pub what: String,
    /// Where.
    pub place: Option<String>,
    /// When it was noticed.
    pub detected_at: Time,
    /// What was done so far.
    pub situation: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// How to reach that person.
    pub contact: Option<String>,
    /// Nearly happened.
    pub nearly: bool,
    /// A weakness was found: a vulnerability, a wrong setting, a state open to abuse.
    pub weakness: bool,
    /// Content of the field that people do not see.
    pub trap: String,
    /// Milliseconds from writing the form to sending it; 0 where that cannot be told.
    pub elapsed_ms: i64,
}

/// Reads the form.
///
/// # Errors
/// The fields that need mending.
pub fn read(form: &Form, now: Time, zone: &Zone) -> Result<Typed, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let some = |name: &str| Some(get(form, name).trim().to_owned()).filter(|t| !t.is_empty());
    let what = get(form, "what").replace("\r\n", "\n").trim().to_owned();
    if what.is_empty() {
        problems.push(FieldProblem::new(
            "what",
            "required",
            Message::new(
                "気づいたことを一言だけでも書いてください。",
                "Please write what you noticed, one word is enough.",
            ),
        ));
    }
    let mut detected_at = now;
    if let Some(typed) = some("at") {
        match Time::parse(&typed, zone) {
            Some(t) if t <= now.plus(5 * okiagari_model::MINUTE) => detected_at = t.min(now),
            Some(_) => problems.push(FieldProblem::new(
                "at",
                "in_future",
                Message::new(
                    "これからの日時になっています。気づいた日時を選んでください。",
                    "This lies in the future. Choose when you noticed it.",
                ),
            )),
            None => problems.push(FieldProblem::new(
                "at",
                "wrong_type",
                Message::new(
                    "日時を 2026-11-21 14:03 のように入れるか、空のままにしてください。",
                    "Give it as 2026-11-21 14:03, or leave it empty.",
                ),
            )),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let elapsed_ms =
        get(form, "asked_at").parse::<i64>().map_or(0, |t| now.millis().saturating_sub(t).max(0));
    Ok(Typed {
        what,
        place: some("place"),
        detected_at,
        situation: some("situation"),
        name: some("name"),
        contact: some("contact"),
        nearly: some("nearly").is_some(),
        weakness: some("weakness").is_some(),
        trap: get(form, "website").to_owned(),
        elapsed_ms,
    })
}

/// The receipt.
#[derive(Debug, Clone, Default)]
pub struct Receipt {
    /// Receipt number.
    pub number: String,
    /// Words that let the reporter follow and add; none for signed-in reporters.
    pub secret: Option<String>,
    /// What happens next, in the organisation's own words.
    pub next: String,
    /// Whom to call.
    pub phone: String,
    /// Where to follow it.
    pub follow: String,
}

/// Where a report stands, for its reporter.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Name of the organisation.
    pub org: String,
    /// Address of the page.
    pub action: String,
    /// Receipt number.
    pub number: String,
    /// The words of the receipt.
    pub secret: String,
    /// State.
    pub state: String,
    /// Answer.
    pub answer: Option<String>,
    /// When it was reported.
    pub reported_at: Option<Time>,
    /// What was added since.
    pub additions: Vec<String>,
    /// Something was added just now.
    pub added: bool,
    /// Whom to call.
    pub phone: String,
    /// Number or words do not fit, or nothing was asked for yet.
    pub found: bool,
    /// Something was asked for.
    pub asked: bool,
}

macro_rules! pages {
    ($($(#[$doc:meta])* $function:ident $name:ident $path:literal $field:ident $value:ty;)*) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> { ui: &'a Ui, $field: &'a $value }
        $(#[$doc])*
        pub fn $function(ui: &Ui, $field: &$value) -> Html { render(&$name { ui, $field }) }
    )*};
}

pages! {
    /// The form: three questions on one screen.
    form_page FormPage "public/report.html" form ReportForm;
    /// The receipt.
    receipt_page ReceiptPage "public/receipt.html" receipt Receipt;
    /// Asking for a report by number, and what came of it.
    follow_page FollowPage "public/follow.html" status Status;
    /// The blank short form on paper (TK-66).
    paper_page PaperPage "public/paper.html" form ReportForm;
}

#[derive(Template)]
#[template(path = "public/which.html")]
struct WhichPage<'a> {
    ui: &'a Ui,
}

/// Asks to which organisation a report goes, where a server serves several.
pub fn which_page(ui: &Ui) -> Html {
    render(&WhichPage { ui })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::respond::sample::{NOW, tidy, ui};
    use okiagari_model::{Lang, MINUTE};

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    fn blank() -> ReportForm {
        ReportForm {
            action: "/report/acme".into(),
            org: "あさひ商店".into(),
            promise: "報告した人を責めることはありません。".into(),
            phone: "03-1234-5678".into(),
            open: true,
            asked_at: NOW.millis(),
            paper: "/report/acme/paper".into(),
            follow: "/report/acme/follow".into(),
            ..ReportForm::default()
        }
    }

    #[test]
    fn only_the_first_question_is_obligatory() {
        let got = read(&form(&[("what", "変なメール")]), NOW, &Zone::tokyo()).unwrap();
        assert_eq!((got.what.as_str(), got.detected_at, got.place), ("変なメール", NOW, None));
        let problems =
            read(&form(&[("what", " "), ("at", "昼ごろ")]), NOW, &Zone::tokyo()).unwrap_err();
        let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["what", "at"]);
    }

    #[test]
    fn the_time_from_asking_to_sending_is_told_and_a_made_up_one_counts_as_none() {
        let sent = |t: &str| {
            read(&form(&[("what", "x"), ("asked_at", t)]), NOW, &Zone::tokyo()).unwrap().elapsed_ms
        };
        assert_eq!(sent(&NOW.plus(-MINUTE).millis().to_string()), MINUTE);
        assert_eq!(sent("99999999999999"), 0);
        assert_eq!(sent("soon"), 0);
    }

    #[test]
    fn a_moment_in_the_future_is_refused() {
        let got = read(&form(&[("what", "x"), ("at", "2027-01-01T10:00")]), NOW, &Zone::tokyo());
        assert_eq!(got.unwrap_err()[0].code, "in_future");
    }

    #[test]
    fn the_form_keeps_what_was_typed_and_says_what_is_wrong_at_its_field() {
        let ui = ui(Lang::Ja);
        let mut page = blank();
        let sent = form(&[("what", ""), ("place", "経理の<PC>"), ("nearly", "on"), ("name", "花")]);
        page.keep(&sent);
        page.wrong(&ui, &read(&sent, NOW, &Zone::tokyo()).unwrap_err());
        let html = form_page(&ui, &page).0;
        assert!(html.contains("経理の&#60;PC&#62;") && html.contains("一言だけでも"), "{html}");
        assert!(
            html.contains(r#"aria-invalid="true""#)
                && html.contains(r#"name="nearly" value="on" checked"#)
        );
    }

    #[test]
    fn pages_read_in_both_languages() {
        for lang in [Lang::Ja, Lang::En] {
            let (ui, tag) = (ui(lang), lang.tag());
            insta::assert_snapshot!(format!("report_{tag}"), tidy(&form_page(&ui, &blank())));
            let receipt = Receipt {
                number: "R-12".into(),
                secret: Some("kaki-umi-sora".into()),
                next: ui.t("担当が確認します。", "The desk looks at it.").into(),
                phone: "03-1234-5678".into(),
                follow: "/report/acme/follow".into(),
            };
            insta::assert_snapshot!(format!("receipt_{tag}"), tidy(&receipt_page(&ui, &receipt)));
            let status = Status {
                org: "あさひ商店".into(),
                action: "/report/acme/follow".into(),
                number: "R-12".into(),
                secret: "kaki".into(),
                state: ui.t("確認中", "Being looked at").into(),
                answer: Some("ありがとうございます。".into()),
                reported_at: Some(NOW),
                additions: vec!["もう一通届いた".into()],
                added: true,
                found: true,
                asked: true,
                phone: String::new(),
            };
            insta::assert_snapshot!(format!("follow_{tag}"), tidy(&follow_page(&ui, &status)));
            insta::assert_snapshot!(format!("paper_{tag}"), tidy(&paper_page(&ui, &blank())));
        }
    }

    #[test]
    fn a_closed_desk_shows_whom_to_call_and_no_form() {
        let html = form_page(&ui(Lang::Ja), &ReportForm { open: false, ..blank() }).0;
        assert!(html.contains("tel:0312345678") && !html.contains("<textarea"));
    }
}
