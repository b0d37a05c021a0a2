"""A network and a CRM in memory: the fakes of the engine's tests, and the models to copy for an adapter of your own.

``MemoryNetwork`` and ``MemoryCrm`` are the far sides; ``MemorySource``, ``MemoryPublisher`` and ``MemoryTarget`` are adapters
to them like any others, held to the same contracts by the same tests. Everything is forgotten when the process ends.
"""
