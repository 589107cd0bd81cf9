//! Who may receive what: the conditions under which a message is approved and sent.

use super::message::{Audience, Channel, Tlp};
use crate::govern::role::{RoleKind, acting_person};
use crate::*;
use sha2::{Digest, Sha256};

/// Kinds of role that may approve a message.
pub const APPROVERS: &[&str] =
    &["pr_lead", "security_manager", "ciso", "executive", "customer_lead", "coordinator"];

/// The inputs that the gates on recipients read.
const PARTIES: &[Input] = &[
    Input::Out("incident"),
    Input::Out("to_role"),
    Input::Out("to_contact"),
    Input::Out("to_contacts"),
    Input::Out("to_persons"),
    Input::All("disclosure"),
];

/// Approved by somebody else than the writer, where there is somebody else.
pub const SECOND_PAIR_OF_EYES: Gate = Gate {
    id: "second_pair",
    label: Text::new("書いた人とは別の人が承認する", "Approved by somebody else than the writer"),
    mend: Text::new(
        "広報・顧客対応・統括などの役割を持つ、別の人が承認してください。",
        "Have another person in public relations, customer response or coordination approve it.",
    ),
    inputs: &[Input::All("role")],
    holds: |c| other_than_writer(c, "approved_by"),
    meets: &[],
};

/// Whether the person named in `field` is not the writer, and neither is whoever takes the step: a
/// writer who signs with another's name is still alone. Needs `Input::All("role")`, because a
/// writer beside whom nobody could approve may (TK-93).
pub fn other_than_writer(c: &RuleCtx<'_>, field: &str) -> bool {
    let writer = c.me.ids("writer");
    let Some(writer) = writer.first() else { return true };
    let named = c.me.ids(field).first() == Some(writer);
    if !named && c.actor.is_none_or(|a| a.as_str() != *writer) {
        return true;
    }
    !c.all("role").filter(|r| APPROVERS.contains(&r.text("kind"))).any(|r| {
        acting_person(r, c.now).is_some_and(|p| p.as_str() != *writer)
            || r.ids("deputies").iter().any(|d| d != writer)
    })
}

/// TLP 2.0 rules who may receive it.
pub const WITHIN_TLP: Gate = Gate {
    id: "tlp",
    label: Text::new(
        "共有の制限（TLP）の範囲の相手だけに送る",
        "It goes only to those whom its TLP label allows",
    ),
    mend: Text::new(
        "宛先か共有の制限を見直してください。TLP:REDは名指しの人だけ、AMBER+STRICTは社内だけ、報道・公表はCLEARだけです。",
        "Mind recipients and label: RED to named persons only, AMBER+STRICT inside only, press and publication CLEAR only.",
    ),
    inputs: PARTIES,
    holds: within_tlp,
    meets: &[],
};

fn within_tlp(c: &RuleCtx<'_>) -> bool {
    let me = c.me;
    let bodies = !me.ids("to_contact").is_empty() || !me.ids("to_contacts").is_empty();
    let wide = bodies || me.flag("to_all") || !me.text("to_others").is_empty();
    let role = c.out("to_role");
    let audience = Audience::from_id(me.text("audience"));
    let webhook = me.text("channel") == Channel::Webhook.id();
    match Tlp::from_id(me.text("tlp")) {
        Some(Tlp::Red) => !wide && role.is_none() && !webhook && !me.ids("to_persons").is_empty(),
        Some(Tlp::AmberStrict) => {
            let outsiders = c.outs("to_persons").iter().any(|p| p.flag("external"))
                || role.is_some_and(|r| r.flag("external"));
            !bodies
                && !me.flag("to_all")
                && !outsiders
                && !webhook
                && audience.is_none_or(Audience::inside)
        }
        Some(Tlp::Clear) => true,
        Some(Tlp::Amber | Tlp::Green) | None => audience != Some(Audience::Press),
    }
}

/// A case for members only reaches nobody but them, and the bodies that a recorded judgement names.
pub const WITHIN_CASE: Gate = Gate {
    id: "within_case",
    label: Text::new(
        "メンバーだけの案件は、その範囲の外へ出さない",
        "A case for members only goes to nobody outside its range",
    ),
    mend: Text::new(
        "宛先をメンバーに絞るか、社外に知らせる判断（相手の名前つき）を先に記録してください。",
        "Narrow the recipients to members, or first record the judgement to tell the body by name.",
    ),
    inputs: PARTIES,
    holds: within_case,
    meets: &["JP-32"],
};

fn within_case(c: &RuleCtx<'_>) -> bool {
    let Some(case) = c.out("incident") else { return true };
    if case.text("sharing") != "members" {
        return true;
    }
    let member = |p: &str| case.ids("members").contains(&p) || case.ids("lead").contains(&p);
    let named: Vec<&str> = c
        .all("disclosure")
        .filter(|d| d.ids("incident").first() == Some(&case.id.as_str()) && d.flag("tell"))
        .flat_map(|d| d.ids("parties"))
        .collect();
    let me = c.me;
    let bodies = me.ids("to_contact").into_iter().chain(me.ids("to_contacts"));
    let role = c.out("to_role");
    !me.flag("to_all")
        && me.text("to_others").is_empty()
        && me.text("channel") != Channel::Webhook.id()
        && me.ids("to_persons").iter().all(|p| member(p))
        && role.is_none_or(|r| acting_person(r, c.now).is_some_and(|p| member(p.as_str())))
        && bodies.into_iter().all(|b| named.contains(&b))
}

