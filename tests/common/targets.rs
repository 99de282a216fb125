//! What hostile input is put to: by the fuzzers under `fuzz/`, and on every machine by `tests/fuzz.rs`.
//!
//! Each target takes any bytes. It panics where the program would, where it says nothing for a second, and
//! where it lets something out that a terminal would act on.
#![allow(dead_code, clippy::unwrap_used)]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use memstep::event::{Detail, Event};
use memstep::filter::Filter;
use memstep::lesson::{Lesson, check};
use memstep::memcached::server::Server;
use memstep::memcached::settings::Settings;
use memstep::print::calls::Calls;
use memstep::print::flow::Flow;
use memstep::print::startup::Startup;
use memstep::print::text::Text;
use memstep::print::vvv::Vvv;
use memstep::print::{Jsonl, Print};
use memstep::session::Session;
use memstep::text;
use memstep::trace::check::Checker;
use memstep::trace::reader::{Recording, TraceReader};
use memstep::trace::recorder::{Output, Recorder, Sinks, header};
use memstep::trace::stream::{EventsPort, PortListener};
use memstep::tracer::{Hub, TracerConfig};
use memstep::ui::{self, App, Options, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

/// Takes any bytes.
pub type Target = fn(&[u8]);

/// All of them, by name.
pub const TARGETS: [(&str, Target); 8] = [
    ("ascii", ascii),
    ("datagram", datagram),
    ("trace", trace),
    ("screens", screens),
    ("filter", filter),
    ("session", session),
    ("lesson", lesson),
    ("events_port", events_port),
];

/// Nothing takes longer, on the busiest machine; a fuzzer itself says what takes more than a second.
const AT_MOST: Duration = Duration::from_secs(20);
/// So many events of a recording are drawn, and so many bytes of a line are sent.
const DRAWN: usize = 12;
const SENT: usize = 16 * 1024;

/// A server of this process, recorded to nowhere, and whoever may watch it.
struct Watched {
    server: Server,
    port: EventsPort,
    _recorder: Arc<Recorder>,
}

impl Watched {
    fn start() -> Watched {
        let hub = Hub::new(TracerConfig { detail: Detail::Calls, ..TracerConfig::default() });
        let header = header(&hub, 1, "fuzz");
        let output = Some(Output::stream(Box::new(io::sink())));
        let sinks = Sinks { output, armed: true, ..Sinks::default() };
        let recorder = Arc::new(Recorder::start(hub.clone(), &header, sinks).unwrap());
        let listener = PortListener::bind("127.0.0.1:0".parse().unwrap(), None).unwrap();
        let port = EventsPort::open(listener, recorder.clone(), hub.clone(), 1).unwrap();
        let settings = Settings {
            port: -1,
            udpport: -1,
            inter: Some("127.0.0.1".to_owned()),
            num_threads: 1,
            maxbytes: 8 << 20,
            ..Settings::default()
        };
        let server = Server::start(settings, Some(hub)).unwrap();
        Watched { server, port, _recorder: recorder }
    }
}

static SERVER: LazyLock<Watched> = LazyLock::new(Watched::start);

fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(AT_MOST)).unwrap();
    stream.set_write_timeout(Some(AT_MOST)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Sends it in pieces, and reads until the other side has enough.
fn tell(addr: SocketAddr, data: &[u8]) -> Vec<u8> {
    let (pieces, data) =
        data.split_first().map_or((1, data), |(first, rest)| (usize::from(first % 4) + 1, rest));
    let data = &data[..data.len().min(SENT)];
    let mut stream = connect(addr);
    let mut reader = stream.try_clone().unwrap();
    let reader = std::thread::spawn(move || {
        let mut answer = Vec::new();
        let read = reader.read_to_end(&mut answer);
        assert!(!read.is_err_and(|error| is_late(&error)), "nothing is answered, and nothing closed");
        answer
    });
    for piece in data.chunks(data.len().div_ceil(pieces).max(1)) {
        // It may have heard enough.
        if let Err(error) = stream.write_all(piece) {
            assert!(!is_late(&error), "nothing is read");
            break;
        }
    }
    let _ = stream.shutdown(Shutdown::Write);
    reader.join().unwrap()
}

/// The server's only worker answers somebody else.
fn still_answers() {
    static OTHER: LazyLock<Mutex<TcpStream>> =
        LazyLock::new(|| Mutex::new(connect(SERVER.server.addrs()[0])));
    let mut other = OTHER.lock().unwrap();
    other.write_all(b"version\r\n").unwrap();
    let mut answer = [0; 16];
    other.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"VERSION 1.4.24\r\n");
}

