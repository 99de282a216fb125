//! The first line and the last: where one is, and what one can do.

use super::app::{App, Badge, PendingKey, speed};
use super::lesson::hints;
use super::pen::{Pen, cut, time};
use crate::text::printable;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

/// What every last line ends in.
const ALWAYS: &str = "? help  q quit ";

/// The first line: the badge, the recording, the event, the chapters.
pub(super) fn header(app: &App, area: Rect, buf: &mut Buffer) {
    let mut pen = Pen::new(buf, area);
    let p = app.palette;
    let width = pen.width();
    let (badge, style) = match app.badge() {
        Badge::Live => ("LIVE".to_owned(), p.lit),
        Badge::ViewPaused => ("VIEW PAUSED".to_owned(), p.lit),
        Badge::ServerHeld => ("SERVER HELD".to_owned(), p.lit),
        Badge::ServerGone => ("SERVER GONE".to_owned(), p.lit),
        Badge::Past { seq, of } => (format!("PAST (#{seq} of {of})"), p.lit),
        Badge::Replay => ("REPLAY".to_owned(), p.lit),
        Badge::Follow => ("FOLLOW".to_owned(), p.lit),
    };
    let mut x = if width >= 60 { pen.put(1, 0, "memstep", p.strong) + 2 } else { 0 };
    x = pen.put(x, 0, &format!(" {badge} "), style) + 1;
    if app.playing {
        x = pen.put(x, 0, &format!("▶ {}", speed(app.pace.speed)), p.now) + 1;
    }
    if app.tape.as_ref().is_some_and(|tape| tape.is_recording()) {
        x = pen.put(x, 0, "● REC", p.warn) + 2;
    }
    if !app.redacted.is_nothing() && width >= 60 {
        x = pen.put(x, 0, "redacted", p.dim) + 2;
    }
    let dropped = app.player.world().lost;
    if dropped > 0 {
        // A server's viewer was too slow for them; in a recording they are nowhere.
        let how = if app.leash.is_some() { "missed" } else { "lost" };
        x = pen.put(x, 0, &format!(" {dropped} events {how} "), p.warn) + 1;
    }
    if app.forgot && !app.follow {
        // Whoever looks back may come to where there is no more.
        x = pen.put(x, 0, &format!("oldest let go, from #{} on", app.seqs().0), p.warn) + 2;
    }
    if let Some(turn) = app.turn.filter(|_| app.is_held()) {
        x = pen.put(x, 0, &format!("turn: {turn}"), p.now) + 2;
    }
    if app.is_held() && app.badge() != Badge::ServerHeld {
        x = pen.put(x, 0, "server held", p.dim) + 2;
    }
    if let Some(percent) = app.percent() {
        x = reading(&mut pen, x, percent, p.dim) + 2;
    }
    if let Some(narrow) = &app.narrow {
        // Said here too, since the list may not be on the screen.
        let room = (width / 4).clamp(10, 40);
        x = pen.fit(x, 0, room, &format!("only {}", narrow.filter()), p.now) + 2;
    }
    if width >= 90 {
        x = pen.fit(x, 0, 24, &printable(&app.name), p.dim) + 3;
    }
    let here = match app.player.current() {
        Some(event) => {
            let (seq, thread, t) = (event.seq, event.th, time(event.t));
            let more = if app.may_grow() { "+" } else { "" };
            format!("event {seq} of {}{more} · {t} · {thread}", app.seqs().1)
        }
        None => "no events yet".to_owned(),
    };
    x = pen.put(x, 0, &here, p.text) + 3;
    chapters(app, &mut pen, x);
}

/// How much of the recording is read.
fn reading(pen: &mut Pen<'_>, x: usize, percent: u8, style: Style) -> usize {
    const WIDTH: usize = 10;
    let full = usize::from(percent) * WIDTH / 100;
    let x = if pen.width() >= 90 {
        pen.put(x, 0, &format!("{}{} ", "█".repeat(full), "░".repeat(WIDTH - full)), style)
    } else {
        x
    };
    pen.put(x, 0, &format!("indexing {percent} %"), style)
}

/// The chapters, as many around the current one as there is room for, at the right edge.
fn chapters(app: &App, pen: &mut Pen<'_>, from: usize) {
    let room = pen.width().saturating_sub(from + 1);
    let Some(here) = app.player.cursor() else { return };
    let (titles, current) = match &app.tutor {
        Some(tutor) => tutor.chapters(),
        None => {
            let current = app.chapters.partition_point(|(at, _)| *at <= here);
            (app.chapters.iter().map(|(_, title)| title.as_str()).collect(), current)
        }
    };
    let titles: Vec<String> = titles.iter().map(|title| cut(&printable(title), 20)).collect();
    let Some(now) = current.checked_sub(1).filter(|&i| titles[i].width() <= room) else { return };
    let (mut first, mut last, mut used) = (now, now, titles[now].width());
    // First what is to come, then what was: one more at a time while it fits.
    loop {
        let mut grown = false;
        if let Some(next) = titles.get(last + 1).filter(|t| used + t.width() + 3 <= room) {
            used += next.width() + 3;
            last += 1;
            grown = true;
        }
        if first > 0 && used + titles[first - 1].width() + 3 <= room {
            first -= 1;
            used += titles[first].width() + 3;
            grown = true;
        }
        if !grown {
            break;
        }
    }
    let p = app.palette;
    let mut x = pen.width() - used - 1;
    for (i, title) in titles.iter().enumerate().take(last + 1).skip(first) {
        if i > first {
            x = pen.put(x, 0, " ▸ ", p.faint);
        }
        x = pen.put(x, 0, title, if i == now { p.now } else { p.dim });
    }
}

