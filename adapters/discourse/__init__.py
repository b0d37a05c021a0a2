"""Discourse forums: posts, replies and personal messages, and answers to them."""
