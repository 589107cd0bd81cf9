//! Improve (改善): reviews and improvements.

include!(concat!(env!("OUT_DIR"), "/improve.rs"));
