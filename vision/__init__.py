"""The vision worker: camera streams in, violation events out.

Never imports ``supervision``, flask or sqlalchemy. The two sides meet at
:mod:`vision.contract`, over HTTP.
"""
