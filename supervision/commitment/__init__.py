"""Safety commitments: said from the post upwards, signed, shown in public."""
