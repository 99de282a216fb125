//! The threads panel: a lane for each thread, with the byte in its pipe and the items on its queue.

use super::component::{Component, Rows};
use super::pen::Pen;
use super::scene::Scene;
use crate::event::{Interest, Kind, Thread};
use crate::model::{Listener, ThreadFacts, ThreadPhase, World};
use crate::text::{glyph, printable};
use crate::texts::Language;
use crate::words;
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr as _;

/// Where the columns stand, if there is room for all.
struct ColumnStarts {
    pipe: usize,
    queue: usize,
    conns: usize,
}

/// What a column has at least: its head, and a blank.
const HEAD: usize = 6;

impl ColumnStarts {
    /// What is in a pipe or on a queue touches nothing right of it: the columns give way as far as there is room.
    fn of(width: usize, lanes: &[LaneView<'_>]) -> ColumnStarts {
        let (pipe, conns) = match width {
            0..58 => (29, 18),
            58..76 => (37, 17),
            _ => (37, 20),
        };
        let widest =
            |of: fn(&LaneView) -> usize| (lanes.iter().map(|lane| of(lane)).max().unwrap_or(0) + 1).max(HEAD);
        let (of_pipe, of_queue) = (widest(|lane| lane.pipe_width()), widest(|lane| lane.queue_width()));
        // First the connections give room, as long as some is left to them; then what is free of the pipe's.
        let last = width.saturating_sub(HEAD).max(pipe + conns);
        let queue = (pipe + of_pipe.max(11)).min(last - HEAD);
        let conns = (queue + of_queue).max(pipe + conns).min(last);
        let queue = queue.min(conns.saturating_sub(of_queue).max(pipe + of_pipe));
        ColumnStarts { pipe, queue, conns }
    }
}

/// A thread, and what stands in its columns.
struct LaneView<'a> {
    lane: &'a ThreadFacts,
    /// Which of its columns this event changed.
    is_pipe_changed: bool,
    is_queue_changed: bool,
    /// The two ends of its pipe, and what is in it.
    ends: [String; 2],
    pipe: String,
    queue: String,
}

impl LaneView<'_> {
    fn of<'a>(world: &World, lane: &'a ThreadFacts) -> LaneView<'a> {
        let ends = match (lane.notify_send_fd, lane.notify_receive_fd) {
            (Some(send), Some(receive)) => [format!("{send}▸"), format!("▸{receive}")],
            _ => Default::default(),
        };
        LaneView {
            lane,
            is_pipe_changed: world.changed.pipe == Some(lane.id),
            is_queue_changed: world.changed.queue == Some(lane.id),
            ends,
            pipe: bytes_in_pipe(lane),
            queue: queue(lane),
        }
    }

    fn pipe_width(&self) -> usize {
        let ends: usize = self.ends.iter().map(|end| end.width()).sum();
        ends + self.pipe.width() + usize::from(self.is_pipe_changed)
    }

    fn queue_width(&self) -> usize {
        self.queue.width() + usize::from(self.is_queue_changed)
    }
}

/// The panel.
pub(super) struct ThreadsPanel;

impl Component for ThreadsPanel {
    fn name(&self, lang: Language) -> &'static str {
        lang.panel_threads()
    }

    fn rows(&self, scene: &Scene<'_>) -> Rows {
        Rows { least: 0, best: wanted_height(scene) }
    }

    fn draw(&self, scene: &Scene<'_>, pen: &mut Pen<'_>) {
        render(scene, pen);
    }
}

/// How many rows the panel takes with its title.
fn wanted_height(scene: &Scene<'_>) -> u16 {
    let rows = scene.player.world().threads.len() + 4;
    u16::try_from(rows).unwrap_or(u16::MAX)
}

