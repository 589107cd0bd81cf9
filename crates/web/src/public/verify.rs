//! Checking the record: the state of this organisation's record, files that somebody brings, and
//! the commands by which others check it with public tools.

use crate::respond::parts::{Html, Ui, render};
use askama::Template;

/// How one check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// It could not be shown.
    Open,
}

impl Outcome {
    /// From what the app says: `None` could not be shown.
    pub fn of(ok: Option<bool>) -> Self {
        match ok {
            Some(true) => Outcome::Pass,
            Some(false) => Outcome::Fail,
            None => Outcome::Open,
        }
    }

    /// The word of the style sheet.
    pub fn id(&self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::Open => "open",
        }
    }

    /// Its word, so that colour is never alone.
    pub fn word(&self, ui: &Ui) -> String {
        match self {
            Outcome::Pass => ui.t("確認できました", "Holds"),
            Outcome::Fail => ui.t("合いません", "Does not hold"),
            Outcome::Open => ui.t("ここでは示せません", "Cannot be shown here"),
        }
        .to_owned()
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// How it came out.
    pub outcome: Outcome,
    /// In a plain sentence.
    pub text: String,
}

/// A verification that runs or has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// Never since the program started.
    Never,
    /// Done so far, of all.
    Going(u64, u64),
    /// Finished.
    Done(Report),
    /// It could not be carried out.
    Broken(String),
}

/// The result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What was checked.
    pub what: String,
    /// The checks.
    pub checks: Vec<Check>,
    /// When.
    pub at: Option<okiagari_model::Time>,
}

impl Report {
    /// All checks that could be made hold, and there was at least one.
    pub fn good(&self) -> bool {
        self.checks.iter().any(|c| c.outcome == Outcome::Pass)
            && self.checks.iter().all(|c| c.outcome != Outcome::Fail)
    }

    /// Some checks could not be made.
    pub fn open(&self) -> bool {
        self.checks.iter().any(|c| c.outcome == Outcome::Open)
    }

    /// Tone of the verdict.
    pub fn tone(&self) -> &'static str {
        // What could not be shown is listed; it is no fault of what was.
        if self.good() { "good" } else { "danger" }
    }
}

/// The page.
#[derive(Debug, Clone)]
pub struct Verify {
    /// Organisation of whoever is signed in; without an account only files are checked.
    pub org: Option<String>,
    /// State of the organisation's own verification.
    pub run: Run,
    /// Result of a file that was brought.
    pub upload: Option<Report>,
    /// Result of a package that was brought.
    pub package: Option<Html>,
    /// What is wrong with the file.
    pub problem: Option<String>,
    /// The newest checkpoint, as text.
    pub checkpoint: Option<String>,
    /// Key to check it with.
    pub vkey: Option<String>,
}

impl Verify {
    /// Still running: the page asks again by itself.
    pub fn going(&self) -> bool {
        matches!(self.run, Run::Going(..))
    }
}

#[derive(Template)]
#[template(path = "public/verify.html")]
struct Page<'a> {
    ui: &'a Ui,
    v: &'a Verify,
}

#[derive(Template)]
#[template(path = "public/verify_report.html")]
struct ReportPart<'a> {
    ui: &'a Ui,
    r: &'a Report,
}

/// The page.
pub fn page(ui: &Ui, v: &Verify) -> Html {
    render(&Page { ui, v })
}

/// A result as a short report.
pub fn report(ui: &Ui, r: &Report) -> Html {
    render(&ReportPart { ui, r })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::respond::sample::{NOW, tidy, ui};
    use okiagari_model::Lang;

    fn check(outcome: Outcome, text: &str) -> Check {
        Check { outcome, text: text.into() }
    }

    #[test]
    fn one_failed_check_decides_and_what_cannot_be_shown_is_said() {
        let mut r = Report {
            checks: vec![check(Outcome::Pass, "a"), check(Outcome::Open, "b")],
            ..Report::default()
        };
        assert!(r.open());
        assert_eq!(r.tone(), "good");
        r.checks.push(check(Outcome::Fail, "c"));
        assert_eq!(r.tone(), "danger");
        assert_eq!(Report::default().tone(), "danger", "nothing checked is no proof");
    }

    #[test]
    fn a_failed_check_is_told_by_word_and_mark_not_by_colour_alone() {
        let ui = ui(Lang::Ja);
        let html = report(
            &ui,
            &Report {
                checks: vec![check(Outcome::Fail, "葉 12 が違います")], ..Report::default()
            },
        )
        .0;
        assert!(html.contains("合いません") && html.contains("data-result=\"fail\""));
    }

    #[test]
    fn the_page_reads_in_both_languages() {
        for lang in [Lang::Ja, Lang::En] {
            let (ui, tag) = (ui(lang), lang.tag());
            let done = Report {
                what: "あさひ商店".into(),
                at: Some(NOW),
                checks: vec![
                    check(
                        Outcome::Pass,
                        ui.t("葉 1,204 件を計算し直しました。", "1,204 leaves recomputed."),
                    ),
                    check(
                        Outcome::Open,
                        ui.t(
                            "外の控えがないため切り取りは示せません。",
                            "Truncation cannot be shown without an outside checkpoint.",
                        ),
                    ),
                ],
            };
            let mut v = Verify {
                org: Some("あさひ商店".into()),
                run: Run::Done(done.clone()),
                upload: Some(done),
                package: None,
                problem: None,
                checkpoint: Some("okiagari.example/asahi\n1204\nabc=\n\n— okiagari".into()),
                vkey: Some("okiagari.example/asahi+1a2b+AAAA".into()),
            };
            insta::assert_snapshot!(format!("verify_{tag}"), tidy(&page(&ui, &v)));
            v.run = Run::Going(300, 1_204);
            let html = page(&ui, &v).0;
            assert!(html.contains("value=\"300\"") && html.contains("max=\"1204\""));
            let outside = Verify {
                org: None,
                run: Run::Never,
                upload: None,
                package: None,
                problem: Some(ui.t("読めません", "unreadable").into()),
                checkpoint: None,
                vkey: None,
            };
            insta::assert_snapshot!(format!("verify_outside_{tag}"), tidy(&page(&ui, &outside)));
        }
    }
}
