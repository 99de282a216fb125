//! From text to conditions.
//!
//! ```text
//! any       = all { "|" all }
//! all       = one { "&" one }
//! one       = "!" one | "(" any ")" | condition
//! condition = FIELD [ SIGN VALUE ]
//! ```

use super::error::{FilterError, either, nearest, quoted};
use super::lex::{self, Token};
use super::names::{ev_flags, is_known, names, time};
use super::{DEEPEST, Expr, Field, LONGEST, Needle, Op, Operand, Test, Type};
use crate::event::{ConnState, Function, Kind, Thread, errno_number};
use crate::texts::Language;

type Result<T> = std::result::Result<T, FilterError>;

/// Reads the whole expression.
pub(super) fn parse(text: &str) -> Result<Expr> {
    let too_long = |at| FilterError::new(text, at, Language::spoken().filter_too_long(LONGEST.to_string()));
    if text.len() > LONGEST {
        let fits = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at));
        return Err(too_long(fits.unwrap_or(0)));
    }
    let mut parser = Parser { text, at: 0, end: 0, token: Token::End, depth: 0 };
    parser.next()?;
    let expr = parser.any()?;
    match parser.token {
        Token::End => {}
        Token::Close => return parser.error(Language::spoken().filter_no_open().to_owned()),
        _ => return parser.side_by_side(),
    }
    // Every filter can be written out and read again.
    if expr.to_string().len() > LONGEST { Err(too_long(text.len())) } else { Ok(expr) }
}

