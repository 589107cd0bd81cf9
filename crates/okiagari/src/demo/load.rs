//! Writes a story into an organisation: every entry is an ordinary change, at its own instant and
//! by its own person, so that policy, gates and clocks hold as they do in earnest.

use super::file::{Act, DemoFile, Entry, key_of};
use super::value::{Known, Words};
use super::when;
use crate::fault::Fault;
use crate::host::DemoHost;
use crate::wire::Wired;
use okiagari_app::auth::NewAccount;
use okiagari_app::{Actor, Ctx, Member, Receipt};
use okiagari_model::respond::obligation::Obligation;
use okiagari_model::{
    AccountId, Body, Change, Cond, Lang, OrgId, Record, RecordId, Register as _, RegisterDef,
    RowFilter, Time, Value, Zone, register,
};
use okiagari_store::ListQuery;
use okiagari_store::server::organisation::Kind;
use std::collections::BTreeMap;

/// How often obligations that follow one another are settled in one entry.
const ROUNDS: usize = 8;

/// A story being written.
pub struct Loader<'a> {
    wired: &'a Wired,
    host: &'a DemoHost,
    file: &'a DemoFile,
    /// Of the ready-made accounts.
    password: &'a str,
    start: Time,
    zone: Zone,
    org: OrgId,
    known: Known,
    accounts: BTreeMap<String, AccountId>,
}

impl<'a> Loader<'a> {
    /// Writes the whole story.
    ///
    /// # Errors
    /// Names the entry that was refused, and why.
    pub fn run(
        wired: &'a Wired,
        host: &'a DemoHost,
        file: &'a DemoFile,
        password: &'a str,
        start: Time,
    ) -> Result<(), Fault> {
        let first = file.story.first().and_then(|e| when::offset(&e.at)).unwrap_or_default();
        host.hold(start.plus(first));
        let (org, receipt) = wired.app.create_org(&file.slug, &file.name.ja, Kind::Demo)?;
        let mut loader = Loader {
            wired,
            host,
            file,
            password,
            start,
            zone: Zone::tokyo(),
            org,
            known: Known::new(),
            accounts: BTreeMap::new(),
        };
        let own = register(receipt.register).ok_or_else(|| Fault::new("an unknown register"))?;
        loader.known.insert("organisation".to_owned(), (own, receipt.id));
        for entry in &file.story {
            loader.play(entry).map_err(|fault| {
                let what = format!("{:?}", entry.act());
                let what: String = what.chars().take(120).collect();
                Fault::new(format!("{} {}: {what}: {}", file.slug, entry.at, fault.text))
            })?;
        }
        Ok(())
    }

    fn play(&mut self, entry: &Entry) -> Result<(), Fault> {
        let at = when::offset(&entry.at).ok_or_else(|| Fault::new("no time"))?;
        self.host.hold(self.start.plus(at));
        match entry.act().ok_or_else(|| Fault::new("says nothing"))? {
            Act::Accounts => self.make_accounts(),
            Act::Create { register: name, records, opens } => {
                let def =
                    register(name).ok_or_else(|| Fault::new(format!("no register {name}")))?;
                for record in records {
                    let mut body = self.words().body(def, record).map_err(Fault::new)?;
                    if let Some(id) = record.get("_shipped").and_then(Value::as_str) {
                        body = self.shipped(name, id, body)?;
                    }
                    let receipt = match record.get("_file") {
                        Some(file) => self.keep_file(&entry.who, body, file)?,
                        None => {
                            self.change(&entry.who, Change::Create { def, body, reason: None })?
                        }
                    };
                    let key = key_of(record).ok_or_else(|| Fault::new("a record without a key"))?;
                    self.known.insert(key.to_owned(), (def, receipt.id.clone()));
                    self.name_opened(&receipt, opens)?;
                }
                Ok(())
            }
            Act::Step { of, step, patch, reason, opens } => {
                let (def, id) = self.record(of)?;
                let patch = self.words().body(def, patch).map_err(Fault::new)?;
                let (step, reason) = (step.to_owned(), reason.map(str::to_owned));
                let change = Change::Step { def, id, rev: None, step, patch, reason };
                let receipt = self.change(&entry.who, change)?;
                self.name_opened(&receipt, opens)
            }
            Act::Edit { of, patch, reason } => {
                let (def, id) = self.record(of)?;
                let patch = self.words().body(def, patch).map_err(Fault::new)?;
                let rev = self.current(def, &id)?.rev;
                let reason = reason.map(str::to_owned);
                self.change(&entry.who, Change::Edit { def, id, rev, patch, reason })?;
                Ok(())
            }
            Act::Settle { of, proof } => self.settle(&entry.who, of, proof),
        }
    }

