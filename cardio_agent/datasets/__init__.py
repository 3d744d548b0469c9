"""Labelled ECGs to train on and to evaluate with."""
