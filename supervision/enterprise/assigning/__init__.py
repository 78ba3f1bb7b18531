"""Officer, supervising unit and key mark of many enterprises at once, and the way back."""
