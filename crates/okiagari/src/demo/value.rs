//! From the words of a demo file to stored values: keys become ids, `-40m` an instant.

use super::when;
use okiagari_model::{Body, FieldDef, FieldKind, MINUTE, RecordId, RegisterDef, Time, Value, Zone};
use std::collections::BTreeMap;

/// Records that the story has made, by key: register and id.
pub type Known = BTreeMap<String, (&'static RegisterDef, RecordId)>;

/// What all values of a story share.
pub struct Words<'a> {
    /// The start of the demo.
    pub start: Time,
    /// The organisation's zone.
    pub zone: &'a Zone,
    /// What the story has made so far.
    pub known: &'a Known,
}

impl Words<'_> {
    /// A body with every value as it is stored.
    ///
    /// # Errors
    /// Names the first field that cannot be read.
    pub fn body(&self, def: &RegisterDef, typed: &Body) -> Result<Body, String> {
        self.fields(def.fields, typed)
    }

    fn fields(&self, fields: &'static [FieldDef], typed: &Body) -> Result<Body, String> {
        let mut body = Body::new();
        for (name, value) in typed.iter().filter(|(name, _)| !name.starts_with('_')) {
            let field = fields.iter().find(|f| f.id == name.as_str());
            let field = field.ok_or_else(|| format!("there is no field {name}"))?;
            let value = self
                .value(field, value)
                .ok_or_else(|| format!("{name}: {value} cannot be read here"))?;
            body.insert(name.clone(), value);
        }
        Ok(body)
    }

    fn value(&self, field: &FieldDef, value: &Value) -> Option<Value> {
        let text = value.as_str();
        match field.kind {
            FieldKind::Time => self.instant(text?),
            FieldKind::Date => {
                when::day(text?, self.start, self.zone).map(|d| d.to_string().into())
            }
            FieldKind::Minutes => Some((when::span(text?)? / MINUTE).into()),
            FieldKind::Int => match text {
                Some(text) => when::fiscal_year(text, self.start, self.zone).map(Value::from),
                None => Some(value.clone()),
            },
            FieldKind::Ref(register) => self.id(text?, register),
            FieldKind::Refs(register) => self.list(value, |v| self.id(v.as_str()?, register)),
            FieldKind::AnyRef => {
                let (def, id) = self.known.get(text?)?;
                Some(format!("{}/{id}", def.id).into())
            }
            FieldKind::Rows(columns) => self
                .list(value, |row| self.fields(columns, row.as_object()?).ok().map(Value::Object)),
            FieldKind::Text | FieldKind::LongText => match text {
                Some(text) => Some(when::told(text, self.start, self.zone)?.into()),
                None => Some(value.clone()),
            },
            _ => Some(value.clone()),
        }
    }

    fn instant(&self, text: &str) -> Option<Value> {
        Some(self.start.plus(when::offset(text)?).millis().into())
    }

    fn id(&self, key: &str, register: &str) -> Option<Value> {
        let (def, id) = self.known.get(key)?;
        (def.id == register).then(|| id.as_str().into())
    }

    fn list(&self, value: &Value, one: impl Fn(&Value) -> Option<Value>) -> Option<Value> {
        value.as_array()?.iter().map(one).collect::<Option<Vec<_>>>().map(Value::from)
    }
}
