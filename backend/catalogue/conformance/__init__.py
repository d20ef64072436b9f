"""Compares the catalogue with the manual. A tool for authors; the running product never reads it."""
