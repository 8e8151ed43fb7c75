"""Rows of the tables of TPC-H: what its columns have beside what `columns` gives every column."""

REGIONS = ["AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"]
NATIONS = {
    "AFRICA": ["ALGERIA", "ETHIOPIA", "KENYA", "MOROCCO", "MOZAMBIQUE"],
    "AMERICA": ["ARGENTINA", "BRAZIL", "CANADA", "PERU", "UNITED STATES"],
    "ASIA": ["CHINA", "INDIA", "INDONESIA", "JAPAN", "VIETNAM"],
    "EUROPE": ["FRANCE", "GERMANY", "ROMANIA", "RUSSIA", "UNITED KINGDOM"],
    "MIDDLE EAST": ["EGYPT", "IRAN", "IRAQ", "JORDAN", "SAUDI ARABIA"],
}
ALL_NATIONS = [nation for region in REGIONS for nation in NATIONS[region]]
COLOURS = ["green", "forest", "almond", "blue", "ivory", "lace", "plum", "tan"]
COUNTS = {"customer": 600, "supplier": 80, "part": 800, "partsupp": 3_200, "orders": 6_000, "lineitem": 24_000}


def one_of(values, row):
    """The value at a place that starts with 0."""
    return f"element_at(array({', '.join(repr(value) for value in values)}), CAST({row} AS INT) + 1)"


class Tables:
    """The tables with `scale` times as many rows; regions and nations are as they are."""

    folder = "tpch"

    def __init__(self, draws, scale):
        self.draws = draws
        self.counts = {"region": 5, "nation": 25, **{table: round(count * scale) for table, count in COUNTS.items()}}

    def order(self):
        """All tables."""
        return sorted(self.counts)

    def source(self, table):
        """Where rows come from, with a column `id`."""
        return f"range({self.counts[table]})"

    def may_be_null(self, table, column):
        """Comments have NULL here and there, and nothing else has."""
        return column.endswith("_comment") and table not in ("region", "nation")

    def columns(self, table):
        """Expressions by column."""
        return getattr(self, table)()

    def commented(self, column, more):
        """A comment that has what queries look for now and then."""
        return f"concat('carefully ', {self.draws.pick(column, [*more, 'final', 'even', 'bold packages', 'ironic deposits'])}, ' sleep ', id)"

    def region(self):
        return {"r_regionkey": "id", "r_name": one_of(REGIONS, "id")}

    def nation(self):
        return {"n_nationkey": "id", "n_regionkey": "id div 5", "n_name": one_of(ALL_NATIONS, "id")}

    def person(self, prefix):
        """What customers and suppliers have."""
        number = self.draws.number
        return {
            f"{prefix}_nationkey": number(prefix + "_nationkey", 25),
            f"{prefix}_phone": f"concat({prefix}_nationkey + 10, '-', 100 + {number(prefix + '_phone', 900)}, '-555')",
            f"{prefix}_acctbal": f"({number(prefix + '_acctbal', 1_100_000)} - 100000) / 100",
            f"{prefix}_address": f"concat('No. ', {number(prefix + '_address', 9000)})",
        }

    def customer(self):
        return {"c_custkey": "id + 1", "c_name": "concat('Customer#', lpad(id + 1, 9, '0'))", **self.person("c")}

    def supplier(self):
        comment = self.commented("s_comment", ["Customer any Complaints"])
        return {"s_suppkey": "id + 1", "s_name": "concat('Supplier#', lpad(id + 1, 9, '0'))", "s_comment": comment, **self.person("s")}

    def part(self):
        draws = self.draws
        kinds = ["STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"], ["ANODIZED", "BURNISHED", "PLATED", "POLISHED"], ["TIN", "NICKEL", "BRASS", "STEEL"]
        parts = [one_of(values, draws.number(f"p_type{at}", len(values))) for at, values in enumerate(kinds)]
        colours = [one_of(COLOURS, draws.number(f"p_name{at}", len(COLOURS))) for at in range(3)]
        return {
            "p_partkey": "id + 1",
            "p_name": f"concat_ws(' ', {', '.join(colours)})",
            "p_mfgr": "concat('Manufacturer#', 1 + id % 5)",
            "p_type": f"concat_ws(' ', {', '.join(parts)})",
            "p_size": f"1 + {draws.number('p_size', 50)}",
            "p_retailprice": "900 + id % 1000 / 10",
        }

    def partsupp(self):
        suppliers = self.counts["supplier"]
        return {
            "ps_partkey": "id div 4 + 1",
            "ps_suppkey": f"1 + (id div 4 + id % 4 * {suppliers // 4}) % {suppliers}",
            "ps_availqty": f"1 + {self.draws.number('ps_availqty', 9999)}",
            "ps_supplycost": f"(100 + {self.draws.number('ps_supplycost', 99900)}) / 100",
        }

    def day(self, row):
        """The day of an order."""
        return f"date_add(DATE'1992-01-01', CAST({self.draws.number('o_orderdate', 2400, row)} AS INT))"

    def orders(self):
        customers = self.counts["customer"]
        return {
            "o_orderkey": "id + 1",
            # a third of the customers never orders
            "o_custkey": f"1 + {self.draws.skewed('o_custkey', customers * 2 // 3)} * 3 div 2",
            "o_orderdate": self.day("id + 1"),
            "o_orderstatus": "CASE WHEN o_orderdate < DATE'1995-06-17' THEN 'F' WHEN id % 20 = 0 THEN 'P' ELSE 'O' END",
            "o_totalprice": f"(90000 + {self.draws.number('o_totalprice', 30_000_000)}) / 100",
            "o_orderpriority": self.draws.pick("o_orderpriority", ["1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"], power=1),
            "o_clerk": "concat('Clerk#', id % 100)",
            "o_shippriority": "0",
            "o_comment": self.commented("o_comment", ["special any requests"]),
        }

    def lineitem(self):
        number, suppliers = self.draws.number, self.counts["supplier"]
        return {
            # orders with seven rows, and with three and two
            "l_orderkey": "1 + id div 12 * 3 + CASE WHEN id % 12 < 7 THEN 0 WHEN id % 12 < 10 THEN 1 ELSE 2 END",
            "l_partkey": f"1 + {self.draws.skewed('l_partkey', self.counts['part'], power=1.3)}",
            "l_suppkey": f"1 + (l_partkey - 1 + {number('l_which', 4)} * {suppliers // 4}) % {suppliers}",
            "l_linenumber": "1 + id % 12",
            "l_quantity": f"1 + {number('l_quantity', 60)}",
            "l_extendedprice": "l_quantity * (900 + l_partkey % 1000 / 10)",
            "l_discount": f"{number('l_discount', 11)} / 100",
            "l_tax": f"{number('l_tax', 9)} / 100",
            "l_shipdate": f"date_add({self.day('l_orderkey')}, 1 + CAST({number('l_shipdate', 121)} AS INT))",
            "l_commitdate": f"date_add({self.day('l_orderkey')}, 30 + CAST({number('l_commitdate', 61)} AS INT))",
            "l_receiptdate": f"date_add(l_shipdate, 1 + CAST({number('l_receiptdate', 30)} AS INT))",
            "l_returnflag": f"CASE WHEN l_receiptdate > DATE'1995-06-17' THEN 'N' WHEN {number('l_returnflag', 2)} = 0 THEN 'R' ELSE 'A' END",
            "l_linestatus": "if(l_shipdate > DATE'1995-06-17', 'O', 'F')",
        }
