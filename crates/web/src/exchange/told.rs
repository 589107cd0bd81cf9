//! What a statement tells, for people: who, what, which version, until when, what is open.

use crate::respond::parts::{Html, Ui, render};
use askama::Template;
use okiagari_model::reconnect::assurance_item::AssuranceTopic;
use okiagari_model::reconnect::sealed_statement::StatementKind;
use okiagari_model::reconnect::statement_parts::B_PARTS;
use okiagari_model::{Choice, Time};
use okiagari_seal::Moment;
use okiagari_seal::statement::{
    Choice as Chosen, Declaration, Disclosure, Item, ItemState, Kind, Wish,
};

/// One item of list A or B.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its sign, `a` to `h` or `1` to `7`, with its name.
    pub name: String,
    /// Tone of its state.
    pub tone: &'static str,
    /// State in words.
    pub state: String,
    /// What is said.
    pub said: String,
    /// How many pieces of evidence.
    pub evidence: usize,
}

/// One file behind it.
#[derive(Debug, Clone)]
pub struct File {
    /// Name in the package.
    pub name: String,
    /// Title.
    pub title: String,
    /// Size in bytes.
    pub size: i64,
    /// Whether it may be withheld.
    pub optional: bool,
}

/// A statement in words.
#[derive(Debug, Clone)]
pub struct Told {
    /// What it is.
    pub kind: String,
    /// Who states it.
    pub issuer: String,
    /// The incident or case, by its number and title.
    pub about: String,
    /// Id and version.
    pub series: String,
    /// Version.
    pub version: u32,
    /// From and until.
    pub valid: (String, String),
    /// Lines that say what it is about: reason, requirements, decision.
    pub said: Vec<String>,
    /// Items.
    pub items: Vec<Row>,
    /// What is open.
    pub open: Vec<String>,
    /// Investigations by third parties.
    pub investigations: Vec<String>,
    /// Files.
    pub files: Vec<File>,
    /// Who has to sign: name, post, what for.
    pub signers: Vec<(String, String, String)>,
}

impl Told {
    /// A statement in words.
    pub fn of(ui: &Ui, said: &Declaration) -> Self {
        let when = |at: Moment| {
            let seconds = i64::try_from(at.unix()).unwrap_or(i64::MAX / 1_000);
            ui.when(&Time::from_millis(seconds * 1_000))
        };
        let about = [Some(&said.incident.reference), said.incident.title.as_ref()];
        let kind = match &said.kind {
            Kind::Declaration => StatementKind::Declaration,
            Kind::Withdrawal { .. } => StatementKind::Withdrawal,
            Kind::Requirements(_) => StatementKind::Requirements,
            Kind::Decision(_) => StatementKind::Decision,
        };
        Self {
            kind: kind.label().get(ui.lang).to_owned(),
            issuer: said.issuer.legal_name.clone(),
            about: about.into_iter().flatten().cloned().collect::<Vec<_>>().join(" "),
            series: said.id.clone(),
            version: said.version,
            valid: (when(said.valid_from), when(said.valid_until)),
            said: lines(ui, said),
            items: said.items.iter().map(|i| row(ui, i)).collect(),
            open: said.open().map(|i| name(ui, i)).collect(),
            investigations: said.investigations.iter().map(|i| investigation(ui, i)).collect(),
            files: said.evidence.iter().map(file).collect(),
            signers: said
                .signers
                .iter()
                .map(|s| (s.name.clone(), s.post.clone(), s.responsibility.clone()))
                .collect(),
        }
    }
}

fn investigation(ui: &Ui, of: &okiagari_seal::statement::Investigation) -> String {
    let checked = match of.independent {
        true => ui.t("独立性を確認済み", "independence checked"),
        false => ui.t("独立性は未確認", "independence not checked"),
    };
    format!("{}: {} ({} – {}) — {checked}", of.provider, of.title, of.period[0], of.period[1])
}

