//! The last line while a lesson is on.

use super::text::letter;
use super::{Stage, Tutor};
use crate::ui::app::App;

/// The hints of a lesson: its own keys first.
pub(in crate::ui) fn hints(app: &App, tutor: &Tutor) -> Vec<(String, String)> {
    let lang = tutor.lang();
    let hint = |keys: &str, what: &str| (keys.to_owned(), what.to_owned());
    let mut hints = match tutor.stage() {
        Stage::Asking => {
            let choices = tutor.course.question(tutor.step).map_or(0, |question| question.choices.len());
            let keys = format!("a-{}", letter(choices.saturating_sub(1)));
            vec![hint(&keys, lang.lesson_hint_answer()), hint("s", lang.lesson_hint_show())]
        }
        Stage::Over => vec![hint("R", lang.lesson_hint_again())],
        _ => vec![hint("Enter", lang.lesson_hint_next())],
    };
    if app.is_elsewhere() {
        hints.insert(0, hint("L", lang.lesson_hint_elsewhere()));
    }
    hints.push(hint("Bksp", lang.lesson_hint_before()));
    // What else to look at; where there is room, it is on the screen.
    for panel in tutor.shows().iter().filter(|panel| **panel != app.focus) {
        hints.push(hint(&panel.number().to_string(), panel.name(lang)));
    }
    hints.push(hint(". ,", lang.lesson_hint_events()));
    hints.push(hint("e", lang.lesson_hint_why()));
    hints.push(hint("l", lang.lesson_hint_alone()));
    hints
}
