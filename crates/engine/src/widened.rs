//! How does a file that an older callset wrote read under the schema that the lake has now?
//!
//! A field that was one value and is a list in a later callset is a list everywhere: what the older
//! files have is a list of one, and NULL stays NULL. Arrow's own cast makes `[NULL]` of NULL, which
//! would not be `IS NULL`.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, StructArray, new_null_array};
use arrow::buffer::OffsetBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::CastExpr;
use datafusion::physical_expr_adapter::{
    DefaultPhysicalExprAdapterFactory, PhysicalExprAdapter, PhysicalExprAdapterFactory,
};

/// Adapts expressions to files as DataFusion does, but for values that have become lists.
#[derive(Debug)]
pub(crate) struct ListsOfOne;

impl PhysicalExprAdapterFactory for ListsOfOne {
    fn create(
        &self,
        logical_file_schema: SchemaRef,
        physical_file_schema: SchemaRef,
    ) -> Result<Arc<dyn PhysicalExprAdapter>> {
        let inner = DefaultPhysicalExprAdapterFactory
            .create(logical_file_schema, Arc::clone(&physical_file_schema))?;
        Ok(Arc::new(Adapter {
            inner,
            physical_file_schema,
        }))
    }
}

#[derive(Debug)]
struct Adapter {
    inner: Arc<dyn PhysicalExprAdapter>,
    physical_file_schema: SchemaRef,
}

impl PhysicalExprAdapter for Adapter {
    fn rewrite(&self, expr: Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
        let adapted = self.inner.rewrite(expr)?;
        let rewrite = |expr: Arc<dyn PhysicalExpr>| {
            let Some(cast) = expr.downcast_ref::<CastExpr>() else {
                return Ok(Transformed::no(expr));
            };
            let target = Arc::clone(cast.target_field());
            let source = cast.expr().data_type(&self.physical_file_schema)?;
            if !becomes_list(&source, target.data_type()) {
                return Ok(Transformed::no(expr));
            }
            let expr = Arc::clone(cast.expr());
            let widened: Arc<dyn PhysicalExpr> = Arc::new(Widened { expr, target });
            Ok(Transformed::yes(widened))
        };
        adapted.transform(rewrite).data()
    }
}

/// Whether some value of the one type is a list in the other.
fn becomes_list(from: &DataType, to: &DataType) -> bool {
    match (from, to) {
        (DataType::Struct(from), DataType::Struct(to)) => to.iter().any(|field| {
            let before = from.iter().find(|before| before.name() == field.name());
            before.is_some_and(|before| becomes_list(before.data_type(), field.data_type()))
        }),
        (DataType::List(from), DataType::List(to)) => {
            becomes_list(from.data_type(), to.data_type())
        }
        (DataType::Struct(_) | DataType::Null, _) => false,
        (_, DataType::List(_)) => true,
        _ => false,
    }
}

/// An expression whose values become lists of one.
#[derive(Debug, Clone)]
struct Widened {
    expr: Arc<dyn PhysicalExpr>,
    target: FieldRef,
}

impl PartialEq for Widened {
    fn eq(&self, other: &Self) -> bool {
        self.expr.eq(&other.expr) && self.target == other.target
    }
}

impl Eq for Widened {}

impl Hash for Widened {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.expr.hash(state);
        self.target.hash(state);
    }
}

impl fmt::Display for Widened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "widened({} AS {})", self.expr, self.target.data_type())
    }
}

impl PhysicalExpr for Widened {
    fn data_type(&self, _input_schema: &Schema) -> Result<DataType> {
        Ok(self.target.data_type().clone())
    }

    fn nullable(&self, input_schema: &Schema) -> Result<bool> {
        self.expr.nullable(input_schema)
    }

    fn return_field(&self, _input_schema: &Schema) -> Result<FieldRef> {
        Ok(Arc::clone(&self.target))
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let array = self.expr.evaluate(batch)?.into_array(batch.num_rows())?;
        Ok(ColumnarValue::Array(widened(
            &array,
            self.target.data_type(),
        )?))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.expr]
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        let expr = children.pop().unwrap_or_else(|| Arc::clone(&self.expr));
        Ok(Arc::new(Widened {
            expr,
            target: Arc::clone(&self.target),
        }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CAST(")?;
        self.expr.fmt_sql(f)?;
        write!(f, " AS {})", self.target.data_type())
    }
}

/// The array in the wider type: structs field by field, lists item by item, a value as a list of
/// one, NULL as NULL.
fn widened(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    match (array.data_type(), to) {
        (from, to) if from == to => Ok(Arc::clone(array)),
        (DataType::Struct(_), DataType::Struct(fields)) => {
            let source = array.as_struct();
            let columns = fields
                .iter()
                .map(|field| match source.column_by_name(field.name()) {
                    Some(column) => widened(column, field.data_type()),
                    None => Ok(new_null_array(field.data_type(), source.len())),
                });
            let columns = columns.collect::<Result<Vec<_>>>()?;
            let nulls = source.nulls().cloned();
            Ok(Arc::new(StructArray::try_new(
                fields.clone(),
                columns,
                nulls,
            )?))
        }
        (DataType::List(_), DataType::List(item)) => {
            let source = array.as_list::<i32>();
            let values = widened(source.values(), item.data_type())?;
            let (offsets, nulls) = (source.offsets().clone(), source.nulls().cloned());
            Ok(Arc::new(ListArray::try_new(
                Arc::clone(item),
                offsets,
                values,
                nulls,
            )?))
        }
        (_, DataType::List(item)) => {
            let values = widened(array, item.data_type())?;
            let offsets = OffsetBuffer::from_repeated_length(1, values.len());
            let nulls = values.logical_nulls();
            Ok(Arc::new(ListArray::try_new(
                Arc::clone(item),
                offsets,
                values,
                nulls,
            )?))
        }
        _ => Ok(cast(array, to)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::Int32Array;
    use arrow::datatypes::{Field, Fields};

    fn list(item: DataType) -> DataType {
        DataType::List(Arc::new(Field::new_list_field(item, true)))
    }

    #[test]
    fn a_value_becomes_a_list_of_one_and_null_stays_null() {
        let values: ArrayRef = Arc::new(Int32Array::from(vec![Some(7), None]));
        let lists = widened(&values, &list(DataType::Float32)).unwrap();
        let lists = lists.as_list::<i32>();
        assert!(lists.is_valid(0) && lists.is_null(1));
        let first = lists.value(0);
        let floats = first.as_primitive::<arrow::datatypes::Float32Type>();
        assert_eq!(floats.values().as_ref(), [7.0]);
    }

    #[test]
    fn structs_are_widened_by_name_and_missing_fields_are_null() {
        let values: ArrayRef = Arc::new(Int32Array::from(vec![Some(7), None]));
        let fields = Fields::from(vec![Field::new("x", DataType::Int32, true)]);
        let source: ArrayRef = Arc::new(StructArray::new(fields, vec![values], None));
        let to = DataType::Struct(Fields::from(vec![
            Field::new("y", DataType::Int32, true),
            Field::new("x", list(DataType::Int32), true),
        ]));
        assert!(becomes_list(source.data_type(), &to));
        let found = widened(&source, &to).unwrap();
        let found = found.as_struct();
        assert_eq!(found.column(0).null_count(), 2);
        assert_eq!(found.column(1).as_list::<i32>().value_length(0), 1);
        assert!(found.column(1).is_null(1));
    }
}
