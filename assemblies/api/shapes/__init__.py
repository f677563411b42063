"""The shapes of requests and answers. Each is declared once: it reads what is sent and describes it."""
