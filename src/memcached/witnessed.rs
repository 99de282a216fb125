//! What the oracle is shown of the server, in tests alone: copies of its memory.

use super::conn::Conn;
use super::globals::Globals;
use super::items::Peek;
use crate::event::ConnState;
use crate::tracer::Hub;
use crate::tracer::witness::{self, ConnMemory, MessagePieces, ServerMemory, copied};
use std::os::fd::AsFd;
use std::sync::Arc;

/// How many bytes of a message are copied; of pieces beyond them, how they begin.
const MESSAGE: usize = 256 << 10;
const BEGINNING: usize = 64;

/// Shows a connection as it is now, for the event that comes next.
pub(super) fn of_conn(c: &Conn) {
    let Some(id) = c.id.filter(|_| witness::is_watching()) else { return };
    let left = c.msglist.get(c.msgcurr).and_then(|msg| c.iov.get(msg.msg_iov..msg.msg_iov + msg.msg_iovlen));
    // Once it closes its items are let go of, and nothing will be sent any more.
    let left = left.filter(|_| !matches!(c.state, ConnState::Closing | ConnState::Closed));
    let mut room = MESSAGE;
    let unsent = left.unwrap_or_default().iter().map(|piece| {
        let piece = c.resolve(piece);
        let len = piece.len().min(room.max(BEGINNING));
        room = room.saturating_sub(len);
        (&piece[..len], piece.len() as u64)
    });
    let value = c.item.as_ref().map_or(&[][..], |it| it.data());
    witness::show(id, |before| ConnMemory {
        id,
        fd: c.fd(),
        state: c.state,
        image: c.image(),
        request_id: c.request_id,
        item: c.item.as_ref().map(|it| (it.key().to_vec(), it.data().len() as u64)),
        rbuf: copied(&c.rbuf, before.map(|b| &b.rbuf)),
        value: copied(value, before.map(|b| &b.value)),
        wbuf: copied(&c.wbuf, before.map(|b| &b.wbuf)),
        unsent: pieces(unsent, before.map(|b| &b.unsent)),
    });
}

/// The pieces of a message, kept as they were before where they are the same.
fn pieces<'a>(now: impl Iterator<Item = (&'a [u8], u64)>, before: Option<&MessagePieces>) -> MessagePieces {
    let now: Vec<_> = now.collect();
    let same = before.filter(|before| {
        before.len() == now.len() && before.iter().zip(&now).all(|(a, b)| (a.0.as_slice(), a.1) == *b)
    });
    same.cloned().unwrap_or_else(|| now.into_iter().map(|(piece, len)| (piece.to_vec(), len)).collect())
}

/// Shows queues, pipes and the store with every event from now on, to whoever watches `hub`.
pub(super) fn watch(hub: Option<&Arc<Hub>>, globals: &Arc<Globals>) {
    let Some(witness) = hub.and_then(|hub| hub.witness.get()) else { return };
    let globals = globals.clone();
    let mut store = Peek::new(&globals.store);
    witness.watch(Box::new(move |what| {
        let workers = &globals.threads.workers;
        let pipe = |fd: &std::os::fd::OwnedFd| rustix::io::ioctl_fionread(fd.as_fd()).unwrap_or(u64::MAX);
        ServerMemory {
            queues: workers.iter().map(|thread| thread.new_conn_queue.conns()).collect(),
            pipes: workers.iter().map(|thread| pipe(&thread.notify_receive_fd)).collect(),
            store: store.look(what, &globals.store, &globals.threads),
        }
    }));
}
