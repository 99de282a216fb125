//! The protocol as a table of dialogues: what a client sends, and the answer to the byte. All were
//! held with memcached 1.4.24 too.

/// In the place of an answer: the server closes the connection and says nothing.
pub const CLOSES: &str = "(closes)";
const BAD_FORMAT: &str = "CLIENT_ERROR bad command line format\r\n";
const TOO_LARGE: &str = "SERVER_ERROR object too large for cache\r\n";
const BAD_DELETE: &str = "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n";
const NO_NUMBER: &str = "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n";
const BAD_DELTA: &str = "CLIENT_ERROR invalid numeric delta argument\r\n";
const BAD_EXPTIME: &str = "CLIENT_ERROR invalid exptime argument\r\n";

/// What a client says, turn by turn, and what it hears.
pub struct Dialogue {
    /// What it shows.
    pub about: &'static str,
    /// What is sent, and the answer to the byte.
    pub turns: Vec<(Vec<u8>, Vec<u8>)>,
}

fn dialogue<const N: usize>(about: &'static str, turns: [(&str, &str); N]) -> Dialogue {
    let turns = turns.iter().map(|(send, reply)| (send.as_bytes().to_vec(), reply.as_bytes().to_vec()));
    Dialogue { about, turns: turns.collect() }
}

fn storing() -> Vec<Dialogue> {
    vec![
        dialogue(
            "set stores, get gives back: flags, length, value",
            [
                ("set a 5 0 3\r\nabc\r\n", "STORED\r\n"),
                ("get a\r\n", "VALUE a 5 3\r\nabc\r\nEND\r\n"),
                ("set a 0 0 0\r\n\r\n", "STORED\r\n"),
                ("get a\r\n", "VALUE a 0 0\r\n\r\nEND\r\n"),
                ("get nokey\r\n", "END\r\n"),
            ],
        ),
        dialogue(
            "add only where there is none, replace only where there is one",
            [
                ("replace a 0 0 1\r\n1\r\n", "NOT_STORED\r\n"),
                ("add a 0 0 1\r\n2\r\n", "STORED\r\n"),
                ("add a 0 0 1\r\n3\r\n", "NOT_STORED\r\n"),
                ("get a\r\n", "VALUE a 0 1\r\n2\r\nEND\r\n"),
                ("replace a 7 0 1\r\n4\r\n", "STORED\r\n"),
                ("get a\r\n", "VALUE a 7 1\r\n4\r\nEND\r\n"),
            ],
        ),
        dialogue(
            "append and prepend keep the flags of what was there",
            [
                ("append a 0 0 1\r\n1\r\n", "NOT_STORED\r\n"),
                ("prepend a 0 0 1\r\n1\r\n", "NOT_STORED\r\n"),
                ("set a 9 0 3\r\nmid\r\n", "STORED\r\n"),
                ("append a 1 0 4\r\n-end\r\n", "STORED\r\n"),
                ("prepend a 2 0 6\r\nbegin-\r\n", "STORED\r\n"),
                ("get a\r\n", "VALUE a 9 13\r\nbegin-mid-end\r\nEND\r\n"),
            ],
        ),
        dialogue(
            "cas stores what nobody has changed since gets",
            [
                ("cas a 0 0 1 1\r\n1\r\n", "NOT_FOUND\r\n"),
                ("set a 0 0 1\r\n1\r\n", "STORED\r\n"),
                ("gets a\r\n", "VALUE a 0 1 1\r\n1\r\nEND\r\n"),
                ("cas a 0 0 1 2\r\n2\r\n", "EXISTS\r\n"),
                ("cas a 0 0 1 1\r\n3\r\n", "STORED\r\n"),
                ("gets a\r\n", "VALUE a 0 1 2\r\n3\r\nEND\r\n"),
                ("cas a 0 0 1 x\r\n", BAD_FORMAT),
                ("cas a 0 0 1\r\n", "ERROR\r\n"),
                ("cas a 0 0 1 18446744073709551616\r\n", BAD_FORMAT),
            ],
        ),
        dialogue(
            "a value that does not end where it should is refused, and what is left over is a command",
            [
                ("set a 0 0 3\r\nabcd\r\n", "CLIENT_ERROR bad data chunk\r\nERROR\r\n"),
                ("get a\r\n", "END\r\n"),
                ("set a 0 0 3\r\nab\r\nx\r\n", "CLIENT_ERROR bad data chunk\r\nERROR\r\n"),
            ],
        ),
        dialogue(
            "the numbers of a storage command",
            [
                ("set a x 0 1\r\n", BAD_FORMAT),
                ("set a 0 x 1\r\n", BAD_FORMAT),
                ("set a 0 0 x\r\n", BAD_FORMAT),
                ("set a 0 0 1x\r\n", BAD_FORMAT),
                ("set a 0 0 -1\r\n", BAD_FORMAT),
                ("set a 0 0 2147483647\r\n", BAD_FORMAT),
                ("set a -1 0 1\r\n", BAD_FORMAT),
                ("set a 18446744073709551616 0 1\r\n", BAD_FORMAT),
                // strtol has 64 bits, of which 32 are kept.
                ("set a 4294967295 0 4294967297\r\n1\r\n", "STORED\r\n"),
                ("get a\r\n", "VALUE a -1 1\r\n1\r\nEND\r\n"),
                ("set a +1 -0 +1\r\n2\r\n", "STORED\r\n"),
                ("get a\r\n", "VALUE a 1 1\r\n2\r\nEND\r\n"),
            ],
        ),
        dialogue(
            "a negative time is over at once, and so is one long ago",
            [
                ("set a 0 -1 1\r\n1\r\n", "STORED\r\n"),
                ("set b 0 2592001 1\r\n1\r\n", "STORED\r\n"),
                ("set c 0 2592000 1\r\n1\r\n", "STORED\r\n"),
                ("get a b c\r\n", "VALUE c 0 1\r\n1\r\nEND\r\n"),
            ],
        ),
        dialogue(
            "a value that is too large is read and thrown away; a set takes the old one with it",
            [
                ("set a 0 0 1\r\n1\r\n", "STORED\r\n"),
                (&format!("add a 0 0 1048576\r\n{}\r\n", "x".repeat(1_048_576)), TOO_LARGE),
                ("get a\r\n", "VALUE a 0 1\r\n1\r\nEND\r\n"),
                (&format!("set a 0 0 1048576\r\n{}\r\n", "x".repeat(1_048_576)), TOO_LARGE),
                ("get a\r\n", "END\r\n"),
                ("set a 0 0 1\r\n1\r\n", "STORED\r\n"),
                (&format!("append a 0 0 1048400\r\n{}\r\n", "x".repeat(1_048_400)), "STORED\r\n"),
                (&format!("append a 0 0 1000\r\n{}\r\n", "x".repeat(1000)), "NOT_STORED\r\n"),
            ],
        ),
        dialogue(
            "told not to answer, it takes the value of a set that failed for commands",
            [
                ("set a 0 0 1048576 noreply\r\nversion\r\n", "VERSION 1.4.24\r\n"),
                ("set a 0 0 x noreply\r\nversion\r\n", "VERSION 1.4.24\r\n"),
            ],
        ),
    ]
}

