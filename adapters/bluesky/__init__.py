"""Bluesky: mentions, replies, quotes and direct messages are read, agents' answers are posted, over XRPC."""
