-- The feed: NDJSON files that arrive one after the other, times as text. Each file repeats flights of the files before it.
CREATE OR REFRESH STREAMING TABLE bronze_feed
COMMENT 'Flights of the feed, as received'
TBLPROPERTIES ('quality' = 'bronze')
AS
SELECT
  date,
  delay,
  distance,
  origin,
  destination,
  _metadata.file_name AS source_file
FROM STREAM read_files('${landing}/feed/*.json', format => 'json');
