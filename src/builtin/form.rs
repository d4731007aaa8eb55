//! The forms of orchestration: declared here, run by the machine.

use super::agreement::{self, strategies};
use super::confidence;
use super::table::{ANY, Body, Builtin, Calls, Keeps, Law, Native, Numbers, Size, declare};
use crate::diagnostic::Code;
use crate::types::Effect;
use crate::value::Fault;

/// Which form.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Form {
    /// `parallel`
    Parallel,
    /// `race`
    Race,
    /// `anyOf`
    AnyOf,
    /// `quorum`
    Quorum,
    /// `vote` of tasks
    Vote,
    /// `sequential`
    Sequential,
    /// `retry`
    Retry,
    /// `fallback`
    Fallback,
    /// `timeout`
    Timeout,
    /// `escalate`
    Escalate,
    /// `verify`
    Verify,
    /// `approve`
    Approve,
    /// `orElse`
    OrElse,
    /// `gate` with a function
    Gate,
    /// `llm`
    Llm,
    /// `among`
    Among,
    /// `mock`
    Mock,
    /// `mock.methods`
    MockMethods,
    /// `mock.failing`
    MockFailing,
    /// `mock.slow`
    MockSlow,
    /// `expect`
    Expect,
    /// `expect.error`
    ExpectError,
}

/// The fault of `sequential` where a step is no function.
#[cold]
pub fn no_steps() -> Fault {
    Fault::new(Code::R042, "`sequential` takes a list of functions; wrap each step, `x => …`")
}

/// The fault of `escalate` where a handler is neither a function nor an agent, or none is there.
#[cold]
pub fn no_path() -> Fault {
    Fault::new(Code::R042, "`escalate` takes a list of functions or agents, one at least")
}

/// The fault of a form that runs tasks, where it is given something else than a list of functions.
#[cold]
pub fn no_tasks(form: &str) -> Fault {
    let message = format!("`{form}` takes tasks: a list written out, `xs.map(f)`, or a list of functions");
    Fault::new(Code::R042, message)
}

/// The same of a list of what calls gave: they were made where the list was.
#[cold]
pub fn no_functions(form: &str) -> Fault {
    let written =
        "write the calls in place, `xs.map(x => agent.ask(x))`, or keep functions: `xs.map(x => () => agent.ask(x))`";
    let message = format!("`{form}` runs functions, and this list holds what is there already; {written}");
    Fault::new(Code::R042, message)
}

const fn form(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
    form: Form,
    plain: Option<Native>,
) -> Builtin {
    declare(name, signature, doc, example, Body::Form(form, plain)).law(Law::Served).calls(Calls::Each)
}

