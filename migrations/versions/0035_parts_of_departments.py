"""What was forwarded is the department's: the handler of the case above it does not handle it.

Revision ID: 0035
"""

from __future__ import annotations

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# A part begun before still has the handler in its data, which are its history; no step of it asks for one.
UP = """
UPDATE case_task t SET handler_id = NULL
  FROM service_case c WHERE c.id = t.case_id AND c.process_key = 'department_support';
UPDATE service_case SET handler_id = NULL WHERE process_key = 'department_support';
"""
DOWN = """
UPDATE service_case c SET handler_id = p.handler_id
  FROM service_case p WHERE p.id = c.parent_case_id AND c.process_key = 'department_support';
UPDATE case_task t SET handler_id = c.handler_id
  FROM service_case c WHERE c.id = t.case_id AND c.process_key = 'department_support';
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
