//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "okiagari",
    version,
    about = "Cyber resilience over a record that anyone can check. サイバー攻撃・障害への備えと対応、証跡",
    after_help = "Try it: okiagari demo      In earnest: okiagari init --data DIR, then okiagari serve --data DIR"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Starts a server over made-up companies, with ready-made sign-ins. デモを開く
    Demo(Demo),
    /// Makes a data folder with a first organisation and its administrator. 初期設定
    Init(Init),
    /// Starts the server. サーバーを起動する
    Serve(Serve),
    /// Makes, lists, resets and ends accounts. 利用者
    ///
    /// With SQLite, all but `list` need the server to be stopped; people and tokens can also be
    /// made on its pages while it runs. SQLite では、list のほかはサーバーを止めてから実行します。
    User {
        /// Where the data are.
        #[command(flatten)]
        at: At,
        /// What to do.
        #[command(subcommand)]
        what: User,
    },
    /// Reads a CSV or XLSX file into a register. 取り込み
    ///
    /// With SQLite, stop the server first, or import on its pages; `--dry-run` works beside it.
    /// SQLite ではサーバーを止めてから実行します（--dry-run は動いたままでも使えます）。
    Import(Import),
    /// Writes a register as CSV, XLSX or JSON, while the server runs or rests. 書き出し
    Export(Export),
    /// Checks a package from another organisation, or recomputes this server's whole record. 検証
    ///
    /// With a file: offline, without any data of ours, on any machine. Without one: the record
    /// from its stored bytes, while the server runs or rests.
    /// ファイルを付けると、受け取った文書一式を、通信せずに確かめます。付けないと、このサーバーの証跡を確かめます。
    Verify(Verify),
    /// Makes every table that shows the record again from its revisions. 表の作り直し
    ///
    /// With SQLite, stop the server first. SQLite ではサーバーを止めてから実行します。
    Rebuild(Rebuild),
    /// Copies everything into a new folder while the server runs or rests. バックアップ
    Backup(Backup),
    /// Puts a backup into a new place, verifies it, and only then switches. 復元
    ///
    /// API tokens of the backup no longer work afterwards, and everybody signs in again.
    /// バックアップにある API トークンは使えなくなり、全員がサインインし直します。
    Restore(Restore),
    /// Tells which requirements are met, and by what. 要求事項と充足
    Requirements(Requirements),
}

/// Where the data are.
#[derive(Debug, Clone, Args)]
pub struct At {
    /// Data folder, made by `init`.
    #[arg(long, env = "OKIAGARI_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Another database than the one in the data folder: sqlite:FILE or postgres://…
    #[arg(long, env = "OKIAGARI_DATABASE", hide_env_values = true, value_name = "URL")]
    pub database: Option<String>,
    /// Where evidence files lie: file:DIR or s3://BUCKET/PREFIX?endpoint=URL&region=NAME
    #[arg(long, env = "OKIAGARI_EVIDENCE", value_name = "URL")]
    pub evidence: Option<String>,
    /// Settings file [default: okiagari.toml here, where there is one]
    #[arg(long, env = "OKIAGARI_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Address and port; port 0 takes a free one.
    #[arg(long, env = "OKIAGARI_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// Keep the demo's data here [default: a folder that is removed at the end]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Let the demo begin at this time in Japan, such as 2026-11-22T02:40 [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Do not open a browser.
    #[arg(long)]
    pub no_open: bool,
}

/// `init`
#[derive(Debug, Args)]
pub struct Init {
    /// Where the data are to be.
    #[command(flatten)]
    pub at: At,
    /// Name of the first organisation.
    #[arg(long, value_name = "NAME")]
    pub organisation: String,
    /// Its short name in addresses: letters, digits, hyphen.
    #[arg(long, value_name = "ID", default_value = "main")]
    pub id: String,
    /// Sign-in name of its administrator.
    #[arg(long, value_name = "LOGIN", default_value = "admin")]
    pub admin: String,
    /// Name of that person.
    #[arg(long, value_name = "NAME", default_value = "管理者")]
    pub admin_name: String,
    /// Name that stands before every log for ever, for example okiagari.example.co.jp
    #[arg(long, value_name = "NAME")]
    pub origin: Option<String>,
}