/// Draws the panel.
fn render(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let (p, lang) = (scene.palette, scene.lang);
    let world = scene.player.world();
    // The column heads go first where rows are short.
    let has_heads = pen.height() > world.threads.len() + 1;
    let mut y = usize::from(has_heads);
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
    let shown = lanes.iter().take(1).chain(lanes.iter().skip(first).take(rows - 1));
    let shown: Vec<LaneView<'_>> = shown.map(|lane| LaneView::of(world, lane)).collect();
    let columns = ColumnStarts::of(pen.width(), &shown);
    if has_heads {
        pen.put(columns.pipe, 0, lang.threads_pipe(), p.dim);
        pen.put(columns.queue, 0, lang.threads_queue(), p.dim);
        pen.put(columns.conns, 0, lang.threads_conns(), p.dim);
    }
    for view in &shown {
        let lane = view.lane;
        render_lane(scene, view, pen, y, &columns);
        let is_sending = lane.id.worker().is_none() && sent(scene, lane, pen, y, &columns);
        if lane.id == Thread::Main && hidden > 0 && !is_sending {
            pen.put(columns.pipe, y, &lang.threads_more(hidden.to_string()), p.dim);
        }
        y += 1;
        if lane.id == Thread::Main && has_listener {
            listener_line(scene, pen, y);
            y += 1;
        } else if is_roomy {
            base_line(scene, lane, pen, y);
            y += 1;
        }
    }
}

fn render_lane(scene: &Scene<'_>, view: &LaneView<'_>, pen: &mut Pen<'_>, y: usize, columns: &ColumnStarts) {
    let p = scene.palette;
    let lane = view.lane;
    let world = scene.player.world();
    let is_now = world.changed.thread == lane.id && !is_about_recording(scene);
    if is_now {
        pen.put(0, y, "▶", p.now);
    }
    pen.fit(2, y, 8, &lane.id.to_string(), if is_now { p.now } else { p.text });
    let doing = doing(scene, lane);
    let style = match lane.phase {
        _ if is_now => p.now,
        ThreadPhase::Running => p.text,
        _ => p.dim,
    };
    pen.fit(11, y, columns.pipe - 12, &doing, style);

    if lane.id.worker().is_some() {
        let style = if view.is_pipe_changed { p.changed } else { p.dim };
        let [send, receive] = &view.ends;
        let x = pen.put(columns.pipe, y, send, style);
        let x = pen.put(x, y, &view.pipe, if lane.pipe.is_empty() { style } else { p.changed });
        let x = pen.put(x, y, receive, style);
        if view.is_pipe_changed {
            pen.put(x, y, "◂", p.changed);
        }
        let style = if view.is_queue_changed || !lane.queue.is_empty() { p.changed } else { p.dim };
        let room = (columns.conns - columns.queue - 1).saturating_sub(view.is_queue_changed.into());
        let x = pen.fit(columns.queue, y, room, &view.queue, style);
        if view.is_queue_changed {
            pen.put(x, y, "◂", p.changed);
        }
    }
    let room = pen.width().saturating_sub(columns.conns);
    let (conns, is_shown) = conns_of(world, lane, room);
    pen.fit(columns.conns, y, room, &conns, if is_shown { p.now } else { p.text });
}

/// Beside who has no pipe, over or under the worker's own: what it just handed to a worker. Tells whether it did.
fn sent(scene: &Scene<'_>, lane: &ThreadFacts, pen: &mut Pen<'_>, y: usize, columns: &ColumnStarts) -> bool {
    let p = scene.palette;
    let Some(event) = scene.player.current().filter(|event| event.th == lane.id) else { return false };
    // The workers stand between main and the thread that makes the hash table grow.
    let to = if lane.id == Thread::Main { "↓" } else { "↑" };
    match event.kind() {
        Kind::Notify => {
            let byte = byte(event.notified_by()).to_string();
            pen.put(columns.pipe, y, &scene.lang.threads_writes(to, byte), p.changed);
        }
        Kind::CqPush => {
            pen.put(columns.queue, y, &scene.lang.threads_pushes(to), p.changed);
        }
        _ => return false,
    }
    true
}

/// A byte of a pipe, as it is shown.
pub(super) fn byte(byte: u8) -> char {
    glyph(byte)
}

