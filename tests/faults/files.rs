//! Nothing that exists is ever destroyed by opening, and nobody else reads what is written.

use super::*;
use std::os::unix::fs::PermissionsExt as _;

const SCRIPT: &str = "open a\nsend a \"set k 0 0 6\\r\\nsecret\\r\\n\"\nrecv a \"STORED\\r\\n\"\n\
    send a \"get k\\r\\nincr k 918273645\\r\\nnosuch secret\\r\\n\"\n\
    recv a \"VALUE k 0 6\\r\\nsecret\\r\\nEND\\r\\n\"\nclose a\n";
const FAILS: &str = "open a\nsend a \"version\\r\\n\"\nrecv a \"NOPE\"\n";
const OLD: &str = "{\"by hand\":1}\n";

struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = Folder(TempDir::new().unwrap());
        folder.write("s.session", SCRIPT);
        folder.write("fails.session", FAILS);
        folder
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    /// Runs it here; its exit code, and what it said.
    fn run(&self, args: &[&str]) -> (i32, String) {
        let output = memstep(args).current_dir(self.0.path()).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.ends_with(".session"))
            .collect();
        names.sort();
        names
    }

    fn mode(&self, name: &str) -> u32 {
        self.0.path().join(name).metadata().unwrap().permissions().mode() & 0o777
    }
}

#[test]
fn what_is_read_is_not_written_over() {
    let folder = Folder::new();
    fs::hard_link(folder.0.path().join("s.session"), folder.0.path().join("hard")).unwrap();
    std::os::unix::fs::symlink("s.session", folder.0.path().join("soft")).unwrap();
    for output in ["s.session", "./s.session", "hard", "soft"] {
        for more in [&[][..], &["--overwrite"]] {
            let (code, said) = folder.run(&[&["record", "s.session", "-o", output], more].concat());
            assert_eq!((code, folder.read("s.session").as_str()), (2, SCRIPT), "{output}");
            assert!(said.contains("that is the script itself"), "{said}");
        }
    }
}

#[test]
fn a_recording_that_is_there_is_kept_and_said() {
    let folder = Folder::new();
    folder.write("t.jsonl", OLD);
    let (code, said) = folder.run(&["record", "s.session", "-o", "t.jsonl"]);
    assert_eq!((code, folder.read("t.jsonl.1").as_str()), (0, OLD));
    assert!(said.contains("t.jsonl was there already: it is kept as t.jsonl.1"), "{said}");
    checked(folder.read("t.jsonl").as_bytes());
    // A link stays one, and what it leads to is kept where that is.
    std::os::unix::fs::symlink("t.jsonl", folder.0.path().join("link")).unwrap();
    assert_eq!(folder.run(&["record", "s.session", "-o", "link"]).0, 0);
    assert_eq!(folder.names(), ["link", "t.jsonl", "t.jsonl.1", "t.jsonl.2"]);
    assert!(folder.0.path().join("link").symlink_metadata().unwrap().is_symlink());
    // Whoever says so wants none of it.
    let (code, said) = folder.run(&["record", "s.session", "-o", "t.jsonl", "--overwrite"]);
    assert_eq!((code, folder.names().len()), (0, 4), "{said}");
    assert!(!said.contains("kept"), "{said}");
}

#[test]
fn what_does_not_come_about_leaves_everything_as_it_was() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for more in [&[][..], &["--overwrite"]] {
        let folder = Folder::new();
        folder.write("t.jsonl", OLD);
        let serve = ["serve", "-l", "127.0.0.1", "-p", &port, "--record", "t.jsonl"];
        let nobody = ["serve", "-u", "nosuchuser", "-l", "127.0.0.1", "-p", &port, "--record", "t.jsonl"];
        for args in [&serve[..], &nobody] {
            let (code, said) = folder.run(&[args, more].concat());
            assert_eq!((code, folder.names()), (2, vec!["t.jsonl".to_owned()]), "{said}");
        }
        assert_eq!(folder.read("t.jsonl"), OLD);
        // What was recorded until a script failed is kept beside it.
        let (code, said) = folder.run(&[&["record", "fails.session", "-o", "t.jsonl"], more].concat());
        assert_eq!((code, folder.read("t.jsonl").as_str()), (2, OLD), "{said}");
        let names = folder.names();
        let part = names.iter().find(|name| name.ends_with(".part")).unwrap();
        assert!(said.contains("t.jsonl is as it was") && said.contains(part.as_str()), "{said}");
        checked(folder.read(part).as_bytes());
    }
    // Where nothing was there, it has the name.
    let folder = Folder::new();
    assert_eq!(folder.run(&["record", "fails.session", "-o", "t.jsonl"]).0, 2);
    checked(folder.read("t.jsonl").as_bytes());
}

