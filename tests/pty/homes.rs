//! Files that need not be there: settings, and how far one has come.

use super::*;
use tempfile::TempDir;

/// Homes that are none, and settings' folders that are no folders.
fn homes(folder: &TempDir) -> Vec<Vec<(&'static str, String)>> {
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let file = file.to_str().unwrap().to_owned();
    vec![
        vec![("HOME", "/dev/null".into())],
        vec![("HOME", "/nonexistent".into())],
        vec![("HOME", file.clone())],
        vec![("HOME", "/tmp".into()), ("XDG_CONFIG_HOME", file.clone())],
        vec![("HOME", "/tmp".into()), ("XDG_STATE_HOME", file)],
        vec![("HOME", "relative".into())],
    ]
}

#[test]
fn a_home_that_is_none_holds_no_settings_and_is_no_mistake() {
    let folder = TempDir::new().unwrap();
    for home in homes(&folder) {
        for args in [&["replay", YIELD][..], &["lesson", "2", "--from-start"], &[]] {
            let mut terminal = Terminal::run(MEMSTEP, args, |command| {
                command.env_remove("MEMSTEP_CONFIG");
                home.iter().for_each(|(name, value)| command.env(name, value));
            });
            terminal.wait("the screen", |screen| screen.contents().contains("memstep"));
            terminal.press("q");
            let left = terminal.end();
            assert_eq!(left.code, 0, "{home:?} {args:?}: {}", left.screen.contents());
        }
    }
}

#[test]
fn a_file_that_was_named_has_to_be_there() {
    let terminal =
        Terminal::run(MEMSTEP, &["replay", YIELD], |command| command.env("MEMSTEP_CONFIG", "/dev/null/x"));
    let left = terminal.end();
    assert_eq!(left.code, 2);
    assert!(left.screen.contents().contains("/dev/null/x: cannot be read"), "{}", left.screen.contents());
}

#[test]
fn the_screen_speaks_the_language_that_is_named_if_it_can_be_drawn() {
    let folder = TempDir::new().unwrap();
    let settings = folder.path().join("config.toml");
    fs::write(&settings, "lang = \"zh\"\n").unwrap();
    let settings = settings.to_str().unwrap();
    type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);
    let cases: &[Case] = &[
        (&["--lang", "zh", "replay", YIELD], &[], "回放"),
        (&["replay", YIELD], &[("MEMSTEP_CONFIG", settings)], "回放"),
        (&["replay", YIELD, "--lang=en"], &[("MEMSTEP_CONFIG", settings)], "REPLAY"),
        // There is no Chinese in ASCII.
        (&["replay", YIELD, "--lang", "zh"], &[("LC_ALL", "C")], "REPLAY"),
    ];
    for (args, vars, word) in cases {
        let mut terminal = Terminal::run(MEMSTEP, args, |command| {
            vars.iter().for_each(|(name, value)| command.env(name, value));
        });
        terminal.wait("the screen", |screen| screen.contents().contains(word));
        terminal.press("q");
        assert_eq!(terminal.end().code, 0, "{args:?} {vars:?}");
    }
    let left = Terminal::run(MEMSTEP, &["--lang", "zh", "info", "-h"], |_| {}).end();
    assert!(
        left.code == 0 && left.screen.contents().contains("用法：memstep info"),
        "{}",
        left.screen.contents()
    );
}
