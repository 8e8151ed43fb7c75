//! Relations.
//!
//! Start reading at [`relation`]; the match names every case of the message, so a new one does not compile until it is read.

mod cleaning;
mod grouping;
mod join;
mod shape;
mod source;
mod user_function;

use lakesmith_unresolved::{PlanId, Relation, RelationKind};
use prost::Message as _;
use spark_connect_proto as proto;
use spark_connect_proto::relation::RelType;

use super::{ConversionError, Depth, catalog, origin, user_code};

pub(super) use source::{Arguments, sql_text};

type Kind = Result<RelationKind, ConversionError>;

/// A relation.
pub(super) fn relation(message: &proto::Relation, depth: Depth) -> Result<Relation, ConversionError> {
    let origin = origin::of_relation(message.common.as_ref());
    let Some(kind) = &message.rel_type else {
        return Err(ConversionError::OneOfNotSet { message: "spark.connect.Relation", field: "rel_type" });
    };
    Ok(Relation {
        kind: Box::new(kind_of(kind, depth)?),
        plan_id: message.common.as_ref().and_then(|common| common.plan_id).map(PlanId),
        origin,
    })
}

/// A relation that must be there.
pub(super) fn required(message: Option<&proto::Relation>, depth: Depth) -> Result<Relation, ConversionError> {
    match message {
        Some(message) => depth.descend(|depth| relation(message, depth)),
        None => Err(ConversionError::OneOfNotSet { message: "spark.connect.Relation", field: "rel_type" }),
    }
}

fn kind_of(kind: &RelType, depth: Depth) -> Kind {
    match kind {
        RelType::Read(message) => source::read(message),
        RelType::Sql(message) => source::sql(message, depth),
        RelType::LocalRelation(message) => source::local(message),
        RelType::CachedLocalRelation(message) => Ok(RelationKind::CachedLocalRelation(message.hash.clone())),
        RelType::ChunkedCachedLocalRelation(message) => source::chunked(message),
        RelType::CachedRemoteRelation(message) => Ok(RelationKind::CachedRemoteRelation(message.relation_id.clone())),
        RelType::Range(message) => source::range(message),
        RelType::RelationChanges(message) => source::changes(message),
        RelType::UnresolvedTableValuedFunction(message) => source::table_function(message, depth),
        RelType::Project(message) => shape::project(message, depth),
        RelType::Filter(message) => shape::filter(message, depth),
        RelType::Sort(message) => shape::sort(message, depth),
        RelType::Limit(message) => shape::limit(message, depth),
        RelType::Offset(message) => shape::offset(message, depth),
        RelType::Tail(message) => shape::tail(message, depth),
        RelType::Sample(message) => shape::sample(message, depth),
        RelType::Deduplicate(message) => grouping::deduplicate(message, depth),
        RelType::SubqueryAlias(message) => shape::subquery_alias(message, depth),
        RelType::Repartition(message) => shape::repartition(message, depth),
        RelType::RepartitionByExpression(message) => shape::repartition_by_expression(message, depth),
        RelType::ToDf(message) => shape::to_df(message, depth),
        RelType::ToSchema(message) => shape::to_schema(message, depth),
        RelType::WithColumns(message) => shape::with_columns(message, depth),
        RelType::WithColumnsRenamed(message) => shape::with_columns_renamed(message, depth),
        RelType::WithWatermark(message) => shape::with_watermark(message, depth),
        RelType::Drop(message) => shape::drop(message, depth),
        RelType::Hint(message) => shape::hint(message, depth),
        RelType::Parse(message) => shape::parse(message, depth),
        RelType::CollectMetrics(message) => shape::collect_metrics(message, depth),
        RelType::Aggregate(message) => grouping::aggregate(message, depth),
        RelType::Unpivot(message) => grouping::unpivot(message, depth),
        RelType::Transpose(message) => grouping::transpose(message, depth),
        RelType::Join(message) => join::join(message, depth),
        RelType::AsOfJoin(message) => join::as_of(message, depth),
        RelType::LateralJoin(message) => join::lateral(message, depth),
        RelType::NearestByJoin(message) => join::nearest_by(message, depth),
        RelType::SetOp(message) => join::set_operation(message, depth),
        RelType::Zip(message) => join::zip(message, depth),
        RelType::WithRelations(message) => join::with_relations(message, depth),
        RelType::MapPartitions(message) => user_function::map_partitions(message, depth),
        RelType::GroupMap(message) => user_function::group_map(message, depth),
        RelType::CoGroupMap(message) => user_function::co_group_map(message, depth),
        RelType::ApplyInPandasWithState(message) => user_function::with_state(message, depth),
        RelType::CommonInlineUserDefinedTableFunction(message) => {
            user_code::table_function(message, depth).map(RelationKind::UserDefinedTableFunction)
        }
        RelType::CommonInlineUserDefinedDataSource(message) => {
            let (name, command, python_version) = user_code::data_source(message)?;
            Ok(RelationKind::UserDefinedDataSource { name, command, python_version })
        }
        RelType::FillNa(message) => cleaning::fill(message, depth),
        RelType::DropNa(message) => cleaning::drop(message, depth),
        RelType::Replace(message) => cleaning::replace(message, depth),
        RelType::Summary(message) => cleaning::summary(message, depth),
        RelType::Describe(message) => cleaning::describe(message, depth),
        RelType::Crosstab(message) => cleaning::crosstab(message, depth),
        RelType::Cov(message) => cleaning::covariance(message, depth),
        RelType::Corr(message) => cleaning::correlation(message, depth),
        RelType::ApproxQuantile(message) => cleaning::approx_quantile(message, depth),
        RelType::FreqItems(message) => cleaning::frequent_items(message, depth),
        RelType::SampleBy(message) => cleaning::sample_by(message, depth),
        RelType::ShowString(message) => cleaning::show(message, depth),
        RelType::HtmlString(message) => cleaning::html(message, depth),
        RelType::Catalog(message) => catalog::catalog(message, depth).map(RelationKind::Catalog),
        RelType::MlRelation(message) => Ok(RelationKind::MachineLearning(message.encode_to_vec())),
        RelType::Extension(message) => {
            Ok(RelationKind::Extension { type_url: message.type_url.clone(), value: message.value.to_vec() })
        }
        RelType::Unknown(_) => {
            Err(ConversionError::Unsupported { message: "spark.connect.Relation", field: "unknown", number: 999 })
        }
    }
}
