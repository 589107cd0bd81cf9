//! Home, by who asks: each answers that person's first question.

use crate::respond::parts::{Html, Ui, render};
use askama::Template;
use okiagari_model::Time;

/// Whose home it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// IT person, CSIRT and everybody who responds.
    Responder,
    /// Executive.
    Executive,
    /// Head of a department.
    Head,
    /// Everybody inside.
    Employee,
    /// Auditor.
    Auditor,
    /// Counterparty: what is addressed to it, nothing else.
    Counterparty,
}

/// Roles that respond.
const RESPONDERS: [&str; 11] = [
    "ciso",
    "security_manager",
    "it_manager",
    "technical_lead",
    "csirt",
    "coordinator",
    "unforeseen_owner",
    "reporting_desk",
    "administrator",
    "pr_lead",
    "customer_lead",
];

impl Kind {
    /// Whose home fits these kinds of role. Whoever both leads and responds sees what to do next;
    /// the management page stays one click away.
    pub fn of(roles: &[&str]) -> Kind {
        let has = |r: &str| roles.contains(&r);
        if has("counterparty") {
            Kind::Counterparty
        } else if RESPONDERS.iter().any(|r| has(r)) {
            Kind::Responder
        } else if has("executive") {
            Kind::Executive
        } else if has("auditor") {
            Kind::Auditor
        } else if has("department_head") {
            Kind::Head
        } else {
            Kind::Employee
        }
    }
}

/// A line with a link.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// What.
    pub text: String,
    /// Where.
    pub href: String,
    /// Second line.
    pub note: String,
    /// Chips.
    pub chips: Html,
    /// By when.
    pub due: Option<Time>,
}

/// Something that is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Missing {
    /// `critical`, `high`, `medium`, `low`.
    pub sev: &'static str,
    /// Its word.
    pub word: String,
    /// What.
    pub text: String,
    /// Of which record.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// Requirement row.
    pub source: Option<String>,
    /// Where to mend it.
    pub href: String,
}

/// A figure with its trend.
#[derive(Debug, Clone, PartialEq)]
pub struct Kpi {
    /// Stable name.
    pub id: String,
    /// Name.
    pub label: String,
    /// Value as people read it; `None`: not measurable.
    pub value: Option<String>,
    /// Value before.
    pub before: Option<String>,
    /// `good`, `warn`, `` (no change or not comparable).
    pub tone: &'static str,
    /// What the change means, in words.
    pub change: String,
    /// Sparkline.
    pub spark: Html,
}

/// What a home is made of.
#[derive(Debug, Clone, Default)]
pub struct Home {
    /// Who.
    pub person: String,
    /// Organisation.
    pub org: String,
    /// Next thing to do.
    pub next: Option<Line>,
    /// Missing top five.
    pub missing: Vec<Missing>,
    /// What changed: when, who, what.
    pub changed: Vec<(Time, String, Line)>,
    /// Open incidents.
    pub incidents: Vec<Line>,
    /// Late clocks.
    pub late: usize,
    /// Reports that wait.
    pub reports: Vec<Line>,
    /// My tasks.
    pub tasks: Vec<Line>,
    /// Messages that wait for approval or sending.
    pub messages: Vec<Line>,
    /// Decisions to be looked at again.
    pub decisions: Vec<Line>,
    /// Figures.
    pub kpis: Vec<Kpi>,
    /// Whom to call: role and number.
    pub call: Vec<(String, String)>,
    /// Set-up is not finished.
    pub set_up: bool,
    /// State of the record: leaves, last checkpoint.
    pub record: Option<(u64, String)>,
}

