-- Orders as received, with the file they came in and the time of the batch.
CREATE OR REFRESH STREAMING TABLE bronze_orders
AS
SELECT
  order_id,
  customer_id,
  product_id,
  order_datetime,
  quantity,
  unit_price,
  discount_percent,
  _metadata.file_name AS source_file,
  current_timestamp() AS load_ts
FROM STREAM read_files(
  '${orders}/*.json',
  format => 'json',
  schema => 'order_id STRING, customer_id STRING, product_id STRING, order_datetime STRING, quantity BIGINT, unit_price DOUBLE, discount_percent BIGINT'
);
