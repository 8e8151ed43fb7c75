-- totals
SELECT count(*) AS orders, sum(quantity) AS items, sum(net_amount) AS net FROM silver_orders WHERE quantity >= 3 AND unit_price < 100;
-- days
SELECT order_date, count(*) AS orders, sum(net_amount) AS net FROM silver_orders GROUP BY order_date ORDER BY net DESC, order_date LIMIT 10;
-- customers_of_products
SELECT product_id, count(DISTINCT customer_id) AS customers FROM silver_orders GROUP BY product_id ORDER BY customers DESC, product_id LIMIT 20;
-- distinct_customers
SELECT count(DISTINCT customer_id) AS customers, count(DISTINCT order_id) AS orders FROM silver_orders;
-- rolling_week
SELECT order_date, sum(net_amount) OVER (ORDER BY order_date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS week FROM gold_daily_sales ORDER BY order_date;
-- best_of_each_product
SELECT product_id, order_id, net_amount FROM (SELECT product_id, order_id, net_amount, row_number() OVER (PARTITION BY product_id ORDER BY net_amount DESC, order_id) AS place FROM silver_orders) t WHERE place <= 3 ORDER BY product_id, place LIMIT 50;
-- share_of_product
SELECT o.product_id, max(o.net_amount) AS most, max(p.net_amount) AS total FROM silver_orders o JOIN gold_product_sales p ON o.product_id = p.product_id WHERE o.quantity = 1 GROUP BY o.product_id ORDER BY most DESC, o.product_id LIMIT 20;
-- first_orders
SELECT count(*) AS first_orders, sum(o.net_amount) AS net FROM silver_orders o JOIN gold_customer_sales c ON o.customer_id = c.customer_id AND o.order_ts = c.first_order;
-- good_customers
SELECT count(*) AS orders FROM silver_orders WHERE customer_id IN (SELECT customer_id FROM gold_customer_sales WHERE net_amount > 20000);
-- rest
SELECT count(*) AS orders FROM silver_orders o WHERE NOT EXISTS (SELECT 1 FROM gold_customer_sales c WHERE c.customer_id = o.customer_id AND c.orders > 100);
-- above_average
SELECT count(*) AS orders FROM silver_orders o WHERE o.net_amount > (SELECT 2 * max(i.net_amount) / 3 FROM silver_orders i WHERE i.product_id = o.product_id);
-- median
SELECT product_id, median(unit_price) AS price FROM silver_orders GROUP BY product_id ORDER BY product_id LIMIT 20;
-- pauses
SELECT max(orders_apart) AS longest FROM (SELECT datediff(order_date, lag(order_date) OVER (PARTITION BY customer_id ORDER BY order_ts, order_id)) AS orders_apart FROM silver_orders) t;
-- buckets
SELECT CASE WHEN net_amount < 10 THEN 'small' WHEN net_amount < 100 THEN 'medium' WHEN net_amount < 1000 THEN 'large' ELSE 'huge' END AS bucket, count(*) AS orders, min(order_ts) AS first_at, max(order_ts) AS last_at FROM silver_orders GROUP BY 1 ORDER BY 1;
-- texts
SELECT substr(customer_id, 1, 4) AS prefix, count(*) AS orders FROM silver_orders WHERE product_id LIKE '%7%' GROUP BY substr(customer_id, 1, 4) ORDER BY orders DESC, prefix LIMIT 20;
-- months
SELECT month(order_date) AS month, quantity, count(*) AS orders, sum(net_amount) AS net FROM silver_orders GROUP BY ROLLUP (month(order_date), quantity) ORDER BY month NULLS LAST, quantity NULLS LAST;
-- hours
SELECT hour(order_ts) AS hour, avg(quantity) AS quantity, stddev_samp(unit_price) AS spread FROM silver_orders GROUP BY hour(order_ts) ORDER BY hour;
-- frequent
SELECT customer_id, product_id, count(*) AS orders FROM silver_orders GROUP BY customer_id, product_id HAVING count(*) >= 4 ORDER BY orders DESC, customer_id, product_id LIMIT 20;
-- largest
SELECT order_id, customer_id, net_amount, order_ts FROM silver_orders ORDER BY net_amount DESC, order_id LIMIT 100;
-- running_total
SELECT customer_id, max(total) AS total FROM (SELECT customer_id, sum(net_amount) OVER (PARTITION BY customer_id ORDER BY order_ts, order_id) AS total FROM silver_orders) t GROUP BY customer_id ORDER BY total DESC, customer_id LIMIT 20;
