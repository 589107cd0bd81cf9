//! Documents made from the record, designed for A4: the incident report, the improvement sheet,
//! duties by role, the emergency contact list.

use super::parts::{Html, Ui, option_of, render};
use super::room_build::Lookup;
use askama::Template;
use okiagari_model::{Choice, Record, Time, govern::role, improve::review::Viewpoint};

pub use super::incident_report::{IncidentReport, Outcome, incident_report, reports_of, stages_of};

/// What stands at the head and foot of every document.
#[derive(Debug, Clone)]
pub struct Paper {
    /// Organisation.
    pub org: String,
    /// Revision of the record it is made from.
    pub rev: u32,
    /// Leaf of that revision.
    pub leaf: u64,
    /// Commitment of that leaf; empty where it cannot be shown.
    pub commitment: String,
    /// Who printed it.
    pub by: String,
}

/// The improvement record sheet (TK-105).
#[derive(Debug, Clone)]
pub struct ImprovementSheet {
    /// Head and foot.
    pub paper: Paper,
    /// Title.
    pub title: String,
    /// Incident.
    pub incident: String,
    /// Held at.
    pub held_at: Option<Time>,
    /// Participants.
    pub participants: Vec<String>,
    /// Sequence.
    pub sequence: String,
    /// What went well.
    pub went_well: String,
    /// What did not.
    pub problems: String,
    /// Lessons by viewpoint: heading, (lesson, proposed measure).
    pub lessons: Vec<(String, Vec<(String, String)>)>,
    /// Improvements: measure, in charge, due, way of confirming, state.
    pub improvements: Vec<[String; 5]>,
}

/// Makes the sheet. Every viewpoint has its part, also where nothing was found.
pub fn improvement_sheet(
    ui: &Ui,
    paper: Paper,
    review: &Record,
    improvements: &[Record],
    names: &dyn Lookup,
) -> ImprovementSheet {
    let name = |register: &str, id: &str| names.name(register, id).unwrap_or_else(|| id.to_owned());
    let text = |row: &okiagari_model::Body, f: &str| {
        row.get(f).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
    };
    let lessons = [Viewpoint::Procedure, Viewpoint::Technology, Viewpoint::Organisation]
        .iter()
        .map(|v| {
            let rows = review
                .rows("lessons")
                .filter(|row| text(row, "viewpoint") == v.id())
                .map(|row| (text(row, "text"), text(row, "measure")))
                .collect();
            (v.label().get(ui.lang).to_owned(), rows)
        })
        .collect();
    let improvements = improvements
        .iter()
        .map(|i| {
            let owner = i.ids("owner").first().map_or_else(String::new, |id| name("person", id));
            [
                i.title(),
                owner,
                i.text("due_on").to_owned(),
                i.text("confirm_by").to_owned(),
                ui.choice(i, "state"),
            ]
        })
        .collect();
    ImprovementSheet {
        paper,
        title: review.text("title").to_owned(),
        incident: review
            .ids("incident")
            .first()
            .map_or_else(String::new, |id| name("incident", id)),
        held_at: review.time("held_at"),
        participants: review.ids("participants").into_iter().map(|id| name("person", id)).collect(),
        sequence: review.text("sequence").to_owned(),
        went_well: review.text("went_well").to_owned(),
        problems: review.text("problems").to_owned(),
        lessons,
        improvements,
    }
}

/// One person with the means to reach them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reach {
    /// Name.
    pub name: String,
    /// Means: what and how.
    pub means: Vec<(String, String)>,
}

/// One role as a sheet to hand over (TK-15), and as a line of the contact list.
#[derive(Debug, Clone, PartialEq)]
pub struct RoleSheet {
    /// Role.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// Kind, stored name.
    pub kind_id: String,
    /// Holder, or the deputy who acts now.
    pub holder: Option<Reach>,
    /// A deputy acts.
    pub acting: bool,
    /// Deputies in order.
    pub deputies: Vec<Reach>,
    /// Duties.
    pub duties: String,
    /// From outside.
    pub external: bool,
}

/// Means of contact of a person, in the order in which they are tried.
pub fn reach(ui: &Ui, person: &Record) -> Reach {
    let means = ["phone", "phone_off_hours", "mail", "other"]
        .iter()
        .filter(|f| !person.text(f).is_empty())
        .filter_map(|f| {
            let label = person.def.field(f)?.label.get(ui.lang).to_owned();
            Some((label, person.text(f).to_owned()))
        })
        .collect();
    Reach { name: person.text("name").to_owned(), means }
}

