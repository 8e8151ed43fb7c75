CREATE OR REFRESH MATERIALIZED VIEW directors
COMMENT 'Directors of five films or more, by the rating of their films'
AS
SELECT
  director,
  count(*) AS films,
  round(avg(imdb_rating), 3) AS rating,
  sum(worldwide_gross - production_budget) AS surplus,
  min(released_on) AS first_on,
  max(released_on) AS last_on
FROM silver_movies
WHERE director IS NOT NULL AND imdb_rating IS NOT NULL
GROUP BY director
HAVING count(*) >= 5;