fn keys() -> Vec<Dialogue> {
    let (longest, too_long) = ("k".repeat(250), "k".repeat(251));
    let many = |hits: usize, each: &str| format!("{}END\r\n", each.repeat(hits));
    vec![
        dialogue(
            "a key has 250 bytes at most, in every command",
            [
                (&format!("set {longest} 0 0 1\r\n1\r\n"), "STORED\r\n"),
                (&format!("incr {longest} 1\r\n"), "2\r\n"),
                (&format!("get {longest}\r\n"), &format!("VALUE {longest} 0 1\r\n2\r\nEND\r\n")),
                (&format!("touch {longest} 0\r\n"), "TOUCHED\r\n"),
                (&format!("delete {longest}\r\n"), "DELETED\r\n"),
                (&format!("set {too_long} 0 0 1\r\n"), BAD_FORMAT),
                (&format!("cas {too_long} 0 0 1 1\r\n"), BAD_FORMAT),
                (&format!("incr {too_long} 1\r\n"), BAD_FORMAT),
                (&format!("decr {too_long} 1\r\n"), BAD_FORMAT),
                (&format!("touch {too_long} 0\r\n"), BAD_FORMAT),
                (&format!("delete {too_long}\r\n"), BAD_FORMAT),
                (&format!("get {too_long}\r\n"), BAD_FORMAT),
                // What was found before it is forgotten.
                ("set a 0 0 1\r\n1\r\n", "STORED\r\n"),
                (&format!("get a a {too_long} a\r\n"), BAD_FORMAT),
                (&format!("gets a a a a a a a a {too_long}\r\n"), BAD_FORMAT),
                ("gets a\r\n", "VALUE a 0 1 3\r\n1\r\nEND\r\n"),
            ],
        ),
        dialogue(
            "one get for many keys, those missing left out, one as often as it is asked for",
            [
                ("set a 0 0 1\r\n1\r\nset b 1 0 2\r\n22\r\n", "STORED\r\nSTORED\r\n"),
                ("get a x b a\r\n", "VALUE a 0 1\r\n1\r\nVALUE b 1 2\r\n22\r\nVALUE a 0 1\r\n1\r\nEND\r\n"),
                ("bget a\r\n", "VALUE a 0 1\r\n1\r\nEND\r\n"),
                ("gets x b a\r\n", "VALUE b 1 2 2\r\n22\r\nVALUE a 0 1 1\r\n1\r\nEND\r\n"),
                ("  get   a   x  \r\n", "VALUE a 0 1\r\n1\r\nEND\r\n"),
                // Seven tokens are cut at a time.
                (&format!("get {}\r\n", "a ".repeat(30)), &many(30, "VALUE a 0 1\r\n1\r\n")),
                // More pieces than one sendmsg takes, and a longer line than the buffer was.
                (&format!("get {}\r\n", "a ".repeat(2000)), &many(2000, "VALUE a 0 1\r\n1\r\n")),
                (&format!("gets {}\r\n", "a ".repeat(2000)), &many(2000, "VALUE a 0 1 1\r\n1\r\n")),
            ],
        ),
        dialogue(
            "long values go out in several messages, the first of 1,400 bytes",
            [
                (&format!("set a 0 0 5000\r\n{}\r\n", "x".repeat(5000)), "STORED\r\n"),
                ("get a\r\n", &format!("VALUE a 0 5000\r\n{}\r\nEND\r\n", "x".repeat(5000))),
                (
                    "gets a a\r\n",
                    &format!("{0}{0}END\r\n", format!("VALUE a 0 5000 1\r\n{}\r\n", "x".repeat(5000))),
                ),
            ],
        ),
        dialogue(
            "a key is any bytes but space, NUL and the end of the line",
            [
                ("set \u{1}\t\u{7f}é 0 0 1\r\n1\r\n", "STORED\r\n"),
                ("get \u{1}\t\u{7f}é\r\n", "VALUE \u{1}\t\u{7f}é 0 1\r\n1\r\nEND\r\n"),
                ("get a\0b\r\n", "END\r\n"),
                ("get \0a\r\n", "ERROR\r\n"),
            ],
        ),
    ]
}

