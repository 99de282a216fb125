//! The why panel: what this event is and why memcached does it, in the words of [`crate::explain`].

use super::component::Component;
use super::glossary;
use super::pen::Pen;
use super::scene::Scene;
use crate::event::{Event, Function, Kind};
use crate::explain::Explanation;
use crate::lesson::{self, Span, TextStyle};
use crate::text::printable;
use crate::texts::Language;

/// A text in lines; Chinese is broken between characters.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let line = |spans: Vec<Span>| spans.into_iter().map(|span| span.text).collect();
    text.lines()
        .flat_map(|text| lesson::wrap(&[Span { text: text.to_owned(), style: TextStyle::Plain }], width))
        .map(line)
        .collect()
}

/// The panel.
pub(super) struct WhyPanel;

impl Component for WhyPanel {
    fn name(&self, lang: Language) -> &'static str {
        lang.panel_why()
    }

    fn title(&self, scene: &Scene<'_>) -> String {
        title(scene.lang, scene.why())
    }

    fn draw(&self, scene: &Scene<'_>, pen: &mut Pen<'_>) {
        render(scene, scene.why(), pen);
    }
}

/// The panel's title: the event's.
fn title(lang: Language, why: Option<&Explanation>) -> String {
    match why {
        Some(why) => format!("{} · {}", lang.panel_why(), why.title),
        None => lang.panel_why().to_owned(),
    }
}

/// Whether the glossary says of the name in an event what Why says already: of a function that is called.
fn is_told_alike(event: &Event) -> bool {
    event.kind() == Kind::Call && event.function().is_some_and(Function::is_known)
}

/// Draws the panel: remarks, why, where in memcached; and what the name in it means, if there is room.
fn render(scene: &Scene<'_>, why: Option<&Explanation>, pen: &mut Pen<'_>) {
    let p = scene.palette;
    let Some(why) = why else { return };
    // Nobody reads lines across a whole wide screen; in a room, each has a blank one below it.
    let width = pen.width().saturating_sub(1).min(if scene.classroom { 72 } else { 100 });
    let seq = scene.player.current().map_or(0, |e| e.seq);
    let remarks = scene.notes.at(seq).flat_map(|text| wrap(&format!("✎ {}", printable(text)), width));
    let mut lines: Vec<String> = remarks.chain(wrap(&why.text, width)).collect();
    let rows = pen.height();
    if scene.classroom && 2 * lines.len() <= rows {
        lines = lines.into_iter().flat_map(|line| [line, String::new()]).collect();
        lines.pop();
    }
    let text_len = lines.len();
    if !why.source.is_empty() {
        // Where it stands in memcached, if there is room; apart from the text, if there is more.
        if rows > text_len + 1 {
            lines.push(String::new());
        }
        lines.push(why.source.to_owned());
    }
    let event = scene.player.current().filter(|event| scene.looked_up.is_none() && !is_told_alike(event));
    let entry = event.and_then(|event| glossary::of_event(event, scene.lang));
    let mut entry_at = usize::MAX;
    if let Some(entry) = entry {
        lines.push(String::new());
        entry_at = lines.len();
        lines.extend(wrap(&format!("{}: {}", entry.name, entry.text), width));
    }
    let top = scene.scroll.min(lines.len().saturating_sub(rows));
    for (y, line) in lines.iter().skip(top).take(rows).enumerate() {
        pen.put(0, y, line, if top + y < text_len { p.text } else { p.dim });
    }
    if top + rows < text_len && rows > 0 {
        pen.put_right(0, rows - 1, "▾", p.now);
    } else if (entry_at.saturating_add(1)..lines.len()).contains(&(top + rows)) {
        // The name's meaning is cut: it goes on, but it is not what one came for.
        pen.put_right(0, rows - 1, "▾", p.dim);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::What;

    #[test]
    fn what_why_says_of_a_function_the_glossary_does_not_say_again() {
        let is_told = |what| is_told_alike(&Event { what, ..Event::default() });
        let known = Some(Function::DriveMachine);
        assert!(is_told(What::Call { function: known }));
        // Of a return, Why says how things stand behind it; of an unknown function, nothing.
        assert!(!is_told(What::Return { function: known }));
        assert!(!is_told(What::Call { function: Some(Function::named("teleport")) }));
    }
}
