-- Who stands where as of a day, for a requirement by calendar periods; written from the definitions that the console
-- shows (怎么算的), beside nothing of the program's own arithmetic.
-- ?1 duty, ?2 first day, ?3 first day after, ?4 as of, ?5 cadence, ?6 cut, ?7 day before which a phone counts as silent
WITH RECURSIVE
day (d) AS (
    SELECT ?2
    UNION ALL
    SELECT date(d, '+1 day') FROM day WHERE date(d, '+1 day') < ?3 AND date(d, '+1 day') <= ?4
),
edge (last) AS (SELECT max(d) FROM day),
-- The rule of a day: of those in force the one that began last.
ruled (d, rule) AS (
    SELECT d, (SELECT id FROM rule WHERE duty = ?1 AND start <= d AND (until IS NULL OR d < until)
               ORDER BY start DESC LIMIT 1)
    FROM day
),
asking (d, rule) AS (
    SELECT d, rule FROM ruled JOIN rule ON rule.id = ruled.rule WHERE cadence = ?5 AND cut = ?6
),
-- Who is in a category of it on a day.
belongs (person, d, rule) AS (
    SELECT DISTINCT member.person, d, asking.rule
    FROM asking
    JOIN rule_list AS listed ON listed.rule = asking.rule AND listed.what = 'category'
    JOIN member ON member.code = listed.code
        AND (member.start IS NULL OR member.start <= d) AND (member.until IS NULL OR d < member.until)
),
-- 名册: from the first such day of the period on which the person was alive and here.
register (person, entered) AS (
    SELECT person.id, min(d) FROM belongs JOIN person ON person.id = belongs.person
    WHERE NOT merged AND (died IS NULL OR died > d) AND (moved_out IS NULL OR moved_out > d)
    GROUP BY person.id
),
standing (person, entered, village, gone) AS (
    SELECT register.person, entered,
        coalesce((SELECT moved.village FROM moved
                  WHERE moved.person = register.person AND moved.day > last ORDER BY moved.day LIMIT 1),
                 person.village),
        coalesce(died <= last, 0) OR coalesce(moved_out <= last, 0) OR pending OR coalesce(refused <= last, 0)
        OR NOT EXISTS (SELECT 1 FROM belongs WHERE belongs.person = register.person AND d = last)
        OR EXISTS (SELECT 1 FROM away WHERE away.person = register.person AND kind IN ('hospital', 'institution')
                   AND start <= last AND (until IS NULL OR last < until))
        -- 新近纳入: too short before the period's end.
        OR (entered > ?2 AND julianday(?3) - julianday(entered) <
            (SELECT enrolled FROM rule JOIN asking ON rule.id = asking.rule WHERE asking.d = entered))
    FROM register JOIN person ON person.id = register.person JOIN edge
),
-- Going-there within the period, by the rule of its own day: who was only told of was not gone to.
gone_to (person, home, accepted, counts, changed) AS (
    SELECT part.person, way = 'home', accepted, accepted AND met_fits AND visitors_fit, changed
    FROM (
        SELECT part.*, ruled.rule,
            EXISTS (SELECT 1 FROM rule_list WHERE rule_list.rule = ruled.rule AND what = 'way' AND code = part.way)
            OR EXISTS (SELECT 1 FROM away WHERE away.person = part.person AND start <= part.day
                       AND (until IS NULL OR part.day < until)
                       AND (kind = 'migrant' OR (kind = 'boarding' AND part.way = 'elsewhere'))) AS accepted,
            EXISTS (SELECT 1 FROM rule_list
                    WHERE rule_list.rule = ruled.rule AND what = 'met' AND code = part.met) AS met_fits,
            part.visitors >= (SELECT visitors FROM rule WHERE rule.id = ruled.rule) AS visitors_fit,
            coalesce(part.reason IN ('hospital', 'migrant', 'boarding', 'institution', 'moved_away',
                                     'registration_moved', 'died'), 0) AS changed
        FROM part JOIN ruled ON ruled.d = part.day JOIN rule ON rule.id = ruled.rule AND rule.kind = 'care'
        WHERE part.way <> 'report'
    ) AS part
),
seen (person, met_home, met, tried) AS (
    SELECT person, max(counts AND home), max(counts), max(NOT counts AND (accepted OR home OR changed))
    FROM gone_to GROUP BY person
),
-- 情况有变待确认: reported by then, whenever, and the township has not spoken.
open_change (person) AS (
    SELECT DISTINCT part.person FROM part JOIN edge
    WHERE part.day <= last
        AND reason IN ('hospital', 'migrant', 'boarding', 'institution', 'moved_away', 'registration_moved', 'died')
        AND NOT EXISTS (SELECT 1 FROM decided WHERE decided.person = part.person AND decided.part = part.id)
),
-- 手机未回传: phones of those who carry it in the village, none of which was heard for some days.
carried (village, last_heard) AS (
    SELECT area.code, max(max(phone.enrolled, coalesce((SELECT max(heard.day) FROM heard
                              WHERE heard.staff = phone.staff AND heard.day <= ?4), phone.enrolled)))
    FROM area
    JOIN post ON post.area IN (area.code, area.parent,
                               (SELECT above.parent FROM area AS above WHERE above.code = area.parent))
        AND post.start <= ?4 AND (post.until IS NULL OR ?4 < post.until)
    JOIN rule_list AS listed ON listed.what = 'role' AND listed.code = post.role
        AND listed.rule = (SELECT id FROM rule WHERE duty = ?1 AND start <= ?4 AND (until IS NULL OR ?4 < until)
                           ORDER BY start DESC LIMIT 1)
    JOIN phone ON phone.staff = post.staff AND phone.enrolled <= ?4
    GROUP BY area.code
),
silent (village) AS (SELECT village FROM carried WHERE last_heard <= ?7)
SELECT village,
    CASE
        WHEN gone THEN 'excluded'
        WHEN coalesce(seen.met_home, 0) THEN 'met_home'
        WHEN coalesce(seen.met, 0) THEN 'met_other'
        WHEN standing.person IN (SELECT person FROM open_change) THEN 'change_pending'
        WHEN coalesce(seen.tried, 0) THEN 'tried'
        WHEN village IN (SELECT village FROM silent) THEN 'silent'
        ELSE 'not_yet'
    END AS status,
    count(*)
FROM standing LEFT JOIN seen ON seen.person = standing.person
GROUP BY 1, 2
