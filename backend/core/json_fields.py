"""Fields for values that are JSON already: sent and taken as they are, but exactly described for clients."""

from __future__ import annotations

from typing import Any

from marshmallow import fields


class Ready(fields.Nested):
    """A value that is already JSON in the shape of its schema, and is sent without a second walk through it.

    The schema documents it; the tests of the APIs hold every answer against the document.
    """

    def _serialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]  # noqa: ANN401
        return value


class CheckedLater(fields.Nested):
    """A value that the service checks itself, with sentences of its own; its schema only documents it."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        return value


class Named(fields.Raw):
    """A JSON value whose shape no schema can say; the document has it under ``components/schemas``."""

    def __init__(self, component: str, **more: Any) -> None:  # noqa: ANN401 - the options of the library's field
        super().__init__(metadata={"allOf": [{"$ref": f"#/components/schemas/{component}"}]}, **more)
