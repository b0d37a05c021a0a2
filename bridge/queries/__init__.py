"""Read-only questions to the store, for people: typed rows, newest first, cut by keyset (``before`` an id)."""