/// `serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// Where the data are.
    #[command(flatten)]
    pub at: At,
    /// Address and port [default: 127.0.0.1:8080]
    #[arg(long, env = "OKIAGARI_LISTEN")]
    pub listen: Option<String>,
    /// The address people type, for example https://okiagari.example.co.jp
    #[arg(long, env = "OKIAGARI_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Reverse proxies whose X-Forwarded-For is believed: addresses or networks, comma-separated.
    #[arg(long, env = "OKIAGARI_TRUSTED_PROXY", value_name = "NET", value_delimiter = ',')]
    pub trusted_proxy: Vec<String>,
    /// Folder of reports by mail: `.eml` files in DIR/<organisation> become reports.
    #[arg(long, env = "OKIAGARI_MAIL_FOLDER", value_name = "DIR")]
    pub mail_folder: Option<PathBuf>,
}

/// `user …`
#[derive(Debug, Subcommand)]
pub enum User {
    /// Makes an account and prints its first password.
    Add {
        /// Sign-in name.
        login: String,
        /// Name of the person.
        #[arg(long)]
        name: String,
        /// Organisation; may be left out where there is one.
        #[arg(long)]
        org: Option<String>,
        /// Id or exact name of its person record there; made where it is missing.
        #[arg(long)]
        person: Option<String>,
    },
    /// Lists the accounts of an organisation.
    List {
        /// Organisation; may be left out where there is one.
        #[arg(long)]
        org: Option<String>,
    },
    /// Makes a new first password, and takes the second factor away where asked.
    Reset {
        /// Sign-in name.
        login: String,
        /// The authenticator is lost, too.
        #[arg(long)]
        second_factor: bool,
    },
    /// Makes an API token that acts for an account, and prints it: it is shown only once.
    Token {
        /// Sign-in name.
        login: String,
        /// What it is for.
        #[arg(long)]
        name: String,
        /// Organisation; may be left out where there is one.
        #[arg(long)]
        org: Option<String>,
        /// It may read and not change.
        #[arg(long)]
        read_only: bool,
        /// How many days it holds, at most 366.
        #[arg(long, default_value_t = 90)]
        days: u32,
    },
    /// Bars an account from signing in and ends its sessions and tokens.
    End {
        /// Sign-in name.
        login: String,
    },
}

/// `import`
#[derive(Debug, Args)]
pub struct Import {
    /// Where the data are.
    #[command(flatten)]
    pub at: At,
    /// The register, for example asset.
    pub register: String,
    /// CSV or XLSX.
    pub file: PathBuf,
    /// Organisation; may be left out where there is one.
    #[arg(long)]
    pub org: Option<String>,
    /// Sign-in name of the person whose rights count.
    #[arg(long = "as", value_name = "LOGIN")]
    pub login: String,
    /// Only tell what would happen.
    #[arg(long)]
    pub dry_run: bool,
}

/// Form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Comma-separated.
    Csv,
    /// Spreadsheet.
    Xlsx,
    /// One JSON object a line.
    Json,
}

