//! Texts.

use super::call::Call;
use super::regex::{Pattern, texts};
use super::replace;
use super::table::{ANY, Builtin, Law, Numbers, OBJECT, SEQUENCE, Size, TEXT, native, routine};
use crate::diagnostic::Code;
use crate::value::{Fault, Key, Kind, Lanes, Value, display, number, operator};

pub(super) const TABLE: &[Builtin] = &[
    native("toUpperCase", "(s: string): string", "The text in capital letters.", ("\"aß\".toUpperCase()", "\"ASS\""), upper)
        .on(TEXT)
        .size(Size::Same),
    native("toLowerCase", "(s: string): string", "The text in small letters.", ("\"AB\".toLowerCase()", "\"ab\""), lower)
        .on(TEXT)
        .size(Size::Same),
    native("trim", "(s: string): string", "The text without white space at its ends.", ("\" a \".trim()", "\"a\""), trim)
        .on(TEXT)
        .size(Size::AtMost),
    native("trimStart", "(s: string): string", "The text without white space at its beginning.", ("\" a \".trimStart()", "\"a \""), trim_start)
        .on(TEXT)
        .size(Size::AtMost),
    native("trimEnd", "(s: string): string", "The text without white space at its end.", ("\" a \".trimEnd()", "\" a\""), trim_end)
        .on(TEXT)
        .size(Size::AtMost),
    native(
        "split",
        "(s: string, separator?: string | RegExp, limit?: number): string[]",
        "The parts between the separators, a text or a regular expression; with `\"\"` the characters.",
        ("\"a,b\".split(\",\")", "[\"a\",\"b\"]"),
        split,
    )
    .on(TEXT)
    .takes(&[("limit", Numbers::from(0.0))])
    .size(Size::Same),
    routine(
        "replace",
        "(s: string, pattern: string | RegExp, by: string | ((...matched: any[]) => any)): string",
        "The text with the first match replaced, with all when the pattern is a regular expression with `g`; by a text, in which `$1` and `$&` stand for what was found, or by what a function gives.",
        ("\"a-b\".replace(\"-\", \"+\")", "\"a+b\""),
        |call| replace::start(call, false),
    )
    .on(TEXT)
    .law(Law::Minimum)
    .size(Size::Limit),
    routine(
        "replaceAll",
        "(s: string, pattern: string | RegExp, by: string | ((...matched: any[]) => any)): string",
        "The text with all matches replaced.",
        ("\"a-b-c\".replaceAll(\"-\", \"\")", "\"abc\""),
        |call| replace::start(call, true),
    )
    .on(TEXT)
    .law(Law::Minimum)
    .size(Size::Limit),
    native(
        "startsWith",
        "(s: string, part: string, position?: number): boolean",
        "Whether the text, from the position on, begins with the part.",
        ("\"prism\".startsWith(\"pr\")", "true"),
        starts_with,
    )
    .on(TEXT),
    native(
        "endsWith",
        "(s: string, part: string, end?: number): boolean",
        "Whether the text, up to the end, ends with the part.",
        ("\"prism\".endsWith(\"sm\")", "true"),
        ends_with,
    )
    .on(TEXT),
    native(
        "substring",
        "(s: string, start: number, end?: number): string",
        "The characters from start to end, which is not in it, whichever of the two is smaller first.",
        ("\"prism\".substring(3, 1)", "\"ri\""),
        substring,
    )
    .on(TEXT)
    .size(Size::AtMost),
    native("repeat", "(s: string, count: number): string", "The text so many times.", ("\"ab\".repeat(2)", "\"abab\""), repeat)
        .on(TEXT)
        .takes(&[("count", Numbers::Cut(0.0, f64::MAX))])
        .size(Size::Limit),
    native(
        "padStart",
        "(s: string, length: number, fill?: string): string",
        "The text, filled up at its beginning.",
        ("\"7\".padStart(3, \"0\")", "\"007\""),
        pad_start,
    )
    .on(TEXT)
    .size(Size::Number(1)),
    native(
        "padEnd",
        "(s: string, length: number, fill?: string): string",
        "The text, filled up at its end.",
        ("\"7\".padEnd(3, \".\")", "\"7..\""),
        pad_end,
    )
    .on(TEXT)
    .size(Size::Number(1)),
    native("charAt", "(s: string, index?: number): string", "The character at an index, or `\"\"`.", ("\"abc\".charAt(1)", "\"b\""), char_at)
        .on(TEXT),
    native(
        "codePointAt",
        "(s: string, index?: number): number | null",
        "The Unicode number of the character at an index, or null.",
        ("\"a\".codePointAt(0)", "97"),
        code_point_at,
    )
    .on(TEXT),
    native(
        "charCodeAt",
        "(s: string, index?: number): number | null",
        "The Unicode number of the character at an index, or null.",
        ("\"a\".charCodeAt(0)", "97"),
        code_point_at,
    )
    .on(TEXT),
    native(
        "fromCodePoint",
        "(...codes: number[]): string",
        "The text of these Unicode numbers.",
        ("String.fromCodePoint(97, 98)", "\"ab\""),
        from_code_point,
    )
    .not_plain()
    .also(&["String.fromCodePoint", "String.fromCharCode"]),
    native("lines", "(s: string): string[]", "The lines, without their ends.", ("\"a\\nb\\n\".lines()", "[\"a\",\"b\"]"), lines)
        .on(TEXT)
        .size(Size::Same),
    native("words", "(s: string): string[]", "What stands between white space.", ("\" a  b\".words()", "[\"a\",\"b\"]"), words)
        .on(TEXT)
        .size(Size::Same),
    native(
        "match",
        "(s: string, pattern: string | RegExp): any",
        "The first match and its groups as a list of texts; of a regular expression with `g` all matches; null when there is none.",
        ("\"a1b2\".match(/[a-z](\\d)/)", "[\"a1\",\"1\"]"),
        match_first,
    )
    .on(TEXT)
    .size(Size::Limit),
    native(
        "matches",
        "(s: string, pattern: string | RegExp): string[]",
        "All texts matched, as a list.",
        ("\"a1b22\".matches(/\\d+/)", "[\"1\",\"22\"]"),
        matches,
    )
    .on(TEXT)
    .size(Size::Same),
    native(
        "matchAll",
        "(s: string, pattern: string | RegExp): any[]",
        "All matches, each as a list of the text and its groups.",
        ("\"a1b2\".matchAll(/[a-z](\\d)/g)", "[[\"a1\",\"1\"],[\"b2\",\"2\"]]"),
        match_all,
    )
    .on(TEXT)
    .size(Size::Limit),
    native(
        "search",
        "(s: string, pattern: string | RegExp): number",
        "The index of the first match, or -1.",
        ("\"ab1\".search(/\\d/)", "2"),
        search,
    )
    .on(TEXT),
    native(
        "test",
        "(pattern: any, s: string): boolean",
        "Whether the regular expression matches anywhere in the text.",
        ("(/^p/).test(\"prism\")", "true"),
        test,
    )
    .on(OBJECT),
    native(
        "exec",
        "(pattern: any, s: string): string[] | null",
        "The first match of the regular expression and its groups as a list of texts, or null.",
        ("(/(\\d)/).exec(\"a1\")", "[\"1\",\"1\"]"),
        exec,
    )
    .on(OBJECT)
    .not_plain()
    .size(Size::Limit),
    native(
        "similarity",
        "(a: string, b: string): number",
        "How alike two texts are, from 0 to 1: 1 less the edits it takes from one to the other, as a share of the longer one.",
        ("similarity(\"kitten\", \"mitten\") > 0.8", "true"),
        similarity,
    )
    .on(TEXT),
    native(
        "localeCompare",
        "(a: string, b: string): number",
        "-1, 0 or 1, by code point.",
        ("\"a\".localeCompare(\"b\")", "-1"),
        compare,
    )
    .on(TEXT),
    native(
        "String",
        "(x?: any): string",
        "The value as a text, as in a template.",
        ("String([1, null])", "\"[1,null]\""),
        to_text,
    )
    .size(Size::Limit),
    native(
        "toString",
        "(x: any, radix?: number): string",
        "The value as a text; a number in a radix from 2 to 36.",
        ("(255).toString(16)", "\"ff\""),
        to_radix,
    )
    .on(ANY)
    .takes(&[("radix", Numbers::Count(2.0, 36.0))])
    .not_plain()
    .size(Size::Limit),
    native(
        "includes",
        "(xs: any[] | string, x: any, from?: number): boolean",
        "Whether a list has an element that equals x, or a text a part; it reads up to the first.",
        ("[1, [2]].includes([2])", "true"),
        includes,
    )
    .on(SEQUENCE)
    .law(Law::Decided),
    native(
        "indexOf",
        "(xs: any[] | string, x: any, from?: number): number",
        "The index of the first element that equals x, or of a part of a text; -1 if there is none.",
        ("\"banana\".indexOf(\"an\")", "1"),
        index_of,
    )
    .on(SEQUENCE)
    .law(Law::Decided),
    native(
        "lastIndexOf",
        "(xs: any[] | string, x: any, from?: number): number",
        "The index of the last element that equals x, or of a part of a text, that begins at `from` or before; -1 if there is none.",
        ("\"banana\".lastIndexOf(\"an\")", "3"),
        last_index_of,
    )
    .on(SEQUENCE)
    .law(Law::Decided),
];

