-- The header's names have spaces and a `$`, which a Delta table does not take: each column gets a name of its own.
CREATE OR REFRESH STREAMING TABLE bronze_birdstrikes
COMMENT 'Collisions of aircraft with wildlife, as reported'
AS
SELECT
  `Airport Name` AS airport_name,
  `Aircraft Make Model` AS aircraft,
  `Effect Amount of damage` AS damage,
  `Flight Date` AS flight_date,
  `Aircraft Airline Operator` AS operator,
  `Origin State` AS state,
  `Phase of flight` AS phase,
  `Wildlife Size` AS wildlife_size,
  `Wildlife Species` AS species,
  `Time of day` AS time_of_day,
  `Cost Other` AS cost_other,
  `Cost Repair` AS cost_repair,
  `Cost Total $` AS cost_total,
  `Speed IAS in knots` AS speed_knots
FROM STREAM read_files('${landing}/birdstrikes*.csv', format => 'csv', header => 'true', inferSchema => 'true');