fn numbers() -> Vec<Dialogue> {
    vec![
        dialogue(
            "incr wraps at 64 bits, decr stops at nought and keeps the length",
            [
                ("incr a 1\r\n", "NOT_FOUND\r\n"),
                ("decr a 1\r\n", "NOT_FOUND\r\n"),
                ("set a 3 0 2\r\n10\r\n", "STORED\r\n"),
                ("incr a 5\r\n", "15\r\n"),
                ("decr a 7\r\n", "8\r\n"),
                ("get a\r\n", "VALUE a 3 2\r\n8 \r\nEND\r\n"),
                ("decr a 9\r\n", "0\r\n"),
                ("incr a 18446744073709551615\r\n", "18446744073709551615\r\n"),
                ("get a\r\n", "VALUE a 3 20\r\n18446744073709551615\r\nEND\r\n"),
                ("incr a 2\r\n", "1\r\n"),
                ("get a\r\n", &format!("VALUE a 3 20\r\n1{}\r\nEND\r\n", " ".repeat(19))),
            ],
        ),
        dialogue(
            "what counts as a number",
            [
                ("set a 0 0 5\r\n12 34\r\n", "STORED\r\n"),
                ("incr a 1\r\n", "13\r\n"),
                ("get a\r\n", "VALUE a 0 5\r\n13   \r\nEND\r\n"),
                ("set a 0 0 3\r\n  7\r\n", "STORED\r\n"),
                ("incr a 1\r\n", "8\r\n"),
                ("set a 0 0 3\r\n1\0x\r\n", "STORED\r\n"),
                ("incr a 1\r\n", "2\r\n"),
                ("set a 0 0 2\r\n1x\r\n", "STORED\r\n"),
                ("incr a 1\r\n", NO_NUMBER),
                ("set a 0 0 2\r\n-1\r\n", "STORED\r\n"),
                ("decr a 1\r\n", NO_NUMBER),
                ("set a 0 0 0\r\n\r\n", "STORED\r\n"),
                ("incr a 1\r\n", NO_NUMBER),
                ("incr a x\r\n", BAD_DELTA),
                ("incr a -1\r\n", BAD_DELTA),
                ("decr a 18446744073709551616\r\n", BAD_DELTA),
                ("incr a\r\n", "ERROR\r\n"),
            ],
        ),
        dialogue(
            "a changed number has a new CAS id",
            [
                ("set a 0 0 1\r\n1\r\n", "STORED\r\n"),
                ("incr a 1\r\n", "2\r\n"),
                ("gets a\r\n", "VALUE a 0 1 2\r\n2\r\nEND\r\n"),
                ("incr a 8\r\n", "10\r\n"),
                ("gets a\r\n", "VALUE a 0 2 3\r\n10\r\nEND\r\n"),
            ],
        ),
    ]
}

