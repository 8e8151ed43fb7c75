"""Rows of the tables of the star schema benchmark: what its columns have beside what `columns` gives every column."""

from tpch import ALL_NATIONS, REGIONS, one_of

COUNTS = {"customer": 600, "supplier": 100, "part": 1_000, "lineorder": 24_000}

DATE = {
    "d_datekey": "CAST(date_format(day, 'yyyyMMdd') AS INT)",
    "d_date": "date_format(day, 'MMMM d, yyyy')",
    "d_dayofweek": "date_format(day, 'EEEE')",
    "d_month": "date_format(day, 'MMMM')",
    "d_year": "year(day)",
    "d_yearmonthnum": "year(day) * 100 + month(day)",
    "d_yearmonth": "date_format(day, 'MMMyyyy')",
    "d_daynuminweek": "dayofweek(day)",
    "d_daynuminmonth": "day(day)",
    "d_daynuminyear": "dayofyear(day)",
    "d_monthnuminyear": "month(day)",
    "d_weeknuminyear": "1 + (dayofyear(day) - 1) div 7",
}


class Tables:
    """The tables with `scale` times as many rows; days are those of 1992 to 1998."""

    folder = "ssb"

    def __init__(self, draws, scale):
        self.draws = draws
        self.counts = {"date": 2557, **{table: round(count * scale) for table, count in COUNTS.items()}}

    def order(self):
        """All tables."""
        return sorted(self.counts)

    def source(self, table):
        """Where rows come from, with a column `id`."""
        if table == "date":
            return "(SELECT id, date_add(DATE'1992-01-01', CAST(id AS INT)) AS day FROM range(2557))"
        return f"range({self.counts[table]})"

    def may_be_null(self, table, column):
        """Some facts are not known."""
        return column in ("lo_discount", "lo_supplycost", "lo_tax")

    def columns(self, table):
        """Expressions by column."""
        return DATE if table == "date" else getattr(self, table)()

    def place(self, prefix):
        """The nation, its region, and one of its cities."""
        # one in four is where the queries look
        number = self.draws.number
        nation = f"if({number(prefix + '_few', 4)} = 0, 9 + 10 * {number(prefix + '_nation', 2)}, {number(prefix + '_other', 25)})"
        return {
            f"{prefix}_nation": one_of(ALL_NATIONS, nation),
            f"{prefix}_region": one_of(REGIONS, f"({nation}) div 5"),
            f"{prefix}_city": f"concat(rpad(substr({prefix}_nation, 1, 9), 9, ' '), {number(prefix + '_city', 10)})",
            f"{prefix}_phone": f"concat('555-', {number(prefix + '_phone', 9999)})",
            f"{prefix}_address": f"concat('No. ', {number(prefix + '_address', 9000)})",
        }

    def customer(self):
        return {"c_custkey": "id + 1", "c_name": "concat('Customer#', id + 1)", **self.place("c")}

    def supplier(self):
        return {"s_suppkey": "id + 1", "s_name": "concat('Supplier#', id + 1)", **self.place("s")}

    def part(self):
        return {
            "p_partkey": "id + 1",
            "p_mfgr": "concat('MFGR#', 1 + id % 5)",
            "p_category": f"concat(p_mfgr, 1 + {self.draws.number('p_category', 5)})",
            "p_brand1": f"concat(p_category, 1 + {self.draws.number('p_brand1', 40)})",
        }

    def lineorder(self):
        draws, number = self.draws, self.draws.number
        day = f"date_add(DATE'1992-01-01', CAST({number('lo_orderdate', 2400, 'id div 5')} AS INT))"
        return {
            "lo_orderkey": "1 + id div 5",
            "lo_linenumber": "1 + id % 5",
            "lo_custkey": f"1 + {draws.skewed('lo_custkey', self.counts['customer'], 'id div 5')}",
            "lo_partkey": f"1 + {draws.skewed('lo_partkey', self.counts['part'])}",
            "lo_suppkey": f"1 + {draws.skewed('lo_suppkey', self.counts['supplier'])}",
            "lo_orderdate": f"CAST(date_format({day}, 'yyyyMMdd') AS INT)",
            "lo_commitdate": f"CAST(date_format(date_add({day}, 60), 'yyyyMMdd') AS INT)",
            "lo_quantity": f"1 + {number('lo_quantity', 50)}",
            "lo_extendedprice": f"lo_quantity * (90000 + {number('lo_extendedprice', 100_000)}) div 100",
            "lo_ordertotalprice": "lo_extendedprice * 5",
            "lo_discount": number("lo_discount", 11),
            "lo_revenue": "lo_extendedprice * (100 - lo_discount) div 100",
            "lo_supplycost": "lo_extendedprice * 6 div 10",
            "lo_tax": number("lo_tax", 9),
        }
