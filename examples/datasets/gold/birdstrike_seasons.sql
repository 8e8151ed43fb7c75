CREATE OR REFRESH MATERIALIZED VIEW birdstrike_seasons
COMMENT 'Collisions by month and time of day; most happen when birds migrate'
AS
SELECT
  month(flight_date) AS month,
  count_if(time_of_day = 'Day') AS by_day,
  count_if(time_of_day = 'Night') AS by_night,
  count_if(time_of_day IN ('Dawn', 'Dusk')) AS at_twilight,
  rank() OVER (ORDER BY count(*) DESC) AS rank
FROM silver_birdstrikes
GROUP BY month(flight_date);
