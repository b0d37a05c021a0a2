"""Write the generated parts of the reference: ``python -m tests.docs.write``."""

from __future__ import annotations

from tests.docs.generated import PARTS, put

if __name__ == "__main__":
    for (page, part), write in PARTS.items():
        put(page, part, write())
