//! The steps of an update: put together, issued, or left out with a reason.

use super::blame::blame;
use super::framework_flow::cell;
use super::parts::{CASE, body_of, of_case};
use super::phase_flow::framework;
use super::status_update::{self, before, frozen, name_of, plan, recipients};
use super::told::{From, Told};
use super::update_rhythm::{UpdateAudience, UpdateMode, WAYS, WayKind};
use crate::prepare::contact::Contact;
use crate::respond::message::{Channel, Message, MessageState, Tlp};
use crate::respond::message_gates::{APPROVERS, SECOND_PAIR_OF_EYES};
use crate::*;

/// What an update is put together from.
const READ: &[Input] = &[
    Input::Out("reconnection"),
    Input::Out("rhythm"),
    Input::Out("phase"),
    Input::Out("attestation"),
    Input::All("framework"),
    Input::Beside("reconnection", "reconnect_phase", "reconnection"),
    Input::Beside("reconnection", "gate_check", "reconnection"),
    Input::Beside("reconnection", "link", "reconnection"),
    Input::Beside("reconnection", "sharing_limit", "reconnection"),
    Input::Beside("reconnection", "status_update", "reconnection"),
];

/// What the update says by the record as it stands.
pub fn told(c: &RuleCtx<'_>) -> Option<Told> {
    let of = |register: &'static str| -> Vec<&Record> {
        c.beside("reconnection", register, "reconnection").collect()
    };
    let updates = of("status_update");
    let last = before(updates, c.me.text("rhythm"), &c.me.id).and_then(frozen);
    Some(Told::of(&From {
        update: c.me,
        case: c.out("reconnection")?,
        rhythm: c.out("rhythm")?,
        phase: c.out("phase")?,
        framework: framework(c),
        phases: &of("reconnect_phase"),
        checks: &of("gate_check"),
        links: &of("link"),
        limits: &of("sharing_limit"),
        attestation: c.out("attestation"),
        before: last.as_ref(),
        now: c.now,
        zone: c.zone,
    }))
}

fn freeze(c: &RuleCtx<'_>) -> Body {
    let Some(told) = told(c) else { return Body::new() };
    let content = told.canonical();
    let digest = Told::digest(&content);
    body_of([
        ("content", content.into()),
        ("digest", digest.into()),
        ("prepared_at", c.now.millis().into()),
    ])
}

const SAME_CASE: Gate = Gate {
    id: "same_case",
    label: Text::new(
        "定期連絡も段階もこの案件のもので、内容がまとまる",
        "Rhythm and phase are of this case, and there is something to tell",
    ),
    mend: Text::new(
        "同じ案件の定期連絡と、全体の段階を選んでください。",
        "Choose a rhythm and a phase of the whole, both of this case.",
    ),
    inputs: READ,
    holds: |c| {
        let of_case =
            |f: &str| c.out(f).is_some_and(|r| r.ids("reconnection") == c.me.ids("reconnection"));
        of_case("rhythm")
            && of_case("phase")
            && c.out("phase").is_some_and(|p| p.text("part").is_empty())
    },
    meets: &["G7-45"],
};

const STILL_TRUE: Gate = Gate {
    id: "still_true",
    label: Text::new("まとめた後に案件が動いていない", "The case has not moved since"),
    mend: Text::new(
        "段階・基準・文章などが変わりました。もう一度まとめてください。",
        "Phase, criteria or words have changed. Put it together once more.",
    ),
    inputs: READ,
    holds: |c| told(c).is_some_and(|t| t.canonical() == c.me.text("content")),
    meets: &["G7-86"],
};

const FREE_OF_BLAME: Gate = Gate {
    id: "free_of_blame",
    label: Text::new("だれかを責める言葉がない", "No word of blame is in it"),
    mend: Text::new(
        "起きたこと・原因・必要なことだけを書いてください。",
        "Write what happened, why, and what is needed.",
    ),
    inputs: &[],
    holds: |c| {
        let asks = c.me.rows("requests").map(|r| cell(r, "what"));
        ["words", "words_en"]
            .into_iter()
            .map(|f| c.me.text(f))
            .chain(asks)
            .all(|t| blame(t).is_none())
    },
    meets: &["G7-17"],
};

