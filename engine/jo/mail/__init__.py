"""The wire: hands finished messages to a relay by SMTP, and tells the honest end of each attempt.

Owns the dialog with the relay (RFC 5321 and its extensions), connections, TLS and sign-in, and the
sinks that keep messages as files. Knows nothing of people, journeys, the ledger or when to try again.
"""
