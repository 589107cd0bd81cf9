//! What the desks of all three have in common: forms, keys, anchors, packages.

use crate::seat::{Seat, quoted};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::path::Path;

/// A person at a server.
#[derive(Clone, Copy)]
pub struct Desk<'a>(pub &'a Seat);

/// Fills the form of a page as a person would and sends it; gives where that led.
const SEND: &str = "
const [path, fields, done] = arguments;
(async () => {
  const page = new DOMParser().parseFromString(await (await fetch(path)).text(), 'text/html');
  const form = page.querySelector('#form');
  if (!form) return done({error: page.body.innerText});
  for (const [name, value] of fields) {
    const found = [...form.elements].filter(e => e.name === name);
    const ticked = found.filter(e => ['checkbox', 'radio'].includes(e.type));
    if (ticked.length) {
      ticked.filter(e => e.value === value || value === '*').forEach(e => { e.checked = true });
      continue;
    }
    const field = found.find(e => e.type !== 'hidden') || found[0];
    if (field && field.tagName === 'SELECT') field.append(new Option('x', value, true, true));
    else if (field && found.length === 1) field.value = value;
    else form.append(Object.assign(document.createElement('input'), {name, value}));
  }
  const data = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.getAttribute('action') || path, {method: 'POST', body: data});
  const text = answer.redirected ? '' : await answer.text();
  const shown = new DOMParser().parseFromString(text, 'text/html').body.innerText;
  done(answer.redirected ? {place: answer.url} : {error: shown});
})().catch(e => done({error: String(e)}));
";

/// Asks for a file by the form of the page that is shown, and gives its bytes.
const DOWNLOAD: &str = "
const [selector, done] = arguments;
(async () => {
  const form = document.querySelector(selector);
  const data = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, {method: 'POST', body: data});
  const bytes = new Uint8Array(await answer.arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  const zip = answer.headers.get('content-type') === 'application/zip';
  done(zip ? {zip: btoa(text)} : {error: `${answer.status} ${new TextDecoder().decode(bytes)}`});
})().catch(e => done({error: String(e)}));
";

impl Desk<'_> {
    /// Sends the form at a path with these fields; the id of the record that it led to.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let fields: Vec<Value> = fields.iter().map(|(n, v)| serde_json::json!([n, v])).collect();
        let said = self.0.execute_async(SEND, vec![path.into(), fields.into()]).await;
        let said = said.unwrap_or_else(|e| panic!("{path}: {e}"));
        let place = said["place"].as_str().unwrap_or_else(|| panic!("{path}: {}", said["error"]));
        let place = place.split(['?', '#']).next().unwrap_or_default();
        place.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// Makes a record by its form.
    pub async fn make(&self, register: &str, fields: &[(&str, &str)]) -> String {
        self.send(&format!("/r/{register}/new"), fields).await
    }

    /// Takes a step by its form.
    pub async fn step(&self, register: &str, id: &str, step: &str, fields: &[(&str, &str)]) {
        self.send(&format!("/r/{register}/{id}/step/{step}"), fields).await;
    }

    /// The id of the record of a list that holds the words.
    pub async fn find(&self, register: &str, words: &str) -> String {
        self.0.go(&format!("/r/{register}?q={words}")).await;
        self.0.reads("main a", words).await;
        let list = format!("/r/{register}/");
        self.0
            .ask_text(&format!(
                "[...document.querySelectorAll('main a')].filter(a => a.pathname.startsWith({}) \
                 && a.textContent.includes({})).map(a => a.pathname.split('/')[3])[0]",
                quoted(&list),
                quoted(words)
            ))
            .await
    }

    /// Makes a key of one's own; gives its fingerprint.
    pub async fn key(&self, post: &str, duties: &[&str]) -> String {
        self.0.go("/signing-keys").await;
        self.0.fill("#post", post).await;
        for duty in duties {
            self.0.click(&format!("#make [name=responsibility][value={duty}]")).await;
        }
        self.0.fill("#authority", "取締役会の決議").await;
        self.0.click("#make .btn-primary").await;
        self.0.see("article.card code.hash").await;
        self.0.ask_text("document.querySelector('article.card code.hash').textContent").await
    }

    /// The key of the own record, as the verify page shows it.
    pub async fn log_key(&self) -> String {
        self.0.go("/verify").await;
        self.0.see("#public code.hash").await;
        self.0.ask_text("document.querySelector('#public code.hash').textContent").await
    }

    /// What came from the other side on paper, confirmed by calling back.
    pub async fn anchors(&self, contact: &str, prints: &[String], log_key: &str) {
        let log = [("log_key", log_key)];
        let all = prints.iter().map(|p| ("fingerprint", p.as_str())).chain(log);
        for (kind, value) in all {
            let fields = [
                ("title", "相手の鍵"),
                ("contact", contact),
                ("kind", kind),
                ("value", value),
                ("channel", "paper"),
                ("received_on", "2026-11-01"),
            ];
            let id = self.make("trust_anchor", &fields).await;
            let call = [("called_number", "03-0000-0001"), ("answered_by", "総務部長")];
            self.step("trust_anchor", &id, "confirm", &call).await;
        }
    }

    /// Prepares what can be prepared in the room; gives the statement's page.
    pub async fn prepares(&self, room: &str, what: &str, signers: usize) -> String {
        self.0.go(room).await;
        self.0.click(&format!("[name=what][value^={}]", quoted(what))).await;
        self.0.count("[name=signer]", signers).await;
        for n in 1..=signers {
            self.0.click(&format!("p:nth-of-type({n}) > label > [name=signer]")).await;
        }
        self.0.click("form[action$=prepare] .btn-primary").await;
        self.0.arrive("the statement", "location.pathname.startsWith('/statements/')").await;
        self.0.place().await
    }

    /// Reads it and signs.
    pub async fn signs(&self, statement: &str) {
        self.0.go(statement).await;
        self.0.click("[name=read]").await;
        self.0.click("form[action$=sign] .btn-primary").await;
        self.0.arrive("it is signed", "!document.querySelector('form[action$=sign]')").await;
    }

    /// The package that the page of a statement offers.
    pub async fn downloads(&self, statement: &str, whole: bool) -> Vec<u8> {
        self.0.go(statement).await;
        self.0.see("form[action$=package]").await;
        if !whole {
            self.0.click("[name=enclose]").await;
        }
        let form = Value::from("form[action$=package]");
        let said = self.0.execute_async(DOWNLOAD, vec![form]).await.expect("it is asked for");
        let zip = said["zip"].as_str().unwrap_or_else(|| panic!("no zip: {}", said["error"]));
        STANDARD.decode(zip).expect("Base64")
    }

    /// Puts a package in by the form of the room.
    pub async fn puts_in(&self, room: &str, sender: &str, package: &Path) {
        self.0.go(room).await;
        self.0.select("#sender", sender).await;
        self.0.attach("#package", package).await;
        self.0.click("form[action$=take] .btn-primary").await;
    }
}
