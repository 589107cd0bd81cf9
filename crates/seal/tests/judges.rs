//! Judges from outside, with none of our crates: openssl, sha256sum, and two Python verifiers of
//! in-toto's own making. They accept the package and refuse what was tampered with.

#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

#[path = "package/sample.rs"]
#[expect(dead_code, reason = "this test needs only a part of it")]
mod sample;

use okiagari_seal::package::path;
use okiagari_tests::judges::Folder;
use sample::*;

/// The commands of the README, and what each of them would notice.
const CMS: &str = "openssl cms -verify -binary -inform DER -in statement.p7s \
    -content statement.json -CAfile chain.pem -purpose any -out /dev/null";
const PAYLOAD: &str = r#"grep -o '"payload":"[^"]*"' statement.dsse.json | cut -d'"' -f4 | base64 -d | cmp - statement.json"#;
const DGST: &str = r#"grep -o '"sig":"[^"]*"' statement.dsse.json | head -n 1 | cut -d'"' -f4 | base64 -d > sig.bin
    openssl x509 -in chain.pem -pubkey -noout > key.pem
    { printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < statement.json)"; cat statement.json; } > pae.bin
    openssl dgst -sha256 -verify key.pem -signature sig.bin pae.bin"#;
const LIST: &str = "sha256sum -c --quiet evidence.sha256";

/// Both signatures of the envelope by securesystemslib, with the keys of chain.pem.
const ENVELOPE: &str = r#"
import sys, json, hashlib, base64
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey
pem = open("chain.pem").read()
end = "-----END CERTIFICATE-----\n"
certificates = [x509.load_pem_x509_certificate((p + end).encode()) for p in pem.split(end) if p]
prints = {hashlib.sha256(c.public_bytes(Encoding.DER)).hexdigest(): c for c in certificates}
data = json.load(open("statement.dsse.json"))
envelope = Envelope.from_dict(json.load(open("statement.dsse.json")))
keys = []
for signature in data["signatures"]:
    certificate = prints[signature["keyid"]]
    key = SSlibKey.from_crypto(certificate.public_key(), keyid=signature["keyid"])
    if key.keytype == "rsa":
        key.scheme = "rsa-pkcs1v15-sha256"
    keys.append(key)
assert len(envelope.verify(keys, len(keys))) == len(keys) == 2
assert envelope.payload == open("statement.json", "rb").read()
"#;

/// The statement by in-toto-attestation, and its subjects against the files.
const STATEMENT: &str = r#"
import json, hashlib, os
from google.protobuf import json_format
import in_toto_attestation.v1.statement_pb2 as pb
from in_toto_attestation.v1.statement import Statement
message = json_format.Parse(open("statement.json").read(), pb.Statement())
Statement.copy_from_pb(message).validate()
assert message.predicate_type == "urn:okiagari:reconnection-declaration:v1"
there = 0
for subject in message.subject:
    if os.path.exists(subject.name):
        there += 1
        digest = hashlib.sha256(open(subject.name, "rb").read()).hexdigest()
        assert digest == subject.digest["sha256"], subject.name
assert there == 3
"#;

fn folder(bytes: &[u8]) -> Option<Folder> {
    Folder::of(&unpack(bytes))
}

#[test]
fn the_commands_of_the_readme_and_the_python_verifiers_accept_the_package() {
    let Some(folder) = folder(&Sample::new().bytes()) else { return };
    for command in [LIST, CMS, PAYLOAD, DGST] {
        folder.shell(command).unwrap();
        let lines = command.lines().map(str::trim);
        let known = |line: &str| okiagari_seal::package::README.contains(line);
        let told = lines.filter(|line| known(line)).count();
        assert!(told > 0 || command == CMS || command == LIST, "the README tells {command}");
    }
    folder.python(ENVELOPE).unwrap();
    folder.python(STATEMENT).unwrap();
}

#[test]
fn the_zip_opens_with_a_common_program_and_the_frozen_package_holds() {
    let frozen = include_bytes!("frozen/package.zip");
    let Some(folder) = Folder::of(&[("p.zip".to_owned(), frozen.to_vec())]) else { return };
    let unzip =
        "import zipfile; z = zipfile.ZipFile('p.zip'); assert z.testzip() is None; z.extractall()";
    folder.python(unzip).unwrap();
    for command in [LIST, CMS, PAYLOAD, DGST] {
        folder.shell(command).unwrap();
    }
    folder.python(ENVELOPE).unwrap();
    folder.python(STATEMENT).unwrap();
}

