//! The server itself: options that cannot be, and too many clients.

use super::*;

#[test]
fn a_port_in_use_is_named_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, said) = refused(&["serve", "-l", "127.0.0.1", "-p", &port]);
    assert_eq!(code, Some(2));
    assert!(said.starts_with(&format!("memstep: failed to listen on TCP 127.0.0.1:{port}: ")), "{said}");
    assert!(said.contains("in use") && said.contains("choose a port with -p"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn an_address_that_is_none_is_refused() {
    let (code, said) = refused(&["serve", "-l", "192.0.2.1", "-p", "11999"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("192.0.2.1:11999") && said.contains("-l must name an address"), "{said}");
    let (code, said) = refused(&["serve", "-l", "127.0.0.1:x"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("no such port"), "{said}");
}

#[test]
fn a_limit_that_leaves_no_room_for_clients_is_refused() {
    for low in ["1", "5", "10", "21", "22"] {
        let (code, said) = refused(&["serve", "-l", "127.0.0.1", "-p", "11997", "-t", "4", "-c", low]);
        assert_eq!(code, Some(2), "-c {low}: {said}");
        assert!(said.contains(&format!("-c {low} is too low")), "-c {low}: {said}");
        assert!(said.contains("use -c "), "-c {low}: {said}");
    }
    // Enough by memcached's reckoning, which leaves out the files that every process has open.
    let (code, said) = refused(&["serve", "-l", "127.0.0.1", "-p", "11997", "-t", "1", "-c", "8"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("-c 8 is too low"), "{said}");
}

#[test]
fn out_of_descriptors_it_pauses_and_takes_up_accepting_again() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let server = Serve::start(&["-t", "1", "-c", "20", "-v", "--record", str(&path)]);
    // All of them, before it accepts so many that it asks the kernel to take no more.
    server.signal(Signal::STOP);
    let crowd: Vec<_> = (0..30).map(|_| server.connect()).collect();
    server.signal(Signal::CONT);
    let paused = || fs::read_to_string(&path).unwrap().contains("\"EMFILE\"");
    until("it has run out of descriptors", paused);
    // Those that were accepted are served.
    let mut first = crowd[0].try_clone().unwrap();
    version(&mut first);
    let mut stats = first.try_clone().unwrap();
    stats.write_all(b"stats\r\n").unwrap();
    let mut said = String::new();
    for line in BufReader::new(stats).lines() {
        said += &line.unwrap();
        said += "\n";
        if said.ends_with("END\n") {
            break;
        }
    }
    let disabled = said.split_once("STAT listen_disabled_num ").unwrap().1.lines().next().unwrap();
    assert!(disabled.parse::<u32>().unwrap() >= 1, "{said}");
    // Everybody else gets a turn once they have gone.
    let mut waiting: Vec<_> = crowd.into_iter().rev().collect();
    while let Some(last) = waiting.pop() {
        let mut last = last;
        version(&mut last);
        drop(last);
    }
    version(&mut first);
    server.signal(Signal::TERM);
    let (code, rest) = server.ended();
    assert_eq!(code, Some(143));
    assert!(rest.contains("accept4(): Too many open files\n"), "{rest}");
    assert!(rest.contains("Too many open connections\n"), "{rest}");
    let (_, events) = checked(&fs::read(&path).unwrap());
    let full = events.iter().position(|e| e.errno() == Some("EMFILE")).unwrap();
    assert_eq!(events[full].kind(), Kind::Accept);
    let rest = || events[full..].iter();
    let listens: Vec<_> = rest().filter(|e| e.kind() == Kind::Listen).map(|e| e.backlog().unwrap()).collect();
    assert_eq!(&listens[..2], [0, 1024], "it listens with no backlog, and later as before");
    let fd = events[full].listen_fd();
    let (del, add) = (
        rest().position(|e| e.kind() == Kind::EventDel && e.fd() == fd).unwrap(),
        rest().position(|e| e.kind() == Kind::EventAdd && e.fd() == fd).unwrap(),
    );
    assert!(del < add, "it hears nothing of the listening socket in between");
    let accepted = |e: &&Event| e.kind() == Kind::Accept && e.conn.is_some();
    assert_eq!(events.iter().filter(accepted).count(), 30);
}

#[test]
fn as_root_it_may_be_somebody_else() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: not root");
        return;
    }
    let server = Serve::start(&["-u", "nobody"]);
    version(&mut server.connect());
    let status = fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let ids = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(ids("Uid:").iter().chain(&ids("Gid:")).all(|id| id != "0"), "{status}");
    assert!(!ids("Groups:").contains(&"0".to_owned()), "{status}");
    let (code, said) = refused(&["serve", "-l", "127.0.0.1", "-p", "11996", "-u", "no-such-user"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("can't find the user \"no-such-user\""), "{said}");
}

#[test]
fn a_script_that_expects_something_else_is_told_by_line_and_keeps_its_trace() {
    let dir = TempDir::new().unwrap();
    let script = dir.path().join("story.session");
    fs::write(&script, "open a\nsend a \"version\\r\\n\"\nrecv a \"VERSION 9\\r\\n\"\nclose a\n").unwrap();
    let path = record_to(&dir);
    let (code, said) = refused(&["record", str(&script), "-o", str(&path)]);
    assert_eq!(code, Some(2));
    let where_it_stands = format!("memstep: {}:3: recv a \"VERSION 9\\r\\n\": wanted ", str(&script));
    assert!(said.starts_with(&where_it_stands), "{said}");
    let (_, events) = checked(&fs::read(&path).unwrap());
    assert!(sent(&events, "VERSION 1.4.24\r\n"));
}
