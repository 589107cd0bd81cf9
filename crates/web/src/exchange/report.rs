//! What a check of a package found, for people.

use super::told::{self, Told};
use crate::public::verify::{Check, Outcome};
use crate::respond::parts::{Html, Ui, render};
use askama::Template;
use okiagari_model::{Lang, Time};
use okiagari_seal::package::{EvidenceState, Report, Trust, Words};

/// How many files are named; the rest is counted.
const NAMED: usize = 50;

/// A report in words.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Nothing failed.
    pub good: bool,
    /// What is stated.
    pub told: Option<Told>,
    /// Checks, what failed first.
    pub checks: Vec<Check>,
    /// SHA-256 of the statement.
    pub digest: String,
    /// Files: name, what was found, whether it is as it should be.
    pub files: Vec<(String, String, bool)>,
    /// Files that are not named here.
    pub more: usize,
}

impl Seen {
    /// A report in words.
    pub fn of(ui: &Ui, report: &Report) -> Self {
        let own = |w: Words| match ui.lang {
            Lang::Ja => w.ja,
            Lang::En => w.en,
        };
        let check = |outcome, text| Check { outcome, text };
        let mut checks: Vec<Check> =
            report.failures.iter().map(|f| check(Outcome::Fail, own(f.words()))).collect();
        for signer in &report.signers {
            let outcome = match (signer.holds, signer.trust) {
                (false, _) | (_, Trust::Unknown) => Outcome::Fail,
                (true, Trust::Anchored) => Outcome::Pass,
                (true, Trust::NotShown) => Outcome::Open,
            };
            let at = signer.signed_at.map(|at| {
                let seconds = i64::try_from(at.unix()).unwrap_or(i64::MAX / 1_000);
                ui.when(&Time::from_millis(seconds * 1_000))
            });
            let text = format!(
                "{}（{}） {} — {} SHA-256 {}",
                signer.name,
                signer.post,
                at.unwrap_or_default(),
                own(signer.trust.words()),
                signer.certificate
            );
            checks.push(check(outcome, text));
        }
        if let Some(log) = &report.log {
            let place = format!("{} #{} / {}", log.origin, log.index, log.size);
            let text = ui.f("証跡に載っています：{}", "It stands in the record: {}", place);
            checks.push(check(Outcome::Pass, text));
        }
        if let Some(stamp) = &report.stamp {
            let text = ui.f("タイムスタンプ {}", "Time stamp {}", &stamp.service);
            checks.push(check(Outcome::Pass, text));
        }
        if !report.evidence.is_empty() && report.ok() {
            let count = |state| report.count(state);
            let text = ui
                .t(
                    "証拠 {a} 件は宣言どおり、{b} 件は同封されていません。",
                    "{a} files are as stated, {b} are not enclosed.",
                )
                .replace("{a}", &count(EvidenceState::Present).to_string())
                .replace("{b}", &count(EvidenceState::Withheld).to_string());
            checks.push(check(Outcome::Pass, text));
        }
        checks.extend(report.not_shown.iter().map(|n| check(Outcome::Open, own(n.words()))));
        let fine = |state| matches!(state, EvidenceState::Present | EvidenceState::Withheld);
        let files = report
            .evidence
            .iter()
            .take(NAMED)
            .map(|e| (e.name.clone(), own(e.state.words()), fine(e.state)))
            .collect();
        Self {
            good: report.ok(),
            told: report.statement.as_ref().map(|s| Told::of(ui, &s.predicate)),
            checks,
            digest: report.statement_sha256.map(|d| d.to_string()).unwrap_or_default(),
            files,
            more: report.evidence.len().saturating_sub(NAMED),
        }
    }
}

#[derive(Template)]
#[template(path = "exchange/report.html")]
struct Part<'a> {
    ui: &'a Ui,
    s: &'a Seen,
    told: Option<Html>,
}

/// The report as a part of a page.
pub fn report(ui: &Ui, s: &Seen) -> Html {
    render(&Part { ui, s, told: s.told.as_ref().map(|t| told::told(ui, t)) })
}
