"""What the web asks of this node beside watching: single jobs, and pictures of now.

Two threads of the worker talk with the web; what touches a codec or the model runs in processes of
its own, at low priority, so that neither a crash nor the work itself disturbs a camera.
"""
