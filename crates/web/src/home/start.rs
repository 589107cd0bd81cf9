//! The first-start guide: one question a page, each left and taken up again at any time.

use crate::respond::parts::{Html, Ui, render};
use askama::Template;
use okiagari_model::Choice;
use okiagari_model::govern::role::RoleKind;

/// The pages of the guide, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Name, business, profile.
    Organisation,
    /// People and key roles.
    Roles,
    /// What is an incident.
    Definition,
    /// The key on paper.
    Keys,
    /// Which deadlines apply.
    Deadlines,
    /// The public report page.
    Report,
    /// Done.
    Done,
}

impl Step {
    /// All pages.
    pub const ALL: [Step; 7] = [
        Step::Organisation,
        Step::Roles,
        Step::Definition,
        Step::Keys,
        Step::Deadlines,
        Step::Report,
        Step::Done,
    ];

    /// Name in addresses.
    pub const fn id(self) -> &'static str {
        match self {
            Step::Organisation => "organisation",
            Step::Roles => "roles",
            Step::Definition => "definition",
            Step::Keys => "keys",
            Step::Deadlines => "deadlines",
            Step::Report => "report",
            Step::Done => "done",
        }
    }

    /// From an address.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.id() == id)
    }

    /// Name on screen.
    pub fn label(self, ui: &Ui) -> String {
        match self {
            Step::Organisation => ui.t("組織", "Organisation"),
            Step::Roles => ui.t("役割を決める", "Give the roles"),
            Step::Definition => ui.t("インシデントとは", "What is an incident"),
            Step::Keys => ui.t("鍵の控え", "Keys"),
            Step::Deadlines => ui.t("期限", "Deadlines"),
            Step::Report => ui.t("報告のページ", "Report page"),
            Step::Done => ui.t("できあがり", "Done"),
        }
        .to_owned()
    }

    /// The page after it.
    pub fn next(self) -> Step {
        let at = Self::ALL.iter().position(|s| *s == self).unwrap_or_default();
        Self::ALL.get(at + 1).copied().unwrap_or(Step::Done)
    }
}

/// A role that should have a holder, with what is suggested for it (TK-10, TK-13, TK-14, JP-04,
/// JP-05).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleLine {
    /// Kind, stored name.
    pub kind: String,
    /// Name.
    pub name: String,
    /// What it is for.
    pub duties: String,
    /// Who is a good deputy.
    pub deputy: String,
    /// Role record and holder, where there is one.
    pub held: Option<(String, String)>,
    /// Deputies named so far.
    pub deputies: usize,
}

impl RoleLine {
    /// Whether somebody holds it.
    pub fn is_held(&self) -> bool {
        self.held.as_ref().is_some_and(|(_, holder)| !holder.is_empty())
    }
}

/// A kind of role, its duties and a fitting deputy, each in Japanese and English.
type Suggested = (RoleKind, (&'static str, &'static str), (&'static str, &'static str));

/// What is on record of a kind of role: record id, holder's name, number of deputies.
pub type Held = Option<(String, String, usize)>;

