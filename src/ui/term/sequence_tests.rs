use super::*;
use KeyCode::{
    BackTab, Char, Delete, Down, End, Enter, Esc, F, Home, Insert, Left, PageDown, PageUp, Right, Up,
};

const NONE: KeyModifiers = KeyModifiers::NONE;
const ALT: KeyModifiers = KeyModifiers::ALT;
const CONTROL: KeyModifiers = KeyModifiers::CONTROL;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

/// What terminals send for a key: xterm, the Linux console, rxvt, a keypad.
const KEYS: &[(&str, KeyCode, KeyModifiers)] = &[
    ("\x1b[A", Up, NONE),
    ("\x1b[B", Down, NONE),
    ("\x1b[C", Right, NONE),
    ("\x1b[D", Left, NONE),
    ("\x1bOA", Up, NONE),
    ("\x1bOB", Down, NONE),
    ("\x1bOC", Right, NONE),
    ("\x1bOD", Left, NONE),
    ("\x1b[H", Home, NONE),
    ("\x1b[F", End, NONE),
    ("\x1bOH", Home, NONE),
    ("\x1bOF", End, NONE),
    ("\x1b[1~", Home, NONE),
    ("\x1b[4~", End, NONE),
    ("\x1b[7~", Home, NONE),
    ("\x1b[8~", End, NONE),
    ("\x1b[2~", Insert, NONE),
    ("\x1b[3~", Delete, NONE),
    ("\x1b[5~", PageUp, NONE),
    ("\x1b[6~", PageDown, NONE),
    ("\x1bOP", F(1), NONE),
    ("\x1bOS", F(4), NONE),
    ("\x1b[[A", F(1), NONE),
    ("\x1b[[E", F(5), NONE),
    ("\x1b[11~", F(1), NONE),
    ("\x1b[15~", F(5), NONE),
    ("\x1b[17~", F(6), NONE),
    ("\x1b[24~", F(12), NONE),
    ("\x1b[34~", F(20), NONE),
    ("\x1b[1;2P", F(1), SHIFT),
    ("\x1b[Z", BackTab, NONE),
    ("\x1b[1;5C", Right, CONTROL),
    ("\x1b[3;3~", Delete, ALT),
    ("\x1bOM", Enter, NONE),
    ("\x1b[99;5u", Char('c'), CONTROL),
    ("\x1b[97;2u", Char('A'), SHIFT),
    ("\x1bx", Char('x'), ALT),
    ("\x1bä", Char('ä'), ALT),
    ("\x1b\x7f", KeyCode::Backspace, ALT),
    ("\x03", Char('c'), CONTROL),
    ("\x1f", Char('7'), CONTROL),
    ("G", Char('G'), SHIFT),
    ("é", Char('é'), NONE),
    ("漢", Char('漢'), NONE),
    ("\r", Enter, NONE),
];

fn key(code: KeyCode, modifiers: KeyModifiers) -> Typed {
    Typed::Key(KeyEvent::new(code, modifiers))
}

fn pasted(text: &str) -> Typed {
    Typed::Paste(Paste::from(text))
}

/// What comes of these pieces, where nothing follows the last for long.
fn read_in(pieces: &[&[u8]]) -> Vec<Typed> {
    let (mut sequences, mut typed) = (Sequences::default(), Vec::new());
    pieces.iter().for_each(|piece| sequences.take(piece, &mut typed));
    while sequences.patience().is_some() {
        sequences.expire(&mut typed);
    }
    typed
}

#[test]
fn every_key_is_itself_wherever_it_is_cut() {
    for (bytes, code, modifiers) in KEYS {
        let bytes = bytes.as_bytes();
        for at in 0..=bytes.len() {
            let (one, other) = bytes.split_at(at);
            assert_eq!(read_in(&[one, other]), [key(*code, *modifiers)], "{bytes:?} at {at}");
        }
        // And what comes after it is not touched.
        assert_eq!(read_in(&[bytes, b"q"]), [key(*code, *modifiers), key(Char('q'), NONE)], "{bytes:?}");
    }
}

#[test]
fn esc_is_the_key_when_nothing_follows_it() {
    assert_eq!(read_in(&[b"\x1b"]), [key(Esc, NONE)]);
    assert_eq!(read_in(&[b"\x1b\x1b"]), [key(Esc, NONE), key(Esc, NONE)]);
    assert_eq!(read_in(&[b"\x1b\x1b[C"]), [key(Esc, NONE), key(Right, NONE)]);
    let mut sequences = Sequences::default();
    sequences.take(b"\x1b", &mut Vec::new());
    assert_eq!(sequences.patience(), Some(ESC_WAITS));
    // A network may be slow; who types does not type `[` right after it.
    sequences.take(b"[", &mut Vec::new());
    assert_eq!(sequences.patience(), Some(SEQUENCE_WAITS));
}

