//! An event as a thread told it, before it is a line or put to a filter.

use crate::event::{ConnChange, Thread};
use crate::tracer::Record;

/// An event, as it was told and as it is to be written.
pub(super) struct Reported<'a> {
    /// The thread that it happened on.
    pub thread: Thread,
    /// Nanoseconds since the recording's start.
    pub t: u64,
    /// What was told of it.
    pub record: &'a Record,
    /// What has changed in the connection's `struct conn`.
    pub change: Option<&'a ConnChange>,
    /// The first bytes of its payload.
    pub payload: &'a [u8],
}

/// The pieces that [`finish_sendmsg`](crate::tracer::finish_sendmsg) wrote: the bytes that were kept
/// of each, and how many it had.
pub(super) fn sent(mut payload: &[u8], pieces: u32) -> impl Iterator<Item = (&[u8], u32)> {
    (0..pieces).map_while(move |_| {
        let (&[a, b, c, d, e, f, g, h], rest) = payload.split_first_chunk::<8>()?;
        let kept = (u32::from_le_bytes([e, f, g, h]) as usize).min(rest.len());
        let (bytes, rest) = rest.split_at(kept);
        payload = rest;
        Some((bytes, u32::from_le_bytes([a, b, c, d])))
    })
}
