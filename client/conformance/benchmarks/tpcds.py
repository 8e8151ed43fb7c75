"""Rows of the tables of TPC-DS: what its columns have beside what `columns` gives every column.

Each table is a source of rows and expressions by column. Sales come in tickets and orders whose rows share customer, day and shop;
returns are returns of sales; a third of the catalog's sales are of what the same customers have bought in a store.
"""

from columns import schemas

# julian day of 1998-01-01, and days until the end of 2003
FIRST_DAY, DAYS = 2450815, 2191
SALES_DAYS = 1826

FIXED = {
    "store": 12,
    "call_center": 6,
    "catalog_page": 100,
    "web_site": 12,
    "web_page": 30,
    "warehouse": 5,
    "customer_demographics": 800,
    "household_demographics": 720,
    "income_band": 20,
    "promotion": 40,
    "reason": 35,
    "ship_mode": 20,
    "date_dim": DAYS,
    "time_dim": 1440,
}
FACTS = {"store_sales": 20_000, "catalog_sales": 12_000, "web_sales": 8_000, "inventory": 30_000}
PEOPLE = {"customer": 1_000, "customer_address": 600, "item": 400}

KEYS = {
    "_item_sk": "item",
    "_customer_sk": "customer",
    "_cdemo_sk": "customer_demographics",
    "_hdemo_sk": "household_demographics",
    "_addr_sk": "customer_address",
    "_store_sk": "store",
    "_promo_sk": "promotion",
    "_reason_sk": "reason",
    "_call_center_sk": "call_center",
    "_catalog_page_sk": "catalog_page",
    "_ship_mode_sk": "ship_mode",
    "_warehouse_sk": "warehouse",
    "_web_page_sk": "web_page",
    "_web_site_sk": "web_site",
    "_income_band_sk": "income_band",
}

DATE_DIM = {
    "d_date_sk": f"{FIRST_DAY} + id",
    "d_date_id": "concat('AAAAAAAA', id)",
    "d_date": "day",
    "d_month_seq": "(year(day) - 1900) * 12 + month(day) - 1",
    "d_week_seq": f"({FIRST_DAY} + id - 2415022) div 7 + 1",
    "d_quarter_seq": "(year(day) - 1900) * 4 + quarter(day)",
    "d_year": "year(day)",
    "d_dow": "dayofweek(day) - 1",
    "d_moy": "month(day)",
    "d_dom": "day(day)",
    "d_qoy": "quarter(day)",
    "d_fy_year": "year(day)",
    "d_fy_quarter_seq": "(year(day) - 1900) * 4 + quarter(day)",
    "d_fy_week_seq": f"({FIRST_DAY} + id - 2415022) div 7 + 1",
    "d_day_name": "date_format(day, 'EEEE')",
    "d_quarter_name": "concat(year(day), 'Q', quarter(day))",
    "d_weekend": "if(dayofweek(day) IN (1, 7), 'Y', 'N')",
    "d_first_dom": f"{FIRST_DAY} + id - day(day) + 1",
    "d_last_dom": f"{FIRST_DAY} + id - day(day) + day(last_day(day))",
    "d_same_day_ly": f"{FIRST_DAY} + id - 365",
    "d_same_day_lq": f"{FIRST_DAY} + id - 91",
}
TIME_DIM = {
    "t_time_sk": "id * 60",
    "t_time_id": "concat('AAAAAAAA', id)",
    "t_time": "id * 60",
    "t_hour": "id div 60",
    "t_minute": "id % 60",
    "t_second": "0",
    "t_am_pm": "if(id < 720, 'AM', 'PM')",
    "t_shift": "CASE WHEN id < 480 THEN 'third' WHEN id < 960 THEN 'first' ELSE 'second' END",
    "t_meal_time": "CASE WHEN id div 60 BETWEEN 6 AND 8 THEN 'breakfast' WHEN id div 60 BETWEEN 11 AND 13 THEN 'lunch' "
    "WHEN id div 60 BETWEEN 17 AND 20 THEN 'dinner' END",
}


