//! INSERT: the query's columns become the table's, by position or by name, and are stored as Spark's ANSI policy says.
//!
//! A plain INSERT commits on whatever others have added meanwhile, unless its query reads the table itself. What replaces rows
//! commits only on the version that it has read.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use lakesmith_base::Identifier;
use lakesmith_delta::OnVersion;
use lakesmith_delta::protocol::{CURRENT_DEFAULT, GENERATION_EXPRESSION};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::EngineError;
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_functions::Typed;
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::rules::within;
use lakesmith_functions::store_assignment::store;
use lakesmith_plan::{Attribute, Resolved};
use lakesmith_unresolved::command::Insert;
use lakesmith_unresolved::{Expression, ExpressionKind, NamePart, Relation, RelationKind, StructField};

use crate::lookup::TableOf;
use crate::row_rule::{RowRule, RuleText, constraints_of};
use crate::statement::Running;
use crate::statement::computed_column::{default_of, generated_rules, is_generated};
use crate::trouble::{Done, fault, not_built, placed};
use crate::write::{NewRows, add_parts};

/// The value that one of the table's columns takes.
enum Given<'a> {
    /// A column of the query.
    Query(&'a Attribute),
    /// A constant of PARTITION.
    Constant(&'a Attribute),
    /// Nothing: NULL.
    Nothing,
}

/// An INSERT whose rows only need to be computed and stored.
struct Checked<'i> {
    insert: &'i Insert,
    table: TableOf,
    /// The values of PARTITION.
    constants: Option<Resolved>,
    plan: LogicalPlan,
    rules: Vec<RowRule>,
    /// Whether the query reads the table itself.
    reads_itself: bool,
}

