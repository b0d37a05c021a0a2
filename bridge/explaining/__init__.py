"""Find anything, and say of it in sentences how it came to be as it is."""
