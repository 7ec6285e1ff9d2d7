"""Tests of the room for Chinese text: tables of cases, and what holds for all texts."""
