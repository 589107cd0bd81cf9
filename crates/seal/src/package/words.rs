//! What was found, in words, Japanese and English.

use super::report::{EvidenceState, Failure, Form, NotShown, Trust};

/// One sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

fn both(ja: impl Into<String>, en: impl Into<String>) -> Words {
    Words { ja: ja.into(), en: en.into() }
}

impl Failure {
    /// Why the package is refused.
    pub fn words(&self) -> Words {
        self.of_the_zip()
            .or_else(|| self.of_the_statement())
            .or_else(|| self.of_the_signers())
            .unwrap_or_else(|| self.of_the_rest())
    }

    fn of_the_zip(&self) -> Option<Words> {
        Some(match self {
            Self::Unreadable { detail } => both(
                format!("ファイルを読めません ({detail})。"),
                format!("The file cannot be read ({detail})."),
            ),
            Self::NotAZip => both(
                "zip ではないか、途中で切れています。もう一度受け取ってください。",
                "It is not a zip, or it is cut off. Have it sent again.",
            ),
            Self::Trailing { bytes } => both(
                format!("zip の終わりの後に {bytes} バイトが付いています。"),
                format!("{bytes} bytes stand after the end of the zip."),
            ),
            Self::Gap => both(
                "zip の前、またはファイルの間に余分なバイトがあります。",
                "There are bytes before the zip or between its files.",
            ),
            Self::TooLarge { what } => both(
                format!("大きすぎるため読みません ({what})。"),
                format!("It is larger than is read here ({what})."),
            ),
            Self::Path { name, why } => both(
                format!("ファイル名 {name:?} は展開先の外を指すか、使えない文字を含みます。"),
                format!("The file name {name:?} is refused: {why}."),
            ),
            Self::NameTwice { name } => both(
                format!("ファイル名 {name:?} が二つあります。"),
                format!("The file name {name:?} stands twice."),
            ),
            Self::NotAFile { name } => both(
                format!("{name:?} は普通のファイルではありません (リンクやフォルダ)。"),
                format!("{name:?} is not a plain file but a link, folder or device."),
            ),
            Self::Compressed { name, ratio } => both(
                format!("{name:?} が圧縮されています ({ratio} 倍)。この形式では圧縮しません。"),
                format!("{name:?} is compressed ({ratio} times), which this form never is."),
            ),
            Self::Encrypted { name } => {
                both(format!("{name:?} が暗号化されています。"), format!("{name:?} is encrypted."))
            }
            Self::Repacked { name } => both(
                format!("zip が作り直されているか、{name:?} の見出しが書き換えられています。"),
                format!("The zip was packed anew, or the header of {name:?} was altered."),
            ),
            Self::Checksum { name } => both(
                format!("{name:?} の中身が壊れているか、書き換えられています。"),
                format!("The content of {name:?} is damaged or was altered."),
            ),
            Self::FileMissing { name } => {
                both(format!("{name} がありません。"), format!("{name} is not there."))
            }
            Self::FileUnexpected { name } => both(
                format!("宣言にないファイル {name:?} が入っています。"),
                format!("The file {name:?} is not named in the statement."),
            ),
            Self::FileOrder { name } => both(
                format!("{name:?} の位置が違います。作り直されています。"),
                format!("{name:?} stands at another place: the package was put together anew."),
            ),
            _ => return None,
        })
    }

