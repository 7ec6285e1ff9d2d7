"""Tests of Chinese text: tables of cases, and properties of any text."""
