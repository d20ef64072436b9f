"""Where an address lies, and how long the way to it takes."""
