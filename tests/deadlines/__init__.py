"""The calendar: what is due, on working days of China, and the file that calendars import."""
