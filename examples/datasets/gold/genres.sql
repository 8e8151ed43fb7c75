CREATE OR REFRESH MATERIALIZED VIEW genres
COMMENT 'What films of a genre cost and took, decade by decade'
AS
SELECT
  floor(year(released_on) / 10) * 10 AS decade,
  coalesce(genre, 'unknown') AS genre,
  count(*) AS films,
  sum(production_budget) AS budget,
  sum(worldwide_gross) AS takings,
  round(avg(imdb_rating), 2) AS rating,
  max_by(title, struct(worldwide_gross, title)) AS most_successful
FROM silver_movies
GROUP BY ALL;
