"""Hidden-hazard tickets: found, graded, assigned, rectified, re-inspected, closed.

The reference slice. It reads top to bottom: ``workflow`` (states, pure), ``rules`` (pure),
``models``, ``service`` (verbs), ``queries`` (reads), ``forms`` and ``views`` (HTTP),
``exports``, ``jobs``, ``slice`` (what it plugs in).
"""
