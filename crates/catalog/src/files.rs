//! The files: the shipped ones, an organisation's own laid over them, and their rows.

use crate::error::CatalogError;
use okiagari_model::Message;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// Largest file that is read from an organisation's folder, in bytes.
const LARGEST: u64 = 4 << 20;

/// The catalogues in force: what is shipped, and what the organisation has laid over it.
#[derive(Debug, Clone)]
pub struct Catalog {
    shipped: BTreeMap<String, Cow<'static, str>>,
    own: BTreeMap<String, Cow<'static, str>>,
}

/// A row of a catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<T> {
    /// The file it came from.
    pub file: String,
    /// Whether the organisation's own folder gave it.
    pub own: bool,
    /// The row.
    pub value: T,
}

/// An own row that was made from an older version of a shipped one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The organisation's file.
    pub file: String,
    /// The row.
    pub row: String,
    /// The version that it was made from.
    pub own: u64,
    /// The version shipped now.
    pub shipped: u64,
}

impl Notice {
    /// For people.
    pub fn message(&self) -> Message {
        let Self { file, row, own, shipped } = self;
        Message::new(
            format!(
                "{file}の「{row}」は第{own}版を元にしています。配布された第{shipped}版と見比べてください。"
            ),
            format!(
                "{row} in {file} was made from version {own}; compare it with version {shipped}."
            ),
        )
    }
}

impl Catalog {
    /// What is shipped with the program.
    pub fn shipped() -> Self {
        let shipped = SHIPPED.iter().map(|(name, text)| ((*name).to_owned(), Cow::Borrowed(*text)));
        Self { shipped: shipped.collect(), own: BTreeMap::new() }
    }

    /// Lays an organisation's file over what is there, as `folder/name.json`.
    #[must_use]
    pub fn with_file(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.own.insert(name.into(), Cow::Owned(text.into()));
        self
    }

    /// Lays an organisation's folder over what is there: the `.json` files of its subfolders.
    ///
    /// # Errors
    /// Where the folder or a file cannot be read, is no UTF-8 or is larger than 4 MiB.
    pub fn with_folder(mut self, folder: &Path) -> Result<Self, CatalogError> {
        for sub in entries(folder)? {
            if !sub.is_dir() {
                continue;
            }
            for path in entries(&sub)? {
                if path.extension().is_none_or(|e| e != "json") {
                    continue;
                }
                let name = format!("{}/{}", last(&sub), last(&path));
                let text = read(&path)?;
                self = self.with_file(name, text);
            }
        }
        Ok(self)
    }

    /// The text of one shipped file.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.shipped.get(name).map(Cow::as_ref)
    }

    /// The names of all files, shipped ones first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.shipped.keys().chain(self.own.keys()).map(String::as_str)
    }

    /// The rows of a folder's files: `list` names the list inside each file. Own rows take the
    /// place of shipped ones with the same id; new ones follow.
    ///
    /// # Errors
    /// Where a file is no JSON of that form, an id appears twice, or a row does not fit `T`.
    pub fn rows<T: DeserializeOwned>(
        &self,
        folder: &str,
        list: &str,
    ) -> Result<Vec<Row<T>>, CatalogError> {
        let mut rows = raw(&self.shipped, folder, list, false)?;
        for own in raw(&self.own, folder, list, true)? {
            match rows.iter_mut().find(|r| id(&r.value) == id(&own.value)) {
                Some(shipped) => *shipped = own,
                None => rows.push(own),
            }
        }
        rows.into_iter().map(typed).collect()
    }

    /// Own rows of a folder that were made from an older version than the shipped one.
    ///
    /// # Errors
    /// As [`Catalog::rows`].
    pub fn notices(&self, folder: &str, list: &str) -> Result<Vec<Notice>, CatalogError> {
        let shipped = raw(&self.shipped, folder, list, false)?;
        let stale = |own: Row<Value>| {
            let base = shipped.iter().find(|r| id(&r.value) == id(&own.value))?;
            let (old, new) = (version(&own.value), version(&base.value));
            let row = id(&own.value).to_owned();
            (old < new).then_some(Notice { file: own.file, row, own: old, shipped: new })
        };
        Ok(raw(&self.own, folder, list, true)?.into_iter().filter_map(stale).collect())
    }

    /// Each file of a folder as one value (calendars, requirement documents), own ones last.
    pub(crate) fn whole<T: DeserializeOwned>(
        &self,
        folder: &str,
    ) -> Result<Vec<Row<T>>, CatalogError> {
        let both = [(&self.shipped, false), (&self.own, true)];
        let mut files = Vec::new();
        for (set, own) in both {
            for (file, text) in inside(set, folder) {
                let value = json(file, text)?;
                files.push(typed(Row { file: file.to_owned(), own, value })?);
            }
        }
        Ok(files)
    }
}

