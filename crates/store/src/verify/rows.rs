//! Derived rows, each against what the revisions give: heads, projections, links, search.

use super::problems::Problems;
use super::{Check, Run};
use crate::conn::P;
use crate::error::StoreError;
use crate::project::{self, Rev};
use crate::rebuild::{chunk, chunk_end};
use crate::registry::Reg;
use crate::schema::core::SHARED;
use crate::schema::projection::column_name;
use crate::tx::ReadTx;
use okiagari_model::RecordId;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

/// A part of a register's ids: after the first, up to the second (to the end where `None`).
type Range = (usize, String, Option<String>);

/// Rows by what names them, as columns by name and value.
type Rows = BTreeMap<String, Vec<String>>;

/// What one piece of the walk found.
struct Piece {
    rows: Problems,
    search: Problems,
    /// Digest of the tokens that each number in the search must have, and whose they are.
    tokens: Vec<(i64, u64, String)>,
}

fn row_problems() -> Problems {
    Problems::new(
        "row",
        "一覧・リンクなどの表と、版から作り直した内容の一致",
        "Tables and links against what the revisions give",
    )
}

fn search_problems() -> Problems {
    Problems::new("search", "検索の索引", "The search")
}

pub(super) fn check(run: &Run<'_>) -> Result<Vec<Check>, StoreError> {
    let registry = run.store.registry();
    let mut ranges: Vec<Range> = Vec::new();
    run.store.read(|tx| {
        for (at, reg) in registry.regs().iter().enumerate() {
            let mut after = String::new();
            while let Some(end) = chunk_end(tx.db, run.org.as_str(), reg.def.id, &after)? {
                ranges.push((at, std::mem::replace(&mut after, end.clone()), Some(end)));
            }
            // Rows beyond the last record belong to none.
            ranges.push((at, after, None));
        }
        Ok::<_, StoreError>(())
    })?;
    // The search is read as a whole, by one thread; the others go on beside it.
    let (held, pieces) = std::thread::scope(|scope| {
        let search = scope.spawn(|| run.store.read(held));
        let pieces =
            run.on_all_cores(ranges.len() as u64, |at| check_range(run, &ranges[at as usize]));
        // A panic in a check is a fault of the program and must not pass as "ok".
        (search.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), pieces)
    });
    let (mut rows, mut search) = (row_problems(), search_problems());
    let mut tokens: BTreeMap<i64, (u64, String)> = BTreeMap::new();
    for piece in pieces {
        rows.merge(piece.rows);
        search.merge(piece.search);
        tokens.extend(piece.tokens.into_iter().map(|(doc, digest, whose)| (doc, (digest, whose))));
    }
    run.store.read(|tx| check_strangers(tx, run, &mut rows))?;
    check_search(run, &tokens, held, &mut search)?;
    Ok(vec![rows.finish(), search.finish()])
}

fn check_range(run: &Run<'_>, range: &Range) -> Piece {
    let mut piece = Piece { rows: row_problems(), search: search_problems(), tokens: Vec::new() };
    let registry = run.store.registry();
    let (at, after, end) = range;
    let Some(reg) = registry.regs().get(*at) else { return piece };
    let read = run.store.read(|tx| {
        // One snapshot holds both sides, so what is written meanwhile is on both or on neither.
        let mut after = after.clone();
        loop {
            let mut records = chunk(tx.db, run.org.as_str(), reg, &after)?;
            records.retain(|(id, _)| end.as_deref().is_none_or(|end| id.as_str() <= end));
            let revisions: usize = records.iter().map(|(_, revs)| revs.len()).sum();
            let last = records.last().map(|(id, _)| id.as_str().to_owned());
            let more = last.filter(|last| end.as_ref() != Some(last));
            let upto = more.as_deref().or(end.as_deref());
            compare(tx, run, reg, (&after, upto), &records, &mut piece)?;
            run.step(revisions as u64);
            match more {
                Some(last) => after = last,
                None => break,
            }
        }
        Ok::<_, StoreError>(())
    });
    if let Err(error) = read {
        let register = reg.def.id;
        piece.rows.unreadable(
            &format!("{register}の{after}より後の記録"),
            &format!("records of {register} after {after:?}"),
            &error,
        );
    }
    piece
}

