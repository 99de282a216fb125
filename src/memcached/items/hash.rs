//! `hash.c`: which bucket a key falls to. Both algorithms are public domain, and memcached leaves
//! their seeds at nought, so a key has the same bucket here as there.

use crate::memcached::settings::HashFunc;

/// `hash(key, nkey)`.
#[inline]
pub(super) fn hash(algorithm: HashFunc, key: &[u8]) -> u32 {
    match algorithm {
        HashFunc::Jenkins => jenkins_hash(key),
        HashFunc::Murmur3 => murmur3_hash(key),
    }
}

/// A word of up to four bytes, the first the lowest; those that are missing count as nought.
#[inline]
fn word(bytes: &[u8]) -> u32 {
    match bytes.first_chunk() {
        Some(four) => u32::from_le_bytes(*four),
        None => bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte)),
    }
}

/// Bob Jenkins' `lookup3`, `hashlittle` (`jenkins_hash.c`).
#[inline]
fn jenkins_hash(key: &[u8]) -> u32 {
    let seed = 0xdead_beef_u32.wrapping_add(key.len() as u32);
    let mut state = [seed; 3];
    let mut rest = key;
    while rest.len() > 12 {
        let (block, after) = rest.split_at(12);
        take(&mut state, block);
        let [mut a, mut b, mut c] = state;
        for (by_c, by_a, by_b) in [(4, 6, 8), (16, 19, 4)] {
            a = a.wrapping_sub(c) ^ c.rotate_left(by_c);
            c = c.wrapping_add(b);
            b = b.wrapping_sub(a) ^ a.rotate_left(by_a);
            a = a.wrapping_add(c);
            c = c.wrapping_sub(b) ^ b.rotate_left(by_b);
            b = b.wrapping_add(a);
        }
        state = [a, b, c];
        rest = after;
    }
    if rest.is_empty() {
        return state[2];
    }
    take(&mut state, rest);
    let [mut a, mut b, mut c] = state;
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    (c ^ b).wrapping_sub(b.rotate_left(24))
}

/// Adds up to twelve bytes to the three words of the state.
#[inline]
fn take(state: &mut [u32; 3], block: &[u8]) {
    for (i, sum) in state.iter_mut().enumerate() {
        let piece = block.get(i * 4..).unwrap_or_default();
        *sum = sum.wrapping_add(word(&piece[..piece.len().min(4)]));
    }
}

/// Austin Appleby's `MurmurHash3_x86_32` (`murmur3_hash.c`).
fn murmur3_hash(key: &[u8]) -> u32 {
    let scramble = |k: u32| k.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let mut blocks = key.chunks_exact(4);
    let mut h = 0u32;
    for block in &mut blocks {
        h = (h ^ scramble(word(block))).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
    h ^= scramble(word(blocks.remainder())) ^ key.len() as u32;
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What memcached 1.4.24's own two functions return.
    const KNOWN: &[(&str, u32, u32)] = &[
        ("", 0xdeadbeef, 0x00000000),
        ("a", 0x58d68708, 0x3c2569b2),
        ("ab", 0xfbb3a8df, 0x9bbfd75f),
        ("abc", 0x0e397631, 0xb3dd93fa),
        ("abcd", 0xb5f4889c, 0x43ed676a),
        ("key_1", 0x18cb32f4, 0x65ca4ace),
        ("abcdefgh", 0x2995c3be, 0x49ddccc4),
        ("abcdefghijk", 0x5f61edf8, 0x5f3b25df),
        ("abcdefghijkl", 0x4012f87b, 0xa36f3d27),
        ("abcdefghijklm", 0x928128f9, 0xf212161b),
        ("memtier-12345678", 0xbaab9576, 0x62762b96),
        ("the quick brown fox jumps over the lazy dog", 0x5e47fa15, 0x02de62ff),
    ];

    #[test]
    fn a_key_has_the_hash_that_memcached_gives_it() {
        for (key, jenkins, murmur3) in KNOWN {
            assert_eq!(hash(HashFunc::Jenkins, key.as_bytes()), *jenkins, "{key}");
            assert_eq!(hash(HashFunc::Murmur3, key.as_bytes()), *murmur3, "{key}");
        }
    }
}
