//! Who must hear what by when: updates and their rhythms, the sector, duties and promises, help,
//! and the one queue of questions, as tables of one shape.

use crate::html::{Html, enc, esc};
use crate::markup;
use crate::respond::documents::Paper;
use crate::respond::parts::{Ui, render};
use askama::Template;
use okiagari_model::clock::ClockRule;
use okiagari_model::reconnect::framework_flow::cell;
use okiagari_model::reconnect::sharing_limit;
use okiagari_model::reconnect::status_update::{due, missed};
use okiagari_model::reconnect::told::Told;
use okiagari_model::reconnect::told_text::Section;
use okiagari_model::reconnect::update_rhythm::{every, runs};
use okiagari_model::{Choice, Date, Lang, Record, Time, register, validate};

/// Everything that the page shows, as it was read.
pub struct UpdatesIn<'a> {
    /// The case.
    pub case: &'a Record,
    /// Rhythms, updates, limits, pages, guidance, groups, meetings, commitments, requests,
    /// requirements, departures of the case, in this order of registers.
    pub of: &'a dyn Fn(&str) -> Vec<Record>,
    /// Messages of updates.
    pub messages: &'a [Record],
    /// Legal duties of the incident.
    pub duties: &'a [Record],
    /// Rules of deadlines.
    pub rules: &'a [ClockRule],
    /// Names of contacts and persons.
    pub name: &'a dyn Fn(&str) -> String,
    /// Whether entries may be made.
    pub may_write: bool,
}

/// A table with its head and what is added to it.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Anchor.
    pub id: &'static str,
    /// Heading.
    pub head: String,
    /// A line under the heading.
    pub note: String,
    /// Columns.
    pub columns: Vec<String>,
    /// Rows of cells.
    pub rows: Vec<Vec<Html>>,
    /// What stands there where there is no row.
    pub empty: String,
    /// Where further ones are entered: address and words.
    pub add: Vec<(String, String)>,
}

pub(super) fn link(r: &Record, ui: &Ui) -> Html {
    let title = r.own_title(ui.lang);
    markup!("<a href=\"/r/{}/{}\">{}</a>", r.def.id, enc(r.id.as_str()), esc(title))
}

pub(super) fn plain(text: &str) -> Html {
    markup!("{}", esc(text))
}

pub(super) fn day(text: &str, ui: &Ui) -> String {
    Date::parse(text).map_or_else(String::new, |d| d.show(ui.lang))
}

fn labels(r: &Record, field: &str, ui: &Ui) -> String {
    use okiagari_model::FieldKind;
    let Some(FieldKind::Choices(set)) = r.def.field(field).map(|f| f.kind) else {
        return String::new();
    };
    let found = r.ids(field).into_iter().filter_map(|id| set.options.iter().find(|o| o.id == id));
    found.map(|o| o.label.get(ui.lang)).collect::<Vec<_>>().join(ui.t("、", ", "))
}

pub(super) fn late(ui: &Ui) -> Html {
    ui.chip("late", ui.t("遅れています", "Late"))
}

/// An update that waits: its record, when it is due, whether that has passed.
pub struct DueLine {
    /// Id.
    pub id: String,
    /// Name.
    pub title: String,
    /// Due.
    pub at: Time,
    /// Missed.
    pub missed: bool,
    /// The step that is next: address and words.
    pub next: (String, String),
}

/// Updates that wait, the earliest first.
pub fn waiting(ui: &Ui, updates: &[Record]) -> Vec<DueLine> {
    let mut all: Vec<DueLine> = updates
        .iter()
        .filter(|u| due(u))
        .filter_map(|u| {
            let (step, words) = match u.text("state") {
                "prepared" => ("issue", ui.t("発行する", "Issue")),
                _ => ("prepare", ui.t("案件からまとめる", "Put it together")),
            };
            Some(DueLine {
                id: u.id.as_str().to_owned(),
                title: u.own_title(ui.lang).to_owned(),
                at: u.time("due_at")?,
                missed: missed(u, ui.now),
                next: (
                    format!("/r/status_update/{}/step/{step}", enc(u.id.as_str())),
                    words.to_owned(),
                ),
            })
        })
        .collect();
    all.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    all
}

/// Makes the parts.
pub(super) struct Maker<'a> {
    pub(super) ui: &'a Ui,
    pub(super) it: &'a UpdatesIn<'a>,
}

