//! JSON, ranges, copies, and values of other kinds.

use super::call::Call;
use super::routine::Started;
use super::table::{Body, Builtin, Calls, Cost, Keeps, Law, Numbers, Size, declare, native};
use super::walk::{self, Aim};
use crate::diagnostic::Code;
use crate::value::{Agent, Error, Fault, Kind, Object, Value, display, json, operator, order};

pub(super) const TABLE: &[Builtin] = &[
    native("parse", "(text: string): any", "The value of a JSON text; `R011` for what is none.", ("JSON.parse(\"[1, 2]\")", "[1,2]"), parse)
        .not_plain()
        .also(&["JSON.parse"])
        .size(Size::Limit),
    native("stringify", "(x: any, keys?: any[], indent?: number | string): string", "The value as a JSON text, indented by so many blanks or a text; with a list of keys only these.", ("JSON.stringify({ a: [1] })", "\"{\\\"a\\\":[1]}\""), stringify)
        .not_plain()
        .also(&["JSON.stringify"])
        .size(Size::Limit),
    native("range", "(start: number, end?: number, step?: number): number[]", "The numbers from start, 0 unless two are given, to end, which is not among them, by steps of 1 unless given.", ("range(1, 6, 2)", "[1,3,5]"), range)
        .size(Size::Limit),
    native("deepEqual", "(a: any, b: any): boolean", "Whether both are equal, as `==`.", ("deepEqual([1], [1])", "true"), deep_equal)
        .law(Law::Decided),
    native("Boolean", "(x?: any): boolean", "Whether `if` takes x for true.", ("Boolean(\"\")", "false"), to_bool).cost(Cost::Constant).law(Law::Element),
    native("structuredClone", "(x: any): any", "x itself: data are values, every copy is deep.", ("structuredClone([1])", "[1]"), same)
        .cost(Cost::Constant)
        .law(Law::Each)
        .size(Size::Same),
    native("Error", "(message?: any, data?: any): any", "An error to be thrown.", ("new Error(\"bad\").message", "\"bad\""), error).law(Law::Minimum),
    native("isArray", "(x: any): boolean", "Whether x is a list.", ("Array.isArray([])", "true"), is_list)
        .not_plain()
        .cost(Cost::Constant)
        .law(Law::Element)
        .also(&["Array.isArray"]),
    native("of", "(...items: any[]): any[]", "A list of these elements.", ("Array.of(1, 2)", "[1,2]"), of)
        .not_plain()
        .also(&["Array.of"])
        .law(Law::Each)
        .size(Size::Sum),
    declare("from", "(x: any, f?: (x: any, index: number) => any): any[]", "The elements of a list, the characters of a text, or as many nulls as the `length` of an object says; with f what it gives for them.", ("Array.from({ length: 3 }, (x, i) => i)", "[0,1,2]"), Body::Routine(from))
        .not_plain()
        .also(&["Array.from"])
        .calls(Calls::Each)
        .law(Law::Kept)
        .size(Size::Limit),
    native("with", "(agent: Agent, options: { timeout?: number, retries?: number, model?: string, temperature?: number, schema?: any }): Agent", "The agent with other settings. The `timeout` is for all tries of a call together: for each try write `retry(() => timeout(agent.ask(q), 1s), { attempts: 3 })`. A mock lists a call once in its `calls`, however often it is tried.", ("[].map(a => a.with({ retries: 2 }))", "[]"), with)
        .on(&[Kind::Agent])
        .takes(&[("timeout", Numbers::Time), ("retries", Numbers::from(0.0))])
        .keeps(Keeps::All)
        .not_plain()
        .cost(Cost::Constant),
    native("resolve", "(x?: any): any", "x itself: nothing here has to be awaited.", ("Promise.resolve(1)", "1"), same)
        .not_plain()
        .cost(Cost::Constant)
        .law(Law::Each)
        .also(&["Promise.resolve"]),
];

type Made = Result<Value, Fault>;

fn parse(call: &mut Call<'_>) -> Made {
    json::parse(call.arguments.text(0)?, call.lanes, call.meter)
}

fn stringify(call: &mut Call<'_>) -> Made {
    let indent = match call.arguments.get(2).kind() {
        Kind::Null => String::new(),
        Kind::Number => " ".repeat(call.arguments.number(2)?.clamp(0.0, 10.0) as usize),
        _ => call.arguments.text(2)?.chars().take(10).collect(),
    };
    let keys = match call.arguments.get(1).kind() {
        Kind::Null => None,
        Kind::List => {
            let list = call.arguments.list(1)?;
            call.meter.steps(list.len() as u64)?;
            Some(list.iter().map(|key| display::render(key, call.meter)).collect::<Result<Vec<_>, _>>()?)
        }
        _ => return Err(call.arguments.wrong(1, "null or a list of keys")),
    };
    let text = json::stringify_keys(call.arguments.get(0), &indent, keys.as_deref(), call.meter)?;
    Ok(Value::string(text))
}