/// Suggested duties and deputies by kind of role, in our own words.
const SUGGESTED: [Suggested; 11] = [
    (
        RoleKind::Executive,
        (
            "方針を承認し、緊急時に全社を指揮する",
            "Approves the policy and commands the whole company in an emergency",
        ),
        ("副社長、総務部長など", "A vice executive or the head of administration"),
    ),
    (
        RoleKind::SecurityManager,
        (
            "検知の報告をすべて受け、対応の体制を発足する",
            "Receives every report of a detection and starts the response",
        ),
        ("同じ判断ができる管理職", "A manager who can decide alike"),
    ),
    (
        RoleKind::ItManager,
        (
            "すべての報告を知らされ、改善の効果を確かめる",
            "Is told of every report and confirms the effect of improvements",
        ),
        ("IT担当の先任者", "The senior IT person"),
    ),
    (
        RoleKind::TechnicalLead,
        (
            "バックアップと復旧、外部の技術者との連絡を受け持つ",
            "Backup, recovery and liaison with outside engineers",
        ),
        ("外部のIT支援会社", "The external IT support company"),
    ),
    (
        RoleKind::PrLead,
        (
            "社外への発表と問い合わせを一つの窓口にまとめる",
            "One desk for statements and questions from outside",
        ),
        ("総務の担当者", "Somebody of general affairs"),
    ),
    (
        RoleKind::CustomerLead,
        ("お客様への連絡と相談を受け持つ", "Tells customers and answers them"),
        ("営業の責任者", "The head of sales"),
    ),
    (
        RoleKind::Csirt,
        ("インシデントに対応し、時系列に記録する", "Works on incidents and keeps the timeline"),
        ("外部の対応支援会社", "An incident-response company outside"),
    ),
    (
        RoleKind::Coordinator,
        (
            "対応の全体を見て、抜けと重なりをなくす",
            "Sees the whole of the response; no gaps, no doubles",
        ),
        ("情報セキュリティ責任者", "The information security manager"),
    ),
    (
        RoleKind::UnforeseenOwner,
        ("どの種類にも当てはまらない報告を受け持つ", "Takes every report that fits no known kind"),
        ("全体統括", "Overall coordination"),
    ),
    (
        RoleKind::ReportingDesk,
        (
            "報告を最初に受け、判断の基準に沿って回す",
            "Takes reports first and passes them on by the criteria",
        ),
        ("もう一人の受付担当", "A second person at the desk"),
    ),
    (
        RoleKind::GeneralAffairs,
        (
            "連絡網を保ち、被害と対応を記録する",
            "Keeps the contact network and the record of damage",
        ),
        ("業務管理の担当者", "Business-administration staff"),
    ),
];

/// The kinds of role that somebody alone takes over by one click (TK-93): all that the response
/// needs. To command the company is not taken over by a click; whoever owns it says so in the line.
pub fn taken_alone() -> impl Iterator<Item = RoleKind> {
    SUGGESTED.iter().map(|(kind, ..)| *kind).filter(|kind| *kind != RoleKind::Executive)
}

/// The limits of a double role, to stand in writing before anything happens (TK-93).
pub fn limits_alone(ui: &Ui) -> &'static str {
    ui.t(
        "ほかの役割と兼ねています。判断に迷うときは経営者に決めてもらい、手が足りないときや動けないときは連絡先に登録した社外の支援先に頼みます。",
        "Held together with other roles. What is unclear is decided by the head of the business; when hands are short, or the holder is away, the helpers among the contacts are asked.",
    )
}

/// The table of suggestions, each with what is already on record.
pub fn role_lines(ui: &Ui, held: &dyn Fn(&str) -> Held) -> Vec<RoleLine> {
    SUGGESTED
        .iter()
        .map(|(kind, duties, deputy)| {
            let found = held(kind.id());
            RoleLine {
                kind: kind.id().to_owned(),
                name: kind.label().get(ui.lang).to_owned(),
                duties: ui.t(duties.0, duties.1).to_owned(),
                deputy: ui.t(deputy.0, deputy.1).to_owned(),
                deputies: found.as_ref().map_or(0, |f| f.2),
                held: found.map(|(id, holder, _)| (id, holder)),
            }
        })
        .collect()
}

/// A rule of deadlines to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockLine {
    /// Its id.
    pub id: String,
    /// Law or guide.
    pub name: String,
    /// Its stages, each with how long.
    pub stages: Vec<String>,
    /// To whom.
    pub recipient: String,
    /// Source.
    pub source: String,
    /// How sure it is.
    pub evidence: String,
    /// The source was never compared.
    pub unsure: bool,
    /// What to know before relying on it.
    pub note: String,
    /// A duty by law.
    pub legal: bool,
    /// Of this country or of our own making; the others stand folded below.
    pub near: bool,
    /// Confirmed as applying or not.
    pub applies: Option<bool>,
    /// Why.
    pub reason: String,
    /// Revision of the setting, if there is one.
    pub rev: Option<u32>,
}