/// The last line: the command being typed, or what was just told, or hints; always how to get
/// help and how to quit.
pub(super) fn footer(app: &App, area: Rect, buf: &mut Buffer) {
    let mut pen = Pen::new(buf, area);
    let p = app.palette;
    let always = pen.put_right(0, 0, ALWAYS, p.dim);
    let room = always.saturating_sub(3);
    if let Some(prompt) = &app.prompt {
        let (text, _, _) = prompt.shown(room);
        pen.fit(0, 0, room, &text, p.text);
    } else if let Some(pending) = app.pending {
        pen.fit(1, 0, room, &asked(app, pending), p.now);
    } else if let Some(status) = &app.status {
        pen.fit(1, 0, room, &printable(&status.text), if status.is_warning { p.warn } else { p.now });
    } else if let Some(count) = &app.count {
        pen.fit(1, 0, room, &count.told(), p.now);
    } else {
        let mut x = 1;
        for (keys, what) in hints(app) {
            if x + keys.width() + what.width() + 1 > room {
                break;
            }
            x = pen.put(x, 0, &keys, p.strong) + 1;
            x = pen.put(x, 0, &what, p.dim) + 3;
        }
    }
}

/// The most useful first: those at the end go when room is short.
fn hints(app: &App) -> Vec<(String, String)> {
    let hint = |keys: &str, what: &str| (keys.to_owned(), what.to_owned());
    let mut hints = Vec::new();
    if app.help.is_some() {
        return vec![hint("j k", "scroll"), hint("Esc", "close")];
    }
    if app.list.is_some() {
        let of_list = [hint("Space", "on, off"), hint("d", "take away"), hint("Enter", "go on to it")];
        return of_list.into_iter().chain([hint(":", "another"), hint("Esc", "close")]).collect();
    }
    if app.is_held() && app.follow {
        return app.held_hints();
    }
    if let Some(tutor) = &app.tutor {
        return hints::hints(app, tutor);
    }
    hints.push(hint(".", "next"));
    hints.push(hint(",", "back"));
    if app.search.is_some() {
        hints.push(hint("n", "next hit"));
    }
    if app.narrow.is_some() {
        hints.push(hint("Esc", "all events"));
    }
    if app.leash.is_some() {
        match &app.leashed.until {
            _ if app.is_over => {}
            Some(until) => hints.push(hint("p", &format!("hold; it runs until {}", printable(until)))),
            None => hints.push(hint("p", if app.is_held() { "release" } else { "hold the server" })),
        }
        if !app.follow {
            hints.push(hint("G", "now"));
        }
    }
    hints.push(hint("Space", if app.playing || app.follow { "pause" } else { "play" }));
    hints.push(hint("}", "next request"));
    hints.push(hint("1-8", "panels"));
    hints.push(hint(")", "same connection"));
    if app.search.is_none() {
        hints.push(hint("n", "same kind"));
    }
    hints
}

/// What is asked for after a key that another must follow.
fn asked(app: &App, pending: PendingKey) -> String {
    let mark = match pending {
        PendingKey::SetMark => "bookmark: a letter",
        PendingKey::GoToMark if app.bookmarks.is_empty() => {
            "there is no bookmark yet; ' goes back to before the jump"
        }
        PendingKey::GoToMark => "to which bookmark? ' goes back to before the jump",
        PendingKey::Hold | PendingKey::Release | PendingKey::StopRecording => {
            return app.asked_first(pending);
        }
    };
    mark.to_owned()
}

/// The columns of the last line that are for what is typed.
fn prompt_room(area: Rect) -> usize {
    usize::from(area.width).saturating_sub(ALWAYS.width() + 3)
}

/// The column where what is typed goes.
pub(super) fn prompt_cursor(app: &App, area: Rect) -> Option<u16> {
    let (_, column, _) = app.prompt.as_ref()?.shown(prompt_room(area));
    Some(area.x + u16::try_from(column).unwrap_or(0).min(area.width.saturating_sub(1)))
}

/// The line above what is typed, where something is wrong with it: a mark over its place.
pub(super) fn wrong(app: &App, area: Rect, buf: &mut Buffer) {
    let Some(prompt) = &app.prompt else { return };
    let Some((at, what)) = &prompt.wrong else { return };
    let mut pen = Pen::new(buf, area);
    let width = pen.width();
    let p = app.palette;
    pen.put(0, 0, &" ".repeat(width), p.text);
    let what = printable(what);
    let column = prompt.column(*at, prompt_room(area)).min(width.saturating_sub(2));
    // Beside the mark, on the side that has room.
    if column + 2 + what.width() < width || column < what.width() + 2 {
        pen.put(column, 0, "▼", p.warn);
        let room = width.saturating_sub(column + 2);
        if what.width() <= room {
            pen.fit(column + 2, 0, room, &what, p.warn);
        } else {
            // No side has: the mark stays, and the words stand over the line's start.
            pen.fit(0, 0, width, &format!("▼{}: {what}", column + 1), p.warn);
        }
    } else {
        pen.put(column - what.width() - 1, 0, &what, p.warn);
        pen.put(column, 0, "▼", p.warn);
    }
}