impl Running<'_> {
    pub(super) async fn insert(self, insert: &Insert) -> Done {
        let checked = self.checked(insert).await?;
        self.store(checked).await
    }

    /// Several INSERTs after one FROM: nothing is written unless all of them can be, and all read what was there before the first.
    pub(super) async fn inserts(self, inserts: &[Insert]) -> Done {
        let mut checked = Vec::new();
        for insert in inserts {
            checked.push(self.checked(insert).await?);
        }
        let mut written: Vec<String> = Vec::new();
        for mut next in checked {
            let folder = next.table.table.store().folder().to_owned();
            if written.contains(&folder) {
                next.table = self.session.table_to_change(&next.insert.table, "INSERT").await?;
            }
            self.store(next).await?;
            written.push(folder);
        }
        Ok(())
    }

    async fn checked<'i>(self, insert: &'i Insert) -> Done<Checked<'i>> {
        self.refuse_clauses(insert)?;
        let table = self.session.table_to_change(&insert.table, "INSERT").await?;
        let name = table.quoted();
        let schema = table.table.metadata().schema.clone();
        let partition_columns = table.table.metadata().partition_columns.clone();
        check_partition(insert, &partition_columns, &name)?;
        let (query, computed) = with_defaults(insert, &schema)?;
        let (resolved, notes) = self.session.resolve(&query, self.sources).await?;
        let constants = self.constants(insert).await?;
        let columns = within(&self.session.rules(), || assigned(insert, &schema, &resolved, &constants, &name))?;
        let plan = resolved_with(&resolved, &constants)?.project(columns).and_then(LogicalPlanBuilder::build);
        let plan = plan.map_err(|error| EngineError::from_datafusion("plan write", error))?;
        let given = given_columns(insert, &schema, &resolved, &constants, &name)?;
        let is_given = |field: &StructField| given.contains(&field.name) && !computed.contains(&field.name);
        let plan = self.computed(&schema, plan, CURRENT_DEFAULT, |field| !is_given(field)).await?;
        let plan = self.computed(&schema, plan, GENERATION_EXPRESSION, |field| !is_given(field)).await?;
        let mut rules = constraints_of(table.table.metadata());
        rules.extend(generated_rules(&schema, is_given));
        rules.extend(insert.replace_where.as_ref().map(|_| RuleText {
            name: "REPLACE WHERE".to_owned(),
            text: insert.replace_where_text.clone(),
            violation: Condition::DELTA_REPLACE_WHERE_MISMATCH,
        }));
        let (plan, rules) = self.session.with_rules(&schema, plan, rules).await?;
        let reads_itself = notes.tables.iter().any(|(folder, _)| folder == table.table.store().folder());
        Ok(Checked { insert, table, constants, plan, rules, reads_itself })
    }

    async fn store(self, checked: Checked<'_>) -> Done {
        let Checked { insert, mut table, constants, plan, rules, reads_itself } = checked;
        let name = table.quoted();
        let store = table.table.store().clone();
        let metadata = table.table.metadata().clone();
        let rows = NewRows { store: &store, table: &name, metadata: &metadata, plan, rules };
        let mut parts = self.session.write(rows).await?;
        let mut commit = self.session.commit_of("WRITE");
        let mode = if insert.overwrite || insert.replace_where.is_some() { "Overwrite" } else { "Append" };
        commit.parameters = vec![("mode".to_owned(), mode.to_owned())];
        commit.is_blind_append = mode == "Append" && !reads_itself;
        if mode == "Overwrite" || reads_itself {
            commit.on_version = OnVersion::Exactly(table.table.version());
        }
        add_parts(&mut commit, &parts);
        if insert.overwrite {
            commit.removes = self.overwritten(&mut table, &constants, &parts.files).await?;
        } else if insert.replace_where.is_some() {
            let predicate = insert.replace_where_text.clone();
            commit.parameters.push(("predicate".to_owned(), predicate.clone()));
            self.replace_where(&mut table, &predicate, &mut commit, &mut parts).await?;
        }
        self.finish(&mut table.table, commit, parts, &name).await
    }

    fn refuse_clauses(self, insert: &Insert) -> Done {
        let refuse = |what: &str, help: &str| Err(placed(not_built(what), &insert.table.origin).help(help).into());
        if insert.schema_evolution {
            return refuse("INSERT WITH SCHEMA EVOLUTION", "add the columns first: `ALTER TABLE … ADD COLUMNS`");
        }
        if insert.replace_on.is_some() || !insert.replace_using.is_empty() {
            return refuse("INSERT … REPLACE ON and REPLACE USING", "write `REPLACE WHERE` with a condition");
        }
        if insert.if_not_exists {
            return refuse("INSERT … PARTITION … IF NOT EXISTS", "leave out IF NOT EXISTS");
        }
        Ok(())
    }

    /// The values of PARTITION (a = 1), as columns of one row with the partition columns' names.
    async fn constants(self, insert: &Insert) -> Done<Option<Resolved>> {
        let given: Vec<(&NamePart, &Expression)> =
            insert.partition.iter().filter_map(|(column, value)| Some((column, value.as_ref()?))).collect();
        if given.is_empty() {
            return Ok(None);
        }
        let expressions = given.iter().map(|(column, value)| {
            let names = vec![(*column).clone()];
            let kind = ExpressionKind::Alias { child: Box::new((*value).clone()), names, metadata: None };
            Expression::new(kind, value.origin.clone())
        });
        let input = Relation::new(RelationKind::OneRow, insert.table.origin.clone());
        let kind = RelationKind::Project { input, expressions: expressions.collect() };
        let row = Relation::new(kind, insert.table.origin.clone());
        Ok(Some(self.session.resolve(&row, self.sources).await?.0))
    }
}

