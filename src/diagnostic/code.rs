//! The one table of codes. A code keeps its meaning for ever; a new fault gets a new number.

use super::Severity;

/// What the table says of a code.
#[derive(Debug)]
pub struct Entry {
    /// The code.
    pub code: Code,
    /// Its name, such as `P001`.
    pub name: &'static str,
    /// The severity unless a finding says otherwise.
    pub severity: Severity,
    /// The fault in a few words.
    pub title: &'static str,
}

macro_rules! codes {
    ($($name:ident $severity:ident $title:literal;)*) => {
        /// A stable code of a fault.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        /// All codes, in the order of the enumeration.
        pub const CODES: &[Entry] = &[
            $(Entry { code: Code::$name, name: stringify!($name), severity: Severity::$severity, title: $title },)*
        ];
    };
}

codes! {
    P001 Error "unexpected token";
    P002 Error "bracket, string, template or comment without its end";
    P003 Error "no UTF-8, a control character, or a bidirectional override";
    P004 Error "malformed number";
    P005 Error "malformed escape";
    P006 Error "nested deeper than 128";
    P007 Error "larger than the limits";
    P008 Error "JavaScript that does not exist here";
    P009 Error "malformed or too large regular expression";
    P010 Error "unknown name";
    P011 Error "declared twice in one scope";
    P012 Error "this cannot be assigned to, or the mutation of a copy that nobody uses";
    P013 Error "`break`, `continue`, `return` or a placeholder where it has no meaning";
    P014 Error "a rest parameter or element that is not the last";
    P015 Error "unknown or misplaced decorator, or a malformed argument of one";
    P016 Error "bands whose thresholds do not fall, occur twice, or lie outside 0..1";
    P017 Error "declared twice in one file";
    P018 Error "`~>` beside `&&`, `||`, `??` or `!` in a condition, without parentheses";
    P020 Error "module not found";
    P021 Error "import cycle";
    P022 Error "name not exported";
    P050 Error "a task assigns to a variable outside it";
    P051 Error "a `const` is assigned again";
    T001 Error "a value that does not fit the annotation";
    T002 Error "an operator on a type it does not take";
    T003 Error "unknown type name";
    T004 Error "wrong number of arguments";
    T005 Error "a call of something that is no function";
    T006 Error "a property that the declared type does not have";
    T007 Error "`typeof` compared with a text it never gives";
    T008 Error "`uncertain if` on a number that was made from `~`";
    T009 Warning "a copy is changed and never read again";
    T010 Warning "`<` or `<=` on something that may be missing";
    T011 Warning "a `match` that may fall through";
    T012 Warning "an arm or statement that is never reached";
    CF001 Error "an action receives less confidence than it needs";
    CF002 Error "an action passes only on what a `~>` raised";
    CF003 Warning "a band or arm that can never run because of the confidence";
    CF004 Warning "a test that always or never passes";
    CF005 Error "a reachable band with no branch and no `default`";
    CF006 Warning "`low` does nothing where `high` acts";
    CF007 Error "a confidence attached to a value it was not assessed on";
    CF008 Error "one value or one agent counted twice";
    CF009 Warning "arithmetic on `~x` stated back without a cap";
    CF010 Warning "doubt washed through another agent";
    CF011 Error "an aggregate that may be of nothing reaches an action";
    CF012 Warning "best of many uncalibrated answers";
    CF013 Error "evidence weaker than the action needs";
    CF014 Warning "calibration expired or from too few samples";
    CF015 Warning "a confidence compared for equality with a number";
    CF016 Warning "an action under a condition in doubt";
    CF017 Error "a null that means nothing was found reaches an action or a read";
    CF018 Error "a threshold that an agent or input can choose";
    CF019 Warning "confidence dropped through `value`";
    CF020 Error "agent text chooses what happens";
    CF021 Error "`@ensures` that cannot be shown";
    CF022 Warning "an action that can happen twice or be lost";
    CF023 Error "an answer judged by the agent that gave it";
    CF900 Error "too complex";
    TM01 Error "no bound was found";
    TM02 Error "waiting for a confidence that may never come";
    TM03 Error "`!=` as the only bound";
    TM04 Error "a step that is no positive constant";
    TM05 Error "counter or bound changed in the body";
    TM06 Error "a number an agent or input chooses is the bound";
    TM07 Error "a call through an unknown function value may recurse";
    TM08 Error "no argument gets smaller on the cycle";
    TM09 Error "too many ways of calling";
    TM10 Error "a cycle of patterns or events";
    TM11 Error "a bound above its limit";
    TM12 Error "`@decreases` not shown";
    TM13 Error "ends only by `break`";
    B001 Error "a budgeted measure has no bound that is a number";
    B002 Error "a measure can exceed its budget";
    E001 Error "an effect not declared";
    E002 Warning "an effect declared and never used";
    E003 Warning "a pattern that names agents and calls none";
    E004 Error "a method or agent that nobody declares";
    E005 Warning "a null reaches the result with no alternative";
    E006 Error "not allowed by the policy";
    R001 Error "thrown by the program";
    R002 Error "wrong type for an operator";
    R003 Error "property of null";
    R004 Error "cannot be unpacked";
    R005 Error "wrong argument of a built-in";
    R006 Error "not a function";
    R007 Error "division by zero";
    R008 Error "too many arguments";
    R009 Error "no arm matches";
    R010 Error "nothing to reduce";
    R011 Error "malformed JSON or pattern";
    R012 Error "does not fit its type at a boundary";
    R013 Error "not finite at a boundary";
    R014 Error "a function or agent at a boundary";
    R015 Error "a value larger or deeper than the limits";
    R016 Error "an index beyond the end";
    R017 Error "a variable read before its `let` ran";
    R020 Error "no confidence";
    R021 Error "no count or time";
    R022 Error "an answer outside its contract";
    R030 Error "an agent failed";
    R031 Error "timed out";
    R032 Error "unknown agent or method";
    R033 Error "agents or input do not fit the parameters";
    R042 Error "no list of tasks";
    R043 Error "every alternative failed";
    R044 Error "too few succeeded";
    R045 Error "a task writes another's variable";
    R090 Error "out of steps";
    R091 Error "out of memory";
    R092 Error "calls nested too deep";
    R093 Error "out of time";
    R094 Error "out of budget";
    R095 Error "cancelled";
    R096 Error "too much output";
    R097 Error "called more often than `@maxCalls` allows";
    L101 Info "`x ~> t` as a condition asks";
    L102 Info "a sigil whose plain name reads better";
    L103 Info "a name that hides a built-in which the same scope calls";
    L104 Info "a list walked by `for … in` and indexed by what was walked";
    L105 Info "a name that looks like another";
    L106 Info "declared, never used";
    L107 Info "a comparison that is always the same because of the types";
    L108 Warning "a `prism-allow` that gives no reason, or allows nothing";
}

impl Code {
    /// What the table says of it.
    pub fn entry(self) -> &'static Entry {
        &CODES[self as usize]
    }

    /// Its name, such as `P001`.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The severity unless a finding says otherwise.
    pub fn severity(self) -> Severity {
        self.entry().severity
    }

    /// The code with this name, in any case of letters.
    pub fn find(name: &str) -> Option<Code> {
        CODES.iter().find(|entry| entry.name.eq_ignore_ascii_case(name)).map(|entry| entry.code)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
