//! The first line and the last: where one is, and what one can do.

use super::app::{App, Badge, PendingKey, speed};
use super::lesson::hints;
use super::pen::{Pen, cut, time};
use crate::text::printable;
use crate::texts::Language;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

/// What every last line ends in.
fn always(lang: Language) -> String {
    format!("{} ", lang.bar_always())
}

/// The first line: the badge, the recording, the event, the chapters.
pub(super) fn header(app: &App, area: Rect, buf: &mut Buffer) {
    let mut pen = Pen::new(buf, area);
    let (p, lang) = (app.palette, app.lang);
    let width = pen.width();
    let (badge, style) = match app.badge() {
        Badge::Live => (lang.badge_live().to_owned(), p.lit),
        Badge::ViewPaused => (lang.badge_view_paused().to_owned(), p.lit),
        Badge::ServerHeld => (lang.badge_server_held().to_owned(), p.lit),
        Badge::ServerGone => (lang.badge_server_gone().to_owned(), p.lit),
        Badge::Past { seq, of } => (lang.badge_past(seq.to_string(), of.to_string()), p.lit),
        Badge::Replay => (lang.badge_replay().to_owned(), p.lit),
        Badge::Follow => (lang.badge_follow().to_owned(), p.lit),
    };
    let mut x = if width >= 60 { pen.put(1, 0, "memstep", p.strong) + 2 } else { 0 };
    x = pen.put(x, 0, &format!(" {badge} "), style) + 1;
    if app.playing {
        x = pen.put(x, 0, &format!("▶ {}", speed(app.pace.speed)), p.now) + 1;
    }
    if app.tape.as_ref().is_some_and(|tape| tape.is_recording()) {
        x = pen.put(x, 0, lang.bar_recording(), p.warn) + 2;
    }
    if !app.redacted.is_nothing() && width >= 60 {
        x = pen.put(x, 0, lang.bar_redacted(), p.dim) + 2;
    }
    let dropped = app.player.world().lost;
    if dropped > 0 {
        // A server's viewer was too slow for them; in a recording they are nowhere.
        let n = dropped.to_string();
        let how = if app.leash.is_some() { lang.bar_missed(n) } else { lang.bar_lost(n) };
        x = pen.put(x, 0, &format!(" {how} "), p.warn) + 1;
    }
    if app.forgot && !app.follow {
        // Whoever looks back may come to where there is no more.
        x = pen.put(x, 0, &lang.bar_oldest(app.seqs().0.to_string()), p.warn) + 2;
    }
    if let Some(turn) = app.turn.filter(|_| app.is_held()) {
        x = pen.put(x, 0, &lang.bar_turn(turn.to_string()), p.now) + 2;
    }
    if app.is_held() && app.badge() != Badge::ServerHeld {
        x = pen.put(x, 0, lang.bar_held(), p.dim) + 2;
    }
    if let Some(percent) = app.percent() {
        x = reading(lang, &mut pen, x, percent, p.dim) + 2;
    }
    if let Some(narrow) = &app.narrow {
        // Said here too, since the list may not be on the screen.
        let room = (width / 4).clamp(10, 40);
        x = pen.fit(x, 0, room, &lang.bar_only(narrow.filter().to_string()), p.now) + 2;
    }
    if width >= 90 {
        x = pen.fit(x, 0, 24, &printable(&app.name), p.dim) + 3;
    }
    let here = match app.player.current() {
        Some(event) => {
            let more = if app.may_grow() { "+" } else { "" };
            let total = format!("{}{more}", app.seqs().1);
            lang.bar_event(event.seq.to_string(), event.th.to_string(), time(event.t), total)
        }
        None => lang.bar_none().to_owned(),
    };
    x = pen.put(x, 0, &here, p.text) + 3;
    chapters(app, &mut pen, x);
}

