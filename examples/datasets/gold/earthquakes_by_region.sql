CREATE OR REFRESH MATERIALIZED VIEW earthquakes_by_region
COMMENT 'Earthquakes by region, and the strongest of each'
AS
SELECT
  coalesce(region, 'elsewhere') AS region,
  count(*) AS earthquakes,
  count_if(magnitude >= 4) AS strong,
  max(magnitude) AS strongest,
  max_by(place, struct(magnitude, id)) AS strongest_at,
  min(happened_at) AS first_at,
  max(happened_at) AS last_at
FROM silver_earthquakes
GROUP BY region;
