"""One folder per system that Casebridge reads from or delivers into.

To add an adapter, here or in a distribution of your own:

1. Copy ``adapters/memory``. Keep the file names: ``settings`` (a pydantic model that forbids unknown keys, describes every
   field, and holds secrets as ``SecretStr``), ``client``, ``parse``, ``source``, ``publisher``, ``target``. Delete what
   your system has not.
2. Record three real payloads, invent the people in them, and write ``parse.py`` from them: the vendor's words to our nouns
   (``bridge/nouns``) in dicts. What you do not know becomes ``UnknownKind``, what cannot be read ``Broken``; never guess.
3. Implement the abstract methods of ``bridge/contracts.py``; each docstring says what to return and what to raise.
   ``connect`` opens nothing. The vendor's exceptions become those of ``bridge/errors.py`` at your edge (``raise … from``);
   do not retry, the engine does. After a lost response the outcome is ``Unknown``.
4. Declare per object how a repeated write has the effect of one (``Idempotency``), and for how long "not found" proves
   nothing after a write.
5. Register one line under ``casebridge.sources``, ``casebridge.publishers`` or ``casebridge.targets`` among the entry points
   of ``pyproject.toml``, and install again: entry points live in installed metadata.
6. Write ``tests/adapters/<name>/harness.py`` (``tests/conformance/harness.py`` says what it gives) and run
   ``pytest tests/conformance -k <name>``. An adapter without a harness is an error there.
7. For a target, add ``mappings/<name>/person.yaml``, ``case.yaml`` and ``message.yaml``; ``casebridge mapping check`` holds
   them against your schema.
8. Describe it in ``docs/``: set-up in ten minutes, limits, what cannot be done and how a person does it by hand.

Adapters import ``bridge`` and ``identity``, never each other, and nothing else of ours.
"""
