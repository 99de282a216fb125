//! Makes Rust of the texts for people, when the program is built: one method of `Language` for each, with its
//! parameters as arguments. So a text that is missing in a language, has other parameters there or is not used
//! anywhere is found by the compiler.

use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Pattern, PatternElement, Resource, Variant, VariantKey,
};
use fluent_syntax::{parser, serializer};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The name of a text, and of a part of it.
type Key = (String, Option<String>);
/// What is put into a text, by name; and whether it is counted: where a plural hangs on it, it must be a number.
type Parameters = BTreeMap<String, bool>;

/// A file of a language.
pub struct TextFile {
    /// Its path, for what is wrong in it.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// The texts of a language.
pub struct Texts {
    /// Its code: `en`.
    pub code: String,
    /// Whose rules of plural it has.
    locale: String,
    resource: Resource<String>,
    /// Every text, by its name and, of a part of it, that part's; which file it is in, and its parameters: whether
    /// they are counted.
    texts: BTreeMap<Key, Text>,
}

struct Text {
    path: String,
    parameters: Parameters,
    /// It is asked for by a name that the program has from elsewhere.
    is_named: bool,
    /// As it is written, for the method's docs.
    written: String,
}

/// What begins the comment of a group whose texts are asked for by a name that the program has from elsewhere: of a
/// function of memcached, say.
const NAMED: &str = "By name";

impl Texts {
    /// Reads the files of a language.
    ///
    /// # Errors
    ///
    /// What is wrong in them, with file and line.
    pub fn read(code: &str, sources: &[TextFile]) -> Result<Texts, String> {
        let mut all = Texts {
            code: code.to_owned(),
            locale: code.to_owned(),
            resource: Resource { body: Vec::new() },
            texts: BTreeMap::new(),
        };
        for source in sources {
            let resource = parser::parse(source.text.clone()).map_err(|(_, errors)| {
                let lines = errors.iter().map(|error| {
                    let line =
                        source.text[..error.pos.start.min(source.text.len())].matches('\n').count() + 1;
                    format!("{}:{line}: {}", source.path, error.kind)
                });
                lines.collect::<Vec<_>>().join("\n")
            })?;
            all.add(&source.path, resource)?;
        }
        Ok(all)
    }

    fn add(&mut self, path: &str, resource: Resource<String>) -> Result<(), String> {
        let mut is_named = false;
        for mut entry in resource.body {
            match &mut entry {
                Entry::GroupComment(comment) => {
                    is_named = comment.content.first().is_some_and(|line| line.starts_with(NAMED));
                }
                Entry::Message(message) => {
                    let id = &message.id.name;
                    let own = message.value.iter_mut().map(|value| (None, value));
                    let parts = message.attributes.iter_mut();
                    let parts = parts.map(|part| (Some(part.id.name.clone()), &mut part.value));
                    for (part, pattern) in own.chain(parts) {
                        join_lines(pattern);
                        let mut parameters = Parameters::new();
                        find_parameters(pattern, &mut parameters);
                        let text =
                            Text { path: path.to_owned(), parameters, is_named, written: written(pattern) };
                        if self.texts.insert((id.clone(), part), text).is_some() {
                            return Err(format!("{path}: {id} stands there twice"));
                        }
                    }
                }
                Entry::Term(term) => join_lines(&mut term.value),
                _ => {}
            }
            if matches!(entry, Entry::Message(_) | Entry::Term(_)) {
                self.resource.body.push(entry);
            }
        }
        Ok(())
    }

    /// A language that nobody speaks, for tests: each text is in brackets. What stands without is in no catalogue.
    pub fn in_brackets(&self, code: &str) -> Texts {
        let mut resource = self.resource.clone();
        for entry in &mut resource.body {
            if let Entry::Message(message) = entry {
                let parts = message.attributes.iter_mut().map(|part| &mut part.value);
                for pattern in message.value.iter_mut().chain(parts) {
                    pattern.elements.insert(0, PatternElement::TextElement { value: "⟦".into() });
                    pattern.elements.push(PatternElement::TextElement { value: "⟧".into() });
                }
            }
        }
        Texts { code: code.to_owned(), locale: self.locale.clone(), resource, texts: BTreeMap::new() }
    }

