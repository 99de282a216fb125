//! What the keys do to a server on a leash, and what is said about it.

use super::Ask;
use super::app::App;
use crate::event::Thread;
use crate::filter::Filter;
use crate::player::Wanted;

impl App {
    /// Looks at the leash. Tells whether anything there changed.
    pub fn look_at_leash(&mut self) -> bool {
        let Some(leash) = &self.leash else { return false };
        let now = if self.is_over { Default::default() } else { leash.look() };
        if now == self.leashed {
            return false;
        }
        let before = std::mem::replace(&mut self.leashed, now);
        let now = &self.leashed;
        // It may have run and stopped between two looks.
        if let Some(seq) = now.stopped_at.filter(|_| now.stopped_at != before.stopped_at) {
            self.tell(&format!("stopped at event {seq}, which was awaited"));
        } else if now.held && !before.held {
            match &now.holder {
                Some(name) if !now.yours => {
                    let told = format!("{name} holds the server; here one can only look");
                    self.tell(&told);
                }
                _ => self.tell("the server is held; . lets one event through, p lets go"),
            }
        } else if !now.held && before.held && now.until.is_none() && !self.is_over {
            self.tell("the server runs");
        } else if now.waiting != before.waiting && !now.waiting.is_empty() && !self.is_awaited() {
            // Who may be let through is what one wants to know now, but for where it has stopped.
            let has_come = before.steps.is_some() && now.steps.is_none();
            self.status.take_if(|_| has_come || now.stopped_at.is_none());
        }
        true
    }

    /// Whether the server is held, as of the last look.
    pub(super) fn is_held(&self) -> bool {
        self.leashed.held
    }

    /// Whether an event was asked for that nobody at the gate can bring.
    fn is_awaited(&self) -> bool {
        self.leashed.steps.and_then(|steps| steps.th).is_some_and(|th| self.leashed.at_gate(th).is_none())
    }

    /// `p`
    pub(super) fn hold_or_release(&mut self) {
        let Some(leash) = self.leash.clone() else {
            return self.tell("this is a recording: there is no server to hold");
        };
        if self.is_over {
            return self.tell("the server has stopped; there is nothing to hold");
        }
        leash.ask(if self.is_held() { Ask::Release } else { Ask::Hold });
    }

    /// `t`: main, the workers, and then again whoever has waited longest.
    pub(super) fn next_turn(&mut self, times: usize) {
        if self.leash.is_none() {
            return self.tell("this is a recording: what happened has happened in this order");
        }
        let threads = self.player.world().threads.keys().copied();
        let threads: Vec<Thread> = threads.filter(|th| *th != Thread::Client).collect();
        let at = self.turn.and_then(|turn| threads.iter().position(|th| *th == turn)).map_or(0, |at| at + 1);
        // One more than there are threads: whoever has waited longest.
        self.turn = threads.get((at + times - 1) % (threads.len() + 1)).copied();
        let text = match self.turn {
            None => "whose turn: whoever has waited longest".to_owned(),
            Some(th) if !self.is_held() => format!("whose turn: {th}, once the server is held (p)"),
            Some(th) => format!("whose turn: {th}; {}", self.about(th)),
        };
        self.tell(&text);
    }

    /// What stepping a thread does.
    fn about(&self, th: Thread) -> String {
        match (self.leashed.at_gate(th), self.leashed.in_line(th)) {
            (Some(at), _) => format!(". lets it go on: {at}"),
            (None, Some(it)) => match it.behind {
                Some(other) => format!("it waits for a lock that {other} has"),
                None => "it waits for a lock that another has".to_owned(),
            },
            (None, None) => "it is not at the gate".to_owned(),
        }
    }

    /// `.` at the newest event: lets so many events of a held server through.
    pub(super) fn step_server(&mut self, times: usize) {
        let Some(leash) = self.leash.clone() else { return };
        if !self.is_held() {
            return self.tell("this is the newest event; more come by themselves (p holds the server)");
        }
        self.follow = true;
        self.playing = false;
        match self.turn {
            Some(th) if self.leashed.at_gate(th).is_none() => {
                self.tell(&match self.leashed.in_line(th).and_then(|it| it.behind) {
                    Some(other) => format!("{th} waits for a lock that {other} has: t, step {other}"),
                    None => format!("{th} is not at the gate: it goes on once it comes"),
                });
            }
            None if self.leashed.waiting.is_empty() => {
                self.tell("nobody is at the gate: the next event to come is let through");
            }
            _ => {}
        }
        leash.ask(Ask::Step { n: u32::try_from(times).unwrap_or(u32::MAX), thread: self.turn });
    }

