#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn a_language_is_found_by_its_code_and_only_those_that_are_spoken_are_offered() {
    let offered: Vec<_> = Language::ALL.iter().map(|language| language.code()).collect();
    assert_eq!(offered, ["en", "zh"]);
    for (language, code, ..) in Language::SOURCES {
        assert_eq!(Language::from_code(code), Some(*language));
        assert_eq!(language.code(), *code);
    }
    assert_eq!(Language::from_code("tlh"), None);
}

#[test]
fn numbers_are_grouped_and_counted() {
    assert_eq!(Language::En.bytes(1), "1 byte");
    assert_eq!(Language::En.bytes(1_400), "1,400 bytes");
    assert_eq!(Language::Zh.bytes(1_234_567), "1,234,567 字节");
    let number = |n: f64| grouped(&FluentNumber::new(n, Default::default()));
    assert_eq!(
        (number(999.0), number(-1000.0), number(1234.5)),
        ("999".into(), "-1,000".into(), "1,234.5".into())
    );
}

#[test]
fn no_blank_stands_between_chinese_characters_where_something_is_put_in() {
    let joined = |put: &str| join_wide(&format!("\u{2068}{put}\u{2069} 转到 \u{2068}{put}\u{2069}。"));
    assert_eq!(joined("c0"), "c0 转到 c0。");
    assert_eq!(joined("该连接"), "该连接转到该连接。");
    assert_eq!(join_wide("\u{2068}键\u{2069}  值"), "键  值");
    assert_eq!(joined("键 1 和 2"), "键 1 和 2 转到键 1 和 2。");
    assert_eq!(joined("\"你 好\""), "\"你 好\" 转到 \"你 好\"。");
}

#[test]
fn the_language_for_tests_has_brackets_around_each_text() {
    let brackets = Language::from_code("qps").unwrap();
    assert_eq!(brackets.bytes(2), "⟦2 bytes⟧");
}

#[test]
fn the_environment_decides_the_language_as_everywhere() {
    let language = |vars: &[(&str, &str)]| {
        Language::from_env(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    };
    assert_eq!(language(&[]), Language::En);
    assert_eq!(language(&[("LANG", "zh_CN.UTF-8")]), Language::Zh);
    assert_eq!(language(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")]), Language::En);
    assert_eq!(language(&[("LANG", "de_DE"), ("LC_MESSAGES", "zh_TW"), ("LC_ALL", "")]), Language::Zh);
    assert_eq!(language(&[("LANG", "zha")]), Language::En);
}
