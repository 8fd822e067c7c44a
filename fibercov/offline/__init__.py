"""What a web page needs that loads nothing from anywhere: its own parts, and its data, packed."""
