-- Orders that can be trusted: rows without keys or with a wrong quantity are dropped, a negative price stops the update.
CREATE OR REFRESH STREAMING TABLE silver_orders
(
  CONSTRAINT valid_order_id EXPECT (order_id IS NOT NULL)
    ON VIOLATION DROP ROW,
  CONSTRAINT valid_customer EXPECT (customer_id IS NOT NULL)
    ON VIOLATION DROP ROW,
  CONSTRAINT valid_quantity EXPECT (quantity > 0)
    ON VIOLATION DROP ROW,
  CONSTRAINT valid_price EXPECT (unit_price >= 0)
    ON VIOLATION FAIL UPDATE
)
COMMENT 'Validated orders'
TBLPROPERTIES ('quality' = 'silver')
AS
SELECT
  order_id,
  customer_id,
  product_id,
  CAST(order_datetime AS TIMESTAMP) AS order_ts,
  CAST(order_datetime AS DATE) AS order_date,
  CAST(date_format(CAST(order_datetime AS TIMESTAMP), 'yyyyMMdd') AS INT) AS order_date_key,
  quantity,
  unit_price,
  (quantity * unit_price) AS gross_amount,
  (quantity * unit_price) * (100 - coalesce(discount_percent, 0)) / 100 AS net_amount
FROM STREAM(bronze_orders);
