//! The stack panel: the functions of memcached that the event's thread is in.

use super::component::Component;
use super::pen::{Pen, wrap};
use super::scene::Scene;
use crate::event::Kind;
use crate::model::ThreadFacts;
use crate::texts::Language;
use unicode_width::UnicodeWidthStr as _;

fn lane<'a>(scene: &'a Scene<'_>) -> Option<&'a ThreadFacts> {
    scene.player.world().threads.get(&scene.player.current()?.th)
}

/// How to have calls, too, in a trace that was made so: its title says by what.
fn how(title: &str, is_live: bool) -> &'static [&'static str] {
    const SERVE: &str = "memstep serve --record FILE --detail calls";
    const RECORD: &str = "memstep record SESSION -o FILE --detail calls";
    let is_of = |command: &str| title.starts_with(command);
    match is_live {
        true if is_of("memstep serve") => &["memstep serve --detail calls"],
        true => &["memstep live --detail calls"],
        false if is_of("memstep serve") => &[SERVE],
        false if is_of("memstep live") => &["memstep live --record FILE --detail calls"],
        // Not every recording has a title, and one by hand may be of anything.
        false if title.is_empty() => &[SERVE, RECORD],
        false => &[RECORD],
    }
}

/// The panel.
pub(super) struct StackPanel;

impl Component for StackPanel {
    fn name(&self, lang: Language) -> &'static str {
        lang.panel_stack()
    }

    fn title(&self, scene: &Scene<'_>) -> String {
        title(scene)
    }

    fn draw(&self, scene: &Scene<'_>, pen: &mut Pen<'_>) {
        render(scene, pen);
    }
}

/// The panel's title.
fn title(scene: &Scene<'_>) -> String {
    lane(scene).map_or_else(
        || scene.lang.stack_title().to_owned(),
        |lane| scene.lang.stack_title_of(lane.id.to_string()),
    )
}

/// Draws the panel: the innermost function last, where memcached 1.4.24 has each.
fn render(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let p = scene.palette;
    let (Some(lane), Some(event)) = (lane(scene), scene.player.current()) else { return };
    if !scene.has_calls {
        let mut text = scene.lang.stack_without_calls().to_owned();
        for (i, &command) in how(scene.title, scene.is_live).iter().enumerate() {
            text.push('\n');
            text.push_str(&if i == 0 { command.to_owned() } else { scene.lang.stack_or(command) });
        }
        for (y, line) in wrap(&text, pen.width().saturating_sub(1)).iter().enumerate() {
            pen.put(0, y, line, p.dim);
        }
        return;
    }
    let mut frames: Vec<(&str, &str)> = lane.stack.iter().map(|f| (f.name(), f.source())).collect();
    if lane.is_asleep() {
        frames.push(("epoll_wait", scene.lang.stack_kernel()));
    }
    // A function that this event left is shown once more, where it was.
    let left = event.function().filter(|_| event.kind() == Kind::Return);
    let rows = pen.height().saturating_sub(usize::from(left.is_some()));
    let skip = frames.len().saturating_sub(rows);
    let innermost = frames.len().saturating_sub(1);
    let mut y = 0;
    for (depth, (name, source)) in frames.iter().enumerate().skip(skip) {
        let is_now = depth == innermost;
        let x = pen.put(depth.min(6), y, if is_now { "▶ " } else { "  " }, p.now);
        let x = pen.put(x, y, name, if is_now { p.now } else { p.text });
        if x + source.width() < pen.width() {
            pen.put_right(0, y, source, p.dim);
        }
        y += 1;
    }
    if let Some(function) = left {
        let x = pen.put(2 + frames.len().min(6), y, function.name(), p.changed);
        pen.put(x + 1, y, &format!("{} ◂", scene.lang.stack_returned()), p.changed);
    } else if frames.is_empty() {
        pen.put(0, 0, scene.lang.stack_nothing_yet(), p.dim);
    }
}
