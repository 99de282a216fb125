//! What a panel is.

use super::pen::Pen;
use super::scene::Scene;
use crate::texts::Language;

/// A part of the screen that shows one thing.
pub(super) trait Component: Sync {
    /// What it is called.
    fn name(&self, lang: Language) -> &'static str;

    /// What stands above it.
    fn title(&self, scene: &Scene<'_>) -> String {
        self.name(scene.lang).to_owned()
    }

    /// How many rows it takes, with its title: fewer say nothing, more say no more.
    fn rows(&self, _scene: &Scene<'_>) -> Rows {
        Rows { least: 0, best: u16::MAX }
    }

    /// Draws it.
    fn draw(&self, scene: &Scene<'_>, pen: &mut Pen<'_>);
}

/// How many rows a panel takes, with its title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rows {
    pub least: u16,
    pub best: u16,
}
