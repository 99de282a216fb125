//! A server that is held, from elsewhere.

use super::*;
use std::process::ExitStatus;

/// What `status` says to this connection.
fn status(port: &mut Talk) -> Value {
    serde_json::from_str(&port.ask("status")).unwrap()
}

/// Who is at the gate and about to do what, in the order of names: `main wake`.
fn at_the_gate(port: &mut Talk) -> Vec<String> {
    let status = status(port);
    let text = |at: &Value| format!("{} {}", at["th"].as_str().unwrap(), at["ev"].as_str().unwrap());
    let mut all: Vec<String> = status["waiting"].as_array().unwrap().iter().map(text).collect();
    all.sort();
    all
}

/// Lets a thread go on, event by event, up to one that it is not to do yet.
fn step_up_to(port: &mut Talk, thread: &str, event: &str) {
    let about = format!("{thread} {event}");
    until(&about, || {
        let there = at_the_gate(port);
        if !there.contains(&about) && there.iter().any(|at| at.starts_with(thread)) {
            assert!(port.ask(&format!("step {thread}")).starts_with("ok: "));
        }
        there.contains(&about)
    });
}

/// A server that ends by itself, soon: whoever is held does not keep it.
fn ended(server: &mut Server) -> ExitStatus {
    let mut status = None;
    until("it ends", || {
        status = server.child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap()
}

#[test]
fn two_connections_wait_in_one_queue_because_somebody_wants_to_see_it() {
    let dir = TempDir::new().unwrap();
    let trace = path(&dir, "t.jsonl");
    let server = Server::start(&["-t", "1", "--record", str(&trace)]);
    let mut viewer = server.port().watch();
    let mut teacher = server.port();
    assert!(teacher.ask("hold").starts_with("ok: held"));
    let _first = connect(server.addr);
    // The worker is woken and has read its byte; what it would take from the queue stays there.
    until("the worker is awake", || {
        if at_the_gate(&mut teacher).iter().any(|at| at.starts_with("main")) {
            teacher.ask("step main");
        }
        at_the_gate(&mut teacher).contains(&"worker0 wake".to_owned())
    });
    step_up_to(&mut teacher, "worker0", "cq_pop");
    let mut second = connect(server.addr);
    step_up_to(&mut teacher, "main", "cq_push");
    assert!(teacher.ask("step 1 main").contains("main: its next event is let through"));
    viewer.read_to("\"ev\":\"cq_push\",\"worker\":\"worker0\",\"conn\":1,\"depth\":2}");
    until("both are there", || at_the_gate(&mut teacher) == ["main notify", "worker0 cq_pop"]);
    assert!(!viewer.lines.contains("\"ev\":\"cq_pop\""), "{}", viewer.lines);
    assert!(teacher.ask("release").starts_with("ok: the server runs"));
    requests(&mut second, 1);
    assert_eq!(server.end(), Some(143));
    let (events, end) = checked(&fs::read_to_string(&trace).unwrap());
    assert_eq!(end.unwrap().dropped, 0);
    let queue = events.iter().filter(|e| matches!(e.kind(), Kind::CqPush | Kind::CqPop));
    let queue: Vec<_> = queue.map(|e| (e.kind(), e.conn.unwrap(), e.depth().unwrap())).collect();
    let (push, pop) = (Kind::CqPush, Kind::CqPop);
    assert_eq!(queue, [(push, 0, 1), (push, 1, 2), (pop, 0, 1), (pop, 1, 0)]);
}

#[test]
fn each_step_is_one_event_and_is_seen_at_once() {
    let server = Server::start(&["-t", "1"]);
    let mut viewer = server.port().watch();
    let mut teacher = server.port();
    teacher.ask("hold");
    let mut client = connect(server.addr);
    client.write_all(b"version\r\n").unwrap();
    until("somebody is at the gate", || !at_the_gate(&mut teacher).is_empty());
    let events = |port: &mut Talk| status(port)["events"].as_u64().unwrap();
    let before = events(&mut teacher);
    for n in 1..=10 {
        until("somebody is at the gate", || !at_the_gate(&mut teacher).is_empty());
        assert_eq!(events(&mut teacher), before + n - 1);
        assert!(teacher.ask("step").starts_with("ok: one event"));
        viewer.read_to(&format!("\"seq\":{},", before + n));
    }
    // Many at once, one after the other.
    assert!(teacher.ask("step 20").starts_with("ok: "));
    viewer.read_to(&format!("\"seq\":{},", before + 30));
    until("that was all", || status(&mut teacher)["steps"].is_null());
    assert_eq!(events(&mut teacher), before + 30);
    for (wrong, why) in [
        ("step 0", "N is 1 to"),
        ("step 99999999999", "N is 1 to"),
        ("step worker1", "there are main and worker0"),
        ("step client", "there are main and worker0"),
        ("step main 1", "step N THREAD"),
        ("step 1 main more", "step N THREAD"),
        ("hold on", "stands alone"),
        ("continue", "until which event?"),
        ("continue ev=stat", "did you mean state?"),
        ("continue rbytes=0", "cannot be stopped by set.rbytes"),
    ] {
        let said = teacher.ask(wrong);
        assert!(said.starts_with("error: ") && said.contains(why), "{wrong}: {said}");
    }
    assert_eq!(events(&mut teacher), before + 30);
    teacher.ask("release");
    let mut answer = [0; 16];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"VERSION 1.4.24\r\n");
}

#[test]
fn one_holds_the_leash_and_others_are_told_who() {
    let server = Server::start(&[]);
    let (mut one, mut other) = (server.port(), server.port());
    assert!(other.ask("step").contains("not held"));
    assert!(other.ask("release").contains("not held"));
    assert!(one.ask("hold").starts_with("ok: "));
    let name = one.0.get_ref().local_addr().unwrap().to_string();
    for command in ["hold", "step", "step 2 main", "release", "continue ev=accept"] {
        let said = other.ask(command);
        assert!(said.starts_with(&format!("error: {name} has the leash")), "{command}: {said}");
    }
    let seen = status(&mut other);
    assert_eq!((&seen["held"], &seen["yours"], &seen["holder"]), (&true.into(), &false.into(), &name.into()));
    assert_eq!(status(&mut one)["yours"], true);
    assert!(one.ask("hold").starts_with("ok: "), "again, for whoever forgot");
    assert!(one.ask("release").starts_with("ok: "));
    assert!(other.ask("hold").starts_with("ok: "), "it is free now");
    assert!(other.ask("release").starts_with("ok: "));
}

#[test]
fn whoever_vanishes_holds_nobody_any_more() {
    let server = Server::start(&[]);
    let mut watcher = server.port();
    let vanish: [fn(Talk); 4] = [
        |talk| drop(talk),
        |mut talk| {
            talk.say("quit\n");
            assert_eq!(talk.rest(), "");
        },
        |talk| talk.0.get_ref().shutdown(std::net::Shutdown::Write).unwrap(),
        // A reset, in the middle of a line.
        |mut talk| {
            talk.say("ste");
            rustix::net::sockopt::set_socket_linger(talk.0.get_ref(), Some(Duration::ZERO)).unwrap();
        },
    ];
    for vanish in vanish {
        let mut holder = server.port();
        assert!(holder.ask("hold").starts_with("ok: "));
        assert_eq!(status(&mut watcher)["held"], true);
        vanish(holder);
        until("the server is released", || status(&mut watcher)["held"] == false);
        assert!(status(&mut watcher)["holder"].is_null());
        requests(&mut connect(server.addr), 10);
    }
}

#[test]
fn the_server_runs_to_an_event_and_no_further() {
    let dir = TempDir::new().unwrap();
    let trace = path(&dir, "t.jsonl");
    let server = Server::start(&["-t", "2", "--record", str(&trace)]);
    let mut teacher = server.port();
    let mut clients = [connect(server.addr), connect(server.addr)];
    clients.iter_mut().for_each(|client| requests(client, 1));
    teacher.ask("hold");
    let mut stops = Vec::new();
    for n in 0..3u64 {
        let said = teacher.ask("continue ev=state & to=conn_nread & conn=1");
        assert!(said.starts_with("ok: "), "{said}");
        // Others go on meanwhile.
        clients.iter_mut().for_each(|c| c.write_all(b"set a 0 0 1\r\n1\r\n").unwrap());
        until("it is held again", || status(&mut teacher)["held"] == true);
        let seen = status(&mut teacher);
        assert!(seen["until"].is_null(), "{seen}");
        stops.push(seen["stopped_at"].as_u64().unwrap());
        assert_eq!(stops.len() as u64, n + 1);
        // It does no more than it has, at the gate or behind the other, who has the store's lock there.
        until("the thread that was stopped stands", || {
            let seen = status(&mut teacher);
            let stands = |list: &str| seen[list].as_array().unwrap().iter().any(|at| at["th"] == "worker1");
            stands("waiting") || stands("in_line")
        });
    }
    assert_eq!(server.end(), Some(143));
    let (events, _) = checked(&fs::read_to_string(&trace).unwrap());
    for (at, stop) in stops.iter().enumerate() {
        let stopped = events.iter().find(|e| e.seq == *stop).unwrap();
        assert_eq!((stopped.to().unwrap().name(), stopped.conn), ("conn_nread", Some(1)));
        let matched = events.iter().filter(|e| {
            e.kind() == Kind::State && e.to() == stopped.to() && e.conn == Some(1) && e.seq <= *stop
        });
        assert_eq!(matched.count(), at + 1, "the first that matched");
    }
}

#[test]
fn held_from_its_first_event_it_waits_for_whoever_comes() {
    let mut command = crate::common::program::memstep();
    let refused = command.args(["serve", "-l", "127.0.0.1:0", "--step"]).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(2) && said.contains("--events 11212"), "{said}");

    let mut server = Server::start(&["-t", "1", "--step"]);
    let mut viewer = server.port();
    viewer.say("watch\n");
    assert!(viewer.line().contains("\"format\":\"memstep-trace\""));
    let mut teacher = server.port();
    let seen = status(&mut teacher);
    assert_eq!((&seen["held"], &seen["holder"], &seen["events"]), (&true.into(), &Value::Null, &0.into()));
    until("main is there", || at_the_gate(&mut teacher) == ["main mark"]);
    assert!(teacher.ask("step").starts_with("ok: "));
    let first = viewer.line();
    assert!(first.contains("\"seq\":1,") && first.contains("start-up"), "{first}");
    assert_eq!(status(&mut teacher)["yours"], true, "a leash that nobody has is taken");
    kill_process(Pid::from_child(&server.child), Signal::TERM).unwrap();
    assert_eq!(ended(&mut server).code(), Some(143));
    assert!(viewer.rest().lines().last().unwrap().starts_with("{\"end\":true"));
}

