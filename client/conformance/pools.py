"""Texts that functions read as something: patterns, paths, units, zones, positions. A placeholder in capital letters takes one.

Each pool has what works, what works differently from what one would expect, and a few that Spark refuses.
"""

POOLS = {
    "POSITION": ["0", "1", "-1", "2", "3", "-3", "100", "-100", "2147483647", "-2147483648", "CAST(NULL AS INT)"],
    "SCALE": ["0", "1", "2", "-1", "-3", "5", "18", "38"],
    "TYPE": [
        "BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL(10,2)", "DECIMAL(5,0)", "DECIMAL(38,18)",
        "DECIMAL(38,0)", "DECIMAL(3,3)", "STRING", "BINARY", "DATE", "TIMESTAMP", "TIMESTAMP_NTZ", "ARRAY<STRING>", "ARRAY<BIGINT>",
        "MAP<STRING,STRING>", "STRUCT<a:BIGINT,b:STRING>", "INTERVAL DAY TO SECOND", "INTERVAL YEAR TO MONTH",
    ],
    "DATE_PATTERN": [
        "'yyyy-MM-dd'", "'dd/MM/yyyy'", "'MMM d, yyyy'", "'EEEE'", "'D'", "'yy'", "'Q'", "'QQQ'", "'QQQQ'", "'G'", "'hh:mm a'", "'yyyyMMdd'",
        "'E, dd MMM yyyy HH:mm:ss'", "'SSS'", "'SSSSSS'", "'XXX'", "'z'", "'VV'", "'O'", "'Z'", "'x'", "''", "'yyyy-MM-dd''T''HH:mm:ss'",
        "'k'", "'K'", "'h'", "'H:m:s'", "'MMMM'", "'LLLL'", "'M'", "'L'", "'yyyyy'", "'y'", "'F'", "'w'", "'u'", "'e'", "'aa'", "'[yyyy]'", "'DDD'",
        "'yyyy-MM-dd HH:mm:ss.SSS'", "'''at'' HH'",
    ],
    "DATE_TEXT": [
        "'2024-02-29'", "'29/02/2024'", "'Feb 29, 2024'", "'20240229'", "'2024-02-29T12:30:45'", "'2024-02-29 12:30:45.123'", "'2023-02-29'",
        "'12:30 PM'", "'2024'", "'2024-2'", "'2024-2-9'", "' 2024-02-29 '", "'2024-02-29 24:00:00'", "'2024-02-29 12:30:45+02:00'",
        "'2024-02-29 12:30 Europe/Berlin'", "'12:30'", "'T12:30'", "'today'", "'epoch'", "'-0001-01-01'", "'+10000-01-01'", "'24-1-1'", "'abc'", "''",
        "'2024-02-29T12:30:45Z'", "'2024-13-01'",
    ],
    "DATE_UNIT": ["'YEAR'", "'yyyy'", "'QUARTER'", "'MONTH'", "'mm'", "'WEEK'", "'DAY'", "'HOUR'", "'abc'", "CAST(NULL AS STRING)"],
    "TIME_UNIT": ["'YEAR'", "'quarter'", "'MON'", "'WEEK'", "'DD'", "'HOUR'", "'minute'", "'SECOND'", "'MILLISECOND'", "'MICROSECOND'", "'abc'"],
    "FIELD": [
        "YEAR", "YEAROFWEEK", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFWEEK", "DOW", "DAYOFWEEK_ISO", "DOY", "HOUR", "MINUTE", "SECOND", "MONS", "ABC",
    ],
    "ADD_UNIT": ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"],
    "ZONE": ["'UTC'", "'Europe/Berlin'", "'America/New_York'", "'Asia/Kolkata'", "'+02:00'", "'-8:30'", "'GMT+1'", "'PST'", "'Mars'", "'Z'"],
    "WEEKDAY": ["'MO'", "'tue'", "'Wednesday'", "'SU'", "'abc'"],
    "REGEX": [
        "'a'", "'[aeiou]'", "'(\\\\d+)'", "'(\\\\w)(\\\\w)'", "'^\\\\s*|\\\\s*$'", "'.'", "''", "'(?i)A'", "'b|c'", "'(a)(z)?'", "'\\\\b'", "'[^a-z]+'", "'x*'",
        "'('", "'\\\\p{L}'", "'(?<n>a)'", "'a{1,2}'", "'(?=b)'", "r'\\d'",
    ],
    "REPLACEMENT": ["'-'", "''", "'$0$0'", "'<$1>'", "'\\\\$'", "'$2'", "'x'"],
    "LIKE": ["'%'", "'_'", "'a%'", "'%b%'", "'__c'", "''", "'\\\\%'", "'%\\\\_%'", "'A%'", "'%ü%'"],
    "JSON": [
        "'{\"a\":1,\"b\":\"x\"}'", "'{\"a\":{\"b\":[1,2,{\"c\":null}]}}'", "'[1,2,3]'", "'{\"a\":1.50,\"b\":true}'", "'{\"a\":\"1\",\"b\":2}'", "'{bad'", "''", "'null'",
        "'{\"a\":null}'", "'[{\"a\":1},{\"a\":2}]'", "'{\"A\":1,\"a\":2}'", "'\"text\"'", "'12'", "'{\"a\":\"2024-01-31\",\"t\":\"2024-01-31T01:02:03\"}'",
        "'{\"a\":1e400,\"b\":12345678901234567890}'", "'{\"a\":[1,\"2\",null]}'", "'{\"a\" : 1 , }'", "'{\"a\":1}{\"a\":2}'",
    ],
    "JSON_PATH": ["'$'", "'$.a'", "'$.a.b'", "'$.a.b[1]'", "'$.a.b[2].c'", "'$[0]'", "'$[*].a'", "'$.a.b[*]'", "'$[\\'a\\']'", "'$.*'", "'a'", "'$..a'", "'$.x'"],
    "JSON_SCHEMA": [
        "'a INT'", "'a INT, b STRING'", "'a STRING'", "'a STRUCT<b: ARRAY<INT>>'", "'ARRAY<INT>'", "'a DOUBLE, b BOOLEAN'", "'MAP<STRING,STRING>'",
        "'ARRAY<STRUCT<a: INT>>'", "'a DATE, t TIMESTAMP'", "'a DECIMAL(5,1)'", "'a ARRAY<STRING>'", "'MAP<STRING,INT>'",
    ],
    "CSV": ["'1,abc'", "'1,\"a,b\"'", "',x'", "''", "'1;2'", "'a,b,c'", "' 1 , x '", "'2024-01-31,1.5'", "'1'"],
    "CSV_SCHEMA": ["'a INT, b STRING'", "'a STRING'", "'a DATE, b DOUBLE'", "'a INT, b INT, c INT'"],
    "FORMAT": ["'%d'", "'%5d|'", "'%-5d|'", "'%05d'", "'%,d'", "'%+d'", "'%x'", "'%X'", "'%o'", "'%s'", "'%10s|'", "'%%'", "'%c'", "'%(d'", "'%1$s %1$s'", "'%b'", "'%h'"],
    "FLOAT_FORMAT": ["'%f'", "'%.2f'", "'%10.3f|'", "'%e'", "'%.3E'", "'%g'", "'%,.1f'", "'%+.0f'", "'%s'", "'%a'"],
    "NUMBER_PATTERN": [
        "'999'", "'999.99'", "'000.00'", "'$9,999.99'", "'S999.9'", "'999.99MI'", "'999.99PR'", "'9G999D99'", "'99999999999.99'", "'L99.9'", "'9.9.9'", "'0'",
    ],
    "DECIMAL_PATTERN": ["'#,##0.00'", "'0'", "'000.0#'", "'#.##'", "'0.00E0'", "'$#'", "''", "'#,###,###'", "'0.0%'"],
    "NUMBER_TEXT": ["'12'", "'-1.5'", "'$1,234.50'", "' 7 '", "'1e3'", "'+5'", "'.5'", "'5.'", "'0x1A'", "'NaN'", "'infinity'", "'1_000'", "'9223372036854775808'", "'1.5D'", "'١'"],
    "FLAG_TEXT": ["'true'", "'T'", "'yes'", "'y'", "'1'", "'no'", "'F'", "'off'", "' true '", "'0'", "''"],
    "INTERVAL": [
        "INTERVAL 1 DAY", "INTERVAL '1' MONTH", "INTERVAL '1-2' YEAR TO MONTH", "INTERVAL '3 04:05:06.7' DAY TO SECOND", "INTERVAL -2 HOURS", "INTERVAL 90 MINUTES",
        "INTERVAL '-10' SECOND", "INTERVAL 2 YEARS 3 MONTHS", "INTERVAL 1 WEEK", "INTERVAL '1.5' SECOND", "INTERVAL 1 DAY 2 HOURS", "INTERVAL 3 MILLISECONDS",
    ],
    "CODE": ["'UTF-8'", "'utf-8'", "'US-ASCII'", "'ISO-8859-1'", "'UTF-16'", "'UTF-16BE'", "'UTF-32'", "'abc'"],
    "TEXT": ["'a'", "''", "' '", "'Zürich'", "'東京 😀'", "'a-b-c'", "'AbC'", "'a,b,,c'", "'  x y  '", "'e\\u0301'", "'ß'", "'İ'", "'http://u:p@h.org:80/p/a?q=1&r=a%20b#f'", "'100%'", "'tab\\there'", "'it''s'"],
    "URL_PART": ["'HOST'", "'PATH'", "'QUERY'", "'REF'", "'PROTOCOL'", "'FILE'", "'AUTHORITY'", "'USERINFO'", "'abc'"],
    "DECIMAL": [
        "1.5BD", "CAST(1 AS DECIMAL(1,0))", "CAST(99999 AS DECIMAL(5,0))", "CAST('0.123' AS DECIMAL(3,3))", "CAST('1e37' AS DECIMAL(38,0))", "-0.000001BD",
        "CAST('12345678901234567890.123456789' AS DECIMAL(38,9))", "CAST('-1.005' AS DECIMAL(20,10))", "0BD", "12345.678", "CAST(NULL AS DECIMAL(7,4))",
    ],
    "NUMBER": [
        "1Y", "-128Y", "300S", "32767S", "5", "-7", "2147483647", "9223372036854775807L", "1.5F", "2.5D", "1e10", "0.1", "-3.75BD", "0", "100L", "1e-5D",
        "3.4028234E38F", "123456789012.345BD", "'5'", "'2.5'", "NULL", "true",
    ],
    "VALUE": [
        "1", "2L", "1.5", "2.5D", "'a'", "'1'", "true", "DATE'2024-02-29'", "TIMESTAMP'2024-02-29 12:00:00'", "TIMESTAMP_NTZ'2024-02-29 12:00:00'", "X'61'", "NULL",
        "1Y", "2S", "1.5F", "array(1, 2)", "array('a')", "map('a', 1)", "named_struct('x', 1)", "INTERVAL 1 DAY", "INTERVAL 1 YEAR", "CAST(1 AS DECIMAL(20,5))", "'2024-02-29'",
    ],
}
