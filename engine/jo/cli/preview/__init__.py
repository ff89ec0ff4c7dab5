"""Previews: the mails of a template or journey for one person, real or made up, as they would be sent."""
