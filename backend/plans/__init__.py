"""Plans of visits to gas accounts: which accounts, by whom, in which days, and what became of each."""
