//! What single panels say, and what they must not say.

#![allow(clippy::unwrap_used)]
use super::tests::{at, press, screen};
use crate::event::Kind;

#[test]
fn the_machine_says_whose_state_it_marks() {
    for (width, height, keys) in [(120, 40, ""), (80, 24, "3"), (132, 40, "3z")] {
        let mut app = at(|e| e.ev == Kind::CqPush);
        press(&mut app, keys);
        let of_socket = screen(&app, width, height);
        assert!(of_socket.contains("drive_machine · the listening socket"), "{of_socket}");
        assert!(!of_socket.contains("drive_machine · c0"), "it has no struct conn yet");
        let has_one =
            app.player.slice(0..usize::MAX).iter().position(|e| e.ev == Kind::ConnNew && e.conn.is_some());
        app.player.go(has_one.unwrap());
        assert!(screen(&app, width, height).contains("drive_machine · c0"));
    }
}
