-- The tables of the pipeline, written by hand for DuckDB over the same source files. `archive` and `feed` are views of those files.

CREATE TEMP TABLE flights AS
SELECT 'archive' AS source, date AS departed_at, delay, distance, origin, destination FROM archive
UNION ALL
SELECT 'feed', strptime(date, '%Y/%m/%d %H:%M'), delay, distance, origin, destination FROM feed;

CREATE TEMP TABLE expected_violations AS
SELECT name, count(*) FILTER (kept) AS passed, count(*) FILTER (NOT kept) AS failed
FROM (
  UNPIVOT (
    SELECT
      delay >= -30 - CAST(distance AS DOUBLE) * 60 / 500 AS possible_gain,
      delay < 1440 AS delay_below_a_day,
      departed_at >= TIMESTAMP '2001-01-01 00:00:00' AND departed_at < TIMESTAMP '2001-07-01 00:00:00' AS first_half_of_2001,
      origin <> destination AS airports_differ,
      distance > 0 AS positive_distance,
      hour(departed_at) NOT BETWEEN 2 AND 4 AS departs_by_day
    FROM flights
  )
  ON COLUMNS(*) INTO NAME name VALUE kept
)
GROUP BY name;

CREATE TEMP TABLE cleaned AS
SELECT *, CAST(departed_at AS DATE) AS departed_on
FROM flights
WHERE delay >= -30 - CAST(distance AS DOUBLE) * 60 / 500
  AND delay < 1440
  AND departed_at >= TIMESTAMP '2001-01-01 00:00:00' AND departed_at < TIMESTAMP '2001-07-01 00:00:00'
  AND origin <> destination;

CREATE TEMP TABLE expected_silver_flights AS
SELECT source, departed_at, departed_on, delay, distance, origin, destination FROM cleaned;

CREATE TEMP TABLE expected_airport_delays AS
SELECT
  origin AS airport,
  count(*) AS flights,
  count(DISTINCT destination) AS destinations,
  CAST(sum(delay) AS BIGINT) AS delay_minutes,
  CAST(sum(delay) AS DOUBLE) / count(*) AS mean_delay,
  count(*) FILTER (delay >= 15) AS late_flights,
  max(delay) AS worst_delay
FROM cleaned
WHERE source = 'archive'
GROUP BY origin
HAVING count(*) >= 100;

CREATE TEMP TABLE expected_busiest_routes AS
SELECT
  CAST(month(departed_on) AS INTEGER) AS month,
  origin,
  CAST(row_number() OVER (PARTITION BY month(departed_on), origin ORDER BY count(*) DESC, destination) AS INTEGER) AS place,
  destination,
  count(*) AS flights,
  CAST(sum(distance) AS BIGINT) AS miles,
  CAST(sum(delay) AS DOUBLE) / count(*) AS mean_delay
FROM cleaned
WHERE source = 'archive'
GROUP BY month(departed_on), origin, destination
QUALIFY place <= 3;

CREATE TEMP TABLE expected_feed_quality AS
WITH feed_flights AS (
  SELECT departed_on, departed_at, delay, distance, origin, destination, count(*) AS deliveries
  FROM cleaned
  WHERE source = 'feed'
  GROUP BY ALL
)
SELECT
  departed_on,
  CAST(sum(deliveries) AS BIGINT) AS rows_delivered,
  count(*) AS flights,
  max(deliveries) AS most_deliveries,
  count(*) FILTER (
    (departed_at, delay, distance, origin, destination) IN
      (SELECT (departed_at, delay, distance, origin, destination) FROM cleaned WHERE source = 'archive')
  ) AS flights_in_archive
FROM feed_flights
GROUP BY departed_on;

CREATE TEMP TABLE expected_long_delays AS
SELECT
  source,
  departed_at,
  origin,
  destination,
  delay,
  CAST(delay AS DOUBLE) / 60 AS delay_hours,
  CASE WHEN delay >= 720 THEN 'half a day' WHEN delay >= 360 THEN 'six hours' ELSE 'three hours' END AS class
FROM cleaned
WHERE delay >= 180;
