"""The tables that queries read: those of generated queries, and those that Spark's golden files expect."""

COLUMNS = {
    "t": {
        "id": "int", "b": "boolean", "ti": "tinyint", "si": "smallint", "i": "int", "l": "bigint", "f": "float",
        "d": "double", "n": "decimal(10,2)", "nn": "decimal(38,18)", "s": "string", "h": "binary", "dt": "date",
        "ts": "timestamp", "tn": "timestamp_ntz", "a": "array<int>", "sa": "array<string>", "m": "map<string,int>",
        "r": "struct<x:int,y:string>",
    },
    "u": {"id": "int", "g": "string", "v": "bigint", "w": "double", "dt": "date", "n": "decimal(10,2)"},
    "e": {"id": "int", "s": "string", "d": "double"},
    "o": {
        "id": "int", "b": "boolean", "i": "int", "l": "bigint", "d": "double", "n": "decimal(10,2)", "s": "string", "dt": "date", "ts": "timestamp",
        "tn": "timestamp_ntz", "a": "array<int>", "sa": "array<string>", "m": "map<string,int>", "r": "struct<x:int,y:string>", "ad": "array<double>",
        "da": "array<date>", "mk": "map<int,string>", "ps": "array<struct<x:int,y:string>>", "dts": "dts", "yms": "yms",
    },
    "c": {
        "id": "int", "p": "array<struct<x:int,y:string>>", "q": "map<string,array<int>>", "rr": "struct<p:struct<q:int,r:string>,z:array<string>>",
        "aa": "array<array<int>>", "k": "decimal(5,0)", "kk": "decimal(38,0)", "mi": "map<int,string>", "da": "array<date>", "dd": "array<double>", "j": "string",
    },
}

# kinds of the generator that are no type's name
TYPES = {"dts": "INTERVAL DAY TO SECOND", "yms": "INTERVAL YEAR TO MONTH"}

