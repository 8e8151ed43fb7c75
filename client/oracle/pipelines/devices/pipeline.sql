CREATE STREAMING TABLE bronze AS SELECT *, current_timestamp() > ts AS past FROM STREAM read_files('data/readings', format => 'json');
CREATE MATERIALIZED VIEW devices AS SELECT id, site, to_date(installed) AS installed, limits FROM read_files('data/devices.json', format => 'json', multiLine => 'true');
CREATE STREAMING TABLE measures (CONSTRAINT named EXPECT (name IS NOT NULL) ON VIOLATION DROP ROW, CONSTRAINT warm EXPECT (value < 45 OR value IS NULL))
AS SELECT device.id AS id, device.fw, ts, m.name, CAST(m.value AS DOUBLE) AS value, size(tags) AS tags, array_contains(tags, 'a') has_a, try_element_at(tags, -1) last_tag
FROM STREAM(bronze) LATERAL VIEW OUTER explode(metrics) x AS m;
CREATE STREAMING TABLE payloads AS
SELECT device.id, ts, p.v, p.ok, p.geo.lat AS lat, round(p.geo.lon, 1) lon, get_json_object(payload, '$.geo.lat') raw_lat
FROM (SELECT *, from_json(payload, 'v INT, ok BOOLEAN, geo STRUCT<lat: DOUBLE, lon: DOUBLE>') AS p FROM STREAM(bronze));
CREATE MATERIALIZED VIEW per_site AS
SELECT d.site, m.name, window(m.ts, '1 hour').start AS hour, avg(m.value) avg_value, min(value) lo, max(value) hi, count_if(value > d.limits.temp) over_limit, collect_set(fw) IS NOT NULL AS has, sort_array(collect_set(m.id)) ids, approx_count_distinct(m.id) devs
FROM measures m JOIN devices d ON d.id = m.id GROUP BY d.site, m.name, window(m.ts, '1 hour');
CREATE MATERIALIZED VIEW missing AS SELECT DISTINCT id FROM measures WHERE id NOT IN (SELECT id FROM devices);
CREATE MATERIALIZED VIEW tags AS SELECT tag, count(*) n, sum(pos) p FROM bronze LATERAL VIEW posexplode(tags) t AS pos, tag GROUP BY tag;
CREATE MATERIALIZED VIEW arrays AS SELECT device.id, ts, transform(metrics, m -> concat(m.name, '=', coalesce(CAST(m.value AS STRING), '?'))) AS shown, filter(metrics, m -> m.value > 20) warm, aggregate(metrics, 0D, (a, m) -> a + coalesce(m.value, 0)) total, map_from_entries(transform(array_distinct(metrics.name), n -> struct(n, length(n)))) lens, exists(tags, t -> t = 'b') b, array_join(array_sort(tags), '/') joined, split(device.fw, '\\.')[0] major, to_json(device) dj FROM bronze;
CREATE MATERIALIZED VIEW versions AS SELECT device.fw, CASE WHEN device.fw RLIKE '^[0-9]+\\.[0-9]+$' THEN 'release' WHEN device.fw LIKE '%rc%' THEN 'candidate' END kind, count(*) n FROM bronze GROUP BY ALL;
