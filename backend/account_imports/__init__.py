"""Bringing in a company's existing accounts from a file, and taking them out again."""