/// The guide at one page.
#[derive(Debug, Clone)]
pub struct Start {
    /// Where we are.
    pub step: Step,
    /// Pages that are done.
    pub done: Vec<Step>,
    /// Name of the organisation.
    pub name: String,
    /// Business.
    pub business: String,
    /// Staff.
    pub staff: String,
    /// `light` or `full`.
    pub profile: String,
    /// Revision of the organisation.
    pub rev: u32,
    /// Definition of incident.
    pub definition: String,
    /// Kinds, one a line.
    pub kinds: String,
    /// Examples, one a line.
    pub examples: String,
    /// Promise to those who report.
    pub promise: String,
    /// Roles.
    pub roles: Vec<RoleLine>,
    /// Name of who looks at it; empty where the account is nobody of the organisation.
    pub me: String,
    /// People to choose from: id and name.
    pub people: Vec<(String, String)>,
    /// The paper key; shown once, on request.
    pub paper: Option<String>,
    /// The group that is asked for.
    pub group: usize,
    /// The keys were backed up.
    pub keys_at: Option<okiagari_model::Time>,
    /// Rules of deadlines.
    pub clocks: Vec<ClockLine>,
    /// Address of the public report page.
    pub report_url: String,
    /// What is still missing: text and where.
    pub open: Vec<(String, String)>,
    /// What needs mending.
    pub problem: Option<String>,
    /// Who looks at it may change these.
    pub may: bool,
}

impl Start {
    /// The stepper's pages with their state.
    pub fn steps(&self, ui: &Ui) -> Vec<(&'static str, &'static str, String)> {
        Step::ALL
            .into_iter()
            .map(|s| {
                let state = if s == self.step {
                    "current"
                } else if self.done.contains(&s) {
                    "done"
                } else {
                    "later"
                };
                (s.id(), state, s.label(ui))
            })
            .collect()
    }

    /// Address of the next page.
    pub fn next(&self) -> String {
        format!("/start/{}", self.step.next().id())
    }

    /// Roles that one person alone would take over.
    pub fn open_roles(&self) -> usize {
        let held = |kind: RoleKind| {
            let line = self.roles.iter().find(|r| r.kind == kind.id());
            line.is_some_and(RoleLine::is_held)
        };
        taken_alone().filter(|kind| !held(*kind)).count()
    }

    /// Rules of this country and of our own making.
    pub fn near(&self) -> Vec<&ClockLine> {
        self.clocks.iter().filter(|c| c.near).collect()
    }

    /// Rules of other countries.
    pub fn far(&self) -> Vec<&ClockLine> {
        self.clocks.iter().filter(|c| !c.near).collect()
    }

    /// The paper key in groups, numbered as they are asked for.
    pub fn groups(&self) -> Vec<(usize, String)> {
        let paper = self.paper.as_deref().unwrap_or_default();
        paper.split('-').enumerate().map(|(i, g)| (i, g.to_owned())).collect()
    }
}

macro_rules! start_pages {
    ($($function:ident $name:ident $path:literal;)*) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> { ui: &'a Ui, start: &'a Start }
        fn $function(ui: &Ui, start: &Start) -> Html { render(&$name { ui, start }) }
    )*};
}

start_pages! {
    organisation Organisation "home/start_organisation.html";
    roles Roles "home/start_roles.html";
    definition Definition "home/start_definition.html";
    keys Keys "home/start_keys.html";
    clocks Clocks "home/start_deadlines.html";
    report Report "home/start_report.html";
    finish Finish "home/start_done.html";
    shell Shell "home/start.html";
}

/// The page: what stands inside `<main>`.
pub fn page(ui: &Ui, start: &Start) -> Html {
    shell(ui, start)
}

