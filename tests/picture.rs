//! What the screens show of the shipped recordings, where it was once something else than what was in memory.
#![allow(clippy::unwrap_used)]

use memstep::model::{Bytes, Cell, ConnModel, World};
use memstep::trace::reader::TraceReader;
use std::fs::File;
use std::io::BufReader;

/// A connection just after an event of a shipped recording.
fn conn_at(story: &str, seq: u64, id: u32) -> ConnModel {
    let path = format!("{}/traces/{story}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let mut reader = TraceReader::new(BufReader::new(File::open(path).unwrap()), story).unwrap();
    let mut world = World::new(4);
    while let Some(row) = reader.next_row().unwrap().filter(|row| row.event.seq <= seq) {
        world.apply(&row.event);
    }
    world.conn(id).unwrap().clone()
}

/// `_` for what was never written, `?` for what is not known.
fn text(bytes: &Bytes, len: u64) -> String {
    let glyph = |at| match bytes.get(at) {
        Cell::Never => '_',
        Cell::Lost => '?',
        Cell::Known(byte) => char::from(byte),
    };
    (0..len as usize).map(glyph).collect()
}

fn item(conn: &ConnModel) -> String {
    text(&conn.value, conn.fields.item.as_ref().unwrap().size)
}

#[test]
fn a_value_that_came_with_its_command_is_itself() {
    for seq in 145..=150 {
        assert_eq!(item(&conn_at("one-packet", seq, 0)), "xyz\r\n", "#{seq}");
    }
    assert_eq!(item(&conn_at("pipelined", 150, 0)), "1\r\n");
}

#[test]
fn what_was_in_the_read_buffer_of_a_value_is_in_the_item() {
    let conn = conn_at("hangups", 203, 1);
    assert_eq!((conn.fields.ritem, item(&conn)), (4, "1234________".to_owned()));
}

#[test]
fn what_was_read_and_not_recorded_is_not_still_to_come() {
    let conn = conn_at("slow-reader", 154, 0);
    assert_eq!(conn.fields.ritem, 128_000);
    let known = (0..128_000).take_while(|at| matches!(conn.value.get(*at), Cell::Known(b'v'))).count();
    assert!(known >= 256);
    assert!((known..128_000).all(|at| conn.value.get(at) != Cell::Never));
    assert_eq!(conn.value.get(128_000), Cell::Never);
}
