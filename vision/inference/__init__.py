"""The model and everything around it, in one process for each device.

:mod:`process` runs in that process, :mod:`supervisor` in the worker; :mod:`messages` pass
between the two, :mod:`turns` decides whose frame is next.
"""