    fn of_the_statement(&self) -> Option<Words> {
        Some(match self {
            Self::StatementUnreadable { detail } => both(
                format!("宣言を読めません ({detail})。"),
                format!("The statement cannot be read ({detail})."),
            ),
            Self::StatementUnknown { kind } => both(
                format!("この版では扱えない種類の宣言です ({kind})。新しい版で確かめてください。"),
                format!(
                    "This version does not know this kind of statement ({kind}). Check it with a newer one."
                ),
            ),
            Self::StatementUnsound { detail } => both(
                format!("宣言の中身が食い違っています ({detail})。"),
                format!("The statement contradicts itself ({detail})."),
            ),
            Self::ReadmeAltered => {
                both("README.txt が書き換えられています。", "README.txt was altered.")
            }
            Self::EnvelopeUnreadable { detail } => both(
                format!("署名の封筒 (DSSE) を読めません ({detail})。"),
                format!("The envelope (DSSE) cannot be read ({detail})."),
            ),
            Self::EnvelopeOther => both(
                "署名の封筒 (DSSE) は別の宣言のものです。",
                "The envelope (DSSE) is about another statement.",
            ),
            Self::WrittenInFuture { at } => both(
                format!("宣言の作成日時 {at} が現在より後です。"),
                format!("The statement was written at {at}, which is later than now."),
            ),
            Self::NotYetValid { from } => both(
                format!("宣言はまだ有効ではありません ({from} から)。"),
                format!("The statement does not hold yet, only from {from}."),
            ),
            Self::Expired { until } => both(
                format!("宣言の有効期限が切れています ({until} まで)。"),
                format!("The statement held only until {until}."),
            ),
            Self::Older { version, newest } => both(
                format!("古い版です (第 {version} 版)。第 {newest} 版を受け取っています。"),
                format!("This is version {version}; version {newest} is known here."),
            ),
            Self::OtherVersion { version } => both(
                format!("受け取り済みの第 {version} 版と中身が違います。"),
                format!("It differs from the version {version} that is known here."),
            ),
            Self::NotASuccessor { version } => both(
                format!("第 {version} 版が置き換えるという版は、受け取り済みの版と違います。"),
                format!("What version {version} says it replaces is not what is known here."),
            ),
            _ => return None,
        })
    }

    fn of_the_signers(&self) -> Option<Words> {
        Some(match self {
            Self::ChainUnreadable { detail } => both(
                format!("証明書 (chain.pem) を読めません ({detail})。"),
                format!("The certificates (chain.pem) cannot be read ({detail})."),
            ),
            Self::ChainOther => both(
                "証明書 (chain.pem) が、宣言に記された証明書と違います。",
                "The certificates (chain.pem) are not those that the statement names.",
            ),
            Self::SignerMissing { name, form } => both(
                format!("{name} の署名がありません ({})。", form.name()),
                format!("{name} has not signed ({}).", form.name()),
            ),
            Self::SignerUnnamed { certificate, form } => both(
                format!("宣言にない者が署名しています ({}、証明書 {certificate})。", form.name()),
                format!(
                    "Somebody signed whom the statement does not name ({}, certificate {certificate}).",
                    form.name()
                ),
            ),
            Self::SignatureWrong { name, form } => both(
                format!("{name} の署名が合いません ({})。", form.name()),
                format!("The signature of {name} does not hold ({}).", form.name()),
            ),
            Self::CmsUnreadable => {
                both("statement.p7s (CMS) を読めません。", "statement.p7s (CMS) cannot be read.")
            }
            Self::CmsOther => both(
                "statement.p7s (CMS) が、この宣言と署名者のものではありません。",
                "statement.p7s (CMS) is not that of this statement and these signers.",
            ),
            Self::CertificateUse { name } => both(
                format!("{name} の証明書は署名に使えないものです。"),
                format!("The certificate of {name} may not be used to sign."),
            ),
            Self::CertificateExpired { name, until } => both(
                format!("{name} の証明書は期限切れです ({until} まで)。"),
                format!("The certificate of {name} held only until {until}."),
            ),
            Self::CertificateNotYet { name, from } => both(
                format!("{name} の証明書はまだ有効ではありません ({from} から)。"),
                format!("The certificate of {name} holds only from {from}."),
            ),
            Self::CertificateUnknown { name, certificate } => both(
                format!(
                    "{name} の証明書は、信頼すると決めたものにつながりません (指紋 {certificate})。"
                ),
                format!(
                    "The certificate of {name} leads to nothing that is trusted here (fingerprint {certificate})."
                ),
            ),
            Self::CertificateRevoked { name, certificate } => both(
                format!("{name} の証明書は失効しています (指紋 {certificate})。"),
                format!("The certificate of {name} was revoked (fingerprint {certificate})."),
            ),
            Self::SignedInFuture { name, at } => both(
                format!("{name} の署名日時 {at} が現在より後です。"),
                format!("{name} signed at {at}, which is later than now."),
            ),
            Self::SignedTooEarly { name, at } => both(
                format!("{name} の署名日時 {at} が宣言の作成より前です。"),
                format!("{name} signed at {at}, before the statement was written."),
            ),
            Self::SignedOutside { name, at } => both(
                format!("{name} が署名した {at} には、証明書が有効ではありませんでした。"),
                format!("{name} signed at {at}, when the certificate did not hold."),
            ),
            _ => return None,
        })
    }

