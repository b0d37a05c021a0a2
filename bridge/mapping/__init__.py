"""Mappings: YAML documents that turn our nouns into a target's fields, and foreign rows into our nouns."""
