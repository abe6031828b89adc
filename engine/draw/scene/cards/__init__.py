"""The kinds of card: each knows what is on it and how large it is. A new kind is one file here."""
