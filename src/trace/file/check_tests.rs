#![allow(clippy::unwrap_used)]

use super::*;

/// A server that accepts a connection, hands it to its worker, and closes it.
const GOOD: &str = r#"
{"seq":1,"t":0,"th":"main","ev":"mark","text":"start"}
{"seq":2,"t":5,"th":"main","ev":"accept","conn":0,"fd":28,"listen_fd":27}
{"seq":3,"t":6,"th":"main","ev":"cq_push","worker":"worker0","conn":0,"depth":1}
{"seq":4,"t":7,"th":"main","ev":"notify","worker":"worker0","fd":7,"data":"c","ret":1}
{"seq":5,"t":4,"th":"worker0","ev":"call","fn":"thread_libevent_process"}
{"seq":6,"t":8,"th":"worker0","ev":"notified","worker":"worker0","fd":6,"data":"c","ret":1,"cause":4}
{"seq":7,"t":9,"th":"worker0","ev":"cq_pop","worker":"worker0","conn":0,"depth":0,"cause":3}
{"seq":8,"t":9,"th":"worker0","ev":"conn_new","conn":0,"fd":28,"state":"conn_new_cmd"}
{"seq":9,"t":9,"th":"worker0","ev":"state","conn":0,"from":"conn_new_cmd","to":"conn_read"}
{"seq":10,"t":9,"th":"worker0","ev":"read","conn":0,"fd":28,"want":2048,"ret":300,"data":"set","len":300}
{"seq":11,"t":9,"th":"worker0","ev":"sendmsg","conn":0,"fd":28,"iov":[{"data":"END\r\n","len":5}],"ret":5}
{"seq":12,"t":9,"th":"worker0","ev":"state","conn":0,"from":"conn_read","to":"conn_closed"}
{"seq":13,"t":9,"th":"worker0","ev":"close","conn":0,"fd":28}
{"seq":14,"t":9,"th":"worker0","ev":"return","fn":"thread_libevent_process","conn":0}
{"seq":15,"t":9,"th":"worker0","ev":"teleport","conn":9}
"#;

fn check_with(lines: &str, end: Option<End>) -> CheckReport {
    let header = Header { threads: 1, detail: Detail::Calls, ..Header::default() };
    check_under(&header, lines, end)
}

fn check_under(header: &Header, lines: &str, end: Option<End>) -> CheckReport {
    let mut checker = Checker::new(header);
    let mut line = 1;
    for text in lines.trim().lines() {
        line += 1;
        match serde_json::from_str(text) {
            Ok(event) => checker.event(line, &event),
            Err(_) => checker.broken_line(line, "broken", true),
        }
    }
    checker.finish(line + 1, end.as_ref())
}