# NULL in each column, numbers at their limits, zeros of both signs, texts that are empty, blank, longer in bytes than in
# characters, or no number, dates before 1582 and far away, nested values that are empty or hold NULL
ROWS = {
    "t": [
        "1, true, 1, 1, 1, 1, 1.0, 1.0, 1.00, 1, 'a', X'61', '2024-01-31', '2024-01-31 12:34:56.789', '2024-01-31 12:34:56.789', array(1, 2, 3), array('a', 'b'), map('a', 1, 'b', 2), named_struct('x', 1, 'y', 'a')",
        "2, false, -128, -32768, -2147483648, -9223372036854775808, '-Infinity', '-Infinity', -99999999.99, -12345678901234567890.123456789012345678, '', X'', '0001-01-01', '0001-01-01 00:00:00', '0001-01-01 00:00:00', array(), array(), map(), named_struct('x', NULL, 'y', '')",
        "3, true, 127, 32767, 2147483647, 9223372036854775807, 'Infinity', 'Infinity', 99999999.99, 12345678901234567890.123456789012345678, 'Zürich 東京 😀', X'00FF', '9999-12-31', '9999-12-31 23:59:59.999999', '9999-12-31 23:59:59.999999', array(NULL, 2147483647), array('', NULL, 'x y'), map('z', NULL), named_struct('x', 7, 'y', NULL)",
        "4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        "5, false, 0, 0, 0, 0, 'NaN', 'NaN', 0.00, 0, ' 12 ', X'3132', '1582-10-04', '1582-10-04 01:02:03.000004', '1582-10-04 01:02:03.000004', array(0), array('12', 'abc'), map('', 0), named_struct('x', 0, 'y', '12')",
        "6, true, -1, -1, -1, -1, '-0.0', '-0.0', -0.01, -0.000000000000000001, 'abc', X'616263', '1970-01-01', '1969-12-31 23:59:59.999999', '1969-12-31 23:59:59.999999', array(3, 1, 2, 1), array('b', 'a', 'B'), map('k', -1), named_struct('x', -1, 'y', 'abc')",
        "7, false, 7, 300, 70000, 5000000000, 1.5, 2.5, 12.35, 0.5, '2024-02-29', X'E38182', '2000-02-29', '2000-02-29 00:00:00', '2000-02-29 00:00:00', array(5, NULL, 5), array('2024-02-29'), map('a', 5, 'c', NULL), named_struct('x', 5, 'y', 'Z')",
        "8, true, 10, 100, 1000, 10000, 3.4028235E38, 1.7976931348623157E308, 0.50, 1.5, '-1.5e3', X'2D31', '2023-12-31', '2023-12-31 23:59:59', '2023-12-31 23:59:59', array(-5, 10), array('A,b', 'c'), map('q', 10), named_struct('x', 10, 'y', 'q')",
    ],
    "u": [
        "1, 'a', 10, 1.5, '2024-01-01', 1.00", "1, 'b', 20, -0.0, '2024-02-01', 2.50", "2, 'a', NULL, 'NaN', NULL, NULL",
        "3, NULL, 30, NULL, '1999-12-31', -3.33", "NULL, 'a', 40, 4.25, '2024-01-01', 0.00", "5, 'c', 10, 0.0, '2024-01-31', 1.00",
        "7, '', -5, 2.5, '1582-10-15', 7.77", "9, 'b', 20, 1.5, '2024-01-01', 1.00",
    ],
    "e": ["1, '', 1.0"],
    "o": [
        "1, true, 3, 100, 1.5, 12.50, 'ann', '2024-01-15', '2024-01-15 08:30:00', '2024-01-15 08:30:00', array(1, 2, 3), array('a', 'b'), map('a', 1), named_struct('x', 1, 'y', 'ann'), array(1.5, 2.5), array('2024-01-01'), map(1, 'one'), array(named_struct('x', 1, 'y', 'p')), '1 00:00:00', '1-2'",
        "1, false, 5, 200, 2.5, 0.99, 'bob', '2024-01-31', '2024-01-31 23:59:59.5', '2024-02-01 00:00:00', array(2), array('b'), map('b', 2, 'c', NULL), named_struct('x', 2, 'y', 'bob'), array(0.0, NULL), array('2024-02-29', NULL), map(2, 'two', 3, 'drei'), array(named_struct('x', 2, 'y', 'q'), named_struct('x', 3, 'y', NULL)), '-0 01:30:00', '0-1'",
        "2, NULL, 3, NULL, -0.25, 3.00, 'ann', '2024-02-29', '2024-03-31 02:30:00', NULL, array(), array(), map(), NULL, array(), array(), map(), array(), NULL, NULL",
        "3, true, NULL, 7, NULL, NULL, NULL, NULL, NULL, '2023-12-31 12:00:00', NULL, NULL, NULL, named_struct('x', NULL, 'y', ''), NULL, NULL, NULL, NULL, '0 00:00:00', '-2-0'",
        "4, false, -2, 100, 0.0, -7.25, 'Çelik', '2023-06-01', '2023-06-01 00:00:00', '2023-06-01 00:00:00', array(NULL, 4), array('x', NULL), map('a', 5), named_struct('x', 4, 'y', 'o'), array(4.0), array('2023-06-01'), map(1, NULL), array(NULL), '10 12:34:56.789', '0-0'",
        "5, true, 5, 0, 1.5, 12.50, '', '2024-01-15', '2024-01-15 08:30:00', '2024-01-15 08:30:00', array(3, 3, 1), array('a', 'a'), map('z', 9), named_struct('x', 1, 'y', 'ann'), array(1.5, 1.5), array('2024-01-15', '2024-01-14'), map(7, 'sieben'), array(named_struct('x', 7, 'y', 'z')), '1 00:00:00', '1-2'",
        "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        "8, false, 12, -50, 10.0, 100.00, '12', '2000-02-29', '2000-02-29 12:00:00', '2000-02-29 12:00:00', array(12), array('12'), map('k', 12), named_struct('x', 12, 'y', '12'), array(-1.0, 10.0), array('2000-02-29'), map(-1, ''), array(named_struct('x', 12, 'y', '')), '0 00:00:00.000001', '0-11'",
    ],
    "c": [
        "1, array(named_struct('x', 1, 'y', 'a'), named_struct('x', 2, 'y', NULL)), map('a', array(1, 2), 'b', array()), named_struct('p', named_struct('q', 1, 'r', 'ä'), 'z', array('u', 'v')), array(array(1, 2), array(3)), 12345, 99999999999999999999999999999999999999, map(1, 'one', 2, NULL), array('2024-02-29', NULL), array(1.0, 'NaN', -0.0, 0.0, NULL), '{\"a\":1,\"b\":[1,{\"c\":null}]}'",
        "2, array(), map(), named_struct('p', NULL, 'z', array()), array(), 0, 0, map(), array(), array(), ''",
        "3, array(NULL, named_struct('x', NULL, 'y', '')), map('a', NULL, 'é', array(NULL, 2147483647)), named_struct('p', named_struct('q', NULL, 'r', NULL), 'z', array(NULL, 'w')), array(NULL, array(NULL, 7)), -99999, -1, map(-1, ''), array('0001-01-01', '9999-12-31'), array('Infinity', '-Infinity', 1e300), '{\"a\":\"x\",\"a\":2}'",
        "4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
    ],
}


