"""The statements of each step of the schema, a module for each step. A step that was released never changes."""
