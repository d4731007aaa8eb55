use super::*;
use crate::value::encode::{Decoder, Encoder};
use crate::value::{Confidence, Evidence, Key, Limits, display, json, operator};

/// A callback in Rust, and a place where the routine is stored and read back.
type Callback<'f> = &'f mut dyn FnMut(&[Value]) -> Value;

fn meter() -> Meter {
    Meter::new(Limits::SANDBOX)
}

fn find(name: &str, arguments: &[Value]) -> BuiltinId {
    let method = name.strip_prefix('.').map(|name| find_method(arguments[0].kind(), name));
    let function = || match name.split_once('.') {
        Some((namespace, name)) => find_static(namespace, name),
        None => find_function(name),
    };
    method.unwrap_or_else(function).unwrap_or_else(|| panic!("no {name}"))
}

/// Runs a built-in as the machine does, storing and reading back a routine before each step.
fn call_with(name: &str, mut arguments: Vec<Value>, callback: Callback<'_>, meter: &mut Meter) -> Result<Value, Fault> {
    let id = find(name, &arguments);
    check_count(id, arguments.len())?;
    let started = match id.entry().kind {
        Body::Native(code) | Body::Form(_, Some(code)) => return run(id, code, &mut arguments, meter),
        Body::Change(code) => {
            let mut place = arguments.remove(0);
            return run_change(id, code, &mut place, &mut arguments, meter);
        }
        Body::Routine(code) => start(id, code, &mut arguments, meter)?,
        _ => panic!("{name} is performed by the machine"),
    };
    let mut routine = match started {
        Started::Done(value) => return Ok(value),
        Started::Running(routine) => routine,
    };
    loop {
        let mut encoder = Encoder::new();
        let stored = routine.store(&mut encoder);
        let text = serde_json::to_string(&(encoder.finish(), stored)).unwrap();
        let (pool, stored) = serde_json::from_str(&text).unwrap();
        routine = Routine::load(&stored, &Decoder::new(&pool)?)?;
        let given: Vec<Value> = (0..routine.offered()).map(|index| routine.argument(index)).collect();
        match routine.resume(callback(&given), meter)? {
            Step::Call => {}
            Step::Done(value) => return Ok(value),
        }
    }
}

fn try_call(name: &str, arguments: Vec<Value>) -> Result<Value, Fault> {
    call_with(name, arguments, &mut |_| panic!("no callback"), &mut meter())
}

fn call(name: &str, arguments: Vec<Value>) -> Value {
    try_call(name, arguments).unwrap()
}

fn walk(name: &str, list: &str, mut callback: impl FnMut(&[Value]) -> Value) -> String {
    text(&call_with(name, vec![j(list), f()], &mut callback, &mut meter()).unwrap())
}

/// A function value that stands for the callback in Rust.
fn f() -> Value {
    Value::native(0)
}

/// The value of a JSON text.
fn j(text: &str) -> Value {
    json::parse(text, Lanes::EXACT, &mut meter()).unwrap()
}

fn text(value: &Value) -> String {
    json::stringify(value, "", &mut meter()).unwrap()
}

fn at(value: Value, confidence: f64) -> Value {
    operator::confident(value, &Value::number(confidence)).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_number().unwrap()
}

fn sure(value: &Value) -> f64 {
    value.least().confidence.number().unwrap()
}

fn own(value: &Value) -> f64 {
    value.confidence().number().unwrap()
}

/// Checks calls written as a row of JSON: name, arguments …, result.
fn check(rows: &[&str]) {
    for row in rows {
        let parts = j(&format!("[{row}]"));
        let mut parts = parts.as_list().unwrap().items().to_vec();
        let (expected, name) = (parts.pop().unwrap(), parts.remove(0));
        let given = try_call(name.as_text().unwrap(), parts)
            .map(|value| text(&value))
            .unwrap_or_else(|fault| text(&Value::string(fault.to_string())));
        assert_eq!(given, text(&expected), "{row}");
    }
}

#[test]
fn every_declaration_can_be_read() {
    for (id, builtin) in all() {
        let signature = id.signature();
        assert!(builtin.doc.ends_with('.'), "{}", builtin.name);
        assert!(!builtin.receivers.is_empty() || builtin.spellings().next().is_some(), "{}", builtin.name);
        assert!(builtin.receivers.is_empty() || !signature.parameters.is_empty(), "{}", builtin.name);
        assert_eq!(matches!(builtin.kind, Body::Change(_)), builtin.mutation == Mutation::Place, "{}", builtin.name);
        for spelling in builtin.spellings() {
            let found = match spelling.split_once('.') {
                Some((namespace, name)) => find_static(namespace, name),
                None => find_function(spelling),
            };
            assert_eq!(found, Some(id), "{spelling}");
        }
        for &kind in builtin.receivers {
            assert_eq!(find_method(kind, builtin.name), Some(id), "{}", builtin.name);
        }
    }
    assert!(reference().contains("### `Math.floor`"));
    assert_eq!(constant("Math", "PI"), Some(std::f64::consts::PI));
    assert!(is_namespace("Math") && names_in("JSON") == ["parse", "stringify"]);
    assert!(is_mutating("push") && is_mutating("sort") && !is_mutating("map"));
}

