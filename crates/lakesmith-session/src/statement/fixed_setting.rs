//! Settings of Spark that say what statements mean, each with the only value that is built. Another value is refused, because
//! statements below it would silently mean something else.

/// Settings and their values, ordered by key.
const FIXED: &[(&str, &str)] = &[
    ("spark.sql.allowNamedFunctionArguments", "true"),
    ("spark.sql.analyzer.lowerEmptyGroupingSetToGlobalAggregate.enabled", "true"),
    ("spark.sql.ansi.doubleQuotedIdentifiers", "false"),
    ("spark.sql.ansi.enforceReservedKeywords", "false"),
    ("spark.sql.ansi.relationPrecedence", "false"),
    ("spark.sql.charAsVarchar", "false"),
    ("spark.sql.chunkBase64String.enabled", "true"),
    ("spark.sql.columnNameOfCorruptRecord", "_corrupt_record"),
    ("spark.sql.crossJoin.enabled", "true"),
    ("spark.sql.decimalOperations.allowPrecisionLoss", "true"),
    ("spark.sql.files.ignoreCorruptFiles", "false"),
    ("spark.sql.files.ignoreMissingFiles", "false"),
    ("spark.sql.function.concatBinaryAsString", "false"),
    ("spark.sql.function.eltOutputAsString", "false"),
    ("spark.sql.groupByAliases", "true"),
    ("spark.sql.groupByOrdinal", "true"),
    ("spark.sql.icu.caseMappings.enabled", "true"),
    ("spark.sql.jsonGenerator.ignoreNullFields", "true"),
    ("spark.sql.lateralColumnAlias.enableImplicitResolution", "true"),
    ("spark.sql.mapKeyDedupPolicy", "EXCEPTION"),
    ("spark.sql.optimizer.decorrelateExistsSubqueryLegacyIncorrectCountHandling.enabled", "false"),
    ("spark.sql.optimizer.decorrelateSubqueryLegacyIncorrectCountHandling.enabled", "false"),
    ("spark.sql.optimizer.pullOutNestedDataOuterRefExpressions.enabled", "true"),
    ("spark.sql.optimizer.scalarSubqueryUseSingleJoin", "true"),
    ("spark.sql.orderByOrdinal", "true"),
    ("spark.sql.parser.escapedStringLiterals", "false"),
    ("spark.sql.parser.quotedRegexColumnNames", "false"),
    ("spark.sql.parser.singleCharacterPipeOperator.enabled", "true"),
    ("spark.sql.path.enabled", "false"),
    ("spark.sql.pivotMaxValues", "10000"),
    ("spark.sql.preserveCharVarcharTypeInfo", "false"),
    ("spark.sql.prioritizeOrdinalResolutionInSort.enabled", "true"),
    ("spark.sql.readSideCharPadding", "true"),
    ("spark.sql.runSQLOnFiles", "true"),
    ("spark.sql.stableDerivedColumnAlias.enabled", "false"),
    ("spark.sql.variable.substitute", "true"),
];

/// What all settings of older behaviour begin with.
const LEGACY: &str = "spark.sql.legacy.";

/// Settings of older behaviour whose usual value is not `false`, without what they all begin with.
const USUAL: &[(&str, &str)] = &[
    ("ctePrecedencePolicy", "CORRECTED"),
    ("execution.pandas.groupedMap.assignColumnsByName", "true"),
    ("followThreeValuedLogicInArrayExists", "true"),
    ("histogramNumericPropagateInputType", "true"),
    ("literal.pickMinimumPrecision", "true"),
    ("replaceDatabricksSparkAvro.enabled", "true"),
    ("setCommandRejectsSparkCoreConfs", "true"),
    ("sizeOfNull", "true"),
    ("timeParserPolicy", "CORRECTED"),
    ("viewSchemaBindingMode", "true"),
];

/// The only value that a setting takes, if it is one of these.
pub(super) fn only_value(key: &str) -> Option<&'static str> {
    if let Some((_, value)) = FIXED.iter().find(|(known, _)| *known == key) {
        return Some(value);
    }
    let older = key.strip_prefix(LEGACY)?;
    Some(USUAL.iter().find(|(known, _)| *known == older).map_or("false", |(_, value)| value))
}
