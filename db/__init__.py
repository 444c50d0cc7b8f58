"""THE MEMORY: SQLAlchemy lives here and nowhere below; one door to a patient's data."""
