//! Vectors and examples that others have published.

use okiagari_log::note::{Note, NoteSignature};
use okiagari_log::tile::LeafHashes;
use okiagari_log::{
    Checkpoint, Hash, Seed, consistency_proof, inclusion_proof, leaf_hash, merkle_root,
    verify_consistency, verify_inclusion,
};

/// The eight leaves that Certificate Transparency implementations test with.
fn ct_leaves() -> Vec<Hash> {
    let count_up = |from: u8, n: u8| (from..from + n).collect::<Vec<u8>>();
    [
        vec![],
        vec![0],
        vec![0x10],
        count_up(0x20, 2),
        count_up(0x30, 2),
        count_up(0x40, 4),
        count_up(0x50, 8),
        count_up(0x60, 16),
    ]
    .iter()
    .map(|data| leaf_hash(data))
    .collect()
}

fn hashes(hex: &[&str]) -> Vec<Hash> {
    hex.iter().map(|hex| Hash::from_hex(hex).unwrap()).collect()
}

/// Roots over the first 0 to 8 of these leaves.
const CT_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn certificate_transparency_roots() {
    let leaves = ct_leaves();
    for (size, root) in hashes(&CT_ROOTS).into_iter().enumerate() {
        assert_eq!(merkle_root(&leaves[..size]), root, "size {size}");
    }
}

#[test]
fn certificate_transparency_inclusion() {
    let leaves = ct_leaves();
    let roots = hashes(&CT_ROOTS);
    let l1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    let l23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    let l4567 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
    let l4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    let l67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    for (index, size, path) in [
        (0u64, 8u64, vec![l1, l23, l4567]),
        (5, 8, vec![l4, l67, CT_ROOTS[4]]),
        (2, 3, vec![CT_ROOTS[2]]),
        (1, 5, vec![CT_ROOTS[1], l23, l4]),
    ] {
        let path = hashes(&path);
        let made = inclusion_proof(index, size, &mut LeafHashes(&leaves)).unwrap();
        assert_eq!(made, path, "{index} of {size}");
        let root = &roots[size as usize];
        verify_inclusion(index, size, &leaves[index as usize], &path, root).unwrap();
    }
}

#[test]
fn certificate_transparency_consistency() {
    let leaves = ct_leaves();
    let roots = hashes(&CT_ROOTS);
    let l1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    let l23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    let l4567 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
    let l45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
    let l67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    let l4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    for (old, new, path) in [
        (1u64, 1u64, vec![]),
        (1, 8, vec![l1, l23, l4567]),
        (6, 8, vec![l45, l67, CT_ROOTS[4]]),
        (2, 5, vec![l23, l4]),
    ] {
        let path = hashes(&path);
        let made = consistency_proof(old, new, &mut LeafHashes(&leaves)).unwrap();
        assert_eq!(made, path, "{old} to {new}");
        verify_consistency(old, new, &roots[old as usize], &roots[new as usize], &path).unwrap();
    }
}

/// The example of C2SP tlog-cosignature. Its keys are not published, so form is what shows.
#[test]
fn c2sp_checkpoint_and_cosignature_example() {
    let text = "example.com/behind-the-sofa\n20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let note = Note::parse(text).unwrap();
    assert_eq!(note.to_string(), text);
    let checkpoint = Checkpoint::parse(&note.text).unwrap();
    assert_eq!(checkpoint.origin, "example.com/behind-the-sofa");
    assert_eq!(checkpoint.size, 20_852_163);
    assert_eq!(checkpoint.to_text().unwrap(), note.text);
    let [log, witness] = &note.signatures[..] else { panic!("two signatures") };
    assert_eq!((log.key_id, log.signature.len()), (0x033d_e0ae, 64));
    assert_eq!((witness.key_id, witness.signature.len()), (0x8d66_cf3f, 72));
    assert_eq!(witness.signature[..8], 1_679_315_147u64.to_be_bytes());
    assert_eq!(NoteSignature::parse(&witness.to_string()).as_ref(), Some(witness));
}

/// The known answers of RFC 4231 use other keys than ours; this one was computed with OpenSSL:
/// `openssl dgst -sha256 -mac HMAC -macopt hexkey:000102...1f` over the salt text.
#[test]
fn salts_agree_with_openssl() {
    let seed = Seed(std::array::from_fn(|at| at as u8));
    let salt = seed.salt_for("owner");
    let hex: String = salt.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "6af15a54e53f0e1ff494e6bd3f6b899b");
}
