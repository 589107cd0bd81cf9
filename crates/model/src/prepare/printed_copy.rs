//! Printed copies of contact lists and plans (紙の控え).

use crate::govern::person::Person;
use crate::*;

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

/// Rules of printed copies.
pub const RULES: &[RuleDef] = &[RuleDef {
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
}];
