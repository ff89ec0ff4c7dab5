-- contact.role = 'it''s'
"contact"."role" = 'it''s'

-- contact.role > 'a' and contact.role between 'a' and 'b' and contact.role in ('a', 'b')
("contact"."role" > 'a') AND ("contact"."role" BETWEEN 'a' AND 'b') AND ("contact"."role" IN ('a', 'b'))

-- contact.language is not null
NOT ("contact"."language" IS NULL)

-- contact.active and not contact.logins in (1, -2)
"contact"."active" AND (NOT ("contact"."logins" IN (1, (-2))))

-- contact.role like 'a\_%' or contact.role ilike 'Ä%'
("contact"."role" LIKE 'a\_%') OR (LOWER("contact"."role") LIKE 'ä%')

-- starts_with(contact.role, 'a') or ends_with(contact.role, 'a') or contains(contact.role, 'a')
(STARTS_WITH("contact"."role", 'a')) OR (ENDS_WITH("contact"."role", 'a')) OR (CONTAINS("contact"."role", 'a'))

-- trim(contact.role) = upper(contact.role) and length(contact.role) = 3
((TRIM("contact"."role", ' ' || CHR(9) || CHR(13) || CHR(10))) = (UPPER("contact"."role"))) AND ((LENGTH("contact"."role")) = 3)

-- lower(trim(contact.role)) = 'admin'
(LOWER((TRIM("contact"."role", ' ' || CHR(9) || CHR(13) || CHR(10))))) = 'admin'

-- coalesce(contact.language, '') = least(contact.role, 'b')
COALESCE("contact"."language", '') = LEAST("contact"."role", 'b')

-- contact.born > '2026-01-01' and contact.created_at > '2026-01-01'
("contact"."born" > CAST('2026-01-01' AS DATE)) AND ("contact"."created_at" > CAST('2026-01-01 00:00' AS TIMESTAMP))

-- days_since(contact.born) <= 30 and days_until(contact.created_at) > 3
((CAST('2026-11-22' AS DATE) - "contact"."born") <= 30) AND ((CAST(FLOOR(CAST(EPOCH_US("contact"."created_at") - EPOCH_US(CAST('2026-11-22 09:30' AS TIMESTAMP)) AS DOUBLE) / 86400000000.0e0) AS BIGINT)) > 3)

-- hours_since(contact.created_at) < 36 and weekday(contact.born) = 1 and year(contact.created_at) = 2026
((CAST(EPOCH_US(CAST('2026-11-22 09:30' AS TIMESTAMP)) - EPOCH_US("contact"."created_at") AS DOUBLE) / 3600000000.0e0) < 36) AND ((EXTRACT(ISODOW FROM "contact"."born")) = 1) AND ((EXTRACT(YEAR FROM "contact"."created_at")) = 2026)

-- contact.score = 0.1
"contact"."score" = CAST('0.1' AS DOUBLE)

-- contact.score + 1 > contact.logins - contact.score
(NULLIF(NULLIF(NULLIF(CAST("contact"."score" AS DOUBLE) + CAST(1 AS DOUBLE), CAST('inf' AS DOUBLE)), CAST('-inf' AS DOUBLE)), CAST('nan' AS DOUBLE))) > (NULLIF(NULLIF(NULLIF(CAST("contact"."logins" AS DOUBLE) - CAST("contact"."score" AS DOUBLE), CAST('inf' AS DOUBLE)), CAST('-inf' AS DOUBLE)), CAST('nan' AS DOUBLE)))

-- contact.score * 2 > contact.score / contact.logins
(NULLIF(NULLIF(NULLIF(CAST("contact"."score" AS DOUBLE) * CAST(2 AS DOUBLE), CAST('inf' AS DOUBLE)), CAST('-inf' AS DOUBLE)), CAST('nan' AS DOUBLE))) > (NULLIF(NULLIF(NULLIF(CAST("contact"."score" AS DOUBLE) / NULLIF(CAST("contact"."logins" AS DOUBLE), CAST('0.0' AS DOUBLE)), CAST('inf' AS DOUBLE)), CAST('-inf' AS DOUBLE)), CAST('nan' AS DOUBLE)))

-- (contact.score + 1) * 2 > 3
(NULLIF(NULLIF(NULLIF(CAST((NULLIF(NULLIF(NULLIF(CAST("contact"."score" AS DOUBLE) + CAST(1 AS DOUBLE), CAST('inf' AS DOUBLE)), CAST('-inf' AS DOUBLE)), CAST('nan' AS DOUBLE))) AS DOUBLE) * CAST(2 AS DOUBLE), CAST('inf' AS DOUBLE)), CAST('-inf' AS DOUBLE)), CAST('nan' AS DOUBLE))) > 3

-- round(contact.score) = floor(contact.score) and abs(contact.score) > 1
((ROUND(CAST("contact"."score" AS DOUBLE))) = (FLOOR(CAST("contact"."score" AS DOUBLE)))) AND ((ABS("contact"."score")) > 1)

-- company.csm.name = 'Ada' and in_list('new-admins')
("contact.company.csm"."name" = 'Ada') AND (NOT "list.new-admins"."member" IS NULL)
LEFT JOIN "companies" AS "contact.company" ON "contact"."company" = "contact.company"."id"
LEFT JOIN "reps" AS "contact.company.csm" ON "contact.company"."csm" = "contact.company.csm"."id"
LEFT JOIN "list.new-admins" AS "list.new-admins" ON "contact"."id" = "list.new-admins"."member"

-- count(tickets, ticket.owner.name = 'Ada') > 2
COALESCE("count.b4d85d5eca31"."count", 0) > 2
LEFT JOIN (SELECT "ticket"."contact" AS "key", COUNT(*) AS "count" FROM "tickets" AS "ticket" LEFT JOIN "reps" AS "ticket.owner" ON "ticket"."owner" = "ticket.owner"."id" WHERE "ticket.owner"."name" = 'Ada' GROUP BY "ticket"."contact") AS "count.b4d85d5eca31" ON "contact"."id" = "count.b4d85d5eca31"."key"
