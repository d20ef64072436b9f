"""Stand-ins for outside platforms on loopback, in the vendors' wire formats. They import nothing of ours."""
