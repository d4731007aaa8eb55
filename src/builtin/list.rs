//! Lists.

use super::call::Call;
use super::routine::Started;
use super::sort;
use super::table::{Builtin, Calls, Cost, Keeps, LIST, Law, Numbers, SEQUENCE, Size, change, native, routine};
use super::walk::{self, Aim};
use crate::diagnostic::Code;
use crate::value::{ELEMENT, Fault, KEY, Kind, Lanes, List, MADE, Meter, Value, display, operator, order};

const EACH: &str = "(xs: any[], f: (x: any, index: number, list: any[]) => any): any";
const EACH_NOTHING: &str = "(xs: any[], f: (x: any, index: number, list: any[]) => any): null";
const EACH_LIST: &str = "(xs: any[], f: (x: any, index: number, list: any[]) => any): any[]";
const EACH_TEST: &str = "(xs: any[], f: (x: any, index: number, list: any[]) => any): boolean";
const EACH_NUMBER: &str = "(xs: any[], f: (x: any, index: number, list: any[]) => any): number";

pub(super) const TABLE: &[Builtin] = &[
    // ---- walking
    routine("map", EACH_LIST, "What f gives for each element.", ("[1, 2].map(x => x * 2)", "[2,4]"), |call| {
        walk::start(Aim::Map, call)
    })
    .on(LIST)
    .law(Law::Kept)
    .size(Size::Same),
    routine(
        "filter",
        EACH_LIST,
        "The elements for which f gives something true.",
        ("[1, 2, 3].filter(x => x > 1)", "[2,3]"),
        |call| walk::start(Aim::Filter, call),
    )
    .on(LIST)
    .keeps(Keeps::Tested)
    .size(Size::AtMost),
    routine(
        "reduce",
        "(xs: any[], f: (sum: any, x: any, index: number, list: any[]) => any, start?: any): any",
        "What is left when f joins what it gave last, or the start, with each element in turn; `R010` of nothing without a start.",
        ("[1, 2, 3].reduce((a, b) => a + b, 10)", "16"),
        |call| walk::start(Aim::Reduce, call),
    )
    .on(LIST),
    routine(
        "reduceRight",
        "(xs: any[], f: (sum: any, x: any, index: number, list: any[]) => any, start?: any): any",
        "As `reduce`, from the last element to the first.",
        ("[\"a\", \"b\"].reduceRight((a, b) => a + b)", "\"ba\""),
        |call| walk::start(Aim::ReduceRight, call),
    )
    .on(LIST),
    routine("forEach", EACH_NOTHING, "Calls f with each element; gives null.", ("[1].forEach(x => x)", "null"), |call| {
        walk::start(Aim::ForEach, call)
    })
    .on(LIST)
    .law(Law::Exact),
    routine("some", EACH_TEST, "Whether f gives something true for any element.", ("[1, 2].some(x => x > 1)", "true"), |call| {
        walk::start(Aim::Some, call)
    })
    .on(LIST),
    routine("every", EACH_TEST, "Whether f gives something true for all elements.", ("[1, 2].every(x => x > 1)", "false"), |call| {
        walk::start(Aim::Every, call)
    })
    .on(LIST),
    routine("find", EACH, "The first element for which f gives something true, or null.", ("[1, 2].find(x => x > 1)", "2"), |call| {
        walk::start(Aim::Find, call)
    })
    .on(LIST),
    routine("findIndex", EACH_NUMBER, "The index of the first element for which f gives something true, or -1.", ("[1, 2].findIndex(x => x > 1)", "1"), |call| {
        walk::start(Aim::FindIndex, call)
    })
    .on(LIST),
    routine("findLast", EACH, "The last element for which f gives something true, or null.", ("[1, 2].findLast(x => x > 0)", "2"), |call| {
        walk::start(Aim::FindLast, call)
    })
    .on(LIST),
    routine("findLastIndex", EACH_NUMBER, "The index of the last element for which f gives something true, or -1.", ("[1, 2].findLastIndex(x => x > 0)", "1"), |call| {
        walk::start(Aim::FindLastIndex, call)
    })
    .on(LIST),
    routine("flatMap", EACH_LIST, "What f gives for each element, lists opened.", ("[1, 2].flatMap(x => [x, x])", "[1,1,2,2]"), |call| {
        walk::start(Aim::FlatMap, call)
    })
    .on(LIST)
    .size(Size::Limit),
    routine("partition", EACH_LIST, "Two lists: the elements for which f gives something true, and the others.", ("[1, 2, 3].partition(x => x > 1)", "[[2,3],[1]]"), |call| {
        walk::start(Aim::Partition, call)
    })
    .on(LIST)
    .size(Size::Same),
    routine(
        "groupBy",
        "(xs: any[], f: (x: any, index: number, list: any[]) => any): { [key: string]: any[] }",
        "An object of lists: the elements under the text of what f gives for them.",
        ("[1, 2, 3].groupBy(x => x % 2)", "{\"1\":[1,3],\"0\":[2]}"),
        |call| walk::start(Aim::GroupBy, call),
    )
    .on(LIST)
    .also(&["Object.groupBy"])
    .size(Size::Same),
    routine(
        "countBy",
        "(xs: any[], f?: (x: any, index: number, list: any[]) => any): { [key: string]: number }",
        "An object of numbers: how many elements have the text of what f gives for them.",
        ("[\"a\", \"b\", \"a\"].countBy(x => x)", "{\"a\":2,\"b\":1}"),
        count_by,
    )
    .on(LIST)
    .size(Size::AtMost),
    routine(
        "sortBy",
        EACH_LIST,
        "The elements in the order of what f gives for them; equals stay as they were.",
        ("[\"bb\", \"a\"].sortBy(x => x.length)", "[\"a\",\"bb\"]"),
        |call| walk::start(Aim::SortBy, call),
    )
    .on(LIST)
    .keeps(Keeps::All)
    .cost(Cost::Sorting)
    .size(Size::Same),
    routine("minBy", EACH, "The first element with the least of what f gives, or null of nothing.", ("[\"bb\", \"a\"].minBy(x => x.length)", "\"a\""), |call| {
        walk::start(Aim::MinBy, call)
    })
    .on(LIST),
    routine("maxBy", EACH, "The first element with the greatest of what f gives, or null of nothing.", ("[\"bb\", \"a\"].maxBy(x => x.length)", "\"bb\""), |call| {
        walk::start(Aim::MaxBy, call)
    })
    .on(LIST),
    routine(
        "unique",
        "(xs: any[], f?: (x: any, index: number, list: any[]) => any): any[]",
        "The elements without those that equal an earlier one, or for which f gives what it gave for an earlier one.",
        ("[1, 2, 1].unique()", "[1,2]"),
        unique,
    )
    .on(LIST)
    .keeps(Keeps::All)
    .size(Size::AtMost),
    routine(
        "sort",
        "(xs: any[], f?: (a: any, b: any) => any): any[]",
        "The elements in order: of f, which gives a number above 0 when b goes first, or of values. As a method it changes the variable.",
        ("sort([3, 1, 2])", "[1,2,3]"),
        sort::start,
    )
    .on(LIST)
    .keeps(Keeps::All)
    .replaces()
    .cost(Cost::Sorting)
    .calls(Calls::Sorting)
    .size(Size::Same),
    routine(
        "toSorted",
        "(xs: any[], f?: (a: any, b: any) => any): any[]",
        "As `sort`; the variable stays as it was.",
        ("[3, 1, 2].toSorted((a, b) => b - a)", "[3,2,1]"),
        sort::start,
    )
    .on(LIST)
    .keeps(Keeps::All)
    .cost(Cost::Sorting)
    .calls(Calls::Sorting)
    .size(Size::Same),
    // ---- parts
    native("at", "(xs: any[] | string, index: number): any", "The element or character at an index, from the end when it is negative, or null.", ("[1, 2, 3].at(-1)", "3"), at)
        .on(SEQUENCE)
        .cost(Cost::Constant)
        .law(Law::Element),
    native("first", "(xs: any[] | string): any", "The first element, or null.", ("[1, 2].first()", "1"), first)
        .on(SEQUENCE)
        .cost(Cost::Constant)
        .law(Law::Element),
    native("last", "(xs: any[] | string): any", "The last element, or null.", ("[1, 2].last()", "2"), last)
        .on(SEQUENCE)
        .cost(Cost::Constant)
        .law(Law::Element),
    native("slice", "(xs: any[] | string, start?: number, end?: number): any", "The part from start to end, which is not in it; negative numbers count from the end.", ("[1, 2, 3].slice(1)", "[2,3]"), slice)
        .on(SEQUENCE)
        .keeps(Keeps::All)
        .law(Law::Kept)
        .size(Size::AtMost),
    native("take", "(xs: any[] | string, n?: number): any", "The first n elements, one unless n is given.", ("[1, 2, 3].take(2)", "[1,2]"), take)
        .on(SEQUENCE)
        .takes(&[("n", Numbers::from(0.0))])
        .keeps(Keeps::All)
        .law(Law::Kept)
        .size(Size::Number(1)),
    native("drop", "(xs: any[] | string, n?: number): any", "All but the first n elements, one unless n is given.", ("[1, 2, 3].drop(2)", "[3]"), drop_first)
        .on(SEQUENCE)
        .takes(&[("n", Numbers::from(0.0))])
        .keeps(Keeps::All)
        .law(Law::Kept)
        .size(Size::AtMost),
    native("chunk", "(xs: any[], n: number): any[][]", "Lists of n elements each, the last of what is left.", ("[1, 2, 3].chunk(2)", "[[1,2],[3]]"), chunk)
        .on(LIST)
        .takes(&[("n", Numbers::from(1.0))])
        .law(Law::Kept)
        .size(Size::Same),
    native("zip", "(xs: any[], ...others: any[]): any[][]", "Lists of the elements with equal index, as many as the shortest list has.", ("[1, 2].zip([\"a\", \"b\"])", "[[1,\"a\"],[2,\"b\"]]"), zip)
        .on(LIST)
        .law(Law::Kept)
        .size(Size::Sum),
    native("concat", "(xs: any[] | string, ...others: any[]): any", "The elements of all lists, and what is no list, in one; of texts one text.", ("[1].concat([2], 3)", "[1,2,3]"), concat)
        .on(SEQUENCE)
        .law(Law::Kept)
        .size(Size::Sum),
    native("flat", "(xs: any[], depth?: number): any[]", "The elements with lists among them opened, one level unless a depth is given.", ("[1, [2, [3]]].flat()", "[1,2,[3]]"), flat)
        .on(LIST)
        .law(Law::Kept)
        .size(Size::Limit),
    native("toReversed", "(xs: any[]): any[]", "The elements from the last to the first; the variable stays as it was.", ("[1, 2].toReversed()", "[2,1]"), reverse)
        .on(LIST)
        .keeps(Keeps::All)
        .law(Law::Kept)
        .size(Size::Same),
    native("reverse", "(xs: any[]): any[]", "The elements from the last to the first. As a method it changes the variable.", ("reverse([1, 2])", "[2,1]"), reverse)
        .on(LIST)
        .keeps(Keeps::All)
        .replaces()
        .law(Law::Kept)
        .size(Size::Same),
    native("fill", "(xs: any[], x: any, start?: number, end?: number): any[]", "Puts x in place of the elements from start to end, in the variable.", ("let xs = [1, 2, 3]\nxs.fill(0, 1)", "[1,0,0]"), fill)
        .on(LIST)
        .not_plain()
        .replaces()
        .law(Law::Kept)
        .size(Size::Same),
    native("join", "(xs: any[], separator?: string): string", "The texts of the elements, as in a template, with the separator between them, `,` unless given.", ("[1, 2].join(\"-\")", "\"1-2\""), join)
        .on(LIST)
        .size(Size::Limit),
    // ---- figures
    native("sum", "(xs: number[]): number", "The sum; 0 of nothing.", ("[1, 2].sum()", "3"), sum).on(LIST),
    native("mean", "(xs: number[]): number | null", "The mean, or null of nothing.", ("[1, 2].mean()", "1.5"), mean).on(LIST),
    native("median", "(xs: number[]): number | null", "The one in the middle, or the mean of the two there; null of nothing.", ("[3, 1, 2].median()", "2"), median)
        .on(LIST)
        .cost(Cost::Sorting),
    native("min", "(...xs: any[]): any", "The least of a list, or of two and more values; null of nothing.", ("min(3, 1)", "1"), min)
        .on(LIST)
        .also(&["Math.min"]),
    native("max", "(...xs: any[]): any", "The greatest of a list, or of two and more values; null of nothing.", ("[3, 1].max()", "3"), max)
        .on(LIST)
        .also(&["Math.max"]),
    // ---- changing a variable
    change("push", "(xs: any[], ...items: any[]): number", "Adds elements at the end of the variable; gives the new length.", ("let xs = [1]\nxs.push(2)\nxs", "[1,2]"), push)
        .on(LIST)
        .cost(Cost::Constant)
        .size(Size::More(1)),
    change("pop", "(xs: any[]): any", "Takes the last element out of the variable and gives it, or null.", ("let xs = [1, 2]\nxs.pop()", "2"), pop)
        .on(LIST)
        .cost(Cost::Constant),
    change("shift", "(xs: any[]): any", "Takes the first element out of the variable and gives it, or null.", ("let xs = [1, 2]\nxs.shift()", "1"), shift)
        .on(LIST)
        .cost(Cost::Constant),
    change("unshift", "(xs: any[], ...items: any[]): number", "Adds elements at the beginning of the variable; gives the new length.", ("let xs = [2]\nxs.unshift(1)\nxs", "[1,2]"), unshift)
        .on(LIST)
        .size(Size::More(1)),
    change("splice", "(xs: any[], start: number, count?: number, ...items: any[]): any[]", "Takes elements out of the variable and puts others there; gives those taken.", ("let xs = [1, 2, 3]\nxs.splice(1, 1)\nxs", "[1,3]"), splice)
        .on(LIST)
        .size(Size::AtMost),
];

