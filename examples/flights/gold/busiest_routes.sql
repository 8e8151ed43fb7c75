-- The three busiest routes out of each airport, month by month.
CREATE OR REFRESH MATERIALIZED VIEW busiest_routes
TBLPROPERTIES ('quality' = 'gold')
AS
WITH monthly AS (
  SELECT
    month(departed_on) AS month,
    origin,
    destination,
    count(*) AS flights,
    sum(distance) AS miles,
    avg(delay) AS mean_delay
  FROM silver_flights
  WHERE source = 'archive'
  GROUP BY month(departed_on), origin, destination
),
ranked AS (
  SELECT *, row_number() OVER (PARTITION BY month, origin ORDER BY flights DESC, destination) AS place
  FROM monthly
)
SELECT month, origin, place, destination, flights, miles, mean_delay
FROM ranked
WHERE place <= 3;
