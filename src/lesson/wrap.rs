//! Text in lines, by the width that it has on a terminal.

use super::Span;
use textwrap::WordSeparator;
use textwrap::core::{Word, break_words};
use textwrap::wrap_algorithms::wrap_first_fit;

/// The narrowest that lines get.
const NARROWEST: usize = 8;

/// Breaks a paragraph into lines of at most `width` columns. Where a line may end is Unicode's rule
/// (UAX #14): between words, and between Chinese characters, but never before punctuation that closes.
pub fn wrap(spans: &[Span], width: usize) -> Vec<Vec<Span>> {
    let width = width.max(NARROWEST);
    let text: String = spans.iter().map(|span| span.text.as_str()).collect();
    let words: Vec<Word> = WordSeparator::UnicodeBreakProperties.find_words(&text).collect();
    let words = break_words(words, width);
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
    use crate::lesson::Style;
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr as _;

    fn plain(text: &str, width: usize) -> Vec<String> {
        let span = Span { text: text.to_owned(), style: Style::Plain };
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
    fn styles_stay_with_their_words() {
        let span = |text: &str, style| Span { text: text.to_owned(), style };
        let lines = wrap(
            &[span("the call ", Style::Plain), span("read x", Style::Code), span(" reads", Style::Plain)],
            14,
        );
        assert_eq!(
            lines,
            [
                vec![span("the call ", Style::Plain), span("read", Style::Code)],
                vec![span("x", Style::Code), span(" reads", Style::Plain)],
            ]
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_too_wide(text in "[a-z ，。（）主线程`\\\\_-]{0,80}", width in 8usize..60) {
            let lines = plain(&text, width);
            let without = |text: &str| text.replace(' ', "");
            prop_assert_eq!(without(&lines.concat()), without(&text));
            for line in lines {
                prop_assert!(line.width() <= width, "{}: {}", width, line);
            }
        }
    }
}
