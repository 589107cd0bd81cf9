//! One row of an answer, read by column.

use super::P;
use crate::error::StoreError;
use postgres::types::{FromSql, Type};
use rusqlite::types::ValueRef;

/// One row of an answer. Columns are counted from 0.
pub struct Row<'a>(pub(super) Kind<'a>);

pub(super) enum Kind<'a> {
    Lite(&'a rusqlite::Row<'a>),
    Pg(&'a postgres::Row),
    Held(Vec<Held>),
}

/// A value that outlives its statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Held {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

fn wrong(column: usize, expected: &str) -> StoreError {
    StoreError::Corrupt(format!("column {column} of an answer is not {expected}"))
}

impl Row<'_> {
    /// A whole number, or `None`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the column holds something else.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        let bad = || wrong(column, "a whole number");
        match &self.0 {
            Kind::Lite(row) => match row.get_ref(column).map_err(|_| bad())? {
                ValueRef::Null => Ok(None),
                ValueRef::Integer(n) => Ok(Some(n)),
                _ => Err(bad()),
            },
            Kind::Pg(row) => {
                Ok(row.try_get::<_, Option<AnyInt>>(column).map_err(|_| bad())?.map(|n| n.0))
            }
            Kind::Held(row) => match row.get(column) {
                Some(Held::Null) => Ok(None),
                Some(Held::Int(n)) => Ok(Some(*n)),
                _ => Err(bad()),
            },
        }
    }

    /// A text, or `None`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the column holds something else or no UTF-8.
    pub fn opt_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        let bad = || wrong(column, "a text");
        match &self.0 {
            Kind::Lite(row) => match row.get_ref(column).map_err(|_| bad())? {
                ValueRef::Null => Ok(None),
                ValueRef::Text(bytes) => std::str::from_utf8(bytes).map(Some).map_err(|_| bad()),
                _ => Err(bad()),
            },
            Kind::Pg(row) => row.try_get(column).map_err(|_| bad()),
            Kind::Held(row) => match row.get(column) {
                Some(Held::Null) => Ok(None),
                Some(Held::Text(text)) => Ok(Some(text)),
                _ => Err(bad()),
            },
        }
    }

    /// Bytes, or `None`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the column holds something else.
    pub fn opt_blob(&self, column: usize) -> Result<Option<&[u8]>, StoreError> {
        let bad = || wrong(column, "bytes");
        match &self.0 {
            Kind::Lite(row) => match row.get_ref(column).map_err(|_| bad())? {
                ValueRef::Null => Ok(None),
                ValueRef::Blob(bytes) => Ok(Some(bytes)),
                _ => Err(bad()),
            },
            Kind::Pg(row) => row.try_get(column).map_err(|_| bad()),
            Kind::Held(row) => match row.get(column) {
                Some(Held::Null) => Ok(None),
                Some(Held::Blob(bytes)) => Ok(Some(bytes)),
                _ => Err(bad()),
            },
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where there is none.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.opt_int(column)?.ok_or_else(|| wrong(column, "a whole number"))
    }

    /// A count or index, never negative.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where there is none.
    pub fn count(&self, column: usize) -> Result<u64, StoreError> {
        u64::try_from(self.int(column)?).map_err(|_| wrong(column, "a count"))
    }

    /// A yes or no.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where there is none.
    pub fn flag(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    /// A text.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where there is none.
    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        self.opt_text(column)?.ok_or_else(|| wrong(column, "a text"))
    }

    /// Bytes.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where there are none.
    pub fn blob(&self, column: usize) -> Result<&[u8], StoreError> {
        self.opt_blob(column)?.ok_or_else(|| wrong(column, "bytes"))
    }

    /// The number of columns.
    pub fn len(&self) -> usize {
        match &self.0 {
            Kind::Lite(row) => row.as_ref().column_count(),
            Kind::Pg(row) => row.len(),
            Kind::Held(row) => row.len(),
        }
    }

    /// Whether there are no columns.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A copy that outlives the statement.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a value that is neither number, text nor bytes.
    pub fn hold(&self) -> Result<Row<'static>, StoreError> {
        let held = (0..self.len()).map(|column| self.hold_one(column)).collect::<Result<_, _>>()?;
        Ok(Row(Kind::Held(held)))
    }

    /// A value as a text that no other value gives, for comparing: `-` for none, a number's
    /// digits, a text between quotation marks. Cheap, for it is asked of every cell there is.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a value that is neither number, text nor bytes.
    pub(crate) fn mark(&self, column: usize) -> Result<String, StoreError> {
        if let Kind::Lite(row) = &self.0
            && let Ok(ValueRef::Text(bytes)) = row.get_ref(column)
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return Ok(P::Text(text).mark());
        }
        Ok(match self.hold_one(column)? {
            Held::Null => P::Null.mark(),
            Held::Int(n) => P::Int(n).mark(),
            Held::Text(text) => P::Text(&text).mark(),
            Held::Blob(bytes) => P::Blob(&bytes).mark(),
        })
    }

    fn hold_one(&self, column: usize) -> Result<Held, StoreError> {
        let bad = || wrong(column, "a number, text or bytes");
        match &self.0 {
            Kind::Lite(row) => Ok(match row.get_ref(column).map_err(|_| bad())? {
                ValueRef::Null => Held::Null,
                ValueRef::Integer(n) => Held::Int(n),
                ValueRef::Text(bytes) => {
                    Held::Text(std::str::from_utf8(bytes).map_err(|_| bad())?.to_owned())
                }
                ValueRef::Blob(bytes) => Held::Blob(bytes.to_vec()),
                ValueRef::Real(_) => return Err(bad()),
            }),
            Kind::Pg(row) => {
                let kind = row.columns().get(column).ok_or_else(bad)?.type_();
                if *kind == Type::BYTEA {
                    let bytes = self.opt_blob(column)?;
                    Ok(bytes.map_or(Held::Null, |b| Held::Blob(b.to_vec())))
                } else if AnyInt::accepts(kind) {
                    Ok(self.opt_int(column)?.map_or(Held::Null, Held::Int))
                } else {
                    let text = self.opt_text(column)?;
                    Ok(text.map_or(Held::Null, |t| Held::Text(t.to_owned())))
                }
            }
            Kind::Held(row) => row.get(column).cloned().ok_or_else(bad),
        }
    }
}

/// PostgreSQL gives constants and some functions in narrower types than BIGINT.
struct AnyInt(i64);

impl<'a> FromSql<'a> for AnyInt {
    fn from_sql(
        kind: &Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(match *kind {
            Type::INT2 => i16::from_sql(kind, raw)?.into(),
            Type::INT4 => i32::from_sql(kind, raw)?.into(),
            Type::BOOL => bool::from_sql(kind, raw)?.into(),
            _ => i64::from_sql(kind, raw)?,
        }))
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT2 | Type::INT4 | Type::INT8 | Type::BOOL)
    }
}
