//! The reference entry of a measure, made from what it declares.

use datafusion::logical_expr::Documentation;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;

use super::argument::{Argument, syntax};
use super::output::Shape;

/// Makes the entry.
pub(crate) fn documentation(
    name: &str,
    aliases: &[&str],
    arguments: &[Argument],
    shape: Shape,
    description: &str,
    example: &str,
) -> Documentation {
    let mut text = description.to_owned();
    match shape {
        Shape::Estimate | Shape::EstimateAnd(_) => text.push_str(
            "\n\nReturns a struct: `value, lower_cl, upper_cl, se, confidence, method, events, n, \
             status`",
        ),
        Shape::Struct(_) => text.push_str("\n\nReturns a struct: `"),
        Shape::List(_) => text.push_str("\n\nReturns a list of structs: `"),
        Shape::Cell(_) => {}
    }
    let own: &[_] = match shape {
        Shape::EstimateAnd(own) | Shape::Struct(own) | Shape::List(own) => own,
        Shape::Estimate | Shape::Cell(_) => &[],
    };
    let own: Vec<&str> = own.iter().map(|(name, _)| *name).collect();
    match shape {
        Shape::EstimateAnd(_) => text.push_str(&format!(", and `{}`.", own.join(", "))),
        Shape::Struct(_) | Shape::List(_) => text.push_str(&format!("{}`.", own.join(", "))),
        Shape::Estimate => text.push('.'),
        Shape::Cell(_) => {}
    }
    if !aliases.is_empty() {
        text.push_str(&format!("\n\nShort form: `{}`.", aliases.join("`, `")));
    }
    let mut builder = Documentation::builder(DOC_SECTION_OTHER, text, syntax(name, arguments));
    for argument in arguments {
        builder = builder.with_argument(argument.name, argument.doc);
    }
    builder.with_sql_example(example).build()
}
