"""HTTP of video: the review, the cameras, the nodes."""
