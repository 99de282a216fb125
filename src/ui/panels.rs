//! The panels, in one table: a further one is a file, a row here and its texts.

use super::component::Component;
use super::connection::ConnectionPanel;
use super::events::EventsPanel;
use super::explain::WhyPanel;
use super::machine::MachinePanel;
use super::memory::MemoryPanel;
use super::spacetime::SpacetimePanel;
use super::stack::StackPanel;
use super::threads::ThreadsPanel;
use crate::texts::Language;

macro_rules! panels {
    ($($name:ident: $component:expr,)*) => {
        /// Which panel.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Panel {
            $($name,)*
        }

        impl Panel {
            /// All of them, in the order of their digits.
            pub const ALL: &'static [Panel] = &[$(Panel::$name),*];
        }

        static COMPONENTS: &[&dyn Component] = &[$(&$component),*];
    };
}

panels! {
    Threads: ThreadsPanel,
    SpaceTime: SpacetimePanel,
    Machine: MachinePanel,
    Connection: ConnectionPanel,
    Stack: StackPanel,
    Events: EventsPanel,
    Why: WhyPanel,
    Memory: MemoryPanel,
}

impl Panel {
    /// What draws it.
    pub fn component(self) -> &'static dyn Component {
        COMPONENTS[self as usize]
    }

    /// What it is called.
    pub fn name(self, lang: Language) -> &'static str {
        self.component().name(lang)
    }

    /// The digit that chooses it.
    pub fn number(self) -> usize {
        self as usize + 1
    }
}
