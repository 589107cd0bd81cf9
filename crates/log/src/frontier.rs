//! The right edge of a tree: all that is needed to append and to know the root.

use crate::hash::{Hash, node_hash};

/// The roots of the perfect subtrees that make up a tree, from the largest (left) to the
/// smallest (right): one for each set bit of the size. Memory and appending are O(log n).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    nodes: Vec<Hash>,
}

/// The nodes do not belong to a tree of that size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tree of {size} leaves has {} edge nodes, not {nodes}", size.count_ones())]
pub struct FrontierError {
    /// The size that was given.
    pub size: u64,
    /// How many nodes were given.
    pub nodes: usize,
}

impl Frontier {
    /// The edge of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes up an edge that was kept.
    ///
    /// # Errors
    /// When the number of nodes is not the number of set bits of `size`.
    pub fn from_parts(size: u64, nodes: Vec<Hash>) -> Result<Self, FrontierError> {
        if nodes.len() != size.count_ones() as usize {
            return Err(FrontierError { size, nodes: nodes.len() });
        }
        Ok(Self { size, nodes })
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the perfect subtrees, largest first.
    pub fn nodes(&self) -> &[Hash] {
        &self.nodes
    }

    /// Appends a leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Each trailing one bit is a subtree that the new leaf completes into a larger one.
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.nodes.pop() else { break };
            node = node_hash(&left, &node);
        }
        self.nodes.push(node);
        self.size += 1;
    }

    /// The root of the tree (RFC 6962 section 2.1).
    pub fn root(&self) -> Hash {
        match self.nodes.split_last() {
            None => Hash::of(&[]),
            Some((last, larger)) => {
                larger.iter().rfold(*last, |right, left| node_hash(left, &right))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{leaf_hash, merkle_root};

    #[test]
    fn grows_as_the_whole_tree_does() {
        let mut leaves = Vec::new();
        let mut edge = Frontier::new();
        assert_eq!(edge.root(), merkle_root(&[]));
        for i in 0..600u32 {
            let leaf = leaf_hash(&i.to_be_bytes());
            leaves.push(leaf);
            edge.push(leaf);
            assert_eq!(edge.root(), merkle_root(&leaves), "size {}", i + 1);
        }
        let again = Frontier::from_parts(edge.size(), edge.nodes().to_vec()).unwrap();
        assert_eq!(again, edge);
    }

    #[test]
    fn refuses_parts_that_do_not_fit() {
        let two = vec![leaf_hash(b"a"), leaf_hash(b"b")];
        assert!(Frontier::from_parts(3, two.clone()).is_ok());
        assert_eq!(Frontier::from_parts(4, two), Err(FrontierError { size: 4, nodes: 2 }));
    }
}
