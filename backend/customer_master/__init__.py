"""A company's existing customer system, behind its port."""
