"""Runbooks as pure rules: what a text is (`book`), what is known (`known`), and one person's way through it (`run`)."""
