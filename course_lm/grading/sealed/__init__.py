"""What runs beside student code, within the seal. It is loaded there without the rest of the course."""