type Made = Result<Value, Fault>;

fn count_by(call: &mut Call<'_>) -> Result<Started, Fault> {
    if call.arguments.get(1).is_null() { walk::count_elements(call) } else { walk::start(Aim::CountBy, call) }
}

fn unique(call: &mut Call<'_>) -> Result<Started, Fault> {
    if !call.arguments.get(1).is_null() {
        return walk::start(Aim::Unique, call);
    }
    let lanes = call.meter.least(call.arguments.get(0))?;
    let list = call.arguments.list(0)?;
    let firsts = order::firsts(list.items(), call.meter)?;
    call.meter.list(firsts.len())?;
    let items = firsts.into_iter().map(|at| list.items()[at].clone()).collect();
    Ok(Started::Done(Value::list(items)?.with(lanes)))
}

/// The own lanes of the first argument and those of all others that are given.
fn own(call: &Call<'_>) -> Lanes {
    call.arguments.all().iter().fold(Lanes::EXACT, |lanes, argument| lanes.meet(argument.lanes()))
}

fn element(call: &mut Call<'_>, index: impl FnOnce(usize) -> Option<usize>) -> Made {
    let lanes = own(call);
    let subject = call.arguments.get(0);
    if let Some(text) = subject.as_scalars() {
        let char = index(text.len()).and_then(|at| text.get(at));
        return Ok(char.map_or(Value::NULL, Value::text).with(lanes));
    }
    let list = call.arguments.list(0).map_err(|_| call.arguments.wrong(0, "a list or a string"))?;
    Ok(index(list.len()).and_then(|at| list.get(at)).cloned().unwrap_or_default().under(lanes))
}

