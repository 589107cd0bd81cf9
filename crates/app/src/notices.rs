//! In-app notices: who has to know what, queued in the commit of the change.

use crate::env::Env;
use crate::error::AppError;
use crate::look::Look;
use okiagari_model::govern::role::{Role, acting_person};
use okiagari_model::respond::incident::Incident;
use okiagari_model::{
    Access, Action, Message, OrgId, Record, RecordId, Register, RowFilter, Time, policy,
};
use okiagari_store::WriteTx;
use okiagari_store::server::notice;
use std::rc::Rc;

/// After a change: messages shown in the program, tasks and reports newly given to somebody.
pub fn after_change(
    tx: &mut WriteTx<'_>,
    env: &Env,
    org: &OrgId,
    now: Time,
    before: &[Option<Rc<Record>>],
    after: &[Rc<Record>],
) -> Result<(), AppError> {
    for (i, record) in after.iter().enumerate() {
        let old = before.get(i).and_then(Option::as_ref);
        let given = |field: &str| -> Option<RecordId> {
            let new = record.ids(field).first().map(|p| RecordId::new(*p))?;
            let same = old.is_some_and(|o| o.ids(field).first() == Some(&new.as_str()));
            (!same).then_some(new)
        };
        let person = match record.def.id {
            "message" => message_reader(tx, org, old, record, now)?,
            "task" => given("assignee"),
            "report" | "improvement" => given("owner"),
            "event_share" => given("person"),
            "incident" => given("lead"),
            _ => None,
        };
        if let Some(person) = person
            && may_be_told(tx, org, record, &person)?
        {
            let id = env.next_id(now);
            tx.notify(org, id.as_str(), &person, &record.title(), &href(record), now)?;
        }
    }
    Ok(())
}

/// Whether a notice on a record may reach a person: its title would tell of a case that is kept to
/// its members. Whose the task itself is sees it in any case.
fn may_be_told(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    record: &Record,
    person: &RecordId,
) -> Result<bool, AppError> {
    let own = record.def.access_field(Access::Person);
    if own.is_some_and(|f| record.ids(f.id).contains(&person.as_str())) {
        return Ok(true);
    }
    let case = match record.def.access_field(Access::Case) {
        _ if record.def.id == "incident" => Some(Rc::new(record.clone())),
        Some(field) => match record.ids(field.id).first() {
            Some(id) => {
                tx.one(org, Incident::DEF, &RecordId::new(*id), &RowFilter::everything())?
            }
            None => None,
        },
        None => None,
    };
    let members = case.as_deref().and_then(members_only);
    Ok(members.is_none_or(|m| m.contains(person)))
}

/// Address of a record's page.
pub fn href(record: &Record) -> String {
    format!("/r/{}/{}", record.def.id, record.id)
}

fn message_reader(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    old: Option<&Rc<Record>>,
    message: &Record,
    now: Time,
) -> Result<Option<RecordId>, AppError> {
    let sent = message.text("state") == "sent" && old.is_none_or(|o| o.text("state") != "sent");
    if !sent || message.text("channel") != "in_app" {
        return Ok(None);
    }
    let Some(role) = message.ids("to_role").first().map(|r| RecordId::new(*r)) else {
        return Ok(None);
    };
    let role = tx.one(org, Role::DEF, &role, &RowFilter::everything())?;
    Ok(role.and_then(|r| acting_person(&r, now)))
}

