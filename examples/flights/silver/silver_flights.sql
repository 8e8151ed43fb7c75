-- Flights of both sources in one form. `delay` is in minutes, `distance` in miles, `departed_at` is the scheduled local time.
CREATE OR REFRESH STREAMING TABLE silver_flights
(
  -- No aircraft makes up more than its own time in the air and half an hour.
  CONSTRAINT possible_gain EXPECT (delay >= -30 - distance * 60 / 500) ON VIOLATION DROP ROW,
  -- More than a day late is a date that is off by one, not a delay.
  CONSTRAINT delay_below_a_day EXPECT (delay < 1440) ON VIOLATION DROP ROW,
  -- The data end with June; a few rows carry the midnight after it.
  CONSTRAINT first_half_of_2001 EXPECT (departed_at >= TIMESTAMP '2001-01-01 00:00:00' AND departed_at < TIMESTAMP '2001-07-01 00:00:00')
    ON VIOLATION DROP ROW,
  CONSTRAINT airports_differ EXPECT (origin <> destination) ON VIOLATION DROP ROW,
  CONSTRAINT positive_distance EXPECT (distance > 0) ON VIOLATION FAIL UPDATE,
  -- Rare but real: kept, and counted in the event log.
  CONSTRAINT departs_by_day EXPECT (hour(departed_at) NOT BETWEEN 2 AND 4)
)
COMMENT 'Flights that can be trusted'
TBLPROPERTIES ('quality' = 'silver');

CREATE FLOW silver_from_archive
AS
INSERT INTO silver_flights BY NAME
SELECT
  'archive' AS source,
  source_file,
  CAST(date AS TIMESTAMP) AS departed_at,
  CAST(date AS DATE) AS departed_on,
  delay,
  distance,
  origin,
  destination
FROM STREAM(bronze_archive);

CREATE FLOW silver_from_feed
AS
INSERT INTO silver_flights BY NAME
SELECT
  'feed' AS source,
  source_file,
  to_timestamp(date, 'yyyy/MM/dd HH:mm') AS departed_at,
  CAST(to_timestamp(date, 'yyyy/MM/dd HH:mm') AS DATE) AS departed_on,
  delay,
  distance,
  origin,
  destination
FROM STREAM(bronze_feed);
