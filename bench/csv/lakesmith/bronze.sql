-- Customers' change events as received.
CREATE OR REFRESH STREAMING TABLE bronze_customers
AS
SELECT *
FROM STREAM read_files(
  '${customers}/*.csv',
  format => 'csv',
  header => 'true',
  schema => 'customer_id STRING, first_name STRING, last_name STRING, email STRING, city STRING, customer_segment STRING, operation STRING, ingestion_ts TIMESTAMP'
);
