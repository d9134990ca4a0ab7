//! The Merkle tree of RFC 6962 over the central's record: roots and proofs, made and checked.
//!
//! A leaf is an event's signed bytes (COSE_Sign1, exactly as stored), its hash SHA-256(0x00 || bytes), so that whoever
//! holds an event needs nothing else to check a proof. A node's hash is SHA-256(0x01 || left || right).
//!
//! Making reads complete subtrees, named by level (0: leaves) and place; there are about log2(size) of them in every root
//! and proof. It follows the recursive definitions of RFC 6962 section 2.1, checking the iterative ones of RFC 9162 sections
//! 2.1.3.2 and 2.1.4.2: neither can hide the other's mistake.

use crate::ids::Sha256;

/// Level of a complete subtree: it has 2^level leaves.
pub type Level = u8;

/// A complete subtree: its level, and its place among those of that level.
pub type Place = (Level, u64);

/// Hashes in the longest proof: of a tree of 2^63 leaves.
pub const LONGEST_PROOF: usize = 64;

/// Hash of a leaf.
#[must_use]
pub fn leaf(bytes: &[u8]) -> Sha256 {
    hash(&[&[0], bytes])
}

/// Hash of a node above two others.
#[must_use]
pub fn node(left: &Sha256, right: &Sha256) -> Sha256 {
    hash(&[&[1], &left.0, &right.0])
}

fn hash(parts: &[&[u8]]) -> Sha256 {
    use sha2::Digest as _;
    let mut digest = sha2::Sha256::new();
    parts.iter().for_each(|part| digest.update(part));
    Sha256(digest.finalize().into())
}

/// The complete subtrees that come to be when `leaf` is added to a tree of `size` leaves: the leaf itself and each node that
/// it completes. `read` gives the hash of one that was there before.
///
/// # Errors
/// What `read` says.
pub fn append<E>(
    size: u64,
    leaf: Sha256,
    mut read: impl FnMut(Place) -> Result<Sha256, E>,
) -> Result<Vec<(Place, Sha256)>, E> {
    let (mut level, mut place, mut hash) = (0, size, leaf);
    let mut made = vec![((level, place), hash)];
    while place % 2 == 1 {
        hash = node(&read((level, place - 1))?, &hash);
        (level, place) = (level + 1, place / 2);
        made.push(((level, place), hash));
    }
    Ok(made)
}

/// Root of the first `size` leaves; of none, the hash of nothing.
///
/// # Errors
/// What `read` says.
pub fn root<E>(size: u64, mut read: impl FnMut(Place) -> Result<Sha256, E>) -> Result<Sha256, E> {
    if size == 0 { Ok(Sha256::of(b"")) } else { subtree(0, size, &mut read) }
}

/// Proof that the leaf at `index` is in the tree of the first `size` leaves; `None` when it cannot be.
///
/// # Errors
/// What `read` says.
pub fn inclusion<E>(
    index: u64,
    size: u64,
    mut read: impl FnMut(Place) -> Result<Sha256, E>,
) -> Result<Option<Vec<Sha256>>, E> {
    if index >= size {
        return Ok(None);
    }
    let mut path = Vec::new();
    let (mut from, mut count) = (0, size);
    // From the root down; a proof is told from the leaf up.
    while count > 1 {
        let left = split(count);
        if index < from + left {
            path.push(subtree(from + left, count - left, &mut read)?);
            count = left;
        } else {
            path.push(subtree(from, left, &mut read)?);
            (from, count) = (from + left, count - left);
        }
    }
    path.reverse();
    Ok(Some(path))
}

/// Proof that the tree of the first `from` leaves is the beginning of that of the first `to`; `None` when it cannot be, and
/// for an empty one, of which nothing can be proven.
///
/// # Errors
/// What `read` says.
pub fn consistency<E>(
    from: u64,
    to: u64,
    mut read: impl FnMut(Place) -> Result<Sha256, E>,
) -> Result<Option<Vec<Sha256>>, E> {
    if from == 0 || from > to {
        return Ok(None);
    }
    let mut path = Vec::new();
    let (mut begin, mut old, mut count) = (0, from, to);
    while old < count {
        let left = split(count);
        if old <= left {
            path.push(subtree(begin + left, count - left, &mut read)?);
            count = left;
        } else {
            path.push(subtree(begin, left, &mut read)?);
            (begin, old, count) = (begin + left, old - left, count - left);
        }
    }
    // The checker knows the old root: it is left out when the old tree is this whole subtree.
    if begin > 0 {
        path.push(subtree(begin, count, &mut read)?);
    }
    path.reverse();
    Ok(Some(path))
}

/// Whether `path` proves that `leaf` stands at `index` of the tree of `size` leaves with that root.
#[must_use]
pub fn includes(leaf: &Sha256, index: u64, size: u64, path: &[Sha256], root: &Sha256) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            hash = node(sibling, &hash);
            climb(&mut at, &mut last);
        } else {
            hash = node(&hash, sibling);
        }
        (at, last) = (at / 2, last / 2);
    }
    last == 0 && hash == *root
}

/// Whether `path` proves that the tree of `from` leaves is the beginning of that of `to` leaves.
#[must_use]
pub fn consistent(from: (u64, &Sha256), to: (u64, &Sha256), path: &[Sha256]) -> bool {
    let ((from, old_root), (to, new_root)) = (from, to);
    if from == 0 || from > to {
        return false;
    }
    if from == to {
        return path.is_empty() && old_root == new_root;
    }
    let mut hashes = path.iter();
    let first = if from.is_power_of_two() { Some(old_root) } else { hashes.next() };
    let Some(first) = first else { return false };
    let (mut at, mut last) = (from - 1, to - 1);
    while at % 2 == 1 {
        (at, last) = (at / 2, last / 2);
    }
    let (mut old, mut new) = (*first, *first);
    for sibling in hashes {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            old = node(sibling, &old);
            new = node(sibling, &new);
            climb(&mut at, &mut last);
        } else {
            new = node(&new, sibling);
        }
        (at, last) = (at / 2, last / 2);
    }
    last == 0 && old == *old_root && new == *new_root
}

/// Up past the levels at which the subtree on the right edge stands alone.
fn climb(at: &mut u64, last: &mut u64) {
    while (*at).is_multiple_of(2) && *at > 0 {
        (*at, *last) = (*at / 2, *last / 2);
    }
}

/// Leaves of the left subtree of a tree of `count` leaves: the largest power of two below it.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// Hash over `count` leaves from `from` on, a multiple of the power of two that holds them.
fn subtree<E>(from: u64, count: u64, read: &mut impl FnMut(Place) -> Result<Sha256, E>) -> Result<Sha256, E> {
    if count.is_power_of_two() {
        let level = count.ilog2();
        return read((Level::try_from(level).unwrap_or(Level::MAX), from >> level));
    }
    let left = split(count);
    let (left, right) = (subtree(from, left, read)?, subtree(from + left, count - left, read)?);
    Ok(node(&left, &right))
}
