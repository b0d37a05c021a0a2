"""Salesforce as a target: contacts or person accounts, cases, and messages as records of their own below a case.

What it does where Salesforce has habits of its own:

* A first delivery is an insert under a unique key, never an upsert: what stands under the key is adopted as it is.
* Assignment rules run when a case is created and at no other time; the user that Casebridge runs as never owns a case.
* What an agent deleted, or merged, is looked up among the deleted rows: a tombstone, or the survivor.
* The vendor's library makes addresses, SOQL and errors; tokens, time limits and usage are ours (``client``).
"""
