"""Holds the declared sources against their data, as diagnostics at the fields that they are about."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jo.diagnostics.diagnostic import Diagnostic
from jo.model.address import Address, Kind

if TYPE_CHECKING:
    from jo.cli.loading import Checked
    from jo.manifest.compiled import Origins
    from jo.ports.warehouse import Finding
    from jo.views.console import Progress


def check_sources(checked: "Checked", progress: "Progress") -> Iterator[Diagnostic]:
    """Yield what is wrong with the data; a source without a location is the settings' fault, said there."""
    from jo.wiring import open_warehouse

    sources = [source for name, source in checked.project.sources.items() if name in checked.settings.sources]
    warehouse = open_warehouse(checked.settings)
    try:
        for number, source in enumerate(sources, 1):
            progress.at(f"{number} of {len(sources)}")
            for finding in warehouse.check(checked.project, source):
                yield _diagnostic(finding, checked.compiled.origins)
    finally:
        warehouse.close()


def _diagnostic(finding: "Finding", origins: "Origins") -> Diagnostic:
    from jo.manifest.document import Part

    address = Address(Kind.SOURCE, finding.source)
    path = ("name",) if finding.field is None else ("fields", finding.field)
    part = Part.VALUE if finding.field is None else Part.KEY
    return Diagnostic(
        code=finding.code,
        detail=finding.detail,
        at=origins.locate(address, path, part),
        address=str(address),
        help=finding.help,
        severity=finding.severity,
    )
