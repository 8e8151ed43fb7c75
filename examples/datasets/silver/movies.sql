-- Release dates have two-digit years behind them: `Jun 12 2037` is a film of 1937.
CREATE OR REFRESH STREAMING TABLE silver_movies
(
  CONSTRAINT has_title EXPECT (title IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT has_takings EXPECT (worldwide_gross IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT world_holds_the_us EXPECT (worldwide_gross >= us_gross),
  CONSTRAINT rated EXPECT (imdb_rating IS NOT NULL OR rotten_tomatoes IS NOT NULL)
)
COMMENT 'Films with the year they came out'
AS
WITH dated AS (
  SELECT *, to_date(release_date, 'MMM dd yyyy') AS stated_on FROM STREAM(bronze_movies)
)
SELECT
  title,
  CASE WHEN year(stated_on) > 2010 THEN add_months(stated_on, -1200) ELSE stated_on END AS released_on,
  us_gross,
  worldwide_gross,
  production_budget,
  mpaa_rating,
  running_minutes,
  distributor,
  genre,
  director,
  rotten_tomatoes,
  imdb_rating,
  imdb_votes
FROM dated;
