CREATE OR REFRESH STREAMING TABLE silver_earthquakes
(
  CONSTRAINT has_magnitude EXPECT (magnitude IS NOT NULL) ON VIOLATION DROP ROW,
  -- Blasts in quarries and the like are in the feed too.
  CONSTRAINT is_an_earthquake EXPECT (kind = 'earthquake') ON VIOLATION DROP ROW,
  CONSTRAINT below_ground EXPECT (depth_km >= 0)
)
COMMENT 'Earthquakes, one row each'
AS
SELECT
  feature.id AS id,
  timestamp_millis(feature.properties.time) AS happened_at,
  feature.properties.mag AS magnitude,
  feature.properties.magType AS scale,
  feature.properties.type AS kind,
  feature.properties.net AS network,
  feature.properties.place AS place,
  -- `5km NE of San Marino, CA` lies in California
  nullif(regexp_extract(feature.properties.place, ', ([^,]+)$', 1), '') AS region,
  feature.properties.tsunami = 1 AS has_tsunami_notice,
  feature.geometry.coordinates[0] AS longitude,
  feature.geometry.coordinates[1] AS latitude,
  feature.geometry.coordinates[2] AS depth_km
FROM (SELECT explode(features) AS feature FROM STREAM(bronze_earthquakes));
