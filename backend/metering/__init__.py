"""What an account used and owes: readings, bills, prices by tier."""
