//! Showing one field alone, with proof that it belongs to a commitment.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{FieldError, FieldState, Salt, Secret, body, field_hash, field_states};
use crate::b64;
use crate::hash::Hash;
use crate::proofs::{inclusion_proof, verify_inclusion};
use crate::tile::LeafHashes;

/// One field of a revision, with the path from it to the commitment.
///
/// It tells how many fields the revision has and this one's rank among them, but nothing of
/// their names or values: the path is made of salted hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// The id of the field.
    pub field: String,
    /// Its salt. JSON: a Base64 string.
    #[serde(serialize_with = "write_salt", deserialize_with = "read_salt")]
    pub salt: Salt,
    /// The exact text of its value, canonical JSON in itself.
    pub value: String,
    /// The rank of the field among the revision's, from 0.
    pub index: u64,
    /// How many fields the revision has.
    pub size: u64,
    /// The path from the field's sibling to the child of the root.
    pub path: Vec<Hash>,
}

/// Discloses one field of a body.
///
/// # Errors
/// When there is no such field or it was erased, or as for [`field_states`].
pub fn disclose<'b, S: Into<Secret<'b>>>(
    body: &'b str,
    secret: S,
    field: &str,
) -> Result<Disclosure, FieldError> {
    let states = field_states(body, secret.into())?;
    let absent = || FieldError::Absent(field.to_owned());
    let index = states.keys().position(|id| *id == field).ok_or_else(absent)? as u64;
    let (salt, value) = match states.get(field).ok_or_else(absent)? {
        FieldState::Kept { salt, value } => (*salt, (*value).to_owned()),
        FieldState::Erased { .. } => return Err(FieldError::Erased(field.to_owned())),
    };
    let hashes: Vec<Hash> = states.iter().map(|(field, state)| state.hash(field)).collect();
    let size = hashes.len() as u64;
    let path = inclusion_proof(index, size, &mut LeafHashes(&hashes))?;
    Ok(Disclosure { field: field.to_owned(), salt, value, index, size, path })
}

impl Disclosure {
    /// Checks that the field with this value belongs to the commitment.
    ///
    /// # Errors
    /// When it does not, or the id or value is not of the form that a canonical body has.
    pub fn verify(&self, commitment: &Hash) -> Result<(), FieldError> {
        if !body::is_field_id(&self.field) {
            return Err(FieldError::FieldId(self.field.clone()));
        }
        // A value that reads in two ways (repeated members, say) must not pass as shown.
        if serde_json_canonicalizer::pipe(&self.value).ok().as_ref() != Some(&self.value) {
            return Err(FieldError::Value);
        }
        let hash = field_hash(&self.field, &self.salt, &self.value);
        Ok(verify_inclusion(self.index, self.size, &hash, &self.path, commitment)?)
    }
}

fn write_salt<S: Serializer>(salt: &Salt, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&b64::encode(salt))
}

fn read_salt<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Salt, D::Error> {
    let text = String::deserialize(deserializer)?;
    b64::decode_array(&text).ok_or_else(|| D::Error::custom("not the Base64 of 16 bytes"))
}