impl Home {
    /// One sentence on where we stand.
    pub fn sentence(&self, ui: &Ui) -> String {
        let (n, late) = (self.incidents.len(), self.late);
        match (n, late) {
            (0, 0) => ui
                .t(
                    "対応中のインシデントはなく、期限もすべて守られています。",
                    "No incident is open and no deadline is missed.",
                )
                .to_owned(),
            (0, _) => ui.f(
                "対応中のインシデントはありませんが、期限を過ぎたものが{}件あります。",
                "No incident is open, but {} deadline(s) are missed.",
                late,
            ),
            (_, 0) => ui.f(
                "インシデント{}件に対応中です。期限は守られています。",
                "{} incident(s) are being handled; every deadline is met.",
                n,
            ),
            _ => {
                ui.f("インシデント{}件に対応中で、", "{} incident(s) are being handled; ", n)
                    + &ui.f("期限を過ぎたものが{}件あります。", "{} deadline(s) are missed.", late)
            }
        }
    }

    /// What waits for management.
    pub fn waiting(&self) -> usize {
        self.decisions.len() + self.messages.len()
    }
}

/// A notice.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// What.
    pub text: String,
    /// Where.
    pub href: String,
    /// When.
    pub at: Time,
    /// Already read.
    pub read: bool,
}

/// Notices.
#[derive(Debug, Clone, Default)]
pub struct Notices {
    /// Newest first.
    pub list: Vec<Notice>,
}

impl Notices {
    /// Some are unread.
    pub fn unread(&self) -> bool {
        self.list.iter().any(|n| !n.read)
    }
}

