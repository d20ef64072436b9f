"""Papers and their setting, without database."""
