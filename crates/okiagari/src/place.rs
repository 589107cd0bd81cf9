//! The data folder: its mark, the master key, the database, evidence files.

use crate::fault::Fault;
use okiagari_app::Host;
use okiagari_seal::MasterKey;
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const MARK: &str = "okiagari.json";
const KEY: &str = "master.key";
/// Lies in a folder from the first moment of its making to the last.
const BEGUN: &str = "init.begun";

/// What a data folder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Use {
    /// In earnest.
    Real,
    /// Made by the demo; only the demo may hold the clock over it.
    Demo,
}

/// The mark of a data folder, and of a backup of it. Written once, last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    format: u32,
    used_for: Use,
    /// The name before every log of this server.
    origin: String,
    /// The database, where it is not the one in the folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    database: Option<String>,
}

impl Mark {
    /// Reads the mark of a data folder or backup.
    ///
    /// # Errors
    /// Where there is none, or it cannot be read.
    pub fn read(folder: &Path) -> Result<Self, Fault> {
        let file = folder.join(MARK);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(nothing_here(folder));
            }
            Err(error) => return Err(Fault::file(&file, &error)),
        };
        let mark: Self = serde_json::from_str(&text).map_err(|error| {
            let shown = file.display();
            Fault::new(format!(
                "{shown} is not the mark of a data folder: {error}. Put it back from a backup. / {shown} はデータフォルダーの印として読めません。バックアップから戻してください。"
            ))
        })?;
        if mark.format != 1 {
            return Err(Fault::new(format!(
                "{} has format {}; this program knows format 1. Use the matching version. / データフォルダーの形式が違います。対応する版のプログラムを使ってください。",
                folder.display(),
                mark.format
            )));
        }
        Ok(mark)
    }

    /// Writes it into a folder.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), Fault> {
        let text = serde_json::to_string_pretty(self).map_err(|e| Fault::new(e.to_string()))?;
        write_private(&folder.join(MARK), format!("{text}\n").as_bytes())
    }

    /// The same server over another database.
    #[must_use]
    pub fn moved(self, database: Option<String>) -> Self {
        Self { database, ..self }
    }
}

/// A data folder that exists.
pub struct Place {
    folder: PathBuf,
    mark: Mark,
    /// The key that wraps all other keys.
    pub master: MasterKey,
}

