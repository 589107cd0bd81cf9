//! Recover (復旧): each system's way back, the order, what bridges the gap meanwhile.

include!(concat!(env!("OUT_DIR"), "/recover.rs"));
