//! Pages for outsiders (社外の状況ページ): a private link, if wished with a code, for one party
//! without an account (G7-45, 83, 86).

use super::entry::{self, EntryState, stands};
use super::parts::of_case;
use super::reconnection::Reconnection;
use super::update_rhythm::{UpdateMode, UpdateRhythm};
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::*;

/// One link to the page.
#[derive(Debug, Clone, Rows)]
pub struct OutsideLink {
    /// For whom.
    #[field(ja = "渡す人・役職", en = "Given to (person or post)", max = 120)]
    pub who: String,
    /// Valid until.
    #[field(ja = "有効期限", en = "Valid until")]
    pub until: Option<Date>,
    /// Whether a code is asked for.
    #[field(ja = "合い言葉も求める", en = "Asks for a code as well")]
    pub with_code: bool,
    /// Taken back.
    #[field(ja = "使えなくする", en = "Taken back")]
    pub closed: bool,
    /// Digest of the secret in the link.
    #[field(ja = "リンクの照合値", en = "Digest of the link", system)]
    pub secret_digest: Option<String>,
    /// Digest of the code.
    #[field(ja = "合い言葉の照合値", en = "Digest of the code", system)]
    pub code_digest: Option<String>,
}

/// A page.
#[derive(Debug, Clone, Register)]
#[register(
    id = "outside_page",
    wing = Reconnect,
    menu = 32,
    ja = "社外の状況ページ",
    en = "Page for outsiders",
    question_ja = "どの相手が、アカウントなしで状況を見られますか",
    question_en = "Which party can see how things stand without an account?",
    about_ja = "相手ごとに一つのページです。段階と発行した更新だけが載り、段階が変わるか更新が出たときだけ変わります。ほかの相手のことは載りません。",
    about_en = "One page for each party, with the phases and the updates issued to it. It changes only when a phase changes or an update is issued, and holds nothing of any other party.",
    purpose_ja = "相手が問い合わせなくても、いつでも同じ内容を確かめられるようにするために使います。",
    purpose_en = "So that a party can look at any time instead of asking.",
    sort = "title",
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-45"]
)]
pub struct OutsidePage {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Party.
    #[field(ja = "見る相手", en = "Party", list)]
    pub contact: Ref<Contact>,
    /// Updates shown.
    #[field(ja = "載せる定期連絡", en = "Rhythms shown")]
    pub rhythms: Vec<Ref<UpdateRhythm>>,
    /// Links.
    #[field(ja = "渡すリンク", en = "Links given")]
    pub links: Table<OutsideLink>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<EntryState>,
}

const FLOW: Workflow = Workflow {
    start: Start { inputs: &[Input::Out("reconnection")], fill: Some(of_case), ..Start::PLAIN },
    ..entry::FLOW
};

/// Whether the updates of a rhythm belong on a page: it is named there, of the same case, and what
/// is bilateral is of this very party. Nothing else is ever shown.
pub fn shows(page: &Record, rhythm: &Record) -> bool {
    stands(page)
        && page.ids("rhythms").contains(&rhythm.id.as_str())
        && page.ids("reconnection") == rhythm.ids("reconnection")
        && (rhythm.text("mode") == UpdateMode::Shared.id()
            || (rhythm.text("mode") == UpdateMode::Bilateral.id()
                && rhythm.ids("client") == page.ids("contact")))
}

/// Rules of pages.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "outside_page.shows",
    register: "outside_page",
    label: Text::new(
        "載せる定期連絡は、この相手に見せてよいもの",
        "The rhythms named may be shown to this party",
    ),
    why: Text::new(
        "ほかの相手との二者間の内容は、このページには出しません。",
        "What is bilateral with another party never stands on this page.",
    ),
    mend: Text::new(
        "同じ案件の多対一か、この相手との二者間の定期連絡を選んでください。",
        "Choose a shared rhythm of the case, or one that is bilateral with this party.",
    ),
    severity: Severity::Serious,
    inputs: &[Input::Out("rhythms")],
    tells: &[],
    check: |c| {
        if !stands(c.me) {
            return Verdict::ok();
        }
        let named = c.outs("rhythms");
        let bad = named.is_empty() || named.iter().any(|r| !shows(c.me, r));
        Verdict::when(
            bad,
            "rhythms",
            Text::new(
                "この相手に見せられない定期連絡があるか、選ばれていません。",
                "A rhythm may not be shown to this party, or none is chosen.",
            ),
        )
    },
    meets: &["G7-45"],
}];
