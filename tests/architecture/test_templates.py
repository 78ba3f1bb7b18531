"""Every template compiles, is used, and every text of it has its translation."""

from __future__ import annotations

import re

from jinja2 import nodes

from tests.architecture.source import ROOT, modules

TEMPLATES = ROOT / "templates"
NAMES = sorted(str(p.relative_to(TEMPLATES)) for p in TEMPLATES.rglob("*.html"))


def test_every_template_compiles(app):
    for name in NAMES:
        app.jinja_env.get_template(name)


def test_every_template_is_used(app):
    used = set()
    for name in NAMES:
        source = (TEMPLATES / name).read_text(encoding="utf-8")
        tree = app.jinja_env.parse(source)
        for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            if isinstance(node.template, nodes.Const):
                used.add(node.template.value)
    python = "\n".join(p.read_text(encoding="utf-8") for p in modules("supervision"))
    used |= set(re.findall(r"""["']([\w/.-]+\.html)["']""", python))
    used |= {n for n in NAMES if n.startswith("errors/")}
    assert sorted(set(NAMES) - used) == []


def test_every_template_that_is_named_exists():
    python = "\n".join(p.read_text(encoding="utf-8") for p in modules("supervision"))
    named = set(re.findall(r"""render_template\(\s*["']([\w/.-]+\.html)["']""", python))
    assert sorted(named - set(NAMES)) == []


def test_icons_that_are_named_are_in_the_sprite():
    """An icon that `make vendor` does not bring shows as nothing."""
    from supervision.hazard.labels import ACTION_ICONS
    from supervision.slices import slices

    wanted = set((ROOT / "tools" / "icons.txt").read_text(encoding="utf-8").split())
    named = {item.icon: manifest.name for manifest in slices() for item in manifest.nav}
    named |= dict.fromkeys(ACTION_ICONS.values(), "hazard/labels.py")
    for name in NAMES:
        source = (TEMPLATES / name).read_text(encoding="utf-8")
        named |= dict.fromkeys(re.findall(r"""icon\(["']([a-z0-9-]+)["']""", source), name)
    assert {icon: place for icon, place in named.items() if icon not in wanted} == {}
