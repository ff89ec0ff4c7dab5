"""From a template and one person's facts to the bytes of a mail.

Compiling happens once: Jinja's pieces are taken out, Markdown or MJML runs over the rest, the layout is
put around it, CSS is inlined, a text part is derived, and every piece that is left gets the escaping of
the place it stands in. What is left is a substitution plan of static bytes and tokens, or, where the
template has conditions or loops, a Jinja source for a limited worker. Rendering is a pure function of
that, the facts, the envelope and the signing keys. Knows nothing of sending, storing or scheduling.
"""
