//! The query part of an address: strictly decoded parameters, and list requests made of them.

use super::convert;
use super::problem::{Issue, Place, Problem};
use okiagari_model::{Cond, FieldDef, FieldKind, Message, Op, RegisterDef, Time, Value};

/// Rows of a page where `limit` is not given.
pub const DEFAULT_LIMIT: u32 = 50;
/// The most rows of a page.
pub const MAX_LIMIT: u32 = 500;
/// The longest query part, in bytes.
const MAX_QUERY: usize = 8_192;

/// Parameters of every list that are no fields.
pub const RESERVED: &[&str] =
    &["q", "sort", "limit", "cursor", "as_of", "include_ended", "updated_since"];

/// Ways to compare a field, as they stand behind the dot of `field.op`.
pub const OPS: &[(&str, Op)] = &[
    ("eq", Op::Eq),
    ("ne", Op::Ne),
    ("in", Op::In),
    ("gte", Op::Gte),
    ("lte", Op::Lte),
    ("contains", Op::Contains),
    ("set", Op::Set),
    ("empty", Op::Empty),
];

/// Whether fields of a kind can be compared so.
pub fn can(kind: FieldKind, op: Op) -> bool {
    match op {
        Op::Set | Op::Empty => true,
        Op::Eq | Op::Ne | Op::In => !matches!(kind, FieldKind::Rows(_) | FieldKind::LongText),
        Op::Gte | Op::Lte => matches!(
            kind,
            FieldKind::Int
                | FieldKind::Date
                | FieldKind::Time
                | FieldKind::Minutes
                | FieldKind::Yen
        ),
        Op::Contains => matches!(kind, FieldKind::Text | FieldKind::LongText),
    }
}

/// Decoded parameters, each at most once. What nobody has taken at the end is refused.
#[derive(Debug)]
pub struct Params {
    left: Vec<(String, String)>,
    issues: Vec<Issue>,
}

impl Params {
    /// Decodes the query part.
    ///
    /// # Errors
    /// Where it is too long, is no UTF-8, or a name stands twice.
    pub fn parse(raw: Option<&str>) -> Result<Self, Problem> {
        let raw = raw.unwrap_or_default();
        let mut params = Self { left: Vec::new(), issues: Vec::new() };
        if raw.len() > MAX_QUERY {
            return Err(Problem::bad_request(
                "アドレスの ? より後ろが長すぎます（8,192バイトまで）。",
                "The query part of the address is too long (8,192 bytes at most).",
            ));
        }
        for pair in raw.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Some(name), Some(value)) => {
                    if params.left.iter().any(|(n, _)| *n == name) {
                        params.issue(
                            &name,
                            "duplicate",
                            "同じ名前の条件は1回だけ書けます。",
                            "A parameter may be given once only.",
                        );
                    } else {
                        params.left.push((name, value));
                    }
                }
                _ => params.issue(
                    name,
                    "bad_encoding",
                    "UTF-8 をパーセント符号化した文字にしてください。",
                    "Give UTF-8 in percent encoding.",
                ),
            }
        }
        Ok(params)
    }

    /// Takes a parameter.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let at = self.left.iter().position(|(n, _)| n == name)?;
        Some(self.left.swap_remove(at).1)
    }

    /// Takes a parameter and reads it; a bad one is noted.
    pub fn read<T>(
        &mut self,
        name: &str,
        takes: (&str, &str),
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.take(name)?;
        let value = read(&text);
        if value.is_none() {
            self.issue(
                name,
                "wrong_type",
                &format!("「{name}」には{}を書いてください。", takes.0),
                &format!("\"{name}\" takes {}.", takes.1),
            );
        }
        value
    }

    /// Takes `true` or `false`.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        self.read(name, ("true か false", "true or false"), |t| t.parse().ok())
    }

    /// Takes a whole number within bounds.
    pub fn number(&mut self, name: &str, least: u64, most: u64) -> Option<u64> {
        let ja = format!("{least}から{most}までの整数");
        let en = format!("a whole number from {least} to {most}");
        self.read(name, (&ja, &en), |t| t.parse().ok().filter(|n| (least..=most).contains(n)))
    }

    /// Takes `limit`.
    pub fn limit(&mut self) -> u32 {
        let limit = self.number("limit", 1, MAX_LIMIT.into());
        limit.and_then(|n| u32::try_from(n).ok()).unwrap_or(DEFAULT_LIMIT)
    }

    /// Takes `as_of`.
    pub fn as_of(&mut self) -> Option<AsOf> {
        let takes = ("証跡の番号か日時（RFC 3339）", "the index of a leaf or a time (RFC 3339)");
        self.read("as_of", takes, |text| match text.parse() {
            Ok(leaf) => Some(AsOf::Leaf(leaf)),
            Err(_) => convert::instant(&text.replace(' ', "+")).map(AsOf::Time),
        })
    }

    fn issue(&mut self, name: &str, code: &'static str, ja: &str, en: &str) {
        self.issues.push(Issue::new(Place::Query, name, code, Message::new(ja, en)));
    }

    /// Ends the reading: everything wrong is named, and so is every parameter nobody took.
    ///
    /// # Errors
    /// Where anything was wrong.
    pub fn done(mut self, known: &[&str]) -> Result<(), Problem> {
        let names = known.join(", ");
        for (name, _) in std::mem::take(&mut self.left) {
            self.issue(
                &name,
                "unknown_parameter",
                &format!("「{name}」という条件はありません。使える条件: {names}"),
                &format!("There is no parameter \"{name}\". Known: {names}"),
            );
        }
        if self.issues.is_empty() { Ok(()) } else { Err(Problem::issues(self.issues)) }
    }
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16));
                let (high, low) = (digit()?, digit()?);
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok().filter(|t| !t.contains('\0'))
}

