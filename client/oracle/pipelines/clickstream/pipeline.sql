-- Web events: nested JSON, sessions, funnels.
CREATE OR REFRESH STREAMING TABLE events_raw
COMMENT 'Events as they came'
AS SELECT *, _metadata.file_name AS source_file FROM STREAM read_files('data/events/*.json', format => 'json');

CREATE OR REFRESH STREAMING TABLE events (
  CONSTRAINT has_user EXPECT (user_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT known_type EXPECT (event_type IN ('view', 'click', 'purchase'))
)
AS SELECT event_id, user.id AS user_id, upper(user.country) AS country, to_timestamp(ts) AS event_time,
  lower(type) AS event_type, nullif(page, '') AS page,
  split_part(page, '?', 1) AS path, regexp_extract(page, 'product/([0-9]+)', 1) AS product,
  props.price AS price, coalesce(size(props.tags), -1) AS tag_count, props.tags AS tags
FROM STREAM(events_raw);

CREATE TEMPORARY VIEW ordered AS
SELECT *, lag(event_time) OVER (PARTITION BY user_id ORDER BY event_time, event_id) AS previous FROM events;

CREATE OR REFRESH MATERIALIZED VIEW sessions AS
WITH marked AS (
  SELECT *, CASE WHEN previous IS NULL OR unix_timestamp(event_time) - unix_timestamp(previous) > 1800 THEN 1 ELSE 0 END AS starts
  FROM ordered
), numbered AS (
  SELECT *, sum(starts) OVER (PARTITION BY user_id ORDER BY event_time, event_id) AS session FROM marked
)
SELECT user_id, session, min(event_time) AS started, max(event_time) AS ended, count(*) AS events,
  count_if(event_type = 'purchase') AS purchases, round(sum(price), 2) AS spent, unix_timestamp(max(event_time)) - unix_timestamp(min(event_time)) AS lasted,
  count(DISTINCT path) AS paths
FROM numbered GROUP BY user_id, session;

CREATE OR REFRESH MATERIALIZED VIEW funnel AS
SELECT coalesce(country, 'unknown') AS country, date(event_time) AS day,
  count(*) FILTER (WHERE event_type = 'view') AS views,
  count(*) FILTER (WHERE event_type = 'click') AS clicks,
  count(DISTINCT user_id) AS users,
  avg(price) AS mean_price
FROM events GROUP BY ALL HAVING count(*) > 2;

CREATE OR REFRESH MATERIALIZED VIEW tags AS
SELECT tag, count(*) AS uses, sort_array(collect_set(user_id)) AS users
FROM events LATERAL VIEW explode(tags) t AS tag
GROUP BY tag;

CREATE OR REFRESH MATERIALIZED VIEW last_page AS
SELECT user_id, page, event_time FROM events
QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY event_time DESC, event_id DESC) = 1;
