//! Random events.

use memstep::event::*;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = Option<Box<str>>> {
    prop::option::of(".{0,20}".prop_map(String::into_boxed_str))
}

fn word() -> impl Strategy<Value = Option<Word>> {
    prop::option::of(".{0,12}".prop_map(Word::from))
}

fn thread() -> impl Strategy<Value = Thread> {
    prop_oneof![Just(Thread::Main), Just(Thread::Client), any::<u16>().prop_map(Thread::Worker)]
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        9 => prop::sample::select(Kind::ALL),
        1 => "\\PC{0,8}".prop_map(|name| Kind::from_name(&name)),
    ]
}

fn state() -> impl Strategy<Value = Option<ConnState>> {
    prop::option::of(prop::sample::select(ConnState::ALL))
}

fn bytes() -> impl Strategy<Value = Iov> {
    let text = "[ -~\\r\\n\\x00é]{0,40}".prop_map(String::into_bytes);
    let any_bytes = prop::collection::vec(any::<u8>(), 0..40);
    (prop_oneof![text, any_bytes], 0u64..5000)
        .prop_map(|(kept, cut)| Iov::new(&kept, kept.len() as u64 + cut))
}

fn set() -> impl Strategy<Value = ConnSet> {
    let item = (".{0,9}", any::<u64>()).prop_map(|(key, size)| ConnItem { key, size });
    let numbers = (any::<Option<u32>>(), any::<Option<i32>>(), any::<Option<bool>>());
    (numbers, prop::option::of(prop::option::of(item)), state(), any::<Option<bool>>()).prop_map(
        |((rbytes, rlbytes, noreply), item, write_and_go, read)| ConnSet {
            rbytes,
            rlbytes,
            noreply,
            item,
            write_and_go,
            ev_flags: read.map(|r| if r { EvFlags::READ.with(EvFlags::PERSIST) } else { EvFlags::NONE }),
            protocol: read.map(|_| Protocol::Ascii),
            ..ConnSet::default()
        },
    )
}

prop_compose! {
    fn basics()(seq: u64, t: u64, th in thread(), ev in kind(), worker in prop::option::of(thread()),
        conn: Option<u32>, fd: Option<i32>, function in prop::option::of(prop::sample::select(Function::ALL)),
        op in word(), peer in text(), depth: Option<u32>, timer: bool) -> FlatEvent {
        FlatEvent { seq, t, th, ev, worker, conn, fd, function, op, peer, depth, timer, ..FlatEvent::default() }
    }
}

prop_compose! {
    /// An event with any fields whatever.
    pub fn event()(basics in basics(), to in state(), from in state(), why in text(), want: Option<u64>,
        ret: Option<i64>, errno in prop::option::of(".{0,12}".prop_map(|name| Errno::named(&name))), payload in prop::option::of(bytes()), cause: Option<u64>,
        iov in prop::option::of(prop::collection::vec(bytes(), 0..4)), set in prop::option::of(set()),
        ready in prop::option::of(prop::collection::vec((any::<i32>(), any::<Option<u32>>()), 0..3)),
        ) -> Event {
        let (data, b64, len) = payload.map_or((None, None, None), |p| (p.data, p.b64, Some(p.len)));
        let ready = ready.map(|r: Vec<_>| {
            r.into_iter().map(|(fd, conn)| ReadyFd { fd, conn, what: "rw".into() }).collect()
        });
        FlatEvent {
            to, from, why, want, ret, errno, data, b64, len, cause, iov, ready,
            set: set.map(Box::new), ..basics
        }.event()
    }
}