type Made = Result<Value, Fault>;

/// The text in other letters: what each character becomes, and what the whole does.
fn cased<I: Iterator<Item = char>>(call: &mut Call<'_>, each: fn(char) -> I, all: fn(&str) -> String) -> Made {
    let text = call.arguments.text(0)?;
    let bytes = if text.is_ascii() {
        text.len()
    } else {
        call.meter.steps(2 * text.len() as u64)?;
        text.chars().flat_map(each).map(char::len_utf8).sum()
    };
    call.meter.text(bytes as u64)?;
    Ok(Value::string(all(text)))
}

fn upper(call: &mut Call<'_>) -> Made {
    cased(call, char::to_uppercase, str::to_uppercase)
}

fn lower(call: &mut Call<'_>) -> Made {
    cased(call, char::to_lowercase, str::to_lowercase)
}

fn trimmed(call: &mut Call<'_>, start: bool, end: bool) -> Made {
    let mut text = call.arguments.text(0)?;
    call.meter.text(text.len() as u64)?;
    call.meter.steps(text.len() as u64 / 4)?;
    if start {
        text = text.trim_start_matches(number::is_space);
    }
    if end {
        text = text.trim_end_matches(number::is_space);
    }
    Ok(Value::text(text))
}

fn trim(call: &mut Call<'_>) -> Made {
    trimmed(call, true, true)
}

