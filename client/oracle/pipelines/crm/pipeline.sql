-- customers as they come
CREATE OR REFRESH STREAMING TABLE customers_bronze TBLPROPERTIES ('quality' = 'bronze')
AS SELECT * FROM STREAM read_files('data/customers', format => 'csv', header => 'true', delimiter => '|', inferSchema => 'false');
CREATE OR REFRESH STREAMING TABLE customers_silver (
  CONSTRAINT `has id` EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT mail EXPECT (email RLIKE '^[^@]+@[^@]+\\.[a-z]+$') ON VIOLATION DROP ROW)
AS SELECT CAST(cust_id AS INT) AS id, initcap(regexp_replace(trim(`full name`), '\\s+', ' ')) AS name, lower(nullif(`E-Mail`, '')) email,
 regexp_replace(phone, '[^0-9+]', '') phone, try_to_timestamp(birth, 'dd/MM/yyyy') birth, coalesce(try_cast(signup AS DATE), to_date(signup, 'yyyyMMdd')) signup,
 upper(coalesce(country, 'xx')) country, try_cast(replace(balance, ',', '') AS DECIMAL(12, 3)) balance, to_timestamp(updated_at, 'dd.MM.yyyy HH:mm') updated_at,
 sha2(`E-Mail`, 256) mail_hash, md5(phone) phone_hash
FROM STREAM customers_bronze;
CREATE OR REFRESH MATERIALIZED VIEW customers AS SELECT * EXCEPT (mail_hash, phone_hash) FROM customers_silver QUALIFY row_number() OVER (PARTITION BY id ORDER BY updated_at DESC, name) = 1;
CREATE OR REFRESH STREAMING TABLE orders AS SELECT order_id, customer, items, initcap(status) status, timestamp_seconds(ordered) ordered, coupon FROM STREAM read_files('data/orders/*.json', format => 'json');
CREATE OR REFRESH MATERIALIZED VIEW lines AS SELECT order_id, i.sku, i.qty, i.price, CAST(i.qty * i.price AS DECIMAL(12, 2)) amount, year(ordered) y, quarter(ordered) q FROM orders LATERAL VIEW explode(items) e AS i;
CREATE OR REFRESH MATERIALIZED VIEW basket AS
WITH totals AS (SELECT order_id, sum(amount) total, count(*) n FROM lines GROUP BY order_id),
named AS (SELECT o.*, t.total, t.n FROM orders o LEFT JOIN totals t USING (order_id))
SELECT n.order_id, c.name, c.country, ifnull(n.total, 0) total, n.n, CASE WHEN total > 200 THEN 'big' WHEN total > 50 THEN 'mid' ELSE 'small' END AS size, datediff(n.ordered, c.signup) days, add_months(c.signup, 1) renews, months_between(n.ordered, c.signup) mb, last_day(n.ordered) eom, c.balance * 1.1 bal, n.coupon <=> 'X10' x10
FROM named n JOIN customers c ON c.id = n.customer WHERE lower(n.status) <> 'cancelled';
CREATE OR REFRESH MATERIALIZED VIEW by_country AS SELECT country, size, count(*) n, sum(total) total, avg(total) mean, median(total) mid, rank() OVER (ORDER BY sum(total) DESC) rk, sum(sum(total)) OVER (PARTITION BY country) country_total, ntile(3) OVER (ORDER BY sum(total), country, size) t FROM basket GROUP BY country, size;
CREATE OR REFRESH MATERIALIZED VIEW no_orders AS SELECT id, name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id) UNION ALL SELECT -1, concat_ws('-', 'a', NULL, 'b') FROM customers WHERE id = (SELECT max(id) FROM customers);
CREATE OR REFRESH MATERIALIZED VIEW months AS SELECT trunc(ordered, 'MM') m, sku, sum(amount) a, sum(sum(amount)) OVER (PARTITION BY sku ORDER BY trunc(ordered, 'MM') ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) run, first_value(sum(amount)) OVER (PARTITION BY sku ORDER BY trunc(ordered, 'MM')) f, dense_rank() OVER (PARTITION BY trunc(ordered, 'MM') ORDER BY sum(amount) DESC) dr FROM lines l JOIN orders o USING (order_id) GROUP BY trunc(ordered, 'MM'), sku;
CREATE OR REFRESH MATERIALIZED VIEW texts AS SELECT id, substring(name, 1, 3) s, left(phone, 3) l, lpad(CAST(id AS STRING), 5, '0') p, split_part(email, '@', 2) dom, instr(email, '@') i, reverse(name) r, translate(name, 'aeiou', '*') tr, ascii(name) a, levenshtein(name, email) lev, soundex(name) sx, format_number(balance, 2) fn, printf('%05d-%s', id, country) pf, hash(name, id) h, xxhash64(name) xh, crc32(email) c, base64(CAST(name AS BINARY)) b64, hex(id) hx, bin(id) bn, conv(CAST(id AS STRING), 10, 16) cv, url_encode(email) u, char_length(name) cl, overlay(name PLACING '#' FROM 2) ov, left(name, 2) || right(name, 2) lr FROM customers;
