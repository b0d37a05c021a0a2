"""The project file, its schema, and the starter project."""