/// `export`
#[derive(Debug, Args)]
pub struct Export {
    /// Where the data are.
    #[command(flatten)]
    pub at: At,
    /// The register, for example asset.
    pub register: String,
    /// Organisation; may be left out where there is one.
    #[arg(long)]
    pub org: Option<String>,
    /// Sign-in name of the person whose rights count.
    #[arg(long = "as", value_name = "LOGIN")]
    pub login: String,
    /// Form.
    #[arg(long, value_enum, default_value = "csv")]
    pub format: Form,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

/// `verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// A package to check (.zip) [default: the record of this server]
    #[arg(value_name = "PACKAGE.zip", conflicts_with_all = ["org", "checkpoint"])]
    pub package: Option<PathBuf>,
    /// Who is trusted: a certificate file, or the SHA-256 fingerprint of one, received beforehand.
    #[arg(long, value_name = "FILE-or-SHA256", requires = "package")]
    pub trust: Vec<String>,
    /// Which time-stamping service is trusted, in the same way.
    #[arg(long, value_name = "FILE-or-SHA256", requires = "package")]
    pub trust_stamp: Vec<String>,
    /// The verifier key of the issuer's record, or a file that holds it.
    #[arg(long, value_name = "KEY-or-FILE", requires = "package")]
    pub log_key: Option<String>,
    /// A certificate that is known to be revoked.
    #[arg(long, value_name = "FILE-or-SHA256", requires = "package")]
    pub revoked: Vec<String>,
    /// An older package of the same issuer that was accepted: what is older than it is refused.
    #[arg(long, value_name = "PACKAGE.zip", requires = "package")]
    pub known: Vec<PathBuf>,
    /// Judge as of this instant, such as 2026-12-01T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME", requires = "package")]
    pub at: Option<String>,
    /// Where the data are.
    #[command(flatten)]
    pub place: At,
    /// One organisation [default: all]
    #[arg(long)]
    pub org: Option<String>,
    /// A checkpoint kept outside: without one a cut-off or re-signed record cannot be noticed.
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// One JSON object a line, for machines.
    #[arg(long)]
    pub json: bool,
}

/// `rebuild`
#[derive(Debug, Args)]
pub struct Rebuild {
    /// Where the data are.
    #[command(flatten)]
    pub at: At,
    /// One organisation [default: all]
    #[arg(long)]
    pub org: Option<String>,
}

/// `backup`
#[derive(Debug, Args)]
pub struct Backup {
    /// Where the data are.
    #[command(flatten)]
    pub at: At,
    /// New folder for the backup.
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
}

/// `restore`
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup.
    #[arg(long, value_name = "DIR")]
    pub from: PathBuf,
    /// New data folder.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Another database than the one in the new folder.
    #[arg(long, env = "OKIAGARI_DATABASE", hide_env_values = true, value_name = "URL")]
    pub database: Option<String>,
    /// Where evidence files are to lie [default: the new folder]
    #[arg(long, env = "OKIAGARI_EVIDENCE", value_name = "URL")]
    pub evidence: Option<String>,
    /// The master key: master.key of the old server, or its paper copy typed into a file
    /// [default: asked for]
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Erasures made after the backup (erasures.jsonl of the lost server); done again before use.
    #[arg(long, value_name = "FILE")]
    pub erasures: Option<PathBuf>,
    /// A later checkpoint kept outside: where the backup falls short of it a new epoch opens.
    #[arg(long, value_name = "FILE")]
    pub known_checkpoint: Option<PathBuf>,
}

/// `requirements`
#[derive(Debug, Args)]
pub struct Requirements {
    /// One JSON object a line.
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn verify_takes_a_package_or_a_record_and_never_both() {
        let line = ["okiagari", "verify", "p.zip", "--trust", "ca.pem", "--trust", "ab"];
        let Command::Verify(verify) = Cli::parse_from(line).command else { panic!("verify") };
        assert_eq!((verify.package.is_some(), verify.trust.len()), (true, 2));
        let mixed = ["okiagari", "verify", "p.zip", "--checkpoint", "c.txt"];
        assert!(Cli::try_parse_from(mixed).is_err());
        assert!(Cli::try_parse_from(["okiagari", "verify", "--trust", "ca.pem"]).is_err());
    }

    #[test]
    fn the_demo_takes_what_the_harness_gives() {
        let line = ["okiagari", "demo", "--listen", "127.0.0.1:0", "--data", "/x", "--no-open"];
        let Command::Demo(demo) = Cli::parse_from(line).command else { panic!("demo") };
        assert!(demo.no_open && demo.listen == "127.0.0.1:0");
    }
}
