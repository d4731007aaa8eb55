//! The minimum over a container's parts, remembered.

use std::sync::atomic::{AtomicU64, Ordering};

use super::confidence::{Confidence, Evidence, Lanes};
use super::payload::Value;

/// The minimum over the parts of a container, or that it has to be found again.
///
/// One word holds both lanes, so that a reader of a shared container may write down what it found.
#[derive(Debug)]
pub(super) struct Lowest(AtomicU64);

const STALE: u64 = u64::MAX;

impl Lowest {
    /// Of no parts.
    pub(super) const fn empty() -> Self {
        Self(AtomicU64::new(pack(Lanes::EXACT)))
    }

    /// Of these parts.
    pub(super) fn of<'a>(parts: impl Iterator<Item = &'a Value>) -> Self {
        Self(AtomicU64::new(pack(find(parts))))
    }

    /// Of parts whose minimum is known.
    pub(super) fn known(lanes: Lanes) -> Self {
        Self(AtomicU64::new(pack(lanes)))
    }

    /// The minimum, if nobody wrote since it was found.
    #[inline]
    pub(super) fn get(&self) -> Option<Lanes> {
        let word = self.0.load(Ordering::Relaxed);
        (word != STALE).then(|| unpack(word))
    }

    /// The minimum, found again if somebody wrote.
    pub(super) fn or_find<'a>(&self, parts: impl Iterator<Item = &'a Value>) -> Lanes {
        self.get().unwrap_or_else(|| {
            let found = find(parts);
            self.0.store(pack(found), Ordering::Relaxed);
            found
        })
    }

    /// Forgets it, because a part may be written to.
    pub(super) fn forget(&mut self) {
        *self.0.get_mut() = STALE;
    }

    /// A part is added.
    #[inline]
    pub(super) fn add(&mut self, part: Lanes) {
        if part == Lanes::EXACT {
            return;
        }
        if let Some(lanes) = self.get() {
            *self.0.get_mut() = pack(lanes.meet(part));
        }
    }

    /// A part takes the place of another.
    #[inline]
    pub(super) fn replace(&mut self, old: Lanes, new: Lanes) {
        // What is as sure as can be neither lowers the minimum nor held it down.
        if old == Lanes::EXACT && new == Lanes::EXACT {
            return;
        }
        let Some(lanes) = self.get() else { return };
        let confidence = old.confidence > lanes.confidence || new.confidence <= lanes.confidence;
        let evidence = old.evidence > lanes.evidence || new.evidence <= lanes.evidence;
        *self.0.get_mut() = if confidence && evidence { pack(lanes.meet(new)) } else { STALE };
    }

    /// A part is taken away.
    pub(super) fn remove(&mut self, old: Lanes) {
        self.replace(old, Lanes::EXACT);
    }
}

impl Clone for Lowest {
    fn clone(&self) -> Self {
        Self(AtomicU64::new(self.0.load(Ordering::Relaxed)))
    }
}

fn find<'a>(parts: impl Iterator<Item = &'a Value>) -> Lanes {
    parts.fold(Lanes::EXACT, |lanes, part| lanes.meet(part.least()))
}

const fn pack(lanes: Lanes) -> u64 {
    (lanes.confidence.bits() as u64) << 8 | lanes.evidence as u64
}

fn unpack(word: u64) -> Lanes {
    let confidence = Confidence::from_bits((word >> 8) as u32).unwrap_or_default();
    Lanes::new(confidence, Evidence::ALL[(word & 7) as usize])
}
