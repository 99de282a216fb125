use super::*;

#[test]
fn what_the_help_says_fits_on_a_line_of_80_columns() {
    use unicode_width::UnicodeWidthStr as _;
    for lang in Language::ALL {
        for binding in SECTIONS.iter().chain([&LIST, &LESSON, &ASKED]).flat_map(|s| s.bindings) {
            let help = (binding.help)(*lang);
            assert!(binding.shown.width() <= 7 && help.width() <= 68, "{help}");
        }
    }
}

#[test]
fn no_key_is_bound_twice() {
    let keys: Vec<KeyPress> = all().map(|(key, _)| key).collect();
    for (i, key) in keys.iter().enumerate() {
        assert!(!keys[..i].contains(key), "binding {i} is there already");
    }
}

#[test]
fn every_key_that_the_help_shows_is_bound() {
    for binding in SECTIONS.iter().flat_map(|s| s.bindings).filter(|b| !b.keys.is_empty()) {
        for shown in binding.shown.split(' ').filter(|s| s.chars().count() == 1) {
            let found = binding.keys.iter().any(|(key, _)| *key == Char(shown.chars().next().unwrap_or(' ')));
            assert!(found, "{shown}");
        }
    }
}

#[test]
fn control_and_shift_are_told_apart_from_plain_characters() {
    let key = |code, modifiers| action(KeyEvent::new(code, modifiers));
    assert_eq!(key(KeyCode::Char('c'), KeyModifiers::NONE), Some(Action::Continue));
    assert_eq!(key(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Action::Interrupt));
    assert_eq!(key(KeyCode::Char('C'), KeyModifiers::SHIFT), Some(Action::ReverseContinue));
    assert_eq!(key(KeyCode::Char(')'), KeyModifiers::SHIFT), Some(Action::NextOfConn));
    assert_eq!(key(KeyCode::Char('q'), KeyModifiers::ALT), None);
    assert_eq!(key(KeyCode::Char('v'), KeyModifiers::NONE), None);
}
