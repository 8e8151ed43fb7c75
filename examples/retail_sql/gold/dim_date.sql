-- Date dimension
CREATE OR REFRESH MATERIALIZED VIEW dim_date
TBLPROPERTIES ('quality' = 'gold')
AS
SELECT DISTINCT
  CAST(date_format(order_date, 'yyyyMMdd') AS INT) AS date_key,
  order_date AS date,
  year(order_date) AS year,
  quarter(order_date) AS quarter,
  month(order_date) AS month
FROM silver_orders;
