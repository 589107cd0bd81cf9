//! One connection to either engine: the same SQL, the same values, the same errors.
//!
//! SQL is written once in the common subset of both engines, with placeholders `$1`, `$2`, ….
//! Values are whole numbers, texts and bytes; nothing else is stored.

mod lite;
mod pg;
mod row;
mod tls;

use crate::dialect::Dialect;
use crate::error::StoreError;
pub(crate) use lite::LiteOptions;
pub(crate) use pg::listen;
pub use row::Row;
use std::ops::ControlFlow;

/// A value handed to a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum P<'a> {
    /// No value.
    Null,
    /// A whole number; times are epoch milliseconds, yes/no is 1/0.
    Int(i64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

impl<'a> P<'a> {
    /// A text, or no value.
    pub fn opt_text(text: Option<&'a str>) -> Self {
        text.map_or(P::Null, P::Text)
    }

    /// A whole number, or no value.
    pub fn opt_int(number: Option<i64>) -> Self {
        number.map_or(P::Null, P::Int)
    }

    /// A count or index. Nothing here comes near 2^63.
    pub fn count(number: u64) -> Self {
        P::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// As [`Row::mark`].
    pub(crate) fn mark(&self) -> String {
        match self {
            P::Null => "-".to_owned(),
            P::Int(number) => number.to_string(),
            P::Text(text) => {
                let mut out = String::with_capacity(text.len() + 2);
                out.push('"');
                out.push_str(text);
                out.push('"');
                out
            }
            P::Blob(bytes) => format!("{bytes:?}"),
        }
    }

    /// Yes or no.
    pub fn flag(yes: bool) -> Self {
        P::Int(i64::from(yes))
    }
}

/// One connection. Statements are prepared once and kept.
pub struct Conn {
    engine: Engine,
    /// What was written since recording began; see [`Conn::record`].
    written: Option<Vec<Written>>,
}

/// A statement that wrote, so that it can be run again.
struct Written {
    sql: String,
    params: Vec<OwnedP>,
}

/// A parameter that outlives its call.
enum OwnedP {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl OwnedP {
    fn of(param: &P<'_>) -> Self {
        match param {
            P::Null => Self::Null,
            P::Int(number) => Self::Int(*number),
            P::Text(text) => Self::Text((*text).to_owned()),
            P::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }

    fn param(&self) -> P<'_> {
        match self {
            Self::Null => P::Null,
            Self::Int(number) => P::Int(*number),
            Self::Text(text) => P::Text(text),
            Self::Blob(bytes) => P::Blob(bytes),
        }
    }
}

enum Engine {
    Lite(lite::Lite),
    Pg(Box<pg::Pg>),
}

impl Conn {
    fn of(engine: Engine) -> Self {
        Self { engine, written: None }
    }

    /// Opens a SQLite file.
    pub(crate) fn lite(path: &std::path::Path, options: LiteOptions) -> Result<Self, StoreError> {
        lite::Lite::open(path, options).map(|lite| Self::of(Engine::Lite(lite)))
    }

    /// Connects to PostgreSQL.
    pub(crate) fn pg(url: &str) -> Result<Self, StoreError> {
        pg::Pg::connect(url).map(|pg| Self::of(Engine::Pg(Box::new(pg))))
    }

    /// The few things in which the engines differ.
    pub fn dialect(&self) -> Dialect {
        match &self.engine {
            Engine::Lite(_) => Dialect::Lite,
            Engine::Pg(_) => Dialect::Pg,
        }
    }

    /// Whether the connection is known to be gone.
    pub(crate) fn is_lost(&self) -> bool {
        match &self.engine {
            Engine::Lite(_) => false,
            Engine::Pg(pg) => pg.is_lost(),
        }
    }

    /// Runs a statement and gives the number of rows it changed.
    ///
    /// # Errors
    /// What the engine reports, as a [`StoreError`].
    pub fn execute(&mut self, sql: &str, params: &[P<'_>]) -> Result<u64, StoreError> {
        let changed = match &mut self.engine {
            Engine::Lite(lite) => lite.execute(sql, params)?,
            Engine::Pg(pg) => pg.execute(sql, params)?,
        };
        self.note(sql, params);
        Ok(changed)
    }

    fn note(&mut self, sql: &str, params: &[P<'_>]) {
        if let Some(written) = &mut self.written {
            let params = params.iter().map(OwnedP::of).collect();
            written.push(Written { sql: sql.to_owned(), params });
        }
    }

    /// Begins a transaction.
    pub(crate) fn begin(&mut self, sql: &str) -> Result<(), StoreError> {
        self.batch(sql)?;
        self.mark_begun(true);
        Ok(())
    }

    /// Ends a transaction: `COMMIT` or `ROLLBACK`.
    pub(crate) fn end(&mut self, sql: &str) -> Result<(), StoreError> {
        self.written = None;
        self.mark_begun(false);
        self.batch(sql)
    }

    fn mark_begun(&mut self, begun: bool) {
        if let Engine::Lite(lite) = &mut self.engine {
            lite.mark_begun(begun);
        }
    }

    /// From here on keeps every statement that writes, until the transaction ends, so that a
    /// part of it can be undone: see [`Conn::undo_to`].
    pub(crate) fn record(&mut self) {
        self.written = Some(Vec::new());
    }

    /// How many statements have written since [`Conn::record`].
    pub(crate) fn recorded(&self) -> usize {
        self.written.as_ref().map_or(0, Vec::len)
    }

    /// Undoes all but the first `kept` statements: begins the transaction anew and runs those
    /// again. Only where nobody else can write in between, and cheaper than a savepoint, whose
    /// price is paid also by everyone who needs no undoing.
    pub(crate) fn undo_to(&mut self, kept: usize, begin: &str) -> Result<(), StoreError> {
        let mut written = self.written.take().unwrap_or_default();
        if written.len() > kept {
            written.truncate(kept);
            self.end("ROLLBACK")?;
            self.begin(begin)?;
            for statement in &written {
                let params: Vec<P<'_>> = statement.params.iter().map(OwnedP::param).collect();
                if statement.params.is_empty() {
                    self.batch(&statement.sql)?;
                } else {
                    self.for_each(&statement.sql, &params, |_| Ok(ControlFlow::Continue(())))?;
                }
            }
        }
        self.written = Some(written);
        Ok(())
    }

    /// Hands every row to a function, as they come, until it breaks off.
    ///
    /// # Errors
    /// What the engine reports, or what the function returns.
    pub fn for_each(
        &mut self,
        sql: &str,
        params: &[P<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        let mut failed = None;
        let mut step = |row: &Row<'_>| match each(row) {
            Ok(flow) => flow,
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        };
        let wrote = match &mut self.engine {
            Engine::Lite(lite) => lite.for_each(sql, params, &mut step)?,
            Engine::Pg(pg) => pg.for_each(sql, params, &mut step).map(|()| false)?,
        };
        if wrote {
            self.note(sql, params);
        }
        failed.map_or(Ok(()), Err)
    }

    /// All rows, each made into a value.
    ///
    /// # Errors
    /// What the engine reports, or what the function returns.
    pub fn query_map<T>(
        &mut self,
        sql: &str,
        params: &[P<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut out = Vec::new();
        self.for_each(sql, params, |row| {
            out.push(map(row)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(out)
    }

    /// The first row made into a value, or `None`.
    ///
    /// # Errors
    /// What the engine reports, or what the function returns.
    pub fn query_opt<T>(
        &mut self,
        sql: &str,
        params: &[P<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut out = None;
        self.for_each(sql, params, |row| {
            out = Some(map(row)?);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(out)
    }

    /// All rows, held in memory.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn query(&mut self, sql: &str, params: &[P<'_>]) -> Result<Vec<Row<'static>>, StoreError> {
        self.query_map(sql, params, |row| row.hold())
    }

    /// One whole number: a count, a sum, a flag. 0 where there is no row or no value.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn query_int(&mut self, sql: &str, params: &[P<'_>]) -> Result<i64, StoreError> {
        let found = self.query_opt(sql, params, |row| row.opt_int(0))?;
        Ok(found.flatten().unwrap_or(0))
    }

    /// Runs several statements without parameters, such as a part of the schema.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        match &mut self.engine {
            Engine::Lite(lite) => lite.batch(sql)?,
            Engine::Pg(pg) => pg.batch(sql)?,
        }
        self.note(sql, &[]);
        Ok(())
    }

    /// Forgets the prepared statements, after the schema has changed.
    pub(crate) fn forget_statements(&mut self) {
        match &mut self.engine {
            Engine::Lite(lite) => lite.forget_statements(),
            Engine::Pg(pg) => pg.forget_statements(),
        }
    }
}

#[cfg(test)]
mod tests;
