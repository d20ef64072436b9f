"""The contract management system, behind its port."""
