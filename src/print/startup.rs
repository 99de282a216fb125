//! `startup`: the system calls of the start-up, in the very lines of
//! `tests/reference/startup.flow`, up to each thread's first `epoll_wait`.

use super::Print;
use super::outside::{Name, Names};
use crate::event::{Event, Kind, Thread};
use crate::text;
use crate::words::letters;
use std::collections::HashSet;
use std::io::{self, Write};

/// The `startup` format.
#[derive(Debug, Default)]
pub struct Startup {
    names: Names,
    /// Threads that have entered their loops.
    waiting: HashSet<Thread>,
}

impl Startup {
    fn line(&self, event: &Event) -> Option<String> {
        let worker = event.worker().unwrap_or(event.th);
        let shown = |word: &Option<_>| text::printable(word.as_deref().unwrap_or("?")).into_owned();
        let name = self.names.of(event.conn, event.fd());
        let line = match event.kind() {
            Kind::EventInit => format!("epoll_create1 = base({worker})"),
            Kind::Pipe => format!("pipe {}", self.names.pipe_of(event)),
            Kind::Thread if event.op() == Some("create") => format!("clone {worker}"),
            Kind::Socket => format!("socket {name} {} SOCK_STREAM", shown(&event.domain())),
            Kind::Setsockopt => {
                format!("setsockopt {name} {} {}", shown(&event.name()), shown(&event.value()))
            }
            Kind::Bind => format!("bind {name}"),
            Kind::Listen => format!("listen {name} {}", event.backlog()?),
            Kind::EventAdd if !matches!(name, Name::Conn(_)) => {
                format!("epoll_ctl ADD {name} {}", letters(event.interest()?))
            }
            Kind::Wait => format!("epoll_wait base({})", event.th),
            _ => return None,
        };
        Some(match &event.errno() {
            Some(errno) => format!("{line} = {}", text::printable(errno)),
            None => line,
        })
    }
}

impl Print for Startup {
    fn event(&mut self, event: &Event, _: &str, out: &mut dyn Write) -> io::Result<()> {
        self.names.learn(event);
        // A thread has started up once it waits; what it does later belongs to the story.
        let is_over = self.waiting.contains(&event.th);
        if event.kind() == Kind::Wait {
            self.waiting.insert(event.th);
        }
        match self.line(event) {
            Some(line) if !is_over => writeln!(out, "{:8} {line}", event.th),
            _ => Ok(()),
        }
    }
}
