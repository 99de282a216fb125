//! The threads panel: a lane for each thread, with the byte in its pipe and the items on its queue.

use super::app::App;
use super::pen::{Pen, cut};
use crate::event::{Kind, Thread};
use crate::model::{Listener, ThreadFacts, ThreadPhase, World};
use crate::text::{counted, glyph, printable};
use crate::words;
use std::borrow::Cow;

/// Where the columns stand, if there is room for all.
struct ColumnStarts {
    pipe: usize,
    queue: usize,
    conns: usize,
}

impl ColumnStarts {
    fn of(width: usize) -> ColumnStarts {
        let (pipe, conns) = match width {
            0..58 => (29, 18),
            58..76 => (37, 17),
            _ => (37, 20),
        };
        ColumnStarts { pipe, queue: pipe + 11, conns: pipe + conns }
    }
}

/// How many rows the panel takes with its title.
pub(super) fn wanted_height(app: &App) -> u16 {
    let rows = app.player.world().threads.len() + 4;
    u16::try_from(rows).unwrap_or(u16::MAX)
}

/// Draws the panel.
pub(super) fn render(app: &App, pen: &mut Pen<'_>) {
    let p = app.palette;
    let world = app.player.world();
    let columns = ColumnStarts::of(pen.width());
    // The column heads go first where rows are short.
    let mut y = 0;
    if pen.height() > world.threads.len() + 1 {
        pen.put(columns.pipe, y, "pipe", p.dim);
        pen.put(columns.queue, y, "queue", p.dim);
        pen.put(columns.conns, y, "conns", p.dim);
        y += 1;
    }
    let lanes: Vec<&ThreadFacts> = world.threads.values().collect();
    // With rows to spare every worker has a second one, as main has.
    let is_roomy = pen.height() >= y + 2 * lanes.len();
    // The line of the listening socket goes next where rows are short.
    let has_listener = pen.height() > y + lanes.len();
    let rows = pen.height().saturating_sub(y + usize::from(has_listener)).max(1);
    let now = lanes.iter().position(|l| l.id == world.changed.thread).unwrap_or(0);
    // With more threads than rows: main, and those around the one that is at work.
    let hidden = lanes.len().saturating_sub(rows);
    let first = now.saturating_sub(rows / 2).clamp(1, hidden + 1);
    for lane in lanes.iter().take(1).chain(lanes.iter().skip(first).take(rows - 1)) {
        render_lane(app, lane, pen, y, &columns);
        if lane.id == Thread::Main && hidden > 0 {
            pen.put(columns.pipe, y, &format!("and {hidden} more threads"), p.dim);
        }
        y += 1;
        if lane.id == Thread::Main && has_listener {
            listener_line(app, pen, y);
            y += 1;
        } else if is_roomy {
            base_line(app, lane, pen, y);
            y += 1;
        }
    }
}

fn render_lane(app: &App, lane: &ThreadFacts, pen: &mut Pen<'_>, y: usize, columns: &ColumnStarts) {
    let p = app.palette;
    let world = app.player.world();
    let is_now = world.changed.thread == lane.id && !is_about_recording(app);
    if is_now {
        pen.put(0, y, "▶", p.now);
    }
    pen.fit(2, y, 8, &lane.id.to_string(), if is_now { p.now } else { p.text });
    let doing = doing(app, lane);
    let style = match lane.phase {
        _ if is_now => p.now,
        ThreadPhase::Running => p.text,
        _ => p.dim,
    };
    pen.fit(11, y, columns.pipe - 12, &doing, style);

    if lane.id.worker().is_none() {
        sent(app, lane, pen, y, columns);
    } else {
        let is_changed = world.changed.pipe == Some(lane.id);
        let style = if is_changed { p.changed } else { p.dim };
        let x = match (lane.notify_send_fd, lane.notify_receive_fd) {
            (Some(send), Some(receive)) => {
                let x = pen.put(columns.pipe, y, &format!("{send}▸"), style);
                let x = pen.put(
                    x,
                    y,
                    &bytes_in_pipe(lane),
                    if !lane.pipe.is_empty() { p.changed } else { style },
                );
                pen.put(x, y, &format!("▸{receive}"), style)
            }
            _ => pen.put(columns.pipe, y, &bytes_in_pipe(lane), style),
        };
        if is_changed {
            pen.put(x, y, "◂", p.changed);
        }
        let is_changed = world.changed.queue == Some(lane.id);
        let style = if is_changed { p.changed } else { p.dim };
        let queue = queue(lane);
        let x = pen.fit(columns.queue, y, 6, &queue, if lane.queue.is_empty() { style } else { p.changed });
        if is_changed {
            pen.put(x, y, "◂", p.changed);
        }
    }
    let room = pen.width().saturating_sub(columns.conns);
    let conns = conns_of(world, lane, room);
    let is_shown = world.conns_of(lane.id).any(|c| Some(c.id) == world.changed.conn);
    pen.fit(columns.conns, y, room, &conns, if is_shown { p.now } else { p.text });
}

