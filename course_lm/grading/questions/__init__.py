"""The questions, one module per chapter; each lists its own in ``QUESTIONS``, in the notebook's order."""
