"""Mastodon and servers that speak its API: mentions and direct messages, and answers to them."""
