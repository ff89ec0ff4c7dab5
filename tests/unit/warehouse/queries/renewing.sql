with "judged.renewing" as (
select cast("contract"."id" as varchar) as key, "contract.signer"."id" as member, case when "contract.signer"."id" is null then 'no contact' end as left_out
from "contracts" as "contract"
LEFT JOIN "contacts" AS "contract.signer" ON "contract"."signer" = "contract.signer"."id"
where ("contract"."ends_at" < (CAST('2026-12-01 09:00' AS TIMESTAMP)))
)
select key, cast(member as varchar) as contact, cast(null as bigint) as rows from "judged.renewing" where left_out is null
union all
select left_out, null, count(*) from "judged.renewing" where left_out is not null group by left_out
order by rows is not null, key
