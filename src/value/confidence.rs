//! Confidence as whole steps, so that its laws hold exactly and in every order.
//!
//! A floating-point mean of three 0.7 is not 0.7; three whole numbers of steps are. The number that is held is one more
//! than the steps, and 0 for unknown, so that the smaller of two unsigned numbers is the law of the language.

use std::hint::cold_path;

use super::fault::Fault;
use crate::diagnostic::Code;

/// How sure one is: unknown, or a number from 0 to 1 in steps of 10⁻⁹. Unknown is below 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[repr(transparent)]
pub struct Confidence(u32);

/// The steps between 0 and 1.
pub const STEPS: u32 = 1_000_000_000;

impl Confidence {
    /// Nobody said how sure.
    pub const UNKNOWN: Self = Self(0);
    /// Known, and not sure at all.
    pub const ZERO: Self = Self(1);
    /// Quite sure.
    pub const ONE: Self = Self(STEPS + 1);
    /// Where the high band begins unless a pattern says otherwise.
    pub const HIGH: Self = Self(700_000_001);
    /// Where the medium band begins unless a pattern says otherwise.
    pub const MEDIUM: Self = Self(500_000_001);

    /// So many steps above 0; more than all of them are 1.
    #[inline]
    pub const fn from_steps(steps: u32) -> Self {
        if steps > STEPS { Self::ONE } else { Self(steps + 1) }
    }

    /// The number that is held: 0 for unknown, else one more than the steps.
    #[inline]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The confidence that is held as this number, which came from [`Confidence::bits`].
    #[inline(always)]
    pub(super) const fn held(bits: u32) -> Self {
        Self(bits)
    }

    /// The confidence that is held as this number, if there is one.
    #[inline]
    pub const fn from_bits(bits: u32) -> Option<Self> {
        if bits <= Self::ONE.0 { Some(Self(bits)) } else { None }
    }

    /// A number rounded to the nearest step, halves up; nothing outside 0..1, and of NaN.
    #[inline]
    pub fn from_number(number: f64) -> Option<Self> {
        // The bits of the numbers from 0 to 1 are in their order, below those of all others but -0.
        if number.to_bits() > 1f64.to_bits() && number != 0.0 {
            return None;
        }
        // Adding it leaves the nearest whole number in the lowest bits.
        const SHIFT: f64 = 4_503_599_627_370_496.0;
        let scale = f64::from(STEPS);
        let product = number * scale;
        let shifted = product + SHIFT;
        let steps = shifted.to_bits() as u32;
        if (product - (shifted - SHIFT)).abs() == 0.5 {
            cold_path();
            // What the multiplication rounded away decides a half that is none.
            let up = number.mul_add(scale, -product) >= 0.0;
            return Some(Self::from_steps(product as u32 + u32::from(up)));
        }
        Some(Self(steps + 1))
    }

    /// As [`Confidence::from_number`], with the fault `R020` instead of nothing.
    #[inline]
    pub fn of(number: f64) -> Result<Self, Fault> {
        Self::from_number(number).ok_or_else(|| {
            let shown = super::number::render(number);
            Fault::new(Code::R020, format!("`{shown}` is no confidence; write a number from 0 to 1"))
        })
    }

    /// The steps above 0; nothing when unknown.
    #[inline]
    pub const fn steps(self) -> Option<u32> {
        self.0.checked_sub(1)
    }

    /// The steps above 0, where unknown counts as 0.
    #[inline]
    pub const fn weight(self) -> u32 {
        self.0.saturating_sub(1)
    }

    /// The number from 0 to 1; nothing when unknown.
    #[inline]
    pub fn number(self) -> Option<f64> {
        self.steps().map(|steps| f64::from(steps) / f64::from(STEPS))
    }

    /// Whether it is known.
    #[inline]
    pub const fn is_known(self) -> bool {
        self.0 != 0
    }

    /// The product, rounded half up; unknown of unknown.
    pub fn times(self, other: Self) -> Self {
        match (self.steps(), other.steps()) {
            (Some(a), Some(b)) => Self::ratio(u128::from(a) * u128::from(b), u128::from(STEPS)),
            _ => Self::UNKNOWN,
        }
    }

    /// What is missing to 1; unknown of unknown.
    pub fn rest(self) -> Self {
        self.steps().map_or(Self::UNKNOWN, |steps| Self::from_steps(STEPS - steps))
    }

    /// So many steps divided by a number, rounded half up once; 0 of nothing.
    pub fn ratio(steps: u128, by: u128) -> Self {
        if by == 0 {
            return Self::ZERO;
        }
        let rounded = (2 * steps + by) / (2 * by);
        Self::from_steps(u32::try_from(rounded).unwrap_or(STEPS))
    }

    /// The mean, rounded half up once, where unknown counts as 0; nothing of nothing.
    pub fn mean(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        let (mut sum, mut count) = (0u128, 0u128);
        for one in all {
            sum += u128::from(one.weight());
            count += 1;
        }
        (count > 0).then(|| Self::ratio(sum, count))
    }

    /// A share, given as two weights, times the mean of `count` confidences that add up to `sum` steps, rounded once.
    pub fn share_of_mean(part: u64, whole: u64, sum: u64, count: u64) -> Self {
        Self::ratio(u128::from(part) * u128::from(sum), u128::from(whole) * u128::from(count))
    }
}

/// What stands behind a confidence, the weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Evidence {
    /// Nobody said.
    Unknown,
    /// The program says so.
    Stated,
    /// An agent says so.
    Reported,
    /// Two or more agents say so.
    Agreed,
    /// Another agent judged it.
    Reviewed,
    /// A command or test checked it.
    Checked,
    /// A person said yes.
    Approved,
    /// A literal, or computed from literals alone.
    Exact,
}