macro_rules! homes {
    ($($(#[$doc:meta])* $function:ident $name:ident $path:literal $field:ident $value:ty;)*) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> { ui: &'a Ui, $field: &'a $value }
        $(#[$doc])*
        pub fn $function(ui: &Ui, $field: &$value) -> Html { render(&$name { ui, $field }) }
    )*};
}

homes! {
    /// What to do next, what is missing, what changed.
    responder Responder "home/responder.html" home Home;
    /// Where we stand, on one A4 sheet.
    executive Executive "home/executive.html" home Home;
    /// Report, my reports, my tasks, whom to call.
    employee Employee "home/employee.html" home Home;
    /// The department's assets, reports and findings.
    head Head "home/head.html" home Home;
    /// State of the record.
    auditor Auditor "home/auditor.html" home Home;
    /// Messages addressed to the counterparty.
    counterparty Counterparty "home/counterparty.html" home Home;
    /// Notices.
    notices NoticesPage "home/notices.html" notices Notices;
}

/// Home of a kind.
pub fn page(ui: &Ui, kind: Kind, home: &Home) -> Html {
    match kind {
        Kind::Responder => responder(ui, home),
        Kind::Executive => executive(ui, home),
        Kind::Head => head(ui, home),
        Kind::Employee => employee(ui, home),
        Kind::Auditor => auditor(ui, home),
        Kind::Counterparty => counterparty(ui, home),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::respond::sample::{NOW, tidy, ui};
    use okiagari_model::{Lang, MINUTE};

    fn line(text: &str, href: &str) -> Line {
        Line { text: text.into(), href: href.into(), ..Line::default() }
    }

    fn home(ui: &Ui) -> Home {
        Home {
            person: "佐藤 花".into(),
            org: "あさひ商店".into(),
            next: Some(Line {
                due: Some(NOW.plus(42 * MINUTE)),
                note: "INC-7".into(),
                ..line("個人情報保護委員会へ速報を出す", "/deadlines/o1")
            }),
            missing: vec![Missing {
                sev: "high",
                word: ui.t("重要", "Serious").into(),
                text: "担当がいません".into(),
                title: "広報責任者".into(),
                why: "迷わないため".into(),
                source: Some("TK-13".into()),
                href: "/r/role/r1/edit#f-holder".into(),
            }],
            changed: vec![(
                NOW.plus(-5 * MINUTE),
                "高橋 一郎".into(),
                line("作業「通信を止める」を更新", "/r/task/t1"),
            )],
            incidents: vec![Line {
                chips: ui.chip("open", "体制発足"),
                due: Some(NOW.plus(42 * MINUTE)),
                note: "業務の停止".into(),
                ..line("INC-7 受注サーバーが暗号化された", "/room/i1")
            }],
            late: 1,
            reports: vec![line("R-12 変なメール", "/r/report/x")],
            tasks: vec![line("影響範囲を確かめる", "/r/task/t2")],
            messages: vec![line("お客様への第一報", "/r/message/m1")],
            decisions: vec![line("受注をいつ再開するか", "/r/decision/d1")],
            kpis: vec![
                Kpi {
                    id: "mttr".into(),
                    label: "MTTR".into(),
                    value: None,
                    before: Some("2時間".into()),
                    tone: "",
                    change: String::new(),
                    spark: Html::default(),
                },
                Kpi {
                    id: "overdue".into(),
                    label: "期限超過".into(),
                    value: Some("1件".into()),
                    before: Some("3件".into()),
                    tone: "good",
                    change: "減った".into(),
                    spark: Html("<svg class=\"spark\"></svg>".into()),
                },
            ],
            call: vec![("報告窓口".into(), "03-1234-5678".into())],
            set_up: false,
            record: Some((1_204, "あさひ商店/log".into())),
        }
    }

    #[test]
    fn who_holds_which_role_sees_which_home() {
        assert_eq!(Kind::of(&["employee"]), Kind::Employee);
        assert_eq!(Kind::of(&["employee", "department_head"]), Kind::Head);
        assert_eq!(Kind::of(&["employee", "executive"]), Kind::Executive);
        assert_eq!(Kind::of(&["employee", "executive", "ciso"]), Kind::Responder);
        assert_eq!(Kind::of(&["auditor"]), Kind::Auditor);
        assert_eq!(Kind::of(&["counterparty"]), Kind::Counterparty);
    }

    #[test]
    fn a_counterparty_never_sees_incidents_findings_or_figures() {
        let ui = ui(Lang::Ja);
        let html = page(&ui, Kind::Counterparty, &home(&ui)).0;
        for inner in ["INC-7", "広報責任者", "MTTR", "R-12", "高橋"] {
            assert!(!html.contains(inner), "{inner} leaks");
        }
        assert!(html.contains("お客様への第一報"));
    }

    #[test]
    fn the_sentence_says_where_we_stand() {
        let ui = ui(Lang::Ja);
        let mut h = home(&ui);
        assert_eq!(h.sentence(&ui), "インシデント1件に対応中で、期限を過ぎたものが1件あります。");
        h.late = 0;
        h.incidents.clear();
        assert_eq!(h.sentence(&ui), "対応中のインシデントはなく、期限もすべて守られています。");
    }

    #[test]
    fn what_cannot_be_measured_is_said_and_is_not_zero() {
        let ui = ui(Lang::Ja);
        let html = executive(&ui, &home(&ui)).0;
        assert!(html.contains("測れません") && !html.contains("<b>0</b>"));
    }

    #[test]
    fn homes_read_in_both_languages() {
        for lang in [Lang::Ja, Lang::En] {
            let (ui, tag) = (ui(lang), lang.tag());
            for (name, kind) in [
                ("responder", Kind::Responder),
                ("executive", Kind::Executive),
                ("employee", Kind::Employee),
                ("head", Kind::Head),
                ("auditor", Kind::Auditor),
                ("counterparty", Kind::Counterparty),
            ] {
                insta::assert_snapshot!(
                    format!("home_{name}_{tag}"),
                    tidy(&page(&ui, kind, &home(&ui)))
                );
            }
            let list = Notices {
                list: vec![Notice {
                    id: "n1".into(),
                    text: "新しい報告".into(),
                    href: "/r/report/x".into(),
                    at: NOW,
                    read: false,
                }],
            };
            insta::assert_snapshot!(format!("notices_{tag}"), tidy(&notices(&ui, &list)));
            insta::assert_snapshot!(
                format!("home_empty_{tag}"),
                tidy(&responder(&ui, &Home { set_up: true, ..Home::default() }))
            );
        }
    }
}