fn inside<'a>(
    set: &'a BTreeMap<String, Cow<'static, str>>,
    folder: &'a str,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let within = move |name: &str| {
        name.strip_prefix(folder).is_some_and(|n| n.starts_with('/')) && name.ends_with(".json")
    };
    set.iter().filter(move |(name, _)| within(name)).map(|(n, t)| (n.as_str(), t.as_ref()))
}

fn raw(
    set: &BTreeMap<String, Cow<'static, str>>,
    folder: &str,
    list: &str,
    own: bool,
) -> Result<Vec<Row<Value>>, CatalogError> {
    let mut rows: Vec<Row<Value>> = Vec::new();
    for (file, text) in inside(set, folder) {
        let value = json(file, text)?;
        let found = value.get(list).and_then(Value::as_array);
        let found = found.ok_or_else(|| {
            CatalogError::file(file, format!("must be an object with a list \"{list}\""))
        })?;
        for (i, row) in found.iter().enumerate() {
            let name = id(row);
            if name.is_empty() {
                return Err(CatalogError::key(file, &format!("{}", i + 1), "id", "is missing"));
            }
            if let Some(first) = rows.iter().find(|r| id(&r.value) == name) {
                let problem = format!("appears twice; first in {}", first.file);
                return Err(CatalogError::key(file, name, "id", problem));
            }
            rows.push(Row { file: file.to_owned(), own, value: row.clone() });
        }
    }
    Ok(rows)
}

fn json(file: &str, text: &str) -> Result<Value, CatalogError> {
    serde_json::from_str(text).map_err(|e| CatalogError::file(file, format!("no JSON: {e}")))
}

fn typed<T: DeserializeOwned>(row: Row<Value>) -> Result<Row<T>, CatalogError> {
    let name = id(&row.value).to_owned();
    let value = serde_path_to_error::deserialize(row.value).map_err(|e| {
        let key = e.path().to_string();
        let key = if key == "." { "" } else { &key };
        CatalogError::key(&row.file, &name, key, e.inner().to_string())
    })?;
    Ok(Row { file: row.file, own: row.own, value })
}

fn id(row: &Value) -> &str {
    row.get("id").and_then(Value::as_str).unwrap_or_default()
}

fn version(row: &Value) -> u64 {
    row.get("version").and_then(Value::as_u64).unwrap_or(1)
}

fn entries(folder: &Path) -> Result<Vec<std::path::PathBuf>, CatalogError> {
    let unreadable = |e: std::io::Error| {
        CatalogError::file(&folder.display().to_string(), format!("cannot be read: {e}"))
    };
    let listed = std::fs::read_dir(folder).map_err(unreadable)?;
    let mut paths = listed
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(unreadable)?;
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<String, CatalogError> {
    let file = path.display().to_string();
    let unreadable = |e: std::io::Error| CatalogError::file(&file, format!("cannot be read: {e}"));
    if std::fs::metadata(path).map_err(unreadable)?.len() > LARGEST {
        return Err(CatalogError::file(&file, "is larger than 4 MiB"));
    }
    std::fs::read_to_string(path).map_err(unreadable)
}

fn last(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
