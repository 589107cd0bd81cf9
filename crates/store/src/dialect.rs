//! The few things in which the engines differ. Nothing else may ask which engine it is.

use crate::schema::Ty;

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
}