/// What a client sends.
pub fn ascii(data: &[u8]) {
    // What it says on stderr then would be a great deal.
    if data.windows(9).any(|word| word == b"verbosity") {
        return;
    }
    tell(SERVER.server.addrs()[0], data);
    still_answers();
}

/// A datagram.
pub fn datagram(data: &[u8]) {
    if data.windows(9).any(|word| word == b"verbosity") {
        return;
    }
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(&data[..data.len().min(60_000)], SERVER.server.udp_addrs()[0]).unwrap();
    // Of the same worker.
    still_answers();
}

/// Who finds what a terminal would act on.
struct Strict;

impl io::Write for Strict {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes).expect("text");
        assert_eq!(text::message(text), text, "hostile");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A recording: read, checked, and printed in every form.
pub fn trace(data: &[u8]) {
    let Ok(mut reader) = TraceReader::new(data, "fuzz") else { return };
    let mut checker = Checker::new(reader.header());
    let mut printers: [Box<dyn Print>; 6] = [
        Box::<Text>::default(),
        Box::<Flow>::default(),
        Box::<Startup>::default(),
        Box::<Calls>::default(),
        Box::<Vvv>::default(),
        Box::<Jsonl>::default(),
    ];
    let mut out = text::Harmless::new(Strict);
    for printer in &mut printers {
        printer.header(reader.header(), reader.raw_header(), &mut out).unwrap();
    }
    while let Ok(Some(row)) = reader.next_row() {
        checker.event(row.line, &row.event);
        for printer in &mut printers {
            printer.event(&row.event, row.raw, &mut out).unwrap();
        }
    }
    out.flush().unwrap();
    checker.finish(1, reader.end().as_ref());
}

/// A recording, drawn at 80x24, every panel.
pub fn screens(data: &[u8]) {
    let Ok(reader) = TraceReader::new(data, "fuzz") else { return };
    let Ok(Recording { header, events, end, warnings }) = reader.lenient(true).into_recording() else {
        return;
    };
    let warnings = warnings.iter().map(ToString::to_string).collect();
    let count = events.len().min(DRAWN);
    let recording = ui::OpenedRecording { name: "fuzz".into(), header, events, end, warnings };
    let mut app = App::replay(recording, &Options::default());
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let mut show = |app: &App| {
        terminal.draw(|frame| draw(frame, app)).unwrap();
        for cell in terminal.backend().buffer().content() {
            assert_eq!(text::printable(cell.symbol()), cell.symbol(), "hostile");
        }
    };
    let press = |app: &mut App, c| app.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
    show(&app);
    for at in 0..count {
        press(&mut app, '.');
        if at == count / 2 {
            for panel in '1'..='8' {
                press(&mut app, panel);
                show(&app);
            }
            press(&mut app, 'e');
        }
        show(&app);
    }
    press(&mut app, 'G');
    show(&app);
    for _ in 0..count.min(2) {
        press(&mut app, ',');
        show(&app);
    }
}

/// A filter: what is understood is understood again as it is written.
pub fn filter(data: &[u8]) {
    let Ok(expression) = std::str::from_utf8(data) else { return };
    match Filter::parse(expression) {
        Ok(filter) => {
            let written = filter.to_string();
            let again = Filter::parse(&written).expect(&written);
            assert_eq!(again.to_string(), written);
            for event in &EVENTS[..20] {
                assert_eq!(filter.matches(event), again.matches(event));
            }
        }
        Err(error) => drop(error.to_string()),
    }
}

/// A script.
pub fn session(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else { return };
    // What it would send is put together when it is parsed: so much and no more.
    if source.contains('*') && source.bytes().filter(u8::is_ascii_digit).count() > 40 {
        return;
    }
    if let Err(error) = Session::parse(source, "fuzz") {
        drop(error.to_string());
    }
}

static EVENTS: LazyLock<Vec<Event>> = LazyLock::new(|| {
    let trace = include_bytes!("../../traces/set-get.jsonl");
    TraceReader::new(&trace[..], "set-get").unwrap().into_recording().unwrap().events
});

/// A lesson over a recording that is there.
pub fn lesson(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else { return };
    match Lesson::parse(source, "fuzz") {
        Ok(lesson) => drop(check::check(&lesson, 4, &EVENTS)),
        Err(mistakes) => drop(mistakes.to_string()),
    }
}

/// What somebody says to the events port.
pub fn events_port(data: &[u8]) {
    let since = Instant::now();
    tell(SERVER.port.addr(), data);
    assert!(since.elapsed() < 5 * AT_MOST);
    // Whoever held the server has gone.
    still_answers();
}
