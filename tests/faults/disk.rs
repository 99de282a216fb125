//! Files and disks that take no more, or go away.

use super::*;
use crate::common::taped::accepted;

const STOPPED: &str = "recording has stopped; the server goes on without";

#[test]
fn a_full_disk_ends_the_recording_and_not_the_server() {
    let server = Serve::start(&["--record", "/dev/full"]);
    let said = format!("memstep: /dev/full: No space left on device (os error 28): {STOPPED}\n");
    assert!(server.said.contains(&said), "{}", server.said);
    let mut client = server.connect();
    let mut late = server.connect();
    for _ in 0..100 {
        version(&mut client);
        version(&mut late);
    }
    let said = server.terminated();
    assert_eq!(said.matches("No space left").count(), 1, "said once: {said}");
}

/// A disk of 1 MB: in a namespace of the server's own, so that it goes with it. `None` where one
/// cannot be had.
fn on_a_small_disk(dir: &Path, options: &str) -> Option<Serve> {
    let mount = format!("mount -t tmpfs -o size=1m tmpfs '{}'", str(dir));
    let may = Command::new("unshare").args(["-m", "sh", "-c", &mount]).stderr(Stdio::null()).status();
    if !may.is_ok_and(|status| status.success()) {
        eprintln!("skipped: nothing can be mounted here");
        return None;
    }
    let line = format!("{mount} && SERVE --record '{}/trace.jsonl' {options}", str(dir));
    Some(Serve::by_shell(&["unshare", "-m"], &line))
}

/// What the server sees under that name.
fn seen_by(server: &Serve, path: &Path) -> PathBuf {
    PathBuf::from(format!("/proc/{}/root{}", server.child.id(), str(path)))
}

#[test]
fn a_disk_that_fills_up_under_load_is_complained_of_once_and_can_be_used_again() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let Some(mut server) = on_a_small_disk(dir.path(), "") else { return };
    let busy = Busy::with(server.addr, 3);
    let said = server.says(STOPPED);
    assert!(said.starts_with(&format!("memstep: {}: No space left on device", str(&path))), "{said}");
    busy.go_on_for(2000);
    let full = seen_by(&server, &path);
    let size = fs::metadata(&full).unwrap().len();
    let was_written = accepted(&read(&full));
    assert!(was_written.end.is_none() && was_written.events.len() > 1000);
    assert!(size > 900 * 1024, "{size}: it was full");

    // There is room again, and the server is told to begin anew.
    busy.stop();
    fs::remove_file(&full).unwrap();
    server.signal(Signal::USR1);
    server.says("trace.jsonl: recording\n");
    leave_a_trace(&mut server.connect(), "later");
    until("it is in the new file", || {
        fs::read_to_string(&full).is_ok_and(|text| text.contains("\"get later\""))
    });
    let anew = accepted(&read(&full)).events;
    assert_eq!(anew[0].kind(), Kind::Snapshot);
    assert!(anew[0].seq > was_written.events.last().unwrap().seq);
    let said = server.terminated();
    assert_eq!(said.matches(STOPPED).count(), 1, "{said}");
}

#[test]
fn a_small_disk_is_enough_for_a_recording_that_keeps_few_files() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let Some(mut server) = on_a_small_disk(dir.path(), "--record-max-size 128K --record-keep 5") else {
        return;
    };
    let busy = Busy::with(server.addr, 3);
    let seen = seen_by(&server, &path);
    until("more was written than there is room for", || numbered(&seen, 12).exists());
    busy.stop();
    server.stop_recording();
    let files = files(&seen);
    assert_eq!(files.len(), 6);
    files.iter().for_each(|file| drop(checked(&read(file))));
    let said = server.terminated();
    assert!(!said.contains("No space left"), "{said}");
}

/// Here the file may have no more than some kilobytes.
#[test]
fn a_file_that_may_get_no_larger_leaves_what_was_written() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let server = Serve::by_shell(&[], &format!("ulimit -f 16; SERVE --record '{}'", str(&path)));
    let mut client = server.connect();
    for _ in 0..200 {
        version(&mut client);
    }
    let said = server.terminated();
    assert_eq!(said.matches(STOPPED).count(), 1, "{said}");
    assert_eq!(said.matches("File too large").count(), 1, "{said}");
    let recording = Recording::load(&path, false).unwrap();
    assert!(recording.end.is_none() && recording.events.len() > 10);
    check(&path);
}