fn file(of: &okiagari_seal::statement::Evidence) -> File {
    File {
        name: of.name.clone(),
        title: of.title.clone().unwrap_or_default(),
        size: i64::try_from(of.size).unwrap_or(i64::MAX),
        optional: of.disclosure == Disclosure::MayBeWithheld,
    }
}

/// The name of an item with its sign; the words are those of the assurance items.
fn name(ui: &Ui, item: &Item) -> String {
    let sign = item.key.sign();
    let letter = |t: &AssuranceTopic| t.a().is_some_and(|a| sign == a.to_string());
    if let Some(topic) = AssuranceTopic::ALL.into_iter().find(letter) {
        return topic.label().get(ui.lang).to_owned();
    }
    let part = B_PARTS.iter().find(|(n, _)| n.to_string() == sign);
    part.map_or_else(|| sign.to_owned(), |(n, text)| format!("{n} {}", text.get(ui.lang)))
}

fn row(ui: &Ui, item: &Item) -> Row {
    let (tone, state) = match &item.state {
        ItemState::Done => ("good", ui.t("完了", "Done").to_owned()),
        ItemState::UnderWay { expected_on } => {
            ("caution", ui.f("進行中（予定 {}）", "Under way (expected {})", expected_on))
        }
        ItemState::NotApplicable { reason } => {
            ("", ui.f("対象外（{}）", "Not applicable ({})", reason))
        }
    };
    Row {
        name: name(ui, item),
        tone,
        state,
        said: item.account.clone(),
        evidence: item.evidence.len(),
    }
}

fn lines(ui: &Ui, said: &Declaration) -> Vec<String> {
    let mut out = match &said.kind {
        Kind::Declaration => Vec::new(),
        Kind::Withdrawal { reason } => {
            vec![ui.f(
                "前の版までを取り消します：{}",
                "All earlier versions are taken back: {}",
                reason,
            )]
        }
        Kind::Requirements(r) => {
            let wish = match r.attestation {
                Wish::None => ui.t("認証書を求めない", "No attestation is asked for"),
                Wish::Own => {
                    ui.t("責任者による認証書を求める", "An attestation by the responsible people")
                }
                Wish::ThirdParty => ui.t(
                    "第三者の調査を含む認証書を求める",
                    "An attestation with a third party's investigation",
                ),
            };
            let must = if r.mandatory { ui.t("（必須）", " (a must)") } else { "" };
            let mut lines = vec![format!("{wish}{must}: {}", r.why)];
            lines.extend(r.standard.clone());
            lines.extend(r.asks.iter().map(|a| format!("・{}", a.text)));
            lines
        }
        Kind::Decision(d) => {
            let choice = match d.choice {
                Chosen::Reconnect => ui.t("再接続する", "Reconnect"),
                Chosen::Wait => ui.t("まだ待つ", "Wait"),
                Chosen::Decline => ui.t("再接続しない", "Do not reconnect"),
            };
            let mut lines = vec![format!("{choice}: {}", d.grounds)];
            lines.push(ui.f("決めた人 {}", "Decided by {}", &d.decided_by));
            lines.push(ui.f("技術の根拠 {}", "Technical grounds: {}", &d.technical_grounds));
            let watching = d.watching.as_ref();
            lines.extend(watching.map(|w| ui.f("追加の監視 {}", "Extra watching: {}", w)));
            if let Some(about) = &d.about {
                let of = format!("{} v{}", about.id, about.version);
                lines.push(ui.f("根拠とした認証書 {}", "Rests on {}", of));
            }
            lines
        }
    };
    out.extend(said.conditions.iter().cloned());
    out.extend(said.residual_risks.iter().cloned());
    out
}

#[derive(Template)]
#[template(path = "exchange/told.html")]
struct Part<'a> {
    ui: &'a Ui,
    t: &'a Told,
}

/// The statement as a part of a page.
pub fn told(ui: &Ui, t: &Told) -> Html {
    render(&Part { ui, t })
}
