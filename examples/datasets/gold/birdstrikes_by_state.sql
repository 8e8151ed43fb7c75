CREATE OR REFRESH MATERIALIZED VIEW birdstrikes_by_state
COMMENT 'Collisions, damage and cost by state, with the number of airports there'
AS
WITH airports AS (
  SELECT state, count(*) AS airports FROM silver_airports WHERE state IS NOT NULL GROUP BY state
), codes AS (
  SELECT * FROM VALUES
    ('California', 'CA'), ('Colorado', 'CO'), ('Florida', 'FL'), ('Georgia', 'GA'), ('Illinois', 'IL'), ('Louisiana', 'LA'),
    ('Michigan', 'MI'), ('New Jersey', 'NJ'), ('New York', 'NY'), ('Ohio', 'OH'), ('Tennessee', 'TN'), ('Texas', 'TX')
    AS codes(state, code)
)
SELECT
  strikes.state,
  max(airports.airports) AS airports,
  count(*) AS collisions,
  count_if(strikes.damage <> 'None') AS with_damage,
  sum(strikes.cost_total) AS cost,
  percentile(strikes.speed_knots, 0.5) AS median_speed_knots,
  mode(strikes.species, true) AS most_met
FROM silver_birdstrikes strikes
LEFT JOIN codes ON strikes.state = codes.state
LEFT JOIN airports ON codes.code = airports.state
GROUP BY strikes.state;
