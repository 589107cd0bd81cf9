//! Snapshots of the renderer.
