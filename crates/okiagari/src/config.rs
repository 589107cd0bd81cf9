//! Flags first, then environment, then `okiagari.toml`.

use crate::cli;
use crate::fault::Fault;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct File {
    /// Data folder.
    pub data: Option<PathBuf>,
    /// Database address.
    pub database: Option<String>,
    /// Evidence files.
    pub evidence: Option<String>,
    /// Address and port.
    pub listen: Option<String>,
    /// The address people type.
    pub public_url: Option<String>,
    /// Reverse proxies that are believed.
    #[serde(default)]
    pub trusted_proxy: Vec<String>,
    /// Folder of reports by mail, with one folder for each organisation inside.
    pub mail_folder: Option<PathBuf>,
}

/// Where the data are, worked out.
#[derive(Debug)]
pub struct Where {
    /// Data folder.
    pub data: PathBuf,
    /// Another database than the folder's own.
    pub database: Option<String>,
    /// Another place for evidence files.
    pub evidence: Option<String>,
    /// The rest of the settings file.
    pub file: File,
}

impl File {
    /// Reads the named file, or `okiagari.toml` here where there is one.
    ///
    /// # Errors
    /// Where it cannot be read, or holds a setting that does not exist.
    pub fn read(named: Option<&Path>) -> Result<Self, Fault> {
        let usual = Path::new("okiagari.toml");
        let path = match named {
            Some(path) => path,
            None if usual.exists() => usual,
            None => return Ok(Self::default()),
        };
        let text = std::fs::read_to_string(path).map_err(|error| Fault::file(path, &error))?;
        toml::from_str(&text).map_err(|error| Fault::new(format!("{}: {error}", path.display())))
    }
}

impl Where {
    /// From what was typed.
    ///
    /// # Errors
    /// Where no data folder is named, or the settings file cannot be read.
    pub fn of(at: &cli::At) -> Result<Self, Fault> {
        let mut file = File::read(at.config.as_deref())?;
        let data = at.data.clone().or_else(|| file.data.take()).ok_or_else(|| {
            Fault::new(
                "name the data folder: --data DIR, or OKIAGARI_DATA, or data = \"…\" in okiagari.toml\n\
                 データフォルダーを指定してください（--data DIR）。",
            )
        })?;
        let database = at.database.clone().or_else(|| file.database.take());
        let evidence = at.evidence.clone().or_else(|| file.evidence.take());
        Ok(Self { data, database, evidence, file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(config: &Path) -> cli::At {
        cli::At { data: None, database: None, evidence: None, config: Some(config.to_owned()) }
    }

    #[test]
    fn flags_come_before_the_file_and_unknown_settings_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("okiagari.toml");
        std::fs::write(
            &file,
            "data = \"/a\"\nlisten = \"0.0.0.0:1\"\ntrusted-proxy = [\"10.0.0.0/8\"]\n",
        )
        .unwrap();
        let from_file = Where::of(&at(&file)).unwrap();
        assert_eq!(from_file.data, Path::new("/a"));
        assert_eq!(from_file.file.trusted_proxy, ["10.0.0.0/8"]);
        let typed = cli::At { data: Some("/b".into()), ..at(&file) };
        assert_eq!(Where::of(&typed).unwrap().data, Path::new("/b"));
        std::fs::write(&file, "dataa = \"/a\"\n").unwrap();
        assert!(Where::of(&at(&file)).unwrap_err().text.contains("dataa"));
    }
}
