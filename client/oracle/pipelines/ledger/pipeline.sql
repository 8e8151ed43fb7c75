-- Bookings: exact decimals, several flows into a table, set operations.
SET currency_default = EUR;
CREATE OR REFRESH STREAMING TABLE bookings (
  CONSTRAINT has_amount EXPECT (amount IS NOT NULL AND amount <> 0) ON VIOLATION DROP ROW
);
CREATE FLOW from_one AS INSERT INTO bookings BY NAME
SELECT tx, account, CAST(amount AS DECIMAL(12, 2)) AS amount, currency, to_date(booked, 'yyyy-MM-dd') AS booked, ref
FROM STREAM read_files('data/a/tx1.json', format => 'json');
CREATE FLOW from_two AS INSERT INTO bookings BY NAME
SELECT tx, ref, account, CAST(amount AS DECIMAL(12, 2)) AS amount, currency, to_date(booked) AS booked
FROM STREAM read_files('data/a/tx2.json', format => 'json');

CREATE OR REFRESH MATERIALIZED VIEW rates AS
SELECT currency, CAST(rate AS DECIMAL(10, 6)) AS rate FROM read_files('data/rates.json', format => 'json')
UNION ALL SELECT 'GBP', CAST(1.17 AS DECIMAL(10, 6));

CREATE OR REFRESH MATERIALIZED VIEW balances AS
SELECT b.account, b.booked, b.tx, round(b.amount * r.rate, 2) AS euros,
  sum(round(b.amount * r.rate, 2)) OVER (PARTITION BY b.account ORDER BY b.booked, b.tx) AS balance
FROM bookings b JOIN rates r ON b.currency = r.currency;

CREATE OR REFRESH MATERIALIZED VIEW months AS
SELECT account, date_format(booked, 'yyyy-MM') AS month, sum(amount) AS total, count(*) AS n, avg(amount) AS mean,
  sum(amount) / count(*) AS ratio, max(abs(amount)) AS largest
FROM (SELECT account, booked, amount, min(currency) OVER (PARTITION BY account) AS currency FROM bookings)
GROUP BY account, date_format(booked, 'yyyy-MM'), currency;

CREATE OR REFRESH MATERIALIZED VIEW invoices AS
SELECT tx, upper(regexp_extract(ref, '(?i)(inv-[0-9]+)', 1)) AS invoice, ref LIKE 'refund%' AS is_refund, instr(ref, '-') AS dash,
  greatest(length(ref), 5) AS l, substring(ref, -3) AS tail, amount % 7 AS rest, CAST(amount AS INT) AS whole, amount DIV 2 AS half
FROM bookings WHERE ref IS NOT NULL AND ref ILIKE '%INV%';

CREATE OR REFRESH MATERIALIZED VIEW only_positive AS
SELECT account FROM bookings WHERE amount > 900 INTERSECT SELECT account FROM bookings WHERE amount < -900
EXCEPT SELECT 'D';

CREATE OR REFRESH MATERIALIZED VIEW levels AS
SELECT account, currency, sum(amount) AS total FROM bookings GROUP BY ROLLUP (account, currency);
