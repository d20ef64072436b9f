"""The classes of customers (客户分类), and which of them a customer with several accounts has."""

from __future__ import annotations

GENERAL = "general"
# Those whose matters come first, the most pressing before.
VIP_CLASSES = ("major", "risk", "special", "sensitive")
CLASS_NAMES = {
    GENERAL: "一般客户",
    "major": "重点客户",
    "risk": "风险客户",
    "special": "特殊客户",
    "sensitive": "敏感客户",
}
# SQL of the class of the customer ``:customer_id`` by the accounts that are open: NULL for an ordinary one.
CLASS_OF_CUSTOMER = """(
    SELECT a.classification FROM account_role r JOIN gas_account a ON a.id = r.gas_account_id
    WHERE r.customer_id = :customer_id AND r.revoked_at IS NULL AND a.closed_at IS NULL
      AND a.classification <> 'general'
    ORDER BY array_position(ARRAY['major', 'risk', 'special', 'sensitive'], a.classification) LIMIT 1
  )"""
