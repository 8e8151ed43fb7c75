-- CSV with a header; types are inferred, so latitude and longitude are DOUBLE.
CREATE OR REFRESH STREAMING TABLE bronze_airports
COMMENT 'Airports, as received'
AS
SELECT * FROM STREAM read_files('${landing}/airports*.csv', format => 'csv', header => 'true', inferSchema => 'true');
