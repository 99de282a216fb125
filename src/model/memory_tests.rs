#![allow(clippy::unwrap_used)]
use super::memory::*;
use crate::event::{FlatEvent, Kind, MemoryAt, Snapshot};
use crate::model::World;
use proptest::prelude::*;
use std::collections::VecDeque;

fn event(op: &'static str, key: &str, class: u64) -> FlatEvent {
    let key = (!key.is_empty()).then(|| key.to_owned());
    FlatEvent { ev: Kind::Item, op: Some(op.into()), key, class: Some(class), ..FlatEvent::default() }
}

fn keys<'a>(items: impl Iterator<Item = &'a Item>) -> Vec<String> {
    items.map(|item| String::from_utf8_lossy(&item.key.kept).into_owned()).collect()
}

proptest! {
    /// However many items there are: what is known of a list is its beginning and its end, as a plain list
    /// has them, and how many are between.
    #[test]
    fn a_list_is_known_from_both_ends(
        steps in prop::collection::vec((0..8u8, 0..400usize), 0..1200)
    ) {
        let (mut world, mut plain) = (World::new(1), VecDeque::<String>::new());
        for (n, (step, at)) in steps.into_iter().enumerate() {
            match step {
                0..5 => {
                    plain.push_front(format!("k{n}"));
                    world.apply(&event("link", &plain[0], 3).event());
                }
                5 => if let Some(key) = plain.pop_back() {
                    world.apply(&event("evict", &key, 3).event());
                },
                6 => if let Some(key) = plain.remove(at) {
                    world.apply(&event("unlink", &key, 3).event());
                },
                _ => if let Some(key) = plain.remove(at) {
                    world.apply(&event("update", &key, 3).event());
                    plain.push_front(key);
                },
            }
            let memory = &world.memory();
            prop_assert!(!memory.has_gap);
            let Some(class) = memory.class(3) else { continue };
            let (head, tail) = (keys(class.lru.head()), keys(class.lru.tail()));
            prop_assert_eq!(class.lru.len(), plain.len() as u64);
            prop_assert!(head.len() <= KEPT && tail.len() <= KEPT);
            prop_assert!(plain.iter().zip(&head).all(|(a, b)| a == b));
            prop_assert!(plain.iter().rev().zip(tail.iter().rev()).all(|(a, b)| a == b));
        }
    }
}

#[test]
fn what_ends_and_never_began_shows_that_something_is_missing() {
    for op in ["free", "unlink", "evict", "update"] {
        let mut world = World::new(1);
        world.apply(&event(op, "a", 1).event());
        assert!(world.memory().has_gap, "{op}");
    }
    let mut world = World::new(1);
    world.apply(&FlatEvent { ev: Kind::Drop, n: Some(2), ..FlatEvent::default() }.into());
    assert!(world.memory().has_gap);
    let found = Snapshot { memory: Some(MemoryAt::default()), ..Snapshot::default() };
    world.apply(
        &FlatEvent { ev: Kind::Snapshot, world: Some(Box::new(found)), ..FlatEvent::default() }.into(),
    );
    assert!(!world.memory().has_gap, "a snapshot knows");
}

#[test]
fn a_bucket_is_known_until_the_table_grows() {
    let mut world = World::new(1);
    let link = |key: &str, class, seq| FlatEvent { seq, bucket: Some(7), ..event("link", key, class) };
    world.apply(&link("a", 1, 1).event());
    world.apply(&link("b", 2, 2).event());
    assert_eq!(keys(world.memory().chain(7).into_iter()), ["b", "a"]);
    assert!(!world.memory().may_hold_more());
    world.apply(&FlatEvent { size: Some(16), class: None, ..event("expand", "", 0) }.into());
    assert!(world.memory().chain(7).is_empty() && world.memory().may_hold_more());
    assert_eq!(
        (world.memory().buckets, world.memory().growing, world.memory().bucket),
        (Some(16), true, None)
    );
}

#[test]
fn a_page_says_how_many_chunks_it_is_cut_into_or_nothing_is_known_of_them() {
    let mut world = World::new(1);
    world.apply(&FlatEvent { size: Some(1_048_512), chunk: Some(96), ..event("page", "", 1) }.into());
    world.apply(&event("alloc", "a", 1).event());
    let class = world.memory().class(1).unwrap();
    assert_eq!((class.pages, class.chunks, class.used), (1, 10_922, 1));
    for chunk in [None, Some(0)] {
        world.apply(&FlatEvent { size: Some(1_048_512), chunk, ..event("page", "", 2) }.into());
    }
    assert_eq!((world.memory().class(2).unwrap().pages, world.memory().class(2).unwrap().chunks), (2, 0));
}
