"""Tests of deadlines: working days of China, and the calendar file."""
