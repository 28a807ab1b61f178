"""Drafting what a study would like to publish: one chapter to a function, each opening with its answer."""