impl Maker<'_> {
    pub(super) fn t(&self, ja: &str, en: &str) -> String {
        self.ui.t(ja, en).to_owned()
    }

    pub(super) fn columns(&self, all: &[(&str, &str)]) -> Vec<String> {
        all.iter().map(|(ja, en)| self.t(ja, en)).collect()
    }

    pub(super) fn add(&self, register: &str, ja: &str, en: &str) -> Vec<(String, String)> {
        if !self.it.may_write {
            return Vec::new();
        }
        let case = enc(self.it.case.id.as_str());
        vec![(format!("/r/{register}/new?reconnection={case}"), self.t(ja, en))]
    }

    fn due(&self) -> Part {
        let updates = (self.it.of)("status_update");
        let rows = waiting(self.ui, &updates)
            .into_iter()
            .map(|d| {
                let mark = if d.missed { late(self.ui) } else { Html::new() };
                vec![
                    markup!("<a href=\"/r/status_update/{}\">{}</a>", enc(&d.id), esc(&d.title)),
                    markup!("{} {}", self.ui.count(&d.at), mark),
                    if self.it.may_write {
                        markup!(
                            "<a class=\"btn btn-small\" href=\"{}\">{}</a>",
                            d.next.0,
                            esc(&d.next.1)
                        )
                    } else {
                        Html::new()
                    },
                ]
            })
            .collect();
        Part {
            id: "due",
            head: self.t("次に知らせること", "What is to be told next"),
            columns: self.columns(&[("更新", "Update"), ("期限", "Due"), ("次", "Next")]),
            rows,
            empty: self.t(
                "予定の更新はありません。定期連絡を決めると、段階ごとに入ります。",
                "No update is planned. Set a rhythm, and each phase plans its own.",
            ),
            add: self.add("update_rhythm", "定期連絡を決める", "Set a rhythm"),
            ..Part::default()
        }
    }

    fn rhythms(&self) -> Part {
        let updates = (self.it.of)("status_update");
        let rows = (self.it.of)("update_rhythm")
            .iter()
            .filter(|r| runs(r))
            .map(|r| {
                let issued = updates.iter().filter(|u| u.text("rhythm") == r.id.as_str());
                let last = issued.filter_map(|u| u.time("issued_at")).max();
                let often: Vec<String> = okiagari_model::reconnect::framework::PhaseKind::ALL
                    .iter()
                    .filter_map(|k| {
                        let minutes = validate::minutes(every(r, k.id())?, self.ui.lang);
                        Some(format!("{} {minutes}", k.label().get(self.ui.lang)))
                    })
                    .collect();
                let to: Vec<String> =
                    r.rows("ways").map(|w| (self.it.name)(cell(w, "contact"))).collect();
                vec![
                    link(r, self.ui),
                    plain(&labels(r, "audiences", self.ui)),
                    plain(&often.join(self.ui.t("、", ", "))),
                    plain(&to.join(self.ui.t("、", ", "))),
                    plain(&last.map_or_else(|| "—".to_owned(), |t| self.ui.short(&t))),
                ]
            })
            .collect();
        Part {
            id: "rhythms",
            head: self.t("だれに・どの間隔で", "Whom, and how often"),
            columns: self.columns(&[
                ("定期連絡", "Rhythm"),
                ("相手", "Audience"),
                ("段階ごとの間隔", "Interval"),
                ("届け先", "Recipients"),
                ("最後に出した", "Last issued"),
            ]),
            rows,
            empty: self.t("まだ決めていません。", "None set yet."),
            ..Part::default()
        }
    }

    fn issued(&self) -> Part {
        let mut updates = (self.it.of)("status_update");
        updates.retain(|u| u.text("state") == "issued");
        updates.sort_by_key(|u| std::cmp::Reverse((u.time("issued_at"), u.leaf)));
        let rows = updates
            .iter()
            .map(|u| {
                let mine =
                    || self.it.messages.iter().filter(|m| m.text("status_update") == u.id.as_str());
                let sent =
                    mine().filter(|m| matches!(m.text("state"), "sent" | "answered")).count();
                let mut ways = Html::new();
                for m in mine() {
                    crate::put!(
                        ways,
                        "<a href=\"/r/message/{}\">{}</a> {} ",
                        enc(m.id.as_str()),
                        esc(&self.ui.choice(m, "way")),
                        self.ui.state(m, "state")
                    );
                }
                vec![
                    markup!(
                        "<a href=\"/documents/status-update/{}\">{}</a>",
                        enc(u.id.as_str()),
                        esc(u.own_title(self.ui.lang))
                    ),
                    plain(&u.time("issued_at").map_or_else(String::new, |t| self.ui.short(&t))),
                    markup!("{} / {} {}", sent, mine().count(), ways),
                ]
            })
            .collect();
        Part {
            id: "issued",
            head: self.t("出した更新", "Updates issued"),
            columns: self.columns(&[
                ("更新", "Update"),
                ("発行", "Issued"),
                ("届けた経路", "Sent by"),
            ]),
            rows,
            empty: self.t("まだありません。", "None yet."),
            ..Part::default()
        }
    }

    fn pages(&self) -> Part {
        let rows = (self.it.of)("outside_page")
            .iter()
            .filter(|p| okiagari_model::reconnect::entry::stands(p))
            .map(|p| {
                let given =
                    p.rows("links").filter(|l| !cell(l, "secret_digest").is_empty()).count();
                vec![
                    markup!(
                        "<a href=\"/reconnect/pages/{}\">{}</a>",
                        enc(p.id.as_str()),
                        esc(p.text("title"))
                    ),
                    plain(&(self.it.name)(p.text("contact"))),
                    plain(&self.ui.f("リンク{}本", "{} links", given)),
                ]
            })
            .collect();
        Part {
            id: "pages",
            head: self.t("社外の状況ページ", "Pages for outsiders"),
            note: self.t(
                "アカウントのない相手が、リンクで状況を見るページです。",
                "Where a party without an account looks, by a private link.",
            ),
            columns: self.columns(&[("ページ", "Page"), ("相手", "Party"), ("リンク", "Links")]),
            rows,
            empty: self.t("まだありません。", "None yet."),
            add: self.add("outside_page", "ページを作る", "Make a page"),
        }
    }

    fn limits(&self) -> Part {
        let rows = (self.it.of)("sharing_limit")
            .iter()
            .filter(|l| sharing_limit::holds(l, self.ui.now, &self.ui.zone))
            .map(|l| {
                let told = if l.flag("silent") {
                    self.t("伝えていないことも言えない", "not even that it is held back")
                } else {
                    self.t("伝えていないことは知らせる", "readers are told that it is held back")
                };
                vec![
                    link(l, self.ui),
                    plain(&labels(l, "audiences", self.ui)),
                    plain(l.text("reason")),
                    plain(&format!("{} {told}", day(l.text("until"), self.ui))),
                ]
            })
            .collect();
        Part {
            id: "limits",
            head: self.t("伝えない情報", "What is held back"),
            columns: self.columns(&[
                ("情報", "Information"),
                ("伝えない相手", "Held back from"),
                ("法的な理由", "Legal reason"),
                ("いつまで", "Until"),
            ]),
            rows,
            empty: self.t("伝えない情報はありません。", "Nothing is held back."),
            add: self.add("sharing_limit", "伝えない情報を決める", "Hold something back"),
            ..Part::default()
        }
    }

    /// Duties by law with their row of rule data: jurisdiction, trigger, addressee, form, time
    /// limit, follow-ups (G7-89).
    fn regulators(&self) -> Part {
        let lang = self.ui.lang;
        let said = |m: &okiagari_model::Message| lang.t(&m.ja, &m.en).to_owned();
        let rows = self
            .it
            .duties
            .iter()
            .map(|o| {
                let rule = self.it.rules.iter().find(|r| r.id == o.text("rule"));
                let stage = rule.and_then(|r| r.stages.iter().find(|s| s.id == o.text("stage")));
                let trigger = rule.and_then(|r| register(&r.register)?.field(&r.trigger));
                let later: Vec<String> = rule
                    .zip(stage)
                    .map(|(r, s)| {
                        let after = r.stages.iter().skip_while(|x| x.id != s.id).skip(1);
                        after.map(|x| said(&x.label)).collect()
                    })
                    .unwrap_or_default();
                let form = stage.and_then(|s| s.form.as_ref()).map(said).unwrap_or_default();
                let missed = okiagari_model::respond::obligation::late(o, self.ui.now);
                vec![
                    link(o, self.ui),
                    plain(&rule.map_or_else(String::new, |r| {
                        format!("{} ({})", said(&r.regime), r.jurisdiction.to_uppercase())
                    })),
                    plain(trigger.map_or("", |f| f.label.get(lang))),
                    plain(lang.t(
                        o.text("recipient"),
                        match o.text("recipient_en") {
                            "" => o.text("recipient"),
                            en => en,
                        },
                    )),
                    plain(&form),
                    markup!(
                        "{} {} {}",
                        o.time("due_at").map_or_else(String::new, |t| self.ui.short(&t)),
                        self.ui.state(o, "state"),
                        if missed { late(self.ui) } else { Html::new() }
                    ),
                    plain(&later.join(self.ui.t("、", ", "))),
                ]
            })
            .collect();
        Part {
            id: "regulators",
            head: self.t("当局への届出", "What authorities are owed"),
            note: self.t(
                "国・法令ごとの決まりは「期限」のデータにあり、要らないものは初期設定で外せます。",
                "The table of jurisdictions is the data of deadlines; what does not apply is switched off at first start.",
            ),
            columns: self.columns(&[
                ("届出", "Duty"),
                ("国・法令", "Jurisdiction"),
                ("きっかけ", "Trigger"),
                ("提出先", "Addressee"),
                ("様式", "Form"),
                ("期限", "Time limit"),
                ("続き", "Follow-ups"),
            ]),
            rows,
            empty: self.t("このインシデントで始まった届出はありません。", "None has begun in this incident."),
            ..Part::default()
        }
    }
}

