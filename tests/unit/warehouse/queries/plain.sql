select key, cast(member as varchar) as contact, cast(null as bigint) as rows from (
select cast("contact"."id" as varchar) as key, "contact"."id" as member, cast(null as varchar) as left_out
from "contacts" as "contact"
LEFT JOIN "companies" AS "contact.company" ON "contact"."company" = "contact.company"."id"
where (("contact"."role" = 'Admin') AND ("contact.company"."segment" IN ('SMB', 'MM')) AND ((CAST('2026-12-01' AS DATE) - "contact.company"."customer_since") <= 30))
)
order by key
