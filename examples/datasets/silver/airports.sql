CREATE OR REFRESH STREAMING TABLE silver_airports
(
  CONSTRAINT has_code EXPECT (iata IS NOT NULL AND length(iata) BETWEEN 3 AND 4) ON VIOLATION DROP ROW,
  -- Kept, and counted: the text `NA` stands for an unknown city or state.
  CONSTRAINT has_city EXPECT (city IS NOT NULL),
  CONSTRAINT in_the_usa EXPECT (country = 'USA') ON VIOLATION DROP ROW
)
COMMENT 'Airports of the United States'
AS
SELECT
  iata,
  name,
  nullif(city, 'NA') AS city,
  nullif(state, 'NA') AS state,
  country,
  latitude,
  longitude
FROM STREAM(bronze_airports);