fn inner(ui: &Ui, start: &Start) -> Html {
    match start.step {
        Step::Organisation => organisation(ui, start),
        Step::Roles => roles(ui, start),
        Step::Definition => definition(ui, start),
        Step::Keys => keys(ui, start),
        Step::Deadlines => clocks(ui, start),
        Step::Report => report(ui, start),
        Step::Done => finish(ui, start),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::respond::sample::{tidy, ui};
    use okiagari_model::Lang;

    fn start(ui: &Ui, step: Step) -> Start {
        Start {
            step,
            done: vec![Step::Organisation],
            name: "あさひ商店".into(),
            business: "通信販売".into(),
            staff: "30".into(),
            profile: "light".into(),
            rev: 2,
            definition: String::new(),
            kinds: "マルウェア\n情報漏えい".into(),
            examples: String::new(),
            promise: String::new(),
            roles: role_lines(ui, &|kind| {
                (kind == "pr_lead").then(|| ("r1".into(), "高橋 一郎".into(), 0))
            }),
            me: "佐藤 花".into(),
            people: vec![("p1".into(), "佐藤 花".into())],
            paper: None,
            group: 5,
            keys_at: None,
            clocks: vec![ClockLine {
                id: "jp.appi".into(),
                name: ui.t("個人情報保護法", "APPI").into(),
                stages: vec![ui.t("速報：3〜5日", "first: 3 to 5 days").into()],
                recipient: "PPC".into(),
                source: "APPI 26".into(),
                evidence: ui.t("未確認", "Not checked yet").into(),
                unsure: true,
                note: String::new(),
                legal: true,
                near: true,
                applies: None,
                reason: String::new(),
                rev: None,
            }],
            report_url: "https://oki.example/report/asahi".into(),
            open: vec![(
                ui.t("鍵の控えがまだです", "Keys are not backed up").into(),
                "/start/keys".into(),
            )],
            problem: None,
            may: true,
        }
    }

    #[test]
    fn every_page_reads_in_both_languages() {
        for lang in [Lang::Ja, Lang::En] {
            let ui = ui(lang);
            for step in Step::ALL {
                let html = page(&ui, &start(&ui, step));
                insta::assert_snapshot!(format!("start_{}_{}", step.id(), lang.tag()), tidy(&html));
            }
        }
    }

    #[test]
    fn the_key_is_on_the_page_only_when_it_was_asked_for() {
        let ui = ui(Lang::Ja);
        let mut s = start(&ui, Step::Keys);
        assert!(!page(&ui, &s).0.contains("OKI1"));
        s.paper = Some("OKI1-AAAAA-BBBBB".into());
        let html = page(&ui, &s).0;
        assert!(html.contains("AAAAA") && html.contains("name=\"typed\""));
    }

    #[test]
    fn the_pages_follow_one_another_to_the_end() {
        let mut at = Step::Organisation;
        for _ in 0..6 {
            at = at.next();
        }
        assert_eq!(at, Step::Done);
        assert_eq!(Step::Done.next(), Step::Done);
        assert!(Step::ALL.iter().all(|s| Step::from_id(s.id()) == Some(*s)));
    }

    #[test]
    fn one_click_is_offered_while_a_role_is_open_and_never_takes_the_command_of_the_company() {
        let ui = ui(Lang::Ja);
        let mut s = start(&ui, Step::Roles);
        assert!(page(&ui, &s).0.contains("value=\"all\""));
        assert!(taken_alone().all(|k| k != RoleKind::Executive));
        s.roles = role_lines(&ui, &|kind| {
            (kind != "executive").then(|| ("r1".into(), "佐藤 花".into(), 0))
        });
        assert!(!page(&ui, &s).0.contains("value=\"all\""), "nothing is left to take over");
        s = Start { me: String::new(), ..start(&ui, Step::Roles) };
        assert!(!page(&ui, &s).0.contains("value=\"all\""), "nobody who could hold them");
    }

    #[test]
    fn all_key_roles_are_suggested_with_a_deputy() {
        let lines = role_lines(&ui(Lang::Ja), &|_| None);
        for kind in [
            "security_manager",
            "it_manager",
            "technical_lead",
            "pr_lead",
            "customer_lead",
            "coordinator",
            "unforeseen_owner",
            "reporting_desk",
            "csirt",
        ] {
            let line = lines.iter().find(|l| l.kind == kind).unwrap();
            assert!(!line.deputy.is_empty() && !line.duties.is_empty(), "{kind}");
        }
    }
}
