//! Shipped reconnection frameworks: read, checked, and given as drafts in a language.

use crate::error::CatalogError;
use crate::files::{Catalog, Row};
use okiagari_model::reconnect::framework::{Framework, PhaseKind};
use okiagari_model::{Body, Choice, Lang, Message, Register, Value, validate};
use serde::Deserialize;

/// A shipped framework. Its texts stand in both languages; a draft is taken in one of them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippedFramework {
    /// Stable name.
    pub id: String,
    /// Grows with every change.
    pub version: u32,
    /// Name.
    pub name: Message,
    /// Where it comes from.
    pub source: String,
    /// Last compared with the source on.
    pub checked_on: String,
    /// Requirement ids.
    #[serde(default)]
    pub meets: Vec<String>,
    /// For whom it speaks.
    pub level: String,
    /// How deep it goes.
    pub profile: String,
    /// Aim.
    pub aim: Message,
    /// Goal.
    pub goal: Message,
    /// Which risks.
    pub scope: String,
    /// Scope line.
    pub scope_line: Message,
    /// Risk appetite.
    pub appetite: Message,
    /// Criteria.
    pub criteria: Vec<Body>,
    /// Preconditions.
    pub preconditions: Vec<Body>,
    /// Guidance.
    pub guides: Vec<Body>,
    /// Terms.
    pub terms: Vec<Body>,
    /// Roles.
    pub roles: Vec<Body>,
    /// Communication.
    pub telling: Vec<Body>,
    /// Sector.
    pub sector: Vec<Body>,
}

impl ShippedFramework {
    /// As a draft of the register, in a language. Criteria and preconditions keep both.
    pub fn body(&self, lang: Lang) -> Body {
        let mut out = Body::new();
        let text = |m: &Message| Value::from(m.get(lang));
        out.insert("name".into(), self.name.ja.as_str().into());
        out.insert("title_en".into(), self.name.en.as_str().into());
        for (field, value) in
            [("level", &self.level), ("profile", &self.profile), ("scope", &self.scope)]
        {
            out.insert(field.into(), value.as_str().into());
        }
        for (field, value) in [
            ("aim", &self.aim),
            ("goal", &self.goal),
            ("scope_line", &self.scope_line),
            ("appetite", &self.appetite),
        ] {
            out.insert(field.into(), text(value));
        }
        for (field, rows) in self.tables() {
            let rows: Vec<Value> = rows.iter().map(|r| Value::Object(row(r, lang))).collect();
            if !rows.is_empty() {
                out.insert(field.into(), rows.into());
            }
        }
        out
    }

    fn tables(&self) -> [(&'static str, &[Body]); 7] {
        [
            ("criteria", &self.criteria),
            ("preconditions", &self.preconditions),
            ("guides", &self.guides),
            ("terms", &self.terms),
            ("roles", &self.roles),
            ("telling", &self.telling),
            ("sector", &self.sector),
        ]
    }
}

/// A text in both languages, where a value is one.
fn both(value: &Value) -> Option<(&str, &str)> {
    let map = value.as_object()?;
    Some((map.get("ja")?.as_str()?, map.get("en")?.as_str()?))
}

fn row(row: &Body, lang: Lang) -> Body {
    let mut out = Body::new();
    for (key, value) in row {
        match both(value) {
            Some((ja, en)) if key == "text" => {
                out.insert("text".into(), ja.into());
                out.insert("text_en".into(), en.into());
            }
            Some((ja, en)) => {
                out.insert(key.clone(), lang.t(ja, en).into());
            }
            None => {
                out.insert(key.clone(), value.clone());
            }
        }
    }
    out
}

impl Catalog {
    /// The shipped frameworks and the organisation's own files over them.
    ///
    /// # Errors
    /// The first fault of the first faulty row: a text that lacks a language or does not fit its
    /// field, a phase without a gateway, or a requirement that does not exist.
    pub fn frameworks(&self) -> Result<Vec<ShippedFramework>, CatalogError> {
        let rows = self.rows::<ShippedFramework>("frameworks", "frameworks")?;
        let known = self.requirements()?;
        for row in &rows {
            check(row, &|id| known.iter().any(|r| r.id == id))?;
        }
        Ok(rows.into_iter().map(|r| r.value).collect())
    }
}

fn check(row: &Row<ShippedFramework>, known: &dyn Fn(&str) -> bool) -> Result<(), CatalogError> {
    let it = &row.value;
    let fault =
        |key: &str, problem: String| Err(CatalogError::key(&row.file, &it.id, key, problem));
    if let Some(id) = it.meets.iter().find(|id| !known(id)) {
        return fault("meets", format!("there is no requirement {id}"));
    }
    for (field, rows) in it.tables() {
        let empty = |v: &Value| {
            v.is_object()
                && both(v).is_none_or(|(ja, en)| ja.trim().is_empty() || en.trim().is_empty())
        };
        if rows.iter().flat_map(|r| r.values()).any(empty) {
            return fault(field, "a text lacks a language".into());
        }
    }
    for kind in PhaseKind::ALL {
        let has =
            it.criteria.iter().any(|c| c.get("phase").and_then(Value::as_str) == Some(kind.id()));
        if !has {
            return fault("criteria", format!("{} has no gateway", kind.id()));
        }
    }
    for lang in [Lang::Ja, Lang::En] {
        if let Some(p) = validate::check(Framework::DEF, &it.body(lang), true).first() {
            return fault(&p.field, p.message.en.clone());
        }
    }
    Ok(())
}