/// How much of the recording is read.
fn reading(lang: Language, pen: &mut Pen<'_>, x: usize, percent: u8, style: Style) -> usize {
    const WIDTH: usize = 10;
    let full = usize::from(percent) * WIDTH / 100;
    let x = if pen.width() >= 90 {
        pen.put(x, 0, &format!("{}{} ", "█".repeat(full), "░".repeat(WIDTH - full)), style)
    } else {
        x
    };
    pen.put(x, 0, &lang.bar_indexing(percent.to_string()), style)
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
    let always = pen.put_right(0, 0, &always(app.lang), p.dim);
    let room = always.saturating_sub(3);
    if let Some(prompt) = &app.prompt {
        let (text, _, _) = prompt.shown(room);
        pen.fit(0, 0, room, &text, p.text);
    } else if let Some(pending) = app.pending {
        pen.fit(1, 0, room, &asked(app, pending), p.now);
    } else if let Some(status) = &app.status {
        pen.fit(1, 0, room, &printable(&status.text), if status.is_warning { p.warn } else { p.now });
    } else if let Some(count) = &app.count {
        pen.fit(1, 0, room, &count.told(app.lang), p.now);
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
    let lang = app.lang;
    let hint = |keys: &str, what: &str| (keys.to_owned(), what.to_owned());
    let mut hints = Vec::new();
    if app.help.is_some() {
        return vec![hint("j k", lang.hint_scroll()), hint("Esc", lang.hint_close())];
    }
    if app.list.is_some() {
        let of_list = [
            hint("Space", lang.hint_on_off()),
            hint("d", lang.hint_take_away()),
            hint("Enter", lang.hint_go_on()),
        ];
        return of_list
            .into_iter()
            .chain([hint(":", lang.hint_another()), hint("Esc", lang.hint_close())])
            .collect();
    }
    if app.is_held() && app.follow {
        return app.held_hints();
    }
    if let Some(tutor) = &app.tutor {
        return hints::hints(app, tutor);
    }
    hints.push(hint(".", lang.hint_next()));
    hints.push(hint(",", lang.hint_back()));
    if app.search.is_some() {
        hints.push(hint("n", lang.hint_next_hit()));
    }
    if app.narrow.is_some() {
        hints.push(hint("Esc", lang.hint_all_events()));
    }
    if app.leash.is_some() {
        match &app.leashed.until {
            _ if app.is_over => {}
            Some(until) => hints.push(hint("p", &lang.hint_hold_until(printable(until).into_owned()))),
            None => hints.push(hint("p", if app.is_held() { lang.hint_release() } else { lang.hint_hold() })),
        }
        if !app.follow {
            hints.push(hint("G", lang.hint_now()));
        }
    }
    hints.push(hint("Space", if app.playing || app.follow { lang.hint_pause() } else { lang.hint_play() }));
    hints.push(hint("}", lang.hint_next_request()));
    hints.push(hint("1-8", lang.hint_panels()));
    hints.push(hint(")", lang.hint_same_connection()));
    if app.search.is_none() {
        hints.push(hint("n", lang.hint_same_kind()));
    }
    hints
}

/// What is asked for after a key that another must follow.
fn asked(app: &App, pending: PendingKey) -> String {
    let mark = match pending {
        PendingKey::SetMark => app.lang.ask_mark(),
        PendingKey::GoToMark if app.bookmarks.is_empty() => app.lang.ask_no_mark(),
        PendingKey::GoToMark => app.lang.ask_which_mark(),
        PendingKey::Hold | PendingKey::Release | PendingKey::StopRecording => {
            return app.asked_first(pending);
        }
    };
    mark.to_owned()
}

/// The columns of the last line that are for what is typed.
fn prompt_room(lang: Language, area: Rect) -> usize {
    usize::from(area.width).saturating_sub(always(lang).width() + 3)
}

/// The column where what is typed goes.
pub(super) fn prompt_cursor(app: &App, area: Rect) -> Option<u16> {
    let (_, column, _) = app.prompt.as_ref()?.shown(prompt_room(app.lang, area));
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
    let column = prompt.column(*at, prompt_room(app.lang, area)).min(width.saturating_sub(2));
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
