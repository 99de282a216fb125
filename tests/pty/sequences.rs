//! A key's sequence that comes in pieces.

use super::*;

/// Twice as long as this an ESC waits for what follows it. A machine that was slower than that between two
/// writes has shown nothing.
const PROMPT: Duration = Duration::from_millis(25);

/// What is pressed before it, a sequence, what is pressed after it, and what is then to be seen.
const SEQUENCES: &[(&str, &str, &str, &str)] = &[
    ("", "\x1b[C", "", "event 101 of "),
    ("", "\x1b[D", "", "event 99 of "),
    ("", "\x1b[B", "", "event 101 of "),
    ("", "\x1b[A", "", "event 99 of "),
    ("", "\x1bOC", "", "event 101 of "),
    ("", "\x1bOD", "", "event 99 of "),
    ("", "\x1bOB", "", "event 101 of "),
    ("", "\x1bOA", "", "event 99 of "),
    ("", "\x1b[H", "", "event 1 of "),
    ("", "\x1bOH", "", "event 1 of "),
    ("", "\x1b[1~", "", "event 1 of "),
    ("", "\x1b[F", "", "event LAST of "),
    ("", "\x1b[4~", "", "event LAST of "),
    ("", "\x1b[5~", "", "event 90 of "),
    ("", "\x1b[6~", "", "event 110 of "),
    ("", "\x1bOP", "", "next, previous request"),
    ("", "\x1b[11~", "", "next, previous request"),
    ("", "\x1b[[A", "", "next, previous request"),
    // These do nothing, and least of all what their bytes would do.
    ("", "\x1b[15~", ".", "event 101 of "),
    ("", "\x1b[24~", ".", "event 101 of "),
    ("", "\x1b[1;5P", ".", "next, previous request"),
    ("", "\x1b[2~", ".", "event 101 of "),
    ("", "\x1bq", ".", "event 101 of "),
    ("", "\x1b[Z", "", "─▸5 Stack"),
    (":ab\x01", "\x1b[3~", "", "\n:b "),
    (":one two", "\x1b[1;5D", "X", "\n:one Xtwo"),
    (":one two", "\x1b\x7f", "X", "\n:one X "),
    (":ab", "\x1b[D", "X", "\n:aXb"),
];

fn start() -> Terminal {
    let terminal = Terminal::start(&["replay", YIELD, "--at", "100"]);
    terminal.wait("event 100", |screen| {
        let text = screen.contents();
        text.contains("event 100 of ") && !text.contains("indexing")
    });
    terminal
}

/// Writes `bytes` in two pieces, 5 ms apart. Tells whether this machine was quick enough.
fn press_in_two(terminal: &mut Terminal, bytes: &str, at: usize) -> bool {
    let (one, other) = bytes.as_bytes().split_at(at);
    let start = Instant::now();
    terminal.keys.write_all(one).unwrap();
    std::thread::sleep(Duration::from_millis(5));
    terminal.keys.write_all(other).unwrap();
    start.elapsed() < PROMPT
}

#[test]
fn a_key_is_the_same_wherever_its_sequence_is_cut() {
    let last = fs::read_to_string(YIELD).unwrap().matches("\"seq\":").count();
    for (before, sequence, after, wanted) in SEQUENCES {
        let wanted = wanted.replace("LAST", &last.to_string());
        let mut terminal = start();
        let mut at = 1;
        while at < sequence.len() {
            terminal.press(before);
            let typed = before.split('\x01').next().unwrap();
            terminal.wait("what goes before", |screen| {
                !typed.starts_with(':') || screen.contents().contains(&format!("\n{typed}"))
            });
            if press_in_two(&mut terminal, sequence, at) {
                terminal.press(after);
                terminal.wait(&format!("{sequence:?} at {at}: {wanted}"), |screen| {
                    screen.contents().contains(&wanted)
                });
                at += 1;
            }
            terminal.kill(Signal::TERM);
            terminal.end().assert_restored(143);
            terminal = start();
        }
        terminal.kill(Signal::TERM);
        terminal.end().assert_restored(143);
    }
}

#[test]
fn esc_alone_is_esc() {
    let mut terminal = start();
    terminal.press_for("?", "next, previous request");
    terminal.press("\x1b");
    terminal.wait("the help closed", |screen| !screen.contents().contains("next, previous request"));
    terminal.press_for(":ab", "\n:ab");
    terminal.press("\x1b");
    terminal.wait("the prompt closed", |screen| !screen.contents().contains("\n:ab"));
    terminal.press_for(".", "event 101 of ");
    terminal.press("q");
    terminal.end().assert_restored(0);
}
