//! Where else a person is named: an erasure takes fields of one record, and free text elsewhere may
//! repeat the name. The program cannot tell a name from a word, so it lists what it finds for the
//! one who erases, who then decides record by record.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::look::Look;
use okiagari_model::govern::person::Person;
use okiagari_model::{Action, FieldDef, FieldKind, RecordId, Register, RegisterDef, Value, policy};

/// A record that says the words.
#[derive(Debug, Clone)]
pub struct Mention {
    /// Register.
    pub register: &'static RegisterDef,
    /// Id.
    pub id: RecordId,
    /// Title.
    pub title: String,
    /// Fields of today that say it; empty where only earlier revisions do.
    pub fields: Vec<&'static FieldDef>,
    /// Whether this person may erase there.
    pub may_erase: bool,
}

/// Where a person is named, as far as the reader may see it.
#[derive(Debug, Clone, Default)]
pub struct Mentions {
    /// The words that were looked for.
    pub words: Vec<String>,
    /// Records that say one of them, beside the record itself.
    pub found: Vec<Mention>,
    /// How many more there are that this reader may not see.
    pub hidden: usize,
    /// Whether there are more than were looked at.
    pub more: bool,
}

/// The most records looked at for a word.
const MOST: u32 = 500;
/// Shorter words are in everything.
const SHORTEST: usize = 2;

impl App {
    /// Records that repeat what stands in the personal one-line fields of a record (names, mail
    /// addresses, telephone numbers), in any field of any revision.
    ///
    /// # Errors
    /// Not found where the record may not be seen; forbidden where this person may not erase in it.
    pub fn mentions(
        &self,
        ctx: &Ctx,
        def: &'static RegisterDef,
        id: &RecordId,
    ) -> Result<Mentions, AppError> {
        let org = &ctx.subject.org;
        self.store().read(|tx| {
            let erase = policy::rows(&ctx.subject, def, Action::Erase);
            if erase.is_nothing() {
                return Err(AppError::Forbidden("erase"));
            }
            let me = tx.one(org, def, id, &erase)?.ok_or(AppError::NotFound)?;
            // What names a record (the title of an incident) is a sentence, not a name; of people
            // it is the name itself.
            let named = |f: &&FieldDef| {
                f.personal
                    && matches!(f.kind, FieldKind::Text)
                    && (!f.title || def.id == Person::ID)
            };
            let mut out = Mentions::default();
            for field in def.fields.iter().filter(named) {
                let word = me.text(field.id).trim();
                if word.chars().count() >= SHORTEST && !out.words.iter().any(|w| w == word) {
                    out.words.push(word.to_owned());
                }
            }
            let mut seen: Vec<(String, RecordId)> = vec![(def.id.to_owned(), id.clone())];
            for word in out.words.clone() {
                let hits = tx.naming(org, &word, MOST)?;
                out.more |= hits.len() >= MOST as usize;
                for (register, id) in hits {
                    let Some(of) = okiagari_model::register(&register) else { continue };
                    let key = (register, id);
                    if seen.contains(&key) {
                        continue;
                    }
                    seen.push(key.clone());
                    let rows = policy::rows(&ctx.subject, of, Action::Read);
                    let Some(record) = tx.one(org, of, &key.1, &rows)? else {
                        out.hidden += 1;
                        continue;
                    };
                    let says = |f: &&'static FieldDef| {
                        record.body.get(f.id).is_some_and(|v| says_one(v, &out.words))
                    };
                    let rows = policy::rows(&ctx.subject, of, Action::Erase);
                    out.found.push(Mention {
                        register: of,
                        title: record.title(),
                        fields: of.fields.iter().filter(says).collect(),
                        may_erase: tx.one(org, of, &key.1, &rows)?.is_some(),
                        id: key.1,
                    });
                }
            }
            Ok(out)
        })
    }
}

fn says_one(value: &Value, words: &[String]) -> bool {
    match value {
        Value::String(text) => words.iter().any(|w| text.contains(w.as_str())),
        Value::Array(list) => list.iter().any(|v| says_one(v, words)),
        Value::Object(fields) => fields.values().any(|v| says_one(v, words)),
        _ => false,
    }
}