/// Beside who has no pipe, over or under the worker's own: what it just handed to a worker.
fn sent(app: &App, lane: &ThreadFacts, pen: &mut Pen<'_>, y: usize, columns: &ColumnStarts) {
    let p = app.palette;
    let Some(event) = app.player.current().filter(|event| event.th == lane.id) else { return };
    // The workers stand between main and the thread that makes the hash table grow.
    let to = if lane.id == Thread::Main { '↓' } else { '↑' };
    match event.kind() {
        Kind::Notify => {
            pen.put(columns.pipe, y, &format!("writes {} {to}", byte(event.notified_by())), p.changed)
        }
        Kind::CqPush => pen.put(columns.queue, y, &format!("push {to}"), p.changed),
        _ => 0,
    };
}

/// A byte of a pipe, as it is shown.
pub(super) fn byte(byte: u8) -> char {
    glyph(byte)
}

/// What a thread is at, as far as the recording says.
fn doing(app: &App, lane: &ThreadFacts) -> String {
    if let Some(at_gate) = app.at_the_gate(lane.id) {
        return at_gate;
    }
    if app.player.current().is_some_and(|e| e.kind() == Kind::Wake && e.th == lane.id) {
        return woken_by(app.player.world(), lane);
    }
    match (lane.phase, lane.stack.last()) {
        (ThreadPhase::Absent, _) => "not there yet".to_owned(),
        (ThreadPhase::SetUp, _) => match lane.epoll_fd {
            Some(fd) => format!("set up, epoll fd {fd}"),
            None => "being set up".to_owned(),
        },
        (ThreadPhase::Created, _) => "pthread_create".to_owned(),
        (ThreadPhase::Asleep(_), _) => "asleep in epoll_wait".to_owned(),
        (ThreadPhase::Running, Some(function)) => match lane.conn {
            Some(id) => format!("{function} c{id}"),
            None => function.to_string(),
        },
        (ThreadPhase::Running, None) => match lane.conn {
            Some(id) => format!("running, at c{id}"),
            None => "running".to_owned(),
        },
    }
}

/// What woke a thread: its pipe, a new client, a connection, or its timer.
fn woken_by(world: &World, lane: &ThreadFacts) -> String {
    format!("woken by {}", words::woken_by(&lane.ready, &names(world, lane.id)))
}

/// What the descriptors are to a thread that `epoll_wait` reported them to.
pub(super) fn names(world: &World, thread: Thread) -> impl Fn(Option<u32>, Option<i32>) -> String {
    let receive_fd = world.threads.get(&thread).and_then(|lane| lane.notify_receive_fd);
    move |conn, fd| match (conn, fd) {
        (None, Some(_)) if receive_fd == fd => "its pipe".to_owned(),
        (None, Some(fd)) if world.listeners.iter().any(|l| l.fd == fd) => "a new client".to_owned(),
        _ => words::numbered(conn, fd),
    }
}

fn bytes_in_pipe(lane: &ThreadFacts) -> String {
    match lane.pipe.len() {
        0 => "·".to_owned(),
        1..=3 => lane.pipe.iter().map(|in_pipe| byte(in_pipe.byte)).collect(),
        n => format!("{}×{n}", byte(lane.pipe.front().map_or(b'?', |first| first.byte))),
    }
}

