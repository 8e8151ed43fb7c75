-- Three million flights of the first half of 2001, one Parquet file, kept as received.
CREATE OR REFRESH STREAMING TABLE bronze_archive
COMMENT 'Flights of the archive, as received'
TBLPROPERTIES ('quality' = 'bronze')
AS
SELECT
  date,
  delay,
  distance,
  origin,
  destination,
  _metadata.file_name AS source_file
FROM STREAM read_files('${landing}/archive/*.parquet', format => 'parquet');
