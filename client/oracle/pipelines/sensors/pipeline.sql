-- Sensor readings: typed schema, percentiles, rollups, joins of every kind.
CREATE STREAMING LIVE TABLE readings (
  CONSTRAINT sane_humidity EXPECT (humidity BETWEEN 0 AND 100) ON VIOLATION DROP ROW
) AS
SELECT device, CAST(reading_time AS TIMESTAMP) AS reading_time, CAST(temperature AS DECIMAL(8, 3)) AS temperature,
  CAST(humidity AS INT) AS humidity, upper(trim(status)) AS status, firmware
FROM STREAM read_files('data/readings.json', format => 'json',
  schema => 'device STRING, reading_time STRING, temperature DOUBLE, humidity BIGINT, status STRING, firmware STRING');

CREATE OR REFRESH MATERIALIZED VIEW devices AS SELECT * FROM read_files('data/devices.json', format => 'json');

CREATE OR REFRESH MATERIALIZED VIEW monthly AS
SELECT device, date_trunc('MONTH', reading_time) AS month, count(*) AS readings, avg(temperature) AS mean, min(temperature) AS low,
  max(temperature) AS high, stddev(humidity) AS spread, percentile(humidity, 0.9) AS p90, sum(temperature) AS total
FROM LIVE.readings GROUP BY device, date_trunc('MONTH', reading_time);

CREATE OR REFRESH MATERIALIZED VIEW cube_of_status AS
SELECT device, status, count(*) AS n FROM readings GROUP BY CUBE (device, status);

CREATE OR REFRESH MATERIALIZED VIEW alarms AS
SELECT r.device, d.site, r.reading_time, r.temperature, d.limits.high - r.temperature AS margin,
  CASE WHEN r.temperature > d.limits.high THEN 'hot' WHEN r.temperature < d.limits.low THEN 'cold' ELSE 'fine' END AS state
FROM readings r LEFT JOIN devices d USING (device)
WHERE r.temperature IS NOT NULL AND (d.device IS NULL OR r.temperature NOT BETWEEN d.limits.low AND d.limits.high);

CREATE OR REFRESH MATERIALIZED VIEW silent_devices AS
SELECT device, site, datediff(DATE'2026-04-01', CAST(installed AS DATE)) AS days, add_months(CAST(installed AS DATE), 1) AS first_service
FROM devices d WHERE NOT EXISTS (SELECT 1 FROM readings r WHERE r.device = d.device);

CREATE OR REFRESH MATERIALIZED VIEW every_pair AS
SELECT coalesce(r.device, d.device) AS device, r.n, d.site FROM (SELECT device, count(*) n FROM readings GROUP BY device) r
FULL OUTER JOIN devices d ON r.device = d.device;

CREATE OR REFRESH MATERIALIZED VIEW by_firmware AS
SELECT firmware, split(firmware, '[.]')[0] AS major, sum(CASE status WHEN 'OK' THEN 1 ELSE 0 END) AS ok,
  rank() OVER (ORDER BY count(*) DESC) AS place, round(100.0 * count(*) / sum(count(*)) OVER (), 2) AS share
FROM readings GROUP BY firmware;
