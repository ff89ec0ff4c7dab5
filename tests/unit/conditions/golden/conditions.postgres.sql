-- contact.role = 'it''s'
"contact"."role" COLLATE "C" = 'it''s'

-- contact.role > 'a' and contact.role between 'a' and 'b' and contact.role in ('a', 'b')
("contact"."role" COLLATE "C" > 'a') AND ("contact"."role" COLLATE "C" BETWEEN 'a' AND 'b') AND ("contact"."role" COLLATE "C" IN ('a', 'b'))

-- contact.language is not null
NOT ("contact"."language" IS NULL)

-- contact.active and not contact.logins in (1, -2)
"contact"."active" AND (NOT ("contact"."logins" IN (1, (-2))))

-- contact.role like 'a\_%' or contact.role ilike 'Ä%'
("contact"."role" COLLATE "C" LIKE 'a\_%' ESCAPE '') OR (TRANSLATE(LOWER("contact"."role" COLLATE "C"), CASE WHEN "contact"."role" COLLATE "C" ~ '[^ -~]' THEN 'ÀÁÂ…' ELSE '' END, 'àáâ…') COLLATE "C" LIKE 'ä%' ESCAPE '')

-- starts_with(contact.role, 'a') or ends_with(contact.role, 'a') or contains(contact.role, 'a')
(STARTS_WITH("contact"."role" COLLATE "C", 'a')) OR (RIGHT("contact"."role", LENGTH('a')) = 'a' COLLATE "C") OR (POSITION('a' IN ("contact"."role" COLLATE "C")) > 0)

-- trim(contact.role) = upper(contact.role) and length(contact.role) = 3
((TRIM(' ' || CHR(9) || CHR(13) || CHR(10) FROM "contact"."role")) COLLATE "C" = (TRANSLATE(UPPER("contact"."role" COLLATE "C"), CASE WHEN "contact"."role" COLLATE "C" ~ '[^ -~]' THEN 'µßà…' ELSE '' END, 'ΜẞÀ…'))) AND ((LENGTH("contact"."role")) = 3)

-- lower(trim(contact.role)) = 'admin'
((SELECT TRANSLATE(LOWER("jo.once"."a" COLLATE "C"), CASE WHEN "jo.once"."a" COLLATE "C" ~ '[^ -~]' THEN 'ÀÁÂ…' ELSE '' END, 'àáâ…') FROM (SELECT (TRIM(' ' || CHR(9) || CHR(13) || CHR(10) FROM "contact"."role")) AS "a" OFFSET 0) AS "jo.once")) COLLATE "C" = 'admin'

-- coalesce(contact.language, '') = least(contact.role, 'b')
COALESCE("contact"."language" COLLATE "C", '') COLLATE "C" = LEAST("contact"."role" COLLATE "C", 'b')

-- contact.born > '2026-01-01' and contact.created_at > '2026-01-01'
("contact"."born" > CAST('2026-01-01' AS DATE)) AND ("contact"."created_at" > CAST('2026-01-01 00:00' AS TIMESTAMP))

-- days_since(contact.born) <= 30 and days_until(contact.created_at) > 3
((CAST('2026-11-22' AS DATE) - "contact"."born") <= 30) AND ((CAST(FLOOR(CAST(EXTRACT(EPOCH FROM "contact"."created_at" - CAST('2026-11-22 09:30' AS TIMESTAMP)) * 1000000 AS DOUBLE PRECISION) / 86400000000.0e0) AS BIGINT)) > 3)

-- hours_since(contact.created_at) < 36 and weekday(contact.born) = 1 and year(contact.created_at) = 2026
((CAST(EXTRACT(EPOCH FROM CAST('2026-11-22 09:30' AS TIMESTAMP) - "contact"."created_at") * 1000000 AS DOUBLE PRECISION) / 3600000000.0e0) < 36) AND ((CAST(EXTRACT(ISODOW FROM "contact"."born") AS BIGINT)) = 1) AND ((CAST(EXTRACT(YEAR FROM "contact"."created_at") AS BIGINT)) = 2026)

-- contact.score = 0.1
"contact"."score" = CAST('0.1' AS DOUBLE PRECISION)

