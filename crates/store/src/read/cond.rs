//! Conditions of a list as SQL.

use crate::args::{Arg, Args};
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::schema::Ty;
use crate::schema::projection::{Shape, column_name, column_type};
use okiagari_model::{Cond, ENDED, FieldKind, ORIGIN, Op, RegisterDef, Value};
use std::borrow::Cow;

/// A condition as SQL, and whether each row must be asked once more in memory.
pub(crate) struct Sql {
    pub text: String,
    pub ask_again: bool,
}

struct Column<'a> {
    /// With the table's alias, quoted.
    name: String,
    field: &'a str,
    ty: Ty,
    shape: Shape,
    bool: bool,
}

fn bad(field: &str, why: &'static str) -> StoreError {
    StoreError::BadFilter { field: field.to_owned(), why }
}

fn column<'a>(def: &RegisterDef, field: &'a str) -> Result<Column<'a>, StoreError> {
    let (name, (ty, shape), bool) = match def.field(field) {
        Some(f) => (column_name(field), column_type(f.kind), matches!(f.kind, FieldKind::Bool)),
        None => match field {
            ENDED => (Cow::Borrowed("ended"), (Ty::Int, Shape::Plain), true),
            ORIGIN => (Cow::Borrowed("origin"), (Ty::Text, Shape::Plain), false),
            "id" => (Cow::Borrowed("id"), (Ty::Text, Shape::Plain), false),
            "created_at" | "updated_at" => (Cow::Borrowed(field), (Ty::Int, Shape::Plain), false),
            _ => return Err(bad(field, "there is no such field")),
        },
    };
    Ok(Column { name: format!("t.\"{name}\""), field, ty, shape, bool })
}

impl Column<'_> {
    /// A value to compare with.
    fn arg(&self, value: &Value) -> Result<Arg, StoreError> {
        match (self.ty, value) {
            (Ty::Int, Value::Bool(yes)) if self.bool => Ok(Arg::Int(i64::from(*yes))),
            (Ty::Int, Value::Number(n)) if !self.bool => {
                n.as_i64().map(Arg::Int).ok_or_else(|| bad(self.field, "a whole number is needed"))
            }
            (Ty::Text, Value::String(text)) => Ok(Arg::Text(text.clone())),
            (Ty::Int, _) if self.bool => Err(bad(self.field, "yes or no is needed")),
            (Ty::Int, _) => Err(bad(self.field, "a whole number is needed")),
            _ => Err(bad(self.field, "a text is needed")),
        }
    }

    /// Whether a JSON array of texts has an entry. An entry stands between a bracket or comma on
    /// each side, and no such place can be part of another entry, because quotes in texts are
    /// escaped.
    fn list_has(
        &self,
        value: &Value,
        dialect: Dialect,
        args: &mut Args,
    ) -> Result<String, StoreError> {
        let Some(text) = value.as_str() else { return Err(bad(self.field, "a text is needed")) };
        let mut entry = String::new();
        crate::body::string(&mut entry, text);
        let find = dialect.position_function();
        let mut any = Vec::with_capacity(4);
        for (before, after) in [('[', ']'), ('[', ','), (',', ','), (',', ']')] {
            let part = args.text(format!("{before}{entry}{after}"));
            any.push(format!("{find}({}, {part}) > 0", self.name));
        }
        Ok(format!("({})", any.join(" OR ")))
    }

    fn has(&self, value: &Value, dialect: Dialect, args: &mut Args) -> Result<String, StoreError> {
        match self.shape {
            Shape::Plain => Ok(format!("{} = {}", self.name, args.add(self.arg(value)?))),
            Shape::List => self.list_has(value, dialect, args),
            Shape::Nested => Err(bad(self.field, "a table inside a record cannot be compared")),
        }
    }

    /// Narrows by what both engines compare alike; the rest is asked again in memory.
    fn contains(
        &self,
        value: &Value,
        dialect: Dialect,
        args: &mut Args,
    ) -> Result<Sql, StoreError> {
        let Some(part) = value.as_str().filter(|_| self.ty == Ty::Text) else {
            return Err(bad(self.field, "a text is needed"));
        };
        let text = match plain_part(part) {
            "" => "1 = 1".to_owned(),
            plain => {
                let find = dialect.position_function();
                let plain = args.text(plain.to_ascii_lowercase());
                format!("{find}(lower({}), {plain}) > 0", self.name)
            }
        };
        Ok(Sql { text, ask_again: true })
    }
}

