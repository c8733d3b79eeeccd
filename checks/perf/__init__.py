"""How fast the product answers its customers, and how often it fails them, seen over a day of looking."""
