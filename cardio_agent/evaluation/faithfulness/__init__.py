"""How faithful the explanations are."""
