"""What customers can apply for now: the offered services with the newest version of their forms."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.catalogue.folder import ProcessesFolder, Service
from backend.catalogue.service import DefinitionStore, FormUnknown, StoredForm
from backend.core.errors import NotFound


class Offers:
    """The services of the processes' folder by key; ``definitions`` has their published forms."""

    def __init__(self, content: ProcessesFolder, definitions: DefinitionStore) -> None:
        self._services = {one.key: one for one in content.offered_services}
        self._names = {one.key: one.name for one in content.services}
        self._definitions = definitions

    def list_all(self) -> list[Service]:
        """Return every offered service, in the order of the file."""
        return list(self._services.values())

    def is_offered(self, key: str) -> bool:
        """Tell whether customers can apply for this now."""
        return key in self._services

    def get(self, key: str) -> Service:
        """Return the service; raises NotFound ``service_unknown``."""
        if key not in self._services:
            raise NotFound("service_unknown")
        return self._services[key]

    def lays_pipes(self, key: str | None) -> bool:
        """Tell whether a service brings gas to a place that should have none yet."""
        service = self._services.get(key or "")
        return service is not None and service.lays_pipes

    def name_of(self, key: str | None) -> str:
        """Return the Chinese name, also of a service that is no longer offered, or an empty text."""
        return self._names.get(key or "", "")

    def newest_form(self, session: Session, key: str) -> StoredForm:
        """Return the form that is to be filled in now; raises NotFound ``service_unknown``."""
        try:
            return self._definitions.newest_form(session, self.get(key).form)
        except FormUnknown as error:
            raise NotFound("service_unknown") from error
