-- One JSON array over many lines. Nine titles are numbers (1776, 1941, …); among texts they are texts too.
CREATE OR REFRESH STREAMING TABLE bronze_movies
COMMENT 'Films with their takings and ratings, as received'
AS
SELECT
  `Title` AS title,
  `US Gross` AS us_gross,
  `Worldwide Gross` AS worldwide_gross,
  `US DVD Sales` AS us_dvd_sales,
  `Production Budget` AS production_budget,
  `Release Date` AS release_date,
  `MPAA Rating` AS mpaa_rating,
  `Running Time min` AS running_minutes,
  `Distributor` AS distributor,
  `Source` AS source,
  `Major Genre` AS genre,
  `Creative Type` AS creative_type,
  `Director` AS director,
  `Rotten Tomatoes Rating` AS rotten_tomatoes,
  `IMDB Rating` AS imdb_rating,
  `IMDB Votes` AS imdb_votes
FROM STREAM read_files('${landing}/movies*.json', format => 'json', multiLine => 'true');