    /// All of it, as the program reads it.
    pub fn ftl(&self) -> String {
        serializer::serialize(&self.resource)
    }

    /// In what it differs from the language that says which texts there are.
    fn differences(&self, first: &Texts) -> Vec<String> {
        let name = |(id, part): &Key| match part {
            Some(part) => format!("{id}.{part}"),
            None => id.clone(),
        };
        let mut found = Vec::new();
        for (key, text) in &first.texts {
            match self.texts.get(key) {
                None => found.push(format!("{}: {} is missing in {}", text.path, name(key), self.code)),
                Some(own) if !own.parameters.keys().eq(text.parameters.keys()) => {
                    let list = |text: &Text| text.parameters.keys().cloned().collect::<Vec<_>>().join(", ");
                    let (own_list, list) = (list(own), list(text));
                    found.push(format!("{}: {} has ({own_list}), not ({list})", own.path, name(key)));
                }
                Some(_) => {}
            }
        }
        let more = self.texts.iter().filter(|(key, _)| !first.texts.contains_key(key));
        found
            .extend(more.map(|(key, text)| format!("{}: {} is not in {}", text.path, name(key), first.code)));
        found
    }
}

/// Replaces the ends of lines within a paragraph: by a blank, as words have between them, or by nothing, as Chinese
/// characters do. An empty line is the end of a paragraph.
fn join_lines(pattern: &mut Pattern<String>) {
    let mut joined: Vec<PatternElement<String>> = Vec::new();
    for element in pattern.elements.drain(..) {
        match (joined.last_mut(), element) {
            (Some(PatternElement::TextElement { value: before }), PatternElement::TextElement { value }) => {
                before.push_str(&value);
            }
            (_, mut element) => {
                if let PatternElement::Placeable { expression: Expression::Select { variants, .. } } =
                    &mut element
                {
                    variants.iter_mut().for_each(|variant| join_lines(&mut variant.value));
                }
                joined.push(element);
            }
        }
    }
    for element in &mut joined {
        if let PatternElement::TextElement { value } = element {
            let mut text = String::with_capacity(value.len());
            let mut rest = value.as_str();
            while let Some((line, after)) = rest.split_once('\n') {
                text.push_str(line);
                rest = after.trim_start_matches('\n');
                let paragraphs = after.len() - rest.len();
                text.push_str(&"\n".repeat(paragraphs));
                if paragraphs == 0 && has_blank(text.chars().next_back(), rest.chars().next()) {
                    text.push(' ');
                }
            }
            text.push_str(rest);
            *value = text;
        }
    }
    // A line each, or it is written without what each line begins with.
    let lines = |element: PatternElement<String>| -> Vec<_> {
        match element {
            PatternElement::TextElement { value } => {
                let lines = value.split_inclusive('\n');
                lines.map(|line| PatternElement::TextElement { value: line.to_owned() }).collect()
            }
            element => vec![element],
        }
    };
    pattern.elements = joined.into_iter().flat_map(lines).collect();
}

/// Whether a blank is due between two lines that are joined where these stand; nothing for a parameter.
fn has_blank(before: Option<char>, after: Option<char>) -> bool {
    let is_wide = |c: Option<char>| c.is_some_and(|c| c >= '\u{2e80}');
    let is_mark = |c: Option<char>| {
        c.is_some_and(
            |c| matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}'),
        )
    };
    !(is_mark(before) || is_mark(after) || is_wide(before) && is_wide(after))
}

