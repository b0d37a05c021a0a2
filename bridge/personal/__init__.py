"""Personal data in answers that everybody will read: found before they are sent."""