impl Evidence {
    /// All of it, the weakest first.
    pub const ALL: [Self; 8] = [
        Self::Unknown,
        Self::Stated,
        Self::Reported,
        Self::Agreed,
        Self::Reviewed,
        Self::Checked,
        Self::Approved,
        Self::Exact,
    ];

    /// Its name in programs and results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Stated => "stated",
            Self::Reported => "reported",
            Self::Agreed => "agreed",
            Self::Reviewed => "reviewed",
            Self::Checked => "checked",
            Self::Approved => "approved",
            Self::Exact => "exact",
        }
    }

    /// The evidence with this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|evidence| evidence.name() == name)
    }
}

/// Confidence and evidence together: what every value carries beside its content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Lanes {
    /// How sure.
    pub confidence: Confidence,
    /// Why.
    pub evidence: Evidence,
}

impl Lanes {
    /// Of a literal.
    pub const EXACT: Self = Self { confidence: Confidence::ONE, evidence: Evidence::Exact };
    /// Of what nobody said anything about.
    pub const UNKNOWN: Self = Self { confidence: Confidence::UNKNOWN, evidence: Evidence::Unknown };

    /// Both together.
    #[inline]
    pub const fn new(confidence: Confidence, evidence: Evidence) -> Self {
        Self { confidence, evidence }
    }

    /// The law: the minimum of the confidences and the weakest of the evidences.
    #[inline]
    pub fn meet(self, other: Self) -> Self {
        Self { confidence: self.confidence.min(other.confidence), evidence: self.evidence.min(other.evidence) }
    }

    /// With a confidence that the program states: the evidence is `stated` if it raises, otherwise kept.
    #[inline]
    pub fn stated(self, confidence: Confidence) -> Self {
        let evidence = if confidence > self.confidence { Evidence::Stated } else { self.evidence };
        Self { confidence, evidence }
    }

    /// With a confidence of at most `limit`.
    #[inline]
    pub fn capped(self, limit: Confidence) -> Self {
        Self { confidence: self.confidence.min(limit), evidence: self.evidence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(number: f64) -> Confidence {
        Confidence::from_number(number).unwrap()
    }

    #[test]
    fn numbers_round_to_the_nearest_step() {
        assert_eq!(of(0.7), Confidence::HIGH);
        assert_eq!(of(0.5), Confidence::MEDIUM);
        assert_eq!(of(0.0), Confidence::ZERO);
        assert_eq!(of(-0.0), Confidence::ZERO);
        assert_eq!(of(1.0), Confidence::ONE);
        assert_eq!(of(0.6999999996).steps(), Some(700_000_000));
        assert_eq!(of(0.9999999999), Confidence::ONE);
        assert_eq!(of(1e-400), Confidence::ZERO);
        assert_eq!(of(5e-10).steps(), Some(1));
        for bad in [1.0000001, -0.1, f64::NAN, f64::INFINITY, -1e-300] {
            assert_eq!(Confidence::of(bad).unwrap_err().code, Code::R020, "{bad}");
        }
    }

    #[test]
    fn halves_go_up_unless_the_product_made_them() {
        let scale = f64::from(STEPS);
        for steps in (0..STEPS).step_by(9_973).chain([0, 1, 2, STEPS - 1]) {
            let half = f64::from(steps) + 0.5;
            let number = half / scale;
            let up = number.mul_add(scale, -half) >= 0.0;
            assert_eq!(of(number).steps(), Some(steps + u32::from(up)), "{number}");
        }
    }

    #[test]
    fn every_step_survives_a_round_trip() {
        for steps in (0..=STEPS).step_by(9_973).chain([1, STEPS - 1, STEPS]) {
            let there = Confidence::from_steps(steps);
            assert_eq!(of(there.number().unwrap()), there);
        }
    }

    #[test]
    fn unknown_is_below_zero() {
        assert!(Confidence::UNKNOWN < Confidence::ZERO);
        assert_eq!(Confidence::UNKNOWN.times(Confidence::ONE), Confidence::UNKNOWN);
        assert_eq!(Confidence::UNKNOWN.number(), None);
    }

    #[test]
    fn means_and_products_are_exact() {
        assert_eq!(Confidence::mean([of(0.7); 3]), Some(Confidence::HIGH));
        assert_eq!(Confidence::mean([of(0.1), of(0.2), of(0.3), of(0.4)]), Some(of(0.25)));
        assert_eq!(Confidence::mean([]), None);
        assert_eq!(of(0.9).times(of(0.8)), of(0.72));
        assert_eq!(Confidence::from_steps(1).times(of(0.5)).steps(), Some(1));
        assert_eq!(Confidence::from_steps(1).times(of(0.499999999)).steps(), Some(0));
        // Two thirds of 0.9: once rounded, not twice.
        assert_eq!(Confidence::share_of_mean(2, 3, 1_800_000_000, 2), of(0.6));
    }

    #[test]
    fn raising_is_stated_and_lowering_keeps() {
        let reviewed = Lanes::new(of(0.8), Evidence::Reviewed);
        assert_eq!(reviewed.stated(of(0.9)).evidence, Evidence::Stated);
        assert_eq!(reviewed.stated(of(0.8)).evidence, Evidence::Reviewed);
        assert_eq!(reviewed.stated(Confidence::UNKNOWN).evidence, Evidence::Reviewed);
    }
}
