//! Releases of lessons (教訓の共有): before a lesson or incident data is used again or shared, legal
//! limits and confidentiality are checked, and a cleaned version is made (G7-36).

use super::improvement::Improvement;
use crate::govern::person::Person;
use crate::prepare::disclosure_limit::held_in_text;
use crate::reconnect::parts::body_of;
use crate::respond::incident::Incident;
use crate::respond::message::{Audience, Tlp};
use crate::respond::message_gates::{APPROVERS, other_than_writer};
use crate::*;

/// Where a release stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ReleaseState {
    /// Being prepared.
    #[choice(ja = "準備中", en = "Being prepared", tone = "caution")]
    Draft,
    /// Checked.
    #[choice(ja = "法務と秘密の確認済み", en = "Checked for law and secrecy", tone = "caution")]
    Checked,
    /// Released.
    #[choice(ja = "共有した", en = "Released", tone = "good")]
    Released,
    /// Must not be shared.
    #[choice(ja = "共有しない", en = "Not to be shared", tone = "danger")]
    Refused,
}

/// A release.
#[derive(Debug, Clone, Register)]
#[register(
    id = "lesson_release",
    wing = Improve,
    menu = 11,
    ja = "教訓の共有",
    en = "Release of a lesson",
    question_ja = "この教訓を、どこまで、どんな形なら共有できますか",
    question_en = "How far can this lesson be shared, and in which form?",
    about_ja = "教訓やインシデントの情報を使い回す前に、法的な制限と秘密を確かめ、共有の制限と比べます。必要なら、固有の事情を除いた版を作ります。",
    about_en = "Before a lesson or incident data is used again: legal limits and secrecy are checked against its sharing limit, and a cleaned version is made where needed.",
    purpose_ja = "法令の許すかぎり広く、学びを役立てるために使います。",
    purpose_en = "So that learning goes as far as law allows.",
    sort = "created_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-36"]
)]
pub struct LessonRelease {
    /// Title.
    #[field(ja = "題名", en = "Title", title, list, search)]
    pub title: String,
    /// Lesson.
    #[field(ja = "教訓（改善）", en = "Lesson (improvement)")]
    pub lesson: Option<Ref<Improvement>>,
    /// Other record it comes from.
    #[field(ja = "もとの記録", en = "Record it comes from")]
    pub source: Option<AnyRef>,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Sharing limit of the source.
    #[field(ja = "もとの情報の共有の制限", en = "Sharing limit of the source")]
    pub source_limit: Tlp,
    /// Sharing limit of what is released.
    #[field(ja = "共有する版の制限", en = "Sharing limit of what is released", list)]
    pub release_as: Tlp,
    /// For whom.
    #[field(ja = "共有する相手", en = "For whom", list, required)]
    pub audience: Many<Audience>,
    /// Cleaned version.
    #[field(
        ja = "共有する版の本文",
        en = "Text of what is released",
        max = 6000,
        help_ja = "名前や固有の事情を除いた文にします。",
        help_en = "Without names and details of the case."
    )]
    pub cleaned: Long,
    /// What was taken out.
    #[field(ja = "除いた情報", en = "What was taken out", max = 1000)]
    pub removed: Option<Long>,
    /// Who agreed to a wider range.
    #[field(
        ja = "範囲を広げることに同意した人・組織",
        en = "Who agreed to a wider range",
        max = 200
    )]
    pub agreed_by: Option<String>,
    /// Written by.
    #[field(ja = "書いた人", en = "Written by")]
    pub writer: Option<Ref<Person>>,
    /// Legal limits.
    #[field(ja = "法的な制限の確認", en = "Legal limits that were checked", system, max = 2000)]
    pub legal: Option<Long>,
    /// Confidentiality.
    #[field(ja = "秘密の確認", en = "Confidentiality that was checked", system, max = 2000)]
    pub secrecy: Option<Long>,
    /// Checked by.
    #[field(ja = "確認した人", en = "Checked by", system)]
    pub checked_by: Option<Ref<Person>>,
    /// Checked at.
    #[field(ja = "確認した日時", en = "Checked at", system)]
    pub checked_at: Option<Time>,
    /// Digest of what was checked.
    #[field(ja = "確認した内容の照合値", en = "Digest of what was checked", system, max = 64)]
    pub checked_digest: Option<String>,
    /// Released at.
    #[field(ja = "共有した日時", en = "Released at", list, system)]
    pub released_at: Option<Time>,
    /// How.
    #[field(ja = "共有した方法", en = "How it was shared", system, max = 300)]
    pub how: Option<String>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<ReleaseState>,
}

const WORDS: &[&str] = &["title", "source_limit", "release_as", "audience", "cleaned", "removed"];