/// All parts of the page, in the order in which they are needed.
pub fn parts(ui: &Ui, it: &UpdatesIn<'_>) -> Vec<Part> {
    let m = Maker { ui, it };
    vec![
        m.due(),
        m.issued(),
        m.rhythms(),
        m.pages(),
        m.regulators(),
        m.queue(),
        m.commitments(true),
        m.commitments(false),
        m.help(),
        m.groups(),
        m.decisions(),
        m.guidance(),
        m.limits(),
    ]
}

#[derive(Template)]
#[template(path = "reconnect/updates.html")]
struct Page<'a> {
    ui: &'a Ui,
    case: (String, String),
    scope: &'a str,
    parts: &'a [Part],
}

/// The page: what stands inside `<main>`.
pub fn page(ui: &Ui, case: &Record, parts: &[Part]) -> Html {
    let english = case.text("scope_line_en");
    let ja = case.text("scope_line");
    let scope = if english.is_empty() { ja } else { ui.t(ja, english) };
    render(&Page { ui, case: (case.id.as_str().to_owned(), case.title()), scope, parts })
}

/// An update in one language, on paper.
struct Words {
    ui: Ui,
    head: String,
    scope: String,
    sections: Vec<Section>,
}

#[derive(Template)]
#[template(path = "reconnect/update_sheet.html")]
struct Sheet<'a> {
    ui: &'a Ui,
    paper: &'a Paper,
    words: Vec<Words>,
    issued: Option<Time>,
    digest: &'a str,
}

