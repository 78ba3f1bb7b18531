"""The review desk: the night's queue, cleared by keyboard; second opinions; who looks at what."""
