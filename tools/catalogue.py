"""The Chinese catalogue: ``extract``, ``missing``, ``fill FILE.json``.

``extract`` collects the msgids of ``supervision/`` and ``templates/`` into
``supervision/translations/zh_Hans_CN/LC_MESSAGES/messages.po``, without line numbers (they
would change with every edit) and without guessing translations from similar texts.
``missing`` lists what has no translation and ends with 1 if there is anything.
``fill`` takes ``{"msgid": "translation"}``; a plural is asked for by its singular.

A lock file lets several people run it in one checkout at once. The .mo files are made when
the application starts. The folder must be ``zh_Hans_CN``: Babel ignores ``zh_CN`` silently.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = "zh_Hans_CN"
CATALOGUE = Path("supervision/translations") / LOCALE / "LC_MESSAGES/messages.po"

METHODS = [("supervision/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"encoding": "utf-8", "trimmed": "false"}}
# `_l` and `_n` are the aliases that modules import the lazy and the plural form under.
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "_n": (1, 2),
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the catalogue alone; others wait."""
    folder = root / ".make"
    folder.mkdir(exist_ok=True)
    with (folder / "catalogue.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def load(path: Path) -> Catalog:
    """The catalogue at *path*, or an empty one for Chinese."""
    if not path.exists():
        return Catalog(locale=LOCALE, project="anqi", version="0.1.0")
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE, abort_invalid=True)


def save(catalogue: Catalog, path: Path) -> None:
    """Write in msgid order, so that two people's additions rarely touch the same lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.fuzzy = False
    catalogue.header_comment = "# Anqi in Chinese. AGPL-3.0-or-later, like the rest of the project."
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = "Anqi"
    # The date of extraction would differ in every commit and say nothing.
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            write_po(file, catalogue, width=100, no_location=True, sort_output=True)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def collect(root: Path) -> Catalog:
    """All msgids that the source asks for. Raises what the parser raises on a broken file."""
    found = Catalog(locale=LOCALE)
    for folder in ("supervision", "templates"):
        if not (root / folder).is_dir():
            continue
        rows = extract_from_dir(
            root / folder,
            method_map=[
                (p.removeprefix(f"{folder}/"), m) for p, m in METHODS if p.startswith(folder)
            ],
            options_map={p.removeprefix(f"{folder}/"): o for p, o in OPTIONS.items()},
            keywords=KEYWORDS,
            # Babel's own filter would pass over templates/_components.
            directory_filter=lambda path: not Path(path).name.startswith((".", "__")),
        )
        for _name, _line, msgid, _comments, context in rows:
            found.add(msgid, context=context)
    return found


def extract(root: Path, *, tidy: bool = False) -> Catalog:
    """Bring the catalogue up to date with the source.

    A text that the source no longer asks for is kept aside with its translation, since it may
    only be gone while somebody edits a file; *tidy* drops those.
    """
    path = root / CATALOGUE
    catalogue = load(path)
    aside = dict(catalogue.obsolete)
    catalogue.update(collect(root), no_fuzzy_matching=True)
    for message in catalogue:
        kept = aside.get(singular(message))
        if message.id and kept is not None and not is_translated(message):
            message.string = kept.string
    live = {singular(message) for message in catalogue}
    unused = {**aside, **catalogue.obsolete}
    catalogue.obsolete.clear()
    if not tidy:
        catalogue.obsolete.update({k: m for k, m in unused.items() if singular(m) not in live})
    save(catalogue, path)
    return catalogue


def is_translated(message: Message) -> bool:
    """Whether every form has text, is not marked fuzzy, and keeps the placeholders."""
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return bool(forms) and all(forms) and not message.fuzzy


def untranslated(catalogue: Catalog) -> list[str]:
    """Msgids (the singular of a plural) without a translation, in order."""
    return sorted(singular(m) for m in catalogue if m.id and not is_translated(m))


def broken_placeholders(catalogue: Catalog) -> list[str]:
    """Msgids whose translation lost or invented a ``%(name)s``, with what is wrong."""
    return [
        f"{singular(message)}: {error}"
        for message, errors in catalogue.check()
        if message.id and is_translated(message)
        for error in errors
    ]


def singular(message: Message) -> str:
    """The msgid as the translations file names it."""
    return message.id[0] if isinstance(message.id, (tuple, list)) else message.id


def fill(catalogue: Catalog, translations: Mapping[str, str]) -> list[str]:
    """Set the translations; return the msgids that the source does not ask for."""
    by_singular = {singular(message): message for message in catalogue if message.id}
    for msgid, text in translations.items():
        message = by_singular.get(msgid)
        if message is None:
            continue
        # Chinese has one plural form.
        message.string = (text,) if message.pluralizable else text
        message.flags.discard("fuzzy")
    return sorted(set(translations) - set(by_singular))


def _translations(file: Path) -> dict[str, str]:
    held = json.loads(file.read_text("utf-8"))
    if not isinstance(held, dict) or not all(isinstance(v, str) and v for v in held.values()):
        msg = f'{file}: expected {{"msgid": "translation"}} without empty translations'
        raise ValueError(msg)
    return held


def _fill(root: Path, files: Sequence[Path]) -> int:
    catalogue = extract(root)
    for file in files:
        for msgid in fill(catalogue, _translations(file)):
            print(f"not asked for by the source: {msgid!r}")
    save(catalogue, root / CATALOGUE)
    print(f"{len(untranslated(catalogue))} still without a translation")
    return 0


def _missing(root: Path) -> int:
    current = collect(root)
    catalogue = load(root / CATALOGUE)
    catalogue.update(current, no_fuzzy_matching=True)
    absent, broken = untranslated(catalogue), broken_placeholders(catalogue)
    for msgid in absent:
        print(f"no translation: {msgid!r}")
    for line in broken:
        print(f"wrong placeholder: {line}")
    total = sum(1 for message in catalogue if message.id)
    print(f"{total - len(absent)} of {total} texts translated")
    return 1 if absent or broken else 0


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.catalogue", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    extracting = commands.add_parser("extract", help="update the catalogue from the source")
    extracting.add_argument("--tidy", action="store_true", help="drop what is no longer used")
    commands.add_parser("missing", help="list what has no translation; status 1 if anything")
    filling = commands.add_parser("fill", help="set translations from JSON files")
    filling.add_argument("files", nargs="+", type=Path)
    chosen = parser.parse_args(arguments)
    with locked(root):
        try:
            if chosen.command == "extract":
                print(f"{len(untranslated(extract(root, tidy=chosen.tidy)))} without a translation")
                return 0
            return _missing(root) if chosen.command == "missing" else _fill(root, chosen.files)
        except (OSError, ValueError) as error:
            print(error, file=sys.stderr)
            return 2


if __name__ == "__main__":
    raise SystemExit(main())