    fn words(&self) -> Words<'_> {
        Words { start: self.start, zone: &self.zone, known: &self.known }
    }

    fn record(&self, key: &str) -> Result<(&'static RegisterDef, RecordId), Fault> {
        let known = self.known.get(key);
        known.cloned().ok_or_else(|| Fault::new(format!("{key} was not made yet")))
    }

    fn current(&self, def: &'static RegisterDef, id: &RecordId) -> Result<Record, Fault> {
        let rows = RowFilter::everything();
        let found = self.wired.app.store().read(|tx| tx.get(&self.org, def, id, &rows))?;
        found.ok_or_else(|| Fault::new(format!("{}/{id} is not there", def.id)))
    }

    fn change(&self, who: &str, change: Change) -> Result<Receipt, Fault> {
        let actor = match who {
            "program" => Some(Actor::Program("demo")),
            "public" => Some(Actor::Public),
            _ => None,
        };
        if let Some(actor) = actor {
            return Ok(self.wired.app.change_as(&self.org, actor, change)?);
        }
        let ctx = self.ctx(who)?;
        Ok(self.wired.app.change(&ctx, change)?)
    }

    /// A shipped playbook, paper or scenario with the story's own fields over it.
    fn shipped(&self, register: &str, id: &str, own: Body) -> Result<Body, Fault> {
        let app = &self.wired.app;
        let found = match register {
            "written_plan" => app.shipped_papers().iter().find(|p| p.id == id).map(|p| p.body()),
            "scenario" => app.shipped_scenarios().iter().find(|s| s.id == id).map(|s| s.body()),
            _ => app.shipped_playbooks().iter().find(|b| b.id == id).map(|b| b.body()),
        };
        let mut body = found.ok_or_else(|| Fault::new(format!("no {register} {id} is shipped")))?;
        body.extend(own);
        Ok(body)
    }

    /// Makes an item of evidence with its file: `{"name", "media_type", "lines"}`.
    fn keep_file(&self, who: &str, body: Body, file: &Value) -> Result<Receipt, Fault> {
        let text = |key: &str| file.get(key).and_then(Value::as_str).unwrap_or_default();
        let lines = file.get("lines").and_then(Value::as_array).into_iter().flatten();
        let lines: Vec<&str> = lines.filter_map(Value::as_str).collect();
        let bytes = format!("{}\n", lines.join("\n")).into_bytes();
        let (name, media) = (text("name"), text("media_type"));
        let ctx = self.ctx(who)?;
        Ok(self.wired.app.add_evidence(&ctx, body, name, media, &bytes[..])?)
    }

    fn ctx(&self, who: &str) -> Result<Ctx, Fault> {
        let account = self.accounts.get(who);
        let account = account.ok_or_else(|| Fault::new(format!("{who} has no account")))?;
        let (_, person) = self.record(who)?;
        let member = Member {
            org: self.org.clone(),
            account: account.clone(),
            person: Some(person),
            contact: None,
        };
        Ok(self.wired.app.ctx(&member, Lang::Ja)?)
    }

    /// Gives the story's keys to what a change opened besides, in order.
    fn name_opened(
        &mut self,
        receipt: &Receipt,
        opens: &BTreeMap<String, Vec<String>>,
    ) -> Result<(), Fault> {
        for (name, keys) in opens {
            let opened: Vec<_> = receipt.opened.iter().filter(|(r, _)| r == name).collect();
            if opened.len() < keys.len() {
                return Err(Fault::new(format!(
                    "{} of {name} opened, {} expected",
                    opened.len(),
                    keys.len()
                )));
            }
            let def = register(name).ok_or_else(|| Fault::new(format!("no register {name}")))?;
            for (key, (_, id)) in keys.iter().zip(opened) {
                self.known.insert(key.clone(), (def, id.clone()));
            }
        }
        Ok(())
    }

    /// Finishes what is open for an incident, and what opens by that.
    fn settle(&mut self, who: &str, incident: &str, proof: &str) -> Result<(), Fault> {
        let (_, incident) = self.record(incident)?;
        for _ in 0..ROUNDS {
            let open = self.open_obligations(&incident)?;
            if open.is_empty() {
                return Ok(());
            }
            for id in open {
                let mut patch = Body::new();
                patch.insert("proof".to_owned(), proof.into());
                let change = Change::Step {
                    def: Obligation::DEF,
                    id,
                    rev: None,
                    step: "finish".to_owned(),
                    patch,
                    reason: None,
                };
                self.change(who, change)?;
            }
        }
        Err(Fault::new("the obligations never end"))
    }

    fn open_obligations(&self, incident: &RecordId) -> Result<Vec<RecordId>, Fault> {
        let rows = RowFilter::everything();
        let conds = [Cond::eq("incident", incident.as_str()), Cond::eq("state", "open")];
        let page = self.wired.app.store().read(|tx| {
            tx.list(&ListQuery {
                conds: &conds,
                limit: 200,
                ..ListQuery::new(&self.org, Obligation::DEF, &rows)
            })
        })?;
        Ok(page.records.into_iter().map(|r| r.id).collect())
    }

    /// Makes the accounts of everybody known by now who has none yet.
    fn make_accounts(&mut self) -> Result<(), Fault> {
        let printed = self.file.sign_ins.iter().map(|s| {
            let key = s.person.as_ref().or(s.contact.as_ref());
            (key.cloned().unwrap_or_default(), s.login.clone(), s.contact.is_some())
        });
        let silent = self.file.actors.iter().map(|key| {
            let name = key.split(':').nth(1).unwrap_or(key);
            (key.clone(), format!("{name}@{}.example.jp", self.file.slug), false)
        });
        let all: Vec<_> = printed.chain(silent).collect();
        for (key, login, outside) in all {
            let Some((def, id)) = self.known.get(&key).cloned() else { continue };
            if self.accounts.contains_key(&key) {
                continue;
            }
            let display = self.current(def, &id)?.text("name").to_owned();
            let new = NewAccount {
                login,
                display,
                lang: Lang::Ja,
                password: Some(self.password.to_owned()),
                server_admin: false,
            };
            let failed = |error: okiagari_app::auth::AuthError| Fault::new(error.to_string());
            let (account, _) = self.wired.auth.create_account(&new).map_err(failed)?;
            let (person, contact) = if outside { (None, Some(id)) } else { (Some(id), None) };
            let (org, account_id) = (self.org.clone(), account.clone());
            let member = Member { org, account: account_id, person, contact };
            self.wired.auth.join(&member).map_err(failed)?;
            self.accounts.insert(key, account);
        }
        Ok(())
    }
}
