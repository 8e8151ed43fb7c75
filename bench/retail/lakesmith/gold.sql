CREATE OR REFRESH MATERIALIZED VIEW gold_daily_sales
AS
SELECT order_date, count(*) AS orders, sum(quantity) AS items, sum(net_amount) AS net_amount
FROM silver_orders
GROUP BY order_date;

CREATE OR REFRESH MATERIALIZED VIEW gold_product_sales
AS
SELECT product_id, count(*) AS orders, count(DISTINCT customer_id) AS customers, sum(quantity) AS items, sum(net_amount) AS net_amount
FROM silver_orders
GROUP BY product_id;

CREATE OR REFRESH MATERIALIZED VIEW gold_customer_sales
AS
SELECT customer_id, count(*) AS orders, min(order_ts) AS first_order, max(order_ts) AS last_order, sum(net_amount) AS net_amount
FROM silver_orders
GROUP BY customer_id;