#[test]
fn every_name_of_the_language_is_there() {
    let lists = "slice concat map filter reduce forEach some every find findIndex findLast includes indexOf lastIndexOf join \
                 reverse sort toReversed toSorted sortBy flat flatMap at first last take drop chunk zip unique partition \
                 groupBy countBy sum mean median min max minBy maxBy entries";
    let changes = "push pop shift unshift splice fill";
    let texts = "toUpperCase toLowerCase trim split replace replaceAll includes startsWith endsWith slice substring indexOf \
                 repeat padStart padEnd at charAt lines words match matches similarity";
    let objects = "keys values entries has get set merge pick omit mapValues";
    for (kind, names) in [(Kind::List, lists), (Kind::Text, texts), (Kind::Object, objects)] {
        for name in names.split_whitespace() {
            assert!(find_method(kind, name).is_some(), "{name}");
            assert!(find_function(name).is_some(), "{name}");
        }
    }
    for name in changes.split_whitespace() {
        assert!(find_method(Kind::List, name).is_some() && find_function(name).is_none(), "{name}");
    }
    let functions = "confident confidence value gate best orElse chain evidence confidences combine decay cap calibrate endorse \
                     independent print now delay sleep random uuid range deepEqual Number String Boolean isNaN toFixed \
                     parallel race anyOf quorum sequential retry fallback timeout escalate consensus buildConsensus vote \
                     aggregate verify approve llm emit track mock expect among average synthesize majorityVote parseInt \
                     parseFloat structuredClone test";
    for name in functions.split_whitespace() {
        assert!(find_function(name).is_some(), "{name}");
    }
    for spelling in "Object.keys Object.values Object.entries Object.fromEntries Array.isArray Array.from Number.isInteger Date.now \
                     Math.random Math.max JSON.parse JSON.stringify console.log console.warn console.error console.debug \
                     Promise.all mock.methods mock.failing mock.slow expect.error"
        .split_whitespace()
    {
        let (namespace, name) = spelling.split_once('.').unwrap();
        assert!(find_static(namespace, name).is_some(), "{spelling}");
    }
}

#[test]
fn parts_of_lists_and_texts() {
    check(&[
        r#""at", [1, 2, 3], -1, 3"#,
        r#""at", [1], 5, null"#,
        r#""at", "añb", 1, "ñ""#,
        r#""slice", [1, 2, 3, 4], 1, -1, [2, 3]"#,
        r#""slice", [1, 2, 3], -2, [2, 3]"#,
        r#""slice", [1, 2, 3], 2, 1, []"#,
        r#""slice", [1, 2, 3], 0.9, 1.9, [1]"#,
        r#""slice", [1, 2, 3], -1e300, 1e300, [1, 2, 3]"#,
        r#""slice", "prism", 1, 3, "ri""#,
        r#""slice", "prism", -2, "sm""#,
        r#""first", [], null"#,
        r#""last", [1, 2], 2"#,
        r#""take", [1, 2, 3], 2, [1, 2]"#,
        r#""take", [1], 5, [1]"#,
        r#""drop", [1, 2, 3], 2, [3]"#,
        r#""drop", [1, 2], [2]"#,
        r#""chunk", [1, 2, 3], 2, [[1, 2], [3]]"#,
        r#""chunk", [1], 0, "R005: `chunk` takes a size from 1""#,
        r#""zip", [1, 2], ["a"], [[1, "a"]]"#,
        r#""zip", [], [], []"#,
        r#""concat", [1], [2, [3]], 4, [1, 2, [3], 4]"#,
        r#""concat", "a", 1, null, "a1null""#,
        r#""flat", [1, [2, [3]]], [1, 2, [3]]"#,
        r#""flat", [1, [2, [3, [4]]]], 2, [1, 2, 3, [4]]"#,
        r#""toReversed", [1, 2], [2, 1]"#,
        r#""reverse", [], []"#,
        r#""join", [1, "a", null, [2], true], "1,a,null,[2],true""#,
        r#""join", [], "-", """#,
        r#""unique", [1, 2, 1, [1], [1], "1"], [1, 2, [1], "1"]"#,
        r#""includes", [1, {"a": [1]}], {"a": [1]}, true"#,
        r#""includes", "abc", "bc", true"#,
        r#""includes", "abc", "a", 1, false"#,
        r#""indexOf", [1, 2, 1], 1, 1, 2"#,
        r#""indexOf", "añbñ", "ñ", 2, 3"#,
        r#""lastIndexOf", [1, 2, 1], 1, 2"#,
        r#""lastIndexOf", "banana", "an", 3"#,
        r#""lastIndexOf", "banana", "x", -1"#,
        r#""Array.from", "añ", ["a", "ñ"]"#,
        r#""Array.from", {"length": 2}, [null, null]"#,
        r#""Array.of", 1, 2, [1, 2]"#,
        r#""join", null, "R005: `join` takes a list as `xs`, not null""#,
    ]);
}

