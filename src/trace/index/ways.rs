//! The column of ways: the state that an event leaves and the one that it enters, a byte for each.

use crate::event::ConnState;

/// There is no such state. One that this version does not know stands there as the one after all that it does,
/// and the line names it.
const NONE: u8 = u8::MAX;

const _: () = assert!(ConnState::ALL.len() < NONE as usize);

/// A way as the column has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PackedWay([u8; 2]);

impl PackedWay {
    pub fn new(from: Option<ConnState>, to: Option<ConnState>) -> PackedWay {
        PackedWay::of(from.map(ConnState::index), to.map(ConnState::index))
    }

    fn of(from: Option<usize>, to: Option<usize>) -> PackedWay {
        let byte = |state: Option<usize>| state.and_then(|at| u8::try_from(at).ok()).unwrap_or(NONE);
        PackedWay([byte(from), byte(to)])
    }
}

/// The states that are left in a chunk, and those that are entered: a bit for each. States that are 64 apart
/// share one, so it says only that there may be such a state.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StateSet([u64; 2]);

impl StateSet {
    #[inline]
    pub fn add(&mut self, PackedWay([from, to]): PackedWay) {
        self.0[0] |= bit(from);
        self.0[1] |= bit(to);
    }
}

fn bit(state: u8) -> u64 {
    1 << (state % 64)
}

/// The states that are looked for, where it matters which.
#[derive(Debug, Clone, Copy)]
pub(super) struct WayMask {
    way: u16,
    mask: u16,
}

impl WayMask {
    pub fn new(from: Option<ConnState>, to: Option<ConnState>) -> WayMask {
        WayMask::of(from.map(ConnState::index), to.map(ConnState::index))
    }

    fn of(from: Option<usize>, to: Option<usize>) -> WayMask {
        let byte = |state: Option<usize>| if state.is_some() { u8::MAX } else { 0 };
        let mask = u16::from_ne_bytes([byte(from), byte(to)]);
        WayMask { way: u16::from_ne_bytes(PackedWay::of(from, to).0) & mask, mask }
    }

    /// Whether it is this way.
    #[inline]
    pub fn fits(self, PackedWay(way): PackedWay) -> bool {
        u16::from_ne_bytes(way) & self.mask == self.way
    }

    /// Whether a chunk with these may have such an event.
    pub fn may_be_in(self, StateSet(seen): StateSet) -> bool {
        let halves = self.mask.to_ne_bytes().into_iter().zip(self.way.to_ne_bytes()).zip(seen);
        halves.into_iter().all(|((mask, state), seen)| mask == 0 || seen & bit(state) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More states than any version has, and none.
    fn states() -> impl Iterator<Item = Option<usize>> + Clone {
        (0..100).map(Some).chain([None])
    }

    #[test]
    fn a_hundred_states_are_told_apart() {
        for from in states() {
            for to in states() {
                let wanted = WayMask::of(from, to);
                for other in states() {
                    assert_eq!(wanted.fits(PackedWay::of(from, other)), to.is_none() || to == other);
                    assert_eq!(wanted.fits(PackedWay::of(other, to)), from.is_none() || from == other);
                }
            }
        }
    }

    #[test]
    fn a_chunk_that_has_it_is_never_passed_over() {
        for (from, to) in states().flat_map(|from| states().map(move |to| (from, to))) {
            let mut seen = StateSet::default();
            assert!(
                (from, to) == (None, None) || !WayMask::of(from, to).may_be_in(seen),
                "nothing is in it yet"
            );
            seen.add(PackedWay::of(from, to));
            for (from, to) in [(from, to), (from, None), (None, to), (None, None)] {
                assert!(WayMask::of(from, to).may_be_in(seen), "{from:?} {to:?}");
            }
        }
        let mut seen = StateSet::default();
        seen.add(PackedWay::of(Some(40), Some(63)));
        assert!(!WayMask::of(Some(63), None).may_be_in(seen) && !WayMask::of(None, Some(40)).may_be_in(seen));
        assert!(!WayMask::of(Some(40), Some(8)).may_be_in(seen));
    }

    #[test]
    fn an_event_takes_two_bytes_of_it() {
        assert_eq!(size_of::<PackedWay>(), 2);
    }
}
