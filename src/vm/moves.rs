//! The moves of an edge, which happen at once, as instructions that run one after the other.

use super::code::{Code, Register};
use smallvec::SmallVec;

/// Moves: where to, where from, and whether nobody reads the source again.
pub(super) type Moves = SmallVec<[(Register, Register, bool); 4]>;

/// Moves that happen at once, one after the other. A source that others read as well is copied until its last reader.
pub(super) fn parallel(mut pending: Moves, spare: Register) -> SmallVec<[Code; 4]> {
    let mut moves = SmallVec::new();
    if let [(to, from, takes)] = pending[..] {
        if to != from {
            moves.push(if takes { Code::Move(to, from) } else { Code::Copy(to, from) });
        }
        return moves;
    }
    // What stays where it is must not be taken from there.
    let stays: SmallVec<[Register; 4]> =
        pending.iter().filter(|(to, from, _)| to == from).map(|(to, ..)| *to).collect();
    pending.retain(|&mut (to, from, _)| to != from);
    for (_, from, takes) in &mut pending {
        *takes &= !stays.contains(from);
    }
    while !pending.is_empty() {
        let ready = pending.iter().position(|&(to, _, _)| !pending.iter().any(|&(_, from, _)| from == to));
        match ready {
            Some(at) => {
                let (to, from, takes) = pending.swap_remove(at);
                let again = pending.iter().any(|&(_, other, _)| other == from);
                moves.push(if takes && !again { Code::Move(to, from) } else { Code::Copy(to, from) });
                // Whoever reads the same source later reads it for the last time, if anybody did.
                if takes && again {
                    pending.iter_mut().filter(|(_, other, _)| *other == from).for_each(|(_, _, takes)| *takes = true);
                }
            }
            None => {
                let (_, from, _) = pending[0];
                moves.push(Code::Move(spare, from));
                for (_, other, takes) in &mut pending {
                    if *other == from {
                        (*other, *takes) = (spare, true);
                    }
                }
            }
        }
    }
    moves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(moves: &[(Register, Register, bool)]) -> Vec<u32> {
        let mut registers: Vec<u32> = (0..8).collect();
        for code in parallel(moves.into(), 7) {
            match code {
                Code::Move(to, from) => registers[to as usize] = std::mem::replace(&mut registers[from as usize], 99),
                Code::Copy(to, from) => registers[to as usize] = registers[from as usize],
                _ => unreachable!(),
            }
        }
        moves.iter().map(|&(to, _, _)| registers[to as usize]).collect()
    }

    #[test]
    fn moves_of_an_edge_happen_at_once() {
        assert_eq!(run(&[(0, 1, true), (1, 0, true)]), [1, 0]);
        assert_eq!(run(&[(0, 1, true), (1, 2, true), (2, 0, true)]), [1, 2, 0]);
        assert_eq!(run(&[(1, 0, true), (2, 0, true), (3, 0, false)]), [0, 0, 0]);
        assert_eq!(run(&[(0, 1, true), (1, 0, false), (3, 0, false)]), [1, 0, 0]);
        assert_eq!(run(&[(4, 1, false), (2, 1, false), (1, 2, true)]), [1, 1, 2]);
        assert_eq!(run(&[(1, 1, false), (5, 1, true)]), [1, 1]);
    }
}
