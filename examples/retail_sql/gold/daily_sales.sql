-- Sales of each day, for the report
CREATE OR REFRESH MATERIALIZED VIEW daily_sales
TBLPROPERTIES ('quality' = 'gold')
AS
SELECT
  d.date,
  d.year,
  count(*) AS orders,
  sum(f.quantity) AS items,
  round(sum(f.net_amount), 2) AS net_amount
FROM fact_sales f
JOIN dim_date d ON f.order_date_key = d.date_key
GROUP BY d.date, d.year;
