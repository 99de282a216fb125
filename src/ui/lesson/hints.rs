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
            vec![hint(&keys, lang.pick("answer", "作答")), hint("s", lang.pick("show", "揭晓"))]
        }
        Stage::Over => vec![hint("R", lang.pick("again", "从头开始"))],
        _ => vec![hint("Enter", lang.pick("next step", "下一步"))],
    };
    if app.is_elsewhere() {
        hints.insert(0, hint("L", lang.pick("back to the lesson", "回到课程")));
    }
    hints.push(hint("Bksp", lang.pick("step before", "上一步")));
    // What else to look at; where there is room, it is on the screen.
    for panel in tutor.shows().iter().filter(|panel| **panel != app.focus) {
        hints.push(hint(&panel.number().to_string(), panel.name(lang)));
    }
    hints.push(hint(". ,", lang.pick("event by event", "逐个事件")));
    hints.push(hint("e", lang.pick("why", "为什么")));
    hints.push(hint("l", lang.pick("text alone", "只看课文")));
    hints
}
