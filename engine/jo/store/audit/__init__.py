"""What an audit asks the database: queries that find what should not be there, and streams in order."""
