"""How good each part of the program is, against labelled data and known truth."""