fn range(call: &mut Call<'_>) -> Made {
    let (start, end) = match call.arguments.get(1).is_null() {
        true => (0.0, call.arguments.number(0)?),
        false => (call.arguments.number(0)?, call.arguments.number(1)?),
    };
    let step = call.arguments.number_or(2, 1.0)?;
    if !start.is_finite() || !end.is_finite() || !step.is_finite() || step == 0.0 {
        return Err(call.arguments.fault("takes finite numbers and a step that is not 0"));
    }
    let range = operator::stepped(start, step, ((end - start) / step).ceil().max(0.0) as usize, call.lanes);
    call.meter.list_size(range.size().unwrap_or(0) as u64)?;
    Ok(range)
}

fn deep_equal(call: &mut Call<'_>) -> Made {
    let (a, b) = (call.arguments.get(0), call.arguments.get(1));
    let lanes = order::equality_lanes(a, b, call.meter)?;
    Ok(Value::bool(order::equal(a, b, call.meter)?).with(lanes))
}

fn to_bool(call: &mut Call<'_>) -> Made {
    let x = call.arguments.get(0);
    Ok(Value::bool(x.truth()).with(x.lanes()))
}

fn same(call: &mut Call<'_>) -> Made {
    Ok(call.arguments.take(0))
}

fn error(call: &mut Call<'_>) -> Made {
    let message = match call.arguments.get(0).kind() {
        Kind::Null => Value::text(""),
        Kind::Text => call.arguments.take(0),
        _ => Value::string(display::render(call.arguments.get(0), call.meter)?),
    };
    call.meter.apart(1, 0)?;
    Ok(Value::error(Error { code: Code::R001, message, data: call.arguments.take(1) }))
}

fn is_list(call: &mut Call<'_>) -> Made {
    let x = call.arguments.get(0);
    Ok(Value::bool(x.kind() == Kind::List).with(x.lanes()))
}

fn of(call: &mut Call<'_>) -> Made {
    call.meter.list(call.arguments.given())?;
    Value::list(call.arguments.take_all())
}

fn from(call: &mut Call<'_>) -> Result<Started, Fault> {
    let subject = call.arguments.get(0);
    let lanes = subject.lanes();
    let list = match subject.kind() {
        Kind::List => call.arguments.take(0),
        Kind::Text => {
            let text = call.arguments.text(0)?;
            call.meter.list(text.chars().count())?;
            let chars = text.char_indices().map(|(at, char)| Value::text(&text[at..at + char.len_utf8()]).with(lanes));
            Value::list(chars.collect())?.with(lanes)
        }
        Kind::Object => {
            let length = call.arguments.option(0, "length")?;
            let lanes = lanes.meet(length.lanes());
            let len = length.as_number().filter(|len| len.is_finite()).unwrap_or(0.0).max(0.0) as usize;
            call.meter.list(len)?;
            Value::list(vec![Value::NULL; len])?.with(lanes)
        }
        _ => return Err(call.arguments.wrong(0, "a list, a string or an object with a length")),
    };
    if call.arguments.get(1).is_null() {
        return Ok(Started::Done(list));
    }
    call.arguments.function(1)?;
    walk::begin(Aim::Map, list, call.arguments.take(1), None, call.meter)
}

fn with(call: &mut Call<'_>) -> Made {
    const KNOWN: [&str; 5] = ["timeout", "retries", "model", "temperature", "schema"];
    let options = call.arguments.object(1)?;
    if let Some(other) = options.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        let known = KNOWN.join("`, `");
        return Err(call.arguments.fault(format_args!("knows no option `{}`; there are `{known}`", other.as_str())));
    }
    for (name, numbers) in call.arguments.numbers() {
        let fits = |number: f64| numbers.has(number);
        if options.get(name).is_some_and(|value| !value.is_null() && !value.as_number().is_some_and(fits)) {
            return Err(Fault::new(Code::R021, format!("`{name}` of `with` takes {numbers}")));
        }
    }
    let agent = call.arguments.get(0).as_agent().ok_or_else(|| call.arguments.wrong(0, "an agent"))?;
    let before = agent.options.as_object();
    call.meter.object(before.map_or(0, Object::len) + options.len())?;
    let merged =
        Value::object(before.into_iter().flatten().chain(options).map(|(key, value)| (key.clone(), value.clone())))?;
    Ok(Value::agent(Agent { id: agent.id, options: merged }))
}