/// PARTITION names partition columns, each once.
fn check_partition(insert: &Insert, partition_columns: &[String], table: &str) -> Done {
    for (column, _) in &insert.partition {
        if partition_columns.is_empty() {
            let title = format!("table {table} is not partitioned");
            let fault = Diagnostic::error(Condition::INVALID_PARTITION_OPERATION_PARTITION_SCHEMA_IS_EMPTY, title);
            return Err(placed(fault, &column.origin).into());
        }
        if !partition_columns.iter().any(|known| column.text.matches(known)) {
            let title = format!("`{}` is no partition column of table {table}", column.text);
            let fault = placed(Diagnostic::error(Condition::PARTITIONS_NOT_FOUND, title), &column.origin);
            return Err(fault.help(format!("its partition columns are {}", partition_columns.join(", "))).into());
        }
    }
    Ok(())
}

/// The query's rows with the constants beside them, whose columns have names of their own.
fn resolved_with(resolved: &Resolved, constants: &Option<Resolved>) -> Done<LogicalPlanBuilder> {
    let rows = LogicalPlanBuilder::from(resolved.plan.clone());
    let Some(constants) = constants else { return Ok(rows) };
    let renamed = constants.output.iter().map(|column| column.column().alias(constant_name(column)));
    let joined = LogicalPlanBuilder::from(constants.plan.clone())
        .project(renamed)
        .and_then(LogicalPlanBuilder::build)
        .and_then(|one| rows.cross_join(one));
    Ok(joined.map_err(|error| EngineError::from_datafusion("plan write", error))?)
}

fn constant_name(column: &Attribute) -> String {
    format!("__lakesmith_partition.{}", column.name.folded())
}

/// The table's columns, each as its value is stored.
fn assigned(
    insert: &Insert,
    schema: &[StructField],
    resolved: &Resolved,
    constants: &Option<Resolved>,
    table: &str,
) -> Done<Vec<Expr>> {
    let constants = constants.as_ref().map_or(&[][..], |constants| &constants.output);
    let is_constant = |field: &StructField| constants.iter().any(|column| column.name == field.name);
    let open: Vec<&StructField> = schema.iter().filter(|field| !is_constant(field)).collect();
    let named = insert.by_name.then(|| by_name(insert, &open, resolved, table)).transpose()?;
    let pairs = match named {
        Some(pairs) => pairs,
        None => by_position(insert, &open, resolved, table)?,
    };
    let mut faults = Vec::new();
    let mut columns = Vec::new();
    for field in schema {
        let constant = constants.iter().find(|column| column.name == field.name).map(Given::Constant);
        let given = pairs.iter().find(|(name, _)| **name == field.name).map(|(_, column)| Given::Query(column));
        match value(field, constant.or(given).unwrap_or(Given::Nothing)) {
            Ok(expr) => columns.push(expr.alias(field.name.as_str())),
            Err(fault) => faults.push(placed(*fault, &insert.query.origin)),
        }
    }
    if faults.is_empty() { Ok(columns) } else { Err(crate::trouble::Trouble::Wrong(faults)) }
}

fn value(field: &StructField, given: Given<'_>) -> Result<Expr, Box<Diagnostic>> {
    let typed =
        |column: &Attribute, expr: Expr| Typed { expr, data_type: column.data_type.clone(), nullable: column.nullable };
    let stored = match given {
        Given::Query(column) => store(typed(column, column.column()), &field.data_type, field.name.as_str()),
        Given::Constant(column) => {
            let own = Expr::Column(datafusion::prelude::Column::new_unqualified(constant_name(column)));
            // as in Spark, a constant of PARTITION is cast
            cast(typed(column, own), &field.data_type, Mode::Ansi)
        }
        Given::Nothing => {
            let null = to_arrow(&field.data_type).ok().and_then(|arrow| ScalarValue::try_from(&arrow).ok());
            return Ok(Expr::Literal(null.unwrap_or(ScalarValue::Null), None));
        }
    };
    stored.map(|stored| stored.expr).map_err(|fault| {
        let mut diagnostic = Diagnostic::error(fault.condition, fault.title);
        diagnostic.help.extend(fault.help);
        Box::new(diagnostic)
    })
}

type Pairs<'a> = Vec<(&'a Identifier, &'a Attribute)>;