fn at(call: &mut Call<'_>) -> Made {
    let number = call.arguments.number(1)?.trunc();
    let number = if number.is_nan() { 0.0 } else { number };
    element(call, |len| {
        let at = if number < 0.0 { number + len as f64 } else { number };
        (at >= 0.0 && at < len as f64).then_some(at as usize)
    })
}

fn first(call: &mut Call<'_>) -> Made {
    element(call, |_| Some(0))
}

fn last(call: &mut Call<'_>) -> Made {
    element(call, |len| len.checked_sub(1))
}

/// The part of a list or text between two places.
fn part(call: &mut Call<'_>, range: impl FnOnce(&Call<'_>, usize) -> Result<(usize, usize), Fault>) -> Made {
    let lanes = own(call);
    let kind = call.arguments.get(0).kind();
    if kind != Kind::List && kind != Kind::Text {
        return Err(call.arguments.wrong(0, "a list or a string"));
    }
    let len = call.arguments.get(0).size().unwrap_or(0);
    let (start, end) = range(call, len)?;
    let end = end.max(start);
    if let Some(text) = call.arguments.get(0).as_scalars() {
        let part = text.slice(start, end);
        call.meter.text(part.len() as u64)?;
        return Ok(Value::text(part).with(lanes));
    }
    call.meter.list(end - start)?;
    let list = call.arguments.list(0)?;
    call.meter.handed_on(list, end - start)?;
    Ok(Value::list(list.items()[start..end].to_vec())?.with(lanes))
}

