-- Punctuality of each airport's departures in the archive; late means a quarter of an hour or more.
CREATE OR REFRESH MATERIALIZED VIEW airport_delays
TBLPROPERTIES ('quality' = 'gold')
AS
SELECT
  origin AS airport,
  count(*) AS flights,
  count(DISTINCT destination) AS destinations,
  sum(delay) AS delay_minutes,
  avg(delay) AS mean_delay,
  sum(CASE WHEN delay >= 15 THEN 1 ELSE 0 END) AS late_flights,
  max(delay) AS worst_delay
FROM silver_flights
WHERE source = 'archive'
GROUP BY origin
HAVING count(*) >= 100;