fn others() -> Vec<Dialogue> {
    vec![
        dialogue(
            "delete, with the time of 0 that old clients send",
            [
                ("delete a\r\n", "NOT_FOUND\r\n"),
                ("set a 0 0 1\r\n1\r\n", "STORED\r\n"),
                ("delete a 1\r\n", BAD_DELETE),
                ("delete a 0 1\r\n", BAD_DELETE),
                ("delete a x noreply\r\nget a\r\n", "VALUE a 0 1\r\n1\r\nEND\r\n"),
                ("delete a 0\r\n", "DELETED\r\n"),
                ("delete a\r\n", "NOT_FOUND\r\n"),
                ("delete\r\n", "ERROR\r\n"),
                ("delete a 0 noreply 1\r\n", "ERROR\r\n"),
            ],
        ),
        dialogue(
            "touch",
            [
                ("touch a 0\r\n", "NOT_FOUND\r\n"),
                ("set a 0 0 1\r\n1\r\n", "STORED\r\n"),
                ("touch a 100\r\n", "TOUCHED\r\n"),
                ("get a\r\n", "VALUE a 0 1\r\n1\r\nEND\r\n"),
                ("touch a x\r\n", BAD_EXPTIME),
                ("touch a\r\n", "ERROR\r\n"),
                ("touch a -1\r\n", "TOUCHED\r\n"),
                ("get a\r\n", "END\r\n"),
            ],
        ),
        dialogue(
            "flush_all, now or later",
            [
                ("set a 0 0 1\r\n1\r\n", "STORED\r\n"),
                ("flush_all 100\r\n", "OK\r\n"),
                ("get a\r\n", "VALUE a 0 1\r\n1\r\nEND\r\n"),
                ("flush_all\r\n", "OK\r\n"),
                ("get a\r\n", "END\r\n"),
                ("set a 0 0 1\r\n2\r\n", "STORED\r\n"),
                ("get a\r\n", "VALUE a 0 1\r\n2\r\nEND\r\n"),
                ("flush_all 0\r\nget a\r\n", "OK\r\nEND\r\n"),
                ("flush_all -1\r\nflush_all x\r\n", "OK\r\nOK\r\n"),
                ("flush_all 99999999999999999999\r\n", BAD_FORMAT),
                ("flush_all 0 0 0\r\n", "ERROR\r\n"),
            ],
        ),
        dialogue(
            "version, verbosity, shutdown",
            [
                ("version\r\n", "VERSION 1.4.24\r\n"),
                ("version 1\r\n", "ERROR\r\n"),
                ("verbosity\r\n", "ERROR\r\n"),
                ("verbosity 0\r\n", "OK\r\n"),
                ("verbosity junk\r\n", "OK\r\n"),
                ("verbosity 4294967296 junk\r\n", "OK\r\n"),
                ("verbosity 0 0 0\r\n", "ERROR\r\n"),
                ("shutdown\r\n", "ERROR: shutdown not enabled\r\n"),
                ("slabs reassign 1 2\r\n", "CLIENT_ERROR slab reassignment disabled\r\n"),
                ("slabs\r\n", "ERROR\r\n"),
            ],
        ),
        dialogue("stats has its own errors", [("stats nosuch\r\nstats reset\r\n", "ERROR\r\nRESET\r\n")]),
        dialogue("quit closes", [("version\r\nquit\r\nversion\r\n", "VERSION 1.4.24\r\n"), ("", CLOSES)]),
        dialogue("quit takes no arguments", [("quit 1\r\nquit noreply\r\n", "ERROR\r\nERROR\r\n")]),
        dialogue(
            "noreply: done, and nothing said of it, not even of what went wrong",
            [
                ("set a 0 0 1 noreply\r\n1\r\nget a\r\n", "VALUE a 0 1\r\n1\r\nEND\r\n"),
                ("add a 0 0 1 noreply\r\n2\r\nreplace a 0 0 1 noreply\r\n3\r\n", ""),
                ("append a 0 0 1 noreply\r\n4\r\nprepend a 0 0 1 noreply\r\n5\r\n", ""),
                ("gets a\r\n", "VALUE a 0 3 4\r\n534\r\nEND\r\n"),
                ("cas a 0 0 1 9 noreply\r\n6\r\ncas a 0 0 1 4 noreply\r\n7\r\n", ""),
                ("incr a 2 noreply\r\ndecr a 1 noreply\r\n", ""),
                ("get a\r\n", "VALUE a 0 1\r\n8\r\nEND\r\n"),
                ("touch a 100 noreply\r\ntouch x 1 noreply\r\ntouch a x noreply\r\n", ""),
                ("incr x 1 noreply\r\nincr a x noreply\r\nset a x 0 1 noreply\r\n", ""),
                ("set a 0 0 1 noreply\r\nxyz\r\n", "ERROR\r\n"),
                ("verbosity 0 noreply\r\nflush_all 100 noreply\r\n", ""),
                ("delete x noreply\r\ndelete a noreply\r\nget a\r\n", "END\r\n"),
                ("set a 0 0 1 noreply\r\n1\r\nflush_all noreply\r\nget a\r\n", "END\r\n"),
                // Where the command does not know it, it is an argument like any other.
                ("get noreply\r\nversion noreply\r\n", "END\r\nERROR\r\n"),
            ],
        ),
    ]
}

