"""The ledger of classified customers: what they are, how often they are visited, and who changed it."""