/// A text's parameters, and whether they are counted: where a plural hangs on them, they must be numbers.
fn find_parameters(pattern: &Pattern<String>, found: &mut Parameters) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        match expression {
            Expression::Inline(inline) => find_inline(inline, false, found),
            Expression::Select { selector, variants } => {
                find_inline(selector, variants.iter().any(is_plural), found);
                variants.iter().for_each(|variant| find_parameters(&variant.value, found));
            }
        }
    }
}

fn is_plural(variant: &Variant<String>) -> bool {
    match &variant.key {
        VariantKey::NumberLiteral { .. } => true,
        VariantKey::Identifier { name } => matches!(name.as_str(), "zero" | "one" | "two" | "few" | "many"),
    }
}

fn find_inline(inline: &InlineExpression<String>, is_counted: bool, found: &mut Parameters) {
    match inline {
        InlineExpression::VariableReference { id } => {
            *found.entry(id.name.clone()).or_default() |= is_counted;
        }
        InlineExpression::Placeable { expression } => {
            if let Expression::Inline(inline) = &**expression {
                find_inline(inline, is_counted, found);
            }
        }
        InlineExpression::FunctionReference { arguments, .. } => {
            arguments.positional.iter().for_each(|inline| find_inline(inline, true, found));
        }
        _ => {}
    }
}

/// A text in a line, its parameters in braces.
fn written(pattern: &Pattern<String>) -> String {
    let mut out = String::new();
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => out.push_str(value),
            PatternElement::Placeable {
                expression: Expression::Inline(InlineExpression::VariableReference { id }),
            } => {
                let _ = write!(out, "{{{}}}", id.name);
            }
            PatternElement::Placeable { .. } => out.push_str("{…}"),
        }
    }
    out.replace('\n', " ")
}

/// The Rust of all languages, of which the first says which texts there are.
///
/// # Errors
///
/// In what the others differ.
pub fn rust(languages: &[Texts]) -> Result<String, String> {
    let Some((first, others)) = languages.split_first() else { return Err("there is no language".into()) };
    let spoken = others.iter().filter(|language| !language.texts.is_empty());
    let found: Vec<_> = spoken.flat_map(|language| language.differences(first)).collect();
    if found.is_empty() {
        Ok(enumeration(languages) + &methods(languages, first))
    } else {
        Err(found.join("\n"))
    }
}

/// `Language`, and what there is of each.
fn enumeration(languages: &[Texts]) -> String {
    let mut code = String::from(
        "/// A language that is spoken to people.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]\npub enum Language {\n",
    );
    for (i, Texts { code: name, texts, .. }) in languages.iter().enumerate() {
        let what = match texts.is_empty() {
            true => "English in brackets: a language for tests, which has no other",
            false => "As its texts say",
        };
        let default = if i == 0 { "#[default] " } else { "" };
        let _ = writeln!(code, "    /// `{name}`. {what}.\n    {default}{},", variant(name));
    }
    let count = languages.len();
    let _ = writeln!(
        code,
        "}}\n\n/// Every language: its code, whose rules of plural it has, its texts.\n\
         const SOURCES: [(Language, &str, &str, &str); {count}] = ["
    );
    for Texts { code: name, locale, .. } in languages {
        let own = variant(name);
        let file = format!("include_str!(concat!(env!(\"OUT_DIR\"), \"/texts/{name}.ftl\"))");
        let _ = writeln!(code, "    (Language::{own}, {name:?}, {locale:?}, {file}),");
    }
    code += "];\n\n/// Those that one may ask for.\nconst ALL: &[Language] = &[";
    for language in languages.iter().filter(|language| !language.texts.is_empty()) {
        let _ = write!(code, "Language::{}, ", variant(&language.code));
    }
    code + "];\n\n"
}