/// Those about lines alone: they share no keys.
pub fn lines() -> Vec<Dialogue> {
    vec![
        dialogue(
            "what is no command",
            [
                ("bogus\r\n", "ERROR\r\n"),
                ("GET a\r\n", "ERROR\r\n"),
                ("get\r\n", "ERROR\r\n"),
                ("gets\r\n", "ERROR\r\n"),
                ("set a 0 0\r\n", "ERROR\r\n"),
                ("set a 0 0 1 noreply 1\r\n", "ERROR\r\n"),
                ("get\ta\r\n", "ERROR\r\n"),
                ("averylongcommandindeed a\r\n", "ERROR\r\n"),
            ],
        ),
        dialogue(
            "a line ends at \\n, with or without \\r; an empty one is a command too",
            [
                ("version\n", "VERSION 1.4.24\r\n"),
                ("\n", "ERROR\r\n"),
                ("\r\n", "ERROR\r\n"),
                ("version\r\r\n", "ERROR\r\n"),
                ("a\rversion\r\n", "ERROR\r\n"),
                ("set a 0 0 1\n1\r\n", "STORED\r\n"),
                ("set a 0 0 1\r\n1\n", ""),
                ("x", "CLIENT_ERROR bad data chunk\r\n"),
            ],
        ),
        dialogue(
            "a line ends at a NUL as well, as C's strings do",
            [("version\0x\r\n", "VERSION 1.4.24\r\n"), ("\0version\r\n", "ERROR\r\n")],
        ),
        dialogue(
            "a line of any length, if it comes whole",
            [(&format!("{}\r\n", "x".repeat(1500)), "ERROR\r\n")],
        ),
        dialogue(
            "1,024 bytes without an end are waited for",
            [(&"x".repeat(1024), ""), ("\r\n", "ERROR\r\n")],
        ),
        dialogue("one more, and the server closes", [(&"x".repeat(1025), CLOSES)]),
        dialogue(
            "unless it is a get, which may be as long as it likes",
            [
                (&format!("get {}", "n ".repeat(3000)), ""),
                ("n\r\n", "END\r\n"),
                (&format!("{}gets {}", " ".repeat(100), "n ".repeat(3000)), ""),
                ("n\r\n", "END\r\n"),
                (&format!("{}get {}", " ".repeat(101), "n ".repeat(3000)), CLOSES),
            ],
        ),
        dialogue(
            "many requests in one send, answered in turn",
            [(
                &"set a 0 0 1\r\n1\r\nget a\r\n".repeat(50),
                &"STORED\r\nVALUE a 0 1\r\n1\r\nEND\r\n".repeat(50),
            )],
        ),
    ]
}

/// All of them.
pub fn dialogues() -> Vec<Dialogue> {
    [storing(), keys(), numbers(), others(), lines()].into_iter().flatten().collect()
}