-- contact.score + 1 > contact.logins - contact.score
(CASE WHEN ABS(CAST("contact"."score" AS DOUBLE PRECISION)) < CAST('1e+290' AS DOUBLE PRECISION) OR ABS(CAST(1 AS DOUBLE PRECISION)) < CAST('1e+290' AS DOUBLE PRECISION) THEN CAST("contact"."score" AS DOUBLE PRECISION) + CAST(1 AS DOUBLE PRECISION) WHEN ABS(CAST("contact"."score" AS DOUBLE PRECISION) / 2 + CAST(1 AS DOUBLE PRECISION) / 2) < CAST('8.98846567431158e+307' AS DOUBLE PRECISION) THEN CAST("contact"."score" AS DOUBLE PRECISION) + CAST(1 AS DOUBLE PRECISION) END) > (CASE WHEN ABS(CAST("contact"."logins" AS DOUBLE PRECISION)) < CAST('1e+290' AS DOUBLE PRECISION) OR ABS(CAST("contact"."score" AS DOUBLE PRECISION)) < CAST('1e+290' AS DOUBLE PRECISION) THEN CAST("contact"."logins" AS DOUBLE PRECISION) - CAST("contact"."score" AS DOUBLE PRECISION) WHEN ABS(CAST("contact"."logins" AS DOUBLE PRECISION) / 2 - CAST("contact"."score" AS DOUBLE PRECISION) / 2) < CAST('8.98846567431158e+307' AS DOUBLE PRECISION) THEN CAST("contact"."logins" AS DOUBLE PRECISION) - CAST("contact"."score" AS DOUBLE PRECISION) END)

-- contact.score * 2 > contact.score / contact.logins
(CASE WHEN ABS(CAST("contact"."score" AS DOUBLE PRECISION)) > 1 AND ABS(CAST(2 AS DOUBLE PRECISION)) > 1 THEN CASE WHEN ABS((CAST("contact"."score" AS DOUBLE PRECISION) * CAST('7.458340731200207e-155' AS DOUBLE PRECISION)) * (CAST(2 AS DOUBLE PRECISION) * CAST('7.458340731200207e-155' AS DOUBLE PRECISION))) < 1 THEN CAST("contact"."score" AS DOUBLE PRECISION) * CAST(2 AS DOUBLE PRECISION) END WHEN ABS(CAST("contact"."score" AS DOUBLE PRECISION)) < 1 AND ABS(CAST(2 AS DOUBLE PRECISION)) < 1 AND (ABS(CAST("contact"."score" AS DOUBLE PRECISION)) < CAST('1e-150' AS DOUBLE PRECISION) OR ABS(CAST(2 AS DOUBLE PRECISION)) < CAST('1e-150' AS DOUBLE PRECISION)) THEN CASE WHEN ABS((CAST("contact"."score" AS DOUBLE PRECISION) * CAST('8.997827589086393e+161' AS DOUBLE PRECISION)) * (CAST(2 AS DOUBLE PRECISION) * CAST('4.4989137945431964e+161' AS DOUBLE PRECISION))) > 1 THEN CAST("contact"."score" AS DOUBLE PRECISION) * CAST(2 AS DOUBLE PRECISION) ELSE 0 END ELSE CAST("contact"."score" AS DOUBLE PRECISION) * CAST(2 AS DOUBLE PRECISION) END) > (CASE WHEN CAST("contact"."logins" AS DOUBLE PRECISION) = 0 THEN NULL WHEN ABS(CAST("contact"."logins" AS DOUBLE PRECISION)) < 1 AND ABS(CAST("contact"."score" AS DOUBLE PRECISION)) > CAST('1e-150' AS DOUBLE PRECISION) THEN CASE WHEN ABS(CAST("contact"."score" AS DOUBLE PRECISION) * CAST('2.5026038689788762e-147' AS DOUBLE PRECISION)) < ABS(CAST("contact"."logins" AS DOUBLE PRECISION) * CAST('4.4989137945431964e+161' AS DOUBLE PRECISION)) THEN CAST("contact"."score" AS DOUBLE PRECISION) / CAST("contact"."logins" AS DOUBLE PRECISION) END WHEN ABS(CAST("contact"."logins" AS DOUBLE PRECISION)) > 1 AND ABS(CAST("contact"."score" AS DOUBLE PRECISION)) < CAST('1e-15' AS DOUBLE PRECISION) THEN CASE WHEN ABS(CAST("contact"."score" AS DOUBLE PRECISION) * CAST('8.997827589086393e+161' AS DOUBLE PRECISION)) > ABS(CAST("contact"."logins" AS DOUBLE PRECISION) * CAST('2.2227587494850775e-162' AS DOUBLE PRECISION)) THEN CAST("contact"."score" AS DOUBLE PRECISION) / CAST("contact"."logins" AS DOUBLE PRECISION) ELSE 0 END ELSE CAST("contact"."score" AS DOUBLE PRECISION) / CAST("contact"."logins" AS DOUBLE PRECISION) END)