    /// `c` at the newest event of a held server: it runs to the next breakpoint, or where there is
    /// none to the next event of this kind. Whether it does.
    pub(super) fn continue_server(&mut self) -> bool {
        let Some(leash) = self.leash.clone().filter(|_| self.is_held() && self.player.is_at_end()) else {
            return false;
        };
        let points = self.breakpoints.iter().map(|point| point.filter.clone());
        let until = Filter::any(points).or_else(|| Some(Wanted::same(self.player.current()?).filter));
        let Some(until) = until.map(|until| until.to_string()) else { return false };
        self.follow = true;
        self.tell(&format!("the server runs until {until} (p holds it before that)"));
        leash.ask(Ask::Until(until));
        true
    }

    /// What the last line says while the server is held and one looks at now.
    pub(super) fn held_hints(&self) -> Vec<(String, String)> {
        let hint = |keys: &str, what: String| (keys.to_owned(), what);
        if !self.leashed.yours
            && let Some(name) = &self.leashed.holder
        {
            return vec![hint(",", "look back".to_owned()), hint("", format!("{name} has the leash"))];
        }
        let next = match (self.turn, self.leashed.waiting.first()) {
            (Some(th), _) => match (self.leashed.at_gate(th), self.leashed.in_line(th)) {
                (Some(at), _) => format!("{th}: {at}"),
                (None, Some(_)) => format!("{th}, which waits for a lock"),
                (None, None) if self.is_awaited() => format!("{th} goes on once it comes; it is asked for"),
                (None, None) => format!("{th}, once it comes"),
            },
            (None, Some(at)) => format!("{}: {at}", at.th),
            (None, None) if self.leashed.steps.is_some() => "asked for: whoever comes goes on".to_owned(),
            (None, None) => "the next event (nobody is at the gate)".to_owned(),
        };
        vec![
            hint(".", next),
            hint("t", "whose turn".to_owned()),
            hint("p", "release".to_owned()),
            hint(",", "look back".to_owned()),
            hint("c", "to a breakpoint".to_owned()),
        ]
    }