/// From narrow to wide.
fn width(tlp: &str) -> usize {
    let order = [Tlp::Red, Tlp::AmberStrict, Tlp::Amber, Tlp::Green, Tlp::Clear];
    order.iter().position(|t| t.id() == tlp).unwrap_or(0)
}

const WITHIN_LIMIT: Gate = Gate {
    id: "within_limit",
    label: Text::new(
        "共有の制限の範囲内か、情報を除いた版への同意がある",
        "Within the sharing limit, or cleaned with consent",
    ),
    mend: Text::new(
        "制限より広げるときは、除いた情報と、同意した人・組織を入れてください。",
        "To go wider, say what was taken out and who agreed.",
    ),
    inputs: &[],
    holds: |c| {
        width(c.me.text("release_as")) <= width(c.me.text("source_limit"))
            || ["removed", "agreed_by"].iter().all(|f| c.me.body.contains_key(*f))
    },
    meets: &["G7-36"],
};

const FITS_AUDIENCE: Gate = Gate {
    id: "audience_fits",
    label: Text::new(
        "相手が、共有する版の制限に合う",
        "The audience fits the label of what is released",
    ),
    mend: Text::new(
        "報道・公表はCLEAR、社外はAMBER以上に広い版だけにしてください。",
        "Press only for CLEAR, people outside only from AMBER on.",
    ),
    inputs: &[],
    holds: |c| {
        let label = width(c.me.text("release_as"));
        c.me.ids("audience").into_iter().filter_map(Audience::from_id).all(|a| match a {
            Audience::Press => label == width(Tlp::Clear.id()),
            a if a.inside() => label >= width(Tlp::AmberStrict.id()),
            _ => label >= width(Tlp::Amber.id()),
        })
    },
    meets: &["G7-36"],
};

const NOTHING_HELD: Gate = Gate {
    id: "stays_inside",
    label: Text::new("社外に出さない情報が入っていない", "It holds nothing that stays inside"),
    mend: Text::new("当てはまる語句を本文から除いてください。", "Take the words out of the text."),
    inputs: &[Input::All("disclosure_limit")],
    holds: |c| {
        let outside =
            c.me.ids("audience")
                .into_iter()
                .filter(|a| Audience::from_id(a).is_some_and(|a| !a.inside()));
        let text = format!("{}\n{}", c.me.text("title"), c.me.text("cleaned"));
        outside
            .into_iter()
            .all(|a| held_in_text(c.all("disclosure_limit"), &text, Some(a)).is_empty())
    },
    meets: &["G7-36", "NI-447"],
};

const OTHER_EYES: Gate = Gate {
    id: "second_pair",
    label: Text::new("書いた人とは別の人が確認する", "Checked by somebody else than the writer"),
    mend: Text::new("別の人が確認してください。", "Have another person check it."),
    inputs: &[Input::All("role")],
    holds: |c| other_than_writer(c, "checked_by"),
    meets: &["G7-36"],
};

const AS_CHECKED: Gate = Gate {
    id: "as_checked",
    label: Text::new("確認した内容のまま", "It is what was checked"),
    mend: Text::new("もう一度確認を受けてください。", "Have it checked again."),
    inputs: &[],
    holds: |c| c.me.text("checked_digest") == c.me.digest_of(WORDS),
    meets: &["G7-36"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "check",
            label: Text::new("法的な制限と秘密を確かめた", "Checked for law and secrecy"),
            from: &["draft"],
            to: "checked",
            asks: &[("legal", true), ("secrecy", true), ("checked_by", true)],
            stamps: &["checked_at"],
            fill: Some(|c| body_of([("checked_digest", c.me.digest_of(WORDS).into())])),
            gates: &[WITHIN_LIMIT, FITS_AUDIENCE, NOTHING_HELD, OTHER_EYES],
            who: APPROVERS,
            meets: &["G7-36"],
            ..Transition::PLAIN
        },
        Transition {
            id: "release",
            label: Text::new("共有した", "Released"),
            from: &["checked"],
            to: "released",
            asks: &[("how", true)],
            stamps: &["released_at"],
            gates: &[AS_CHECKED, WITHIN_LIMIT, FITS_AUDIENCE, NOTHING_HELD],
            meets: &["G7-36"],
            ..Transition::PLAIN
        },
        Transition {
            id: "refuse",
            label: Text::new("共有しないと決める", "Not to be shared"),
            from: &["draft", "checked"],
            to: "refused",
            reason: true,
            ..Transition::PLAIN
        },
        Transition {
            id: "revise",
            label: Text::new("書き直す", "Write it anew"),
            from: &["checked", "refused"],
            to: "draft",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};
