//! Views that cross registers: what is missing, deadlines, the room, home, metrics, the frame.

mod deadlines;
mod depth;
mod figures;
mod frame;
mod home;
mod missing;
mod options;
mod room;
mod stops;
pub mod waking;

pub use deadlines::{DeadlineKind, DeadlineView};
pub use depth::RoomSide;
pub use figures::MetricView;
pub use frame::Frame;
pub use home::{ChangeLine, Home, NextThing};
pub(crate) use missing::finding_views;
pub use missing::{MISSING_PAGE, MissingFilter, MissingGroup, MissingPage};
pub use options::{ClockView, SettingView, setting_body};
pub use room::{EntryKind, RoomEntry, RoomView};
pub use stops::StopsView;
