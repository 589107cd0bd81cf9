//! In-app notices: who has to know what, queued in the commit of the change.

use crate::env::Env;
use crate::error::AppError;
use crate::look::Look;
use okiagari_model::govern::role::{Role, acting_person};
use okiagari_model::{OrgId, Record, RecordId, Register, RowFilter, Time};
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
            "incident" => given("lead"),
            _ => None,
        };
        if let Some(person) = person {
            let id = env.next_id(now);
            tx.notify(org, id.as_str(), &person, &record.title(), &href(record), now)?;
        }
    }
    Ok(())
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
    let people: Vec<RecordId> = match members_only(me) {
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
            Ok(notice::list(tx.db(), &subject.org, &subject.account, &audiences, limit)?)
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
