//! The Merkle tree against the reference vectors of Certificate Transparency, and against a naive tree made from the
//! definitions alone.

use std::collections::HashMap;
use std::convert::Infallible;

use proptest::prelude::*;
use seal_core::ids::Sha256;
use seal_core::merkle::{self, Place, consistent, includes};

/// Leaves of the reference tree (certificate-transparency `merkletree/merkle_tree_test.cc`, also in Go's `tlog`).
fn reference_leaves() -> Vec<Vec<u8>> {
    let hex = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    hex.iter().map(|hex| bytes(hex)).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn digest(hex: &str) -> Sha256 {
    Sha256::from_hex(hex).unwrap()
}

/// Nodes in memory, as the central keeps them in its table.
#[derive(Default)]
struct Tree {
    nodes: HashMap<Place, Sha256>,
    leaves: Vec<Sha256>,
}

impl Tree {
    fn of(leaves: &[Vec<u8>]) -> Self {
        let mut tree = Self::default();
        for bytes in leaves {
            let leaf = merkle::leaf(bytes);
            let size = tree.leaves.len() as u64;
            let made = merkle::append(size, leaf, |place| Ok::<_, Infallible>(tree.nodes[&place])).unwrap();
            tree.nodes.extend(made);
            tree.leaves.push(leaf);
        }
        tree
    }

    fn read(&self) -> impl FnMut(Place) -> Result<Sha256, Infallible> + '_ {
        |place| Ok(self.nodes[&place])
    }

    fn root(&self, size: u64) -> Sha256 {
        merkle::root(size, self.read()).unwrap()
    }

    fn inclusion(&self, index: u64, size: u64) -> Vec<Sha256> {
        merkle::inclusion(index, size, self.read()).unwrap().unwrap()
    }

    fn consistency(&self, from: u64, to: u64) -> Vec<Sha256> {
        merkle::consistency(from, to, self.read()).unwrap().unwrap()
    }
}

/// RFC 6962 section 2.1, word for word.
fn naive(leaves: &[Sha256]) -> Sha256 {
    match leaves {
        [] => Sha256::of(b""),
        [leaf] => *leaf,
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            merkle::node(&naive(&leaves[..k]), &naive(&leaves[k..]))
        }
    }
}

fn numbered(count: u64) -> Vec<Vec<u8>> {
    (0..count).map(|n| n.to_be_bytes().to_vec()).collect()
}