fn trim_start(call: &mut Call<'_>) -> Made {
    trimmed(call, true, false)
}

fn trim_end(call: &mut Call<'_>) -> Made {
    trimmed(call, false, true)
}

/// The list of these parts of a text, as sure as what was read.
fn parts<'a>(call: &mut Call<'_>, text: &str, each: impl Iterator<Item = &'a str>) -> Made {
    call.meter.steps(text.len() as u64 / 8)?;
    call.meter.memory(text.len() as u64)?;
    let mut items = Vec::new();
    for part in each {
        call.meter.part(items.len(), part.len())?;
        items.push(Value::text(part).with(call.lanes));
    }
    Value::list(items)
}

fn split(call: &mut Call<'_>) -> Made {
    let subject = call.arguments.get(0).clone();
    let text = call.arguments.text(0)?;
    let limit = match call.arguments.get(2).is_null() {
        true => usize::MAX,
        false => call.arguments.count(2)?,
    };
    if call.arguments.get(1).is_null() {
        return parts(call, "", std::iter::once(text_of(&subject)).take(limit));
    }
    if let Some(separator) = call.arguments.get(1).as_text() {
        if separator.is_empty() {
            let text = text_of(&subject);
            let ends = text.char_indices().map(|(at, char)| &text[at..at + char.len_utf8()]);
            return parts(call, text, ends.take(limit));
        }
        let separator = separator.to_owned();
        let text = text_of(&subject);
        return parts(call, text, text.split(&separator).take(limit));
    }
    let Some(pattern) = Pattern::of_object(call.arguments.get(1), call.meter)? else {
        return Err(call.arguments.wrong(1, "a string or a regular expression"));
    };
    let lanes = call.lanes;
    let mut items: Vec<Value> = Vec::new();
    let (mut from, mut nothing) = (0, false);
    pattern.each(text, usize::MAX, call.meter, |captures, meter| {
        let Some(whole) = captures.get(0) else { return Ok(()) };
        nothing = text.is_empty();
        // A match of nothing splits between two characters only.
        if whole.is_empty() && (whole.start() == from || whole.start() == text.len()) {
            return Ok(());
        }
        meter.elements(items.len(), captures.len())?;
        meter.memory((whole.start() - from) as u64)?;
        items.push(Value::text(&text[from..whole.start()]).with(lanes));
        items.extend(texts(captures, lanes, meter)?.into_iter().skip(1));
        from = whole.end();
        Ok(())
    })?;
    if !nothing {
        call.meter.elements(items.len(), 1)?;
        items.push(Value::text(&text[from..]).with(lanes));
    }
    items.truncate(limit);
    Value::list(items)
}

