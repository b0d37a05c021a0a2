"""Alarms: what a person must know of before anybody looks, with a way out."""
