//! The few things in which the engines differ. Nothing else may ask which engine it is.

use crate::schema::Ty;
use crate::tokens::{Part, Query};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// An engine's way of saying things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Lite,
    /// PostgreSQL.
    Pg,
}

impl Dialect {
    /// The type of a column. Texts sort by their bytes on both engines.
    pub(crate) fn column_type(self, ty: Ty) -> &'static str {
        match (self, ty) {
            (_, Ty::Int) => "BIGINT",
            (Self::Lite, Ty::Text) => "TEXT",
            (Self::Pg, Ty::Text) => "TEXT COLLATE \"C\"",
            (Self::Lite, Ty::Blob) => "BLOB",
            (Self::Pg, Ty::Blob) => "BYTEA",
        }
    }

    /// What stands behind a table's closing bracket where the key is the table's order.
    pub(crate) fn clustered(self) -> &'static str {
        match self {
            Self::Lite => " WITHOUT ROWID",
            Self::Pg => "",
        }
    }

    /// What stands behind an index column, so that unset values come first on both.
    pub(crate) fn index_nulls_first(self) -> &'static str {
        match self {
            Self::Lite => "",
            Self::Pg => " NULLS FIRST",
        }
    }

    /// Begins a transaction that writes.
    pub(crate) fn begin_write(self) -> &'static str {
        match self {
            Self::Lite => "BEGIN IMMEDIATE",
            Self::Pg => "BEGIN ISOLATION LEVEL READ COMMITTED",
        }
    }

    /// Begins a transaction that sees one moment.
    pub(crate) fn begin_read(self) -> &'static str {
        match self {
            Self::Lite => "BEGIN DEFERRED",
            Self::Pg => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// Whether a part of a transaction may be undone by beginning it anew and running the rest
    /// again: where the file is ours alone. Elsewhere another server could come in between.
    pub(crate) fn undoes_by_replay(self) -> bool {
        match self {
            Self::Lite => true,
            Self::Pg => false,
        }
    }

    /// Behind a SELECT: locks the rows until the commit. SQLite's writer has the whole file.
    pub fn for_update(self) -> &'static str {
        match self {
            Self::Lite => "",
            Self::Pg => " FOR UPDATE",
        }
    }

    /// Behind a SELECT: locks the rows and passes over those that another server has locked.
    pub fn for_update_skip_locked(self) -> &'static str {
        match self {
            Self::Lite => "",
            Self::Pg => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// Has other servers told of `$1` when this transaction commits, and gives the number of this
    /// connection; `None` where there is one server alone.
    pub(crate) fn notify(self) -> Option<&'static str> {
        match self {
            Self::Lite => None,
            Self::Pg => Some("SELECT pg_backend_pid()::bigint, pg_notify('okiagari', $1)::text"),
        }
    }

    /// The function that finds a text in a text (0: not there).
    pub(crate) fn position_function(self) -> &'static str {
        match self {
            Self::Lite => "instr",
            Self::Pg => "strpos",
        }
    }

    /// Lists the names of all tables of ours.
    pub(crate) fn list_tables(self) -> &'static str {
        match self {
            Self::Lite => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
                 ORDER BY name"
            }
            Self::Pg => {
                "SELECT table_name::text FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' \
                 ORDER BY table_name COLLATE \"C\""
            }
        }
    }

    /// Lists the columns of the table `$1` with their types, by name.
    pub(crate) fn list_columns(self) -> &'static str {
        match self {
            Self::Lite => {
                "SELECT name, upper(type), \"notnull\" FROM pragma_table_info($1) ORDER BY name"
            }
            Self::Pg => {
                "SELECT column_name::text, data_type::text, \
                 CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END \
                 FROM information_schema.columns WHERE table_schema = current_schema() \
                 AND table_name = $1 ORDER BY column_name COLLATE \"C\""
            }
        }
    }

    /// Lists the names of our own indexes on the table `$1`.
    pub(crate) fn list_indexes(self) -> &'static str {
        match self {
            Self::Lite => {
                "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = $1 \
                 AND sql IS NOT NULL ORDER BY name"
            }
            Self::Pg => {
                "SELECT i.indexname::text FROM pg_indexes i WHERE i.schemaname = current_schema() \
                 AND i.tablename = $1 AND i.indexname NOT LIKE '%_pkey' \
                 ORDER BY i.indexname COLLATE \"C\""
            }
        }
    }

    /// Keeps two servers from making the schema at once.
    pub(crate) fn lock_schema(self) -> Option<&'static str> {
        match self {
            Self::Lite => None,
            Self::Pg => Some("SELECT pg_advisory_xact_lock(7311640451)"),
        }
    }

    /// A remark on a column that the engine keeps; `None` where it stands in the definition.
    pub(crate) fn comment(self, table: &str, column: Option<&str>, text: &str) -> Option<String> {
        match self {
            Self::Lite => None,
            Self::Pg => {
                let text = text.replace('\'', "''");
                Some(match column {
                    Some(column) => format!("COMMENT ON COLUMN {table}.\"{column}\" IS '{text}';"),
                    None => format!("COMMENT ON TABLE {table} IS '{text}';"),
                })
            }
        }
    }

    /// Makes the search: our own tokens, so that both engines find the same.
    pub(crate) fn create_search(self) -> &'static str {
        match self {
            // Tokens are made by us and only split at spaces here.
            Self::Lite => {
                "CREATE VIRTUAL TABLE search USING fts5(tokens, content='', contentless_delete=1, \
                 tokenize='ascii');\n\
                 CREATE VIRTUAL TABLE search_terms USING fts5vocab(search, 'instance');\n"
            }
            Self::Pg => {
                "CREATE TABLE search (doc BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL);\n\
                 CREATE INDEX search_tokens ON search USING gin (tokens);\n\
                 COMMENT ON TABLE search IS 'search tokens of every current record';\n\
                 COMMENT ON COLUMN search.doc IS 'number of the record, see record.doc';\n\
                 COMMENT ON COLUMN search.tokens IS 'its tokens with their places';\n"
            }
        }
    }

    /// Puts tokens (`$2`, see [`Dialect::search_value`]) under a number (`$1`).
    pub(crate) fn search_insert(self) -> &'static str {
        match self {
            Self::Lite => "INSERT INTO search (rowid, tokens) VALUES ($1, $2)",
            Self::Pg => "INSERT INTO search (doc, tokens) VALUES ($1, $2::text::tsvector)",
        }
    }

    /// Takes the tokens of a number (`$1`) out of the search.
    pub(crate) fn search_delete(self) -> &'static str {
        match self {
            Self::Lite => "DELETE FROM search WHERE rowid = $1",
            Self::Pg => "DELETE FROM search WHERE doc = $1",
        }
    }

    /// The numbers that meet a query, given as parameter `$n`: the inside of a FROM.
    pub(crate) fn search_match(self, parameter: usize) -> String {
        match self {
            Self::Lite => {
                format!("(SELECT rowid AS doc FROM search WHERE search MATCH ${parameter})")
            }
            Self::Pg => {
                format!("(SELECT doc FROM search WHERE tokens @@ ${parameter}::text::tsquery)")
            }
        }
    }

    /// Tokens, separated by spaces, as the engine's search takes them. Neither engine cuts texts
    /// itself here: PostgreSQL gets its own finished form.
    pub(crate) fn search_value(self, tokens: &str) -> Cow<'_, str> {
        match self {
            Self::Lite => Cow::Borrowed(tokens),
            Self::Pg => {
                let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
                for (at, token) in tokens.split(' ').filter(|t| !t.is_empty()).enumerate() {
                    places.entry(token).or_default().push(at + 1);
                }
                let mut out = String::with_capacity(tokens.len() * 2);
                for (token, at) in places {
                    // The engine keeps at most 255 places of one token.
                    let at: Vec<String> = at.iter().take(255).map(usize::to_string).collect();
                    let _ = write!(out, "'{token}':{} ", at.join(","));
                }
                Cow::Owned(out)
            }
        }
    }

    /// A query in the engine's words, within one organisation.
    pub(crate) fn search_query(self, org_mark: &str, query: &Query) -> String {
        let (and, next) = match self {
            Self::Lite => (" AND ", " + "),
            Self::Pg => (" & ", " <-> "),
        };
        let quoted = |token: &str| match self {
            Self::Lite => format!("\"{token}\""),
            Self::Pg => format!("'{token}'"),
        };
        let mut out = quoted(org_mark);
        for part in &query.parts {
            out.push_str(and);
            match (part, self) {
                (Part::Prefix(start), Self::Lite) => out.push_str(&(quoted(start) + " *")),
                (Part::Prefix(start), Self::Pg) => out.push_str(&(quoted(start) + ":*")),
                (Part::Phrase(tokens), _) => {
                    let tokens: Vec<String> = tokens.iter().map(|t| quoted(t)).collect();
                    out.push_str(&format!("({})", tokens.join(next)));
                }
            }
        }
        out
    }

    /// Every token in the search: number, token, and its place where the engine tells places
    /// apart one by one, else all its places as text.
    pub(crate) fn search_dump(self) -> &'static str {
        match self {
            Self::Lite => "SELECT doc, term, CAST(offset + 1 AS TEXT) FROM search_terms",
            Self::Pg => {
                "SELECT s.doc, u.lexeme, array_to_string(u.positions, ',') \
                 FROM search s, unnest(s.tokens) u"
            }
        }
    }

    /// Takes all tokens of an organisation's (`$1`) register (`$2`) out of the search.
    pub(crate) fn search_delete_register(self) -> &'static str {
        match self {
            Self::Lite => {
                "DELETE FROM search WHERE rowid IN \
                 (SELECT doc FROM search_doc WHERE org = $1 AND register = $2)"
            }
            Self::Pg => {
                "DELETE FROM search WHERE doc IN \
                 (SELECT doc FROM search_doc WHERE org = $1 AND register = $2)"
            }
        }
    }

    /// Makes the search drop the bytes of tokens that were taken out. PostgreSQL's own cleaning
    /// does so by itself.
    pub(crate) fn search_purge(self) -> Option<&'static str> {
        match self {
            Self::Lite => Some("INSERT INTO search (search) VALUES ('optimize')"),
            Self::Pg => None,
        }
    }

    /// Has the engine look over its own files: rows of the second that are not `ok` say what is
    /// wrong. The first must be asked before: the search looks whether its structure is still
    /// true only when it is read, and the check alone would go by that of an earlier moment.
    pub(crate) fn self_check(self) -> Option<[&'static str; 2]> {
        match self {
            Self::Lite => Some(["SELECT rowid FROM search LIMIT 1", "PRAGMA integrity_check(50)"]),
            Self::Pg => None,
        }
    }

    /// Takes everything out of the search that stands for no record.
    pub(crate) fn search_delete_strays(self) -> &'static str {
        match self {
            Self::Lite => {
                "DELETE FROM search WHERE rowid IN \
                 (SELECT s.rowid FROM search s WHERE s.rowid NOT IN (SELECT doc FROM search_doc))"
            }
            Self::Pg => {
                "DELETE FROM search s WHERE NOT EXISTS \
                 (SELECT 1 FROM search_doc d WHERE d.doc = s.doc)"
            }
        }
    }
}
