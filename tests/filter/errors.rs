//! What is said of an expression that is no filter.

use super::said;
use memstep::filter::{DEEPEST, Filter, LONGEST};

#[test]
fn a_wrong_expression_is_told_with_its_place_and_what_to_do() {
    let wrong = [
        "ev=stat",
        "ev=state & evv=read",
        "ev=state conn=0",
        "data~set a",
        "read & conn=0",
        "to=nread",
        "ev=teleport",
        "th=worker",
        "errno=EAGIN | errno",
        "fn=drive_machin",
        "conn=c0",
        "1<conn",
        "why<3",
        "conn~1",
        "t>1.2h",
        "timer=1",
        "set=1",
        "ev_flags=EV_READ|EV_PERSIST",
        "iov~\"x\"",
        "ev=~state",
        "conn=1=2",
        "text=and",
        "ev=",
        "ev=state & | conn=0",
        "(ev=read) = 3",
        "((ev=read)",
        "ev=read)",
        "data~\"abc",
        "data~\"a\\q\"",
        "data~'set'",
        "key=\"\u{1b}é世\" & \u{202e}",
        "",
    ];
    let all: String = wrong.iter().map(|e| said(e) + "\n\n").collect();
    insta::assert_snapshot!(all, @r##"
    ev=stat
       ^
    no such kind: stat; did you mean state?

    ev=state & evv=read
               ^
    no such field: evv; did you mean ev?

    ev=state conn=0
             ^
    two conditions side by side: put & (both) or | (either) between them

    data~set a
             ^
    expected & or | before a; a value with blanks stands in quotes

    read & conn=0
    ^
    read is a kind, not a field: ev=read

    to=nread
       ^
    no such state: nread; did you mean conn_nread?

    ev=teleport
       ^
    no such kind: teleport; one of a later version stands in quotes

    th=worker
       ^
    no such thread: worker; did you mean worker0 or worker1?

    errno=EAGIN | errno
          ^
    no such error: EAGIN; did you mean EAGAIN?

    fn=drive_machin
       ^
    no such function: drive_machin; did you mean drive_machine?

    conn=c0
         ^
    conn is a whole number: conn=0

    1<conn
    ^
    expected a field before 1, as in conn=0 or t>1.2s

    why<3
       ^
    why is a word: = != ~ !~ compare it

    conn~1
        ^
    conn is a number: = != < <= > >= compare it

    t>1.2h
      ^
    t is a time: 1.2s, 300ms, 15us, or plain nanoseconds

    timer=1
          ^
    timer is true or false; timer alone is timer=true

    set=1
       ^
    set stands alone: it is there or not

    ev_flags=EV_READ|EV_PERSIST
                     ^
    event flags stand in quotes: ev_flags="EV_READ|EV_PERSIST"

    iov~"x"
    ^
    no such field: iov; here it is data

    ev=~state
       ^
    no such comparison: =~; did you mean ~?

    conn=1=2
          ^
    expected & or | before =: a condition has one comparison

    text=and
         ^
    expected a value after =; the word and stands in quotes: "and"

    ev=
       ^
    expected a value after =, found the end

    ev=state & | conn=0
               ^
    expected a condition, such as ev=state or conn=0; found |

    (ev=read) = 3
              ^
    expected a field before =, as in conn=0

    ((ev=read)
    ^
    this ( is never closed

    ev=read)
           ^
    no ( goes with this )

    data~"abc
         ^
    these quotes are never closed

    data~"a\q"
           ^
    no such escape: \q; there are \n \r \t \0 \" \\ and \x0d

    data~'set'
         ^
    bytes, and words with blanks, stand in "..."

    key="\x1bé世" & \xe2\x80\xae
                    ^
    \xe2\x80\xae can only stand in "..."


    ^
    expected a condition, such as ev=state or conn=0
    "##);
}

#[test]
fn a_long_expression_is_shown_around_the_place() {
    let list = |n: usize| (0..n).map(|i| format!("conn={i}")).collect::<Vec<_>>().join(" | ");
    insta::assert_snapshot!(said(&format!("{} | ev=stat | {}", list(20), list(20))), @r##"
    …5 | conn=16 | conn=17 | conn=18 | conn=19 | ev=stat | conn=0 | conn=1 | co…
                                                    ^
    no such kind: stat; did you mean state?
    "##);
    insta::assert_snapshot!(said(&list(500)), @r##"
    …onn=378 | conn=379 | conn=380 | conn=381 | conn=382 | conn=383 | conn=384 …
                                                    ^
    a filter has at most 4096 bytes
    "##);
    assert!(Filter::parse(&"(".repeat(DEEPEST + 1)).is_err_and(|e| e.at() == DEEPEST));
    let nested = |n: usize| format!("{}conn{}", "!(".repeat(n), ")".repeat(n));
    assert_eq!(nested(DEEPEST / 2).parse::<Filter>().unwrap().to_string(), "!".repeat(DEEPEST / 2) + "conn");
    insta::assert_snapshot!(said(&nested(DEEPEST)), @r##"
    …(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!(!…
                                                    ^
    at most 64 parentheses and ! stand within each other
    "##);
    // What is short as it was typed, but not when it is written out.
    assert!(said(&format!("data=\"{}\"", "\u{1b}".repeat(LONGEST / 2))).contains("at most 4096 bytes"));
}
