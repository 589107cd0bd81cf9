//! Erasing fields so that the commitment stays the same.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{FieldError, FieldState, Salt, SaltMaker, Seed, body};
use crate::hash::{Hash, merkle_root};

/// What takes the seed's place once a field of the revision was erased: the salts of the fields
/// that are left, and the bare hashes of those that are not. With the seed destroyed, neither
/// the erased values nor their salts can be had again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    /// Salts of the fields that are left. JSON: Base64 strings.
    #[serde(with = "salt_map")]
    pub salts: BTreeMap<String, Salt>,
    /// Hashes of the erased fields.
    pub erased: BTreeMap<String, Hash>,
}

/// Where the salts of a revision come from.
#[derive(Clone, Copy, Debug)]
pub enum Secret<'a> {
    /// Nothing was erased yet.
    Seed(&'a Seed),
    /// Something was.
    Redaction(&'a Redaction),
}

impl<'a> From<&'a Seed> for Secret<'a> {
    fn from(seed: &'a Seed) -> Self {
        Self::Seed(seed)
    }
}

impl<'a> From<&'a Redaction> for Secret<'a> {
    fn from(redaction: &'a Redaction) -> Self {
        Self::Redaction(redaction)
    }
}

/// What is kept of every field of a revision, in byte order of the ids.
///
/// # Errors
/// When the body is not canonical, or body and redaction do not name the same fields.
pub fn field_states<'b>(
    body: &'b str,
    secret: Secret<'b>,
) -> Result<BTreeMap<&'b str, FieldState<'b>>, FieldError> {
    let fields = body::fields(body)?;
    match secret {
        Secret::Seed(seed) => {
            let salts = SaltMaker::new(seed);
            let kept =
                |(field, value)| (field, FieldState::Kept { salt: salts.salt(field), value });
            Ok(fields.into_iter().map(kept).collect())
        }
        Secret::Redaction(redaction) => redacted_states(fields, redaction),
    }
}

fn redacted_states<'b>(
    fields: Vec<(&'b str, &'b str)>,
    redaction: &'b Redaction,
) -> Result<BTreeMap<&'b str, FieldState<'b>>, FieldError> {
    let mut states = BTreeMap::new();
    for (field, value) in fields {
        let salt =
            *redaction.salts.get(field).ok_or_else(|| FieldError::NoSalt(field.to_owned()))?;
        states.insert(field, FieldState::Kept { salt, value });
    }
    if let Some(field) = redaction.salts.keys().find(|field| !states.contains_key(field.as_str())) {
        return Err(FieldError::NoValue(field.clone()));
    }
    for (field, hash) in &redaction.erased {
        if !body::is_field_id(field) {
            return Err(FieldError::FieldId(field.clone()));
        }
        if states.insert(field, FieldState::Erased { hash: *hash }).is_some() {
            return Err(FieldError::Both(field.clone()));
        }
    }
    Ok(states)
}

/// The commitment to a body of which fields were erased; the same as before they were.
///
/// # Errors
/// When the body is not canonical, or body and redaction do not name the same fields.
pub fn commit_redacted(body: &str, redaction: &Redaction) -> Result<Hash, FieldError> {
    let states = field_states(body, Secret::Redaction(redaction))?;
    let hashes: Vec<Hash> = states.iter().map(|(field, state)| state.hash(field)).collect();
    Ok(merkle_root(&hashes))
}

/// Erases fields: gives the body without them, and what to keep in place of the seed or of the
/// redaction before. The caller must then destroy the old body and the seed wherever they are.
///
/// A field that was erased before is passed over, so that erasing can be repeated.
///
/// # Errors
/// When a field is not there, or as for [`field_states`].
pub fn redact<'b, S: Into<Secret<'b>>>(
    body: &'b str,
    secret: S,
    fields_to_erase: &[&str],
) -> Result<(String, Redaction), FieldError> {
    let states = field_states(body, secret.into())?;
    let erase: BTreeSet<&str> = fields_to_erase.iter().copied().collect();
    if let Some(field) = erase.iter().find(|field| !states.contains_key(**field)) {
        return Err(FieldError::Absent((*field).to_owned()));
    }
    let mut redaction = Redaction::default();
    for (field, state) in &states {
        match state {
            FieldState::Kept { salt, .. } if !erase.contains(field) => {
                redaction.salts.insert((*field).to_owned(), *salt);
            }
            state => {
                redaction.erased.insert((*field).to_owned(), state.hash(field));
            }
        }
    }
    Ok((body_of(&states, &redaction), redaction))
}

/// The canonical body of the fields that are left.
fn body_of(states: &BTreeMap<&str, FieldState<'_>>, redaction: &Redaction) -> String {
    let mut left: Vec<(&str, &str)> = Vec::new();
    for (field, state) in states {
        if let FieldState::Kept { value, .. } = state
            && redaction.salts.contains_key(*field)
        {
            left.push((field, value));
        }
    }
    left.sort_by(|(one, _), (next, _)| one.encode_utf16().cmp(next.encode_utf16()));
    let members: Vec<String> =
        left.iter().map(|(field, value)| format!("\"{field}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

mod salt_map {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    use crate::b64;
    use crate::field::Salt;

    pub(super) fn serialize<S: Serializer>(
        salts: &BTreeMap<String, Salt>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(salts.iter().map(|(field, salt)| (field, b64::encode(salt))))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, Salt>, D::Error> {
        let texts = BTreeMap::<String, String>::deserialize(deserializer)?;
        let salt = |(field, text): (String, String)| {
            let salt = b64::decode_array(&text);
            salt.map(|salt| (field, salt))
                .ok_or_else(|| D::Error::custom("not the Base64 of 16 bytes"))
        };
        texts.into_iter().map(salt).collect()
    }
}