#[test]
fn a_signal_ends_a_server_that_is_held_and_its_file_is_whole() {
    for signal in [Signal::TERM, Signal::INT] {
        let dir = TempDir::new().unwrap();
        let trace = path(&dir, "t.jsonl");
        let mut server = Server::start(&["--record", str(&trace)]);
        let mut teacher = server.port();
        teacher.ask("hold");
        let _clients = [connect(server.addr), connect(server.addr)];
        until("somebody is at the gate", || !at_the_gate(&mut teacher).is_empty());
        teacher.ask("step 1 worker3");
        kill_process(Pid::from_child(&server.child), signal).unwrap();
        assert!(ended(&mut server).code().is_some_and(|code| code > 128));
        let (_, end) = checked(&fs::read_to_string(&trace).unwrap());
        assert_eq!(end.unwrap().dropped, 0);
    }
}

#[test]
fn the_token_is_wanted_for_the_leash_too() {
    let server = Server::start_on("127.0.0.1:0", &["--events-token", "open-sesame"]);
    for command in ["hold", "release", "step", "continue ev=accept"] {
        assert_eq!(server.port().ask(command), "error: first say: token TOKEN");
    }
    let mut port = server.port();
    assert_eq!(port.ask("token open-sesame"), "ok: welcome");
    assert!(port.ask("hold").starts_with("ok: "));
    assert_eq!(server.port().ask("hold"), "error: first say: token TOKEN");
    assert!(port.ask("release").starts_with("ok: "));
}

