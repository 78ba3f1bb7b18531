"""Better weights out of people's verdicts: fit, validate, export, compare. On this machine alone.

Needs the ``train`` extra, which brings torch. A ``.pt`` file is a pickle: it is opened here and
nowhere else, only where it is one of ours or a run's own (:mod:`vision.training.weights`), and never
on the way from a camera to a violation. What leaves is ONNX with a card.
"""