/// The longest part of a text whose case both engines fold alike: ASCII, and letters without
/// case such as kanji and kana. Without what JSON escapes, so that it is found in lists too.
fn plain_part(text: &str) -> &str {
    let plain = |c: char| {
        (c.is_ascii() && !c.is_ascii_control() && c != '"' && c != '\\')
            || (!c.is_ascii() && !c.is_lowercase() && !c.is_uppercase() && c.is_alphanumeric())
    };
    text.split(|c| !plain(c)).max_by_key(|part| part.len()).unwrap_or("")
}

/// One condition over the projection row `t`.
pub(crate) fn sql(
    cond: &Cond,
    def: &RegisterDef,
    dialect: Dialect,
    args: &mut Args,
) -> Result<Sql, StoreError> {
    let column = column(def, &cond.field)?;
    let name = column.name.clone();
    let list =
        || cond.value.as_array().ok_or_else(|| bad(&cond.field, "a list of values is needed"));
    let text = match cond.op {
        // A yes/no that is unset counts as no.
        Op::Eq if column.bool && cond.value == Value::Bool(false) => {
            format!("({name} IS NULL OR {name} = 0)")
        }
        Op::Eq => column.has(&cond.value, dialect, args)?,
        Op::Ne => format!("({name} IS NULL OR NOT {})", column.has(&cond.value, dialect, args)?),
        Op::In if column.shape == Shape::Plain => {
            let values = list()?.iter().map(|v| column.arg(v)).collect::<Result<Vec<_>, _>>()?;
            if values.is_empty() {
                "1 = 0".to_owned()
            } else {
                format!("{name} IN ({})", args.list(values))
            }
        }
        Op::In => {
            let any = list()?
                .iter()
                .map(|value| column.has(value, dialect, args))
                .collect::<Result<Vec<_>, _>>()?;
            if any.is_empty() { "1 = 0".to_owned() } else { format!("({})", any.join(" OR ")) }
        }
        // Whether a record has ended is always known: 0 stands for unset.
        Op::Empty if cond.field == ENDED => format!("{name} = 0"),
        Op::Set if cond.field == ENDED => format!("{name} = 1"),
        Op::Empty => format!("{name} IS NULL"),
        Op::Set => format!("{name} IS NOT NULL"),
        Op::Gte | Op::Lte if column.shape != Shape::Plain || column.bool => {
            return Err(bad(&cond.field, "it has no order"));
        }
        Op::Gte => format!("{name} >= {}", args.add(column.arg(&cond.value)?)),
        Op::Lte => format!("{name} <= {}", args.add(column.arg(&cond.value)?)),
        Op::Contains if column.shape == Shape::Nested => {
            return Err(bad(&cond.field, "a table inside a record cannot be compared"));
        }
        Op::Contains => return column.contains(&cond.value, dialect, args),
    };
    Ok(Sql { text, ask_again: false })
}

#[cfg(test)]
mod tests {
    use super::plain_part;

    #[test]
    fn the_part_that_engines_compare_alike() {
        assert_eq!(plain_part("復旧手順"), "復旧手順");
        assert_eq!(plain_part("Müller GmbH"), "ller GmbH");
        assert_eq!(plain_part("ÄÖ"), "");
        assert_eq!(plain_part("a\"bcd\\e"), "bcd");
        assert_eq!(plain_part("ＳＱＬ"), "");
    }
}
