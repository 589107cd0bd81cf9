//! `verify PACKAGE.zip`: a package of another organisation, checked with nothing but itself and
//! what the reader trusts.

use crate::check::bar;
use crate::cli;
use crate::fault::Fault;
use crate::host::SystemHost;
use crate::serve::say;
use okiagari_app::Host as _;
use okiagari_app::seals::judge;
use okiagari_log::VerifierKey;
use okiagari_seal::package::{
    Anchor, EvidenceState, Known, LogFiles, Report, Terms, Words, verify as check,
};
use okiagari_seal::statement::{Choice, ItemState, Kind, Statement};
use okiagari_seal::{Certificate, Fingerprint, Moment};
use serde_json::json;
use std::fs::File;
use std::path::Path;

/// How much evidence is listed by name; the rest is counted. `--json` lists all.
const LISTED: usize = 50;

/// `okiagari verify PACKAGE.zip`
///
/// # Errors
/// Ends with 1 where something failed, with 2 where it could not be checked at all.
pub fn verify(package: &Path, typed: &cli::Verify) -> Result<(), Fault> {
    let at = instant(typed.at.as_deref())?;
    let anchors = trusted(&typed.trust)?;
    let stamp_anchors = trusted(&typed.trust_stamp)?;
    let revoked = prints(&typed.revoked)?;
    let key = typed.log_key.as_deref().map(log_key).transpose()?;
    let judge = key.as_ref().map(|key| {
        move |files: &LogFiles, statement| {
            judge(key, files, statement).map(Some).map_err(|e| e.to_string())
        }
    });
    let base = Terms { anchors: &anchors, revoked: &revoked, ..Terms::at(at) };
    let known = known(&typed.known, &base)?;
    let log = judge.as_ref().map(|judge| judge as okiagari_seal::package::LogJudge<'_>);
    let terms = Terms { stamp_anchors: &stamp_anchors, known: &known, log, ..base };
    let report = run(package, &terms)?;
    if typed.json {
        say(&as_json(&report)?)
    } else {
        say(&as_text(&report))
    }
    if report.ok() {
        return Ok(());
    }
    Err(Fault::found("the package is refused. / この文書一式は認められません。"))
}

fn run(package: &Path, terms: &Terms<'_>) -> Result<Report, Fault> {
    let file = File::open(package).map_err(|error| Fault::file(package, &error))?;
    let bar = bar("verify");
    let report = check(file, terms, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    Ok(report)
}

fn instant(typed: Option<&str>) -> Result<Moment, Fault> {
    let bad = || {
        Fault::new(
            "--at needs an instant such as 2026-12-01T09:00:00Z. / --at には 2026-12-01T09:00:00Z のような日時を入れてください。",
        )
    };
    match typed {
        Some(text) => text.parse().map_err(|_| bad()),
        None => {
            let seconds = u64::try_from(SystemHost.now().millis() / 1000).map_err(|_| bad())?;
            Moment::from_unix(seconds).map_err(|_| bad())
        }
    }
}

/// Fingerprints as they are; of a file, every certificate in it.
fn trusted(typed: &[String]) -> Result<Vec<Anchor>, Fault> {
    let mut found = Vec::new();
    for text in typed {
        match text.parse() {
            Ok(print) => found.push(Anchor::Fingerprint(print)),
            Err(_) => found
                .extend(certificates(text)?.into_iter().map(|c| Anchor::Certificate(Box::new(c)))),
        }
    }
    Ok(found)
}

fn prints(typed: &[String]) -> Result<Vec<Fingerprint>, Fault> {
    let mut found = Vec::new();
    for text in typed {
        match text.parse() {
            Ok(print) => found.push(print),
            Err(_) => found.extend(certificates(text)?.iter().map(Certificate::fingerprint)),
        }
    }
    Ok(found)
}

fn certificates(file: &str) -> Result<Vec<Certificate>, Fault> {
    let bytes = std::fs::read(file).map_err(|error| Fault::file(Path::new(file), &error))?;
    Certificate::from_file(&bytes).map_err(|error| {
        Fault::new(format!(
            "{file} holds no certificate ({error}). / {file} から証明書を読めません。"
        ))
    })
}

/// The key as typed, or out of a file.
fn log_key(typed: &str) -> Result<VerifierKey, Fault> {
    let text = match typed.contains('+') {
        true => typed.to_owned(),
        false => {
            std::fs::read_to_string(typed).map_err(|error| Fault::file(Path::new(typed), &error))?
        }
    };
    text.trim().parse::<VerifierKey>().map_err(|error| {
        Fault::new(format!(
            "this is no verifier key of a record ({error}). / 証跡の検証鍵ではありません。"
        ))
    })
}

/// The newest versions that were accepted before; a package that does not verify teaches nothing.
fn known(files: &[std::path::PathBuf], terms: &Terms<'_>) -> Result<Vec<Known>, Fault> {
    let mut known: Vec<Known> = Vec::new();
    for file in files {
        let report = run(file, terms)?;
        let (Some(statement), Some(digest)) = (&report.statement, report.statement_sha256) else {
            return Err(Fault::new(format!(
                "{} holds no statement. / {} から宣言を読めません。",
                file.display(),
                file.display()
            )));
        };
        // Its time may be over by now; what matters is that it was theirs.
        let expired = |failure: &okiagari_seal::package::Failure| {
            matches!(failure, okiagari_seal::package::Failure::Expired { .. })
        };
        if !report.failures.iter().all(expired) {
            return Err(Fault::new(format!(
                "{} does not verify itself. / {} が検証に通りません。",
                file.display(),
                file.display()
            )));
        }
        let declared = &statement.predicate;
        known.push(Known {
            id: declared.id.clone(),
            version: declared.version,
            statement_sha256: digest,
        });
    }
    // The newest of each declaration stands first.
    known.sort_by_key(|known| std::cmp::Reverse(known.version));
    Ok(known)
}

fn both(words: &Words) -> String {
    plain(&format!("{} / {}", words.ja, words.en))
}

/// Foreign text on one line: what could begin a line of its own, or steer a terminal or the
/// direction of reading, is shown as a sign that stands for it.
fn plain(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// The report as lines for people.
fn as_text(report: &Report) -> String {
    let mut text = String::new();
    if let Some(statement) = &report.statement {
        text.push_str(&about(statement));
    }
    for signer in &report.signers {
        let mark = if signer.holds { "✓" } else { "✗" };
        let when = signer.signed_at.map(|at| at.to_string()).unwrap_or_default();
        text.push_str(&format!(
            "  {mark} 署名 / signed by: {} ({}、{}) {when}\n      {}\n      SHA-256 {}\n      {}\n",
            plain(&signer.name),
            plain(&signer.post),
            plain(&signer.responsibility),
            plain(&signer.subject),
            signer.certificate,
            both(&signer.trust.words()),
        ));
    }
    if let Some(stamp) = &report.stamp {
        text.push_str(&format!(
            "  ✓ タイムスタンプ / time stamp: {} {} ({})\n",
            stamp.time,
            plain(&stamp.service),
            both(&stamp.trust.words())
        ));
    }
    if let Some(log) = &report.log {
        text.push_str(&format!(
            "  ✓ 証跡 / record: {} の {} 番目 / leaf {} of {}\n",
            plain(&log.origin),
            log.index,
            log.index,
            log.size
        ));
    }
    text.push_str(&evidence(report));
    if let Some(statement) = &report.statement {
        for item in statement.predicate.open() {
            text.push_str(&format!("  ○ 未完了 / open: {} {}\n", item.key, plain(&item.account)));
            if let ItemState::UnderWay { expected_on } = &item.state {
                text.push_str(&format!("      予定 / expected: {}\n", plain(expected_on)));
            }
        }
    }
    for failure in &report.failures {
        text.push_str(&format!("  ✗ {}\n", both(&failure.words())));
    }
    for open in &report.not_shown {
        text.push_str(&format!("  – {}\n", both(&open.words())));
    }
    text.push_str(if report.ok() {
        "検証できました。書き換えは見つかりません。 / It verifies; nothing was altered.\n"
    } else {
        "認められません。上の ✗ を見てください。 / It is refused; see ✗ above.\n"
    });
    text
}

/// Who declares what, for how long.
fn about(statement: &Statement) -> String {
    let declared = &statement.predicate;
    let mut text = format!(
        "{} 第 {} 版 / version {}: {} ({})\n  {} – {}\n",
        plain(&declared.id),
        declared.version,
        declared.version,
        plain(&declared.issuer.legal_name),
        plain(&declared.incident.reference),
        declared.valid_from,
        declared.valid_until
    );
    text.push_str(&told(&declared.kind));
    text
}

/// What is told beside a declaration's items.
fn told(kind: &Kind) -> String {
    match kind {
        Kind::Declaration => String::new(),
        Kind::Withdrawal { reason } => format!(
            "  ! これまでの版の撤回です / this takes back all earlier versions: {}\n",
            plain(reason)
        ),
        Kind::Requirements(said) => {
            let mut text = format!("  相手の要件 / requirements: {}\n", plain(&said.why));
            for ask in &said.asks {
                text.push_str(&format!("    ・ {}\n", plain(&ask.text)));
            }
            text
        }
        Kind::Decision(said) => {
            let choice = match said.choice {
                Choice::Reconnect => "再接続する / reconnect",
                Choice::Wait => "まだ待つ / wait",
                Choice::Decline => "再接続しない / do not reconnect",
            };
            let about = said.about.as_ref().map_or_else(String::new, |about| {
                format!("    {} v{} {}\n", plain(&about.id), about.version, about.statement_sha256)
            });
            format!(
                "  決定 / decision: {choice} ({})\n    {}\n{about}",
                plain(&said.decided_by),
                plain(&said.grounds)
            )
        }
    }
}

fn evidence(report: &Report) -> String {
    if report.evidence.is_empty() {
        return String::new();
    }
    let count = |state| report.count(state);
    let mut text = format!(
        "  証拠 / evidence: {} 件宣言どおり / as stated, {} 件非開示 / withheld, {} 件異常 / wrong\n",
        count(EvidenceState::Present),
        count(EvidenceState::Withheld),
        count(EvidenceState::Altered) + count(EvidenceState::Missing)
    );
    for one in report.evidence.iter().take(LISTED) {
        text.push_str(&format!("      {}: {}\n", plain(&one.name), both(&one.state.words())));
    }
    if let Some(more) = report.evidence.len().checked_sub(LISTED).filter(|more| *more > 0) {
        text.push_str(&format!("      ほか {more} 件 / and {more} more\n"));
    }
    text
}

fn as_json(report: &Report) -> Result<String, Fault> {
    let words = |words: Words| json!({ "ja": words.ja, "en": words.en });
    let failures: Vec<_> = report.failures.iter().map(|f| words(f.words())).collect();
    let not_shown: Vec<_> = report.not_shown.iter().map(|n| words(n.words())).collect();
    let whole = serde_json::to_value(report).map_err(|error| Fault::new(error.to_string()))?;
    let all = json!({
        "ok": report.ok(), "report": whole,
        "failures_in_words": failures, "not_shown_in_words": not_shown,
    });
    Ok(format!("{all}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_on_its_line_and_does_not_steer_the_terminal() {
        assert_eq!(
            plain("a\n  ✓ b\u{1b}[2Jc\u{202e}d あ"),
            "a\u{fffd}  ✓ b\u{fffd}[2Jc\u{fffd}d あ"
        );
    }
}
