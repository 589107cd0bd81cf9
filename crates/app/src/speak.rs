//! What is said to whom: shipped templates and report forms, drafts from them, the public page.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::look::Look;
use crate::read::ListRequest;
use crate::write::Receipt;
use okiagari_catalog::Catalog;
use okiagari_model::prepare::template::{self, MessageTemplate};
use okiagari_model::respond::incident::Incident;
use okiagari_model::respond::message::Message as Letter;
use okiagari_model::respond::notice_form::NoticeForm;
use okiagari_model::respond::obligation::Obligation;
use okiagari_model::respond::publication::{Publication, is_public};
use okiagari_model::{Body, Change, Choice, Cond, Lang, Message, Record, RecordId, Register, Time};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A shipped template.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippedTemplate {
    /// Stable name.
    pub id: String,
    /// `Audience`.
    pub audience: String,
    /// `Stage`.
    pub stage: String,
    /// `Tlp`.
    pub tlp: String,
    /// Subject.
    pub subject: Message,
    /// Text.
    pub text: Message,
}

/// A report form: the items that a recipient asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportForm {
    /// Stable name.
    pub id: String,
    /// Title.
    pub title: Message,
    /// Who receives it.
    pub recipient: Message,
    /// Beginnings of the names of deadline rules whose obligations it serves.
    pub rules: Vec<String>,
    /// Its items.
    pub items: Vec<FormItem>,
}

/// One item of a report form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormItem {
    /// What is asked.
    pub label: Message,
    /// The fact that answers it: a placeholder of the templates, or one of [`DERIVED`].
    pub from: String,
    /// At which stages.
    pub stages: Vec<String>,
}

/// Facts of forms that no single field holds.
pub const DERIVED: [&str; 4] = ["told_to", "published", "consent", "stage"];

/// Shipped templates.
///
/// # Errors
/// Names the file that cannot be read.
pub fn templates() -> Result<Vec<ShippedTemplate>, AppError> {
    #[derive(Deserialize)]
    struct File {
        templates: Vec<ShippedTemplate>,
    }
    Ok(read::<File>("templates/notices.json")?.templates)
}

/// Shipped report forms.
///
/// # Errors
/// Names the file that cannot be read.
pub fn forms() -> Result<Vec<ReportForm>, AppError> {
    #[derive(Deserialize)]
    struct File {
        forms: Vec<ReportForm>,
    }
    Ok(read::<File>("forms/reports.json")?.forms)
}

fn read<T: serde::de::DeserializeOwned>(name: &str) -> Result<T, AppError> {
    let text = Catalog::shipped().text(name).unwrap_or_default().to_owned();
    serde_json::from_str(&text).map_err(|e| AppError::Internal(format!("{name}: {e}")))
}

/// A text to choose: shipped, or the organisation's own.
#[derive(Debug, Clone)]
pub struct TemplateChoice {
    /// Its name in the form.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Audience.
    pub audience: String,
    /// Stage.
    pub stage: String,
    tlp: Option<String>,
    subject: Message,
    text: Message,
}

/// A filled report form.
#[derive(Debug, Clone)]
pub struct FilledForm {
    /// The form.
    pub form: ReportForm,
    /// The case.
    pub case: Record,
    /// Label and value; `None` marks what is missing.
    pub rows: Vec<(Message, Option<String>)>,
    /// The obligations it serves.
    pub obligations: Vec<Record>,
}

/// A released notice, as the public reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicNotice {
    /// Title.
    pub title: String,
    /// What happened.
    pub fact: String,
    /// State of handling.
    pub handling: String,
    /// The English text.
    pub english: String,
    /// Whom to ask.
    pub questions: String,
    /// Released at.
    pub released_at: Option<Time>,
    /// Next update.
    pub next_update_at: Option<Time>,
    /// Why it was taken back; the text is then not shown any more.
    pub taken_back: Option<String>,
}