/// Makes the sheets, key roles first.
pub fn role_sheets(ui: &Ui, roles: &[Record], people: &[Record]) -> Vec<RoleSheet> {
    let person = |id: &str| people.iter().find(|p| p.id.as_str() == id).map(|p| reach(ui, p));
    let mut sheets: Vec<(usize, RoleSheet)> = roles
        .iter()
        .filter(|r| !r.ended())
        .map(|r| {
            let acting = role::acting_person(r, ui.now);
            let holder = r.ids("holder").first().copied().map(str::to_owned);
            let is_deputy =
                acting.as_ref().map(|a| a.as_str()) != holder.as_deref() && acting.is_some();
            let sheet = RoleSheet {
                name: r.text("name").to_owned(),
                kind: ui.choice(r, "kind"),
                kind_id: r.text("kind").to_owned(),
                holder: acting.as_ref().and_then(|a| person(a.as_str())),
                acting: is_deputy,
                deputies: r.ids("deputies").into_iter().filter_map(person).collect(),
                duties: r.text("duties").to_owned(),
                external: r.flag("external"),
            };
            let rank = option_of(r, "kind")
                .and_then(|o| role::RoleKind::from_id(o.id))
                .map_or(usize::MAX, |k| k as usize);
            (rank, sheet)
        })
        .collect();
    sheets.sort_by_key(|(rank, _)| *rank);
    sheets.into_iter().map(|(_, s)| s).collect()
}

/// Duties of every role, one sheet each.
#[derive(Debug, Clone)]
pub struct Duties {
    /// Head and foot.
    pub paper: Paper,
    /// The sheets.
    pub roles: Vec<RoleSheet>,
}

/// An outside body on the contact list.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// Desk and hours.
    pub desk: String,
    /// Telephone.
    pub phone: String,
    /// Mail or web.
    pub other: String,
    /// What to have ready.
    pub prepare: String,
    /// Last confirmed on.
    pub confirmed_on: String,
    /// Terms of help (TK-76): number out of hours, contract and customer number, hours, language,
    /// scope, services; label and value.
    pub terms: Vec<(String, String)>,
}

/// What a helper is asked by (TK-76).
const TERMS: [&str; 8] = [
    "phone_off_hours",
    "contract_no",
    "customer_no",
    "hours",
    "language",
    "scope",
    "services",
    "work_time",
];

/// The emergency contact list (TK-89, TK-90).
#[derive(Debug, Clone)]
pub struct ContactList {
    /// Head and foot.
    pub paper: Paper,
    /// People by role, in order of calling.
    pub roles: Vec<RoleSheet>,
    /// Outside bodies, in order of calling.
    pub bodies: Vec<Body>,
    /// Version of this list: the last leaf that touched a contact.
    pub version: String,
    /// Copies on record: place, holder, printed at, outdated.
    pub copies: Vec<(String, String, Time, bool)>,
    /// A copy may be recorded.
    pub may_record: bool,
    /// What needs mending.
    pub problem: Option<String>,
}

impl ContactList {}

/// Outside bodies in order of calling.
pub fn bodies(ui: &Ui, contacts: &[Record]) -> Vec<Body> {
    let mut sorted: Vec<&Record> = contacts.iter().filter(|c| !c.ended()).collect();
    sorted.sort_by_key(|c| (c.int("rank").unwrap_or(i64::MAX), c.text("name").to_owned()));
    let join = |parts: [&str; 2]| {
        let parts: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        parts.join(" ・ ")
    };
    sorted
        .into_iter()
        .map(|c| Body {
            name: c.text("name").to_owned(),
            kind: ui.choice(c, "kind"),
            desk: join([c.text("desk"), c.text("hours")]),
            phone: c.text("phone").to_owned(),
            other: join([c.text("mail"), c.text("web")]),
            prepare: c.text("prepare").to_owned(),
            confirmed_on: c.text("confirmed_on").to_owned(),
            terms: TERMS
                .iter()
                .filter(|f| !c.text(f).is_empty())
                .filter_map(|f| {
                    let label = c.def.field(f)?.label.get(ui.lang).to_owned();
                    Some((label, c.text(f).to_owned()))
                })
                .collect(),
        })
        .collect()
}