fn queue(lane: &ThreadFacts) -> String {
    match lane.queue.len() {
        0 => "·".to_owned(),
        1 | 2 => lane.queue.iter().map(|queued| format!("c{}", queued.conn)).collect::<Vec<_>>().join(" "),
        n => format!("c{} +{}", lane.queue[0].conn, n - 1),
    }
}

fn conns_of(world: &World, lane: &ThreadFacts, room: usize) -> String {
    let names: Vec<String> = world.conns_of(lane.id).take(64).map(|c| format!("c{}", c.id)).collect();
    cut(&names.join(" "), room)
}

/// Under main: how far the start has come, then the listening socket.
fn listener_line(app: &App, pen: &mut Pen<'_>, y: usize) {
    let p = app.palette;
    let world = app.player.world();
    let startup = world.startup;
    let is_new = app.player.current().is_some_and(|e| {
        matches!(e.kind(), Kind::Socket | Kind::Setsockopt | Kind::Bind | Kind::Listen | Kind::Accept)
            || (e.conn.is_none() && e.kind() == Kind::ConnNew)
    });
    let text = match world.listeners.as_slice() {
        [.., Listener { fd, addr: None, options, .. }] => format!("socket fd {fd}, {options} options set"),
        [.., Listener { fd, addr: Some(addr), backlog: None, is_udp: false, .. }] => {
            format!("fd {fd} bound to {}", printable(addr))
        }
        [one] if world.accepted == 0 => {
            // Nobody listens to a UDP socket, and it has none.
            let backlog = one.backlog.map_or_else(String::new, |n| format!(", backlog {n}"));
            format!("listens on {}, fd {}{backlog}", shown(one), one.fd)
        }
        [_, ..] => {
            format!("listens on {}, accepted {}", listens_on(&world.listeners), world.accepted)
        }
        [] if startup.bases > 0 => format!(
            "start-up: {}, {}, {} created, {} run",
            counted(startup.bases.into(), "event base"),
            counted(startup.pipes.into(), "pipe"),
            counted(startup.created.into(), "thread"),
            startup.started
        ),
        [] => return,
    };
    let style = if is_new { p.changed } else { p.dim };
    let x = pen.put(2, y, "└ ", p.faint);
    let room = pen.width().saturating_sub(x + 2);
    let x = pen.fit(x, y, room, &text, style);
    if is_new {
        pen.put(x, y, " ◂", p.changed);
    }
}

/// Under a worker: its event base, and what it last had to tell.
fn base_line(app: &App, lane: &ThreadFacts, pen: &mut Pen<'_>, y: usize) {
    let p = app.palette;
    let Some(fd) = lane.epoll_fd else { return };
    let mut text = format!("epoll fd {fd}");
    if !lane.ready.is_empty() {
        text.push_str(&format!(", last {}", woken_by(app.player.world(), lane)));
    }
    let x = pen.put(2, y, "└ ", p.faint);
    let room = pen.width().saturating_sub(x + 2);
    pen.fit(x, y, room, &text, p.dim);
}

/// The addresses; UDP's only where TCP has not the same.
fn listens_on(listeners: &[Listener]) -> String {
    let (udp, tcp): (Vec<_>, Vec<_>) = listeners.iter().partition(|l| l.is_udp);
    let is_same = !udp.is_empty() && udp.iter().all(|u| tcp.iter().any(|t| t.addr == u.addr));
    let mut all: Vec<_> = tcp.into_iter().map(shown).collect();
    if is_same {
        all.push("udp".into());
    } else {
        all.extend(udp.into_iter().map(shown));
    }
    all.join(" and ")
}

fn shown(listener: &Listener) -> Cow<'_, str> {
    let addr = listener.addr.as_deref().map_or(Cow::Borrowed("?"), printable);
    if listener.is_udp { format!("udp {addr}").into() } else { addr }
}

/// Marks and notes happened to the recording, not on a thread.
fn is_about_recording(app: &App) -> bool {
    app.player
        .current()
        .is_some_and(|e| matches!(e.kind(), Kind::Mark | Kind::Note | Kind::Drop | Kind::Snapshot))
}
