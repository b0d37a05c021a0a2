"""An embedded ticket desk in one SQLite file: for those who own no ticket tool yet, and for trying everything.

It is a real far side, not a part of the store: it has its own people, cases, agents, automations, merges and deletions,
and it refuses what does not fit its schema. Refs that people can read: persons ``U-1``, cases ``T-1001``, messages ``N-1``.

What it does where tools differ:

* A create under a key that stands there adopts the record and overwrites nothing; under a deleted key it is refused with
  code ``deleted``; under the key of a merged record it adopts the survivor.
* An update of a merged record is refused with code ``merged`` (the survivor's fields belong to the agents); a message for a
  merged case goes to the survivor.
* ``search_lag`` makes ``find`` blind to records younger than that; unique keys hold at once, as in real tools.
"""
