//! Places a small directed graph in layers: what depends on nothing at one side,
//! every edge pointing one way where that is possible.

/// Where everything goes, in layer and position numbers.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Nodes of every layer in order; numbers from the node count on are bends.
    pub(crate) layers: Vec<Vec<usize>>,
    /// Stations of every edge from start to end, bends included; `None` for an
    /// edge to itself or to nowhere.
    pub(crate) routes: Vec<Option<Route>>,
}

/// The way of one edge.
#[derive(Debug)]
pub(crate) struct Route {
    /// Nodes and bends, in layer order.
    pub(crate) stations: Vec<usize>,
    /// The edge points against the layers because it closes a circle.
    pub(crate) reversed: bool,
}

/// Lays out `count` nodes and edges `(from, to)`; `to` comes in a later layer.
pub(crate) fn layout(count: usize, edges: &[(usize, usize)]) -> Layout {
    let usable = |&(from, to): &(usize, usize)| from < count && to < count && from != to;
    let reversed = closing_edges(count, edges, usable);
    let forward: Vec<Option<(usize, usize)>> = edges
        .iter()
        .enumerate()
        .map(|(index, edge)| {
            usable(edge).then(|| if reversed[index] { (edge.1, edge.0) } else { *edge })
        })
        .collect();
    let layer = longest_paths(count, &forward);
    let mut layers = vec![Vec::new(); layer.iter().max().map_or(0, |max| max + 1)];
    for (node, at) in layer.iter().enumerate() {
        layers[*at].push(node);
    }
    let mut next = count;
    let mut hops = Vec::new();
    let mut routes = Vec::new();
    for (index, edge) in forward.iter().enumerate() {
        let Some((from, to)) = *edge else {
            routes.push(None);
            continue;
        };
        let mut stations = vec![from];
        for bend_layer in layers.iter_mut().take(layer[to]).skip(layer[from] + 1) {
            bend_layer.push(next);
            stations.push(next);
            next += 1;
        }
        stations.push(to);
        hops.extend(stations.windows(2).map(|pair| (pair[0], pair[1])));
        routes.push(Some(Route { stations, reversed: reversed[index] }));
    }
    order(&mut layers, &hops, next);
    Layout { layers, routes }
}

/// Marks edges that point back to a node still open in a depth-first walk.
fn closing_edges(
    count: usize,
    edges: &[(usize, usize)],
    usable: impl Fn(&(usize, usize)) -> bool,
) -> Vec<bool> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (index, edge) in edges.iter().enumerate().filter(|(_, e)| usable(e)) {
        out[edge.0].push(index);
    }
    let mut state = vec![0u8; count];
    let mut closing = vec![false; edges.len()];
    for start in 0..count {
        if state[start] != 0 {
            continue;
        }
        state[start] = 1;
        let mut stack = vec![(start, 0)];
        while let Some((node, position)) = stack.pop() {
            let Some(&edge) = out[node].get(position) else {
                state[node] = 2;
                continue;
            };
            stack.push((node, position + 1));
            let to = edges[edge].1;
            match state[to] {
                0 => {
                    state[to] = 1;
                    stack.push((to, 0));
                }
                1 => closing[edge] = true,
                _ => {}
            }
        }
    }
    closing
}

/// Layer of a node: one more than the deepest before it.
fn longest_paths(count: usize, edges: &[Option<(usize, usize)>]) -> Vec<usize> {
    let mut waiting = vec![0usize; count];
    for (_, to) in edges.iter().flatten() {
        waiting[*to] += 1;
    }
    let mut layer = vec![0; count];
    let mut ready: Vec<usize> = (0..count).filter(|node| waiting[*node] == 0).collect();
    while let Some(node) = ready.pop() {
        for (_, to) in edges.iter().flatten().filter(|(from, _)| *from == node) {
            layer[*to] = layer[*to].max(layer[node] + 1);
            waiting[*to] -= 1;
            if waiting[*to] == 0 {
                ready.push(*to);
            }
        }
    }
    layer
}

/// Sweeps to and fro, sorting each layer by the middle of its neighbours.
fn order(layers: &mut [Vec<usize>], hops: &[(usize, usize)], total: usize) {
    let mut position = vec![0.0; total];
    let settle = |layer: &[usize], position: &mut Vec<f64>| {
        for (index, node) in layer.iter().enumerate() {
            position[*node] = index as f64 - (layer.len() as f64 - 1.0) / 2.0;
        }
    };
    for layer in layers.iter() {
        settle(layer, &mut position);
    }
    for sweep in 0..8 {
        let downwards = sweep % 2 == 0;
        let indices: Vec<usize> =
            if downwards { (0..layers.len()).collect() } else { (0..layers.len()).rev().collect() };
        for index in indices {
            let middle = |node: usize| {
                let near: Vec<f64> = hops
                    .iter()
                    .filter_map(|&(a, b)| match downwards {
                        true if b == node => Some(position[a]),
                        false if a == node => Some(position[b]),
                        _ => None,
                    })
                    .collect();
                if near.is_empty() {
                    position[node]
                } else {
                    near.iter().sum::<f64>() / near.len() as f64
                }
            };
            let mut keyed: Vec<(f64, usize)> =
                layers[index].iter().map(|node| (middle(*node), *node)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            layers[index] = keyed.into_iter().map(|(_, node)| node).collect();
            settle(&layers[index], &mut position);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_edges_get_bends_and_layers_follow_depth() {
        let plan = layout(4, &[(0, 1), (1, 2), (0, 2), (3, 2)]);
        assert_eq!(plan.layers[0].len(), 2);
        assert_eq!(plan.layers[2], [2]);
        let long = plan.routes[2].as_ref().unwrap();
        assert_eq!(long.stations, [0, 4, 2]);
    }

    #[test]
    fn a_circle_is_cut_once_and_loops_are_left_out() {
        let plan = layout(3, &[(0, 1), (1, 2), (2, 0), (1, 1), (0, 9)]);
        let reversed: Vec<bool> = plan.routes.iter().flatten().map(|r| r.reversed).collect();
        assert_eq!(reversed, [false, false, true]);
        assert!(plan.routes[3].is_none() && plan.routes[4].is_none());
    }

    #[test]
    fn crossings_are_undone() {
        let plan = layout(4, &[(0, 3), (1, 2)]);
        let below: Vec<usize> = plan.layers[1].clone();
        assert_eq!((plan.layers[0].clone(), below), (vec![0, 1], vec![3, 2]));
    }
}
