"""The proofreader: what a desk editor would mark in a notice before it is published. One rule a function, with a code."""