/// Tells the roles that a rule names when its finding appears for the first time.
pub fn finding_appears(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    rule: &okiagari_model::RuleDef,
    id: &RecordId,
    me: Option<&Record>,
    verdict: &okiagari_model::Verdict,
    now: Time,
) -> Result<(), AppError> {
    let everything = RowFilter::everything();
    let query = okiagari_store::FindingQuery {
        register: Some(rule.register),
        id: Some(id),
        rule: Some(rule.id),
        ..okiagari_store::FindingQuery::new(org, &everything)
    };
    let (Some(me), true) = (me, tx.findings(&query)?.findings.is_empty()) else { return Ok(()) };
    let text = verdict.findings.first().map(|f| f.message.clone());
    let Some(text) = text else { return Ok(()) };
    let people: Vec<RecordId> = match members_of_case(tx, org, me)? {
        Some(members) => members,
        None => {
            let roles = tx.set(org, Role::DEF)?;
            let told = roles.iter().filter(|r| rule.tells.contains(&r.text("kind")));
            told.filter_map(|r| acting_person(r, now)).collect()
        }
    };
    for person in people {
        let key = format!("{}-{id}-{}-{person}", rule.id, now.millis());
        let title = format!("{} — {} / {}", me.title(), text.ja, text.en);
        tx.notify(org, &key, &person, &title, &href(me), now)?;
    }
    Ok(())
}

/// The members of the case of a record, or of the case itself, where only they see it.
fn members_of_case(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    me: &Record,
) -> Result<Option<Vec<RecordId>>, AppError> {
    let field = me.def.access_field(okiagari_model::Access::Case);
    let Some(case) = field.and_then(|f| me.ids(f.id).first().copied()) else {
        return Ok(members_only(me));
    };
    let case = tx.one(org, Incident::DEF, &RecordId::new(case), &RowFilter::everything())?;
    Ok(case.as_deref().and_then(members_only))
}

/// The members of a case that is shared with them only: nobody else is told of it (JP-24).
pub fn members_only(case: &Record) -> Option<Vec<RecordId>> {
    (case.text("sharing") == "members").then(|| {
        let mut members: Vec<RecordId> = Vec::new();
        for id in case.ids("lead").into_iter().chain(case.ids("members")).map(RecordId::new) {
            if !members.contains(&id) {
                members.push(id);
            }
        }
        members
    })
}

/// The record that an address of ours leads to.
fn record_of(href: &str) -> Option<(&'static okiagari_model::RegisterDef, RecordId)> {
    let (register, id) = href.strip_prefix("/r/")?.split_once('/')?;
    Some((okiagari_model::register(register)?, RecordId::parse(id)?))
}

impl crate::App {
    /// Notices for whoever asks, newest first, with whether they have been seen.
    ///
    /// # Errors
    /// Those of the store.
    pub fn notices(&self, ctx: &crate::Ctx, limit: u32) -> Result<Vec<notice::Notice>, AppError> {
        let subject = &ctx.subject;
        let mut audiences = vec![notice::Audience::Account(subject.account.clone())];
        audiences.extend(subject.person.clone().map(notice::Audience::Person));
        audiences.extend(subject.roles.iter().map(|r| notice::Audience::Role((*r).to_owned())));
        self.store().read(|tx| {
            let mut list =
                notice::list(tx.db(), &subject.org, &subject.account, &audiences, limit)?;
            for n in &mut list {
                // What it told of may since belong to a case that this person may not see.
                let of = n.href.as_deref().and_then(record_of);
                let Some((def, id)) = of else { continue };
                let rows = policy::rows(subject, def, Action::Read);
                if tx.get(&subject.org, def, &id, &rows)?.is_none() {
                    n.subject = Message::new(
                        "表示できない記録についてのお知らせ",
                        "A notice on a record that is not shown to you",
                    );
                    n.href = None;
                }
            }
            Ok(list)
        })
    }

    /// Notes that whoever asks has seen all notices up to now.
    ///
    /// # Errors
    /// Those of the store.
    pub fn notices_seen(&self, ctx: &crate::Ctx) -> Result<(), AppError> {
        let unseen: Vec<String> = self
            .notices(ctx, 500)?
            .into_iter()
            .filter(|n| n.seen_at.is_none())
            .map(|n| n.id)
            .collect();
        if unseen.is_empty() {
            return Ok(());
        }
        let (org, account, now) =
            (ctx.subject.org.clone(), ctx.subject.account.clone(), self.now());
        self.store().write_server("notices seen", move |tx| {
            for id in &unseen {
                notice::seen(tx.db(), &org, id, &account, now)?;
            }
            Ok(())
        })
    }
}
