"""Shapes that no route names by itself, but that clients know from the document."""

from __future__ import annotations

from flask_smorest import Api

from backend.catalogue.form_schemas import NAMED_SHAPES, AddressSchema
from backend.realtime.ticket_schema import SocketFrameSchema


def add_shapes(api: Api) -> None:
    """Add the values and conditions of forms, and what comes out of the socket."""
    for name, shape in NAMED_SHAPES.items():
        api.spec.components.schema(name, shape)
    api.spec.components.schema("Address", schema=AddressSchema)
    api.spec.components.schema("SocketFrame", schema=SocketFrameSchema)