fn slice(call: &mut Call<'_>) -> Made {
    part(call, |call, len| Ok((call.arguments.place(1, len, 0)?, call.arguments.place(2, len, len)?)))
}

fn take(call: &mut Call<'_>) -> Made {
    part(call, |call, len| Ok((0, call.arguments.count_or(1, 1)?.min(len))))
}

fn drop_first(call: &mut Call<'_>) -> Made {
    part(call, |call, len| Ok((call.arguments.count_or(1, 1)?.min(len), len)))
}

fn chunk(call: &mut Call<'_>) -> Made {
    let lanes = own(call);
    let size = call.arguments.count(1)?;
    if size == 0 {
        return Err(call.arguments.fault("takes a size from 1"));
    }
    let list = call.arguments.list(0)?;
    let chunks = list.len().div_ceil(size);
    call.meter.list(list.len())?;
    call.meter.apart(chunks as u64, chunks as u64 * ELEMENT)?;
    call.meter.steps((MADE + KEY) * chunks as u64)?;
    let all = list.items().chunks(size).map(|chunk| Ok(Value::list(chunk.to_vec())?.with(lanes)));
    Ok(Value::list(all.collect::<Result<_, Fault>>()?)?.with(lanes))
}

fn zip(call: &mut Call<'_>) -> Made {
    let lanes = own(call);
    let count = call.arguments.given();
    let mut len = usize::MAX;
    for index in 0..count {
        len = len.min(call.arguments.list(index)?.len());
    }
    call.meter.list(len)?;
    call.meter.list_size(count as u64)?;
    call.meter.steps(len.saturating_mul(count + (MADE + KEY) as usize) as u64)?;
    call.meter.apart(len as u64, len as u64 * (1 + count as u64) * ELEMENT)?;
    let lists: Vec<&List> = (0..count).filter_map(|index| call.arguments.get(index).as_list()).collect();
    let row = |at: usize| {
        let items = lists.iter().map(|list| list.items()[at].clone()).collect();
        Ok(Value::list(items)?.with(lanes))
    };
    Ok(Value::list((0..len).map(row).collect::<Result<_, Fault>>()?)?.with(lanes))
}

