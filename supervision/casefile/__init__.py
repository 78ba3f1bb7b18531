"""Light case files: filing, evidence, decision, service, execution, closure; Art. 113 counters.

It reads top to bottom: ``workflow``, ``rules`` and ``counters`` (pure), ``models``, the verbs
(``service`` up to the filing, ``evidence``, ``decision``, ``closing``), ``queries``, ``views``.
"""