#[test]
fn a_disk_that_is_full_costs_nothing_that_was_there() {
    for more in ["", " --overwrite"] {
        let folder = Folder::new();
        folder.write("t.jsonl", OLD);
        // Half a kilobyte takes the header, and not the events.
        let script =
            format!("ulimit -f 1; exec {} record s.session -o t.jsonl{more}", env!("CARGO_BIN_EXE_memstep"));
        let mut command = Command::new("sh");
        let command = common::program::plain(&mut command).args(["-c", &script]);
        let done = command.current_dir(folder.0.path()).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(!done.status.success() && said.contains("File too large"), "{said}");
        assert_eq!(
            (folder.read("t.jsonl").as_str(), folder.names()),
            (OLD, vec!["t.jsonl".to_owned()]),
            "{said}"
        );
    }
}

#[test]
fn a_server_that_comes_up_keeps_what_was_there() {
    let folder = Folder::new();
    folder.write("t.jsonl", OLD);
    let trace = folder.0.path().join("t.jsonl");
    let mut server = Serve::start(&["--record", trace.to_str().unwrap()]);
    assert!(server.said.contains("it is kept as"), "{}", server.said);
    assert_eq!(folder.names(), ["t.jsonl", "t.jsonl.1"]);
    assert_eq!(folder.read("t.jsonl.1"), OLD);
    kill_process(Pid::from_child(&server.child), Signal::TERM).unwrap();
    server.child.wait().unwrap();
    checked(folder.read("t.jsonl").as_bytes());
}

#[test]
fn a_pid_file_takes_the_place_of_nothing_else() {
    let folder = Folder::new();
    let pid = folder.0.path().join("pid");
    for (text, is_kept) in [("4194305\n", false), ("", false), ("my notes\n", true)] {
        folder.write("pid", text);
        let server = Serve::start(&["-P", pid.to_str().unwrap()]);
        until("the pid file is looked at", || {
            is_kept || folder.read("pid").trim() == server.child.id().to_string()
        });
        assert!(!is_kept || folder.read("pid") == text);
    }
}

#[test]
fn only_its_owner_reads_what_was_recorded() {
    let folder = Folder::new();
    let script = "umask 000; exec \"$0\" record s.session -o t.jsonl";
    let done = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_memstep")])
        .current_dir(folder.0.path())
        .status()
        .unwrap();
    assert!(done.success());
    assert_eq!(folder.mode("t.jsonl"), 0o600);
    assert_eq!(folder.run(&["record", "s.session", "-o", "t.jsonl"]).0, 0);
    assert_eq!((folder.mode("t.jsonl"), folder.mode("t.jsonl.1")), (0o600, 0o600));
}

#[test]
fn what_is_redacted_is_nowhere() {
    let folder = Folder::new();
    for (what, keys) in [("--redact-data", false), ("--redact-data=keys", true)] {
        for detail in ["flow", "calls"] {
            let output = ["t", what, detail, ".jsonl"].concat();
            let args = ["record", "s.session", "-o", &output, "--detail", detail, what];
            assert_eq!(folder.run(&args).0, 0);
            let text = folder.read(&output);
            for word in ["secret", "918273645", "c2VjcmV0"] {
                assert!(!text.contains(word), "{word} in {text}");
            }
            assert_eq!(text.contains("\"key\":\"k\""), !keys, "{text}");
            assert_eq!(text.contains("\"text\":\"set k 0 0 6\""), !keys, "{text}");
            // How long it was is told, and the answers that say nothing of it.
            assert!(text.contains("\"len\":13") && text.contains("STORED"), "{text}");
            checked(text.as_bytes());
            let (code, _) = folder.run(&["check", &output]);
            assert_eq!(code, 0);
            let info = memstep(&["info", &output]).current_dir(folder.0.path()).output().unwrap();
            let info = String::from_utf8(info.stdout).unwrap();
            assert!(
                info.contains(if keys { "keys and values redacted" } else { "values redacted" }),
                "{info}"
            );
        }
    }
}
