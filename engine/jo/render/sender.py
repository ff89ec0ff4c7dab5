"""Compile a sender: display name and addresses, which may hold tokens."""

from dataclasses import replace

from jo.diagnostics.codes import HEADER_RISK, MISSING_POSTAL, NULL_TOKEN, REFUSED_TEMPLATE_FEATURE
from jo.model.content import DEFAULT_VERSION, Sender
from jo.render.bench import POSTAL, Bench, plain_segments
from jo.render.compiled import CompiledSender
from jo.render.faults import Place, UnusableError, Where
from jo.render.filling import filler
from jo.render.headers import address_text
from jo.render.names import SENDER_NAME, Path
from jo.render.plan import HEADER, Plan
from jo.render.program import Logic


def compile_sender(sender: Sender, bench: Bench) -> CompiledSender | None:
    """Compile a sender; None when one of its texts cannot be."""
    name = _text(sender, "from_name", sender.from_name, bench)
    address = _text(sender, "from_address", sender.from_address, bench)
    reply_to = _text(sender, "reply_to", sender.reply_to, bench) if sender.reply_to else None
    if bench.is_marketing and not sender.postal:
        at = Place(version=DEFAULT_VERSION, where=Where.SENDER, key=POSTAL)
        detail = f"The sender `{sender.name}` has no postal address, which marketing mail has to show."
        bench.fault(MISSING_POSTAL, at, detail, "Give the sender a `postal`.")
    if name is None or address is None or (sender.reply_to and reply_to is None):
        return None
    tokens = (*name[1], *address[1])
    fallback_name = sender.fallback_name or (sender.from_name if not name[1] else None)
    fallback_address = sender.fallback_address or (sender.from_address if not address[1] else None)
    return CompiledSender(
        name=filler(name[0]),
        address=filler(address[0]),
        tokens=tokens,
        fallback=(fallback_name, fallback_address) if tokens and fallback_name and fallback_address else None,
        reply_to=filler(reply_to[0]) if reply_to else None,
    )


def _text(sender: Sender, key: str, raw: str, bench: Bench) -> tuple[Plan, tuple[Path, ...]] | None:
    """Compile a field of the sender, which may hold tokens; also return what it reads."""
    place = Place(version=DEFAULT_VERSION, where=Where.SENDER, key=key)
    withheld = {**bench.names.withheld, SENDER_NAME: "it is made from this"}
    before = len(bench.faults)
    text = bench.read(raw, place, replace(bench.names, withheld=withheld))
    if sender.fallback_address:
        bench.faults[before:] = [fault for fault in bench.faults[before:] if fault.code is not NULL_TOKEN]
    bench.check_header(raw, place)
    if text is None:
        return None
    program = bench.program(plain_segments(text), HEADER, place)
    if isinstance(program, Logic):
        bench.fault(REFUSED_TEMPLATE_FEATURE, place, "A sender holds text and tokens, and no logic.")
        return None
    if key != "from_name" and not text.paths and program is not None:
        try:
            address_text(filler(program)({}))
        except UnusableError as fault:
            bench.fault(HEADER_RISK, place, f"`{raw}` {fault}.")
    return (program, tuple(sorted(text.paths))) if program is not None else None