/// At which point of the record something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// After this leaf.
    Leaf(u64),
    /// At this instant.
    Time(Time),
}

/// What a list is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ListQuery {
    /// All must hold.
    pub conds: Vec<Cond>,
    /// Words to find.
    pub search: Option<String>,
    /// Field and whether downwards.
    pub sort: Option<(String, bool)>,
    /// Cursor of the page before.
    pub after: Option<String>,
    /// Rows of a page.
    pub limit: u32,
    /// At which point of the record.
    pub as_of: Option<AsOf>,
    /// Ended ones too.
    pub include_ended: bool,
}

/// Reads what a list of a register is asked for.
///
/// `updated_since` is a condition on the change of the record: it gives ended records too and
/// sorts by change, so that a program that asks again and again misses nothing.
///
/// # Errors
/// Every parameter that is unknown or does not fit is named.
pub fn list(def: &'static RegisterDef, raw: Option<&str>) -> Result<ListQuery, Problem> {
    let mut params = Params::parse(raw)?;
    let search = params.read("q", ("200文字までの言葉", "up to 200 characters"), |t| {
        (t.chars().count() <= 200).then(|| t.to_owned())
    });
    let sort = sort(def, &mut params);
    let limit = params.limit();
    let after =
        params.read("cursor", ("前の回答の next_cursor", "next_cursor of an answer"), |t| {
            (1..=2_000).contains(&t.len()).then(|| t.to_owned())
        });
    let as_of = params.as_of();
    let ended = params.flag("include_ended");
    let takes = ("日時（RFC 3339）", "a time (RFC 3339)");
    let since = params.read("updated_since", takes, |t| convert::instant(&t.replace(' ', "+")));
    let mut conds = conds(def, &mut params);
    let mut known: Vec<&str> = RESERVED.to_vec();
    known.extend(def.fields.iter().map(|f| f.id));
    params.done(&known)?;
    let mut sort = sort;
    if let Some(since) = since {
        conds.push(Cond { field: "updated_at".into(), op: Op::Gte, value: since.millis().into() });
        sort = sort.or_else(|| Some(("updated_at".to_owned(), false)));
    }
    Ok(ListQuery {
        conds,
        search: search.filter(|t| !t.trim().is_empty()),
        sort,
        after,
        limit,
        as_of,
        include_ended: ended.unwrap_or(since.is_some()),
    })
}

fn sort(def: &RegisterDef, params: &mut Params) -> Option<(String, bool)> {
    let takes = (
        "項目の名前（大きい順は先頭に -）か updated_at、created_at",
        "a field (with - in front for descending), updated_at or created_at",
    );
    params.read("sort", takes, |text| {
        let (field, down) = text.strip_prefix('-').map_or((text, false), |f| (f, true));
        let own = ["updated_at", "created_at"].contains(&field);
        let sortable = |f: &FieldDef| {
            !matches!(
                f.kind,
                FieldKind::Rows(_)
                    | FieldKind::LongText
                    | FieldKind::Refs(_)
                    | FieldKind::Choices(_)
                    | FieldKind::Texts
            )
        };
        (own || def.field(field).is_some_and(sortable)).then(|| (field.to_owned(), down))
    })
}

fn conds(def: &'static RegisterDef, params: &mut Params) -> Vec<Cond> {
    let mut conds = Vec::new();
    for (name, text) in std::mem::take(&mut params.left) {
        let (id, op) = name.split_once('.').unwrap_or((&name, "eq"));
        let Some(field) = def.field(id) else {
            params.left.push((name, text));
            continue;
        };
        let op = OPS.iter().find(|(n, _)| *n == op).map(|(_, op)| *op);
        let Some(op) = op.filter(|op| can(field.kind, *op)) else {
            let ops: Vec<&str> =
                OPS.iter().filter(|(_, op)| can(field.kind, *op)).map(|(n, _)| *n).collect();
            let ops = ops.join(", ");
            params.issue(
                &name,
                "unknown_comparison",
                &format!("「{id}」の比べ方は次のどれかです: {ops}"),
                &format!("\"{id}\" is compared by one of: {ops}"),
            );
            continue;
        };
        match value(field, op, &text) {
            Ok(value) => conds.push(Cond { field: field.id.to_owned(), op, value }),
            Err(message) => {
                params.issues.push(Issue::new(Place::Query, &name, "wrong_type", message));
            }
        }
    }
    conds
}

