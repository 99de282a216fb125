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

type Result<T> = std::result::Result<T, FilterError>;

/// Reads the whole expression.
pub(super) fn parse(text: &str) -> Result<Expr> {
    let too_long = |at| FilterError::new(text, at, format!("a filter has at most {LONGEST} bytes"));
    if text.len() > LONGEST {
        let fits = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at));
        return Err(too_long(fits.unwrap_or(0)));
    }
    let mut parser = Parser { text, at: 0, end: 0, token: Token::End, depth: 0 };
    parser.next()?;
    let expr = parser.any()?;
    match parser.token {
        Token::End => {}
        Token::Close => return parser.error("no ( goes with this )".into()),
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
            Token::End => "the end".into(),
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
            return self.error(format!("at most {DEEPEST} parentheses and ! stand within each other"));
        }
        self.next()?;
        let expr = if is_not {
            Expr::Not(Box::new(self.one()?))
        } else {
            let inner = self.any()?;
            match self.token {
                Token::Close => self.next()?,
                Token::End => return self.error_at(at, "this ( is never closed".into()),
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
        let takes = match ty {
            Type::Part => return self.error(format!("{name} stands alone: it is there or not")),
            Type::Number | Type::Time if op.is_containment() => {
                Some(("a number", "= != < <= > >= compare it"))
            }
            Type::Flag if op.is_order() || op.is_containment() => {
                Some(("true or false", "= and != compare it"))
            }
            Type::Bytes if op.is_order() => Some(("bytes", "= != ~ !~ compare them")),
            Type::Number | Type::Time | Type::Flag | Type::Bytes => None,
            _ if op.is_order() => Some(("a word", "= != ~ !~ compare it")),
            _ => None,
        };
        if let Some((what, signs)) = takes {
            return self.error(format!("{name} is {what}: {signs}"));
        }
        self.next()?;
        let value = match &self.token {
            Token::Word => self.value(field, op, self.here().as_bytes(), false)?,
            Token::Quoted(bytes) => self.value(field, op, bytes, true)?,
            _ => return self.no_value(op),
        };
        self.next()?;
        if let Token::Op(_) = self.token {
            return self
                .error(format!("expected & or | before {}: a condition has one comparison", self.here()));
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
            Some(("a kind", "ev"))
        } else if ConnState::from_name(name).is_some() {
            Some(("a state", "to"))
        } else if name.parse::<Thread>().is_ok() {
            Some(("a thread", "th"))
        } else if Function::from_name(name).is_some() {
            Some(("a function", "fn"))
        } else if errno_number(name).is_some() {
            Some(("an error", "errno"))
        } else if name.starts_with("EV_") {
            return self.error("event flags stand in quotes: ev_flags=\"EV_READ|EV_PERSIST\"".into());
        } else {
            None
        };
        let near = nearest(name, Field::ALL.iter().map(|f| f.short()));
        let is_number = name.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        let name = quoted(name);
        self.error(match (known_as, belongs_to, &near[..]) {
            (Some(known_as), _, _) => format!("no such field: {name}; here it is {known_as}"),
            (_, Some((what, field)), _) => format!("{name} is {what}, not a field: {field}={name}"),
            _ if is_number => format!("expected a field before {name}, as in conn=0 or t>1.2s"),
            (_, _, []) => {
                format!(
                    "no such field: {name}; the commonest are ev, th, conn, fd, to, data, ret, errno and t"
                )
            }
            (_, _, near) => format!("no such field: {name}; did you mean {}?", either(near)),
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
                    self.error(format!("{name} is a whole number: {name}{}{digits}", op.sign()))
                }
            },
            Type::Time => match time(text) {
                Some(ns) => Ok(Operand::Number(ns)),
                None => self.error(format!("{name} is a time: 1.2s, 300ms, 15us, or plain nanoseconds")),
            },
            Type::Flag => match text {
                "true" => Ok(Operand::Flag(true)),
                "false" => Ok(Operand::Flag(false)),
                _ => self.error(format!("{name} is true or false; {name} alone is {name}=true")),
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
        let (what, most) = match field.ty() {
            Type::Kind => ("kind", "one of a later version stands in quotes"),
            Type::Errno => ("error", "one that this system does not have stands in quotes"),
            Type::Thread => {
                ("thread", "there are main, worker0, worker1 ... and client; another one stands in quotes")
            }
            Type::State => (
                "state",
                "as `-vvv` has them: conn_new_cmd, conn_read, conn_nread ...; one of another version stands in quotes",
            ),
            Type::Function => (
                "function",
                "of memcached's, such as drive_machine or conn_new; one that memstep does not know stands in quotes",
            ),
            Type::EvFlags => ("event flag", "EV_READ, EV_WRITE and EV_PERSIST, \"EV_READ|EV_PERSIST\""),
            _ => ("protocol", "auto-negotiate, ascii and binary"),
        };
        let near = nearest(word, names(field.ty()).into_iter());
        let word = quoted(word);
        self.error(match &near[..] {
            [] => format!("no such {what}: {word}; {most}"),
            near => format!("no such {what}: {word}; did you mean {}?", either(near)),
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
        self.error(match (meant, &self.token) {
            (Some(meant), _) => format!("no such comparison: {sign}{}; did you mean {meant}?", self.here()),
            (None, Token::And | Token::Or | Token::Not) if self.here().starts_with(char::is_alphabetic) => {
                format!("expected a value after {sign}; the word {0} stands in quotes: \"{0}\"", self.here())
            }
            _ => format!("expected a value after {sign}, found {}", self.found()),
        })
    }

    fn no_condition<T>(&self) -> Result<T> {
        let before = self.text[..self.at].trim_end();
        self.error(match &self.token {
            Token::Quoted(_) => "expected a field before the quotes, as in data~\"set\"".into(),
            Token::Op(op) => format!("expected a field before {}, as in conn=0", op.sign()),
            Token::End if before.is_empty() => "expected a condition, such as ev=state or conn=0".into(),
            _ => format!("expected a condition, such as ev=state or conn=0; found {}", self.found()),
        })
    }

    /// Something stands where a condition is over.
    fn side_by_side<T>(&self) -> Result<T> {
        if let Token::Op(op) = self.token {
            return self.error(format!("expected a field before {}, as in conn=0", op.sign()));
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
        self.error(if is_condition {
            "two conditions side by side: put & (both) or | (either) between them".into()
        } else {
            format!("expected & or | before {}; a value with blanks stands in quotes", self.found())
        })
    }
}
