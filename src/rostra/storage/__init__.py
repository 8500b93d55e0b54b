"""Storage: the database, its tables and how they change from version to version."""
