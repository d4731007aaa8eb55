//! Wishes to the world: declared here, performed by the machine.

use super::table::{Body, Builtin, Law, Numbers, Size, declare};
use crate::types::Effect;

/// What is wished.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum World {
    /// The time in milliseconds since 1970.
    Now,
    /// A number from 0 to below 1.
    Random,
    /// A text that nobody else has.
    Uuid,
    /// A line of text for people.
    Print,
    /// A line of text that warns them.
    Warn,
    /// A line of text that tells them of an error.
    Error,
    /// A line of text for those who look closer.
    Debug,
    /// That some time goes by.
    Delay,
    /// An event.
    Emit,
    /// A decision to be kept.
    Track,
}

const fn wish(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
    world: World,
) -> Builtin {
    declare(name, signature, doc, example, Body::World(world)).law(Law::World).size(Size::One)
}

pub(super) const TABLE: &[Builtin] = &[
    wish(
        "print",
        "(...values: any[]): null",
        "Writes the values, joined by spaces, as one line; a value that is not quite sure is followed by its confidence.",
        ("print(\"total\", 3)", "null"),
        World::Print,
    )
    .also(&["console.log", "console.info"]),
    wish("warn", "(...values: any[]): null", "Writes a line that warns.", ("console.warn(\"late\")", "null"), World::Warn)
        .not_plain()
        .also(&["console.warn"]),
    wish("error", "(...values: any[]): null", "Writes a line about an error.", ("console.error(\"bad\")", "null"), World::Error)
        .not_plain()
        .also(&["console.error"]),
    wish("debug", "(...values: any[]): null", "Writes a line for those who look closer.", ("console.debug(1)", "null"), World::Debug)
        .not_plain()
        .also(&["console.debug"]),
    wish("now", "(): number", "The time in milliseconds since 1970, from the host.", ("typeof now()", "\"number\""), World::Now)
        .also(&["Date.now", "performance.now"]),
    wish("random", "(): number", "A number from 0 to below 1, from the host.", ("random() < 1", "true"), World::Random)
        .also(&["Math.random"]),
    wish("uuid", "(): string", "A text that nobody else has, from the host.", ("uuid().length", "36"), World::Uuid)
        .also(&["crypto.randomUUID"]),
    wish("delay", "(milliseconds: number): null", "Waits; `R021` for what is no time.", ("delay(5ms)", "null"), World::Delay)
        .also(&["sleep"])
        .takes(&[("milliseconds", Numbers::Time)]),
    wish(
        "emit",
        "(name: string, data?: any, options?: { delay?: number, condition?: boolean | number | string | null | any[] | { [key: string]: any } }): null",
        "Sends an event to the handlers of its name, as in `on \"done\" as event max 10 { print(event.id) }`, where `event` is the data \
         itself; with a `condition` that is not true, \
         to nobody. They run once the program or the pattern \
         that was asked for is done, the earliest event first and one handler after the other: whoever sends finds its variables as it \
         left them, and the result is there already. In a test they run whenever the test itself waits, and after it.",
        ("emit(\"done\", { id: 1 })", "null"),
        World::Emit,
    )
    .takes(&[("delay", Numbers::Time)])
    .effect(Effect::Notify),
    wish(
        "track",
        "(decision: any, options?: { confidence?: number | null, context?: any }): null",
        "Records a decision.",
        ("track(\"accepted\", { confidence: 0.9 })", "null"),
        World::Track,
    )
    .takes(&[("confidence", Numbers::Confidence)]),
];
