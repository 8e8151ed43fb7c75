-- What each day of the feed holds: rows as delivered, flights without repetitions, and those that the archive has too.
CREATE OR REFRESH MATERIALIZED VIEW feed_quality
TBLPROPERTIES ('quality' = 'gold')
AS
WITH delivered AS (
  SELECT departed_on, departed_at, delay, distance, origin, destination, count(*) AS deliveries
  FROM silver_flights
  WHERE source = 'feed'
  GROUP BY departed_on, departed_at, delay, distance, origin, destination
),
archived AS (
  SELECT DISTINCT departed_at, delay, distance, origin, destination
  FROM silver_flights
  WHERE source = 'archive'
)
SELECT
  d.departed_on,
  sum(d.deliveries) AS rows_delivered,
  count(*) AS flights,
  max(d.deliveries) AS most_deliveries,
  count(a.origin) AS flights_in_archive
FROM delivered d
LEFT JOIN archived a
  ON d.departed_at = a.departed_at AND d.delay = a.delay AND d.distance = a.distance
  AND d.origin = a.origin AND d.destination = a.destination
GROUP BY d.departed_on;