pub(super) const TABLE: &[Builtin] = &[
    form(
        "parallel",
        "(tasks: any[], options?: { limit?: number, timeout?: number, errors?: \"fail\" | \"collect\" }): any[]",
        "Runs all tasks at once and gives their results in order of writing; fails with the first failure unless errors are \
         collected: then what failed is an error in its place, `typeof r == \"error\"`, with `kind`, `code`, `message` and `data`, and the others \
         are the results themselves. At most `limit` run at once, and after `timeout` it is `R031`.",
        ("parallel([1, 2].map(x => x * 10))", "[10,20]"),
        Form::Parallel,
        None,
    )
    .takes(&[("limit", Numbers::from(1.0)), ("timeout", Numbers::Time)])
    .also(&["Promise.all"])
    .law(Law::Each)
    .size(Size::Same),
    form(
        "race",
        "(tasks: any[]): any",
        "The result of the task that finishes first, failing if that one failed; the rest are cancelled.",
        ("race([() => 1])", "1"),
        Form::Race,
        None,
    )
    .also(&["Promise.race"]),
    form(
        "anyOf",
        "(tasks: any[]): any",
        "The result of the task that succeeds first; the rest are cancelled; `R043` if all failed.",
        ("anyOf([() => 1])", "1"),
        Form::AnyOf,
        None,
    )
    .also(&["Promise.any"]),
    form(
        "quorum",
        "(n: number, tasks: any[]): any[]",
        "The results of n tasks that succeeded, in order of writing; n run at first, one more for each failure; `R044` if too few succeed.",
        ("quorum(1, [() => 1, () => 2])", "[1]"),
        Form::Quorum,
        None,
    )
    .takes(&[("n", Numbers::from(0.0))])
    .law(Law::Each)
    .size(Size::Number(0)),
    form(
        "sequential",
        "(steps: any[], x?: any): any",
        "Each step's result feeds the next.",
        ("sequential([x => x + 1, x => x * 2], 3)", "8"),
        Form::Sequential,
        None,
    ),
    form(
        "retry",
        "(op: any, options?: { attempts?: number, max?: number, until?: number, delay?: number, backoff?: number }): any",
        "Tries until it succeeds with confidence of at least `until`, three times in all unless `attempts` says otherwise; gives the best attempt.",
        ("retry(() => 1, { attempts: 2 })", "1"),
        Form::Retry,
        None,
    )
    .takes(&[
        ("attempts", Numbers::from(1.0)),
        ("max", Numbers::from(1.0)),
        ("until", Numbers::Confidence),
        ("delay", Numbers::Time),
        ("backoff", Numbers::Factor),
    ])
    .law(Law::Best),
    form(
        "fallback",
        "(op: any, ...alternatives: any[]): any",
        "The first that neither fails nor gives null; `R043` if all failed.",
        ("fallback(() => null, () => 2)", "2"),
        Form::Fallback,
        None,
    ),
    form(
        "timeout",
        "(op: any, milliseconds: number): any",
        "The result, if it is there in time; `R031` otherwise.",
        ("timeout(() => 1, 5s)", "1"),
        Form::Timeout,
        None,
    )
    .takes(&[("milliseconds", Numbers::Time)])
    .calls(Calls::Once),
    form(
        "escalate",
        "(x: any, path: any): any",
        "x through each handler of the path until one gives something that is neither null nor in the low band; the last one's otherwise.",
        ("escalate(1, [x => null, x => x + 1])", "2"),
        Form::Escalate,
        None,
    ),
    form(
        "vote",
        strategies!("options"),
        "The value most agreed on, by `strategy`; `ranked` results are lists of choices, the dearest first; `tie` is `first`, `surest` or `none`; with tasks and `stop: \"decided\"` no more are asked once the winner is settled.",
        ("vote([\"a\", \"b\", \"a\"])", "\"a\""),
        Form::Vote,
        Some(agreement::vote),
    )
    .on(super::table::LIST)
    .law(Law::Agreement),
    form(
        "verify",
        "(x: any, check: Agent | ((x: any) => any) | { agent?: Agent | string, human?: Agent | string, command?: Agent | string, schema?: any }): any",
        "x, judged by `{ command }`, `{ agent }`, `{ human }`, `{ schema }` or a function; at confidence 0 when refused, and by a schema or a \
         function no surer than it was. Whoever judges is an agent or the name of a bound one: an agent is asked `verify(x)`, a person \
         `approve(x)`, a command `run(x)`. A schema is JSON Schema, as \
         that of `llm` is.",
        ("verify(4, x => x > 3)", "4"),
        Form::Verify,
        None,
    )
    .keeps(Keeps::All)
    .law(Law::Checked)
    .effect(Effect::Ask)
    .calls(Calls::Once),
    form(
        "approve",
        "(x: any, options?: { to?: Agent | string, within?: number }): any",
        "x, after a person said yes; at confidence 0 when refused or too late. `to` is the person, or the name of a bound one (`human` \
         unless given), who is asked `approve(x)`; `within` is how long there is to answer.",
        ("approve(\"delete the backups\", { to: mock(true), within: 1h })", "\"delete the backups\""),
        Form::Approve,
        None,
    )
    .takes(&[("within", Numbers::Time)])
    .keeps(Keeps::All)
    .law(Law::Checked)
    .effect(Effect::Ask)
    .calls(Calls::None),
    form(
        "orElse",
        "(a: any, b: any): any",
        "a, unless it is null, in the low band or unknown; then b, which is evaluated only then.",
        ("orElse(null, 2)", "2"),
        Form::OrElse,
        None,
    )
    .calls(Calls::None),
    form(
        "gate",
        "(x: any, threshold: number | any[] | ((x: any) => any)): any",
        "x if its confidence is at least the threshold, else null at x's confidence; with `[t, d]` d instead of null; with a function, what it gives for x in the high band.",
        ("gate(5, 0.8)", "5"),
        Form::Gate,
        Some(confidence::gate),
    )
    .takes(&[("threshold", Numbers::Confidence)])
    .on(ANY)
    .law(Law::Gate)
    .calls(Calls::Once),
    form(
        "llm",
        "(prompt: any, options?: { model?: string, schema?: any, temperature?: number }): any",
        "The answer of the agent bound as `default`; a template's literal parts are the instruction, its holes are data, and any other text is \
         data alone. `model` and `temperature` are handed on to whoever reaches the agent; `schema` is JSON Schema, \
         `{ type: \"object\", properties: { label: { type: \"string\" } }, required: [\"label\"] }`: of `type const enum minimum maximum \
         exclusiveMinimum exclusiveMaximum minLength maxLength minItems maxItems items required properties additionalProperties anyOf \
         allOf`. An answer that it does not accept is `R012`.",
        ("llm(`Summarise: ${\"a long text\"}`, { temperature: 0, schema: { type: \"string\" } })", "\"short\""),
        Form::Llm,
        None,
    )
    .law(Law::Answer)
    .size(Size::Limit)
    .effect(Effect::Ask)
    .calls(Calls::None),
    form(
        "among",
        "(members: any[], name: string): any",
        "The agent of that name in a list of agents, or null.",
        ("among([], \"ada\")", "null"),
        Form::Among,
        None,
    )
    .law(Law::Element)
    .calls(Calls::None),
    form(
        "mock",
        "(answer: any): Agent",
        "An agent for tests: gives the answer, to whatever method, the answers of a list in turn, the last one from then on, or what the function gives for the call's arguments. A mock among \
         the answers gives there what it gives itself: `mock([mock.failing(\"down\"), \"up\"])` fails once, and `retries` of `with` \
         ask it again. An answer is as sure as it stands there, `mock(\"yes\" ~> 0.6)`, and `reported`; `m.calls` lists what the mock `m` \
         was asked.",
        ("mock(text => text.length).count(\"abc\")", "3"),
        Form::Mock,
        None,
    )
    .law(Law::Exact),
    form(
        "methods",
        "(methods: { [key: string]: any }): Agent",
        "An agent for tests with an answer, answers in turn or a function for each method, as `mock` takes them: one answer that is a list \
         stands in a list, `{ all: [[1, 2]] }`.",
        ("mock.methods({ ask: \"yes\", count: text => text.length }).count(\"abc\")", "3"),
        Form::MockMethods,
        None,
    )
    .not_plain()
    .also(&["mock.methods"])
    .law(Law::Exact),
    form(
        "failing",
        "(message: string): Agent",
        "An agent for tests that fails with this message (`R030`).",
        ("fallback(mock.failing(\"down\").ask(), \"spare\")", "\"spare\""),
        Form::MockFailing,
        None,
    )
    .not_plain()
    .also(&["mock.failing"])
    .law(Law::Exact)
    .calls(Calls::None),
    form(
        "slow",
        "(answer: any, milliseconds: number): Agent",
        "An agent for tests that answers after some time.",
        ("fallback(timeout(mock.slow(\"late\", 2s).ask(), 1s), \"spare\")", "\"spare\""),
        Form::MockSlow,
        None,
    )
    .takes(&[("milliseconds", Numbers::Time)])
    .not_plain()
    .also(&["mock.slow"])
    .law(Law::Exact)
    .calls(Calls::None),
    form(
        "expect",
        "(condition: any): null",
        "Fails the test, with both sides of a comparison, unless the condition is true.",
        ("expect(1 + 1 == 2)", "null"),
        Form::Expect,
        None,
    )
    .law(Law::Exact)
    .calls(Calls::None),
    form(
        "error",
        "(code: string, f: () => any): null",
        "Fails the test unless the function fails with this code.",
        ("expect.error(\"R007\", () => 1 / 0)", "null"),
        Form::ExpectError,
        None,
    )
    .not_plain()
    .also(&["expect.error"])
    .law(Law::Exact)
    .calls(Calls::Once),
];
