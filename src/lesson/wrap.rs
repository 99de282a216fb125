//! Text in lines, by the width that it has on a terminal.

use super::Span;
use textwrap::WordSeparator;
use textwrap::core::{Word, break_words};
use textwrap::wrap_algorithms::wrap_first_fit;
use unicode_width::UnicodeWidthStr as _;

/// The narrowest that lines get.
const NARROWEST: usize = 8;

/// Breaks a paragraph into lines of at most `width` columns. Where a line may end is Unicode's rule
/// (UAX #14): between words, and between Chinese characters, but never before punctuation that closes.
/// Beyond that rule, a path is not broken at its slashes: somebody may want to type it.
pub fn wrap(spans: &[Span], width: usize) -> Vec<Vec<Span>> {
    let width = width.max(NARROWEST);
    let text: String = spans.iter().map(|span| span.text.as_str()).collect();
    let words = break_words(words(&text, width), width);
    let mut at = 0;
    let mut lines = Vec::new();
    for line in wrap_first_fit(&words, &[width as f64]) {
        let bytes: usize = line.iter().map(|word| word.word.len() + word.whitespace.len()).sum();
        let blanks = line.last().map_or(0, |word| word.whitespace.len());
        lines.push(cut(spans, at, at + bytes - blanks));
        at += bytes;
    }
    lines
}

/// The words of a text; a path that fits into a line is one of them.
fn words(text: &str, width: usize) -> Vec<Word<'_>> {
    let mut words: Vec<Word> = Vec::new();
    let (mut start, mut end) = (0, 0);
    for word in WordSeparator::UnicodeBreakProperties.find_words(text) {
        let len = word.word.len() + word.whitespace.len();
        let is_path = words.last().is_some_and(|last| last.whitespace.is_empty() && last.word.ends_with('/'));
        let whole = Word::from(&text[start..end + len]);
        if is_path && whole.word.width() <= width {
            words.pop();
            words.push(whole);
        } else {
            start = end;
            words.push(word);
        }
        end += len;
    }
    words
}

/// The bytes from `from` to `to` of a paragraph, in their styles.
fn cut(spans: &[Span], from: usize, to: usize) -> Vec<Span> {
    let mut start = 0;
    let mut out = Vec::new();
    for span in spans {
        let end = start + span.text.len();
        let (a, b) = (from.max(start), to.min(end));
        if a < b
            && let Some(text) = span.text.get(a - start..b - start)
        {
            out.push(Span { text: text.to_owned(), style: span.style });
        }
        start = end;
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::lesson::TextStyle;
    use proptest::prelude::*;

    fn plain(text: &str, width: usize) -> Vec<String> {
        let span = Span { text: text.to_owned(), style: TextStyle::Plain };
        let lines = wrap(&[span], width).into_iter();
        lines.map(|line| line.into_iter().map(|span| span.text).collect()).collect()
    }

    #[test]
    fn chinese_is_broken_by_its_width_and_never_before_punctuation() {
        assert_eq!(
            plain("主线程只负责接受连接，其余的事由四个工作线程来做。", 20),
            ["主线程只负责接受连", "接，其余的事由四个工", "作线程来做。",]
        );
        for width in 18..40 {
            for line in plain(
                "它调用 `drive_machine`（状态机），读不到（EAGAIN）就等：再来一次；好吗？好！“是”。",
                width,
            ) {
                assert!(
                    !line.starts_with(['，', '。', '、', '；', '：', '？', '！', '）', '”']),
                    "{width}: {line}"
                );
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn a_path_is_whole() {
        assert_eq!(
            plain("exec 3<>/dev/tcp/127.0.0.1/11211; sleep 1", 36),
            ["exec 3<>/dev/tcp/127.0.0.1/11211; ", "sleep 1"].map(str::trim_end)
        );
        assert_eq!(plain("a b/c d", 8), ["a b/c d"]);
        assert_eq!(plain("see /usr/share/doc/memcached", 12), ["see /usr/", "share/doc/", "memcached"]);
    }

    #[test]
    fn styles_stay_with_their_words() {
        let span = |text: &str, style| Span { text: text.to_owned(), style };
        let lines = wrap(
            &[
                span("the call ", TextStyle::Plain),
                span("read x", TextStyle::Code),
                span(" reads", TextStyle::Plain),
            ],
            14,
        );
        assert_eq!(
            lines,
            [
                vec![span("the call ", TextStyle::Plain), span("read", TextStyle::Code)],
                vec![span("x", TextStyle::Code), span(" reads", TextStyle::Plain)],
            ]
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_too_wide(text in "[a-z/ ，。（）主线程`\\\\_-]{0,80}", width in 8usize..60) {
            let lines = plain(&text, width);
            let without = |text: &str| text.replace(' ', "");
            prop_assert_eq!(without(&lines.concat()), without(&text));
            for line in lines {
                prop_assert!(line.width() <= width, "{}: {}", width, line);
            }
        }
    }
}