    fn of_the_rest(&self) -> Words {
        match self {
            Self::EvidenceAltered { name } => both(
                format!("証拠 {name} が宣言と違います。"),
                format!("The evidence {name} is not what the statement says."),
            ),
            Self::EvidenceMissing { name } => both(
                format!("入っているはずの証拠 {name} がありません。"),
                format!("The evidence {name} has to be enclosed and is not there."),
            ),
            Self::ListAltered => both(
                "evidence.sha256 が、入っている証拠と合いません。",
                "evidence.sha256 is not the list of the evidence enclosed.",
            ),
            Self::Stamp { detail } => both(
                format!("タイムスタンプを認められません ({detail})。"),
                format!("The time stamp is refused ({detail})."),
            ),
            Self::StampUnknown { service } => both(
                format!(
                    "タイムスタンプの発行者は、信頼すると決めたものにつながりません ({service})。"
                ),
                format!(
                    "The time-stamping service leads to nothing that is trusted here ({service})."
                ),
            ),
            Self::StampTime { at } => both(
                format!("タイムスタンプの日時 {at} が、署名の日時や現在と食い違います。"),
                format!(
                    "The time stamp of {at} contradicts the time of signing, or is later than now."
                ),
            ),
            Self::LogIncomplete => both(
                "証跡の証明のファイルが揃っていません。",
                "Some of the files of the record's proof are not there.",
            ),
            Self::CheckpointOther => both(
                "checkpoint が、証跡の証明の中のものと違います。",
                "The file checkpoint is not the one in the record's proof.",
            ),
            Self::LogWrong { detail } => both(
                format!("宣言が証跡に載っていることを確かめられません ({detail})。"),
                format!(
                    "The proof does not show that the statement stands in the record ({detail})."
                ),
            ),
            // Every other reason has its words above; a test goes through all of them.
            other => both(format!("{other:?}"), format!("{other:?}")),
        }
    }
}

impl Form {
    /// The name of the form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dsse => "DSSE",
            Self::Cms => "CMS",
        }
    }
}

impl NotShown {
    /// What is not shown, and what one can do about it.
    pub fn words(self) -> Words {
        match self {
            Self::NoAnchor => both(
                "証明書がだれのものかは示せません。前もって受け取った指紋か証明書を指定してください。",
                "Whose certificates these are is not shown. Give the fingerprint or certificate that you received beforehand.",
            ),
            Self::Revocation => both(
                "証明書が失効していないかは調べていません (通信しないため)。",
                "Whether a certificate was revoked is not asked, as nothing is asked over a network.",
            ),
            Self::NewerVersion => both(
                "新しい版や撤回が出ていないかは示せません。発行元に確かめてください。",
                "Whether there is a newer version or a withdrawal is not shown. Ask the issuer.",
            ),
            Self::NoStamp => both(
                "タイムスタンプがないため、署名の日時は署名者の申告です。",
                "There is no time stamp: when it was signed is what the signers say.",
            ),
            Self::NoStampAnchor => both(
                "タイムスタンプの発行者がだれかは示せません。その証明書を指定してください。",
                "Whose time stamp it is is not shown. Give the certificate of the service.",
            ),
            Self::NoLog => both(
                "発行元の証跡に載っていることの証明は入っていません。",
                "It holds no proof that it stands in the issuer's record.",
            ),
            Self::NoLogKey => both(
                "発行元の証跡に載っているかは示せません。証跡の検証鍵を指定してください。",
                "That it stands in the issuer's record is not shown. Give the verifier key of that record.",
            ),
            Self::Withheld => both(
                "開示されていない証拠の中身は示せません。",
                "What the withheld evidence says is not shown.",
            ),
        }
    }
}

impl EvidenceState {
    /// The state in words.
    pub fn words(self) -> Words {
        match self {
            Self::Present => both("宣言どおり", "as stated"),
            Self::Withheld => both("開示されていない", "withheld"),
            Self::Missing => both("ない", "missing"),
            Self::Altered => both("書き換えられている", "altered"),
        }
    }
}

impl Trust {
    /// The trust in words.
    pub fn words(self) -> Words {
        match self {
            Self::Anchored => both("信頼する証明書につながる", "leads to what you trust"),
            Self::NotShown => both("だれの証明書かは示せない", "whose certificate is not shown"),
            Self::Unknown => both("知らない証明書", "an unknown certificate"),
        }
    }
}