fn concat(call: &mut Call<'_>) -> Made {
    if call.arguments.get(0).kind() == Kind::Text {
        return concat_texts(call);
    }
    call.arguments.list(0).map_err(|_| call.arguments.wrong(0, "a list or a string"))?;
    let len: usize = call.arguments.all().iter().map(|argument| argument.as_list().map_or(1, List::len)).sum();
    call.meter.list(len)?;
    let mut lanes = Lanes::EXACT;
    let mut items = Vec::with_capacity(len);
    for argument in call.arguments.all() {
        match argument.as_list() {
            Some(list) => {
                call.meter.handed_on(list, list.len())?;
                lanes = lanes.meet(argument.lanes());
                items.extend_from_slice(list.items());
            }
            None => items.push(argument.clone()),
        }
    }
    Ok(Value::list(items)?.with(lanes))
}

fn concat_texts(call: &mut Call<'_>) -> Made {
    let parts = call.arguments.take_all();
    parts.into_iter().try_fold(Value::text(""), |text, part| operator::add(text, &part, call.meter))
}

fn flat(call: &mut Call<'_>) -> Made {
    let depth = match call.arguments.number_or(1, 1.0)? {
        depth if depth.is_nan() || depth < 1.0 => 0,
        depth => depth as usize,
    };
    let mut lanes = own(call);
    let mut items = Vec::new();
    open(call.arguments.list(0)?, depth, &mut items, &mut lanes, call.meter)?;
    Ok(Value::list(items)?.with(lanes))
}

