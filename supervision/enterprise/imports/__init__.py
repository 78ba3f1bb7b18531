"""Many enterprises from one file: mapping, trial run, import batch by batch, what is to mend."""
