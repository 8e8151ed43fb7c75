-- Flights three hours late or more, as they come in.
CREATE OR REFRESH STREAMING TABLE long_delays
TBLPROPERTIES ('quality' = 'gold')
AS
SELECT
  source,
  departed_at,
  origin,
  destination,
  delay,
  delay / 60 AS delay_hours,
  CASE WHEN delay >= 720 THEN 'half a day' WHEN delay >= 360 THEN 'six hours' ELSE 'three hours' END AS class
FROM STREAM(silver_flights)
WHERE delay >= 180;
