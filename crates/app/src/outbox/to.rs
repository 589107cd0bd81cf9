//! Who a message goes to, with the address that is used.

use crate::error::AppError;
use crate::look::Look;
use okiagari_model::govern::person::Person;
use okiagari_model::govern::role::{Role, acting_person};
use okiagari_model::prepare::contact::Contact;
use okiagari_model::respond::message::Channel;
use okiagari_model::{Choice, OrgId, Record, RecordId, Register, RowFilter, Settings, Time};
use okiagari_store::ReadTx;
use sha2::{Digest, Sha256};

/// What kind of recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An outside body.
    Contact,
    /// A person.
    Person,
    /// An address that the administrator has set.
    Address,
}

/// One recipient.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct To {
    /// What kind.
    pub kind: Kind,
    /// Its record; empty for an address.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it is reached; `None` where no address is known.
    pub address: Option<String>,
}

impl To {
    /// The field of a delivery that names it.
    pub fn field(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Contact => Some("to_contact"),
            Kind::Person => Some("to_person"),
            Kind::Address => None,
        }
    }

    /// What tells it apart, as `delivery::recipient` does.
    pub fn key(&self) -> String {
        self.field().map_or_else(|| self.name.clone(), |field| format!("{field}/{}", self.id))
    }

    /// Short digest of the key, for message ids.
    pub fn digest(&self) -> String {
        Sha256::digest(self.key().as_bytes()).iter().take(8).map(|b| format!("{b:02x}")).collect()
    }
}

/// All recipients of a message, each once.
pub fn recipients(
    tx: &mut ReadTx<'_>,
    org: &OrgId,
    settings: &Settings,
    message: &Record,
    now: Time,
) -> Result<Vec<To>, AppError> {
    if message.text("channel") == Channel::Webhook.id() {
        let url = settings.text("webhook.url");
        // The path of a webhook is often a secret; the record names the host alone.
        let host = url.split('/').nth(2).unwrap_or(url).to_owned();
        let (kind, id) = (Kind::Address, String::new());
        return Ok(vec![To { kind, id, name: host, address: Some(url.to_owned()) }]);
    }
    let everything = RowFilter::everything();
    let mut out: Vec<To> = Vec::new();
    let mut add = |to: To| {
        if !out.iter().any(|o| o.key() == to.key()) {
            out.push(to);
        }
    };
    for id in message.ids("to_contact").into_iter().chain(message.ids("to_contacts")) {
        if let Some(c) = tx.one(org, Contact::DEF, &RecordId::new(id), &everything)? {
            add(of(Kind::Contact, &c));
        }
    }
    let mut people: Vec<RecordId> =
        message.ids("to_persons").into_iter().map(RecordId::new).collect();
    for id in message.ids("to_role") {
        let role = tx.one(org, Role::DEF, &RecordId::new(id), &everything)?;
        people.extend(role.and_then(|r| acting_person(&r, now)));
    }
    for id in people {
        if let Some(p) = tx.one(org, Person::DEF, &id, &everything)? {
            add(of(Kind::Person, &p));
        }
    }
    Ok(out)
}

fn of(kind: Kind, record: &Record) -> To {
    let mail = record.text("mail").trim();
    To {
        kind,
        id: record.id.as_str().to_owned(),
        name: record.title(),
        address: (!mail.is_empty()).then(|| mail.to_owned()),
    }
}