#[test]
fn the_reference_tree_has_the_published_roots_and_proofs() {
    let tree = Tree::of(&reference_leaves());
    let roots = [
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
    for (size, root) in roots.iter().enumerate() {
        assert_eq!(tree.root(size as u64), digest(root), "size {size}");
    }
    let path = |hex: &[&str]| -> Vec<Sha256> { hex.iter().map(|hex| digest(hex)).collect() };
    // Index 5 of 8, counted from 0; index 2 of 3; index 1 of 5.
    assert_eq!(
        tree.inclusion(5, 8),
        path(&[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ])
    );
    assert_eq!(tree.inclusion(2, 3), path(&["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]));
    assert_eq!(
        tree.inclusion(1, 5),
        path(&[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ])
    );
    assert_eq!(tree.consistency(1, 1), []);
    assert_eq!(
        tree.consistency(1, 8),
        path(&[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ])
    );
    assert_eq!(
        tree.consistency(6, 8),
        path(&[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ])
    );
    assert_eq!(
        tree.consistency(2, 5),
        path(&[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ])
    );
}

/// Every way in which a proof can be a little wrong.
fn wrong(path: &[Sha256]) -> Vec<Vec<Sha256>> {
    let mut wrong = Vec::new();
    for at in 0..path.len() {
        let mut changed = path.to_vec();
        changed[at].0[at % 32] ^= 1;
        wrong.push(changed);
        let mut shorter = path.to_vec();
        shorter.remove(at);
        wrong.push(shorter);
        let mut swapped = path.to_vec();
        swapped.swap(at, (at + 1) % path.len());
        if swapped != path {
            wrong.push(swapped);
        }
    }
    for extra in [Sha256([0; 32]), Sha256::of(b"")] {
        wrong.push(path.iter().copied().chain([extra]).collect());
        wrong.push([extra].into_iter().chain(path.iter().copied()).collect());
    }
    wrong
}

#[test]
fn every_inclusion_up_to_64_is_proven_and_nothing_else() {
    let tree = Tree::of(&numbered(64));
    for size in 1..=64_u64 {
        let root = tree.root(size);
        assert_eq!(root, naive(&tree.leaves[..size as usize]));
        for index in 0..size {
            let (leaf, path) = (tree.leaves[index as usize], tree.inclusion(index, size));
            assert!(includes(&leaf, index, size, &path, &root), "{index} of {size}");
            for wrong in wrong(&path) {
                assert!(!includes(&leaf, index, size, &wrong, &root), "{index} of {size}: {wrong:?}");
            }
            // At no other place, and no other leaf.
            for other in (0..size + 2).filter(|other| *other != index) {
                assert!(!includes(&leaf, other, size, &path, &root), "{index} as {other} of {size}");
            }
            let other = tree.leaves[(index as usize + 1) % 64];
            assert!(!includes(&other, index, size, &path, &root));
            assert!(!includes(&leaf, index, size, &path, &Sha256([9; 32])));
        }
        assert_eq!(merkle::inclusion(size, size, tree.read()).unwrap(), None);
    }
}

#[test]
fn every_consistency_up_to_64_is_proven_and_nothing_else() {
    let tree = Tree::of(&numbered(64));
    let roots: Vec<Sha256> = (0..=64).map(|size| tree.root(size)).collect();
    let root = |size: u64| &roots[size as usize];
    for to in 1..=64_u64 {
        for from in 1..=to {
            let path = tree.consistency(from, to);
            assert!(path.len() <= merkle::LONGEST_PROOF);
            assert!(consistent((from, root(from)), (to, root(to)), &path), "{from} to {to}");
            for wrong in wrong(&path) {
                assert!(!consistent((from, root(from)), (to, root(to)), &wrong), "{from} to {to}: {wrong:?}");
            }
            // Of no other records, by root or by size.
            for other in
                [1, from - 1, from + 1, to - 1, to + 1, 64].into_iter().filter(|other| (1..=64).contains(other))
            {
                if other != from {
                    assert!(!consistent((from, root(other)), (to, root(to)), &path), "{other} as {from} to {to}");
                }
                if other != to {
                    assert!(!consistent((from, root(from)), (to, root(other)), &path), "{from} to {other} as {to}");
                }
            }
        }
        assert_eq!(merkle::consistency(to + 1, to, tree.read()).unwrap(), None);
        assert_eq!(merkle::consistency(0, to, tree.read()).unwrap(), None);
        assert!(!consistent((0, root(0)), (to, root(to)), &[]));
    }
}

#[test]
fn a_rewritten_leaf_is_consistent_with_no_earlier_tree_that_held_it() {
    let honest = Tree::of(&numbered(40));
    for changed in 0..40_usize {
        let mut leaves = numbered(40);
        leaves[changed].push(1);
        let forged = Tree::of(&leaves);
        for from in 1..=40_u64 {
            let held = from > changed as u64;
            let (old, new) = (honest.root(from), forged.root(40));
            let path = forged.consistency(from, 40);
            assert_eq!(consistent((from, &old), (40, &new), &path), !held && from < 41, "{changed} {from}");
        }
    }
}

proptest! {
    #[test]
    fn random_trees_and_random_paths(count in 1_u64..600, from in 0_u64..600, noise in prop::collection::vec(any::<[u8; 32]>(), 0..12)) {
        let tree = Tree::of(&numbered(count));
        let from = from % count + 1;
        let (old, new) = (tree.root(from), tree.root(count));
        prop_assert_eq!(new, naive(&tree.leaves));
        prop_assert!(consistent((from, &old), (count, &new), &tree.consistency(from, count)));
        let leaf = tree.leaves[from as usize - 1];
        prop_assert!(includes(&leaf, from - 1, count, &tree.inclusion(from - 1, count), &new));
        let noise: Vec<Sha256> = noise.into_iter().map(Sha256).collect();
        prop_assert!(from == count || !consistent((from, &old), (count, &new), &noise));
        prop_assert!(count == 1 || !includes(&leaf, from - 1, count, &noise, &new));
    }
}

/// A tree of any size, none of whose hashes are kept: what is read is counted.
fn counted<T>(
    work: impl FnOnce(&mut dyn FnMut(Place) -> Result<Sha256, Infallible>) -> Result<T, Infallible>,
) -> usize {
    let mut reads = 0;
    let mut read = |_: Place| {
        reads += 1;
        Ok(Sha256([0; 32]))
    };
    work(&mut read).unwrap();
    reads
}

#[test]
fn what_is_read_and_written_grows_with_the_logarithm_alone() {
    for exponent in [10_u32, 20, 40] {
        let size = (1_u64 << exponent) - 3;
        // Of 1024 in a row each writes two and reads one, on average.
        let added = (size..size + 1024).map(|n| {
            let mut reads = 0;
            let made = merkle::append(n, Sha256([1; 32]), |_| {
                reads += 1;
                Ok::<_, Infallible>(Sha256([0; 32]))
            });
            (reads, made.unwrap().len())
        });
        let (reads, writes) = added.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let most = 1024 + exponent as usize;
        assert!(reads <= most && writes <= 1024 + most, "{reads} {writes}");
        let logarithm = exponent as usize;
        assert!(counted(|read| merkle::root(size, read)) <= logarithm);
        assert!(counted(|read| merkle::inclusion(size / 3, size, read)) <= 2 * logarithm);
        assert!(counted(|read| merkle::consistency(size / 3, size, read)) <= 2 * logarithm);
    }
}
