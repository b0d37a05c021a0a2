"""The files of a new project: the starter's, with the target that was asked for in the place of the desk."""

from __future__ import annotations

from pathlib import Path

DESK = "desk"
PROJECT, EXAMPLE = Path("casebridge.yaml"), Path("example.env")
NEXT = {
    True: (
        "try: casebridge check, casebridge sync, casebridge desk list. Then put your own export in the place of "
        "messages.jsonl."
    ),
    False: (
        "copy example.env to .env, fill it in, and try: casebridge check --prepare, casebridge plan. When you like what "
        "you see, write mode: live in casebridge.yaml, and casebridge sync."
    ),
}
"""What to do next, by whether the target is the desk."""


def targets(starter: Path) -> tuple[str, ...]:
    """Return the targets that a project can begin with."""
    return DESK, *sorted(file.stem for file in (starter.parent / "targets").glob("*.yaml"))


def files(starter: Path, target: str) -> dict[Path, bytes]:
    """Return the files of a new project by their place in it."""
    found = {file.relative_to(starter): file.read_bytes() for file in sorted(starter.rglob("*")) if file.is_file()}
    found[Path(".gitignore")] = found.pop(Path("gitignore"))
    mappings, schemas = starter.parent.parent / "mappings" / target, starter.parent / "schemas"
    own = Path("mappings") / target
    found |= {own / file.relative_to(mappings): file.read_bytes() for file in sorted(mappings.rglob("*.*"))}
    found |= {Path("schemas") / file.name: file.read_bytes() for file in sorted(schemas.glob("*.json"))}
    if target != DESK:
        wanted = starter.parent / "targets" / f"{target}.yaml"
        found[PROJECT] = _delivering(found[PROJECT], wanted.read_bytes())
        found[EXAMPLE] = _naming(found[EXAMPLE], wanted.with_suffix(".env").read_bytes())
    return found


def _delivering(project: bytes, target: bytes) -> bytes:
    """Put a target in the place of the project's."""
    before, _, rest = project.partition(b"\ntargets:\n")
    return before + b"\ntargets:\n" + target + b"\ntriage:" + rest.partition(b"\ntriage:")[2]


def _naming(example: bytes, variables: bytes) -> bytes:
    """Put a target's variables in the place of the example of one."""
    before, _, after = example.partition(b"# CRM_TOKEN=\n")
    return before + variables + after
