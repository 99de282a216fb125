//! What a lesson says is on the screen to its last word.

use super::*;
use crate::lesson::Block;

/// Where the lesson's text stands on a screen: its first column and its rows.
fn place(screen: &[Vec<char>]) -> (usize, std::ops::Range<usize>) {
    let found = screen.iter().enumerate().find_map(|(y, row)| Some((row.iter().position(|c| *c == '§')?, y)));
    let (x, y) = found.unwrap();
    let left = x - 2;
    let is_rule =
        |row: &Vec<char>| row.get(left) == Some(&'─') && row.get(left + 1).is_some_and(|c| "─ ".contains(*c));
    let end = (y + 1..screen.len() - 1).find(|y| is_rule(&screen[*y])).unwrap_or(screen.len() - 1);
    (left + 1, y + 1..end)
}

/// All rows of the lesson's text, the ones below the panel's end too.
fn drawn(app: &mut App, (width, height): (u16, u16)) -> Vec<String> {
    let rows = |app: &App| {
        let cells = crate::ui::tests::buffer(app, width, height);
        let row = |y: u16| -> Vec<char> {
            (0..width).map(|x| cells[(x, y)].symbol().chars().next().unwrap_or(' ')).collect()
        };
        let all: Vec<Vec<char>> = (0..height).map(row).collect();
        let (left, rows) = place(&all);
        let text = |y: usize| {
            all[y].get(left..).unwrap_or_default().iter().collect::<String>().trim_end().to_owned()
        };
        rows.map(text).collect::<Vec<_>>()
    };
    let clean = |row: &String| row.trim_end_matches("J ▾").trim_end_matches("K ▴").trim_end().to_owned();
    let mut all: Vec<String> = rows(app).iter().map(clean).collect();
    let mut now = rows(app);
    while now.last().is_some_and(|row| row.ends_with("J ▾")) {
        press(app, "J");
        now = rows(app);
        all.extend(now.last().map(clean));
    }
    while now.first().is_some_and(|row| row.ends_with("K ▴")) {
        press(app, "K");
        now = rows(app);
    }
    all
}

/// Without blanks: where a line ends is no part of a text. Nor is the sign that a command goes on.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect()
}

fn said(block: &Block) -> Vec<String> {
    let joined =
        |spans: &[crate::lesson::Span]| spans.iter().map(|span| span.text.as_str()).collect::<String>();
    match block {
        Block::Text(spans) => vec![joined(spans)],
        Block::Item { mark, text, .. } => vec![format!("{mark}{}", joined(text))],
        Block::Code(lines) => lines.clone(),
        Block::Do(lines) => vec![lines.join(" ▸ ")],
    }
}

#[test]
fn every_word_of_every_lesson_is_on_the_screen() {
    let mut commands = 0;
    let both = [Language::En, Language::Zh]
        .into_iter()
        .flat_map(|lang| library::all(lang).into_iter().map(move |entry| (entry, lang)));
    for (entry, lang) in both {
        let mut app = over(entry.name(), lang, &Options::default());
        for step in 0..tutor(&app).steps() {
            if tutor(&app).stage() == Stage::Asking {
                press(&mut app, "s");
            }
            let tutor = tutor(&app);
            assert_eq!(tutor.step, step);
            let lesson = tutor.course.lesson();
            let of = tutor.current().unwrap();
            let chapter = lesson.chapters.get(of.chapter).filter(|chapter| chapter.first == step);
            let intro = lesson.intro.iter().filter(|_| step == 0);
            let blocks = intro.chain(chapter.iter().flat_map(|chapter| &chapter.intro)).chain(&of.body);
            let mut said: Vec<String> = blocks.flat_map(said).collect();
            said.push(of.title.clone());
            for size in [(80, 24), (120, 40)] {
                let rows = drawn(&mut app, size);
                let shown = bare(&rows.concat());
                for text in &said {
                    let at = format!("{} {lang:?}, step {}, {size:?}", entry.name(), step + 1);
                    assert!(shown.contains(&bare(text)), "{at}: {text}\n{}", rows.join("\n"));
                }
                // A command that goes on says so in every line but its last.
                for text in said.iter().filter(|text| text.starts_with("memstep ")) {
                    commands += 1;
                    let first = rows.iter().position(|row| {
                        text.starts_with(row.trim().trim_end_matches(" \\")) && !row.is_empty()
                    });
                    let mut read = String::new();
                    for row in &rows[first.unwrap()..] {
                        let (part, goes_on) =
                            row.trim().strip_suffix(" \\").map_or((row.trim(), false), |part| (part, true));
                        read = format!("{read} {part}").trim().to_owned();
                        if !goes_on {
                            break;
                        }
                    }
                    assert_eq!(read, *text);
                }
            }
            press(&mut app, "\n");
        }
    }
    assert!(commands > 0, "there are commands in the lessons");
}