#[test]
fn figures_of_lists() {
    check(&[
        r#""sum", [4, 1, 3, 2], 10"#,
        r#""sum", [], 0"#,
        r#""mean", [4, 1, 3, 2], 2.5"#,
        r#""mean", [], null"#,
        r#""median", [5, 1, 9], 5"#,
        r#""median", [4, 1, 3, 2], 2.5"#,
        r#""median", [], null"#,
        r#""min", [], null"#,
        r#""min", 3, 1, 2, 1"#,
        r#""max", ["a", "c", "b"], "c""#,
        r#""max", [3, null], 3"#,
        r#""min", [3, null], null"#,
        r#""Math.max", 5, 5"#,
        r#""Math.max", null"#,
        r#""sort", [3, 1, 2], [1, 2, 3]"#,
        r#""sort", [10, 9, 1], [1, 9, 10]"#,
        r#""sort", ["b", "B", "a"], ["B", "a", "b"]"#,
        r#""sort", [2, null, 1, null], [null, null, 1, 2]"#,
        r#""sort", [], []"#,
        r#""countBy", ["a", "b", "a"], {"a": 2, "b": 1}"#,
    ]);
    assert_eq!(try_call("sum", vec![j(r#"[1, "2"]"#)]).unwrap_err().code, Code::R005);
    assert_eq!(try_call("sort", vec![j(r#"[1, "2"]"#)]).unwrap_err().code, Code::R002);
    assert_eq!(try_call("max", vec![j("[[1]]")]).unwrap_err().code, Code::R002);
    let nan = Value::list(vec![Value::number(1.0), Value::number(f64::NAN), Value::number(3.0)]).unwrap();
    assert!(number(&call("max", vec![nan])).is_nan());
}

#[test]
fn texts_as_in_javascript() {
    check(&[
        r#""split", "a,b,,c", ",", ["a", "b", "", "c"]"#,
        r#""split", "añ", "", ["a", "ñ"]"#,
        r#""split", "", "", []"#,
        r#""split", "", ",", [""]"#,
        r#""split", "a b", ["a b"]"#,
        r#""split", "a,b,c", ",", 2, ["a", "b"]"#,
        r#""split", "a1b22c", {"source": "\\d+", "flags": ""}, ["a", "b", "c"]"#,
        r#""split", "abc", {"source": "x*", "flags": ""}, ["a", "b", "c"]"#,
        r#""split", "a1b", {"source": "(\\d)", "flags": ""}, ["a", "1", "b"]"#,
        r#""trim", " \n\ta b\u00a0", "a b""#,
        r#""substring", "prism", 3, 1, "ri""#,
        r#""substring", "prism", -5, 2, "pr""#,
        r#""repeat", "ab", 0, """#,
        r#""padStart", "7", 3, "ab", "ab7""#,
        r#""padStart", "7", 4, "ab", "aba7""#,
        r#""padEnd", "ñ", 3, "ñ  ""#,
        r#""charAt", "abc", 5, """#,
        r#""codePointAt", "😀", 0, 128512"#,
        r#""String.fromCodePoint", 97, 128512, "a😀""#,
        r#""lines", "a\nb\r\nc\n", ["a", "b", "c"]"#,
        r#""words", "  a\tb\n", ["a", "b"]"#,
        r#""match", "a1b2", {"source": "([a-z])(\\d)", "flags": ""}, ["a1", "a", "1"]"#,
        r#""match", "a1b2", {"source": "\\d", "flags": "g"}, ["1", "2"]"#,
        r#""match", "ab", {"source": "\\d", "flags": "g"}, null"#,
        r#""matches", "ab", {"source": "\\d", "flags": ""}, []"#,
        r#""matches", "a1b2", "\\d", ["1", "2"]"#,
        r#""matchAll", "a1b2", {"source": "[a-z](\\d)", "flags": "g"}, [["a1", "1"], ["b2", "2"]]"#,
        r#"".test", {"source": "^P", "flags": "i"}, "prism", true"#,
        r#""test", "prism", {"source": "z", "flags": ""}, false"#,
        r#""search", "ñb1", {"source": "\\d", "flags": ""}, 2"#,
        r#""replace", "aaa", "a", "b", "baa""#,
        r#""replaceAll", "aaa", "a", "$&-", "a-a-a-""#,
        r#""replace", "john smith", {"source": "(\\w+) (\\w+)", "flags": ""}, "$2, $1 $3 $$", "smith, john $3 $""#,
        r#""replace", "a1", {"source": "(?<n>\\d)", "flags": ""}, "<$<n>>", "a<1>""#,
        r#""replace", "xay", "a", "[$`$']", "x[xy]y""#,
        r#""replaceAll", "ab", "", "-", "-a-b-""#,
        r#""similarity", "kitten", "sitting", 0.5714285714285714"#,
        r#""similarity", "", "", 1"#,
        r#""localeCompare", "a", "b", -1"#,
        r#""String", [1, null], "[1,null]""#,
        r#""String", null, "null""#,
        r#"".toString", 255, 16, "ff""#,
        r#"".toFixed", 1.005, 2, "1.00""#,
        r#"".toFixed", 2.5, "3""#,
        r#""startsWith", "prism", "is", 2, true"#,
        r#""endsWith", "prism", "pri", 3, true"#,
    ]);
    assert_eq!(try_call("repeat", vec![Value::text("x"), Value::number(1e9)]).unwrap_err().code, Code::R015);
    assert_eq!(try_call("padStart", vec![Value::text("x"), Value::number(1e18)]).unwrap_err().code, Code::R015);
    assert_eq!(try_call("repeat", vec![Value::text("x"), Value::number(-1.0)]).unwrap_err().code, Code::R005);
    assert_eq!(try_call("match", vec![Value::text("x"), regex::value("(", "")]).unwrap_err().code, Code::R011);
}

#[test]
fn objects_keep_their_order() {
    check(&[
        r#""keys", {"b": 1, "a": 2}, ["b", "a"]"#,
        r#""Object.keys", ["x"], [0]"#,
        r#""values", {"b": 1, "a": 2}, [1, 2]"#,
        r#""entries", {"b": 1}, [["b", 1]]"#,
        r#""entries", ["x"], [[0, "x"]]"#,
        r#""Object.fromEntries", [["a", 1], [2, 3], ["a", 4]], {"a": 4, "2": 3}"#,
        r#""has", {"a": null}, "a", true"#,
        r#""get", {"a": 1}, "b", null"#,
        r#""get", {"a": 1}, "b", 7, 7"#,
        r#""set", {"a": 1}, "b", 2, {"a": 1, "b": 2}"#,
        r#""merge", {"a": 1}, {"b": 2}, null, {"a": 3}, {"a": 3, "b": 2}"#,
        r#""pick", {"a": 1, "b": 2}, ["b", "x"], {"b": 2}"#,
        r#""pick", {"a": 1, "b": 2}, "b", "a", {"b": 2, "a": 1}"#,
        r#""omit", {"a": 1, "b": 2}, "a", {"b": 2}"#,
        r#""deepEqual", {"a": [1], "b": 2}, {"b": 2, "a": [1]}, true"#,
        r#""deepEqual", [1], ["1"], false"#,
    ]);
}

#[test]
fn numbers_and_data() {
    check(&[
        r#""Math.round", -1.5, -1"#,
        r#""Math.round", 0.49999999999999994, 0"#,
        r#""Math.round", 2.5, 3"#,
        r#""Math.sign", -3, -1"#,
        r#""Math.hypot", 3, 4, 5"#,
        r#""Math.clz32", 1, 31"#,
        r#""Math.pow", 2, 10, 1024"#,
        r#""Number", " 42 ", 42"#,
        r#""Number", true, 1"#,
        r#""Number", null, 0"#,
        r#""parseInt", "42px", 42"#,
        r#""parseInt", "ff", 16, 255"#,
        r#""parseInt", 3.9, 3"#,
        r#""parseFloat", "1.5kg", 1.5"#,
        r#""isNaN", "x", true"#,
        r#""Number.isNaN", "x", false"#,
        r#""Number.isInteger", 5, true"#,
        r#""range", 3, [0, 1, 2]"#,
        r#""range", 1, 3, [1, 2]"#,
        r#""range", 5, 0, -2, [5, 3, 1]"#,
        r#""range", 0, 1, 0.25, [0, 0.25, 0.5, 0.75]"#,
        r#""range", 5, 0, []"#,
        r#""JSON.parse", "[1, {\"a\": null}]", [1, {"a": null}]"#,
        r#""JSON.stringify", {"a": [1]}, null, 1, "{\n \"a\": [\n  1\n ]\n}""#,
        r#""JSON.stringify", {"a": 1, "b": 2}, ["b"], "{\"b\":2}""#,
        r#""Boolean", "", false"#,
        r#""Array.isArray", [], true"#,
    ]);
    assert_eq!(try_call("range", vec![Value::number(0.0), Value::number(1e9)]).unwrap_err().code, Code::R015);
    assert_eq!(
        try_call("range", vec![Value::number(0.0), Value::number(5.0), Value::number(0.0)]).unwrap_err().code,
        Code::R005
    );
    assert_eq!(try_call("JSON.parse", vec![Value::text("{oops")]).unwrap_err().code, Code::R011);
    assert_eq!(try_call("Math.floor", vec![Value::text("1")]).unwrap_err().code, Code::R005);
    assert_eq!(try_call("Math.floor", vec![Value::number(1.0), Value::number(2.0)]).unwrap_err().code, Code::R008);
}

#[test]
fn walks_call_with_element_index_and_list() {
    let even = |args: &[Value]| Value::bool(number(&args[0]) % 2.0 == 0.0);
    let double = |args: &[Value]| Value::number(number(&args[0]) * 2.0);
    assert_eq!(walk("map", "[1,2]", double), "[2,4]");
    assert_eq!(walk("map", "[5,6]", |args| args[1].clone()), "[0,1]");
    assert_eq!(walk("map", "[5]", |args| args[2].clone()), "[[5]]");
    assert_eq!(walk("filter", "[1,2,4]", even), "[2,4]");
    assert_eq!(walk("find", "[1,2,4]", even), "2");
    assert_eq!(walk("find", "[1]", even), "null");
    assert_eq!(walk("findIndex", "[1,2,4]", even), "1");
    assert_eq!(walk("findLast", "[1,2,4,5]", even), "4");
    assert_eq!(walk("findLastIndex", "[1,2,4,5]", even), "2");
    assert_eq!(walk("some", "[1,3]", even), "false");
    assert_eq!(walk("every", "[]", even), "true");
    assert_eq!(walk("every", "[2,4]", even), "true");
    assert_eq!(walk("forEach", "[1]", double), "null");
    assert_eq!(
        walk("flatMap", "[1,2]", |args| Value::list(vec![args[0].clone(), args[1].clone()]).unwrap()),
        "[1,0,2,1]"
    );
    assert_eq!(walk("partition", "[1,2,3]", even), "[[2],[1,3]]");
    assert_eq!(walk("groupBy", "[1,2,3]", even), r#"{"false":[1,3],"true":[2]}"#);
    assert_eq!(walk("countBy", "[1,2,3]", even), r#"{"false":2,"true":1}"#);
    assert_eq!(
        walk("sortBy", r#"["bb","a","cc","d"]"#, |args| Value::number(args[0].size().unwrap() as f64)),
        r#"["a","d","bb","cc"]"#
    );
    assert_eq!(walk("minBy", "[3,1,1]", |args| args[0].clone()), "1");
    assert_eq!(walk("maxBy", "[]", |args| args[0].clone()), "null");
    assert_eq!(walk("unique", "[1,3,2]", even), "[1,2]");
    assert_eq!(walk("mapValues", r#"{"a":1,"b":2}"#, double), r#"{"a":2,"b":4}"#);
    assert_eq!(walk("mapValues", r#"{"a":1}"#, |args| args[1].clone()), r#"{"a":"a"}"#);
    assert_eq!(
        walk("reduce", "[1,2,3]", |args| Value::number(number(&args[0]) + number(&args[1]) * number(&args[2]))),
        "9"
    );
    assert_eq!(
        walk("reduceRight", r#"["a","b","c"]"#, |args| operator::add(args[0].clone(), &args[1], &mut meter()).unwrap()),
        r#""cba""#
    );
    assert_eq!(walk("sort", "[3,1,2]", |args| operator::subtract(&args[1], &args[0]).unwrap()), "[3,2,1]");
    assert_eq!(walk("sort", "[3,1,2]", |args| Value::bool(number(&args[0]) > number(&args[1]))), "[1,2,3]");
    assert_eq!(walk("sort", "[3,1,2]", |_| Value::NULL), "[3,1,2]");
    assert_eq!(walk("sort", "[3,1,2]", |_| Value::number(f64::NAN)), "[3,1,2]");
    assert_eq!(walk("Array.from", r#"{"length":3}"#, |args| args[1].clone()), "[0,1,2]");
    let replaced = call_with(
        "replace",
        vec![Value::text("ñ1b2"), regex::value(r"\d", "g"), f()],
        &mut |args| Value::string(format!("<{}@{}>", args[0].as_text().unwrap(), number(&args[1]))),
        &mut meter(),
    );
    assert_eq!(text(&replaced.unwrap()), r#""ñ<1@1>b<2@3>""#);
    assert_eq!(try_call("reduce", vec![j("[]"), f()]).unwrap_err().code, Code::R010);
    assert_eq!(number(&call("reduce", vec![j("[]"), f(), Value::number(5.0)])), 5.0);
    assert_eq!(try_call("map", vec![j("[1]"), Value::NULL]).unwrap_err().code, Code::R005);
}

#[test]
fn changes_give_what_javascript_gives() {
    let change = |name: &str, list: &str, arguments: &str| {
        let mut place = j(list);
        let mut arguments = j(arguments).as_list().unwrap().items().to_vec();
        let id = find_method(Kind::List, name).unwrap();
        let Body::Change(code) = id.entry().kind else { panic!() };
        let kept = place.clone();
        let result = run_change(id, code, &mut place, &mut arguments, &mut meter()).unwrap();
        assert_eq!(text(&kept), list);
        (text(&result), text(&place))
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(change("push", "[1]", "[2,3]"), pair("3", "[1,2,3]"));
    assert_eq!(change("pop", "[1,2]", "[]"), pair("2", "[1]"));
    assert_eq!(change("pop", "[]", "[]"), pair("null", "[]"));
    assert_eq!(change("shift", "[1,2]", "[]"), pair("1", "[2]"));
    assert_eq!(change("unshift", "[1]", "[2,3]"), pair("3", "[2,3,1]"));
    assert_eq!(change("splice", "[1,2,3,4]", "[1,2,9]"), pair("[2,3]", "[1,9,4]"));
    assert_eq!(change("splice", "[1,2,3]", "[-1]"), pair("[3]", "[1,2]"));
    assert_eq!(change("splice", "[1,2,3]", "[1,0,7,8]"), pair("[]", "[1,7,8,2,3]"));
    assert_eq!(text(&call(".fill", vec![j("[1,2,3]"), Value::number(0.0), Value::number(1.0)])), "[1,0,0]");
}

#[test]
fn a_queue_is_emptied_in_linear_time() {
    let mut meter = meter();
    let mut queue = Value::list((0..100_000).map(|n| Value::number(f64::from(n))).collect()).unwrap();
    let id = find_method(Kind::List, "shift").unwrap();
    let Body::Change(code) = id.entry().kind else { panic!() };
    for n in 0..100_000 {
        assert_eq!(run_change(id, code, &mut queue, &mut [], &mut meter).unwrap().as_number(), Some(f64::from(n)));
    }
    assert!(run_change(id, code, &mut queue, &mut [], &mut meter).unwrap().is_null());
}

#[test]
fn structure_and_elements_have_their_own_confidence() {
    let list = || at(Value::list(vec![at(Value::number(1.0), 0.5), Value::number(2.0)]).unwrap(), 0.9);
    // Elements keep theirs where they are handed on, the structure that of the source.
    let sliced = call("slice", vec![list(), at(Value::number(0.0), 0.8)]);
    assert_eq!((own(&sliced), own(&sliced.as_list().unwrap().items()[1])), (0.8, 1.0));
    assert_eq!(own(&call("first", vec![list()])), 0.5);
    assert_eq!(own(&call("sum", vec![list()])), 0.5);
    assert_eq!(own(&call("join", vec![list()])), 0.5);
    assert_eq!(own(&call("sort", vec![list()])), 0.5);
    assert_eq!(own(&call("entries", vec![list()])), 0.9);
    let mapped = call_with("map", vec![list(), f()], &mut |_| at(Value::NULL, 0.3), &mut meter()).unwrap();
    assert_eq!((own(&mapped), sure(&mapped)), (0.9, 0.3));
    let kept = call_with("filter", vec![list(), f()], &mut |_| at(Value::TRUE, 0.7), &mut meter()).unwrap();
    assert_eq!((own(&kept), own(&kept.as_list().unwrap().items()[1])), (0.7, 1.0));
    let found =
        call_with("find", vec![list(), f()], &mut |args| at(Value::bool(number(&args[0]) > 1.0), 0.8), &mut meter());
    assert_eq!(own(&found.unwrap()), 0.8);
    let groups = call_with("groupBy", vec![list(), f()], &mut |_| at(Value::text("k"), 0.6), &mut meter()).unwrap();
    assert_eq!((own(&groups), own(groups.as_object().unwrap().get("k").unwrap())), (0.6, 0.6));
    let split = call("split", vec![at(Value::text("a,b"), 0.4), Value::text(",")]);
    assert_eq!((own(&split), own(&split.as_list().unwrap().items()[0])), (0.4, 0.4));
    // `includes` reads up to what it finds.
    let searched = |wanted: f64| own(&call("includes", vec![list(), Value::number(wanted)]));
    assert_eq!((searched(1.0), searched(2.0)), (0.5, 0.5));
    let late = Value::list(vec![Value::number(2.0), at(Value::number(1.0), 0.5)]).unwrap();
    assert_eq!(own(&call("includes", vec![late, Value::number(2.0)])), 1.0);
    let object = at(Value::object([(Key::new("a"), at(Value::number(1.0), 0.3))]).unwrap(), 0.9);
    let keys = call("keys", vec![object.clone()]);
    assert_eq!((own(&keys), own(&keys.as_list().unwrap().items()[0])), (0.9, 0.9));
    assert_eq!(own(&call("has", vec![object.clone(), Value::text("a")])), 0.9);
    assert_eq!(own(&call("get", vec![object, Value::text("a")])), 0.3);
}

#[test]
fn confidence_by_name() {
    let x = || at(Value::number(5.0), 0.8);
    assert_eq!(number(&call("confidence", vec![x()])), 0.8);
    assert!(call("confidence", vec![Value::NULL.with(Lanes::UNKNOWN)]).is_null());
    assert_eq!(call("evidence", vec![Value::NULL]).as_text(), Some("exact"));
    let bare = call("value", vec![Value::list(vec![x()]).unwrap()]);
    assert_eq!((sure(&bare), bare.least().evidence), (1.0, Evidence::Stated));
    assert_eq!(own(&call("decay", vec![x(), Value::number(0.25)])), 0.6);
    assert_eq!(own(&call("cap", vec![x(), Value::number(0.9)])), 0.8);
    assert_eq!(own(&call("cap", vec![x(), Value::number(0.1)])), 0.1);
    assert_eq!(own(&call("chain", vec![at(Value::NULL, 0.3), at(Value::NULL, 0.2), x()])), 0.2);
    assert_eq!(number(&call("best", vec![at(Value::number(1.0), 0.1), x(), x()])), 5.0);
    assert_eq!(try_call("decay", vec![x(), Value::number(1.5)]).unwrap_err().code, Code::R020);
    assert_eq!(try_call("cap", vec![x(), Value::text("x")]).unwrap_err().code, Code::R020);
    assert!(call("gate", vec![x(), Value::number(0.9)]).is_null());
    assert_eq!(number(&call("gate", vec![x(), j("[0.9, 7]")])), 7.0);
    assert_eq!(number(&call("gate", vec![x(), j("[0.8, 7]")])), 5.0);
    let endorsed = call(
        "endorse",
        vec![x().with(Lanes::new(Confidence::MEDIUM, Evidence::Unknown)), Value::number(0.9), Value::text("why")],
    );
    assert_eq!((own(&endorsed), endorsed.evidence()), (0.9, Evidence::Unknown));
    let calibrated =
        |claimed: f64| own(&call("calibrate", vec![at(Value::NULL, claimed), j("[[0.9, 0.6], [0.5, 0.4]]")]));
    assert_eq!([0.1, 0.5, 0.7, 0.9, 1.0].map(calibrated), [0.4, 0.4, 0.5, 0.6, 0.6]);
    let half = call_with("calibrate", vec![x(), f()], &mut |args| Value::number(number(&args[0]) / 2.0), &mut meter());
    assert_eq!(own(&half.unwrap()), 0.4);
}

#[test]
fn combinations_are_exact() {
    let xs = |confidences: &[f64]| Value::list(confidences.iter().map(|&c| at(Value::NULL, c)).collect()).unwrap();
    let combine = |confidences: &[f64], law: &str| call("combine", vec![xs(confidences), Value::text(law)]).as_number();
    assert_eq!(combine(&[0.9, 0.5], "min"), Some(0.5));
    assert_eq!(combine(&[0.9, 0.5], "max"), Some(0.9));
    assert_eq!(combine(&[0.7, 0.7, 0.7], "mean"), Some(0.7));
    assert_eq!(combine(&[0.9, 0.8, 0.5], "product"), Some(0.36));
    assert_eq!(combine(&[0.6, 0.6], "noisy-or"), Some(0.84));
    assert_eq!(combine(&[0.9, 0.1], "weighted"), Some(0.82));
    assert_eq!(combine(&[], "product"), None);
    assert_eq!(try_call("combine", vec![xs(&[0.5]), Value::text("sum")]).unwrap_err().code, Code::R005);
    let unknown = Value::list(vec![Value::NULL.with(Lanes::UNKNOWN), at(Value::NULL, 0.5)]).unwrap();
    let of = |law: &str| call("combine", vec![unknown.clone(), Value::text(law)]).as_number();
    assert_eq!((of("min"), of("max"), of("mean")), (None, Some(0.5), Some(0.25)));
}

#[test]
fn agreement_is_share_times_mean() {
    let xs =
        |results: &[(&str, f64)]| Value::list(results.iter().map(|&(t, c)| at(Value::text(t), c)).collect()).unwrap();
    let agreed = |results: &[(&str, f64)], strategy: &str| {
        let value = call("consensus", vec![xs(results), Value::text(strategy)]);
        (value.as_text().map(str::to_owned), own(&value))
    };
    let some = |text: &str, c: f64| (Some(text.to_owned()), c);
    assert_eq!(agreed(&[("a", 0.7), ("a", 0.7), ("a", 0.7)], "plurality"), some("a", 0.7));
    assert_eq!(agreed(&[("a", 0.9), ("b", 0.95), ("a", 0.7), ("a", 0.8)], "plurality"), some("a", 0.6));
    assert_eq!(agreed(&[("b", 0.5), ("a", 0.5)], "plurality"), some("b", 0.25));
    assert_eq!(agreed(&[("a", 0.2), ("b", 0.9), ("a", 0.2)], "weighted"), some("b", 0.623076923));
    assert_eq!(agreed(&[("a", 1.0), ("b", 1.0)], "majority"), (None, 0.0));
    assert_eq!(agreed(&[("a", 1.0), ("b", 1.0)], "moderate"), some("a", 0.5));
    assert_eq!(agreed(&[("a", 1.0), ("a", 1.0), ("a", 1.0), ("b", 1.0)], "strong"), some("a", 0.75));
    assert_eq!(agreed(&[("a", 1.0), ("a", 0.9)], "unanimous"), some("a", 0.95));
    assert_eq!(agreed(&[("a", 1.0), ("b", 0.9)], "unanimous"), (None, 0.0));
    assert_eq!(agreed(&[], "plurality"), (None, 0.0));
    assert_eq!(agreed(&[("a", 0.0)], "weighted"), (None, 0.0));
    let mixed = Value::list(vec![Value::NULL, Value::text("a"), Value::text("a"), Value::NULL]).unwrap();
    assert_eq!(own(&call("consensus", vec![mixed.clone()])), 0.5);
    assert!(call("consensus", vec![mixed, Value::text("majority")]).is_null());
    assert_eq!(try_call("consensus", vec![xs(&[]), Value::text("most")]).unwrap_err().code, Code::R005);
    assert_eq!(
        own(&call("vote", vec![xs(&[("y", 1.0), ("n", 1.0), ("y", 1.0)]), j(r#"{"strategy":"majority"}"#)])),
        0.666666667
    );
}

#[test]
fn agreement_has_the_evidence_of_its_group() {
    let result = |text: &str, evidence| Value::text(text).with(Lanes::new(Confidence::ONE, evidence));
    let evidence = |results: Vec<Value>| call("consensus", vec![Value::list(results).unwrap()]).evidence();
    use Evidence::*;
    assert_eq!(evidence(vec![result("a", Reported), result("a", Checked)]), Agreed);
    assert_eq!(evidence(vec![result("a", Reported), result("a", Stated)]), Stated);
    assert_eq!(evidence(vec![result("a", Checked), result("b", Stated)]), Checked);
    assert_eq!(evidence(vec![result("a", Exact), result("a", Exact)]), Agreed);
}

#[test]
fn tangles_and_floods_stop_at_a_limit() {
    let mut tangle = j("[null]");
    for _ in 0..60 {
        tangle = Value::list(vec![tangle.clone(), tangle]).unwrap();
    }
    for name in ["value", "JSON.stringify", "String"] {
        assert!(try_call(name, vec![tangle.clone()]).is_err(), "{name}");
    }
    assert!(try_call("unique", vec![tangle.clone()]).is_err());
    assert!(try_call("flat", vec![tangle, Value::number(f64::INFINITY)]).is_err());
    let mut meter = meter();
    let text = Value::text(&"x".repeat(1 << 20));
    let by = Value::text(&"x".repeat(1000));
    let result = call_with("replaceAll", vec![text, Value::text(""), by], &mut |_| Value::NULL, &mut meter);
    assert_eq!(result.unwrap_err().code, Code::R015);
    assert_eq!(display::render(&Value::text("fine"), &mut meter).unwrap(), "fine");
}

#[test]
fn parameters_are_counted_as_they_are_read() {
    for (id, builtin) in all() {
        let parameters = &id.signature().parameters;
        let needed = parameters.iter().filter(|parameter| !parameter.optional && !parameter.rest).count();
        let most = (!parameters.iter().any(|parameter| parameter.rest)).then_some(parameters.len());
        assert_eq!((id.required(), id.most()), (needed, most), "{}{}", builtin.name, builtin.signature);
    }
}

/// What is declared of numbers is what is done: the bounds are taken, and what lies beyond them is refused.
#[test]
fn numbers_that_are_taken_are_those_that_are_declared() {
    let mut tried = 0;
    for (id, builtin) in all() {
        let (Body::Native(code) | Body::Form(_, Some(code))) = builtin.kind else { continue };
        let parameters = &id.signature().parameters;
        for (name, numbers) in builtin.numbers {
            let Some(place) = parameters.iter().position(|parameter| *parameter.name == **name) else { continue };
            let fails = |number: f64| {
                let any = |parameter: &crate::types::Parameter| match parameter.value {
                    crate::types::Type::List(_) => j("[1]"),
                    crate::types::Type::String => Value::text("a"),
                    _ => Value::number(1.0),
                };
                let mut given: Vec<Value> = parameters.iter().map(any).collect();
                given[place] = Value::number(number);
                // `take` and its like are of texts as well, and so is `split`.
                if matches!(parameters[0].value, crate::types::Type::Union(_)) {
                    given[0] = j("[1]");
                }
                if builtin.name == "split" {
                    given[1] = Value::text(",");
                }
                run(id, code, &mut given, &mut meter()).is_err()
            };
            let (least, most) = numbers.bounds();
            assert!(!numbers.has(least - 1.0) && fails(least - 1.0), "{} takes less as `{name}`", builtin.name);
            assert!(numbers.has(least) && !fails(least), "{} refuses {least} as `{name}`", builtin.name);
            if most < 1e6 {
                assert!(!numbers.has(most + 1.0) && fails(most + 1.0), "{} takes more as `{name}`", builtin.name);
                assert!(numbers.has(most) && !fails(most), "{} refuses {most} as `{name}`", builtin.name);
            }
            assert_eq!(numbers.has(least + 0.5), !fails(least + 0.5), "{} and a half as `{name}`", builtin.name);
            tried += 1;
        }
    }
    assert!(tried >= 12, "only {tried} were tried");
}
