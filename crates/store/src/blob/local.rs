//! Files in a folder of this machine: `FOLDER/organisation/ab/cdef…`.

use super::staged::{Staged, make_folder, sync_folder, written};
use super::{Backend, BlobError};
use okiagari_model::Time;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

const STAGING: &str = ".staging";

pub(super) struct Local {
    root: PathBuf,
}

impl Local {
    pub(super) fn open(root: &Path) -> Result<Self, BlobError> {
        let local = Self { root: root.to_owned() };
        make_folder(&local.staging())?;
        Ok(local)
    }

    pub(super) fn staging(&self) -> PathBuf {
        self.root.join(STAGING)
    }

    /// The file of a location that the database gave. One that leads out of the folder was not
    /// written by us.
    fn path(&self, location: &str) -> Result<PathBuf, BlobError> {
        let relative = Path::new(location);
        let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
        if location.is_empty() || !plain {
            let what = "its location leads out of the folder".to_owned();
            return Err(BlobError::Damaged { file: location.to_owned(), what });
        }
        Ok(self.root.join(relative))
    }
}

impl Backend for Local {
    fn put(&self, location: &str, file: Staged) -> Result<(), BlobError> {
        let target = self.path(location)?;
        if let Some(folder) = target.parent() {
            make_folder(folder)?;
        }
        file.move_to(&target)
    }

    fn open(&self, location: &str) -> Result<Option<Box<dyn Read + Send>>, BlobError> {
        let path = self.path(location)?;
        match File::open(&path) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(BlobError::file(&path, &error)),
        }
    }

    fn remove(&self, location: &str) -> Result<(), BlobError> {
        let path = self.path(location)?;
        match fs::remove_file(&path) {
            Ok(()) => path.parent().map_or(Ok(()), sync_folder),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(BlobError::file(&path, &error)),
        }
    }

    fn list(
        &self,
        each: &mut dyn FnMut(&str, u64, Time) -> Result<(), BlobError>,
    ) -> Result<(), BlobError> {
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            let path = self.root.join(&folder);
            let failed = |error: std::io::Error| BlobError::file(&path, &error);
            for entry in fs::read_dir(&path).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let relative = folder.join(entry.file_name());
                let meta = entry.metadata().map_err(failed)?;
                if meta.is_dir() {
                    if relative != Path::new(STAGING) {
                        folders.push(relative);
                    }
                    continue;
                }
                let written = written(&meta).map_err(failed)?;
                let location: Vec<String> = relative
                    .components()
                    .map(|part| part.as_os_str().to_string_lossy().into_owned())
                    .collect();
                each(&location.join("/"), meta.len(), written)?;
            }
        }
        Ok(())
    }
}
