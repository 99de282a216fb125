//! From text to tokens.

use super::Op;
use super::error::quoted;
use crate::text::printable;
use crate::texts::Language;
use std::borrow::Cow;

/// A part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A bare word, which the parser takes from the text itself.
    Word,
    /// What stands in quotes.
    Quoted(Vec<u8>),
    Op(Op),
    And,
    Or,
    Not,
    Open,
    Close,
    End,
}

/// What is wrong, and how far from where the token starts.
pub(super) type LexError = (usize, String);

/// The token that `rest` starts with, and how long it is.
pub(super) fn token(rest: &str) -> Result<(usize, Token), LexError> {
    // The longer signs first: `<=` before `<`.
    let signs = [
        ("&&", Token::And),
        ("||", Token::Or),
        ("==", Token::Op(Op::Is)),
        ("!=", Token::Op(Op::IsNot)),
        ("!~", Token::Op(Op::ContainsNot)),
        ("<=", Token::Op(Op::AtMost)),
        (">=", Token::Op(Op::AtLeast)),
        ("=", Token::Op(Op::Is)),
        ("<", Token::Op(Op::Less)),
        (">", Token::Op(Op::More)),
        ("~", Token::Op(Op::Contains)),
        ("&", Token::And),
        ("|", Token::Or),
        ("!", Token::Not),
        ("(", Token::Open),
        (")", Token::Close),
    ];
    if let Some((sign, token)) = signs.into_iter().find(|s| rest.starts_with(s.0)) {
        return Ok((sign.len(), token));
    }
    if rest.starts_with('"') {
        return string(rest).map(|(length, bytes)| (length, Token::Quoted(bytes)));
    }
    let length = rest.find(|c| !is_bare_char(c)).unwrap_or(rest.len());
    match (&rest[..length], rest.chars().next()) {
        ("", None) => Ok((0, Token::End)),
        ("", Some('\'' | '`')) => Err((0, Language::spoken().filter_quotes().to_owned())),
        ("", Some(c)) => {
            Err((0, Language::spoken().filter_only_in_quotes(quoted(c.encode_utf8(&mut [0; 4])))))
        }
        (word, _) => Ok((length, keyword(word).unwrap_or(Token::Word))),
    }
}

/// Whether a word can stand without quotes.
pub(super) fn is_bare(word: &str) -> bool {
    !word.is_empty() && word.chars().all(is_bare_char) && keyword(word).is_none()
}

/// What a terminal would not show as it is needs quotes. A shell's own quotes and backslashes are
/// nothing here: they were meant for the shell.
fn is_bare_char(c: char) -> bool {
    !c.is_whitespace()
        && !matches!(c, '&' | '|' | '!' | '=' | '<' | '>' | '~' | '(' | ')' | '"' | '\'' | '`' | '\\')
        && matches!(printable(c.encode_utf8(&mut [0; 4])), Cow::Borrowed(_))
}

fn keyword(word: &str) -> Option<Token> {
    [("and", Token::And), ("or", Token::Or), ("not", Token::Not)]
        .into_iter()
        .find_map(|(keyword, token)| word.eq_ignore_ascii_case(keyword).then_some(token))
}

/// What starts with a quote: its length, and the bytes that it stands for.
fn string(rest: &str) -> Result<(usize, Vec<u8>), LexError> {
    let mut bytes = Vec::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((at + 1, bytes)),
            '\\' => match chars.next().map(|c| c.1) {
                Some('n') => bytes.push(b'\n'),
                Some('r') => bytes.push(b'\r'),
                Some('t') => bytes.push(b'\t'),
                Some('0') => bytes.push(0),
                Some('"') => bytes.push(b'"'),
                Some('\\') => bytes.push(b'\\'),
                Some('x') => {
                    let digit = |c: Option<(usize, char)>| c.and_then(|c| c.1.to_digit(16));
                    let digits = digit(chars.next()).zip(digit(chars.next()));
                    let Some((high, low)) = digits else {
                        return Err((at, Language::spoken().filter_hex().to_owned()));
                    };
                    bytes.push((high * 16 + low) as u8);
                }
                Some(c) => {
                    let c = quoted(c.encode_utf8(&mut [0; 4]));
                    return Err((at, Language::spoken().filter_no_escape(c.to_string())));
                }
                None => break,
            },
            c => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Err((0, Language::spoken().filter_quotes_open().to_owned()))
}