/// A method for each text.
fn methods(languages: &[Texts], first: &Texts) -> String {
    // A parameter is a number where any language counts it.
    let counted = |key: &Key, parameter: &String| {
        let one =
            |one: &Texts| one.texts.get(key).and_then(|text| text.parameters.get(parameter)) == Some(&true);
        languages.iter().any(one)
    };
    let own = || first.texts.iter().filter(|(_, text)| !text.is_named);
    let plain: Vec<_> = own().filter(|(_, text)| text.parameters.is_empty()).map(|(key, _)| key).collect();
    let count = plain.len();
    let mut code = format!(
        "/// The texts without parameters.\nstatic PLAIN: [(&str, Option<&str>); {count}] = {plain:?};\n\n\
         impl Language {{\n"
    );
    for (key, text) in own() {
        let (id, part) = key;
        let name = method(id, part.as_deref());
        let parameters: Parameters =
            text.parameters.keys().map(|parameter| (parameter.clone(), counted(key, parameter))).collect();
        let _ = writeln!(code, "    /// {}", as_docs(&text.written));
        let _ = match plain.iter().position(|plain| *plain == key) {
            Some(place) => {
                writeln!(code, "    pub(crate) fn {name}(self) -> &'static str {{ self.plain({place}) }}\n")
            }
            None => {
                let given: String = parameters.iter().map(|(name, counted)| given(name, *counted)).collect();
                let body = format!("self.filled({id:?}, {part:?}, [{given}])");
                let declared = declared(&parameters);
                writeln!(code, "    pub(crate) fn {name}<'a>(self, {declared}) -> String {{ {body} }}\n")
            }
        };
        let under = (id.clone(), Some("text".to_owned()));
        if let (None, Some(body)) = (part, first.texts.get(&under)) {
            let mut all = parameters;
            for parameter in body.parameters.keys() {
                *all.entry(parameter.clone()).or_default() |= counted(&under, parameter);
            }
            code += &titled(id, text, body, &all);
        }
    }
    code + "}\n"
}

/// The method for a text with a title: both in one, of all parameters of both.
fn titled(id: &str, title: &Text, body: &Text, all: &Parameters) -> String {
    let call = |part: Option<&str>, text: &Text| {
        let parameters = text.parameters.keys();
        let list: String = parameters.map(|name| format!("{}.clone(), ", argument(name))).collect();
        let owned = if text.parameters.is_empty() { ".to_owned()" } else { "" };
        format!("self.{}({list}){owned}", method(id, part))
    };
    let value = |(name, counted): (&String, &bool)| {
        let name = argument(name);
        format!("let {name}: {} = {name}.into(); ", kind(*counted))
    };
    let values: String = all.iter().map(value).collect();
    format!(
        "    /// {}\n    pub(crate) fn {}<'a>(self, {}) -> Titled {{ {values}Titled {{ title: {}, text: {} }} }}\n\n",
        as_docs(&title.written),
        method(id, Some("titled")),
        declared(all),
        call(None, title),
        call(Some("text"), body),
    )
}

/// `En`
fn variant(code: &str) -> String {
    let mut name = code.replace('-', "_");
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

/// `why_read_closed`
fn method(id: &str, part: Option<&str>) -> String {
    let name = match part {
        Some(part) => format!("{id}_{part}"),
        None => id.to_owned(),
    };
    name.replace('-', "_")
}

fn argument(parameter: &str) -> String {
    parameter.replace('-', "_")
}

/// The type that a parameter is turned into.
fn kind(is_counted: bool) -> &'static str {
    if is_counted { "FluentNumber" } else { "FluentValue<'a>" }
}

fn declared(parameters: &Parameters) -> String {
    let one =
        |(name, counted): (&String, &bool)| format!("{}: impl Into<{}>, ", argument(name), kind(*counted));
    parameters.iter().map(one).collect()
}

fn given(parameter: &str, is_counted: bool) -> String {
    let name = argument(parameter);
    if is_counted {
        format!("({parameter:?}, FluentValue::Number({name}.into())), ")
    } else {
        format!("({parameter:?}, {name}.into()), ")
    }
}

/// A text as rustdoc shows it as it is written.
fn as_docs(text: &str) -> String {
    format!("`` {} ``", text.replace('`', "'"))
}