fn by_position<'a>(
    insert: &'a Insert,
    open: &[&'a StructField],
    resolved: &'a Resolved,
    table: &str,
) -> Done<Pairs<'a>> {
    let targets: Vec<&Identifier> = if insert.columns.is_empty() {
        let is_dynamic = |field: &StructField| insert.partition.iter().any(|(column, _)| column.text == field.name);
        // columns of PARTITION without a value come last
        let (dynamic, plain): (Vec<&StructField>, Vec<&StructField>) =
            open.iter().copied().partition(|field| is_dynamic(field));
        plain.into_iter().chain(dynamic).map(|field| &field.name).collect()
    } else {
        listed(insert, open)?
    };
    let given = resolved.output.len();
    if given != targets.len() {
        let quoted =
            |names: Vec<&Identifier>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let (condition, what) = if given < targets.len() {
            (Condition::INSERT_COLUMN_ARITY_MISMATCH_NOT_ENOUGH_DATA_COLUMNS, "not enough")
        } else {
            (Condition::INSERT_COLUMN_ARITY_MISMATCH_TOO_MANY_DATA_COLUMNS, "too many")
        };
        let title = format!("INSERT into {table} gives {what} columns: {given} for {}", targets.len());
        let data = quoted(resolved.output.iter().map(|column| &column.name).collect());
        let fault = placed(Diagnostic::error(condition, title), &insert.query.origin)
            .note(format!("table columns: {}", quoted(targets)))
            .note(format!("data columns: {data}"));
        return Err(fault.help("name the columns that are given: `INSERT INTO t (a, b) …`").into());
    }
    Ok(targets.into_iter().zip(&resolved.output).collect())
}

/// The columns of the list after the table.
fn listed<'a>(insert: &'a Insert, open: &[&'a StructField]) -> Done<Vec<&'a Identifier>> {
    let mut targets: Vec<&Identifier> = Vec::new();
    for column in &insert.columns {
        if targets.contains(&&column.text) {
            let title = format!("column `{}` stands twice", column.text);
            return Err(placed(Diagnostic::error(Condition::COLUMN_ALREADY_EXISTS, title), &column.origin).into());
        }
        let Some(field) = open.iter().find(|field| field.name == column.text) else {
            let names: Vec<String> = open.iter().map(|field| format!("`{}`", field.name)).collect();
            let title = format!("the table has no column `{}`", column.text);
            let fault = Diagnostic::error(Condition::UNRESOLVED_COLUMN_WITH_SUGGESTION, title);
            let help = format!("its columns are {}", names.join(", "));
            return Err(placed(fault, &column.origin).help(help).into());
        };
        targets.push(&field.name);
    }
    Ok(targets)
}

fn by_name<'a>(insert: &'a Insert, open: &[&'a StructField], resolved: &'a Resolved, table: &str) -> Done<Pairs<'a>> {
    if !insert.columns.is_empty() {
        let title = "INSERT BY NAME takes its columns from the query";
        return Err(fault(Condition::PARSE_SYNTAX_ERROR, title, &insert.table).help("leave out the list").into());
    }
    super::table_definition::distinct_names(resolved.output.iter().map(|column| &column.name))?;
    let is_known = |column: &&Attribute| open.iter().any(|field| field.name == column.name);
    let extra: Vec<String> =
        resolved.output.iter().filter(|column| !is_known(column)).map(|column| format!("`{}`", column.name)).collect();
    if !extra.is_empty() {
        let title = format!("INSERT gives columns that table {table} does not have: {}", extra.join(", "));
        let fault = Diagnostic::error(Condition::INCOMPATIBLE_DATA_FOR_TABLE_EXTRA_COLUMNS, title);
        return Err(placed(fault, &insert.query.origin).into());
    }
    Ok(open
        .iter()
        .filter_map(|field| {
            let column = resolved.output.iter().find(|column| column.name == field.name)?;
            Some((&field.name, column))
        })
        .collect())
}

