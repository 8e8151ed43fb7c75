-- Raw orders, kept as received: one file from before the pipeline, then whatever arrives in the stream folder.
CREATE OR REFRESH STREAMING TABLE bronze_orders
COMMENT 'Raw orders'
TBLPROPERTIES ('quality' = 'bronze');

-- FLOW 1: One-time backfill
CREATE FLOW bronze_orders_backfill
AS
INSERT INTO ONCE bronze_orders BY NAME
SELECT
  order_id,
  customer_id,
  product_id,
  order_datetime,
  quantity,
  unit_price,
  discount_percent,
  'batch' AS source_system,
  _metadata.file_path AS source_file_path,
  current_timestamp() AS load_ts
FROM read_files(
  '${order_path}/orders_batch.json',
  format => 'json'
);

-- FLOW 2: Continuous streaming
CREATE FLOW bronze_orders_stream
AS
INSERT INTO bronze_orders BY NAME
SELECT
  order_id,
  customer_id,
  product_id,
  order_datetime,
  quantity,
  unit_price,
  discount_percent,
  'stream' AS source_system,
  _metadata.file_path AS source_file_path,
  current_timestamp() AS load_ts
FROM STREAM read_files(
  '${order_path}/stream/orders_stream_*.json',
  format => 'json'
);
