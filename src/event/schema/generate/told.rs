//! The record in a server thread's ring, how it becomes a line, and what a filter sees of it.

use super::super::parse::{FieldRow, KindRow, Schema, camel};
use super::{TypeClass, class, line, names, pattern};
use std::fmt::Write as _;

/// What a server's thread writes down.
pub fn report(schema: &Schema) -> String {
    let mut code = String::new();
    line!(
        code,
        "/// What happened, as a server thread reports it; the payload, if any, lies beside it in the ring of bytes."
    );
    line!(code, "#[derive(Debug, Clone, Copy)]\n#[allow(missing_docs)]\npub enum Report {{");
    for kind in schema.kinds.iter().filter(|kind| kind.is_told) {
        line!(code, "/// {}", kind.doc);
        let told = kind.told().into_iter().map(|member| (&member.field.rust, &member.field.told));
        let all: Vec<_> = told.chain(kind.own.iter().map(|(name, ty)| (name, ty))).collect();
        if all.is_empty() {
            line!(code, "{},", kind.variant());
            continue;
        }
        let fields: String = all.iter().map(|(name, ty)| format!("{name}: {ty}, ")).collect();
        line!(code, "{} {{ {fields} }},", kind.variant());
    }
    line!(
        code,
        "}}\n/// The kinds that a server's threads report.\npub const REPORTED: &[Kind] = &[{}];\nimpl Report {{\n/// The kind of event that it is.\npub fn kind(&self) -> Kind {{ match self {{",
        names(schema, |kind| kind.is_told).replace(" | ", ", ")
    );
    for kind in schema.kinds.iter().filter(|kind| kind.is_told) {
        let rest = if kind.told().is_empty() && kind.own.is_empty() { "" } else { " { .. }" };
        line!(code, "Report::{v}{rest} => Kind::{v},", v = kind.variant());
    }
    let own_words = names(schema, |kind| {
        kind.name == "mark"
            || kind.payload().is_some_and(|field| field.ty == "list")
            || kind.told().iter().any(|member| member.field.told == "IsText")
    });
    line!(code, "}} }}\n/// Whether its payload is our own words, of which none is left out.");
    line!(code, "pub fn is_own_words(&self) -> bool {{ matches!(self.kind(), {own_words}) }} }}");
    code
}

/// Whether what a thread told of this stands between quotes.
fn is_quoted(told: &str) -> bool {
    !matches!(
        told,
        "i32"
            | "i64"
            | "u16"
            | "u32"
            | "u64"
            | "bool"
            | "Descriptor"
            | "Option<u16>"
            | "Ret"
            | "Failure"
            | "Known"
            | "ClassId"
            | "PieceCount"
    )
}

/// How a record becomes a line, and what a filter sees of it.
pub fn told(schema: &Schema) -> String {
    let mut code = String::new();
    line!(code, "impl LinePen<'_> {{\n/// What happened: its kind, and the fields that are its own.");
    line!(code, "#[inline(always)]\nfn report(&mut self, told: &Reported<'_>) {{ match told.record.what {{");
    for kind in schema.kinds.iter().filter(|kind| kind.is_told) {
        let told = kind.told();
        let mut body = format!("pen.raw({:?});", format!("{}\"", kind.name));
        for member in &kind.members {
            let FieldRow { name, rust, told: ty, .. } = &member.field;
            let key = format!(",\"{name}\":");
            if name == "conn" {
                body += "pen.conn(told.record);";
            } else if class(&member.field) == TypeClass::Payload && ty != "PieceCount" {
                let condition = match ty.as_str() {
                    "Brought" => "if ret.brought() ",
                    "Named" => "if op.has_key() ",
                    _ => "",
                };
                let how = if member.field.ty == "list" { "ready" } else { "bytes_of" };
                let key = if how == "ready" { key } else { key + "\"" };
                let _ = write!(body, "{condition}{{ pen.{how}({key:?}, told); }}");
            } else if told.iter().any(|other| other.field.name == *name) {
                let key = if is_quoted(ty) { key + "\"" } else { key };
                let _ = write!(body, "ReportedField::write({rust}, {key:?}, pen, told);");
            }
        }
        let own = if kind.own.is_empty() { pattern(&told) } else { pattern(&told).replace(" }", ", .. }") };
        let how = if kind.is_often {
            format!("{{ let pen = &mut *self; {body} }}")
        } else {
            format!("self.rarely(|pen| {{ {body} }})")
        };
        line!(code, "Report::{}{own} => {how},", kind.variant());
    }
    line!(code, "}} }} }}");
    code
}