/// Compares all rows of a range of records with those that their revisions give.
fn compare(
    tx: &mut ReadTx<'_>,
    run: &Run<'_>,
    reg: &Reg,
    range: (&str, Option<&str>),
    records: &[(RecordId, Vec<Rev>)],
    piece: &mut Piece,
) -> Result<(), StoreError> {
    let mut expected = Expected::default();
    for (id, revs) in records {
        expected.add(run.org.as_str(), reg, id, revs)?;
    }
    let shared: Vec<&str> = SHARED.iter().map(|c| c.name).collect();
    let heads = [&["title"], shared.as_slice()].concat();
    let found = read_rows(tx, run, reg, range, "record", "register", "id", &heads)?;
    diff("record", reg, &heads, &expected.heads, &found, &mut piece.rows);

    let names: Vec<String> =
        reg.columns.iter().map(|c| column_name(c.field.id).into_owned()).collect();
    let mut columns = shared.clone();
    columns.extend(names.iter().map(String::as_str));
    let found = read_rows(tx, run, reg, range, &reg.table, "", "id", &columns)?;
    diff(&reg.table, reg, &columns, &expected.projections, &found, &mut piece.rows);

    let columns = ["field", "to_register", "to_id", "leaf_from", "leaf_to"];
    let found = read_rows(tx, run, reg, range, "link", "from_register", "from_id", &columns)?;
    diff("link", reg, &columns, &expected.links, &found, &mut piece.rows);

    let found = read_rows(tx, run, reg, range, "search_doc", "register", "id", &["words"])?;
    diff("search_doc", reg, &["words"], &expected.words, &found, &mut piece.search);
    read_docs(tx, run, reg, range, &expected.tokens, piece)
}

/// The rows that revisions give.
#[derive(Default)]
struct Expected {
    heads: Rows,
    projections: Rows,
    links: Rows,
    words: Rows,
    tokens: BTreeMap<String, u64>,
}

impl Expected {
    fn add(&mut self, org: &str, reg: &Reg, id: &RecordId, revs: &[Rev]) -> Result<(), StoreError> {
        let history = project::history(reg, id, revs);
        for ((title, shared, from, to), rev) in history.heads.iter().zip(revs) {
            let common: Vec<String> = shared.params(*from, *to).iter().map(P::mark).collect();
            let mut head = vec![P::Text(title).mark()];
            head.extend(common.iter().cloned());
            // The revision's number tells the rows of one record apart.
            let key = format!("{id} {}", shared.rev);
            self.heads.insert(key.clone(), head);
            let mut row = common;
            for field in &project::field_values(reg, &rev.body)? {
                row.push(field.param().mark());
            }
            self.projections.insert(key, row);
        }
        for ((field, register, to), ranges) in &history.links {
            for (leaf_from, leaf_to) in ranges {
                let row = vec![
                    P::Text(field).mark(),
                    P::Text(register).mark(),
                    P::Text(to).mark(),
                    leaf_from.to_string(),
                    leaf_to.to_string(),
                ];
                self.links.insert(format!("{id} {}", row.join(" ")), row);
            }
        }
        if let Some(rev) = revs.last() {
            let tokens = project::tokens(org, reg, &rev.body);
            let words = project::mark(tokens.as_str());
            self.words.insert(id.to_string(), vec![words.to_string()]);
            self.tokens.insert(id.to_string(), digest_of(tokens.as_str()));
        }
        Ok(())
    }
}

/// The same digest for the same tokens at the same places, in whatever order they come.
fn digest_of(tokens: &str) -> u64 {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut sum = 0u64;
    for (at, token) in tokens.split(' ').enumerate() {
        // One engine keeps no more than 255 places of a token.
        let seen = places.entry(token).or_default();
        *seen += 1;
        if *seen <= KEPT_PLACES {
            sum = sum.wrapping_add(digest_one(at as u32, token_mark(token)));
        }
    }
    sum
}

/// As many places of one token as both engines keep.
const KEPT_PLACES: usize = 255;

fn token_mark(token: &str) -> u64 {
    project::mark(token).cast_unsigned()
}