const GROUP_JOINED: Gate = Gate {
    id: "group_joined",
    label: Text::new(
        "業界の対応グループへ知らせるなら、参加している",
        "The sector group that it goes through was joined",
    ),
    mend: Text::new("グループへの参加を先に記録してください。", "First record joining the group."),
    inputs: &[Input::Out("rhythm"), Input::Beside("reconnection", "sector_group", "reconnection")],
    holds: |c| {
        let Some(rhythm) = c.out("rhythm") else { return false };
        let group = rhythm.text("group");
        let goes = rhythm.ids("audiences").contains(&UpdateAudience::SectorGroup.id());
        !goes
            || c.beside("reconnection", "sector_group", "reconnection")
                .any(|g| g.id.as_str() == group && g.text("state") == "joined")
    },
    meets: &["G7-84", "G7-85"],
};

const ASSURANCE_ISSUED: Gate = Gate {
    id: "assurance_issued",
    label: Text::new(
        "添える認証書は、この案件で発行済み",
        "The attestation is issued, of this case",
    ),
    mend: Text::new(
        "認証書を発行してから添えるか、外してください。",
        "Issue the attestation first, or take it out.",
    ),
    inputs: &[Input::Out("attestation")],
    holds: |c| {
        c.me.ids("attestation").is_empty()
            || c.out("attestation").is_some_and(|a| {
                a.text("state") == "issued" && a.ids("reconnection") == c.me.ids("reconnection")
            })
    },
    meets: &["G7-92"],
};

const CUSTODY: Gate = Gate {
    id: "custody_recorded",
    label: Text::new(
        "渡した証拠には、届け先への受け渡しが記録されている",
        "Each item handed over has its hand-over to a recipient on record",
    ),
    mend: Text::new(
        "証拠の「受け渡しの記録」に、警察などの届け先を受け取った人として足してください。",
        "Add the hand-over at the evidence, naming the recipient such as the police.",
    ),
    inputs: &[Input::Out("rhythm"), Input::Out("evidence"), Input::All("contact")],
    holds: |c| {
        let contacts: Vec<&Record> = c.all(Contact::ID).collect();
        let names: Vec<&str> = c
            .out("rhythm")
            .map(recipients)
            .unwrap_or_default()
            .iter()
            .filter_map(|id| name_of(&contacts, id))
            .collect();
        let given = c.outs("evidence");
        given.len() == c.me.ids("evidence").len()
            && given
                .iter()
                .all(|e| e.rows("custody").any(|h| names.iter().any(|n| cell(h, "to").contains(n))))
    },
    meets: &["G7-90"],
};

/// One message for each kind of channel and means, all with the same text.
fn messages(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let (Some(rhythm), Some(told)) = (c.out("rhythm"), frozen(c.me)) else { return Vec::new() };
    let text = told.message(c.me.text("digest"));
    let mut out = Vec::new();
    for kind in WAYS {
        let mut means: Vec<&str> = Vec::new();
        let rows = || rhythm.rows("ways").filter(|r| cell(r, "kind") == kind.id());
        for row in rows() {
            if !means.contains(&cell(row, "means")) {
                means.push(cell(row, "means"));
            }
        }
        for means in means {
            let to: Vec<&str> =
                rows().filter(|r| cell(r, "means") == means).map(|r| cell(r, "contact")).collect();
            out.push(message(c, rhythm, &told, &text, (kind, means), &to));
        }
    }
    out
}

