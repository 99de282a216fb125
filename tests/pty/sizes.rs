//! Terminals that do not say how large they are, or lie, and such as have no name.

use super::*;

/// Whether the first line and the last stand where they do on a screen of that size.
fn is_drawn(screen: &Screen, (cols, rows): (u16, u16)) -> bool {
    let all = text(screen);
    let lines: Vec<&str> = all.lines().collect();
    let footer = lines[usize::from(rows) - 1];
    lines[0].contains(" REPLAY ")
        && footer.ends_with("? help  q quit")
        && footer.chars().count() + 1 == usize::from(cols)
        && lines[usize::from(rows)..].iter().all(|line| line.is_empty())
}

#[test]
fn where_no_size_is_told_that_of_the_environment_is_taken_or_80x24() {
    for (told, env, drawn) in [
        ((0, 0), "", (80, 24)),
        ((0, 0), "LINES=30 COLUMNS=100", (100, 30)),
        ((100, 0), "", (100, 24)),
        ((0, 30), "COLUMNS=none", (80, 30)),
    ] {
        let line = format!("{env} exec '{MEMSTEP}' replay {YIELD}");
        let mut terminal = Terminal::sized(told, SIZE, "sh", &["-c", &line], no_env);
        terminal.wait(&format!("{told:?} {env} as {drawn:?}"), |screen| is_drawn(screen, drawn));
        // As soon as it is told it is taken.
        terminal.resize((110, 35));
        terminal.wait("the size that is told", |screen| is_drawn(screen, (110, 35)));
        terminal.press("q");
        terminal.end().assert_restored(0);
    }
}

#[test]
fn a_size_that_cannot_be_costs_no_more_than_a_large_one() {
    let (most, args) = ((1000, 300), ["replay", YIELD]);
    let mut terminal = Terminal::sized((u16::MAX, u16::MAX), most, MEMSTEP, &args, no_env);
    terminal.wait("the largest screen", |screen| is_drawn(screen, most));
    terminal.press_for(".", "event 2 of ");
    let status = fs::read_to_string(format!("/proc/{}/status", terminal.pid().as_raw_nonzero())).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u64 = most.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kilobytes < 256 * 1024, "{kilobytes} kB");
    terminal.press("q");
    terminal.end().assert_restored(0);
}

#[test]
fn a_terminal_without_a_name_is_as_a_dumb_one() {
    let of = |term: &str, what: &str| {
        let line = format!("{term} '{MEMSTEP}' {what}");
        let left = Terminal::run("sh", &["-c", &line], no_env).end();
        (left.code, String::from_utf8(left.bytes).unwrap())
    };
    for what in [format!("replay {YIELD}"), String::new(), "live -l 127.0.0.1:0".to_owned()] {
        let dumb = of("TERM=dumb", &what);
        assert!(!dumb.1.contains('\x1b') && !dumb.1.is_empty(), "{}", dumb.1);
        assert_eq!(of("TERM=", &what), dumb);
        assert_eq!(of("unset TERM;", &what), dumb);
    }
}
