//! `div(a, b)`: the quotient without its fraction, as `a // b`.

use arrow::datatypes::{DataType, FieldRef};
use datafusion::common::Result;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_MATH;
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature,
};

use super::operation::{Checked, Operation};

/// `//` under a name.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Div(Checked);

impl Div {
    pub(super) fn new() -> Self {
        Self(Checked::new(Operation::IntegerDivide))
    }
}

impl ScalarUDFImpl for Div {
    fn name(&self) -> &str {
        "div"
    }

    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.0.coerce_types(types)
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.0.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        self.0.return_field_from_args(args)
    }

    fn is_strict(&self) -> bool {
        true
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.0.invoke_with_args(args)
    }
}

pub(super) fn documentation() -> Documentation {
    Documentation::builder(
        DOC_SECTION_MATH,
        "The quotient without its fraction: `div(7, 2)` and `7 // 2` are 3, `-7 // 2` is -3. A \
         divisor of 0 is an error. `/` keeps the fraction, also between integers: `7 / 2` is 3.5.",
        "div(dividend, divisor)",
    )
    .with_alternative_syntax("dividend // divisor")
    .with_argument("dividend", "an integer or a float")
    .with_argument("divisor", "an integer or a float that is not 0")
    .with_sql_example("SELECT div(pos, 1000000) AS megabase, count(*) FROM variants GROUP BY 1;")
    .build()
}