def query(name, placed=False):
    """The query that gives a table's rows, with a column `place` that numbers them where it is asked for."""
    kinds = COLUMNS[name]
    names = [f"c{at}" for at in range(len(kinds))]
    chosen = ", ".join(f"CAST({at} AS {TYPES.get(kind, kind)}) AS {column}" for at, (column, kind) in zip(names, kinds.items()))
    # a column of rows may have texts for numbers that have no literal, so each row is a query of its own
    rows = []
    for place, row in enumerate(ROWS[name]):
        number = f", {place} AS place" if placed else ""
        rows.append(f"SELECT {chosen}{number} FROM (SELECT {row}) AS v({', '.join(names)})")
    return " UNION ALL ".join(rows) + (" WHERE c0 < 0" if name == "e" else "")


TABLES = {name: query(name) for name in COLUMNS}

NUMBERS = "unique1 unique2 two four ten twenty hundred thousand twothousand fivethous tenthous odd even"
TENK = ", ".join([f"{name} INT" for name in NUMBERS.split()] + [f"{name} STRING" for name in ("stringu1", "stringu2", "string4")])
LETTERS = "abcde"


FILES = (("aggtest", "agg", "a INT, b FLOAT"), ("onek", "onek", TENK), ("tenk1", "tenk", TENK))


def on_spark(text, folder):
    """Names of the tables of Spark's tests of which a file speaks, with a query of Spark or what reads them."""
    made = {name: query for name, query in queries().items() if name in text}
    for name, file, schema in FILES:
        if folder and name in text:
            path = str(folder / "postgresql" / f"{file}.data")
            made[name] = lambda spark, path=path, schema=schema: spark.read.csv(path, schema=schema, sep="\t")
    return made


def golden(text, folder):
    """Statements that make the tables of Spark's tests of which a file speaks."""
    made = queries()
    if folder:
        read = "SELECT * FROM read_files('{}', format => 'csv', sep => '\\t', schema => '{}', includeExistingFiles => true)"
        for name, file, schema in FILES:
            made[name] = read.format(folder / "postgresql" / f"{file}.data", schema).replace(", includeExistingFiles => true", "")
    return [f"CREATE TABLE {name} AS {query}" for name, query in made.items() if name in text]


def queries():
    """Queries that make tables of Spark's tests."""
    maps = (", ".join(f"{at + 1}, '{LETTERS[at]}{row}'" for at in range(6 - row)) for row in range(1, 6))
    return {
        "testdata": "SELECT key, CAST(key AS STRING) AS value FROM (SELECT explode(sequence(1, 100)) AS key)",
        "arraydata": "SELECT * FROM VALUES (array(1, 2, 3), array(array(1, 2, 3))), (array(2, 3, 4), array(array(2, 3, 4))) AS v(arraycol, nestedarraycol)",
        "mapdata": f"SELECT * FROM VALUES {', '.join(f'(map({row}))' for row in maps)} AS v(mapcol)",
    }