    /// What a thread's lane says of it while the server is held; `None` where it goes on as it would.
    pub(super) fn at_the_gate(&self, th: Thread) -> Option<String> {
        if !self.follow || !self.is_held() {
            return None;
        }
        if let Some(at) = self.leashed.at_gate(th) {
            return Some(format!("▮ {at}"));
        }
        let it = self.leashed.in_line(th)?;
        Some(it.behind.map_or("▯ waits for a lock".to_owned(), |other| format!("▯ lock of {other}")))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::{AtGate, Event, InLine, Kind, Leashed, Steps};
    use crate::model::sample::{self, W0};
    use crate::trace::format::Header;
    use crate::ui::{Leash, Options, Tape};
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use std::sync::{Arc, Mutex};

    const W1: Thread = Thread::Worker(1);

    /// A leash that is as it is told to be, and keeps what it is asked for.
    #[derive(Default)]
    struct Told {
        now: Mutex<Leashed>,
        asked: Mutex<Vec<Ask>>,
    }

    impl Leash for Told {
        fn look(&self) -> Leashed {
            self.now.lock().unwrap().clone()
        }
        fn ask(&self, what: Ask) {
            self.asked.lock().unwrap().push(what);
        }
        fn farewell(&self) -> Option<String> {
            Some("the server at 10.0.0.1:1 has gone".to_owned())
        }
    }

    struct NoTape;

    impl Tape for NoTape {
        fn is_recording(&self) -> bool {
            false
        }
        fn start_or_stop(&self) {}
    }

    fn at(th: Thread, ev: Kind, conn: u32) -> AtGate {
        AtGate { th, ev, of: None, conn: Some(conn) }
    }

    fn held(waiting: Vec<AtGate>) -> Leashed {
        Leashed { held: true, yours: true, waiting, ..Leashed::default() }
    }

    /// A screen on a server that is held so.
    fn screen_of(leashed: Leashed) -> (App, Arc<Told>) {
        let told = Arc::new(Told::default());
        let header = Header { threads: 2, ..Header::default() };
        let mut app = App::live(header, told.clone(), Arc::new(NoTape), &Options::default());
        app.push(sample::set_get());
        set(&mut app, &told, leashed);
        (app, told)
    }

    fn set(app: &mut App, told: &Told, leashed: Leashed) {
        *told.now.lock().unwrap() = leashed;
        app.look_at_leash();
    }

    fn press(app: &mut App, keys: &str) {
        keys.chars().for_each(|c| app.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
    }

    fn rows(app: &App, (width, height): (u16, u16)) -> Vec<String> {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        crate::ui::draw::render(app, buf.area, &mut buf);
        (0..height).map(|y| (0..width).map(|x| buf[(x, y)].symbol()).collect()).collect()
    }

    fn lane(app: &App, th: &str) -> String {
        let rows = rows(app, (120, 40));
        rows.into_iter().find(|row| row.trim_start_matches(['▶', ' ']).starts_with(th)).unwrap()
    }

    #[test]
    fn whose_turn_it_is_goes_round_and_is_asked_for() {
        let (mut app, told) = screen_of(held(vec![at(W0, Kind::CqPop, 1), at(Thread::Main, Kind::Wake, 0)]));
        let turn = |app: &App| rows(app, (80, 24))[0].contains("turn: ");
        assert!(!turn(&app));
        press(&mut app, ".t.t.");
        assert!(rows(&app, (80, 24))[0].contains("turn: worker0"));
        // Five of worker0's at once.
        press(&mut app, "05.");
        let step = |n, thread| Ask::Step { n, thread };
        let asked = std::mem::take(&mut *told.asked.lock().unwrap());
        assert_eq!(asked, [step(1, None), step(1, Some(Thread::Main)), step(1, Some(W0)), step(5, Some(W0))]);
        let threads = app.player.world().threads.keys().filter(|th| **th != Thread::Client).count();
        press(&mut app, &"t".repeat(threads - 1));
        assert!(!turn(&app), "and then again whoever has waited longest");
    }

    #[test]
    fn who_is_at_the_gate_and_who_waits_for_another_is_seen() {
        let mut leashed = held(vec![at(W0, Kind::Item, 0)]);
        leashed.in_line = vec![InLine { th: W1, behind: Some(W0) }];
        let (mut app, told) = screen_of(leashed.clone());
        assert!(lane(&app, "worker0").contains("▮ item c0"), "{}", lane(&app, "worker0"));
        assert!(lane(&app, "worker1").contains("▯ lock of worker0"), "{}", lane(&app, "worker1"));
        press(&mut app, "03t.");
        assert!(rows(&app, (120, 40))[39].contains("worker1 waits for a lock that worker0 has"));
        // It was asked for, and comes; then the last line is for what comes next.
        leashed.steps = Some(Steps { left: 1, th: Some(W1) });
        set(&mut app, &told, leashed);
        assert!(rows(&app, (120, 40))[39].contains("worker1 waits for a lock"));
        set(&mut app, &told, held(vec![at(W0, Kind::Item, 0), at(W1, Kind::Read, 1)]));
        assert!(rows(&app, (120, 40))[39].starts_with(" . worker1: read c1 "));
        // In the past nobody is at the gate.
        press(&mut app, ",");
        assert!(!lane(&app, "worker0").contains('▮'));
    }

    #[test]
    fn a_server_that_somebody_else_holds_is_only_looked_at() {
        let others = Leashed { holder: Some("10.0.0.2:7".into()), yours: false, ..held(Vec::new()) };
        let (mut app, told) = screen_of(others);
        assert!(rows(&app, (80, 24))[23].contains("10.0.0.2:7 holds the server"));
        // The next key takes what was told away, whichever it is.
        press(&mut app, "??");
        assert!(rows(&app, (80, 24))[23].contains("10.0.0.2:7 has the leash"));
        set(&mut app, &told, Leashed::default());
        assert!(rows(&app, (80, 24))[23].contains("the server runs"));
    }

    #[test]
    fn it_runs_to_a_breakpoint_and_says_where_it_stopped_however_quickly() {
        let (mut app, told) = screen_of(held(vec![at(W0, Kind::Read, 0)]));
        press(&mut app, "b,bGc");
        let asked = std::mem::take(&mut *told.asked.lock().unwrap());
        let [Ask::Until(until)] = asked.as_slice() else { panic!("{asked:?}") };
        let filter = Filter::parse(until).unwrap();
        let of_both = |event: &Event| app.breakpoints.iter().any(|point| point.filter.matches(event));
        assert_eq!(app.breakpoints.iter().count(), 2);
        for event in sample::set_get() {
            assert_eq!(filter.matches(&event), of_both(&event), "{until}: {event:?}");
        }
        set(&mut app, &told, Leashed { stopped_at: Some(77), ..held(vec![at(W0, Kind::Read, 0)]) });
        assert!(rows(&app, (80, 24))[23].contains("stopped at event 77"));
        // Whoever else comes to the gate does not wipe it away.
        let more = vec![at(W0, Kind::Read, 0), at(Thread::Main, Kind::Wake, 0)];
        set(&mut app, &told, Leashed { stopped_at: Some(77), ..held(more) });
        assert!(rows(&app, (80, 24))[23].contains("stopped at event 77"));
    }

    #[test]
    fn what_was_missed_is_counted_and_a_server_that_is_gone_is_not_live() {
        let (mut app, _told) = screen_of(Leashed::default());
        let seq = app.player.current().unwrap().seq + 1;
        app.push(vec![Event { seq, ev: Kind::Drop, n: Some(1234), ..Event::default() }]);
        assert!(rows(&app, (80, 24))[0].contains(" LIVE "));
        assert!(rows(&app, (80, 24))[0].contains(" 1234 events missed "));
        app.over();
        let shown = rows(&app, (80, 24));
        assert!(shown[0].contains(" SERVER GONE ") && shown[23].contains("10.0.0.1:1 has gone"));
        press(&mut app, "p");
        assert!(rows(&app, (80, 24))[23].contains("nothing to hold"));
    }
}