#[test]
fn what_means_nothing_leaves_no_keys_behind() {
    for nothing in [
        "\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
        "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
        "\x1bP1$r0m\x1b\\",
        "\x1b[?62;22c",
        "\x1b[24;80R",
        "\x1b[I",
        "\x1b[O",
        "\x1b[99~",
        "\x1b[<0;5;5m",
        "\x1b[1;",
        "\x1b]11;rgb",
    ] {
        let bytes = nothing.as_bytes();
        for at in 0..=bytes.len() {
            assert_eq!(read_in(&[&bytes[..at], &bytes[at..]]), [], "{nothing:?} at {at}");
        }
    }
    // A sequence that is cut off ends where the next begins.
    assert_eq!(read_in(&[b"\x1b[1;\x1b[C"]), [key(Right, NONE)]);
    assert_eq!(read_in(&[b"\x1b]11;rgb\x03"]), [key(Char('c'), CONTROL)]);
    assert_eq!(read_in(&[b"\xc3\x1b[C"]), [key(Right, NONE)]);
    assert_eq!(read_in(&[b"\xffq"]), [key(Char('q'), NONE)]);
    let long = [b"\x1b[".as_slice(), &[b'1'; 100_000], b"Cq"].concat();
    assert_eq!(read_in(&[&long]).last(), Some(&key(Char('q'), NONE)));
}

#[test]
fn a_paste_is_text_wherever_it_is_cut() {
    let bytes = b"\x1b[200~quit\r\n\x1b[201\x1b[C\x1b[201~.";
    let expected = [pasted("quit\r\n\x1b[201\x1b[C"), key(Char('.'), NONE)];
    for at in 0..=bytes.len() {
        assert_eq!(read_in(&[&bytes[..at], &bytes[at..]]), expected, "{at}");
    }
    let each: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(read_in(&each), expected);
}

#[test]
fn a_paste_whose_end_is_lost_is_ended_by_esc_or_ctrl_c_after_a_silence() {
    for (last, then) in [(b"\x1b", key(Esc, NONE)), (b"\x03", key(Char('c'), CONTROL))] {
        let (mut sequences, mut typed) = (Sequences::default(), Vec::new());
        sequences.take(b"\x1b[200~r\x03p", &mut typed);
        assert_eq!(sequences.patience(), Some(PASTE_WAITS));
        sequences.expire(&mut typed);
        assert_eq!((sequences.patience(), typed.len()), (None, 0));
        sequences.take(last, &mut typed);
        while sequences.patience().is_some() {
            sequences.expire(&mut typed);
        }
        assert_eq!(typed, [pasted("r\x03p"), then]);
        typed.clear();
        sequences.take(b"q", &mut typed);
        assert_eq!(typed, [key(Char('q'), NONE)]);
    }
}

#[test]
fn a_click_and_the_wheel_are_told_in_three_ways() {
    let at = |kind, column, row| Typed::Mouse(MouseEvent { kind, column, row, modifiers: NONE });
    let down = MouseEventKind::Down(MouseButton::Left);
    for (bytes, expected) in [
        (&b"\x1b[<0;20;10M"[..], Some(at(down, 19, 9))),
        (b"\x1b[<64;20;10M", Some(at(MouseEventKind::ScrollUp, 19, 9))),
        (b"\x1b[<65;20;10M", Some(at(MouseEventKind::ScrollDown, 19, 9))),
        (b"\x1b[<16;20;10M", Some(at(down, 19, 9))),
        (b"\x1b[<35;20;10M", None),
        (b"\x1b[<2;20;10M", None),
        (b"\x1b[32;20;10M", Some(at(down, 19, 9))),
        (b"\x1b[M \x34\x2a", Some(at(down, 19, 9))),
        (b"\x1b[M#\x34\x2a", None),
        (b"\x1b[<0;0;0M", None),
    ] {
        for cut in 0..=bytes.len() {
            let typed = read_in(&[&bytes[..cut], &bytes[cut..]]);
            assert_eq!(typed.first(), expected.as_ref(), "{bytes:?} at {cut}");
        }
    }
}