fn text_of(value: &Value) -> &str {
    value.as_text().unwrap_or_default()
}

fn lines(call: &mut Call<'_>) -> Made {
    let subject = call.arguments.get(0).clone();
    call.arguments.text(0)?;
    let text = text_of(&subject);
    parts(call, text, text.lines())
}

fn words(call: &mut Call<'_>) -> Made {
    let subject = call.arguments.get(0).clone();
    call.arguments.text(0)?;
    let text = text_of(&subject);
    parts(call, text, text.split(number::is_space).filter(|word| !word.is_empty()))
}

fn starts_with(call: &mut Call<'_>) -> Made {
    let text = call.arguments.scalars(0)?;
    let from = call.arguments.place_from_start(2, text.len(), 0)?;
    let part = call.arguments.text(1)?;
    call.meter.steps(part.len() as u64 / 16)?;
    Ok(Value::bool(text.slice(from, usize::MAX).starts_with(part)))
}

fn ends_with(call: &mut Call<'_>) -> Made {
    let text = call.arguments.scalars(0)?;
    let end = call.arguments.place_from_start(2, text.len(), text.len())?;
    let part = call.arguments.text(1)?;
    call.meter.steps(part.len() as u64 / 16)?;
    Ok(Value::bool(text.slice(0, end).ends_with(part)))
}

fn substring(call: &mut Call<'_>) -> Made {
    let text = call.arguments.scalars(0)?;
    let clamp = |number: f64| if number.is_nan() { 0 } else { number.clamp(0.0, text.len() as f64) as usize };
    let start = clamp(call.arguments.number(1)?);
    let end = clamp(call.arguments.number_or(2, f64::INFINITY)?);
    let part = text.slice(start.min(end), start.max(end));
    call.meter.text(part.len() as u64)?;
    Ok(Value::text(part))
}

fn repeat(call: &mut Call<'_>) -> Made {
    let text = call.arguments.text(0)?;
    // A fraction is cut off, and what is no number counts as 0.
    let count = call.arguments.number(1)?.trunc();
    let count = if count.is_nan() { 0.0 } else { count };
    if !(0.0..=9_007_199_254_740_991.0).contains(&count) {
        return Err(call.arguments.wrong(1, "a number from 0"));
    }
    let count = if text.is_empty() { 0 } else { count as usize };
    call.meter.text((text.len() as u64).saturating_mul(count as u64))?;
    Ok(Value::string(text.repeat(count)))
}

fn padded(call: &mut Call<'_>, at_start: bool) -> Made {
    let text = call.arguments.scalars(0)?;
    let wanted = call.arguments.number(1)?.max(0.0);
    let fill = call.arguments.text_or(2, " ")?;
    let missing = (wanted - text.len() as f64).trunc();
    if missing.is_nan() || missing < 1.0 || fill.is_empty() {
        return Ok(call.arguments.get(0).clone());
    }
    let per = fill.chars().count() as f64;
    let partial = (missing % per) as usize;
    let rest: usize = fill.chars().take(partial).map(char::len_utf8).sum();
    let bytes = (missing / per).trunc() * fill.len() as f64 + (rest + text.as_str().len()) as f64;
    call.meter.text(bytes as u64)?;
    let mut filling = fill.repeat((missing / per) as usize);
    filling.extend(fill.chars().take(partial));
    let text = text.as_str();
    Ok(Value::string(if at_start { filling + text } else { text.to_owned() + &filling }))
}

fn pad_start(call: &mut Call<'_>) -> Made {
    padded(call, true)
}

fn pad_end(call: &mut Call<'_>) -> Made {
    padded(call, false)
}

fn char_at(call: &mut Call<'_>) -> Made {
    let text = call.arguments.scalars(0)?;
    let index = call.arguments.number_or(1, 0.0)?.trunc();
    // A NaN becomes 0.
    let char = (index >= 0.0 || index.is_nan()).then(|| text.get(index as usize)).flatten();
    Ok(Value::text(char.unwrap_or_default()))
}

