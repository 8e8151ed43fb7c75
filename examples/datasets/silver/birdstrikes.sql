-- `damage` is a word for most rows and the code of the form for a few (`C`, `B`); the cost is the sum of its parts, or the row is wrong.
CREATE OR REFRESH STREAMING TABLE silver_birdstrikes
(
  CONSTRAINT known_damage EXPECT (damage IN ('None', 'Minor', 'Medium', 'Substantial')) ON VIOLATION DROP ROW,
  CONSTRAINT cost_adds_up EXPECT (cost_total = cost_other + cost_repair),
  -- Empty in more than a quarter of the rows: nobody read the instrument.
  CONSTRAINT has_speed EXPECT (speed_knots IS NOT NULL),
  CONSTRAINT flies EXPECT (speed_knots IS NULL OR speed_knots BETWEEN 0 AND 400) ON VIOLATION DROP ROW
)
COMMENT 'Collisions with a damage that is known'
AS
SELECT
  airport_name,
  aircraft,
  damage,
  flight_date,
  -- an asterisk marks operators that have merged since
  rtrim('*', operator) AS operator,
  state,
  phase,
  wildlife_size,
  species,
  time_of_day,
  cost_other,
  cost_repair,
  cost_total,
  speed_knots
FROM STREAM(bronze_birdstrikes);