#[derive(Clone)]
struct Parser<'a> {
    text: &'a str,
    /// The token that comes next, and where it starts and ends.
    token: Token,
    at: usize,
    end: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn error<T>(&self, message: String) -> Result<T> {
        self.error_at(self.at, message)
    }

    fn error_at<T>(&self, at: usize, message: String) -> Result<T> {
        Err(FilterError::new(self.text, at, message))
    }

    /// The text of the token that comes next.
    fn here(&self) -> &'a str {
        &self.text[self.at..self.end]
    }

    /// The token that comes next, as a message names it.
    fn found(&self) -> String {
        match self.token {
            Token::End => Language::spoken().filter_end().to_owned(),
            _ => quoted(self.here()),
        }
    }

    /// Goes on to the next token.
    fn next(&mut self) -> Result<()> {
        let rest = self.text[self.end..].trim_start();
        self.at = self.text.len() - rest.len();
        match lex::token(rest) {
            Ok((length, token)) => (self.end, self.token) = (self.at + length, token),
            Err((at, message)) => return self.error_at(self.at + at, message),
        }
        Ok(())
    }

    fn any(&mut self) -> Result<Expr> {
        self.list(Token::Or, Parser::all, Expr::Any)
    }

    fn all(&mut self) -> Result<Expr> {
        self.list(Token::And, Parser::one, Expr::All)
    }

    /// What stands between signs; lists of the same sign within each other are one list.
    fn list(
        &mut self,
        sign: Token,
        mut part: impl FnMut(&mut Self) -> Result<Expr>,
        whole: impl FnOnce(Vec<Expr>) -> Expr,
    ) -> Result<Expr> {
        let first = part(self)?;
        if self.token != sign {
            return Ok(first);
        }
        let mut list = Vec::new();
        let mut take = |expr| match (expr, &sign) {
            (Expr::All(inner), Token::And) | (Expr::Any(inner), Token::Or) => list.extend(inner),
            (other, _) => list.push(other),
        };
        take(first);
        while self.token == sign {
            self.next()?;
            take(part(self)?);
        }
        Ok(whole(list))
    }

    fn one(&mut self) -> Result<Expr> {
        let at = self.at;
        let is_not = match self.token {
            Token::Not => true,
            Token::Open => false,
            Token::Word => return self.condition(),
            _ => return self.no_condition(),
        };
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.error(Language::spoken().filter_too_deep(DEEPEST.to_string()));
        }
        self.next()?;
        let expr = if is_not {
            Expr::Not(Box::new(self.one()?))
        } else {
            let inner = self.any()?;
            match self.token {
                Token::Close => self.next()?,
                Token::End => return self.error_at(at, Language::spoken().filter_no_close().to_owned()),
                _ => return self.side_by_side(),
            }
            inner
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn condition(&mut self) -> Result<Expr> {
        let field = self.field()?;
        self.next()?;
        let Token::Op(op) = self.token else {
            return Ok(Expr::Has(field));
        };
        let (name, ty) = (field.short(), field.ty());
        let say = Language::spoken();
        let wrong = match ty {
            Type::Part => Some(say.filter_alone(name)),
            Type::Number | Type::Time if op.is_containment() => Some(say.filter_number(name)),
            Type::Flag if op.is_order() || op.is_containment() => Some(say.filter_flag(name)),
            Type::Bytes if op.is_order() => Some(say.filter_bytes(name)),
            Type::Number | Type::Time | Type::Flag | Type::Bytes => None,
            _ if op.is_order() => Some(say.filter_word(name)),
            _ => None,
        };
        if let Some(wrong) = wrong {
            return self.error(wrong);
        }
        self.next()?;
        let value = match &self.token {
            Token::Word => self.value(field, op, self.here().as_bytes(), false)?,
            Token::Quoted(bytes) => self.value(field, op, bytes, true)?,
            _ => return self.no_value(op),
        };
        self.next()?;
        if let Token::Op(_) = self.token {
            return self.error(Language::spoken().filter_one_comparison(self.here()));
        }
        Ok(Expr::Test(Test { field, op, value }))
    }

    fn field(&self) -> Result<Field> {
        let name = self.here();
        if let Some(field) = Field::from_name(name) {
            return Ok(field);
        }
        // What one writes who does not know the trace's names.
        let known_as = match name {
            "iov" | "b64" | "bytes" | "payload" => Some("data"),
            "function" => Some("fn"),
            "kind" | "event" => Some("ev"),
            "thread" => Some("th"),
            "time" => Some("t"),
            "error" => Some("errno"),
            "connection" => Some("conn"),
            _ => None,
        };
        let belongs_to = if Kind::ALL.iter().any(|k| k.name() == name) {
            Some(("kind", "ev"))
        } else if ConnState::from_name(name).is_some() {
            Some(("state", "to"))
        } else if name.parse::<Thread>().is_ok() {
            Some(("thread", "th"))
        } else if Function::from_name(name).is_some() {
            Some(("function", "fn"))
        } else if errno_number(name).is_some() {
            Some(("error", "errno"))
        } else if name.starts_with("EV_") {
            return self.error(Language::spoken().filter_ev_flags().to_owned());
        } else {
            None
        };
        let near = nearest(name, Field::ALL.iter().map(|f| f.short()));
        let is_number = name.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        let (name, say) = (quoted(name), Language::spoken());
        self.error(match (known_as, belongs_to, &near[..]) {
            (Some(known_as), _, _) => say.filter_known_as(known_as, name),
            (_, Some((what, field)), _) => say.filter_belongs_to(field, name, what),
            _ if is_number => say.filter_number_alone(name),
            (_, _, []) => say.filter_no_field(name),
            (_, _, near) => say.filter_no_field_but(name, either(near)),
        })
    }

    /// What `field` shall be compared with.
    fn value(&self, field: Field, op: Op, bytes: &[u8], is_quoted: bool) -> Result<Operand> {
        let name = field.short();
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let any = || Operand::Bytes(Needle::new(bytes));
        match field.ty() {
            Type::Number => match text.parse() {
                Ok(number) => Ok(Operand::Number(number)),
                Err(_) => {
                    // `c0`, as the screens name a connection, is 0.
                    let digits: String = text.chars().filter(char::is_ascii_digit).take(20).collect();
                    let digits = if digits.is_empty() { "1" } else { &digits };
                    self.error(
                        Language::spoken().filter_whole_number(format!("{name}{}{digits}", op.sign()), name),
                    )
                }
            },
            Type::Time => match time(text) {
                Some(ns) => Ok(Operand::Number(ns)),
                None => self.error(Language::spoken().filter_time(name)),
            },
            Type::Flag => match text {
                "true" => Ok(Operand::Flag(true)),
                "false" => Ok(Operand::Flag(false)),
                _ => self.error(Language::spoken().filter_true_or_false(name)),
            },
            // A part of a name may be anything.
            _ if op.is_containment() => Ok(any()),
            Type::Word | Type::Bytes | Type::Part => Ok(any()),
            Type::Thread => match text.parse() {
                Ok(thread) => Ok(Operand::Thread(thread)),
                Err(_) if is_quoted => Ok(any()),
                Err(_) => self.no_such_name(field, text),
            },
            Type::EvFlags => match ev_flags(text) {
                Some(flags) => Ok(Operand::Bytes(Needle::new(flags.name().as_bytes()))),
                None if is_quoted && !text.starts_with("EV_") => Ok(any()),
                None => self.no_such_name(field, text),
            },
            // One number on Linux, and a trace has it by this name.
            Type::Errno if text == "EWOULDBLOCK" => Ok(Operand::Bytes(Needle::new(b"EAGAIN"))),
            // A recording may have names that this version does not know.
            _ if is_quoted => Ok(any()),
            ty if is_known(ty, text) => Ok(any()),
            _ => self.no_such_name(field, text),
        }
    }

    fn no_such_name<T>(&self, field: Field, word: &str) -> Result<T> {
        let say = Language::spoken();
        let (what, most) = match field.ty() {
            Type::Kind => (say.filter_what_kind(), say.filter_kinds()),
            Type::Errno => (say.filter_what_error(), say.filter_errors()),
            Type::Thread => (say.filter_what_thread(), say.filter_threads()),
            Type::State => (say.filter_what_state(), say.filter_states()),
            Type::Function => (say.filter_what_function(), say.filter_functions()),
            Type::EvFlags => (say.filter_what_event_flag(), say.filter_flags()),
            _ => (say.filter_what_protocol(), say.filter_protocols()),
        };
        let near = nearest(word, names(field.ty()).into_iter());
        self.error(match &near[..] {
            [] => say.filter_no_name(most, what, quoted(word)),
            near => say.filter_no_name_but(either(near), what, quoted(word)),
        })
    }

    fn no_value<T>(&self, op: Op) -> Result<T> {
        let before = self.text[..self.at].trim_end();
        let sign = ["==", op.sign()].into_iter().find(|s| before.ends_with(s)).unwrap_or(op.sign());
        let meant = match (op, &self.token) {
            (Op::Is, Token::Op(Op::Contains)) | (Op::Contains, Token::Op(Op::Is)) => Some("~"),
            (Op::Is, Token::Op(Op::Less)) => Some("<="),
            (Op::Is, Token::Op(Op::More)) => Some(">="),
            (Op::Less, Token::Op(Op::More)) => Some("!="),
            _ => None,
        };
        let say = Language::spoken();
        self.error(match (meant, &self.token) {
            (Some(meant), _) => say.filter_no_comparison(meant, format!("{sign}{}", self.here())),
            (None, Token::And | Token::Or | Token::Not) if self.here().starts_with(char::is_alphabetic) => {
                say.filter_quote_word(sign, self.here())
            }
            _ => say.filter_no_value(self.found(), sign),
        })
    }

    fn no_condition<T>(&self) -> Result<T> {
        let before = self.text[..self.at].trim_end();
        let say = Language::spoken();
        self.error(match &self.token {
            Token::Quoted(_) => say.filter_field_before_quotes().to_owned(),
            Token::Op(op) => say.filter_field_before(op.sign()),
            Token::End if before.is_empty() => say.filter_condition().to_owned(),
            _ => say.filter_condition_found(self.found()),
        })
    }

    /// Something stands where a condition is over.
    fn side_by_side<T>(&self) -> Result<T> {
        if let Token::Op(op) = self.token {
            return self.error(Language::spoken().filter_field_before(op.sign()));
        }
        let mut after = self.clone();
        let is_condition = match self.token {
            Token::Word => {
                Field::from_name(self.here()).is_some()
                    || (after.next().is_ok() && matches!(after.token, Token::Op(_)))
            }
            Token::Quoted(_) => false,
            _ => true,
        };
        let say = Language::spoken();
        self.error(match is_condition {
            true => say.filter_side_by_side().to_owned(),
            false => say.filter_and_or(self.found()),
        })
    }
}