#[test]
fn attach_without_a_terminal_is_text_and_says_what_is_wrong() {
    let server = Server::start(&["--events-token", "open-sesame"]);
    let addr = server.events.to_string();
    let attach = |addr: &str, token: Option<&str>| {
        let mut command = crate::common::program::memstep();
        command.args(["attach", addr]).env_remove("MEMSTEP_EVENTS_TOKEN");
        command.envs(token.map(|token| ("MEMSTEP_EVENTS_TOKEN", token)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let refused = |addr: &str, token: Option<&str>| {
        let output = attach(addr, token).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&addr, None).contains("it wants a token: MEMSTEP_EVENTS_TOKEN"));
    assert!(refused(&addr, Some("open")).contains("it knows another token"));
    assert!(refused(&server.addr.to_string(), None).contains("a memcached answers there"));
    let nobody = crate::common::ports::free_addr();
    assert!(refused(&nobody.to_string(), None).contains("nobody listens there"));
    assert!(refused("127.0.0.1", None).contains("expected HOST:PORT"));
    // One that speaks a later protocol, a web server, and one that says nothing at all.
    for (says, wanted) in [
        ("{\"tool\":\"memstep 9.0.0\",\"protocol\":9}\n", "memstep 9.0.0 speaks version 9"),
        ("HTTP/1.1 400 Bad Request\r\n", "a web server answers there"),
        ("", "does not answer as memstep does"),
    ] {
        let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = other.local_addr().unwrap().to_string();
        let answers = std::thread::spawn(move || {
            let mut stream = BufReader::new(other.accept().unwrap().0);
            stream.read_line(&mut String::new()).unwrap();
            stream.get_mut().write_all(says.as_bytes()).unwrap();
        });
        let said = refused(&addr, None);
        assert!(said.contains(wanted), "{said}");
        answers.join().unwrap();
    }
    let watching = attach(&addr, Some("open-sesame")).spawn().unwrap();
    until("it watches", || {
        let mut port = server.port();
        port.ask("token open-sesame");
        status(&mut port)["viewers"] == 1
    });
    requests(&mut connect(server.addr), 1);
    assert_eq!(server.end(), Some(143));
    let output = watching.wait_with_output().unwrap();
    let (text, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(text.contains("VERSION 1.4.24") && said.is_empty(), "{text}\n{said}");
    assert_eq!(output.status.code(), Some(0));
}
