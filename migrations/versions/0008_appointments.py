"""Appointments: capacity by unit, area and hour, slots with seats, bookings, and a handler's position.

Revision ID: 0008
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# A seat's number cannot exceed its slot's capacity and stands once, so that double booking is impossible
# whatever the program does; lowering a capacity below its seats is refused by the same check.
TABLES = """
CREATE TABLE appointment_policy (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint REFERENCES unit (id), effective_from date NOT NULL,
  lead_minutes integer NOT NULL CHECK (lead_minutes >= 0),
  horizon_days integer NOT NULL CHECK (horizon_days BETWEEN 1 AND 90),
  hold_minutes integer NOT NULL CHECK (hold_minutes BETWEEN 1 AND 60),
  change_minutes integer NOT NULL CHECK (change_minutes >= 0),
  UNIQUE NULLS NOT DISTINCT (unit_id, effective_from)
);
INSERT INTO appointment_policy
  (unit_id, effective_from, lead_minutes, horizon_days, hold_minutes, change_minutes)
  VALUES (NULL, '2026-01-01', 120, 14, 5, 120);
CREATE TABLE slot_rule (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit (id), area_id bigint REFERENCES service_area (id),
  day_kind text NOT NULL CHECK (day_kind IN ('working', 'rest')),
  hour smallint NOT NULL CHECK (hour BETWEEN 0 AND 23),
  capacity smallint NOT NULL CHECK (capacity BETWEEN 0 AND 500),
  effective_from date NOT NULL, effective_until date,
  UNIQUE NULLS NOT DISTINCT (unit_id, area_id, day_kind, hour, effective_from)
);
CREATE TABLE slot (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit (id), area_id bigint REFERENCES service_area (id),
  start_at timestamptz NOT NULL, capacity smallint NOT NULL,
  UNIQUE NULLS NOT DISTINCT (unit_id, area_id, start_at), UNIQUE (id, capacity)
);
CREATE TABLE appointment_seat (
  slot_id bigint NOT NULL, capacity smallint NOT NULL, seat_no smallint NOT NULL,
  case_id bigint NOT NULL REFERENCES service_case (id), hold_id uuid NOT NULL UNIQUE,
  state text NOT NULL CHECK (state IN ('held', 'booked')), expires_at timestamptz,
  PRIMARY KEY (slot_id, seat_no),
  FOREIGN KEY (slot_id, capacity) REFERENCES slot (id, capacity) ON UPDATE CASCADE,
  CHECK (seat_no BETWEEN 1 AND capacity), CHECK ((state = 'held') = (expires_at IS NOT NULL)),
  UNIQUE (case_id, state)
);
CREATE TABLE appointment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES service_case (id), unit_id bigint NOT NULL REFERENCES unit (id),
  slot_id bigint NOT NULL REFERENCES slot (id), start_at timestamptz NOT NULL, end_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('booked', 'under_way', 'arrived', 'moved', 'cancelled')),
  booked_by text NOT NULL, booked_at timestamptz NOT NULL, changed_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX appointment_one_open ON appointment (case_id)
  WHERE state IN ('booked', 'under_way', 'arrived');
CREATE INDEX appointment_of_unit ON appointment (unit_id, start_at);
CREATE TABLE handler_position (
  appointment_id bigint PRIMARY KEY REFERENCES appointment (id),
  lat double precision NOT NULL, lng double precision NOT NULL, seen_at timestamptz NOT NULL,
  distance_m integer, arrival_minutes integer
);
GRANT SELECT, INSERT, UPDATE ON appointment_policy, slot_rule, slot, appointment TO hall_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON appointment_seat, handler_position TO hall_app;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute(
        "DROP TABLE handler_position, appointment, appointment_seat, slot, slot_rule, appointment_policy"
    )