/// What is found when `old` in the good recording is `new`.
fn found(old: &str, new: &str) -> Vec<String> {
    let good = GOOD.replace(",\"conn\":9}", "}");
    assert!(good.contains(old), "{old}");
    check_with(&good.replace(old, new), None).problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_good_recording_has_no_problems() {
    assert_eq!(found("start", "start"), [""; 0]);
}

#[test]
fn a_header_is_held_to_what_it_says() {
    let good = Header { threads: 1, detail: Detail::Calls, ..Header::default() };
    for (header, says) in [
        (Header { threads: 0, ..good.clone() }, "line 4: #3: there is no worker0: the header says 0 workers"),
        (
            Header { detail: Detail::Flow, ..good.clone() },
            "line 6: #5: a call, and the header says that no function calls were recorded",
        ),
        (
            Header { max_data: 4, ..good.clone() },
            "line 12: #11: 5 bytes were kept, and the header says 4 at most",
        ),
    ] {
        let problems = check_under(&header, GOOD, None).problems;
        assert!(problems.iter().any(|p| p.to_string() == says), "{problems:#?}, not {says}");
    }
}

#[test]
fn each_rule_finds_its_breach() {
    for (old, new, says) in [
        (r#""seq":1,"#, r#""seq":7,"#, "line 2: #7: the first event has seq 7: the beginning is missing"),
        (r#""seq":11,"#, r#""seq":12,"#, "line 12: #12: seq 12 follows where 11 must"),
        (r#""seq":11,"#, r#""seq":10,"#, "line 12: #10: seq 10 follows where 11 must"),
        (r#""t":8"#, r#""t":3"#, "line 7: #6: t 3 is before the thread's last, 4"),
        (
            r#""th":"worker0","ev":"call""#,
            r#""th":"worker1","ev":"call""#,
            "line 6: #5: there is no worker1: the header says 1 worker",
        ),
        (
            r#""from":"conn_read","#,
            r#""from":"conn_write","#,
            "line 13: #12: c0 leaves conn_write, but is in conn_read",
        ),
        (r#""to":"conn_read""#, r#""to":"conn_new_cmd""#, "line 10: #9: c0 goes from conn_new_cmd to itself"),
        (r#","to":"conn_read""#, "", "line 10: #9: state has no `to`"),
        (r#""ret":1,"cause":4"#, r#""ret":1,"cause":3"#, "line 7: #6: cause #3 is a cq_push, not a notify"),
        (
            r#""ret":1,"cause":4"#,
            r#""ret":1,"cause":1"#,
            "line 7: #6: cause #1 is no notify that is still unanswered",
        ),
        (r#""ret":1,"cause":4"#, r#""ret":1,"cause":13"#, "line 7: #6: cause #13 does not stand before it"),
        (r#""ret":1,"cause":4"#, r#""ret":1"#, "line 7: #6: notified has no `cause`"),
        (r#""ret":1,"cause":4"#, r#""cause":4"#, "line 7: #6: notified has neither `ret` nor `errno`"),
        (
            r#""ret":5"#,
            r#""ret":5,"errno":"EPIPE""#,
            "line 12: #11: ret 5 and errno \"EPIPE\" cannot both be",
        ),
        (r#""ret":5"#, r#""ret":6"#, "line 12: #11: sendmsg returned 6, but was given 5 bytes"),
        (r#""ret":300"#, r#""ret":299"#, "line 11: #10: read returned 299, but its bytes are 300"),
        (r#""len":300"#, r#""len":2"#, "line 11: #10: 3 bytes were kept of 2"),
        (r#""data":"set""#, r#""b64":"***""#, "line 11: #10: `b64` is no base64"),
        (
            r#""data":"END\r\n","len":5"#,
            r#""data":"END\r\n...","len":5"#,
            "line 12: #11: iov[0]: 8 bytes were kept of 5",
        ),
        (
            r#""conn":0,"fd":28,"listen_fd""#,
            r#""conn":1,"fd":28,"listen_fd""#,
            "line 3: #2: accepts c1 where c0 must come",
        ),
        (r#""fd":28,"listen_fd""#, r#""fd":-1,"listen_fd""#, "line 3: #2: fd -1 is no descriptor"),
        (r#""ev":"cq_push""#, r#""ev":"mark""#, "line 8: #7: worker0 pops c0 from an empty queue"),
        (r#""ev":"notify""#, r#""ev":"mark""#, "line 7: #6: worker0 reads its pipe, which is empty"),
        (r#""ev":"accept""#, r#""ev":"mark""#, "line 3: #2: mark of c0, which was not accepted yet"),
        (r#""ev":"teleport""#, r#""ev":"command","conn":0"#, "line 16: #15: command of c0, which was closed"),
        (
            r#""ev":"teleport""#,
            r#""ev":"accept","fd":28,"conn":0"#,
            "line 16: #15: accepts c0 where c1 must come (numbers are never reused)",
        ),
        (
            r#""ev":"return","fn":"thread_libevent_process""#,
            r#""ev":"return","fn":"cq_pop""#,
            "line 15: #14: worker0 leaves cq_pop, but is in thread_libevent_process",
        ),
    ] {
        let problems = found(old, new);
        assert!(problems.iter().any(|p| p == says), "{old} -> {new}: {problems:#?}, not {says}");
    }
}

#[test]
fn an_unknown_kind_of_an_unknown_connection_is_still_a_stranger() {
    let report = check_with(&GOOD.replace("teleport", "tele\\u001b[2Jport"), None);
    let said = "line 16: #15: tele\u{fffd}[2Jport of c9, which was not accepted yet";
    assert_eq!(report.problems[0].to_string(), said);
}

#[test]
fn what_a_drop_says_is_skipped_and_the_history_is_not_held_against_the_rest() {
    let lines = r#"
{"seq":1,"t":0,"th":"main","ev":"mark"}
{"seq":2,"t":0,"th":"main","ev":"drop","n":12}
{"seq":14,"t":0,"th":"worker0","ev":"cq_pop","conn":3,"cause":9}
{"seq":15,"t":0,"th":"worker0","ev":"state","conn":3,"from":"conn_read","to":"conn_closing"}"#;
    let end = End { end: true, events: 4, dropped: 12, blocked_ns: 0 };
    let report = check_with(lines, Some(end));
    assert_eq!((report.count, report.suspended, report.events), (0, Some(3), 4), "{report:?}");
    let silent = check_with(&lines.replace("12}", "11}"), Some(end));
    let said: Vec<String> = silent.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "line 4: #14: seq 14 follows where 13 must",
            "line 6: the end says 12 were lost, but the drops say 11"
        ]
    );
}

#[test]
fn the_end_counts_the_events() {
    let good = GOOD.replace(",\"conn\":9}", "}");
    let report = check_with(&good, Some(End { end: true, events: 16, ..End::default() }));
    assert_eq!(report.problems[0].to_string(), "line 17: the end says 16 events, but there are 15");
}

#[test]
fn a_broken_line_is_one_problem_and_not_a_hundred() {
    let good = GOOD.replace(",\"conn\":9}", "}").replace(r#""ev":"accept""#, "!");
    let report = check_with(&good, Some(End { end: true, events: 15, ..End::default() }));
    assert_eq!(report.problems[0].to_string(), "line 3: broken");
    assert_eq!(report.suspended, Some(3));
    assert_eq!(report.count, 1, "{report:?}");
}

#[test]
fn the_list_is_short_and_the_count_is_whole() {
    let many: String = (0..100)
        .map(|i| format!("{{\"seq\":{},\"t\":0,\"th\":\"main\",\"ev\":\"mark\"}}\n", 2 * i + 1))
        .collect();
    let report = check_with(&many, None);
    assert_eq!((report.problems.len(), report.count), (LISTED, 99));
}
