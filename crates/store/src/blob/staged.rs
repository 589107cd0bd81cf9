//! A file that is being written and does not have its name yet.

use super::BlobError;
use okiagari_model::Time;
use std::fs::{self, File, Metadata, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A file in the staging folder; removed again unless it is [moved](Staged::move_to) on.
pub(super) struct Staged {
    path: PathBuf,
    file: File,
    moved: bool,
}

impl Staged {
    /// A new file. `tag` is random.
    pub(super) fn create(folder: &Path, tag: &str) -> Result<Self, BlobError> {
        let path = folder.join(format!("{tag}.part"));
        let mut options = OpenOptions::new();
        options.create_new(true).write(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let file = options.open(&path).map_err(|error| BlobError::file(&path, &error))?;
        Ok(Self { path, file, moved: false })
    }

    pub(super) fn writer(&mut self) -> &mut File {
        &mut self.file
    }

    /// Waits until the disk has all of it.
    pub(super) fn finish(&mut self) -> Result<(), BlobError> {
        self.file.sync_all().map_err(|error| BlobError::file(&self.path, &error))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its name, so that it is there whole or not at all.
    pub(super) fn move_to(mut self, target: &Path) -> Result<(), BlobError> {
        fs::rename(&self.path, target).map_err(|error| BlobError::file(target, &error))?;
        self.moved = true;
        target.parent().map_or(Ok(()), sync_folder)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.moved
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(%error, "a file that was not finished could not be removed");
        }
    }
}

/// Removes files that were being written when their program ended: last written before an instant.
pub(super) fn clear(folder: &Path, before: Time) -> Result<(), BlobError> {
    for entry in fs::read_dir(folder).map_err(|error| BlobError::file(folder, &error))? {
        let path = entry.map_err(|error| BlobError::file(folder, &error))?.path();
        if path.extension().is_none_or(|extension| extension != "part") {
            continue;
        }
        match fs::metadata(&path).and_then(|meta| Ok(written(&meta)? < before)) {
            Ok(true) => {
                fs::remove_file(&path).map_err(|error| BlobError::file(&path, &error))?;
            }
            Ok(false) => {}
            // It was finished or given up meanwhile.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(BlobError::file(&path, &error)),
        }
    }
    Ok(())
}

/// When a file was last written.
pub(super) fn written(meta: &Metadata) -> std::io::Result<Time> {
    let since = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Time::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

/// Makes a folder with all above it, durable.
pub(super) fn make_folder(path: &Path) -> Result<(), BlobError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_folder(parent)?;
    }
    match fs::create_dir(path) {
        Ok(()) => path.parent().map_or(Ok(()), sync_folder),
        // Another upload made it at the same time.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(BlobError::file(path, &error)),
    }
}

/// Waits until the disk has the names in a folder.
pub(super) fn sync_folder(path: &Path) -> Result<(), BlobError> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    if cfg!(not(unix)) {
        // Elsewhere a folder cannot be opened as a file; the system keeps its names itself.
        return Ok(());
    }
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| BlobError::file(path, &error))
}