#[test]
fn a_time_stamp_is_accepted_by_openssl_over_the_checkpoint_file() {
    let answer = include_bytes!("frozen/company/checkpoint.tsr").to_vec();
    let checkpoint = b"log.example/org\n1\nAAAA\n\nsigned\n".to_vec();
    let ca = okiagari_seal::certificate::to_pem([&ca()]).into_bytes();
    let files = [("checkpoint.tsr", answer), ("checkpoint", checkpoint), ("tsa.pem", ca)];
    let files = files.map(|(name, content)| (name.to_owned(), content));
    let Some(folder) = Folder::of(&files) else { return };
    let command = "openssl ts -verify -data checkpoint -in checkpoint.tsr -CAfile tsa.pem";
    assert!(okiagari_seal::package::README.contains(command));
    folder.shell(command).unwrap();
    std::fs::write(folder.path().join("checkpoint"), "another").unwrap();
    folder.shell(command).unwrap_err();
}

#[test]
fn the_chains_verify_by_openssl_alone() {
    let Some(folder) = folder(&Sample::new().bytes()) else { return };
    let company = company("rsa");
    std::fs::write(
        folder.path().join("leaf.pem"),
        okiagari_seal::certificate::to_pem(&company.chain()[..1]),
    )
    .unwrap();
    std::fs::write(folder.path().join("ca.pem"), okiagari_seal::certificate::to_pem([&ca()]))
        .unwrap();
    folder.shell("openssl verify -x509_strict -CAfile ca.pem leaf.pem").unwrap();
    folder.shell("openssl verify -CAfile chain.pem chain.pem").unwrap();
    // A signer of the company's own kind with P-256, and the company's authority as the anchor.
    let signers = [company, sample::company("p256")];
    let statement = okiagari_seal::statement::Statement::of(declaration(&signers)).unwrap();
    let bytes = Sample::signed(&statement, &signers, "2026-12-01T01:00:00Z").bytes();
    let Some(folder) = Folder::of(&unpack(&bytes)) else { return };
    std::fs::write(folder.path().join("ca.pem"), okiagari_seal::certificate::to_pem([&ca()]))
        .unwrap();
    folder.shell(&CMS.replace("chain.pem -purpose any", "ca.pem")).unwrap();
    folder.python(ENVELOPE).unwrap();
}

#[test]
fn what_was_tampered_with_is_refused_by_the_judges_too() {
    let bytes = Sample::new().bytes();
    let evidence = format!("evidence/{}", FILES[0].0);
    let flip = |content: &mut Vec<u8>| content[9] ^= 1;
    let Some(altered) = folder(&with_file(&bytes, &evidence, flip)) else { return };
    altered.shell(LIST).unwrap_err();
    altered.python(STATEMENT).unwrap_err();
    let later = |content: &mut Vec<u8>| {
        let text = String::from_utf8(std::mem::take(content)).unwrap();
        *content = text.replace("2027-03-01", "2028-03-01").into_bytes();
    };
    let Some(altered) = folder(&with_file(&bytes, path::STATEMENT, later)) else { return };
    for command in [CMS, PAYLOAD, DGST] {
        altered.shell(command).unwrap_err();
    }
    altered.python(ENVELOPE).unwrap_err();
    let Some(altered) = folder(&with_file(&bytes, path::CMS, |c| *c.last_mut().unwrap() ^= 1))
    else {
        return;
    };
    altered.shell(CMS).unwrap_err();
    let other = Sample::of(|d| d.residual_risks.clear());
    let other = unpack(&other.bytes());
    let swap = |c: &mut Vec<u8>| {
        *c = other.iter().find(|(name, _)| name == path::ENVELOPE).unwrap().1.clone();
    };
    let Some(altered) = folder(&with_file(&bytes, path::ENVELOPE, swap)) else { return };
    altered.shell(PAYLOAD).unwrap_err();
    altered.python(ENVELOPE).unwrap_err();
}
