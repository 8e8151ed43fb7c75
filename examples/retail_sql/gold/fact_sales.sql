-- Fact: streaming from silver
CREATE OR REFRESH STREAMING TABLE fact_sales
TBLPROPERTIES ('quality' = 'gold')
AS
SELECT
  order_id,
  customer_id,
  product_id,
  order_date_key,
  quantity,
  gross_amount,
  net_amount
FROM STREAM(silver_orders);
