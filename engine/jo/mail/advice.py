"""What to do about a relay to which no connection can be opened: which of its settings to look at.

It goes by the stage, and within TLS by the words of `jo.mail.tls.describe`.
"""

from jo.mail.effects import Trouble
from jo.mail.relay import Relay, Tls
from jo.ports.mailer import Stage

_AWAY = "Mail waits and is tried again. To try things out, `jo sink` is a relay on this machine."
_AT_IMPLICIT = '`tls = "implicit"` is for a port that speaks TLS from the first byte, as 465 does by custom'
_AT_STARTTLS = '`tls = "starttls"` for one that begins in the clear, as 587 and 25 do'
_OTHER_TLS = f"Try the other value of `tls`: {_AT_IMPLICIT}, {_AT_STARTTLS}."


def advice(trouble: Trouble, relay: Relay) -> str:
    """Return what to do, in whole sentences; empty when nobody but the relay knows."""
    match trouble.stage:
        case Stage.CONNECT:
            return _AWAY
        case Stage.STARTTLS if "mismatch" in trouble.text:
            return "Write `host` as the name stands in the relay's certificate."
        case Stage.STARTTLS if "not trusted" in trouble.text:
            return "Name the certificate of the authority that signed the relay's as `ca_file`."
        case Stage.STARTTLS:
            return _OTHER_TLS
        case Stage.GREETING if relay.security is not Tls.IMPLICIT and trouble.code is None:
            return _OTHER_TLS
        case Stage.AUTH:
            return "Look at `username` and `password`, and at which sign-in the relay wants."
        case _:
            return ""