/// An update as a document in both languages.
pub fn sheet(ui: &Ui, paper: &Paper, told: &Told, issued: Option<Time>, digest: &str) -> Html {
    let words = [Lang::Ja, Lang::En]
        .into_iter()
        .map(|lang| Words {
            ui: Ui { lang, zone: ui.zone.clone(), now: ui.now },
            head: told.headline(lang),
            scope: told.scope_in(lang).to_owned(),
            sections: told.sections(lang),
        })
        .collect();
    render(&Sheet { ui, paper, words, issued, digest })
}

/// A row of links of a page for outsiders.
pub struct LinkRow {
    /// For whom.
    pub who: String,
    /// Until when, whether a code is asked for, whether one was made.
    pub note: String,
    /// Row.
    pub n: usize,
}

#[derive(Template)]
#[template(path = "reconnect/links.html")]
struct Links<'a> {
    ui: &'a Ui,
    page: (String, String),
    rows: &'a [LinkRow],
    made: Option<(String, Option<String>)>,
}

/// The links of a page; one that was just made is shown, and only here.
pub fn links(ui: &Ui, page: &Record, made: Option<(String, Option<String>)>) -> Html {
    let rows: Vec<LinkRow> = page
        .rows("links")
        .enumerate()
        .map(|(n, l)| {
            let flag = |f: &str| l.get(f).and_then(okiagari_model::Value::as_bool) == Some(true);
            let mut note = Vec::new();
            if !cell(l, "until").is_empty() {
                note.push(ui.f("{}まで", "until {}", day(cell(l, "until"), ui)));
            }
            if flag("with_code") {
                note.push(ui.t("合い言葉あり", "with a code").to_owned());
            }
            note.push(
                match (flag("closed"), cell(l, "secret_digest").is_empty()) {
                    (true, _) => ui.t("使えません", "taken back"),
                    (false, true) => ui.t("まだ渡していません", "not given yet"),
                    (false, false) => ui.t("渡したリンクがあります", "a link is in use"),
                }
                .to_owned(),
            );
            LinkRow { who: cell(l, "who").to_owned(), note: note.join(ui.t("、", ", ")), n }
        })
        .collect();
    let id = page.id.as_str().to_owned();
    render(&Links { ui, page: (id, page.text("title").to_owned()), rows: &rows, made })
}
