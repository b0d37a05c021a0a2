"""Zendesk Support: customers are end users, cases are tickets, messages are internal comments on them.

Users and tickets carry our key as ``external_id``, comments as a mark in their text. Batches go as jobs.
"""
