"""J5: the texts of mails, and what the law and mailboxes ask of them."""