/// What a thread is at, as far as the recording says.
fn doing(scene: &Scene<'_>, lane: &ThreadFacts) -> String {
    let lang = scene.lang;
    if let Some(at_gate) = scene.at_the_gate(lane.id) {
        return at_gate;
    }
    if scene.player.current().is_some_and(|e| e.kind() == Kind::Wake && e.th == lane.id) {
        return woken_by(lang, scene.player.world(), lane);
    }
    match (lane.phase, lane.stack.last()) {
        (ThreadPhase::Absent, _) => lang.threads_absent().to_owned(),
        (ThreadPhase::SetUp, _) => match lane.epoll_fd {
            Some(fd) => lang.threads_set_up(fd.to_string()),
            None => lang.threads_being_set_up().to_owned(),
        },
        (ThreadPhase::Created, _) => "pthread_create".to_owned(),
        (ThreadPhase::Asleep(_), _) => lang.threads_asleep().to_owned(),
        (ThreadPhase::Running, Some(function)) => match lane.conn {
            Some(id) => format!("{function} c{id}"),
            None => function.to_string(),
        },
        (ThreadPhase::Running, None) => match lane.conn {
            Some(id) => lang.threads_running_at(format!("c{id}")),
            None => lang.threads_running().to_owned(),
        },
    }
}

/// What woke a thread, by the first of it: its pipe, a new client, a connection, or its timer.
fn woken_by(lang: Language, world: &World, lane: &ThreadFacts) -> String {
    let Some(first) = lane.ready.first() else { return lang.threads_woken_by_timer().to_owned() };
    let more = match lane.ready.len() {
        1 => String::new(),
        n => format!(" +{}", n - 1),
    };
    match role(world, lane.id, first.conn, Some(first.fd)) {
        FdRole::Pipe => lang.threads_woken_by_pipe(more),
        FdRole::Listener => lang.threads_woken_by_client(more),
        FdRole::Other => {
            let who = words::numbered(first.conn, Some(first.fd));
            match first.what {
                Interest::Write if first.conn.is_some() => lang.threads_woken_to_write(more, who),
                _ => lang.threads_woken_by(more, who),
            }
        }
    }
}

/// What a descriptor is to a thread.
enum FdRole {
    /// The end of its pipe that it reads.
    Pipe,
    Listener,
    Other,
}

fn role(world: &World, thread: Thread, conn: Option<u32>, fd: Option<i32>) -> FdRole {
    let receive_fd = || world.threads.get(&thread).and_then(|lane| lane.notify_receive_fd);
    match (conn, fd) {
        (None, Some(_)) if receive_fd() == fd => FdRole::Pipe,
        (None, Some(fd)) if world.listeners.iter().any(|l| l.fd == fd) => FdRole::Listener,
        _ => FdRole::Other,
    }
}

