"""Papers: forms with what is filled in, laid out and set as PDF."""
