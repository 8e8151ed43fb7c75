-- Orders that can be trusted. The net amount is a decimal, so that sums are exact and can be compared between engines.
CREATE OR REFRESH STREAMING TABLE silver_orders
(
  CONSTRAINT valid_order_id EXPECT (order_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT valid_customer EXPECT (customer_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT valid_quantity EXPECT (quantity > 0) ON VIOLATION DROP ROW,
  CONSTRAINT valid_price EXPECT (unit_price >= 0) ON VIOLATION DROP ROW
)
AS
SELECT
  order_id,
  customer_id,
  product_id,
  CAST(order_datetime AS TIMESTAMP) AS order_ts,
  CAST(order_datetime AS DATE) AS order_date,
  quantity,
  unit_price,
  quantity * unit_price AS gross_amount,
  CAST(quantity * unit_price * (100 - coalesce(discount_percent, 0)) / 100 AS DECIMAL(18, 4)) AS net_amount
FROM STREAM(bronze_orders);