fn open(list: &List, depth: usize, items: &mut Vec<Value>, lanes: &mut Lanes, meter: &mut Meter) -> Result<(), Fault> {
    for item in list {
        meter.build(item)?;
        match item.as_list() {
            Some(inner) if depth > 0 => {
                meter.steps(1)?;
                *lanes = lanes.meet(item.lanes());
                open(inner, depth - 1, items, lanes, meter)?;
            }
            _ => {
                meter.elements(items.len(), 1)?;
                items.push(item.clone());
            }
        }
    }
    Ok(())
}

fn reverse(call: &mut Call<'_>) -> Made {
    let subject = call.arguments.get(0);
    call.meter.steps(subject.size().unwrap_or(0) as u64)?;
    call.meter.copy(subject)?;
    call.arguments.list_mut(0)?.reverse();
    Ok(call.arguments.take(0))
}

fn fill(call: &mut Call<'_>) -> Made {
    let lanes = call.arguments.get(0).lanes().meet(call.arguments.get(2).lanes()).meet(call.arguments.get(3).lanes());
    let len = call.arguments.list(0)?.len();
    let (start, end) = (call.arguments.place(2, len, 0)?, call.arguments.place(3, len, len)?);
    call.meter.steps(end.saturating_sub(start) as u64)?;
    call.meter.copy(call.arguments.get(0))?;
    let item = call.arguments.get(1).clone();
    let list = call.arguments.list_mut(0)?;
    for at in start..end {
        list.set(at, item.clone())?;
    }
    Ok(call.arguments.take(0).with(lanes))
}

fn join(call: &mut Call<'_>) -> Made {
    let separator = call.arguments.text_or(1, ",")?;
    let list = call.arguments.list(0)?;
    call.meter.steps(list.len() as u64)?;
    let mut out = String::new();
    for (index, item) in list.iter().enumerate() {
        if index > 0 {
            call.meter.append(out.len() as u64, separator.len() as u64)?;
            out.push_str(separator);
        }
        if item.as_text().is_none() {
            call.meter.steps(KEY)?;
        }
        let text = display::spelled(item, call.meter)?;
        let text = text.as_str();
        call.meter.append(out.len() as u64, text.len() as u64)?;
        out.push_str(text);
    }
    Ok(Value::string(out))
}

/// The numbers of the list that is the first argument.
fn numbers(call: &mut Call<'_>) -> Result<Vec<f64>, Fault> {
    let list = call.arguments.list(0)?;
    call.meter.steps(list.len() as u64)?;
    list.iter()
        .map(|item| {
            item.as_number().ok_or_else(|| {
                let kind = item.kind().phrase();
                let name = call.arguments.name();
                Fault::new(
                    Code::R005,
                    format!("`{name}` takes a list of numbers, and there is {kind} in it; filter first"),
                )
                .about(call.arguments.get(0))
            })
        })
        .collect()
}

fn sum(call: &mut Call<'_>) -> Made {
    Ok(Value::number(numbers(call)?.into_iter().fold(0.0, |sum, number| sum + number)))
}

fn mean(call: &mut Call<'_>) -> Made {
    let numbers = numbers(call)?;
    let sum = numbers.iter().fold(0.0, |sum, number| sum + number);
    Ok(if numbers.is_empty() { Value::NULL } else { Value::number(sum / numbers.len() as f64) })
}

