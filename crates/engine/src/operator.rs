//! A plan node of our own: an [`Operator`] says what it does with its inputs, [`OperatorExec`] is
//! all that DataFusion asks for beside.

use std::fmt::{self, Debug};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{
    BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet, RecordOutput,
};
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::future::BoxFuture;
use tokio::sync::mpsc::Sender;

/// What a plan node does.
pub(crate) trait Operator: Debug + Send + Sync + 'static {
    /// Its name in EXPLAIN.
    fn name(&self) -> &'static str;
    /// What EXPLAIN says beside the name.
    fn describe(&self) -> String;
    /// The columns that come out.
    fn schema(&self) -> SchemaRef;
    /// Whether its inputs are its own affair: nobody may cut, reorder or replace them, since their
    /// partitions mean something to it. The plan shows it as a leaf.
    fn owns_inputs(&self) -> bool {
        false
    }
    /// Whether rows of the one input may come in any number of partitions, so that more are better.
    fn benefits_from_partitions(&self) -> bool {
        false
    }
    /// Runs one partition to its end, sending what comes out.
    fn run(
        self: Arc<Self>,
        partition: usize,
        inputs: Inputs,
        output: Output,
    ) -> BoxFuture<'static, Result<()>>;
}

/// The inputs of an operator.
pub(crate) struct Inputs {
    pub(crate) plans: Vec<Arc<dyn ExecutionPlan>>,
    pub(crate) context: Arc<TaskContext>,
}

impl Inputs {
    /// Rows of one partition of one input.
    pub(crate) fn stream(
        &self,
        input: usize,
        partition: usize,
    ) -> Result<SendableRecordBatchStream> {
        self.plans[input].execute(partition, Arc::clone(&self.context))
    }

    /// How many rows a batch should have.
    pub(crate) fn batch_size(&self) -> usize {
        self.context.session_config().batch_size()
    }
}

/// Where an operator sends its rows.
pub(crate) struct Output {
    sender: Sender<Result<RecordBatch>>,
    metrics: BaselineMetrics,
}

/// Nobody reads the rows any more.
const NO_READER: &str = "no reader";

impl Output {
    /// Sends rows; an error when nobody reads them any more, which ends the operator quietly.
    pub(crate) async fn send(&self, batch: RecordBatch) -> Result<()> {
        let batch = batch.record_output(&self.metrics);
        self.sender
            .send(Ok(batch))
            .await
            .map_err(|_| DataFusionError::Execution(NO_READER.to_string()))
    }

    /// Times work that is the operator's own.
    pub(crate) fn timed<T>(&self, work: impl FnOnce() -> T) -> T {
        let _timer = self.metrics.elapsed_compute().timer();
        work()
    }
}

/// An operator in a plan.
pub(crate) struct OperatorExec<O> {
    pub(crate) operator: Arc<O>,
    children: Vec<Arc<dyn ExecutionPlan>>,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl<O: Operator> OperatorExec<O> {
    pub(crate) fn new(
        operator: O,
        children: Vec<Arc<dyn ExecutionPlan>>,
        partitions: usize,
    ) -> Self {
        Self::shared(Arc::new(operator), children, partitions)
    }

    pub(crate) fn shared(
        operator: Arc<O>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        partitions: usize,
    ) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(operator.schema()),
            Partitioning::UnknownPartitioning(partitions),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self {
            operator,
            children,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        }
    }
}

impl<O: Operator> Debug for OperatorExec<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OperatorExec").field(&self.operator).finish()
    }
}

impl<O: Operator> DisplayAs for OperatorExec<O> {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operator.name(), self.operator.describe())
    }
}

impl<O: Operator> ExecutionPlan for OperatorExec<O> {
    fn name(&self) -> &str {
        self.operator.name()
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        match self.operator.owns_inputs() {
            true => Vec::new(),
            false => self.children.iter().collect(),
        }
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![self.operator.benefits_from_partitions(); self.children().len()]
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if self.operator.owns_inputs() {
            return Ok(self);
        }
        let partitions = match (children.as_slice(), self.children.as_slice()) {
            // One input: its partitions are ours.
            ([child], [_]) => child.properties().partitioning.partition_count(),
            _ => self.properties.partitioning.partition_count(),
        };
        Ok(Arc::new(Self::shared(
            Arc::clone(&self.operator),
            children,
            partitions,
        )))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let mut builder = RecordBatchReceiverStream::builder(self.operator.schema(), 2);
        let output = Output {
            sender: builder.tx(),
            metrics: BaselineMetrics::new(&self.metrics, partition),
        };
        let inputs = Inputs {
            plans: self.children.clone(),
            context,
        };
        let run = Arc::clone(&self.operator).run(partition, inputs, output);
        builder.spawn(async move {
            match run.await {
                Err(DataFusionError::Execution(text)) if text == NO_READER => Ok(()),
                other => other,
            }
        });
        Ok(builder.build())
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}
