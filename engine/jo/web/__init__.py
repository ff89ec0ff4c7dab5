"""What recipients and other systems reach by HTTP: unsubscribing, clicks, events, health.

The rules are in `desk.py`, without HTTP and synchronous; `app.py` speaks HTTP, `server.py` listens. A GET
changes nothing but raw engagement.
"""