impl Place {
    /// Opens the folder that `init` has made.
    ///
    /// # Errors
    /// Where there is none, or it cannot be read.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        if is_begun(folder) {
            let shown = folder.display();
            return Err(Fault::new(format!(
                "the making of {shown} was cut off; run the same okiagari init again, it goes on. / {shown} の初期設定が途中で止まっています。同じ okiagari init をもう一度実行すると、続きから進みます。"
            )));
        }
        Self::read(folder)
    }

    fn read(folder: &Path) -> Result<Self, Fault> {
        let mark = Mark::read(folder)?;
        let file = folder.join(KEY);
        let text =
            Zeroizing::new(fs::read_to_string(&file).map_err(|error| Fault::file(&file, &error))?);
        let master = MasterKey::from_paper(text.trim()).map_err(|error| {
            let (en, ja) = (error.message(false), error.message(true));
            Fault::new(format!("{}: {en} / {ja}", file.display()))
        })?;
        Ok(Self { folder: folder.to_owned(), mark, master })
    }

    /// Makes a data folder that only its owner can read, with a fresh master key.
    ///
    /// # Errors
    /// Where there is one already, the folder holds something else, or cannot be written.
    pub fn create(
        folder: &Path,
        used_for: Use,
        origin: Option<String>,
        database: Option<String>,
        host: &dyn Host,
    ) -> Result<Self, Fault> {
        let mut bytes = Zeroizing::new([0; 32]);
        host.fill(&mut *bytes);
        let origin = origin.unwrap_or_else(|| random_origin(host));
        let mark = Mark { format: 1, used_for, origin, database };
        Self::create_with(folder, mark, MasterKey::new(*bytes))
    }

    /// Makes a data folder, or goes on with one whose making was cut off: by a crash, a full disk, a
    /// database that did not answer. A key that is there stays, as data may stand under it already.
    /// Ends with [`Place::finish`].
    ///
    /// # Errors
    /// As [`Place::create`].
    pub fn begin(
        folder: &Path,
        origin: Option<String>,
        database: Option<String>,
        host: &dyn Host,
    ) -> Result<Self, Fault> {
        if !is_begun(folder) {
            refuse_filled(folder)?;
            make_private_folder(folder)?;
            write_private(&folder.join(BEGUN), b"")?;
        }
        let key = folder.join(KEY);
        // Only a whole key can have been used for anything.
        let whole = fs::read_to_string(&key).is_ok_and(|text| text.ends_with('\n'));
        if !whole {
            let mut bytes = Zeroizing::new([0; 32]);
            host.fill(&mut *bytes);
            let paper = MasterKey::new(*bytes).to_paper();
            write_private(&key, format!("{}\n", *paper).as_bytes())?;
        }
        let before = Mark::read(folder).ok();
        let origin = origin.or_else(|| before.map(|mark| mark.origin));
        let origin = origin.unwrap_or_else(|| random_origin(host));
        Mark { format: 1, used_for: Use::Real, origin, database }.write(folder)?;
        Self::read(folder)
    }

    /// The making is over.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn finish(&self) -> Result<(), Fault> {
        let begun = self.folder.join(BEGUN);
        fs::remove_file(&begun).map_err(|error| Fault::file(&begun, &error))
    }

    /// As [`Place::create`], with mark and key that are there already (a restore).
    ///
    /// # Errors
    /// As [`Place::create`].
    pub fn create_with(folder: &Path, mark: Mark, master: MasterKey) -> Result<Self, Fault> {
        refuse_filled(folder)?;
        make_private_folder(folder)?;
        write_private(&folder.join(KEY), format!("{}\n", *master.to_paper()).as_bytes())?;
        // The mark comes last: a folder without it was never finished.
        mark.write(folder)?;
        Ok(Self { folder: folder.to_owned(), mark, master })
    }

    /// Its mark.
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where its key lies.
    pub fn key_file(&self) -> PathBuf {
        self.folder.join(KEY)
    }

    /// What it is for.
    pub fn used_for(&self) -> Use {
        self.mark.used_for
    }

    /// The name before every log of this server.
    pub fn origin(&self) -> &str {
        &self.mark.origin
    }

    /// Address of the database, where it is not the one in the folder.
    pub fn database(&self) -> Option<&str> {
        self.mark.database.as_deref()
    }

    /// A private file of the folder.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        write_private(&self.folder.join(name), bytes)
    }

    /// Fails early, in words, where the folder cannot be written.
    ///
    /// # Errors
    /// Names the folder.
    pub fn check_writable(&self) -> Result<(), Fault> {
        tempfile::Builder::new()
            .prefix(".write-test-")
            .tempfile_in(&self.folder)
            .map(drop)
            .map_err(|error| Fault::file(&self.folder, &error))
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// A name before every log that no other server has.
fn random_origin(host: &dyn Host) -> String {
    let mut random = [0u8; 6];
    host.fill(&mut random);
    let hex: String = random.iter().map(|b| format!("{b:02x}")).collect();
    format!("okiagari.local/{hex}")
}

/// Whether the making of a folder was begun and not ended.
fn is_begun(folder: &Path) -> bool {
    folder.join(BEGUN).exists()
}

/// Whether a folder has been made by `init` or the demo.
pub fn is_place(folder: &Path) -> bool {
    folder.join(MARK).exists()
}

fn nothing_here(folder: &Path) -> Fault {
    let shown = folder.display();
    Fault::new(format!(
        "no data in {shown}; run: okiagari init --data {shown}\n\
         {shown} にデータがありません。次を実行してください: okiagari init --data {shown}"
    ))
}

/// A folder that is there must be empty: nobody's files are mixed with ours.
///
/// # Errors
/// Where it holds something.
pub fn refuse_filled(folder: &Path) -> Result<(), Fault> {
    let shown = folder.display();
    if folder.join(MARK).exists() {
        return Err(Fault::new(format!(
            "{shown} already holds data. / {shown} にはすでにデータがあります。"
        )));
    }
    if fs::read_dir(folder).is_ok_and(|mut inside| inside.next().is_some()) {
        return Err(Fault::new(format!(
            "{shown} is not empty; choose a new folder. / {shown} は空ではありません。新しいフォルダーを選んでください。"
        )));
    }
    Ok(())
}

/// Makes a folder that only its owner can enter.
///
/// # Errors
/// Where it cannot be made.
pub fn make_private_folder(folder: &Path) -> Result<(), Fault> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| Fault::file(folder, &error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
            .map_err(|error| Fault::file(folder, &error))?;
    }
    Ok(())
}

fn write_private(file: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut open = options.open(file).map_err(|error| Fault::file(file, &error))?;
    open.write_all(bytes).and_then(|()| open.sync_all()).map_err(|error| Fault::file(file, &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::SystemHost;

    #[test]
    fn a_place_is_private_and_comes_back_with_its_key() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("data");
        let made = Place::create(&folder, Use::Real, None, None, &SystemHost).unwrap();
        let opened = Place::open(&folder).unwrap();
        assert_eq!(made.master.expose(), opened.master.expose());
        assert_eq!(made.origin(), opened.origin());
        assert_eq!(opened.used_for(), Use::Real);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&folder), 0o700);
            assert_eq!(mode(&folder.join(KEY)), 0o600);
        }
    }

    #[test]
    fn a_missing_or_foreign_folder_is_told_with_the_mend() {
        let outer = tempfile::tempdir().unwrap();
        let missing = Place::open(&outer.path().join("typo")).unwrap_err();
        assert!(missing.text.contains("okiagari init"), "{missing}");
        fs::write(outer.path().join("letter.txt"), "x").unwrap();
        let foreign = Place::create(outer.path(), Use::Real, None, None, &SystemHost).unwrap_err();
        assert!(foreign.text.contains("not empty"), "{foreign}");
        assert!(!is_place(outer.path()));
    }

    #[test]
    fn a_damaged_key_is_named() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("data");
        Place::create(&folder, Use::Real, None, None, &SystemHost).unwrap();
        fs::write(folder.join(KEY), "OKI1-AAAAA").unwrap();
        let fault = Place::open(&folder).unwrap_err();
        assert!(fault.text.contains("master.key"), "{fault}");
    }
}