macro_rules! documents {
    ($($(#[$doc:meta])* $function:ident $name:ident $path:literal $value:ty;)*) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> { ui: &'a Ui, doc: &'a $value }
        $(#[$doc])*
        pub fn $function(ui: &Ui, doc: &$value) -> Html { render(&$name { ui, doc }) }
    )*};
}

documents! {
    /// The incident report as a page to print.
    incident_page IncidentPage "respond/doc_incident.html" IncidentReport;
    /// The improvement sheet as a page to print.
    improvement_page ImprovementPage "respond/doc_improvement.html" ImprovementSheet;
    /// Duties, one sheet a role.
    duties_page DutiesPage "respond/doc_duties.html" Duties;
    /// The emergency contact list, with the copies on record.
    contacts_page ContactsPage "respond/doc_contacts.html" ContactList;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::respond::play::PlayLine;
    use crate::respond::sample::{NOW, a_room, names, record, tidy, ui};
    use okiagari_app::history::HistoryEntry;
    use okiagari_model::{Lang, MINUTE};
    use serde_json::json;

    fn paper() -> Paper {
        Paper {
            org: "あさひ商店".into(),
            rev: 3,
            leaf: 40,
            commitment: "ab12".into(),
            by: "佐藤 花".into(),
        }
    }

    fn report(ui: &Ui) -> IncidentReport {
        let incident = record(
            "incident",
            "i1",
            40,
            json!({
                "title": "受注サーバーが暗号化された", "kind": "malware", "severity": "high", "summary": "朝、ファイルが開けなくなった。",
                "detected_at": NOW.millis() - 3_600_000, "contained_at": NOW.millis(),
                "causes": [{"key": "A", "class": "technical", "text": "更新していなかった"}, {"key": "B", "class": "human", "text": "訓練が少なかった"}],
            }),
        );
        let improvements = [
            record(
                "improvement",
                "k1",
                50,
                json!({"number": "K-1", "measure": "自動更新にする", "cause_key": "A", "due_on": "2026-12-20"}),
            ),
            record("improvement", "k2", 51, json!({"measure": "連絡網を作る", "cause_key": "Z"})),
        ];
        incident_report(ui, paper(), a_room(ui, None), &incident, &improvements)
    }

    #[test]
    fn causes_without_a_measure_and_measures_without_a_cause_are_visible() {
        let ui = ui(Lang::Ja);
        let report = report(&ui);
        assert_eq!(report.causes[0].3, ["K-1 自動更新にする（期限 2026-12-20）"]);
        assert!(report.causes[1].3.is_empty());
        assert_eq!(report.other_measures, ["連絡網を作る"]);
        assert!(incident_page(&ui, &report).0.contains("対策がまだありません"));
    }

    /// IPA-144, JP-61: what was done by the playbook, how its questions were answered, and each
    /// stage with its reason are in the report.
    #[test]
    fn the_report_holds_the_stages_with_reasons_and_the_answers_of_the_playbook() {
        let ui = ui(Lang::Ja);
        let entry = |rev: u32, action: &str, reason: Option<&str>| HistoryEntry {
            rev,
            leaf: 40 + u64::from(rev),
            at: NOW.plus(i64::from(rev) * MINUTE),
            actor: "佐藤 花".into(),
            role: "csirt".into(),
            action: action.into(),
            reason: reason.map(str::to_owned),
            changes: Vec::new(),
        };
        let mut report = report(&ui);
        let history = [
            entry(3, "incident.step.contain", Some("外への通信が止まった")),
            entry(2, "incident.edit", Some("件名を直した")),
            entry(1, "incident.step.organise", None),
        ];
        report.stages = stages_of(&ui, &history);
        let labels: Vec<&str> = report.stages.iter().map(|s| s.label.as_str()).collect();
        assert_eq!(labels, ["体制を発足する", "封じ込めた"]);
        report.room.plays.runs.push(PlayLine {
            id: "play".into(),
            rev: 1,
            name: "身代金要求型ウイルス".into(),
            version: Some(1),
            running: false,
            chip: Html::default(),
            now: Vec::new(),
            done: vec![("身代金を払うか決める".into(), "払わない".into(), Some(NOW))],
            others: Vec::new(),
        });
        let page = incident_page(&ui, &report).0;
        for words in ["外への通信が止まった", "身代金を払うか決める", "<td>払わない</td>"]
        {
            assert!(page.contains(words), "{words}");
        }
        assert!(!page.contains("件名を直した"), "an edit is no stage");
    }

    #[test]
    fn a_deputy_who_acts_stands_as_holder_and_key_roles_come_first() {
        let ui = ui(Lang::Ja);
        let people = [
            record(
                "person",
                "p1",
                1,
                json!({"name": "佐藤 花", "phone": "03-1", "mail": "s@example.jp"}),
            ),
            record("person", "p2", 2, json!({"name": "高橋 一郎", "phone": "03-2"})),
        ];
        let roles = [
            record("role", "r2", 4, json!({"name": "広報", "kind": "pr_lead", "holder": "p2"})),
            record(
                "role",
                "r1",
                3,
                json!({"name": "社長", "kind": "executive", "holder": "p1", "deputies": ["p2"], "state": "deputy", "acting": "p2", "duties": "全体を指揮する"}),
            ),
        ];
        let sheets = role_sheets(&ui, &roles, &people);
        assert_eq!(sheets[0].name, "社長");
        assert_eq!(sheets[0].holder.as_ref().unwrap().name, "高橋 一郎");
        assert!(sheets[0].acting);
        assert_eq!(
            sheets[1].holder.as_ref().unwrap().means,
            [("電話".to_owned(), "03-2".to_owned())]
        );
    }

    #[test]
    fn every_viewpoint_has_its_part_in_the_improvement_sheet() {
        let ui = ui(Lang::Ja);
        let review = record(
            "review",
            "w1",
            60,
            json!({"title": "振り返り", "incident": "i1", "held_at": NOW.millis(), "participants": ["p1"], "lessons": [{"viewpoint": "technology", "text": "監視が弱い", "measure": "EDR"}]}),
        );
        let sheet = improvement_sheet(&ui, paper(), &review, &[], &names());
        assert_eq!(sheet.lessons.len(), 3);
        assert_eq!(sheet.lessons[1].1, [("監視が弱い".to_owned(), "EDR".to_owned())]);
        assert!(sheet.lessons[0].1.is_empty());
    }

    #[test]
    fn documents_read_in_both_languages() {
        for lang in [Lang::Ja, Lang::En] {
            let (ui, tag) = (ui(lang), lang.tag());
            insta::assert_snapshot!(
                format!("incident_{tag}"),
                tidy(&incident_page(&ui, &report(&ui)))
            );
            let review = record(
                "review",
                "w1",
                60,
                json!({"title": "振り返り", "held_at": NOW.millis(), "went_well": "早く気づいた"}),
            );
            let sheet = improvement_sheet(
                &ui,
                paper(),
                &review,
                &[record(
                    "improvement",
                    "k1",
                    50,
                    json!({"measure": "自動更新にする", "owner": "p1", "due_on": "2026-12-20", "confirm_by": "点検", "state": "planned"}),
                )],
                &names(),
            );
            insta::assert_snapshot!(
                format!("improvement_{tag}"),
                tidy(&improvement_page(&ui, &sheet))
            );
            let people = [record("person", "p1", 1, json!({"name": "佐藤 花", "phone": "03-1"}))];
            let roles = role_sheets(
                &ui,
                &[record(
                    "role",
                    "r1",
                    3,
                    json!({"name": "社長", "kind": "executive", "holder": "p1", "duties": "全体を指揮する"}),
                )],
                &people,
            );
            insta::assert_snapshot!(
                format!("duties_{tag}"),
                tidy(&duties_page(&ui, &Duties { paper: paper(), roles: roles.clone() }))
            );
            let contacts = [
                record(
                    "contact",
                    "c2",
                    6,
                    json!({"name": "県警", "kind": "police", "rank": 2, "phone": "0570-1"}),
                ),
                record(
                    "contact",
                    "c1",
                    5,
                    json!({"name": "IPA", "kind": "expert_body", "rank": 1, "phone": "03-5978", "mail": "a@example.jp", "desk": "相談窓口"}),
                ),
            ];
            let list = ContactList {
                paper: paper(),
                roles,
                bodies: bodies(&ui, &contacts),
                version: "#6".into(),
                copies: vec![("金庫".into(), "佐藤 花".into(), NOW, true)],
                may_record: true,
                problem: None,
            };
            assert_eq!(list.bodies[0].name, "IPA");
            insta::assert_snapshot!(format!("contacts_{tag}"), tidy(&contacts_page(&ui, &list)));
        }
    }
}
