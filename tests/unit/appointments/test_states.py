"""The life of an appointment over the whole table of states and actions."""

from __future__ import annotations

from itertools import product

import pytest

from backend.appointments.states import (
    OPEN_STATES,
    TRANSITIONS,
    AppointmentAction,
    AppointmentState,
    next_state,
)
from backend.core.errors import Conflict


@pytest.mark.parametrize(("state", "action"), list(product(AppointmentState, AppointmentAction)))
def test_every_state_and_action(state: AppointmentState, action: AppointmentAction) -> None:
    if (state, action) in TRANSITIONS:
        assert next_state(state, action) is TRANSITIONS[state, action]
        assert state in OPEN_STATES
    else:
        with pytest.raises(Conflict) as refused:
            next_state(state, action)
        assert refused.value.code == "appointment_fixed"
