//! Hashes of names, the same on every machine and in every build.

/// Hashes a string (FNV-1a, then mixed).
// Most texts are literals: inlined, their hashes are computed when this is compiled.
#[inline(always)]
pub const fn text(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut place = 0;
    while place < bytes.len() {
        hash = (hash ^ bytes[place] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        place += 1;
    }
    mix(hash, 0)
}

/// Combines two hashes; the order matters.
pub const fn mix(a: u64, b: u64) -> u64 {
    // The finaliser of SplitMix64: every input bit reaches every output bit.
    let mut x = a ^ b.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
