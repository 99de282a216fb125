//! What storage commands do with items: `store_item`, `add_delta`.

use super::assoc::Table;
use super::chunk::ItemRef;
use super::store::Store;
use crate::event::{Function, ItemOp};
use crate::memcached::conn_queue::ThreadStats;
use crate::memcached::settings::say;
use crate::memcached::util::{StackLine, safe_strtoull};
use crate::tracer;

/// Which storage command is being carried out: `NREAD_*` (`memcached.h:203`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nread {
    /// `add`
    Add,
    /// `set`
    Set,
    /// `replace`
    Replace,
    /// `append`
    Append,
    /// `prepend`
    Prepend,
    /// `cas`
    Cas,
}

/// `enum store_item_type` (`memcached.h:210`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names, reason = "the C's names")]
pub enum Stored {
    /// The condition did not hold.
    NotStored,
    /// It is in.
    Stored,
    /// Somebody changed it meanwhile.
    Exists,
    /// There is none.
    NotFound,
}

/// `enum delta_result_type` (`memcached.h:214`).
#[derive(Debug)]
pub enum Delta {
    /// The new number, as text.
    Ok(StackLine<24>),
    /// The value is no number.
    NonNumeric,
    /// No memory for a longer number.
    Eom,
    /// There is none.
    NotFound,
}

impl Store {
    /// Stores a filled item as the command asks (`thread.c:590`).
    pub fn store_item(&self, item: &ItemRef, comm: Nread, stats: &ThreadStats) -> Stored {
        let _in = tracer::enter(Function::StoreItem, tracer::current());
        let mut table = self.assoc.item_lock(item.hv());
        let old = self.do_item_get(&mut table, item.key(), item.hv());
        let stored = self.do_store_item(&mut table, item, old.as_ref(), comm, stats);
        if let Some(old) = old {
            self.do_item_remove(old);
        }
        stored
    }

    /// `do_store_item` (`memcached.c:2303`).
    fn do_store_item(
        &self,
        table: &mut Table,
        item: &ItemRef,
        old: Option<&ItemRef>,
        comm: Nread,
        stats: &ThreadStats,
    ) -> Stored {
        match (comm, old) {
            (Nread::Add, Some(old)) => {
                // add only adds, but the item that is there moves to the front.
                self.do_item_update(old.chunk());
                return Stored::NotStored;
            }
            (Nread::Replace | Nread::Append | Nread::Prepend, None) => return Stored::NotStored,
            (Nread::Cas, None) => {
                stats.cas_misses.add(1);
                return Stored::NotFound;
            }
            (Nread::Cas, Some(old)) if item.cas() != old.cas() => {
                stats.slab(old.clsid()).cas_badval.add(1);
                let (expected, got) = (old.cas(), item.cas());
                say!(self.settings, 1, "CAS:  failure: expected {expected}, got {got}");
                return Stored::Exists;
            }
            (Nread::Cas, Some(old)) => stats.slab(old.clsid()).cas_hits.add(1),
            (Nread::Append | Nread::Prepend, Some(old)) => {
                return self.store_joined(table, item, old, comm);
            }
            (Nread::Add | Nread::Set | Nread::Replace, _) => {}
        }
        self.do_item_replace(table, old, item);
        Stored::Stored
    }

    /// append, prepend: a new item of both values.
    fn store_joined(&self, table: &mut Table, item: &ItemRef, old: &ItemRef, comm: Nread) -> Stored {
        if item.cas() != 0 && item.cas() != old.cas() {
            return Stored::Exists;
        }
        let nbytes = item.nbytes() + old.nbytes() - 2;
        let exptime = old.chunk().exptime();
        let new = self.do_item_alloc(item.key(), Some(item.hv()), old.flags(), exptime, nbytes);
        let Some(mut new) = new else { return Stored::NotStored };
        let (first, second) = if comm == Nread::Append { (old, item) } else { (item, old) };
        if let Some(data) = new.data_mut() {
            let cut = first.data().len() - 2;
            data[..cut].copy_from_slice(&first.data()[..cut]);
            data[cut..].copy_from_slice(second.data());
        }
        self.do_item_replace(table, Some(old), &new);
        self.do_item_remove(new);
        Stored::Stored
    }

    /// `item_replace` (`items.c:414`), or `do_item_link` where there is nothing to replace.
    fn do_item_replace(&self, table: &mut Table, old: Option<&ItemRef>, new: &ItemRef) {
        if let Some(old) = old {
            self.do_item_unlink(table, old.chunk(), old.hv(), ItemOp::Unlink);
        }
        self.do_item_link(table, new);
    }

    /// Adds to or subtracts from a number (`thread.c:573`, `memcached.c:3242`).
    pub fn add_delta(&self, key: &[u8], incr: bool, delta: u64, stats: &ThreadStats) -> Delta {
        let _in = tracer::enter(Function::AddDelta, tracer::current());
        let hv = self.assoc.hash(key);
        let mut table = self.assoc.item_lock(hv);
        let Some(mut it) = self.do_item_get(&mut table, key, hv) else { return Delta::NotFound };
        // A value without digits, or of only "\r\n", is no number.
        //
        // DIFFERS: where it is only "\r\n" the C forgets its reference (`memcached.c:3257`), and the
        // memory with it.
        let Some(value) = Some(it.data()).filter(|d| d.len() > 2).and_then(safe_strtoull) else {
            self.do_item_remove(it);
            return Delta::NonNumeric;
        };
        let value = match incr {
            true => value.wrapping_add(delta),
            false => value.saturating_sub(delta),
        };
        let slab = stats.slab(it.clsid());
        if incr { &slab.incr_hits } else { &slab.decr_hits }.add(1);
        let text = StackLine::<24>::joined([itoa::Buffer::new().format(value).as_bytes()]);
        let res = text.bytes().len();
        // In place where it fits and nobody is sending the old value just now: only the table and
        // we know the item.
        let fits = res + 2 <= it.nbytes() as usize;
        if let Some(data) = it.data_mut_linked(&mut *table).filter(|_| fits) {
            let end = data.len() - 2;
            data[..res].copy_from_slice(text.bytes());
            data[res..end].fill(b' ');
            it.set_cas(if self.settings.use_cas { self.next_cas_id() } else { 0 });
            self.do_item_update(it.chunk());
            self.do_item_remove(it);
            return Delta::Ok(text);
        }
        let exptime = it.chunk().exptime();
        let done = match self.do_item_alloc(key, Some(hv), it.flags(), exptime, res as u32 + 2) {
            Some(mut new) => {
                if let Some(data) = new.data_mut() {
                    data[..res].copy_from_slice(text.bytes());
                    data[res..].copy_from_slice(b"\r\n");
                }
                self.do_item_replace(&mut table, Some(&it), &new);
                self.do_item_remove(new);
                Delta::Ok(text)
            }
            None => Delta::Eom,
        };
        self.do_item_remove(it);
        done
    }
}