/// What a filter sees of a record.
pub fn seen(schema: &Schema) -> String {
    let mut code = String::new();
    line!(code, "impl SeenByFilter<'_> {{\n/// A field that is the event's own, as a filter compares it.");
    line!(code, "fn own(&self, field: Field) -> Option<Value<'_>> {{ let told = self.told; match field {{");
    for field in schema.fields.iter().filter(|field| !matches!(class(field), TypeClass::Common)) {
        let mut arms = String::new();
        for kind in schema.kinds.iter().filter(|kind| kind.is_told) {
            for member in kind.told() {
                let name = &member.field.rust;
                let arm = match (member.field.name == field.name, field.name.as_str(), name.as_str()) {
                    (true, ..) if member.field.told != "PieceCount" => {
                        format!("ReportedField::value({name}, told)")
                    }
                    (_, "errno", "ret") => "ret.failure()".to_owned(),
                    _ => continue,
                };
                let _ = write!(arms, "Report::{} {{ {name}, .. }} => {arm}, ", kind.variant());
            }
            if let Some(payload) =
                kind.payload().filter(|payload| payload.name == field.name && payload.ty == "list")
            {
                let rest = if kind.told().is_empty() { "" } else { " { .. }" };
                let _ = write!(arms, "Report::{}{rest} => self.{}(), ", kind.variant(), payload.rust);
            }
        }
        if !arms.is_empty() {
            line!(code, "Field::{} => match told.record.what {{ {arms} _ => None }},", camel(&field.rust));
        }
    }
    line!(code, "_ => None, }} }} }}\n");

    line!(code, "/// Which field the bytes of what happened are.");
    line!(code, "fn bytes_field(what: &Report) -> Option<Field> {{ match *what {{");
    for kind in schema.kinds.iter().filter(|kind| kind.is_told) {
        let Some(payload) = kind.payload() else { continue };
        let condition = match payload.told.as_str() {
            "Brought" => " { ret, .. } if ret.brought()",
            "Named" => " { op, .. } if op.has_key()",
            _ if kind.told().is_empty() => "",
            _ => " { .. }",
        };
        let field = match payload.ty.as_str() {
            "bytes" => camel(&payload.rust),
            "pieces" => "Data".into(),
            _ => continue,
        };
        line!(code, "Report::{}{condition} => Some(Field::{field}),", kind.variant());
    }
    line!(code, "_ => None, }} }}");
    code
}

/// What a record is as an event: for whoever folds it.
pub fn kept(schema: &Schema) -> String {
    let mut code = String::new();
    line!(
        code,
        "/// Hands over what a thread reported as an event has it; but for text, which stands in its payload."
    );
    line!(code, "///");
    line!(
        code,
        "/// What is reported often has a way of its own through whoever takes it, on which the compiler knows the kind"
    );
    line!(code, "/// and leaves out all that is not about it.");
    line!(
        code,
        "#[inline(always)]\npub(super) fn fold<F: Folds>(report: &Report, taker: F) -> F::Out {{ match *report {{"
    );
    let often = |kind: &KindRow| kind.is_often;
    arms(&mut code, schema, often, |what| format!("taker.fold(&ManuallyDrop::new({what}))"));
    line!(code, "_ => taker.fold_seldom(&ManuallyDrop::new(what(report))), }} }}");
    line!(code, "/// What a thread reported, as an event has it.");
    line!(code, "#[cold]\nfn what(report: &Report) -> What {{ match *report {{");
    arms(&mut code, schema, |_| true, str::to_owned);
    line!(code, "}} }}");
    code
}

/// An arm for each of these kinds.
fn arms(code: &mut String, schema: &Schema, of: impl Fn(&KindRow) -> bool, with: impl Fn(&str) -> String) {
    for kind in schema.kinds.iter().filter(|kind| kind.is_told && of(kind)) {
        let told = kind.told();
        let own: Vec<_> = told.iter().copied().filter(|member| member.is_own()).collect();
        let is_all = kind.own.is_empty() && own.len() == told.len();
        let own = if is_all { pattern(&own) } else { pattern(&own).replace(" }", ", .. }") };
        let fields = kind.members.iter().filter(|member| member.is_own()).map(|member| {
            let FieldRow { name, rust, .. } = &member.field;
            let is_told = told.iter().any(|told| told.field.name == *name);
            match name.as_str() {
                "errno" if !is_told && told.iter().any(|told| told.field.name == "ret") => {
                    "errno: ret.error()".into()
                }
                _ if is_told && rust == "errno" => "errno: errno.error()".to_owned(),
                _ if is_told && rust == "ret" => "ret: ret.returned()".to_owned(),
                _ if is_told => format!("{rust}: Kept::kept({rust})"),
                _ => format!("{rust}: None"),
            }
        });
        let fields: Vec<_> = fields.collect();
        let fields = if fields.is_empty() { String::new() } else { format!(" {{ {} }}", fields.join(", ")) };
        let v = kind.variant();
        line!(code, "Report::{v}{own} => {},", with(&format!("What::{v}{fields}")));
    }
}
