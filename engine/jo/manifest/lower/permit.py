"""Lower a `permit`."""

from jo.diagnostics.codes import WRONG_VALUE
from jo.manifest.lower.common import as_date
from jo.model.address import Address
from jo.model.cursor import Cursor
from jo.model.policy import Allowance, Permit


def lower(cursor: Cursor) -> Permit:
    allow = cursor.into("allow")
    delete = allow.text("delete")
    try:
        Address.parse(delete)
    except ValueError:
        advice = "Write the kind and the name as the plan prints them: `program/winter`."
        allow.fault(WRONG_VALUE, f"`{delete}` is not the address of a resource.", "delete", advice=advice)
    return Permit(
        name=cursor.text("name"),
        description=cursor.text("description"),
        allow=Allowance(delete=delete, fingerprint=allow.text("fingerprint")),
        reason=cursor.text("reason"),
        expires=as_date(cursor, cursor.text("expires"), "expires"),
    )
