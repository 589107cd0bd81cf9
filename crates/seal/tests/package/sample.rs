//! A small package: company B after an incident, two signers, three files, one of them withheld.

use okiagari_seal::package::{Anchor, Contents, LogFiles, Packed, Report, Terms, build, verify};
use okiagari_seal::statement::*;
use okiagari_seal::{Certificate, Fingerprint, Holder, Moment, Signature, Signer};
use sha2::{Digest, Sha256};
use std::io::{Cursor, Read};

pub const FILES: [(&str, &[u8]); 3] = [
    ("001-調査報告.txt", "初めの侵入は保守用の回線から。\n".as_bytes()),
    ("002-試験結果.csv", b"test,result\r\nrestore,ok\r\n"),
    ("003-詳細なログ.txt", b"203.0.113.7 ssh\n"),
];

pub fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

/// The signer who made a key here.
pub fn officer() -> Signer {
    let holder = Holder {
        name: "山田 花子".into(),
        post: Some("情報セキュリティ責任者".into()),
        organisation: "株式会社みなと部品".into(),
        country: "JP".into(),
    };
    let (from, until) = (moment("2026-01-01T00:00:00Z"), moment("2099-12-31T23:59:59Z"));
    Signer::make(&[0x42; 32], [7; 16], &holder, from, until).unwrap()
}

pub fn company(name: &str) -> Signer {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/frozen/company");
    let read = |name: String| std::fs::read(format!("{folder}/{name}")).unwrap();
    let mut chain = Certificate::from_file(&read(format!("{name}.pem"))).unwrap();
    chain.extend(Certificate::from_file(&read("ca.pem".into())).unwrap());
    Signer::from_pkcs8(&read(format!("{name}.key.der")), chain).unwrap()
}

pub fn ca() -> Certificate {
    company("rsa").chain()[1].clone()
}

pub fn digest(bytes: &[u8]) -> Fingerprint {
    Fingerprint(Sha256::digest(bytes).into())
}

fn named(name: &str, post: &str, responsibility: &str, signer: &Signer) -> NamedSigner {
    NamedSigner {
        name: name.into(),
        post: post.into(),
        responsibility: responsibility.into(),
        authority: Some("取締役会決議 2026-11-30".into()),
        certificates: signer.chain().iter().map(Certificate::fingerprint).collect(),
    }
}

fn item(key: ItemKey) -> Item {
    let state = match key {
        ItemKey::Lessons => ItemState::UnderWay { expected_on: "2026-12-20".into() },
        ItemKey::Further => {
            ItemState::NotApplicable { reason: "求めがありません。".into() }
        }
        _ => ItemState::Done,
    };
    let is_test = key == ItemKey::TestResults;
    Item {
        key,
        state,
        account: format!("項目 {key} の説明です。"),
        evidence: vec![FILES[usize::from(is_test)].0.into()],
        records: vec!["IN-12 rev 4".into()],
        tests: if is_test { vec![ItemKey::Resilience] } else { vec![] },
    }
}

pub fn declaration(signers: &[Signer]) -> Declaration {
    let people = [
        ("山田 花子", "情報セキュリティ責任者", "セキュリティ"),
        ("鈴木 一郎", "代表取締役", "再接続"),
    ];
    let evidence = FILES.iter().enumerate().map(|(place, (name, content))| Evidence {
        name: (*name).into(),
        sha256: digest(content),
        size: content.len() as u64,
        disclosure: if place == 2 { Disclosure::MayBeWithheld } else { Disclosure::Enclosed },
        title: None,
        classification: Some("社外秘".into()),
        holder: Some("株式会社みなと部品".into()),
    });
    let people = people.iter().zip(signers);
    Declaration {
        id: "AT-7".into(),
        version: 1,
        kind: Kind::Declaration,
        supersedes: None,
        issuer: Organisation {
            legal_name: "株式会社みなと部品".into(),
            name_en: Some("Minato Parts K.K.".into()),
            lei: None,
            corporate_number: Some("1234567890123".into()),
            contact: Some("03-0000-0000".into()),
        },
        incident: Incident {
            reference: "IN-12".into(),
            title: Some("受注サーバーの暗号化".into()),
            fire_id: None,
            period: Period {
                detected_at: Some(moment("2026-11-22T02:40:00Z")),
                ..Period::default()
            },
        },
        connections: vec![Connection { name: "EDI-1".into(), about: Some("受発注".into()) }],
        items: ItemKey::ALL.into_iter().map(item).collect(),
        investigations: Vec::new(),
        answers: vec![Answer {
            question: "認証情報を新しくしましたか".into(),
            reply: Reply::Yes,
            explanation: None,
        }],
        residual_risks: vec!["委託先の一部は確認中です。".into()],
        conditions: vec!["30日間は監視を強めます。".into()],
        indicators: Some(Indicators { reference: "IOC-3".into(), tlp: "TLP:AMBER".into() }),
        signers: people.map(|((n, p, r), signer)| named(n, p, r, signer)).collect(),
        issued_at: moment("2026-12-01T00:00:00Z"),
        valid_from: moment("2026-12-01T00:00:00Z"),
        valid_until: moment("2027-03-01T00:00:00Z"),
        evidence: evidence.collect(),
    }
}

