"""What an operator says about mails by name: what became of them, and that they shall not go."""