/// The columns that a statement gives values for.
fn given_columns(
    insert: &Insert,
    schema: &[StructField],
    resolved: &Resolved,
    constants: &Option<Resolved>,
    table: &str,
) -> Done<Vec<Identifier>> {
    let constants = constants.as_ref().map_or(&[][..], |constants| &constants.output);
    let is_constant = |field: &StructField| constants.iter().any(|column| column.name == field.name);
    let open: Vec<&StructField> = schema.iter().filter(|field| !is_constant(field)).collect();
    let pairs = match insert.by_name {
        true => by_name(insert, &open, resolved, table)?,
        false => by_position(insert, &open, resolved, table)?,
    };
    let named = pairs.into_iter().map(|(name, _)| name.clone());
    Ok(named.chain(constants.iter().map(|column| column.name.clone())).collect())
}

/// The query with default values in place of DEFAULT, and the generated columns that DEFAULT stands for.
fn with_defaults(insert: &Insert, schema: &[StructField]) -> Done<(Relation, Vec<Identifier>)> {
    let query = &insert.query;
    let rows: Vec<&[Expression]> = match query.kind.as_ref() {
        RelationKind::InlineTable(rows) => rows.iter().map(Vec::as_slice).collect(),
        RelationKind::Project { expressions, .. } => vec![expressions],
        _ => return Ok((query.clone(), Vec::new())),
    };
    let is_default = |expression: &Expression| expression.kind == ExpressionKind::Default;
    if !rows.iter().any(|row| row.iter().any(is_default)) {
        return Ok((query.clone(), Vec::new()));
    }
    let is_fixed = |field: &&StructField| {
        insert.partition.iter().any(|(column, value)| column.text == field.name && value.is_some())
    };
    let targets: Vec<&StructField> = match insert.columns.is_empty() {
        true => schema.iter().filter(|field| !is_fixed(field)).collect(),
        false => {
            let of = |column: &NamePart| schema.iter().find(|field| field.name == column.text);
            insert.columns.iter().filter_map(of).collect()
        }
    };
    let mut computed = Vec::new();
    let mut defaults: Vec<Expression> = Vec::new();
    let null = ExpressionKind::Literal(lakesmith_unresolved::Literal::Null(lakesmith_unresolved::SparkType::Null));
    for (at, field) in targets.iter().enumerate() {
        let mut asked = rows.iter().filter_map(|row| row.get(at)).map(is_default);
        if is_generated(field) && asked.clone().any(|asked| asked) {
            if !asked.all(|asked| asked) {
                let what = format!("DEFAULT beside other values for the generated column `{}`", field.name);
                return Err(placed(not_built(&what), &query.origin).into());
            }
            computed.push(field.name.clone());
        }
        let default = default_of(field)?.map_or_else(|| null.clone(), |default| default.kind);
        defaults.push(Expression::new(default, query.origin.clone()));
    }
    let value = |(at, expression): (usize, &Expression)| match (is_default(expression), defaults.get(at)) {
        (true, Some(default)) => {
            let mut default = default.clone();
            default.for_each_mut(&mut |part| part.origin = expression.origin.clone());
            default.origin = expression.origin.clone();
            default
        }
        (true, None) => Expression::new(null.clone(), expression.origin.clone()),
        _ => expression.clone(),
    };
    let of = |row: &[Expression]| row.iter().enumerate().map(value).collect::<Vec<_>>();
    let kind = match query.kind.as_ref() {
        RelationKind::InlineTable(rows) => RelationKind::InlineTable(rows.iter().map(|row| of(row)).collect()),
        RelationKind::Project { input, expressions } => {
            RelationKind::Project { input: input.clone(), expressions: of(expressions) }
        }
        _ => return Ok((query.clone(), computed)),
    };
    Ok((Relation { kind: Box::new(kind), plan_id: query.plan_id, origin: query.origin.clone() }, computed))
}
