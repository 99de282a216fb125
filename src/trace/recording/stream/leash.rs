//! What a connection says to the leash.

use super::LEASH_KEEPALIVE;
use super::talk::Talk;
use crate::event::Thread;
use crate::trace::recorder::{CommandResult, Until};
use rustix::net::sockopt;

/// How many events may be asked for at once.
const MOST_STEPS: u32 = 1_000_000;

impl Talk<'_> {
    /// Does it; what was done, or why it was not.
    pub(super) fn leash(&self, line: &str) -> CommandResult {
        let (gate, who) = (&self.shared.hub.gate, self.who);
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let done = match word {
            "hold" if rest.is_empty() => {
                gate.hold(who).map_err(|why| why.to_string())?;
                "held; step lets one event through, release lets the server run".to_owned()
            }
            "release" if rest.is_empty() => {
                gate.release(who).map_err(|why| why.to_string())?;
                "the server runs".to_owned()
            }
            "step" => self.step(rest)?,
            "continue" if rest.is_empty() => return Err("continue EXPR: until which event?".to_owned()),
            "continue" => {
                // What is wrong is pointed at in further lines, and here there is one.
                let until = Until::parse(rest, &self.shared.hub)
                    .map_err(|why| why.to_string().lines().last().unwrap_or_default().to_owned())?;
                gate.run_until(who, until).map_err(|why| why.to_string())?;
                "the server runs until that happens".to_owned()
            }
            _ => return Err(format!("{word} stands alone")),
        };
        self.look_after();
        Ok(done)
    }

    fn step(&self, rest: &str) -> CommandResult {
        let (mut n, mut thread) = (None, None);
        for word in rest.split_whitespace() {
            if n.is_none() && thread.is_none() && word.bytes().all(|b| b.is_ascii_digit()) {
                let wanted = word.parse().ok().filter(|n| (1..=MOST_STEPS).contains(n));
                n = Some(wanted.ok_or_else(|| format!("step N: N is 1 to {MOST_STEPS}"))?);
            } else if thread.is_none() {
                thread = Some(self.thread(word)?);
            } else {
                return Err("step, step N, step THREAD or step N THREAD".to_owned());
            }
        }
        let hub = &self.shared.hub;
        let n = n.unwrap_or(1);
        let before = hub.leash(self.who);
        hub.gate.step(self.who, n, thread).map_err(|why| why.to_string())?;
        let events = if n == 1 { "its next event is".to_owned() } else { format!("its next {n} events are") };
        Ok(match thread {
            None if before.waiting.is_empty() => "nobody is at the gate: who comes next may pass".to_owned(),
            None => if n == 1 { "one event is let through" } else { "they are let through" }.to_owned(),
            Some(thread) if before.at_gate(thread).is_some() => format!("{thread}: {events} let through"),
            Some(thread) => {
                let why = match before.in_line(thread).and_then(|it| it.behind) {
                    Some(other) => format!("waits for a lock that {other} has"),
                    None => "is not at the gate".to_owned(),
                };
                format!("{thread} {why}: {events} let through once it comes")
            }
        })
    }

    /// One of the server's threads.
    fn thread(&self, name: &str) -> Result<Thread, String> {
        let workers = usize::from(self.shared.threads);
        match name.parse() {
            Ok(Thread::Main) => Ok(Thread::Main),
            Ok(thread @ Thread::Worker(i)) if usize::from(i) < workers => Ok(thread),
            _ => Err(match workers {
                1 => "no such thread; there are main and worker0".to_owned(),
                n => format!("no such thread; there are main and worker0 to worker{}", n - 1),
            }),
        }
    }

    /// Whoever has the leash is missed soon when the network is silent: a server that nobody can
    /// release must not stand for long.
    fn look_after(&self) {
        let (idle, again, times) = LEASH_KEEPALIVE;
        let all = idle + again * times;
        // Where that cannot be had, he is missed later.
        let _ = sockopt::set_tcp_keepidle(self.stream, idle)
            .and_then(|()| sockopt::set_tcp_keepintvl(self.stream, again))
            .and_then(|()| sockopt::set_tcp_keepcnt(self.stream, times))
            // The same where an answer is on its way, and the kernel asks for nothing else meanwhile.
            .and_then(|()| sockopt::set_tcp_user_timeout(self.stream, all.as_millis() as u32));
    }
}