fn value(field: &FieldDef, op: Op, text: &str) -> Result<Value, Message> {
    let one = |text: &str| convert::from_address(field, text).map_err(|p| p.message);
    match op {
        Op::Set | Op::Empty => match text {
            "" | "true" => Ok(Value::Null),
            _ => Err(Message::new(
                "この比べ方には値を書きません（空か true）。",
                "This comparison takes no value (empty or true).",
            )),
        },
        Op::In => {
            let values: Vec<&str> = text.split(',').collect();
            if values.len() > 100 {
                return Err(Message::new("値は100個までです。", "Up to 100 values."));
            }
            values.into_iter().map(one).collect()
        }
        Op::Eq | Op::Ne | Op::Gte | Op::Lte | Op::Contains => one(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use okiagari_model::{REGISTERS, register};
    use serde_json::json;

    fn asked(query: &str) -> ListQuery {
        list(register("evidence").unwrap(), Some(query)).unwrap()
    }

    fn refused(query: &str) -> Vec<(String, &'static str)> {
        let problem = list(register("evidence").unwrap(), Some(query)).unwrap_err();
        problem.named()
    }

    #[test]
    fn filters_search_sort_and_paging_are_read() {
        let asked = asked(
            "kind=log&taken_at.gte=2026-11-21T00:00:00%2B09:00&name.contains=%E3%81%82+b\
             &incident.empty&kind.in=log,screen&q=disk&sort=-taken_at&limit=7&cursor=abc&as_of=12",
        );
        let conds: Vec<_> =
            asked.conds.iter().map(|c| (c.field.as_str(), c.op, c.value.clone())).collect();
        assert!(conds.contains(&("kind", Op::Eq, json!("log"))));
        assert!(conds.contains(&("taken_at", Op::Gte, json!(1_795_186_800_000_i64))));
        assert!(conds.contains(&("name", Op::Contains, json!("あ b"))));
        assert!(conds.contains(&("incident", Op::Empty, Value::Null)));
        assert!(conds.contains(&("kind", Op::In, json!(["log", "screen"]))));
        assert_eq!(asked.search.as_deref(), Some("disk"));
        assert_eq!(asked.sort, Some(("taken_at".to_owned(), true)));
        assert_eq!((asked.limit, asked.after.as_deref()), (7, Some("abc")));
        assert_eq!((asked.as_of, asked.include_ended), (Some(AsOf::Leaf(12)), false));
    }

    #[test]
    fn what_changed_since_comes_in_order_of_change_with_what_ended() {
        let asked = asked("updated_since=2026-11-21T12:00:00Z");
        assert_eq!(asked.conds[0].field, "updated_at");
        assert_eq!(asked.conds[0].value, json!(1_795_262_400_000_i64));
        assert_eq!(asked.sort, Some(("updated_at".to_owned(), false)));
        assert!(asked.include_ended);
    }

    #[test]
    fn every_bad_parameter_is_named() {
        let all = refused(
            "nmae=x&limit=0&sort=custody&as_of=noon&include_ended=yes&kind=zzz&size.gte=a\
             &kind.gte=log&custody=1&name.contains=%ff&updated_since=yesterday&_ended=1&q=a&q=b",
        );
        for expected in [
            ("nmae", "unknown_parameter"),
            ("_ended", "unknown_parameter"),
            ("limit", "wrong_type"),
            ("sort", "wrong_type"),
            ("as_of", "wrong_type"),
            ("include_ended", "wrong_type"),
            ("updated_since", "wrong_type"),
            ("kind", "wrong_type"),
            ("size.gte", "wrong_type"),
            ("kind.gte", "unknown_comparison"),
            ("custody", "unknown_comparison"),
            ("name.contains", "bad_encoding"),
            ("q", "duplicate"),
        ] {
            assert!(all.contains(&(expected.0.to_owned(), expected.1)), "{expected:?} in {all:?}");
        }
        assert_eq!(refused(&format!("q={}", "x".repeat(9_000))), []);
    }

    #[test]
    fn no_field_hides_a_parameter() {
        for def in REGISTERS {
            for name in RESERVED.iter().chain(&["updated_at", "created_at"]) {
                assert!(def.field(name).is_none(), "{}.{name}", def.id);
            }
        }
    }
}