/// A package with everything that can be chosen.
pub struct Sample {
    pub statement: Vec<u8>,
    pub signatures: Vec<Signature>,
    pub log: Option<LogFiles>,
    pub stamp: Option<Vec<u8>>,
    pub enclosed: Vec<&'static str>,
}

impl Sample {
    pub fn new() -> Self {
        Self::of(|_| ())
    }

    /// A package over a changed declaration.
    pub fn of(change: impl FnOnce(&mut Declaration)) -> Self {
        let signers = [officer(), company("rsa")];
        let mut declaration = declaration(&signers);
        change(&mut declaration);
        Self::signed(&Statement::of(declaration).unwrap(), &signers, "2026-12-01T01:00:00Z")
    }

    pub fn signed(statement: &Statement, signers: &[Signer], at: &str) -> Self {
        let statement = statement.to_bytes().unwrap();
        let sign = |signer: &Signer| signer.sign_statement(&statement, moment(at)).unwrap();
        Self {
            signatures: signers.iter().map(sign).collect(),
            statement,
            log: None,
            stamp: None,
            enclosed: vec![FILES[0].0, FILES[1].0],
        }
    }

    pub fn pack(&self) -> (Vec<u8>, Packed) {
        let contents = Contents {
            statement: &self.statement,
            signatures: &self.signatures,
            log: self.log.as_ref(),
            stamp: self.stamp.as_deref(),
        };
        let mut open = |evidence: &Evidence| {
            let enclosed = self.enclosed.contains(&evidence.name.as_str());
            let file = FILES.iter().find(|(name, _)| enclosed && *name == evidence.name);
            Ok(file.map(|(_, content)| Box::new(*content) as Box<dyn Read>))
        };
        let (out, packed) =
            build(Cursor::new(Vec::new()), &contents, &mut open, &mut |_| ()).unwrap();
        (out.into_inner(), packed)
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.pack().0
    }
}

pub fn anchors() -> Vec<Anchor> {
    let own = officer().chain()[0].fingerprint();
    vec![Anchor::Fingerprint(own), Anchor::Certificate(Box::new(ca()))]
}

/// The report two weeks later.
pub fn check(bytes: &[u8], anchors: &[Anchor]) -> Report {
    let terms = Terms { anchors, ..Terms::at(moment("2026-12-15T00:00:00Z")) };
    verify(Cursor::new(bytes), &terms, &mut |_, _| ())
}

/// The files of a package, to be put together anew.
pub fn unpack(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    use okiagari_seal::archive::{Archive, Limits};
    let mut archive = Archive::open(Cursor::new(bytes), Limits::default()).unwrap();
    let names: Vec<String> = archive.entries().iter().map(|e| e.name().to_owned()).collect();
    names
        .into_iter()
        .enumerate()
        .map(|(place, name)| (name, archive.read_whole(place, 1 << 24).unwrap()))
        .collect()
}

pub fn repack(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = okiagari_seal::archive::Writer::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.add(name, &mut content.as_slice(), &mut |_| ()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A package with one file changed, the zip around it sound.
pub fn with_file(bytes: &[u8], name: &str, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut files = unpack(bytes);
    let file = files.iter_mut().find(|(own, _)| own == name).unwrap();
    change(&mut file.1);
    repack(&files)
}