fn code_point_at(call: &mut Call<'_>) -> Made {
    let text = call.arguments.scalars(0)?;
    let index = call.arguments.number_or(1, 0.0)?.trunc();
    let char = (index >= 0.0 || index.is_nan()).then(|| text.get(index as usize)?.chars().next()).flatten();
    Ok(char.map_or(Value::NULL, |char| Value::number(f64::from(char as u32))))
}

fn from_code_point(call: &mut Call<'_>) -> Made {
    call.meter.text(call.arguments.given() as u64 * 4)?;
    let mut out = String::new();
    for index in 0..call.arguments.given() {
        let code = call.arguments.count(index)?;
        let char = u32::try_from(code).ok().and_then(char::from_u32);
        out.push(
            char.ok_or_else(|| {
                Fault::new(Code::R005, format!("there is no character {code}; give the number of one"))
            })?,
        );
    }
    Ok(Value::string(out))
}

/// The pattern that the second argument stands for.
fn pattern(call: &mut Call<'_>, index: usize) -> Result<Pattern, Fault> {
    let pattern = Pattern::of(call.arguments.get(index), call.meter)?;
    pattern.ok_or_else(|| call.arguments.wrong(index, "a regular expression"))
}

fn match_first(call: &mut Call<'_>) -> Made {
    let pattern = pattern(call, 1)?;
    if !pattern.all {
        return first(call, &pattern, 0);
    }
    let all = all_matches(call, &pattern)?;
    Ok(if all.is_empty() { Value::NULL } else { Value::list(all)? })
}

fn first(call: &mut Call<'_>, pattern: &Pattern, subject: usize) -> Made {
    let (text, lanes) = (call.arguments.text(subject)?, call.lanes);
    let mut found = None;
    pattern.each(text, 1, call.meter, |captures, meter| {
        found = Some(texts(captures, lanes, meter)?);
        Ok(())
    })?;
    found.map_or(Ok(Value::NULL), Value::list)
}

fn all_matches(call: &mut Call<'_>, pattern: &Pattern) -> Result<Vec<Value>, Fault> {
    let (text, lanes) = (call.arguments.text(0)?, call.lanes);
    let mut all = Vec::new();
    pattern.each(text, usize::MAX, call.meter, |captures, meter| {
        let whole = captures.get(0).map_or("", |whole| whole.as_str());
        meter.elements(all.len(), 1)?;
        meter.text(whole.len() as u64)?;
        all.push(Value::text(whole).with(lanes));
        Ok(())
    })?;
    Ok(all)
}

fn matches(call: &mut Call<'_>) -> Made {
    let pattern = pattern(call, 1)?;
    Value::list(all_matches(call, &pattern)?)
}

fn match_all(call: &mut Call<'_>) -> Made {
    let pattern = pattern(call, 1)?;
    let text = call.arguments.text(0)?;
    let lanes = call.lanes;
    let mut all = Vec::new();
    pattern.each(text, usize::MAX, call.meter, |captures, meter| {
        meter.elements(all.len(), 1)?;
        all.push(Value::list(texts(captures, lanes, meter)?)?.with(lanes));
        Ok(())
    })?;
    Value::list(all)
}

fn search(call: &mut Call<'_>) -> Made {
    let pattern = pattern(call, 1)?;
    let text = call.arguments.scalars(0)?;
    pattern.charge(text.as_str().len(), call.meter)?;
    let found = pattern.regex.find(text.as_str()).map(|found| text.index(found.start()) as f64);
    Ok(Value::number(found.unwrap_or(-1.0)))
}

fn test(call: &mut Call<'_>) -> Made {
    // `test(pattern, s)` and `test(s, pattern)` cannot be mistaken for each other.
    let swapped = call.arguments.get(0).kind() == Kind::Text && call.arguments.get(1).kind() == Kind::Object;
    let (at, subject) = if swapped { (1, 0) } else { (0, 1) };
    let pattern = pattern(call, at)?;
    let text = call.arguments.text(subject)?;
    pattern.charge(text.len(), call.meter)?;
    Ok(Value::bool(pattern.regex.is_match(text)))
}

fn exec(call: &mut Call<'_>) -> Made {
    let pattern = pattern(call, 0)?;
    first(call, &pattern, 1)
}

fn similarity(call: &mut Call<'_>) -> Made {
    let a: Vec<char> = call.arguments.text(0)?.chars().collect();
    let b: Vec<char> = call.arguments.text(1)?.chars().collect();
    let longer = a.len().max(b.len());
    if longer == 0 {
        return Ok(Value::number(1.0));
    }
    call.meter.steps((a.len() as u64 + 1) * (b.len() as u64 + 1) / 4)?;
    call.meter.memory(b.len() as u64 * 8)?;
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        call.meter.alive()?;
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let edit = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], edit);
        }
    }
    Ok(Value::number((longer - row[b.len()]) as f64 / longer as f64))
}

