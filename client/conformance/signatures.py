"""Expressions by the type of their result: `result: template`, where `{kind}` stands for an expression of that kind.

A kind is a type or a class of types (`CLASSES`). `=1` is the type that the first placeholder of a class got. A result of `?` has a
type that the generator does not know; it stands at the top of a SELECT list only.
"""

CLASSES = {
    "whole": ["tinyint", "smallint", "int", "bigint"],
    "num": ["tinyint", "smallint", "int", "bigint", "float", "double", "decimal(10,2)", "decimal(38,18)"],
    "ordered": ["int", "bigint", "double", "float", "decimal(10,2)", "string", "date", "timestamp", "boolean"],
    "atom": ["boolean", "tinyint", "int", "bigint", "float", "double", "decimal(10,2)", "decimal(38,18)", "string", "date", "timestamp"],
    "any": ["boolean", "int", "bigint", "double", "decimal(10,2)", "string", "binary", "date", "timestamp", "timestamp_ntz", "array<int>", "struct<x:int,y:string>"],
    "time": ["date", "timestamp"],
    "list": ["array<int>", "array<string>"],
}

SCALARS = """
boolean: {ordered} = {=1}
boolean: {ordered} <> {=1}
boolean: {ordered} < {=1}
boolean: {ordered} >= {=1}
boolean: {atom} <=> {=1}
boolean: {num} < {num}
boolean: {num} = {num}
boolean: {num} = {string}
boolean: {date} < {timestamp}
boolean: {boolean} AND {boolean}
boolean: {boolean} OR {boolean}
boolean: NOT {boolean}
boolean: {any} IS NULL
boolean: {any} IS NOT NULL
boolean: {boolean} IS TRUE
boolean: {boolean} IS NOT FALSE
boolean: {ordered} BETWEEN {=1} AND {=1}
boolean: {ordered} IN ({=1}, {=1}, NULL)
boolean: {num} IN ({num}, {num})
boolean: {ordered} NOT IN ({=1}, {=1})
boolean: {string} LIKE '%a%'
boolean: {string} LIKE '_b%'
boolean: {string} ILIKE 'Z%'
boolean: {string} RLIKE '^[a-z]+$'
boolean: startswith({string}, {string})
boolean: endswith({string}, {string})
boolean: contains({string}, {string})
boolean: isnan({double})
boolean: array_contains({array<int>}, {int})
boolean: exists({array<int>}, x -> x > 1)
boolean: forall({array<int>}, x -> x IS NOT NULL)
boolean: arrays_overlap({array<int>}, {array<int>})
boolean: {atom} IS DISTINCT FROM {=1}
boolean: CAST({string} AS BOOLEAN)
boolean: CAST({num} AS BOOLEAN)
=1: ({num} + {=1})
=1: ({num} - {=1})
=1: ({num} * {=1})
=1: ({num} % {=1})
=1: -{num}
=1: abs({num})
=1: coalesce({any}, {=1})
=1: nvl({atom}, {=1})
=1: nullif({ordered}, {=1})
=1: if({boolean}, {any}, {=1})
=1: CASE WHEN {boolean} THEN {any} ELSE {=1} END
=1: CASE WHEN {boolean} THEN {any} END
=1: greatest({ordered}, {=1})
=1: least({ordered}, {=1})
=1: ({whole} & {=1})
=1: ({whole} | {=1})
=1: ~{whole}
=1: pmod({num}, {=1})
?: nvl2({any}, {any}, {any})
?: {num} + {num}
?: {num} * {num}
?: {num} / {num}
?: {num} - {num}
?: {num} % {num}
?: coalesce({num}, {num})
?: coalesce({num}, {string})
?: if({boolean}, {num}, {num})
?: CASE WHEN {boolean} THEN {num} WHEN {boolean} THEN {num} ELSE {atom} END
?: greatest({num}, {num}, {num})
?: {decimal(38,18)} * {decimal(38,18)}
?: {decimal(38,18)} / {decimal(10,2)}
?: round({num}, 1)
?: round({num})
?: bround({num}, -1)
?: ceil({num})
?: floor({num})
?: floor({decimal(10,2)}, 1)
?: {date} - {date}
?: {timestamp} - {timestamp}
?: {date} + INTERVAL 1 MONTH
?: {timestamp} + INTERVAL '1 02:03:04' DAY TO SECOND
?: {date} - INTERVAL '1-2' YEAR TO MONTH
?: {timestamp_ntz} - INTERVAL 3 HOURS
?: INTERVAL 5 DAYS * {int}
?: INTERVAL '2-3' YEAR TO MONTH / {int}
?: make_dt_interval({int}, {int}, 3, 4.5)
?: make_ym_interval({int}, {int})
?: extract(YEAR FROM {date})
?: extract(SECOND FROM {timestamp})
?: date_part('WEEK', {date})
?: {map<string,int>}
?: {struct<x:int,y:string>}
?: array({num}, {num})
?: array({string}, {num})
?: map({string}, {num})
?: struct({any}, {any})
?: named_struct('k', {any}, 'v', {any})
?: transform({list}, x -> x)
?: transform({array<int>}, (x, i) -> x + i)
?: zip_with({array<int>}, {array<int>}, (x, y) -> coalesce(x, 0) + coalesce(y, 0))
?: array_position({array<int>}, {int})
?: map_keys({map<string,int>})
?: map_values({map<string,int>})
?: map_entries({map<string,int>})
?: map_filter({map<string,int>}, (k, v) -> v > 0)
?: from_json({string}, 'x INT, y STRING')
?: to_json({struct<x:int,y:string>})
?: struct({num}, {string}).col1
?: typeof({any})
?: hash({any}, {any})
?: xxhash64({any})
?: stack(2, {int}, {string}, {int}, {string})
?: explode({list})
?: posexplode({list})
?: sequence({tinyint}, {tinyint})
?: arrays_zip({array<int>}, {array<string>})
?: flatten(array({array<int>}, {array<int>}))
?: slice({list}, 1, 2)
?: try_divide({num}, {num})
?: try_add({int}, {int})
?: {int} DIV {int}
?: TIMESTAMP '2024-01-01 00:00:00' + {int} * INTERVAL 1 SECOND
?: width_bucket({double}, 0, 10, 5)
int: length({string})
int: char_length({string})
int: octet_length({string})
int: instr({string}, {string})
int: locate({string}, {string})
int: ascii({string})
int: levenshtein({string}, {string})
int: size({list})
int: year({date})
int: month({time})
int: day({date})
int: hour({timestamp})
int: minute({timestamp})
int: quarter({date})
int: dayofweek({date})
int: dayofyear({date})
int: weekofyear({date})
int: weekday({date})
int: datediff({date}, {date})
int: sign({int})
int: {struct<x:int,y:string>}.x
int: {map<string,int>}['a']
int: {array<int>}[0]
int: element_at({array<int>}, 1)
int: try_element_at({array<int>}, {int})
int: array_max({array<int>})
int: aggregate({array<int>}, 0, (acc, x) -> acc + coalesce(x, 0))
int: find_in_set({string}, 'a,b,abc')
int: CAST({num} AS INT)
int: CAST({string} AS INT)
int: try_cast({string} AS INT)
int: try_cast({bigint} AS INT)
int: unix_date({date})
int: crc32({binary}) % 1000
bigint: CAST({num} AS BIGINT)
bigint: unix_timestamp({timestamp})
bigint: unix_micros({timestamp})
bigint: factorial({int})
bigint: CAST({timestamp} AS BIGINT)
bigint: try_cast({string} AS BIGINT)
tinyint: CAST({int} AS TINYINT)
smallint: CAST({int} AS SMALLINT)
double: CAST({num} AS DOUBLE)
double: CAST({string} AS DOUBLE)
double: try_cast({string} AS DOUBLE)
double: {num} / {double}
double: sqrt({double})
double: power({double}, {double})
double: exp({double})
double: ln({double})
double: log10({double})
double: log({double}, {double})
double: sin({double})
double: atan2({double}, {double})
double: cbrt({double})
double: signum({num})
double: rint({double})
double: degrees({double})
double: months_between({date}, {date})
double: nanvl({double}, {double})
double: hypot({double}, {double})
float: CAST({num} AS FLOAT)
float: CAST({string} AS FLOAT)
decimal(10,2): CAST({num} AS DECIMAL(10,2))
decimal(10,2): try_cast({num} AS DECIMAL(10,2))
decimal(10,2): CAST({string} AS DECIMAL(10,2))
decimal(10,2): try_cast({string} AS DECIMAL(10,2))
decimal(38,18): CAST({num} AS DECIMAL(38,18))
string: upper({string})
string: lower({string})
string: trim({string})
string: ltrim({string})
string: rtrim({string})
string: trim(BOTH 'a' FROM {string})
string: concat({string}, {string})
string: concat({atom}, {atom})
string: {string} || {atom}
string: concat_ws('-', {string}, {string}, {array<string>})
string: substring({string}, {int}, {int})
string: substring({string}, 2)
string: substr({string}, 1, 3)
string: left({string}, 2)
string: right({string}, 2)
string: replace({string}, 'a', 'xx')
string: regexp_replace({string}, '[0-9]+', '#')
string: regexp_extract({string}, '([a-z]+)([0-9]*)', 1)
string: split({string}, ',')[0]
string: split_part({string}, '-', 2)
string: initcap({string})
string: lpad({string}, 5, '*')
string: rpad({string}, 7, 'ab')
string: repeat({string}, 2)
string: reverse({string})
string: translate({string}, 'abc', '12')
string: CAST({any} AS STRING)
string: CAST({atom} AS STRING)
string: date_format({timestamp}, 'yyyy-MM-dd HH:mm:ss')
string: date_format({date}, 'EEE, d MMM yyyy')
string: from_unixtime({bigint} % 100000)
string: format_number({num}, 2)
string: format_string('%s|%s', {any}, {int})
string: md5({binary})
string: sha2({string}, 256)
string: hex({string})
string: hex({bigint})
string: base64({binary})
string: bin({bigint})
string: conv({string}, 10, 16)
string: get_json_object({string}, '$.a')
string: to_char({decimal(10,2)}, '999.99')
string: {struct<x:int,y:string>}.y
string: {array<string>}[1]
string: array_join({array<string>}, '|', 'none')
string: soundex({string})
string: chr({int})
string: overlay({string} PLACING 'ZZ' FROM 2)
string: substring_index({string}, '-', 1)
string: elt(2, {string}, {string})
string: dayname({date})
binary: CAST({string} AS BINARY)
binary: unhex({string})
binary: encode({string}, 'UTF-8')
date: CAST({timestamp} AS DATE)
date: to_date({string})
date: try_cast({string} AS DATE)
date: CAST({string} AS DATE)
date: date_add({date}, {int})
date: date_sub({date}, {smallint})
date: add_months({date}, {int})
date: last_day({date})
date: next_day({date}, 'MON')
date: trunc({date}, 'MM')
date: make_date({int}, {int}, 1)
date: date_from_unix_date({int})
date: {date} + {smallint}
date: date({timestamp})
timestamp: CAST({date} AS TIMESTAMP)
timestamp: CAST({string} AS TIMESTAMP)
timestamp: try_cast({string} AS TIMESTAMP)
timestamp: to_timestamp({string})
timestamp: date_trunc('HOUR', {timestamp})
timestamp: date_trunc('WEEK', {timestamp})
timestamp: timestamp_seconds({int})
timestamp: timestampadd(HOUR, {int}, {timestamp})
timestamp: dateadd(DAY, {smallint}, {timestamp})
timestamp: make_timestamp({int}, 2, 28, 1, 2, 3.5)
timestamp_ntz: CAST({timestamp} AS TIMESTAMP_NTZ)
timestamp_ntz: CAST({string} AS TIMESTAMP_NTZ)
array<int>: array({int}, {int})
array<int>: sort_array({array<int>})
array<int>: sort_array({array<int>}, false)
array<int>: array_distinct({array<int>})
array<int>: array_union({array<int>}, {array<int>})
array<int>: array_intersect({array<int>}, {array<int>})
array<int>: array_except({array<int>}, {array<int>})
array<int>: array_remove({array<int>}, {int})
array<int>: array_append({array<int>}, {int})
array<int>: filter({array<int>}, x -> x > 0)
array<int>: reverse({array<int>})
array<int>: concat({array<int>}, {array<int>})
array<int>: array_compact({array<int>})
array<int>: transform({array<int>}, x -> x % 7)
array<string>: split({string}, '[, ]')
array<string>: array({string}, {string})
array<string>: transform({array<string>}, x -> upper(x))
array<string>: array_sort({array<string>})
map<string,int>: map({string}, {int})
map<string,int>: map_from_arrays(array('p', 'q'), array({int}, {int}))
struct<x:int,y:string>: named_struct('x', {int}, 'y', {string})
"""

AGGREGATES = """
count(*)
count({any})
count(DISTINCT {ordered})
sum({num})
sum({num})
sum(DISTINCT {int})
avg({num})
min({ordered})
max({ordered})
min({ordered}) FILTER (WHERE {boolean})
sum({int}) FILTER (WHERE {boolean})
count_if({boolean})
bool_and({boolean})
bool_or({boolean})
sort_array(collect_set({int}))
sort_array(collect_list({ordered}))
max_by({string}, id)
min_by({any}, id)
stddev({double})
var_pop({int})
corr({int}, {int})
approx_count_distinct({int})
percentile({int}, 0.5)
percentile_approx({int}, 0.5)
median({int})
bit_and({int})
try_sum({bigint})
try_avg({int})
sum({int}) + count({any})
max({string}) || 'x'
regr_count({int}, {int})
array_size(collect_list({any}))
"""

WINDOWS = """
row_number()
rank()
dense_rank()
lag({any})
lead({int}, 2, 0)
first_value({any})
last_value({atom})
nth_value({int}, 2)
ntile(3)
percent_rank()
cume_dist()
sum({int})
avg({num})
count({any})
min({ordered})
max({ordered})
collect_list({int})
"""