fn median(call: &mut Call<'_>) -> Made {
    let mut numbers = numbers(call)?;
    let levels = u64::from(usize::BITS - numbers.len().leading_zeros());
    call.meter.steps(numbers.len() as u64 * levels)?;
    call.meter.memory(numbers.len() as u64 * 8)?;
    if numbers.iter().any(|number| number.is_nan()) {
        return Ok(Value::number(f64::NAN));
    }
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    Ok(match numbers.len() {
        0 => Value::NULL,
        len if len % 2 == 1 => Value::number(numbers[middle]),
        _ => Value::number((numbers[middle - 1] + numbers[middle]) / 2.0),
    })
}

/// The first that nothing else goes before; NaN when there is one among numbers.
fn extreme(call: &mut Call<'_>, before: fn(std::cmp::Ordering) -> bool) -> Made {
    let alone = call.arguments.given() == 1;
    let items = match call.arguments.get(0).as_list() {
        Some(list) if alone => list.items(),
        _ => call.arguments.all(),
    };
    call.meter.steps(items.len() as u64)?;
    let mut best: Option<&Value> = None;
    for item in items {
        if item.as_number().is_some_and(f64::is_nan) {
            return Ok(item.clone());
        }
        // The first is compared with itself, so that what has no order is refused even when it is alone.
        let order = order::compare(item, best.unwrap_or(item), call.meter)?;
        if best.is_none() || order.is_some_and(before) {
            best = Some(item);
        }
    }
    Ok(best.cloned().unwrap_or_default())
}

fn min(call: &mut Call<'_>) -> Made {
    extreme(call, std::cmp::Ordering::is_lt)
}

fn max(call: &mut Call<'_>) -> Made {
    extreme(call, std::cmp::Ordering::is_gt)
}

/// The list in the variable; whoever calls has made it a list that nobody shares.
fn place<'v>(place: &'v mut Value, call: &Call<'_>) -> Result<&'v mut List, Fault> {
    place.as_list_mut().ok_or_else(|| call.arguments.fault("changes lists only"))
}

fn push(variable: &mut Value, call: &mut Call<'_>) -> Made {
    let lanes = variable.lanes();
    let list = place(variable, call)?;
    let count = call.arguments.given();
    call.meter.elements(list.len(), count)?;
    // All or nothing: what nests too deep is refused before the first is added.
    let items = call.arguments.take_all();
    if let [item] = &items[..] {
        list.push(item.clone())?;
    } else {
        let end = list.len();
        list.splice(end..end, items)?;
    }
    Ok(Value::number(list.len() as f64).with(lanes))
}

fn pop(variable: &mut Value, call: &mut Call<'_>) -> Made {
    let lanes = variable.lanes();
    Ok(place(variable, call)?.pop().unwrap_or_default().under(lanes))
}

fn shift(variable: &mut Value, call: &mut Call<'_>) -> Made {
    let lanes = variable.lanes();
    call.meter.steps(2)?;
    Ok(place(variable, call)?.shift().unwrap_or_default().under(lanes))
}

fn unshift(variable: &mut Value, call: &mut Call<'_>) -> Made {
    let lanes = variable.lanes();
    let list = place(variable, call)?;
    call.meter.steps(list.len() as u64 / 16)?;
    call.meter.elements(list.len(), call.arguments.given())?;
    list.unshift(call.arguments.take_all())?;
    Ok(Value::number(list.len() as f64).with(lanes))
}

fn splice(variable: &mut Value, call: &mut Call<'_>) -> Made {
    let given = [0, 1].map(|index| call.arguments.get(index).lanes());
    let lanes = variable.lanes().meet(given[0]).meet(given[1]);
    let list = place(variable, call)?;
    let len = list.len();
    let start = call.arguments.place(0, len, 0)?;
    let count = match call.arguments.given() {
        1 => len - start,
        _ => call.arguments.number_or(1, 0.0)?.clamp(0.0, (len - start) as f64) as usize,
    };
    let items = call.arguments.from(2).to_vec();
    call.meter.steps(len as u64 / 16 + count as u64)?;
    call.meter.elements(len - count, items.len())?;
    call.meter.list(count)?;
    let taken = list.splice(start..start + count, items)?;
    variable.set_lanes(lanes);
    Ok(Value::list(taken)?.with(lanes))
}
