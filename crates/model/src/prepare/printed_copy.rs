//! Printed copies of contact lists and plans (紙の控え).

use crate::govern::person::Person;
use crate::*;

/// What was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CopyKind {
    /// A contact list.
    #[choice(ja = "連絡リスト", en = "Contact list")]
    Contacts,
    /// The first-response card with the report template, one for each employee (TK-37).
    #[choice(ja = "初動カード・報告テンプレート", en = "First-response card and report template")]
    FirstCard,
}

/// A printed copy.
#[derive(Debug, Clone, Register)]
#[register(
    id = "printed_copy",
    wing = Prepare,
    menu = 2,
    ja = "紙の控え",
    en = "Printed copy",
    question_ja = "停電や回線断のとき、紙の控えはどこにありますか",
    question_en = "Where are the paper copies for when power or lines are out?",
    about_ja = "印刷した連絡リストの置き場所と持ち主を登録します。連絡先が変わると、古い控えが分かります。",
    about_en = "Where printed contact lists are and who holds them. A change of any contact marks them outdated.",
    purpose_ja = "回線や電源が使えないときに、正しい控えを使うために残します。",
    purpose_en = "So that the right copy is at hand without lines or power.",
    sort = "place",
    meets = ["TK-90"]
)]
pub struct PrintedCopy {
    /// What was printed.
    #[field(ja = "文書", en = "Document", title, list, search)]
    pub document: String,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: Option<CopyKind>,
    /// Version.
    #[field(ja = "版", en = "Version", list, max = 40)]
    pub version: Option<String>,
    /// Place.
    #[field(ja = "置き場所", en = "Place", list, search)]
    pub place: String,
    /// Holder.
    #[field(ja = "持ち主", en = "Holder", list)]
    pub holder: Option<Ref<Person>>,
    /// Printed at.
    #[field(ja = "印刷した日時", en = "Printed at", list)]
    pub printed_at: Time,
}

/// The version of the card that was handed out last.
pub fn newest_card<'a>(copies: &[&'a Record]) -> &'a str {
    let cards = copies.iter().filter(|c| c.text("kind") == CopyKind::FirstCard.id());
    cards.max_by_key(|c| (c.time("printed_at"), c.leaf)).map_or("", |c| c.text("version"))
}

/// Those of our own people who have not received a version of the card (TK-37).
pub fn without_card<'a>(
    people: impl Iterator<Item = &'a Record>,
    copies: &[&Record],
    version: &str,
) -> Vec<&'a Record> {
    let has = |person: &Record| {
        copies.iter().any(|c| {
            c.text("kind") == CopyKind::FirstCard.id()
                && !version.is_empty()
                && c.text("version") == version
                && c.ids("holder") == [person.id.as_str()]
                && !c.ended()
        })
    };
    people.filter(|p| !p.ended() && !p.flag("external") && !has(p)).collect()
}

/// Rules of printed copies.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "printed_copy.first_card",
        register: "organisation",
        label: Text::new(
            "全員が最新の初動カードを持っている",
            "Everybody has the newest first-response card",
        ),
        why: Text::new(
            "最初に気づく人は選べません。手元の一枚が、慌てたときの最初の行動を決めます。",
            "Nobody chooses who notices first; the sheet at hand decides what is done in a hurry.",
        ),
        mend: Text::new(
            "初動カードを印刷して渡し、「渡した人」を記録してください。",
            "Print the card, hand it out, and record who has it.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::All("person"), Input::All("printed_copy")],
        tells: &[],
        check: |c| {
            let copies: Vec<&Record> = c.all("printed_copy").collect();
            let lacking = without_card(c.all("person"), &copies, newest_card(&copies));
            if lacking.is_empty() {
                return Verdict::ok();
            }
            let n = lacking.len();
            Verdict::finding(
                "",
                format!("{n}人に、最新の初動カードが渡っていません。"),
                format!("{n} people do not have the newest first-response card."),
            )
        },
        meets: &["TK-37"],
    },
    RuleDef {
        id: "printed_copy.outdated",
        register: "printed_copy",
        label: Text::new("控えは今の連絡先と同じ", "The copy matches today's contacts"),
        why: Text::new(
            "停電や回線断のときに、古い番号へ電話しないためです。",
            "So that nobody calls an old number when power or lines are out.",
        ),
        mend: Text::new(
            "印刷し直し、新しい印刷日時を入れてください。",
            "Print it again and give the new time.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("contact")],
        tells: &[],
        check: |c| {
            // The card has versions of its own.
            if c.me.text("kind") == CopyKind::FirstCard.id() {
                return Verdict::ok();
            }
            let Some(printed) = c.me.time("printed_at") else { return Verdict::ok() };
            let changed: Vec<&Record> = c
                .snap
                .set("contact")
                .iter()
                .map(std::rc::Rc::as_ref)
                .filter(|r| r.updated_at > printed)
                .collect();
            match changed.first() {
                None => Verdict::ok(),
                Some(one) => Verdict::finding(
                    "printed_at",
                    format!(
                        "印刷後に連絡先が{}件変わりました（{} など）。刷り直してください。",
                        changed.len(),
                        one.title()
                    ),
                    format!(
                        "{} contact(s) changed since it was printed ({} and others). Print it again.",
                        changed.len(),
                        one.title()
                    ),
                ),
            }
        },
        meets: &["TK-90"],
    },
];