class Tables:
    """The tables with `scale` times as many facts; customers, addresses and items grow with its root."""

    folder = "tpcds"

    def __init__(self, draws, scale):
        self.draws = draws
        self.schemas = schemas("tpcds")
        people = {table: round(count * max(scale, 1) ** 0.5) for table, count in PEOPLE.items()}
        facts = {table: round(count * scale) for table, count in FACTS.items()}
        self.counts = {**FIXED, **people, **facts}

    def order(self):
        """Returns come after the sales that they return."""
        return sorted(self.counts) + ["store_returns", "catalog_returns", "web_returns"]

    def source(self, table):
        """Where the rows of a table come from, with a column `id`."""
        sold = {"store_returns": "store_sales", "catalog_returns": "catalog_sales", "web_returns": "web_sales"}
        if table in sold:
            prefix, number = {"store": ("ss", "ss_ticket_number"), "catalog": ("cs", "cs_order_number"), "web": ("ws", "ws_order_number")}[table.split("_")[0]]
            one_in_eight = f"pmod(xxhash64({number}, {prefix}_item_sk, {self.draws.seed}), 8) = 0"
            return f"(SELECT xxhash64({number}, {prefix}_item_sk) AS id, * FROM {sold[table]} WHERE {one_in_eight})"
        rows = f"range({self.counts[table]})"
        if table == "date_dim":
            return f"(SELECT id, date_add(DATE'1998-01-01', CAST(id AS INT)) AS day FROM {rows})"
        if table == "store_sales":
            # tickets of 16, 12 and 2 rows
            return f"(SELECT id, id div 30 * 3 + CASE WHEN id % 30 < 16 THEN 0 WHEN id % 30 < 28 THEN 1 ELSE 2 END AS ticket FROM {rows})"
        if table in ("catalog_sales", "web_sales"):
            return f"(SELECT id, id div 4 AS ticket FROM {rows})"
        return rows

    def may_be_null(self, table, column):
        """Whether a column has NULL: keys of dimensions, and what returns are found by, have none."""
        if table in ("date_dim", "time_dim", "income_band", "inventory"):
            return False
        is_key = column.endswith(("_item_sk", "_ticket_number", "_order_number")) or column in ("i_item_id", "c_customer_id")
        return not is_key and not (table in FIXED or table in PEOPLE) or not column.endswith("_sk") and not is_key

    def columns(self, table):
        """Expressions of a table, the key first; columns that are not among them have usual values."""
        if table in ("date_dim", "time_dim"):
            return DATE_DIM if table == "date_dim" else TIME_DIM
        if table in ("store_sales", "catalog_sales", "web_sales"):
            return self.sales(table)
        if table.endswith("_returns"):
            return self.returns(table)
        return self.dimension(table)

    def key(self, column, row="id", power=1.5):
        """A key of another table, or None."""
        if column.endswith(("_date_sk", "_last_review_date")):
            return f"{FIRST_DAY} + {self.draws.number(column, DAYS, row)}"
        if column.endswith("_time_sk"):
            return f"60 * (480 + {self.draws.number(column, 840, row)})"
        table = next((table for suffix, table in KEYS.items() if column.endswith(suffix)), None)
        return table and f"1 + {self.draws.skewed(column, self.counts[table], row, power)}"

    def dimension(self, table):
        """A table with a row for each key."""
        found = {}
        for column, kind in self.schemas[table]:
            if kind == "CHAR(16)":
                # two rows are versions of the same thing, but for customers
                found[column] = f"concat('AAAAAAAA', lpad(CAST({'id' if column == 'c_customer_id' else 'id div 2'} AS STRING), 8, '0'))"
            elif column.endswith("_sk") and self.key(column):
                found[column] = self.key(column, power=1)
        found[next(column for column, _ in self.schemas[table])] = "id + 1" if table != "inventory" else found.pop("inv_date_sk")
        return {**found, **self.own(table)}

    def own(self, table):
        """Columns with values that neither names nor types tell."""
        draws = self.draws
        words = [f"element_at(array('a', 'bright', 'certain', 'heavy', 'new', 'plain', 'warm'), 1 + CAST({draws.number('word' + n, 7)} AS INT))" for n in "123456"]
        match table:
            case "inventory":
                return {
                    "inv_date_sk": f"{FIRST_DAY + 4} + 7 * {draws.number('inv_date_sk', 260)}",
                    "inv_quantity_on_hand": f"if({draws.number('inv_many', 9)} = 0, 9, 1) * {draws.number('inv_quantity_on_hand', 110)}",
                }
            case "income_band":
                return {"ib_lower_bound": "id * 10000 + if(id = 0, 0, 1)", "ib_upper_bound": "(id + 1) * 10000"}
            case "item":
                return {
                    "i_item_desc": f"concat_ws(' ', {', '.join(words)}, CAST(id % 50 AS STRING))",
                    "i_product_name": f"concat_ws(' ', {', '.join(words[:2])}, CAST(id AS STRING))",
                    "i_manufact": "concat('manufact ', CAST(i_manufact_id AS STRING))",
                }
            case "customer":
                return {
                    "c_birth_country": draws.pick("c_birth_country", ["UNITED STATES", "CANADA", "NIGER", "JAPAN"]),
                    "c_birth_year": f"1924 + {draws.number('c_birth_year', 69)}",
                    "c_birth_day": f"1 + {draws.number('c_birth_day', 28)}",
                    "c_birth_month": f"1 + {draws.number('c_birth_month', 12)}",
                    "c_first_name": draws.pick("c_first_name", "Ada Alan Barbara Edsger Frances Grace Jean John Margaret Niklaus Tony".split()),
                    "c_last_name": draws.pick("c_last_name", "Allen Bartik Dijkstra Hamilton Hoare Hopper Liskov Lovelace Turing Wirth".split()),
                }
            case "customer_address":
                return {"ca_zip": draws.pick("ca_zip", draws.pool("ca_zip")[-40:], power=2)}
            case "store":
                return {"s_zip": draws.pick("s_zip", draws.pool("ca_zip")[-40:], power=1)}
            case "customer_demographics":
                return {"cd_purchase_estimate": f"500 * (1 + {draws.number('cd_purchase_estimate', 20)})"}
            case "household_demographics":
                return {"hd_dep_count": "id % 10", "hd_vehicle_count": "id div 10 % 6 - 1"}
        return {}

    def sales(self, table):
        """Rows of tickets and orders."""
        found = {}
        prefix = table[0] + "s"
        of_row = ("_item_sk", "_promo_sk", "_warehouse_sk", "_catalog_page_sk", "_web_page_sk", "_ship_mode_sk")
        for column, _ in self.schemas[table]:
            key = self.key(column, "id" if column.endswith(of_row) else "ticket")
            if key:
                found[column] = key
        found["ss_ticket_number" if table == "store_sales" else f"{prefix}_order_number"] = "ticket + 1"
        found[f"{prefix}_sold_date_sk"] = self.sold(prefix)
        if prefix != "ss":
            found[f"{prefix}_ship_date_sk"] = f"{prefix}_sold_date_sk + 2 + {self.draws.number('ship_days', 130)}"
            for kind in ("customer", "cdemo", "hdemo", "addr"):
                is_other = f"{self.draws.number('ship_' + kind, 5, 'ticket')} = 0"
                found[f"{prefix}_ship_{kind}_sk"] = f"if({is_other}, {found[f'{prefix}_ship_{kind}_sk']}, {prefix}_bill_{kind}_sk)"
        if prefix == "cs":
            ticket = "id div 30 * 3"
            also = {"cs_bill_customer_sk": ("ss_customer_sk", ticket), "cs_item_sk": ("ss_item_sk", "id div 30 * 30")}
            for column, (theirs, row) in also.items():
                found[column] = f"if(id % 3 = 0, {self.key(theirs, row)}, {found[column]})"
            found["cs_sold_date_sk"] = f"if(id % 3 = 0, {self.sold('ss', ticket)} + 20 + {self.draws.number('later', 70)}, {found['cs_sold_date_sk']})"
        return {**found, **self.prices(prefix)}

    def sold(self, prefix, row="ticket"):
        """The day of a sale: more in November and December, and many on a few days."""
        number = self.draws.number
        year = f"365 * {number(prefix + '_year', 5, row)}"
        return (
            f"{FIRST_DAY} + CASE {number(prefix + '_kind', 8, row)} WHEN 0 THEN {year} + 304 + {number(prefix + '_late', 61, row)} "
            f"WHEN 1 THEN {year} + 330 + {number(prefix + '_hot', 2, row)} ELSE {number(prefix + '_day', SALES_DAYS, row)} END"
        )

    def prices(self, prefix):
        """Amounts that fit each other."""
        number = self.draws.number
        amounts = {
            "quantity": f"1 + {number(prefix + 'quantity', 100)}",
            "wholesale_cost": f"(100 + {number(prefix + 'wholesale', 9900)}) / 100",
            "list_price": f"@wholesale_cost * (100 + {number(prefix + 'list', 101)}) / 100",
            "sales_price": f"@list_price * {number(prefix + 'sales', 101)} / 100",
            "ext_discount_amt": "(@list_price - @sales_price) * @quantity",
            "ext_sales_price": "@sales_price * @quantity",
            "ext_wholesale_cost": "@wholesale_cost * @quantity",
            "ext_list_price": "@list_price * @quantity",
            "coupon_amt": f"if({number(prefix + 'coupon', 5)} = 0, @ext_sales_price * {number(prefix + 'share', 100)} / 100, 0)",
            "net_paid": "@ext_sales_price - @coupon_amt",
            "ext_tax": f"@net_paid * {number(prefix + 'tax', 10)} / 100",
            "net_paid_inc_tax": "@net_paid + @ext_tax",
            "net_profit": "@net_paid - @ext_wholesale_cost",
        }
        if prefix != "ss":
            amounts["ext_ship_cost"] = f"@ext_list_price * {number(prefix + 'ship', 50)} / 100"
            amounts["net_paid_inc_ship"] = "@net_paid + @ext_ship_cost"
            amounts["net_paid_inc_ship_tax"] = "@net_paid_inc_tax + @ext_ship_cost"
        return {f"{prefix}_{name}": amount.replace("@", f"{prefix}_") for name, amount in amounts.items()}

    def returns(self, table):
        """Rows of what was sold and came back."""
        number = self.draws.number
        prefix, sold = table[0] + "r", table[0] + "s"
        amount = f"{prefix}_return_amount" if prefix == "cr" else f"{prefix}_return_amt"
        found = {f"{prefix}_{name}_sk": f"{sold}_{name}_sk" for name in self.kept(table)}
        for role, theirs in (("refunded", "bill"), ("returning", "ship")) if prefix != "sr" else ():
            for kind in ("customer", "cdemo", "hdemo", "addr"):
                found[f"{prefix}_{role}_{kind}_sk"] = f"{sold}_{theirs}_{kind}_sk"
        which = "ticket" if prefix == "sr" else "order"
        return {
            **found,
            f"{prefix}_{which}_number": f"{sold}_{which}_number",
            f"{prefix}_reason_sk": self.key(f"{prefix}_reason_sk"),
            f"{prefix}_returned_date_sk": f"{sold}_sold_date_sk + 1 + {number('back', 120)}",
            f"{prefix}_return_time_sk" if prefix == "sr" else f"{prefix}_returned_time_sk": self.key("back_time_sk"),
            f"{prefix}_return_quantity": f"1 + {number('pieces', 100)} % {sold}_quantity",
            amount: f"{sold}_sales_price * {prefix}_return_quantity",
            f"{prefix}_return_tax": f"{amount} * 5 / 100",
            f"{prefix}_return_amt_inc_tax": f"{amount} + {prefix}_return_tax",
            f"{prefix}_refunded_cash": f"{amount} * {number('cash', 101)} / 100",
            f"{prefix}_reversed_charge": f"({amount} - {prefix}_refunded_cash) * {number('charge', 101)} / 100",
            f"{prefix}_account_credit" if prefix == "wr" else f"{prefix}_store_credit": f"{amount} - {prefix}_refunded_cash - {prefix}_reversed_charge",
        }

    def kept(self, table):
        """Keys that a return has of its sale."""
        match table:
            case "store_returns":
                return ("item", "customer", "cdemo", "hdemo", "addr", "store")
            case "catalog_returns":
                return ("item", "call_center", "catalog_page", "ship_mode", "warehouse")
        return ("item", "web_page")
