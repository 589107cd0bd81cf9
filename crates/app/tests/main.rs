//! The use cases, end to end over a real store.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail loudly")]

mod suite;