fn compare(call: &mut Call<'_>) -> Made {
    let (a, b) = (call.arguments.text(0)?, call.arguments.text(1)?);
    call.meter.steps(a.len().min(b.len()) as u64 / 16)?;
    Ok(Value::number(f64::from(a.cmp(b) as i8)))
}

fn to_text(call: &mut Call<'_>) -> Made {
    if call.arguments.given() == 0 {
        return Ok(Value::text(""));
    }
    match call.arguments.get(0).kind() {
        Kind::Text => Ok(call.arguments.take(0)),
        _ => display::render(call.arguments.get(0), call.meter).map(Value::string),
    }
}

fn to_radix(call: &mut Call<'_>) -> Made {
    if call.arguments.get(1).is_null() {
        return to_text(call);
    }
    let (x, radix) = (call.arguments.number(0)?, call.arguments.count(1)?);
    if !(2..=36).contains(&radix) {
        return Err(call.arguments.fault("takes a radix from 2 to 36"));
    }
    Ok(Value::string(number::radix(x, radix as u32)))
}

/// Where x is in the first argument, with the lanes of what was read to find it.
fn find(call: &mut Call<'_>, last: bool) -> Result<(Option<usize>, Lanes), Fault> {
    let subject = call.arguments.get(0);
    let own = subject.lanes().meet(call.arguments.get(2).lanes());
    if let Some(text) = subject.as_scalars() {
        let part = call.arguments.text(1)?;
        call.meter.steps(1 + text.as_str().len() as u64 / 16)?;
        let lanes = own.meet(call.arguments.get(1).lanes());
        if last {
            let from = call.arguments.number_or(2, f64::INFINITY)?;
            let from = if from.is_nan() { text.len() } else { from.clamp(0.0, text.len() as f64) as usize };
            let end = (text.byte(from) + part.len()).min(text.as_str().len());
            // A part that begins before the place may end within the character there.
            let end = (end..=text.as_str().len()).find(|end| text.as_str().is_char_boundary(*end)).unwrap_or(end);
            return Ok((text.as_str()[..end].rfind(part).map(|at| text.index(at)), lanes));
        }
        let from = text.byte(call.arguments.place_from_start(2, text.len(), 0)?);
        let found = text.as_str()[from..].find(part).map(|at| text.index(from + at));
        return Ok((found, lanes));
    }
    let list = call.arguments.list(0).map_err(|_| call.arguments.wrong(0, "a list or a string"))?;
    let wanted = call.arguments.get(1);
    if last {
        let from = call.arguments.number_or(2, f64::INFINITY)?.trunc();
        let from = if from.is_nan() { 0.0 } else { from };
        let from = if from < 0.0 { from + list.len() as f64 } else { from };
        let end = (from + 1.0).clamp(0.0, list.len() as f64) as usize;
        let reversed: Vec<Value> = list.items()[..end].iter().rev().cloned().collect();
        call.meter.list(reversed.len())?;
        let (found, lanes) = operator::position(&reversed, wanted, call.meter)?;
        return Ok((found.map(|at| end - 1 - at), own.meet(lanes)));
    }
    let from = call.arguments.place(2, list.len(), 0)?;
    let (found, lanes) = operator::position(&list.items()[from..], wanted, call.meter)?;
    Ok((found.map(|at| from + at), own.meet(lanes)))
}

fn includes(call: &mut Call<'_>) -> Made {
    let (found, lanes) = find(call, false)?;
    Ok(Value::bool(found.is_some()).with(lanes))
}

fn index_of(call: &mut Call<'_>) -> Made {
    let (found, lanes) = find(call, false)?;
    Ok(Value::number(found.map_or(-1.0, |at| at as f64)).with(lanes))
}

fn last_index_of(call: &mut Call<'_>) -> Made {
    let (found, lanes) = find(call, true)?;
    Ok(Value::number(found.map_or(-1.0, |at| at as f64)).with(lanes))
}

/// The texts of an object's keys, as sure as the object.
pub(super) fn key_text(key: &Key, lanes: Lanes) -> Value {
    key.to_value().with(lanes)
}