/// Customers, partners and press are told confirmed facts only.
pub const FACTS_ONLY: Gate = Gate {
    id: "facts_only",
    label: Text::new(
        "顧客・取引先・報道機関には、確認できた事実だけを伝える",
        "Customers, partners and the press are told confirmed facts only",
    ),
    mend: Text::new(
        "「推定」の分析を引用と本文から外すか、確かめて「事実」にしてください。",
        "Take statements marked as assumed out of text and citations, or confirm them first.",
    ),
    inputs: &[Input::All("analysis"), Input::Out("to_contact"), Input::Out("to_contacts")],
    holds: |c| {
        let partner = |b: &&Record| matches!(b.text("kind"), "partner" | "media");
        let wide = Audience::from_id(c.me.text("audience")).is_some_and(Audience::facts_only)
            || c.me.flag("to_all")
            || c.outs("to_contact").iter().any(partner)
            || c.outs("to_contacts").iter().any(partner);
        let words = format!("{}\n{}", c.me.text("subject"), c.me.text("text"));
        !wide || no_assumption(c, &words)
    },
    meets: &["TK-88"],
};

/// Whether no statement that is only assumed is cited, or repeated word for word.
pub fn no_assumption(c: &RuleCtx<'_>, words: &str) -> bool {
    let assumed = |a: &&Record| a.text("certainty") == super::analysis::Certainty::Assumed.id();
    let cited = c.me.ids("cites");
    let case = c.me.ids("incident");
    !c.all("analysis").filter(assumed).any(|a| {
        cited.contains(&a.id.as_str())
            || (a.ids("incident").first() == case.first()
                && a.text("statement").chars().count() >= 6
                && words.contains(a.text("statement")))
    })
}

/// Under legal hold, counsel has seen what leaves the house.
pub const CLEARED: Gate = Gate {
    id: "cleared_by_counsel",
    label: Text::new(
        "証拠保全中の案件は、社外に出す前に法務・弁護士が確認している",
        "Under legal hold, counsel has cleared what leaves the house",
    ),
    mend: Text::new(
        "承認のときに、確認した法務・弁護士の名前を入れてください。",
        "Name at the approval who cleared it for counsel.",
    ),
    inputs: &[Input::Out("incident")],
    holds: |c| {
        let held = c.out("incident").is_some_and(|i| i.flag("legal_hold"));
        let audience = Audience::from_id(c.me.text("audience"));
        let inside = audience.is_some_and(|a| a.inside() || a == Audience::Counsel);
        let outside = !c.me.ids("to_contact").is_empty()
            || !c.me.ids("to_contacts").is_empty()
            || c.me.flag("to_all")
            || audience.is_some();
        !held || inside || !outside || c.me.body.contains_key("cleared_by")
    },
    meets: &[],
};

/// What is sent is what was approved.
pub const AS_APPROVED: Gate = Gate {
    id: "as_approved",
    label: Text::new("承認した内容のまま", "It is what was approved"),
    mend: Text::new(
        "承認の後に内容が変わりました。下書きに戻し、もう一度承認を受けてください。",
        "It was changed after approval. Take it back to draft and have it approved again.",
    ),
    inputs: &[],
    holds: |c| {
        let approved = c.me.text("approved_digest");
        approved.is_empty() || approved == digest(c.me)
    },
    meets: &[],
};

/// It can be sent by the program.
pub const SENDABLE: Gate = Gate {
    id: "sendable",
    label: Text::new(
        "手段がメールかウェブフックで、送り先の設定と宛先がある",
        "By mail or webhook, with the server set and at least one recipient",
    ),
    mend: Text::new(
        "手段と宛先を確かめ、設定でメールサーバーと差出人を入れてください。急ぐときは電話で伝えて記録できます。",
        "Mind channel and recipients, and set mail server and sender. When in a hurry, call and record it.",
    ),
    inputs: &[],
    holds: |c| {
        let named = |f: &str| !c.me.ids(f).is_empty();
        let somebody =
            ["to_contact", "to_contacts", "to_persons", "to_role"].iter().any(|f| named(f));
        match Channel::from_id(c.me.text("channel")) {
            Some(Channel::Mail) => {
                somebody
                    && !c.settings.text("mail.server").is_empty()
                    && !c.settings.text("mail.sender").is_empty()
            }
            Some(Channel::Webhook) => !c.settings.text("webhook.url").is_empty(),
            _ => false,
        }
    },
    meets: &[],
};

/// SHA-256 in hex of everything that recipients get and of who they are.
pub fn digest(message: &Record) -> String {
    const FIELDS: [&str; 13] = [
        "subject",
        "text",
        "to_role",
        "to_contact",
        "to_contacts",
        "to_persons",
        "to_all",
        "to_others",
        "audience",
        "stage",
        "channel",
        "tlp",
        "cites",
    ];
    let mut hash = Sha256::new();
    for field in FIELDS {
        let value = message.body.get(field).map(ToString::to_string).unwrap_or_default();
        for part in [field, &value] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// The roles outside of the organisation whom a notice must not miss.
pub const fn window_of(audience: Audience) -> &'static [RoleKind] {
    match audience {
        Audience::Press => &[RoleKind::PrLead],
        Audience::Customers => &[RoleKind::CustomerLead],
        Audience::Employees => &[RoleKind::GeneralAffairs],
        _ => &[RoleKind::Csirt],
    }
}
