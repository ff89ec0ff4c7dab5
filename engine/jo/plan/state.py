"""A state: every resource by address, with canonical document and fingerprints; desired and live alike."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jo.manifest.schemas import Schemas
from jo.model.address import Kind
from jo.model.canonical import ALGORITHM, Fingerprints, Part, document, fingerprint
from jo.model.project import Project

SETTINGS = "project/settings"
"""The address of the project's own zone and variables, which mails and waits depend on."""


class Life(StrEnum):
    LIVE = "live"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One resource of a state."""

    address: str
    document: Mapping[str, Any]
    fingerprints: Fingerprints
    life: Life = Life.LIVE

    @property
    def kind(self) -> str:
        return self.address.partition("/")[0]


State = Mapping[str, Spec]


def desired_state(project: Project, schemas: Schemas) -> State:
    """Return the state that git declares. Permits allow changes; they are not part of a state."""
    specs = [
        Spec(
            address=str(address),
            document=document(resource),
            fingerprints=fingerprint(resource, schemas.parts),
        )
        for address, resource in project.resources.items()
        if address.kind is not Kind.PERMIT
    ]
    return by_address([*specs, settings_spec(project.zone, project.variables)])


def settings_spec(zone: str, variables: Mapping[str, str]) -> Spec:
    """Return the spec of the project's own settings; what content depends on is their content part."""
    plain = {"zone": zone, "variables": dict(sorted(variables.items()))}
    parts = {Part.GRAPH: digest(zone), Part.CONTENT: digest(plain["variables"])}
    return Spec(address=SETTINGS, document=plain, fingerprints=Fingerprints(whole=digest(plain), parts=parts))


def by_address(specs: Iterable[Spec]) -> State:
    return dict(sorted((spec.address, spec) for spec in specs))


def digest(plain: Any) -> str:
    """Return the fingerprint of a plain value."""
    compact = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{ALGORITHM}:{hashlib.sha256(compact.encode()).hexdigest()[:32]}"