/// What the descriptors are called in a line about a thread.
pub(super) fn names(
    world: &World,
    thread: Thread,
    lang: Language,
) -> impl Fn(Option<u32>, Option<i32>) -> String {
    move |conn, fd| match role(world, thread, conn, fd) {
        FdRole::Pipe => lang.words_its_pipe().to_owned(),
        FdRole::Listener => lang.words_new_client().to_owned(),
        FdRole::Other => words::numbered(conn, fd),
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

/// Its connections, as many as there is room for, and how many more there are; and whether the event is about one of
/// them.
fn conns_of(world: &World, lane: &ThreadFacts, room: usize) -> (String, bool) {
    // None takes less than three columns, with its blank.
    let fits = room / 3 + 1;
    let (mut first, mut all, mut is_shown) = (Vec::new(), 0, false);
    for conn in world.conns_of(lane.id) {
        if all < fits {
            first.push(format!("c{}", conn.id));
        }
        all += 1;
        is_shown |= Some(conn.id) == world.changed.conn;
    }
    (as_many_as_fit(&first, all, room), is_shown)
}

/// `c0 c1 c2 +14`: the first of so many names.
pub(super) fn as_many_as_fit(names: &[String], all: usize, room: usize) -> String {
    let mut text = String::new();
    let mut longest = None;
    for shown in 0..=names.len() {
        if let Some(name) = shown.checked_sub(1).and_then(|last| names.get(last)) {
            text.push_str(if shown > 1 { " " } else { "" });
            text.push_str(name);
        }
        let listed = match (all - shown, shown) {
            (0, _) => text.clone(),
            (more, 0) => format!("+{more}"),
            (more, _) => format!("{text} +{more}"),
        };
        if listed.width() <= room {
            longest = Some(listed);
        }
    }
    longest.unwrap_or_default()
}

/// Under main: how far the start has come, then the listening socket.
fn listener_line(scene: &Scene<'_>, pen: &mut Pen<'_>, y: usize) {
    let (p, lang) = (scene.palette, scene.lang);
    let world = scene.player.world();
    let startup = world.startup;
    let is_new = scene.player.current().is_some_and(|e| {
        matches!(e.kind(), Kind::Socket | Kind::Setsockopt | Kind::Bind | Kind::Listen | Kind::Accept)
            || (e.conn.is_none() && e.kind() == Kind::ConnNew)
    });
    let text = match world.listeners.as_slice() {
        [.., Listener { fd, addr: None, options, .. }] => {
            lang.threads_socket(fd.to_string(), options.to_string())
        }
        [.., Listener { fd, addr: Some(addr), backlog: None, is_udp: false, .. }] => {
            lang.threads_bound(printable(addr), fd.to_string())
        }
        [one] if world.accepted == 0 => {
            // Nobody listens to a UDP socket, and it has none.
            let fd = one.fd.to_string();
            match one.backlog {
                Some(n) => lang.threads_listens_backlog(shown(one), n.to_string(), fd),
                None => lang.threads_listens(shown(one), fd),
            }
        }
        [_, ..] => lang.threads_accepted(listens_on(lang, &world.listeners), world.accepted.to_string()),
        [] if startup.bases > 0 => {
            lang.threads_start_up(startup.bases, startup.created, startup.pipes, startup.started.to_string())
        }
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
fn base_line(scene: &Scene<'_>, lane: &ThreadFacts, pen: &mut Pen<'_>, y: usize) {
    let (p, lang) = (scene.palette, scene.lang);
    let Some(fd) = lane.epoll_fd else { return };
    let text = match lane.ready.is_empty() {
        true => lang.threads_base(fd.to_string()),
        false => lang.threads_base_last(fd.to_string(), woken_by(lang, scene.player.world(), lane)),
    };
    let x = pen.put(2, y, "└ ", p.faint);
    let room = pen.width().saturating_sub(x + 2);
    pen.fit(x, y, room, &text, p.dim);
}

/// The addresses; UDP's only where TCP has not the same.
fn listens_on(lang: Language, listeners: &[Listener]) -> String {
    let (udp, tcp): (Vec<_>, Vec<_>) = listeners.iter().partition(|l| l.is_udp);
    let is_same = !udp.is_empty() && udp.iter().all(|u| tcp.iter().any(|t| t.addr == u.addr));
    let mut all: Vec<_> = tcp.into_iter().map(shown).collect();
    if is_same {
        all.push("udp".into());
    } else {
        all.extend(udp.into_iter().map(shown));
    }
    let all = all.into_iter().map(Cow::into_owned);
    all.reduce(|one, other| lang.threads_both_addresses(one, other)).unwrap_or_default()
}

fn shown(listener: &Listener) -> Cow<'_, str> {
    let addr = listener.addr.as_deref().map_or(Cow::Borrowed("?"), printable);
    if listener.is_udp { format!("udp {addr}").into() } else { addr }
}

/// Marks and notes happened to the recording, not on a thread.
fn is_about_recording(scene: &Scene<'_>) -> bool {
    scene
        .player
        .current()
        .is_some_and(|e| matches!(e.kind(), Kind::Mark | Kind::Note | Kind::Drop | Kind::Snapshot))
}