fn message(
    c: &RuleCtx<'_>,
    rhythm: &Record,
    told: &Told,
    text: &str,
    (kind, means): (WayKind, &str),
    to: &[&str],
) -> NewRecord {
    let audience = rhythm.ids("audiences").into_iter().filter_map(UpdateAudience::from_id).min();
    let subject = format!("{} / {}", told.headline(Lang::Ja), told.headline(Lang::En));
    let mut body = body_of([
        ("subject", subject.chars().take(200).collect::<String>().into()),
        ("text", text.into()),
        ("direction", "out".into()),
        ("channel", means.into()),
        ("tlp", Tlp::Amber.id().into()),
        ("way", kind.id().into()),
        ("status_update", c.me.id.as_str().into()),
        ("to_all", false.into()),
        ("answer_awaited", false.into()),
        ("approved_at", c.now.millis().into()),
        ("state", MessageState::Approved.id().into()),
    ]);
    for field in ["incident", "writer", "approved_by"] {
        body.extend(c.me.body.get(field).map(|v| (field.to_owned(), v.clone())));
    }
    if let Some(audience) = audience {
        body.insert("audience".into(), audience.message().id().into());
    }
    match (rhythm.text("mode") == UpdateMode::Bilateral.id(), to) {
        (true, [one]) => body.insert("to_contact".into(), (*one).into()),
        _ => body.insert("to_contacts".into(), to.to_vec().into()),
    };
    if Channel::from_id(means) == Some(Channel::InApp) {
        // What is shown in this program reaches people inside only; outsiders are told by hand.
        body.insert("channel".into(), Channel::WebForm.id().into());
    }
    NewRecord { register: Message::ID, body, link_back: None }
}

/// The next one, as long as its phase is open and its rhythm runs.
fn next(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let (Some(rhythm), Some(phase)) = (c.out("rhythm"), c.out("phase")) else { return Vec::new() };
    if phase.text("state") != "open" || !super::update_rhythm::runs(rhythm) {
        return Vec::new();
    }
    let waits = c
        .beside("reconnection", "status_update", "reconnection")
        .filter(|u| u.id != c.me.id && status_update::due(u))
        .any(|u| u.text("rhythm") == rhythm.id.as_str() && u.text("phase") == phase.id.as_str());
    if waits {
        return Vec::new();
    }
    plan(rhythm, phase, c.me.int("round").unwrap_or(1) + 1, c.now).into_iter().collect()
}

const SEND: Follow = Follow {
    label: Text::new(
        "同じ内容の連絡を、経路ごとに送れる形で用意します",
        "Makes a message for each way, all with the same text, ready to be sent",
    ),
    inputs: READ,
    open: messages,
    meets: &["G7-87"],
};

const NEXT: Follow = Follow {
    label: Text::new("次の更新を予定に入れます", "Plans the next update"),
    inputs: READ,
    open: next,
    meets: &["G7-83"],
};

/// An update that somebody makes besides those planned is due at once.
fn started(c: &RuleCtx<'_>) -> Body {
    let mut out = of_case(c);
    out.extend(body_of([
        ("round", 1.into()),
        ("planned_at", c.now.millis().into()),
        ("due_at", c.now.millis().into()),
    ]));
    out
}

/// The steps.
pub const FLOW: Workflow = Workflow {
    field: "state",
    initial: "planned",
    start: Start { inputs: CASE, fill: Some(started), ..Start::PLAIN },
    transitions: &[
        Transition {
            id: "prepare",
            label: Text::new("案件からまとめる", "Put it together from the case"),
            from: &["planned", "prepared"],
            to: "prepared",
            asks: &[
                ("writer", true),
                ("words", false),
                ("words_en", false),
                ("requests", false),
                ("attestation", false),
                ("evidence", false),
            ],
            fill: Some(freeze),
            gates: &[SAME_CASE, FREE_OF_BLAME],
            meets: &["G7-86"],
            ..Transition::PLAIN
        },
        Transition {
            id: "issue",
            label: Text::new("発行する", "Issue"),
            from: &["prepared"],
            to: "issued",
            asks: &[("approved_by", true)],
            stamps: &["issued_at", "settled_at"],
            fill: Some(|c| body_of([("as_issued", status_update::typed(&c.me.body).into())])),
            gates: &[
                SECOND_PAIR_OF_EYES,
                STILL_TRUE,
                FREE_OF_BLAME,
                GROUP_JOINED,
                ASSURANCE_ISSUED,
                CUSTODY,
            ],
            follows: &[SEND, NEXT],
            who: APPROVERS,
            meets: &["G7-86", "G7-87"],
            ..Transition::PLAIN
        },
        Transition {
            id: "skip",
            label: Text::new("この回は出さない", "Leave this one out"),
            from: &["planned", "prepared"],
            to: "skipped",
            asks: &[("skipped_why", true)],
            stamps: &["settled_at"],
            follows: &[NEXT],
            ..Transition::PLAIN
        },
    ],
};
