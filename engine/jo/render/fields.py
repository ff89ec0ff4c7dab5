"""The header of a mail: which fields it has, in order, and what stands in them.

What does not differ from mail to mail is written once and kept.
"""

from functools import lru_cache

from jo.model.content import MailClass
from jo.render import headers
from jo.render.compiled import CompiledTemplate, Envelope, Site
from jo.render.escape import one_line
from jo.render.plan import Values
from jo.render.scan import BOUNDARY

ID_DIGITS = 40
"""Digits of the identity in a Message-ID: 160 bits tell all mails of the world apart."""

_POST = headers.field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
_MIME = headers.field("MIME-Version", "1.0")

_mailbox = lru_cache(256)(headers.mailbox)
_list_id = lru_cache(256)(headers.list_id)
_date = lru_cache(256)(headers.date)


def fields_of(
    template: CompiledTemplate,
    envelope: Envelope,
    site: Site,
    *,
    sender: tuple[str, str],
    subject: str,
    unsubscribe: str,
    values: Values,
) -> dict[str, str]:
    """Return the header fields, each whole with its CRLF, by name and in order. Raises UnusableError.

    `sender` is a display name and an address; `unsubscribe` the address that a marketing mail has for it.
    """
    name, address = sender
    fields = {
        "From": _mailbox("From", address, name),
        "To": headers.mailbox("To", envelope.to_address, one_line(envelope.to_name or "")),
    }
    if template.sender.reply_to is not None:
        fields["Reply-To"] = _mailbox("Reply-To", template.sender.reply_to(values))
    fields["Subject"] = headers.text("Subject", subject)
    fields["Date"] = _date(envelope.date)
    fields["Message-ID"] = headers.message_id(envelope.identity[:ID_DIGITS], site.domain)
    if template.class_ is MailClass.MARKETING:
        if template.topic is not None:
            topic, title = template.topic
            fields["List-Id"] = _list_id(title, f"{topic}.{site.domain}")
        fields["List-Unsubscribe"] = headers.field("List-Unsubscribe", f"<{unsubscribe}>")
        fields["List-Unsubscribe-Post"] = _POST
    fields["MIME-Version"] = _MIME
    fields["Content-Type"] = (
        f'Content-Type: multipart/alternative;\r\n boundary="{BOUNDARY}{envelope.identity}"\r\n'
    )
    return fields
