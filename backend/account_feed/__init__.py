"""The two-way feed of accounts where a company's existing customer system stays the master."""
