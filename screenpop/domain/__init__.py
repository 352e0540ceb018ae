"""Nouns and pure rules of a contact centre; standard library only."""
