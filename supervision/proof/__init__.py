"""What shows that a hazard is put right: the same camera, looking at the same place for some days."""