#[test]
fn a_recording_that_cannot_be_written_is_refused_before_anything_starts() {
    let dir = TempDir::new().unwrap();
    for path in ["no/such/dir/t.jsonl", str(dir.path())] {
        let (code, said) = refused(&["serve", "-l", "127.0.0.1", "-p", "11998", "--record", path]);
        assert_eq!(code, Some(2));
        assert!(said.starts_with(&format!("memstep: cannot write {path}: ")), "{said}");
    }
}

#[test]
fn a_file_that_is_removed_gives_way_to_a_new_one() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let mut server = Serve::recording(&path, &["--detail", "calls"]);
    let mut client = server.connect();
    leave_a_trace(&mut client, "before");
    until("it is in the file", || fs::read_to_string(&path).unwrap().contains("\"get before\""));
    fs::remove_file(&path).unwrap();
    leave_a_trace(&mut client, "after");
    let said = server.says("removed");
    assert_eq!(said, format!("memstep: {}: the file was removed; a new one is begun\n", str(&path)));
    let said = server.terminated();
    assert_eq!(said.matches("removed").count(), 1, "{said}");
    assert!(!check(&path).contains("note:"));
    let (_, events) = checked(&read(&path));
    assert_eq!(events[0].kind(), Kind::Snapshot);
    assert!(asked(&events, "get after") && !asked(&events, "get before"));
}

#[test]
fn a_file_that_is_removed_under_load_gives_way_to_a_new_one() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let mut server = Serve::recording(&path, &[]);
    let busy = Busy::with(server.addr, 3);
    for _ in 0..5 {
        busy.go_on_for(60);
        fs::remove_file(&path).unwrap();
        server.says("the file was removed; a new one is begun");
        until("the new file", || path.exists());
    }
    busy.go_on_for(60);
    let said = server.terminated();
    busy.stop();
    assert_eq!(said.matches("removed").count(), 5, "{said}");
    assert_eq!(checked(&read(&path)).1[0].kind(), Kind::Snapshot);
}

#[test]
fn a_file_that_is_emptied_gives_way_to_a_new_one() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let mut server = Serve::recording(&path, &[]);
    let mut client = server.connect();
    leave_a_trace(&mut client, "before");
    until("it is in the file", || fs::read_to_string(&path).unwrap().contains("\"get before\""));
    fs::File::create(&path).unwrap();
    leave_a_trace(&mut client, "after");
    server.says("the file was emptied; a new one is begun");
    server.terminated();
    let (_, events) = checked(&read(&path));
    assert!(events[0].kind() == Kind::Snapshot && asked(&events, "get after"));
}

#[test]
fn a_folder_that_is_removed_ends_the_recording_and_not_the_server() {
    let dir = TempDir::new().unwrap();
    let folder = dir.path().join("recordings");
    fs::create_dir(&folder).unwrap();
    let path = folder.join("trace.jsonl");
    let mut server = Serve::recording(&path, &[]);
    let mut client = server.connect();
    version(&mut client);
    fs::remove_dir_all(&folder).unwrap();
    version(&mut client);
    let said = server.says(STOPPED);
    assert!(said.contains("No such file or directory"), "{said}");
    for _ in 0..100 {
        version(&mut client);
    }
    let said = server.terminated();
    assert_eq!(said.matches(STOPPED).count(), 1, "{said}");
}

#[test]
fn a_file_that_is_gone_at_the_end_is_missed() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let server = Serve::recording(&path, &[]);
    fs::remove_file(&path).unwrap();
    let said = server.terminated();
    let gone = said.matches("the file was removed").count();
    assert_eq!(gone, 1, "{said}");
}

#[test]
fn nobody_takes_a_file_from_under_another_s_hands() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let first = Serve::recording(&path, &[]);
    let (code, said) = refused(&["serve", "-l", "127.0.0.1", "-p", "11998", "--record", str(&path)]);
    assert_eq!(code, Some(2));
    assert!(said.contains("another memstep is recording to it; name another file"), "{said}");
    let mut second = Serve::recording(&path, &["--record-paused"]);
    second.signal(Signal::USR1);
    second.says("another memstep is recording to it; name another file");
    version(&mut first.connect());
    first.terminated();
    assert_eq!(files(&path), std::slice::from_ref(&path));
    checked(&read(&path));
    second.signal(Signal::USR1);
    second.says("trace.jsonl: recording\n");
    second.terminated();
    assert_eq!(files(&path), [numbered(&path, 1), path.clone()]);
    checked(&read(&path));
}
