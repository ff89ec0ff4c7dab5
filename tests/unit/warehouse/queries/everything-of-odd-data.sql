with "judged.plain" as (
select cast("contact"."id" as varchar) as key, "contact"."id" as member, case when not ("contact"."jo.unreadable" IS NULL) then 'unreadable' end as left_out
from "contacts" as "contact"
LEFT JOIN "companies" AS "contact.company" ON "contact"."company" = "contact.company"."id"
where case when "contact"."jo.unreadable" IS NULL then (("contact"."role" = 'Admin') AND ("contact.company"."segment" IN ('SMB', 'MM')) AND ((CAST('2026-12-01' AS DATE) - "contact.company"."customer_since") <= 30)) else (("contact"."role" = 'Admin') AND ("contact.company"."segment" IN ('SMB', 'MM')) AND ((CAST('2026-12-01' AS DATE) - "contact.company"."customer_since") <= 30)) is not false end
),
"list.plain" as (select distinct member from "judged.plain" where left_out is null),
"judged.renewing" as (
select cast("contract"."id" as varchar) as key, "contract.signer"."id" as member, case when not ("contract.signer"."jo.unreadable" IS NULL) then 'unreadable' when "contract.signer"."id" is null then 'no contact' end as left_out
from "contracts" as "contract"
LEFT JOIN "contacts" AS "contract.signer" ON "contract"."signer" = "contract.signer"."id"
where case when "contract.signer"."jo.unreadable" IS NULL then ("contract"."ends_at" < (CAST('2026-12-01 09:00' AS TIMESTAMP))) else ("contract"."ends_at" < (CAST('2026-12-01 09:00' AS TIMESTAMP))) is not false end
),
"list.renewing" as (select distinct member from "judged.renewing" where left_out is null),
"judged.everything" as (
with "jo.found" as (
select cast("contact"."id" as varchar) as key, "contact"."id" as member, "contact"."company" as company, coalesce("jo.folded".folded, lower(trim("contact"."email"))) as address, case when not (("contact.company.csm"."jo.unreadable" IS NULL) AND ("contact"."jo.unreadable" IS NULL)) then 'unreadable' when "contact"."id" in (select member from "judged.renewing" where left_out is null or left_out in ('not distinct', 'unreadable')) then 'excluded' end as left_out
from "contacts" as "contact"
LEFT JOIN "list.renewing" AS "list.renewing" ON "contact"."id" = "list.renewing"."member"
LEFT JOIN "companies" AS "contact.company" ON "contact"."company" = "contact.company"."id"
LEFT JOIN "csms" AS "contact.company.csm" ON "contact.company"."csm" = "contact.company.csm"."id"
LEFT JOIN (SELECT "contract"."signer" AS "key", COUNT(*) AS "count" FROM "contracts" AS "contract" GROUP BY "contract"."signer") AS "count.f52ec31b0921" ON "contact"."id" = "count.f52ec31b0921"."key"
left join "folded.contacts" as "jo.folded" on "jo.folded".address = "contact"."email"
where case when ("contact.company.csm"."jo.unreadable" IS NULL) AND ("contact"."jo.unreadable" IS NULL) then (((NOT (NOT "list.renewing"."member" IS NULL)) AND ("contact.company.csm"."zone" = 'Europe/Berlin') AND (COALESCE("count.f52ec31b0921"."count", 0) > 1)) or cast("contact"."id" as varchar) in (select key from "judged.plain" where left_out is null)) else (((NOT (NOT "list.renewing"."member" IS NULL)) AND ("contact.company.csm"."zone" = 'Europe/Berlin') AND (COALESCE("count.f52ec31b0921"."count", 0) > 1)) or cast("contact"."id" as varchar) in (select key from "judged.plain" where left_out is null)) is not false end
),
"jo.fallback" as (
select * from (
select cast("contact"."id" as varchar) as key, "contact"."id" as member, "contact"."company" as company, coalesce("jo.folded".folded, lower(trim("contact"."email"))) as address, case when not (("contact.company.csm"."jo.unreadable" IS NULL) AND ("contact"."jo.unreadable" IS NULL)) then 'unreadable' when "contact"."id" in (select member from "judged.renewing" where left_out is null or left_out in ('not distinct', 'unreadable')) then 'excluded' end as left_out
from "contacts" as "contact"
LEFT JOIN "companies" AS "contact.company" ON "contact"."company" = "contact.company"."id"
LEFT JOIN "csms" AS "contact.company.csm" ON "contact.company"."csm" = "contact.company.csm"."id"
left join "folded.contacts" as "jo.folded" on "jo.folded".address = "contact"."email"
where case when ("contact.company.csm"."jo.unreadable" IS NULL) AND ("contact"."jo.unreadable" IS NULL) then (("contact.company.csm"."zone" = 'Europe/Berlin') AND ("contact"."role" = 'Sold-To')) else (("contact.company.csm"."zone" = 'Europe/Berlin') AND ("contact"."role" = 'Sold-To')) is not false end
) where company is not null and company not in
(select company from "jo.found" where left_out is null and company is not null)
and key not in (select key from "jo.found"))
select key, member, case when left_out is null and address is not null and row_number() over (partition by address, left_out order by key) > 1 then 'not distinct' else left_out end as left_out from (select * from "jo.found" union all select * from "jo.fallback")
)
select key, cast(member as varchar) as contact, cast(null as bigint) as rows from "judged.everything" where left_out is null
union all
select left_out, null, count(*) from "judged.everything" where left_out is not null group by left_out
order by rows is not null, key
