"""What the Makefile runs beside the services."""