impl App {
    /// All templates: the organisation's own first, without the shipped ones that they replace.
    ///
    /// # Errors
    /// Those of the store.
    pub fn templates(&self, ctx: &Ctx) -> Result<Vec<TemplateChoice>, AppError> {
        let own = self.store().read(|tx| tx.set(&ctx.subject.org, MessageTemplate::DEF))?;
        let own: Vec<_> = own.into_iter().filter(|t| !t.ended()).collect();
        let both = |t: &Record, ja: &str, en: &str| {
            let english = Some(t.text(en)).filter(|e| !e.is_empty()).unwrap_or(t.text(ja));
            Message::new(t.text(ja), english)
        };
        let mut all: Vec<TemplateChoice> = own
            .iter()
            .map(|t| TemplateChoice {
                id: t.id.as_str().to_owned(),
                name: t.title(),
                audience: t.text("audience").to_owned(),
                stage: t.text("stage").to_owned(),
                tlp: Some(t.text("tlp").to_owned()).filter(|t| !t.is_empty()),
                subject: both(t, "subject_ja", "subject_en"),
                text: both(t, "text_ja", "text_en"),
            })
            .collect();
        for t in templates()? {
            if !own.iter().any(|o| o.text("replaces") == t.id) {
                all.push(TemplateChoice {
                    name: t.subject.get(ctx.lang).to_owned(),
                    id: t.id,
                    audience: t.audience,
                    stage: t.stage,
                    tlp: Some(t.tlp),
                    subject: t.subject,
                    text: t.text,
                });
            }
        }
        Ok(all)
    }

    /// Drafts a message on a case from a template; gives what is still unknown besides.
    ///
    /// # Errors
    /// Where case or template are not there, or the person may not write.
    pub fn draft_from(
        &self,
        ctx: &Ctx,
        case: &RecordId,
        template: &str,
        lang: Lang,
    ) -> Result<(Receipt, Vec<String>), AppError> {
        let chosen = self.templates(ctx)?.into_iter().find(|t| t.id == template);
        let chosen = chosen.ok_or(AppError::NotFound)?;
        let (_, facts) = self.facts_of(ctx, case, lang)?;
        let known: BTreeMap<&str, String> =
            facts.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
        let (subject, _) = template::fill(chosen.subject.get(lang), &known, lang);
        let (text, missing) = template::fill(chosen.text.get(lang), &known, lang);
        let mut body = Body::new();
        let mut put = |field: &str, value: &str| body.insert(field.to_owned(), value.into());
        put("subject", &subject.chars().take(200).collect::<String>());
        put("text", &text);
        put("incident", case.as_str());
        put("direction", "out");
        put("channel", "mail");
        put("audience", &chosen.audience);
        put("stage", &chosen.stage);
        if let Some(tlp) = &chosen.tlp {
            put("tlp", tlp);
        }
        let receipt = self.change(ctx, Change::Create { def: Letter::DEF, body, reason: None })?;
        Ok((receipt, missing))
    }

    /// The facts of a case by placeholder, as this person may see them.
    fn facts_of(
        &self,
        ctx: &Ctx,
        case: &RecordId,
        lang: Lang,
    ) -> Result<(Record, BTreeMap<String, String>), AppError> {
        let case = self.record(ctx, Incident::DEF, case, None)?.record;
        let conds = vec![Cond::eq("incident", case.id.as_str())];
        let form = self.newest(ctx, NoticeForm::DEF, conds)?;
        let org = self.frame(ctx)?.org;
        let desk = self.public_contact(&ctx.subject.org)?;
        let facts =
            template::facts(&case, form.as_ref(), (&org, &desk), self.now(), lang, &ctx.zone);
        let facts = facts.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        Ok((case, facts))
    }

    fn newest(
        &self,
        ctx: &Ctx,
        def: &'static okiagari_model::RegisterDef,
        conds: Vec<Cond>,
    ) -> Result<Option<Record>, AppError> {
        if !okiagari_model::policy::may(&ctx.subject, def, okiagari_model::Action::Read) {
            return Ok(None);
        }
        let page = self.list(ctx, &ListRequest { conds, ..ListRequest::first(def, 200) })?;
        Ok(page.records.into_iter().max_by_key(|r| r.leaf))
    }

    /// A report form filled from a case at a stage (`first`, `interim`, `closing`).
    ///
    /// # Errors
    /// Where form, stage or case are not there.
    pub fn fill_form(
        &self,
        ctx: &Ctx,
        form: &str,
        case: &RecordId,
        stage: &str,
    ) -> Result<FilledForm, AppError> {
        let form = forms()?.into_iter().find(|f| f.id == form).ok_or(AppError::NotFound)?;
        let stage = okiagari_model::respond::message::Stage::from_id(stage);
        let stage = stage.ok_or(AppError::NotFound)?;
        let (case, mut facts) = self.facts_of(ctx, case, ctx.lang)?;
        facts.insert("stage".to_owned(), stage.label().get(ctx.lang).to_owned());
        self.told_and_published(ctx, &case, &mut facts)?;
        let rows = form
            .items
            .iter()
            .filter(|i| i.stages.iter().any(|s| s == stage.id()))
            .map(|i| {
                let value = facts.get(&i.from).filter(|v| !v.trim().is_empty()).cloned();
                (i.label.clone(), value)
            })
            .collect();
        let conds = vec![Cond::eq("incident", case.id.as_str())];
        let page =
            self.list(ctx, &ListRequest { conds, ..ListRequest::first(Obligation::DEF, 200) })?;
        let mut obligations = page.records;
        obligations.retain(|o| form.rules.iter().any(|r| o.text("rule").starts_with(r.as_str())));
        Ok(FilledForm { form, case, rows, obligations })
    }

