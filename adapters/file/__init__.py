"""Exports and other files: JSON Lines, JSON, CSV and TSV; one file, a glob or standard input; messages or people."""