fn digest_one(place: u32, token: u64) -> u64 {
    let one = token ^ u64::from(place).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (one ^ (one >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 29)
}

#[expect(clippy::too_many_arguments, reason = "one statement over four tables alike")]
fn read_rows(
    tx: &mut ReadTx<'_>,
    run: &Run<'_>,
    reg: &Reg,
    (after, end): (&str, Option<&str>),
    table: &str,
    register: &str,
    id: &str,
    columns: &[&str],
) -> Result<Rows, StoreError> {
    let quoted: Vec<String> = columns.iter().map(|c| format!("\"{c}\"")).collect();
    let mut sql =
        format!("SELECT {id}, {} FROM {table} WHERE org = $1 AND {id} > $2", quoted.join(", "));
    let mut params = vec![P::Text(run.org.as_str()), P::Text(after)];
    if let Some(end) = end {
        params.push(P::Text(end));
        sql.push_str(&format!(" AND {id} <= $3"));
    }
    if !register.is_empty() {
        sql.push_str(&format!(" AND {register} = '{}'", reg.def.id));
    }
    let rev = columns.iter().position(|c| *c == "rev");
    let mut out = Rows::new();
    tx.db.for_each(&sql, &params, |row| {
        let cells = (1..row.len()).map(|at| row.mark(at)).collect::<Result<Vec<_>, _>>()?;
        let id = row.text(0)?;
        let key = match (table, rev.and_then(|at| cells.get(at))) {
            (_, Some(rev)) => format!("{id} {rev}"),
            ("link", None) => format!("{id} {}", cells.join(" ")),
            _ => id.to_owned(),
        };
        if out.insert(key.clone(), cells).is_some() {
            // Two rows for one revision: the second stands under a name of its own.
            out.insert(format!("{key} (twice)"), Vec::new());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out)
}

/// Names every row and column that differs.
fn diff(
    table: &str,
    reg: &Reg,
    columns: &[&str],
    expected: &Rows,
    found: &Rows,
    problems: &mut Problems,
) {
    problems.count(expected.len() as u64);
    let register = reg.def.id;
    for (key, row) in expected {
        match found.get(key) {
            None => problems.add(
                format!("{register}/{key}: 表{table}に行がありません"),
                format!("{register}/{key}: its row in {table} is missing"),
            ),
            Some(other) => {
                let wrong: Vec<&str> = columns
                    .iter()
                    .zip(row.iter().zip(other))
                    .filter(|(_, (one, other))| one != other)
                    .map(|(column, _)| *column)
                    .collect();
                if !wrong.is_empty() {
                    let wrong = wrong.join(", ");
                    problems.add(
                        format!("{register}/{key}: 表{table}の{wrong}が版と合いません"),
                        format!(
                            "{register}/{key}: {wrong} in {table} is not what the revision says"
                        ),
                    );
                }
            }
        }
    }
    for key in found.keys().filter(|key| !expected.contains_key(*key)) {
        problems.add(
            format!("{register}/{key}: 表{table}に余分な行があります"),
            format!("{register}/{key}: {table} has a row too many"),
        );
    }
}

/// The numbers under which these records stand in the search.
fn read_docs(
    tx: &mut ReadTx<'_>,
    run: &Run<'_>,
    reg: &Reg,
    (after, end): (&str, Option<&str>),
    tokens: &BTreeMap<String, u64>,
    piece: &mut Piece,
) -> Result<(), StoreError> {
    let end = end.unwrap_or("\u{10ffff}");
    tx.db.for_each(
        "SELECT id, doc FROM search_doc WHERE org = $1 AND register = $2 AND id > $3 AND id <= $4",
        &[P::Text(run.org.as_str()), P::Text(reg.def.id), P::Text(after), P::Text(end)],
        |row| {
            let id = row.text(0)?;
            if let Some(digest) = tokens.get(id) {
                piece.tokens.push((row.int(1)?, *digest, format!("{}/{id}", reg.def.id)));
            }
            Ok(ControlFlow::Continue(()))
        },
    )
}

/// Rows of registers that the program does not have.
fn check_strangers(
    tx: &mut ReadTx<'_>,
    run: &Run<'_>,
    problems: &mut Problems,
) -> Result<(), StoreError> {
    let registry = run.store.registry();
    let tables = [("record", "register"), ("link", "from_register"), ("search_doc", "register")];
    for (table, column) in tables {
        let sql = format!("SELECT DISTINCT {column} FROM {table} WHERE org = $1");
        let registers = tx
            .db
            .query_map(&sql, &[P::Text(run.org.as_str())], |row| Ok(row.text(0)?.to_owned()))?;
        for register in registers.iter().filter(|register| registry.find(register).is_none()) {
            problems.add(
                format!("表{table}に、知らない台帳「{register}」の行があります"),
                format!("{table} has rows of the unknown register {register:?}"),
            );
        }
    }
    Ok(())
}

/// What the search held at one moment.
struct Held {
    /// The digest of the tokens under every number.
    digests: HashMap<i64, u64>,
    /// The numbers that stand for records.
    numbers: HashSet<i64>,
}

fn held(tx: &mut ReadTx<'_>) -> Result<Held, StoreError> {
    let numbers = tx.db.query_map("SELECT doc FROM search_doc", &[], |row| row.int(0))?;
    Ok(Held { digests: search_digests(tx)?, numbers: numbers.into_iter().collect() })
}

/// Compares what the search holds with what it must.
fn check_search(
    run: &Run<'_>,
    tokens: &BTreeMap<i64, (u64, String)>,
    held: Result<Held, StoreError>,
    problems: &mut Problems,
) -> Result<(), StoreError> {
    let held = match held {
        Ok(held) => held,
        Err(error) => {
            problems.unreadable("検索の索引", "the search", &error);
            return Ok(());
        }
    };
    let differs = |held: &Held| -> Vec<i64> {
        let wrong = |doc: &i64, digest: u64| held.digests.get(doc).copied().unwrap_or(0) != digest;
        let wrong = tokens.iter().filter(|(doc, (digest, _))| wrong(doc, *digest));
        wrong.map(|(doc, _)| *doc).collect()
    };
    let strays = |held: &Held| -> Vec<i64> {
        held.digests.keys().filter(|doc| !held.numbers.contains(doc)).copied().collect()
    };
    // Others write meanwhile, so the search and the walk may have seen different moments. What
    // differs is looked at again, at one moment for both.
    let mut held = held;
    run.store.read(|tx| {
        if !differs(&held).is_empty() {
            held = self::held(tx)?;
        }
        for doc in differs(&held) {
            let Some((_, whose)) = tokens.get(&doc) else { continue };
            let digest = held.digests.get(&doc).copied().unwrap_or(0);
            if !changed_since(tx, run, whose, digest)? {
                problems.add(
                    format!("{whose}: 検索の索引が版と合いません"),
                    format!("{whose}: its words in the search are not those of the record"),
                );
            }
        }
        Ok::<_, StoreError>(())
    })?;
    for doc in strays(&held) {
        problems.add(
            format!("検索の索引に、記録のない番号{doc}があります"),
            format!("The search holds number {doc}, which is no record's"),
        );
    }
    Ok(())
}

/// The digest of what the search holds under every number, without holding it all.
fn search_digests(tx: &mut ReadTx<'_>) -> Result<HashMap<i64, u64>, StoreError> {
    let mut out: HashMap<i64, u64> = HashMap::new();
    // Both engines tell the places of one token in one record one after another.
    let mut last = (String::new(), 0i64);
    let (mut times, mut of_token) = (0, 0u64);
    let sql = tx.db.dialect().search_dump();
    tx.db.for_each(sql, &[], |row| {
        let (doc, token) = (row.int(0)?, row.text(1)?);
        if last.0 != token {
            last.0.clear();
            last.0.push_str(token);
            of_token = token_mark(token);
            times = 0;
        }
        if last.1 != doc {
            last.1 = doc;
            times = 0;
        }
        let sum = out.entry(doc).or_default();
        for place in row.text(2)?.split(',') {
            let place: u32 =
                place.parse().map_err(|_| StoreError::corrupt("a place in the search"))?;
            times += 1;
            if times <= KEPT_PLACES {
                *sum = sum.wrapping_add(digest_one(place.wrapping_sub(1), of_token));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out)
}

/// Whether a record was changed after its part of the walk: then its words are other ones.
fn changed_since(
    tx: &mut ReadTx<'_>,
    run: &Run<'_>,
    whose: &str,
    held: u64,
) -> Result<bool, StoreError> {
    let Some((register, id)) = whose.split_once('/') else { return Ok(false) };
    let Some(reg) = run.store.registry().find(register) else { return Ok(false) };
    let key = crate::rows::Key { org: run.org.as_str(), reg, id };
    let revs = crate::rebuild::revisions(tx.db, key)?;
    Ok(revs.last().is_some_and(|rev| {
        digest_of(project::tokens(run.org.as_str(), reg, &rev.body).as_str()) == held
    }))
}
