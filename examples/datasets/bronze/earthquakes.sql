-- GeoJSON: one document, whose features are an array of structs. They become rows in silver.
CREATE OR REFRESH STREAMING TABLE bronze_earthquakes
COMMENT 'Feeds of earthquakes, one row a document'
AS
SELECT metadata, features, bbox
FROM STREAM read_files('${landing}/earthquakes*.json', format => 'json', multiLine => 'true');
