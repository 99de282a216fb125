//! The story in words: every kind of event once, as `print --format text` tells it.
#![allow(clippy::unwrap_used)]

mod common;

use common::stories::print;
use memstep::event::Kind;
use memstep::print::text::Text;
use memstep::trace::reader::TraceReader;

const EVERY_KIND: &str = r#"{"format":"memstep-trace","version":1,"tool":"memstep 0.1.0","start":"2026-11-23T03:12:46.264Z","unit":"ns","models":"memcached 1.4.24","threads":1,"max_data":256,"detail":"calls","title":"Every kind \u001b[31monce"}
{"seq":1,"t":1000,"th":"main","ev":"mark","text":"start-up"}
{"seq":2,"t":1000,"th":"main","ev":"call","fn":"main"}
{"seq":3,"t":1000,"th":"main","ev":"event_init","worker":"worker0","epoll_fd":9}
{"seq":4,"t":1000,"th":"main","ev":"pipe","worker":"worker0","notify_receive_fd":7,"notify_send_fd":8}
{"seq":5,"t":1000,"th":"main","ev":"thread","op":"create","worker":"worker0","role":"worker"}
{"seq":6,"t":1000,"th":"main","ev":"socket","fd":20,"domain":"AF_INET"}
{"seq":7,"t":1000,"th":"main","ev":"setsockopt","fd":20,"name":"SO_REUSEADDR","value":"1","ret":0}
{"seq":8,"t":1000,"th":"main","ev":"bind","fd":20,"addr":"127.0.0.1:11211","errno":"EADDRINUSE"}
{"seq":9,"t":1000,"th":"main","ev":"listen","fd":20,"addr":"127.0.0.1:11211","backlog":1024,"ret":0}
{"seq":10,"t":1000,"th":"main","ev":"event_add","fd":20,"interest":"r","ret":0}
{"seq":11,"t":1000,"th":"main","ev":"wait","epoll_fd":6,"timeout":900}
{"seq":12,"t":90001000,"th":"main","ev":"wake","ready":[{"fd":20,"what":"r"}],"timer":true,"ret":1}
{"seq":13,"t":90001000,"th":"main","ev":"accept","conn":0,"fd":21,"listen_fd":20,"peer":"127.0.0.1:38942"}
{"seq":14,"t":90001000,"th":"main","ev":"accept","listen_fd":20,"errno":"EMFILE"}
{"seq":15,"t":90001000,"th":"main","ev":"cq_push","worker":"worker0","conn":0,"depth":1}
{"seq":16,"t":90001000,"th":"main","ev":"notify","worker":"worker0","fd":8,"data":"c","ret":1}
{"seq":17,"t":90001000,"th":"main","ev":"return","fn":"main"}
{"seq":18,"t":90001000,"th":"worker0","ev":"wake","ready":[{"fd":7,"what":"r"},{"fd":21,"conn":0,"what":"rw"}]}
{"seq":19,"t":90001000,"th":"worker0","ev":"notified","worker":"worker0","fd":7,"data":"c","ret":1,"cause":16}
{"seq":20,"t":90001000,"th":"worker0","ev":"cq_pop","worker":"worker0","conn":0,"depth":0,"cause":15}
{"seq":21,"t":90001000,"th":"worker0","ev":"conn_new","conn":0,"fd":21,"state":"conn_new_cmd","set":{"rbytes":0,"rsize":2048}}
{"seq":22,"t":90001000,"th":"worker0","ev":"state","conn":0,"from":"conn_new_cmd","to":"conn_waiting"}
{"seq":23,"t":90001000,"th":"worker0","ev":"read","conn":0,"fd":21,"want":2048,"ret":300,"data":"set é 0 0 4\r\n\u001b[2J, and more of it than can be shown in a line","len":300,"into":"rbuf"}
{"seq":24,"t":90001000,"th":"worker0","ev":"read","conn":0,"fd":21,"want":6,"errno":"EAGAIN","into":"item"}
{"seq":25,"t":90001000,"th":"worker0","ev":"read","conn":0,"fd":21,"want":6,"ret":0,"into":"swallow"}
{"seq":26,"t":90001000,"th":"worker0","ev":"command","conn":0,"b64":"c2V0IP8="}
{"seq":27,"t":90001000,"th":"worker0","ev":"reply","conn":0,"op":"noreply","text":"STORED"}
{"seq":28,"t":90001000,"th":"worker0","ev":"item","conn":0,"op":"alloc","key":"a","size":6,"set":{"rlbytes":6,"item":{"key":"a","size":6}}}
{"seq":29,"t":90001000,"th":"worker0","ev":"sendmsg","conn":0,"fd":21,"iov":[{"data":"VALUE ","len":6},{"data":"a","len":1},{"b64":"/w==","len":9000}],"ret":1400}
{"seq":30,"t":90001000,"th":"worker0","ev":"setting","conn":0,"name":"verbose","value":"2"}
{"seq":31,"t":90001000,"th":"worker0","ev":"event_del","conn":0,"fd":21,"ret":0}
{"seq":32,"t":90001000,"th":"worker0","ev":"close","conn":0,"fd":21,"why":"quit","ret":0}
{"seq":33,"t":90001000,"th":"worker0","ev":"note","text":"look here","at":23}
{"seq":34,"t":90001000,"th":"worker0","ev":"drop","n":12}
{"seq":46,"t":90001000,"th":"worker0","ev":"teleport","whither":{"x":1}}
{"end":true,"events":35,"dropped":12}
"#;

#[test]
fn every_kind_is_told_in_words() {
    let mut reader = TraceReader::new(EVERY_KIND.as_bytes(), "x").unwrap();
    let mut told: Vec<Kind> = reader.by_ref().map(|event| event.unwrap().ev).collect();
    told.dedup();
    for kind in Kind::ALL {
        assert!(told.contains(kind), "{kind} is not among them");
    }
    let text = print(EVERY_KIND.as_bytes(), &mut Text::default());
    assert!(!text.replace('\n', "").chars().any(char::is_control), "{text:?}");
    insta::assert_snapshot!(text);
}
