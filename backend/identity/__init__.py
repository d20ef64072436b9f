"""Face checks by an outside provider, behind their port."""