    /// Who has been told, and what has been published.
    fn told_and_published(
        &self,
        ctx: &Ctx,
        case: &Record,
        facts: &mut BTreeMap<String, String>,
    ) -> Result<(), AppError> {
        let conds = || vec![Cond::eq("incident", case.id.as_str())];
        let request = ListRequest { conds: conds(), ..ListRequest::first(Letter::DEF, 200) };
        let page = self.list(ctx, &request)?;
        let mut told: Vec<String> = Vec::new();
        for m in page.records.iter().filter(|m| matches!(m.text("state"), "sent" | "answered")) {
            for id in m.ids("to_contact").into_iter().chain(m.ids("to_contacts")) {
                if let Some(name) = page.names.get("contact", id)
                    && !told.iter().any(|t| t == name)
                {
                    told.push(name.to_owned());
                }
            }
        }
        facts.insert("told_to".to_owned(), told.join(ctx.lang.t("、", ", ")));
        if let Some(p) = self.newest(ctx, Publication::DEF, conds())?
            && let Some(at) = p.time("released_at")
        {
            let said = format!("{} {}", at.show(ctx.lang, &ctx.zone), p.title());
            facts.insert("published".to_owned(), said);
        }
        Ok(())
    }

    /// The notices that the public may read, newest first.
    ///
    /// # Errors
    /// Not found where there is no such organisation.
    pub fn public_notices(&self, slug: &str) -> Result<Vec<PublicNotice>, AppError> {
        let org = okiagari_model::OrgId::parse(slug).ok_or(AppError::NotFound)?;
        self.store().read(|tx| {
            let everything = okiagari_model::RowFilter::everything();
            let mut out = Vec::new();
            for p in tx.set(&org, Publication::DEF)? {
                let case = match p.ids("incident").first() {
                    Some(id) => tx.one(&org, Incident::DEF, &RecordId::new(*id), &everything)?,
                    None => None,
                };
                if is_public(&p, case.as_deref()) {
                    out.push(notice_of(&p));
                }
            }
            out.sort_by_key(|n| std::cmp::Reverse(n.released_at));
            out.truncate(100);
            Ok(out)
        })
    }

    /// The contact point that outsiders see; empty where none is set.
    ///
    /// # Errors
    /// Those of the store.
    pub fn public_contact(&self, org: &okiagari_model::OrgId) -> Result<String, AppError> {
        self.store().read(|tx| Ok(self.env().settings(tx, org)?.text("public.contact").to_owned()))
    }
}

fn notice_of(p: &Record) -> PublicNotice {
    let gone = p.text("state") == "taken_back";
    let text = |f: &str| if gone { String::new() } else { p.text(f).to_owned() };
    PublicNotice {
        title: p.text("title").to_owned(),
        fact: text("fact"),
        handling: text("handling"),
        english: text("english"),
        questions: p.text("questions").to_owned(),
        released_at: p.time("released_at"),
        next_update_at: p.time("next_update_at").filter(|_| !gone),
        taken_back: gone.then(|| p.text("taken_back_note").to_owned()),
    }
}

/// What is wrong with the shipped texts and forms: unknown audiences, stages, placeholders.
///
/// # Errors
/// Where a file cannot be read.
pub fn faults() -> Result<Vec<String>, AppError> {
    use okiagari_model::respond::message::{Audience, Stage, Tlp};
    let mut faults = Vec::new();
    for t in templates()? {
        let known = Audience::from_id(&t.audience).is_some()
            && Stage::from_id(&t.stage).is_some()
            && Tlp::from_id(&t.tlp).is_some();
        if !known {
            faults.push(format!("{}: audience, stage or label", t.id));
        }
        for text in [&t.subject.ja, &t.subject.en, &t.text.ja, &t.text.en] {
            if let Err(mark) = template::marks(text) {
                faults.push(format!("{}: {mark}", t.id));
            }
        }
    }
    for f in forms()? {
        for i in &f.items {
            let known = template::PLACEHOLDERS.iter().any(|(p, _)| *p == i.from)
                || DERIVED.contains(&i.from.as_str());
            let stages = i.stages.iter().all(|s| Stage::from_id(s).is_some());
            if !known || !stages {
                faults.push(format!("{}: {}", f.id, i.from));
            }
        }
    }
    Ok(faults)
}
