"""The applied project, read back from what the store keeps of it: canonical documents by address."""

from collections.abc import Mapping
from typing import Any

from jo.manifest.lower import lower_document
from jo.model.address import Address
from jo.model.project import Project
from jo.plan.state import SETTINGS


def applied_project(documents: Mapping[str, Mapping[str, Any]]) -> Project:
    """Return the project of all that is live or retired."""
    addresses = [Address.parse(text) for text in documents if text != SETTINGS]
    settings = documents.get(SETTINGS, {})
    return Project(
        resources={item: lower_document(item.kind, documents[str(item)]) for item in addresses},
        zone=str(settings.get("zone", "UTC")),
        variables=dict(settings.get("variables", {})),
    )