-- (contact.score + 1) * 2 > 3
((SELECT CASE WHEN ABS("jo.once"."a") > 1 AND ABS(CAST(2 AS DOUBLE PRECISION)) > 1 THEN CASE WHEN ABS(("jo.once"."a" * CAST('7.458340731200207e-155' AS DOUBLE PRECISION)) * (CAST(2 AS DOUBLE PRECISION) * CAST('7.458340731200207e-155' AS DOUBLE PRECISION))) < 1 THEN "jo.once"."a" * CAST(2 AS DOUBLE PRECISION) END WHEN ABS("jo.once"."a") < 1 AND ABS(CAST(2 AS DOUBLE PRECISION)) < 1 AND (ABS("jo.once"."a") < CAST('1e-150' AS DOUBLE PRECISION) OR ABS(CAST(2 AS DOUBLE PRECISION)) < CAST('1e-150' AS DOUBLE PRECISION)) THEN CASE WHEN ABS(("jo.once"."a" * CAST('8.997827589086393e+161' AS DOUBLE PRECISION)) * (CAST(2 AS DOUBLE PRECISION) * CAST('4.4989137945431964e+161' AS DOUBLE PRECISION))) > 1 THEN "jo.once"."a" * CAST(2 AS DOUBLE PRECISION) ELSE 0 END ELSE "jo.once"."a" * CAST(2 AS DOUBLE PRECISION) END FROM (SELECT CAST((CASE WHEN ABS(CAST("contact"."score" AS DOUBLE PRECISION)) < CAST('1e+290' AS DOUBLE PRECISION) OR ABS(CAST(1 AS DOUBLE PRECISION)) < CAST('1e+290' AS DOUBLE PRECISION) THEN CAST("contact"."score" AS DOUBLE PRECISION) + CAST(1 AS DOUBLE PRECISION) WHEN ABS(CAST("contact"."score" AS DOUBLE PRECISION) / 2 + CAST(1 AS DOUBLE PRECISION) / 2) < CAST('8.98846567431158e+307' AS DOUBLE PRECISION) THEN CAST("contact"."score" AS DOUBLE PRECISION) + CAST(1 AS DOUBLE PRECISION) END) AS DOUBLE PRECISION) AS "a" OFFSET 0) AS "jo.once")) > 3

-- round(contact.score) = floor(contact.score) and abs(contact.score) > 1
((SIGN("contact"."score") * (FLOOR(ABS("contact"."score")) + CASE WHEN ABS("contact"."score") - FLOOR(ABS("contact"."score")) >= 0.5 THEN 1 ELSE 0 END)) = (FLOOR(CAST("contact"."score" AS DOUBLE PRECISION)))) AND ((ABS("contact"."score")) > 1)

-- company.csm.name = 'Ada' and in_list('new-admins')
("contact.company.csm"."name" COLLATE "C" = 'Ada') AND (NOT "list.new-admins"."member" IS NULL)
LEFT JOIN "companies" AS "contact.company" ON "contact"."company" COLLATE "C" = "contact.company"."id"
LEFT JOIN "reps" AS "contact.company.csm" ON "contact.company"."csm" COLLATE "C" = "contact.company.csm"."id"
LEFT JOIN "list.new-admins" AS "list.new-admins" ON "contact"."id" COLLATE "C" = "list.new-admins"."member"

-- count(tickets, ticket.owner.name = 'Ada') > 2
COALESCE("count.b4d85d5eca31"."count", 0) > 2
LEFT JOIN (SELECT "ticket"."contact" COLLATE "C" AS "key", COUNT(*) AS "count" FROM "tickets" AS "ticket" LEFT JOIN "reps" AS "ticket.owner" ON "ticket"."owner" COLLATE "C" = "ticket.owner"."id" WHERE "ticket.owner"."name" COLLATE "C" = 'Ada' GROUP BY "ticket"."contact" COLLATE "C") AS "count.b4d85d5eca31" ON "contact"."id" COLLATE "C" = "count.b4d85d5eca31"."key"
