//! What a connection tells the trace of itself.

use super::Conn;
use crate::event::{ConnChange, ConnImage, Function};
use crate::memcached::items::Store;
use crate::tracer::{self, Report};
use std::ops::{Deref, DerefMut};

impl Conn {
    /// The structure as a trace tells of it.
    #[inline]
    pub fn image(&self) -> ConnImage {
        ConnImage {
            ev_flags: self.ev_flags,
            protocol: self.protocol,
            rsize: self.rbuf.len() as u32,
            rcurr: self.rcurr as u32,
            rbytes: self.rbytes as u32,
            ritem: self.ritem as u32,
            rlbytes: self.rlbytes,
            sbytes: self.sbytes as u32,
            wbytes: self.wbytes as u32,
            iovused: self.iov.len() as u32,
            msgcurr: self.msgcurr as u32,
            msgused: self.msglist.len() as u32,
            msgbytes: self.msgbytes,
            ileft: self.ileft as u32,
            suffixleft: self.suffixleft as u32,
            write_and_go: self.write_and_go,
            noreply: self.noreply,
            item_id: self.item.as_ref().map_or(0, |it| it.trace_id()),
        }
    }

    /// What has changed in the structure since the trace was last told of it.
    #[inline]
    pub fn changed(&self) -> Option<ConnChange> {
        #[cfg(test)]
        crate::memcached::witnessed::of_conn(self);
        self.told.changed(self.image())
    }

    /// What [`Conn::store`] has left for an event that did not come is told with the next one.
    pub fn tell_again_what_is_owed(&self) {
        if tracer::on() && tracer::takes_back_what_is_owed() {
            self.told.forget();
        }
    }

    /// Tells the trace of something that happened to this connection.
    #[inline]
    pub fn report(&self, what: Report, payload: &[u8]) {
        if tracer::on() {
            tracer::emit_conn(self.id, what, self.changed().as_ref(), payload);
        }
    }

    /// Tells the trace that a function working on this connection was entered, and, once what comes
    /// back is dropped, that it was left. The connection is reached through it meanwhile, so that its end
    /// too is told with the structure as it is then.
    #[inline(always)]
    pub fn enter(&mut self, function: Function) -> Inside<'_> {
        let is_told = tracer::reports_calls();
        if is_told {
            self.report(Report::Call { function }, b"");
        }
        Inside { c: self, function: is_told.then_some(function) }
    }

    /// The items. The store tells of what it does with them, and knows no connection: what has changed
    /// in this one's structure goes with what it tells next, if it tells anything.
    #[inline]
    pub fn store(&self) -> &Store {
        if tracer::on() {
            tracer::owe(self.id, || self.changed());
        }
        &self.globals.store
    }
}

/// A function that works on a connection, from [`Conn::enter`] on.
#[derive(Debug)]
#[must_use = "it tells of the function's end when it is dropped"]
pub struct Inside<'a> {
    c: &'a mut Conn,
    function: Option<Function>,
}

impl Deref for Inside<'_> {
    type Target = Conn;

    #[inline(always)]
    fn deref(&self) -> &Conn {
        self.c
    }
}

impl DerefMut for Inside<'_> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Conn {
        self.c
    }
}

impl Drop for Inside<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(function) = self.function {
            self.c.report(Report::Return { function }, b"");
        }
    }
}
