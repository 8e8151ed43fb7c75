-- Staff: dirty strings, nested records, arrays of structs.
CREATE OR REFRESH STREAMING TABLE staff (
  CONSTRAINT paid EXPECT (salary > 0) ON VIOLATION DROP ROW,
  CONSTRAINT hired_once EXPECT (hired IS NOT NULL)
) AS
SELECT id, initcap(trim(regexp_replace(name, '\\s+', ' '))) AS name, coalesce(dept, 'none') AS dept,
  try_cast(replace(salary, ',', '') AS DECIMAL(10, 2)) AS salary, try_cast(hired AS DATE) AS hired, skills, manager,
  address.city, address.geo.lat AS lat, bonuses
FROM STREAM read_files('data/employees.json', format => 'json');

CREATE OR REFRESH MATERIALIZED VIEW bonus AS
SELECT id, name, b.year, b.amount, sum(b.amount) OVER (PARTITION BY id ORDER BY b.year ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS running
FROM staff LATERAL VIEW OUTER explode(bonuses) x AS b;

CREATE OR REFRESH MATERIALIZED VIEW skills AS
SELECT skill, dept, count(*) AS people, array_join(sort_array(collect_list(name)), '|') AS who
FROM (SELECT explode(skills) AS skill, dept, name FROM staff) GROUP BY skill, dept;

CREATE OR REFRESH MATERIALIZED VIEW managers AS
SELECT m.id, m.name, count(e.id) AS reports, avg(e.salary) AS mean_salary, max_by(e.name, struct(e.salary, e.id)) AS best_paid
FROM staff m JOIN staff e ON e.manager = m.id GROUP BY m.id, m.name;

CREATE OR REFRESH MATERIALIZED VIEW above_average AS
SELECT id, name, salary FROM staff s
WHERE salary > (SELECT avg(salary) FROM staff) AND dept IN (SELECT dept FROM staff GROUP BY dept HAVING count(*) > 5);

CREATE OR REFRESH MATERIALIZED VIEW by_year AS
SELECT year(hired) AS year, quarter(hired) AS quarter, dayofweek(hired) AS weekday, date_format(hired, 'EEE, dd MMM yyyy') AS shown,
  count(*) AS n, percentile_approx(salary, 0.5) AS median, concat_ws(',', sort_array(collect_set(city))) AS cities
FROM staff GROUP BY ALL;

CREATE OR REFRESH MATERIALIZED VIEW documents AS
SELECT id, to_json(named_struct('n', name, 's', skills, 'b', bonuses)) AS doc, map_from_arrays(skills, skills) AS m,
  array_contains(skills, 'sql') AS sql, try_element_at(bonuses, 1).amount AS first_bonus, md5(name) AS digest, size(skills) AS n,
  name LIKE '%a%' AS has_a, name RLIKE '^[A-C]' AS early, lpad(CAST(id AS STRING), 5, '0') AS code
FROM staff;
