"""Who is who: pure functions over evidence. Imports nothing of the rest of the project."""
